"""The field by topic: for each topic, the few quotes that matter from each document.

In: ``topics.toml`` beside this file, and a corpus. Out: an `Overview`, whose quotes are spans of the raw files,
named and looked up as those of `corpus.register` are::

    from corpus import load_corpus, overview
    for topic in overview.load(load_corpus()).topics:
        print(topic.title, [quote.text for quote in topic.of("tilkorn2010")])
"""

from corpus.overview.loading import FILE, load
from corpus.overview.topics import Overview, Topic

__all__ = ["FILE", "Overview", "Topic", "load"]
