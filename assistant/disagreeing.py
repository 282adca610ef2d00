"""Which entries of the register an answer touches: those that quote what it quotes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from assistant.answer import Computed, Disagreement, Quote
from assistant.quoting import quote_evidence
from corpus import register
from corpus.models import Corpus
from corpus.register import Entry

SHOWN = 4
_LEADING = 3  # quotes that bring entries of little weight with them; a high one counts wherever it is touched
_TOPICS = {  # of the register, by column of a case table
    "adjuvant": ("radiotherapy", "chemotherapy"),
    "radiotherapy": ("radiotherapy",),
    "dose_gy": ("radiotherapy",),
    "chemotherapy": ("chemotherapy",),
    "recurrence": ("recurrence",),
    "recurrence_months": ("recurrence",),
    "metastasis": ("metastasis",),
    "m": ("metastasis",),
    "margin": ("surgery",),
    "operation": ("surgery",),
    "reconstruction": ("surgery", "reconstruction"),
    "outcome": ("prognosis",),
    "death_months": ("prognosis",),
    "follow_up_months": ("prognosis", "follow-up"),
    "grade": ("grading",),
    "site": ("site",),
    "side": ("site",),
    "vessel": ("site",),
    "symptoms": ("presentation",),
    "event": ("presentation",),
    "age": ("epidemiology", "presentation"),
    "sex": ("epidemiology", "presentation"),
}


def touched(
    corpus: Corpus,
    quotes: Sequence[Quote],
    computed: Sequence[Computed] = (),
    near: Collection[int] = (),
    claim: Entry | None = None,
) -> tuple[Disagreement, ...]:
    """The entries that quote one of these passages, weightiest first, at most four.

    ``near`` are units that rank close behind the quotes: what is shown to be wrong there counts too, where it is
    of weight. Confirmed recomputations come with the first quote only: they reassure, they do not warn. A row that is
    quoted for one of its columns brings what the register says of that column. The entry about the ``claim``
    that is asked about, and that about a computed figure itself, come first.
    """
    about = {name for each in computed for name in each.entries}
    topics = {topic for each in computed for column in each.columns for topic in _TOPICS.get(column, ())}
    found: dict[str, tuple[int, Entry]] = {}
    if claim is not None:
        about.add(claim.id)
        found[claim.id] = (0, claim)
    for place, quote in enumerate(quotes):
        for entry in _quoting(corpus, quote):
            if entry.id in found or (computed and quote.kind == "table_row" and entry.topic not in topics):
                continue
            found[entry.id] = (place, entry)
    for number in () if computed else near:
        for entry in _by_unit(corpus).get(number, ()):
            if entry.weight == "high" and entry.verdict == "contradicted":
                found.setdefault(entry.id, (len(quotes), entry))
    kept = [each for each in found.values() if each[1].id in about or _matters(*each)]
    kept.sort(key=lambda each: (each[1] != claim, each[1].id not in about, *_rank(each[1]), each[0]))
    return tuple(_disagreement(corpus, entry) for _, entry in kept[:SHOWN])


def _matters(place: int, entry: Entry) -> bool:
    if entry.verdict == "confirmed":
        return place == 0
    return entry.weight == "high" or place < _LEADING


def _rank(entry: Entry) -> tuple[bool, bool, bool]:
    return entry.verdict == "confirmed", entry.weight != "high", entry.verdict != "contradicted"


@lru_cache(maxsize=4)
def _by_unit(corpus: Corpus) -> Mapping[int, tuple[Entry, ...]]:
    """The entries that quote each unit, in the order of the register."""
    found: dict[int, dict[str, Entry]] = {}
    for entry in register.load(corpus):
        for evidence in entry.quotes:
            found.setdefault(evidence.unit, {})[entry.id] = entry
    return {unit: tuple(entries.values()) for unit, entries in found.items()}


@lru_cache(maxsize=4)
def _by_place(corpus: Corpus) -> Mapping[str, tuple[tuple[int, int, Entry], ...]]:
    """Where entries quote each document: start, end, entry."""
    found: dict[str, list[tuple[int, int, Entry]]] = {}
    for entry in register.load(corpus):
        for evidence in entry.quotes:
            found.setdefault(evidence.doc_id, []).extend((start, end, entry) for start, end in evidence.spans)
    return {doc_id: tuple(places) for doc_id, places in found.items()}


def _quoting(corpus: Corpus, quote: Quote) -> list[Entry]:
    """The entries that quote a part of what is quoted."""
    first, last = quote.start, quote.end
    return [
        entry
        for start, end, entry in _by_place(corpus).get(quote.doc_id, ())
        if start < last
        and first < end  # most are told apart by these
        and any(start < span.end and span.start < end for span in quote.spans)
    ]


@lru_cache(maxsize=512)
def _disagreement(corpus: Corpus, entry: Entry) -> Disagreement:
    quotes = tuple(quote_evidence(corpus, each) for each in entry.quotes)
    return Disagreement(entry.id, entry.topic, entry.verdict, entry.weight, entry.statement, quotes)
