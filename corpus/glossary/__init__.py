"""The glossary: words of the documents in plain words, for patients and relatives.

In: ``terms.toml``, written by us, and a text. Out: the terms that the text uses and where::

    from corpus.glossary import terms_in
    for start, end, term in terms_in("Resection margins were negative."):
        print(start, end, term.name, term.means)

The explanations are ours and no part of any source; they are never mixed into a quote's own text.
"""

from corpus.glossary.loading import FILE, GlossaryError, Term, load
from corpus.glossary.matching import TermUse, first_uses, terms_in, terms_of

__all__ = ["FILE", "GlossaryError", "Term", "TermUse", "first_uses", "load", "terms_in", "terms_of"]
