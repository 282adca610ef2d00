"""What may be quoted: the documents, and how they are read into quotable units.

`load_corpus` is the way in; `Corpus`, `Document`, `Unit` and `Span` are what it yields.
"""

from corpus.loading import CorpusError, load_corpus
from corpus.models import Chunk, Corpus, Document, Source, Span, Unit

__all__ = ["Chunk", "Corpus", "CorpusError", "Document", "Source", "Span", "Unit", "load_corpus"]
