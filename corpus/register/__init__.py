"""The register of disagreements: where the sources contradict each other or themselves, and what was rebuilt.

In: ``corpus/disagreements.toml`` and the corpus. Out: `Entry` records, whose quotes are spans of the raw
files and whose checks recompute a figure from the rows of the case tables::

    from corpus import load_corpus, register
    for entry in register.load(load_corpus()):
        print(entry.verdict, entry.statement)
"""

from corpus.register.entries import Check, Entry, Evidence
from corpus.register.loading import FILE, load, rows_of

__all__ = ["FILE", "Check", "Entry", "Evidence", "load", "rows_of"]
