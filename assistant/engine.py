"""`Assistant`: from a question to an `Answer`, every quote checked against its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from assistant import rendering
from assistant.abstention import NO_ADVICE, caveat, probability, reason, signals
from assistant.answer import Answer, Quote
from assistant.cases.answering import compute, quotes_of
from assistant.checking import claim_in_question
from assistant.composing import QUOTES, Passage, compose
from assistant.dialogue import Resolved, may_mean_the_disease
from assistant.direct import direct_value
from assistant.disagreeing import touched
from assistant.grouping import ALIKE, about_it
from assistant.highlighting import highlights, wanted_stems
from assistant.question import checked_history, checked_question
from assistant.quoting import QuoteError as QuoteError
from assistant.quoting import quote_units
from assistant.related import related_questions, suggestions
from assistant.requests import kind_of_request
from assistant.retrieval import Ranked, retrieve
from assistant.settings import abstention
from assistant.understanding import understand
from corpus.models import Corpus
from corpus.register import Entry
from index import Index, open_index

AUDIENCES = ("clinician", "patient")
NEAR = 12  # ranked units in which a passage shown to be wrong is worth a warning
CLAIMED = 3  # quotes of a claim that is checked
CHECKED = 0.9  # probability that a question whether a claim is right is answered by the entry found
NOT_STATED = 0.05  # probability of an answer where the row is there and its cell says NA
SURE = 0.75  # probability below which no value stands alone before its quote: wrong ones were below
ASKED = 0.6  # and the likeness to a question of the bank below which none does
CLEAR = 0.03  # and the score by which the first quote must be ahead of one with another value
COMPUTED = 0.95  # probability that an understood question over rows is answered rightly


class Assistant:
    """Answers questions from a corpus in verbatim, cited quotes.

    Args:
        corpus: folder of documents (a ``manifest.toml``, or .txt and .md files); default: the shipped one.
        index_dir: where its index lies; default: ``$VLMS_INDEX_DIR``, or the user's cache.
        model: name or folder of a sentence-transformers model; default: the packaged one.
        adapter: an adapter file, "shipped" or "none"; default: the shipped one for the shipped corpus, none for others.
        progress: show a bar on standard error if the index has to be built first.

    Raises:
        CorpusError, ModelError, IndexUnusable: all `ValueError`, each one sentence for the user.
    """

    def __init__(
        self,
        corpus: str | Path | None = None,
        index_dir: str | Path | None = None,
        model: str | Path | None = None,
        *,
        adapter: str | Path | None = None,
        progress: bool = True,
    ) -> None:
        self.index: Index = open_index(corpus, index_dir, model, adapter=adapter, progress=progress)

    @property
    def corpus(self) -> Corpus:
        """The documents that are quoted."""
        return self.index.corpus

    def ask(
        self,
        question: str,
        history: Iterable[Mapping[str, str]] | None = None,
        audience: str = "clinician",
    ) -> Answer:
        """Answer a question, or say that the sources do not.

        Args:
            question: up to 2,000 characters.
            history: turns before it, oldest first, each ``{"role": "user" | "assistant", "content": text}``;
                a question that cannot be understood alone is read in their light, and by itself where
                "it" may be the disease and no passage answers it so, or the same one does as surely.
            audience: "clinician", or "patient", who gets framing sentences as well; the quotes are the same.

        Raises:
            ValueError: the question, the history or the audience is not usable; the message says why.
            QuoteError: a passage is not what its source says (a damaged installation).
        """
        asked = checked_question(question)
        if audience not in AUDIENCES:
            raise ValueError(f"The audience must be one of {', '.join(AUDIENCES)}, not '{audience}'.")
        resolved, corrections = understand(self.index, asked, checked_history(history))
        ranked = retrieve(self.index, resolved)
        request = kind_of_request(asked)
        confidence = 0.0 if request == "order" else self._confidence(resolved, ranked)
        wanted = wanted_stems(resolved.text, ranked.synonyms)
        passages = compose(self.index, ranked, resolved.text)
        related = related_questions(self.index, ranked, passages)
        quotes = tuple(self._quote(passage, resolved, wanted) for passage in passages)
        computed = () if request == "order" else compute(self.corpus, resolved.question, resolved.context)
        near = ranked.units[:NEAR].tolist()
        claim = None if request else claim_in_question(self.corpus, resolved.text, near)
        if claim is not None:
            quotes = _in_front(self._claimed(claim, near), quotes)
            confidence = max(confidence, CHECKED)
        unstated = computed if all(each.unstated for each in computed) else ()
        computed = tuple(each for each in computed if not each.unstated)
        if computed:
            quotes = _in_front(quotes_of(self.corpus, computed, resolved.text), quotes)
            confidence = max(confidence, COMPUTED)
        answer = Answer(asked, resolved.text, "", (), True, confidence, corrections=corrections, related=related)
        if unstated:
            why = unstated[0].unstated
            beside = tuple(each for each in unstated if each.statement not in why)  # what the reason does not say
            near_it = quotes if beside else _in_front(quotes_of(self.corpus, unstated, resolved.text), quotes)
            sure = min(confidence, NOT_STATED)
            answer = replace(answer, confidence=sure, reason=why, nearest=near_it, computed=beside)
            return replace(answer, text=rendering.abstained(answer, audience))
        threshold = abstention(with_bank=bool(self.index.bank)).threshold
        if resolved.context and may_mean_the_disease(asked) and not (computed or claim or request):
            alone = self.ask(asked, audience=audience)
            leads_nowhere = self._confidence(resolved, ranked.in_dialogue) < threshold
            of_somebody = ranked.named or ranked.of_patients
            if not alone.abstained and not of_somebody and (leads_nowhere or _as_sure(alone, quotes, confidence)):
                return alone
        if not quotes or confidence < threshold:
            answer = replace(answer, reason=reason(self.index, resolved, ranked), nearest=quotes)
            return replace(answer, text=rendering.abstained(answer, audience))
        note = caveat(self.index, resolved, ranked, quotes[0].doc_id)
        close_by = _close_by(self.corpus, near, ranked.scores[:NEAR].tolist(), passages)
        other = computed or claim or request or note  # more to say than one value
        answer = replace(
            answer,
            quotes=quotes,
            abstained=False,
            note=" ".join(filter(None, [NO_ADVICE if request == "personal" else "", note])),
            direct=None if other or confidence < SURE else _direct(resolved, ranked, quotes),
            computed=computed,
            disagreements=touched(self.corpus, about_it(quotes), computed, close_by, claim),
        )
        return replace(answer, text=rendering.answered(answer, audience))

    def suggest(self, beginning: str, count: int = 6) -> tuple[str, ...]:
        """Questions of the bank that hold every word typed so far, the last perhaps unfinished; shortest first.

        Args:
            beginning: what was typed; under three letters nothing is suggested.
            count: at most so many.
        """
        return suggestions(self.index.bank, beginning, count)

    def _confidence(self, question: Resolved, ranked: Ranked) -> float:
        return probability(self.index, signals(self.index, question, ranked))

    def _claimed(self, claim: Entry, near: Sequence[int]) -> list[Quote]:
        """What an entry of the register quotes, at most three: first what ranks high for the question."""
        units = dict.fromkeys(evidence.unit for evidence in claim.quotes)
        ordered = sorted(units, key=lambda number: near.index(number) if number in near else len(near))
        return [quote_units(self.corpus, [number]) for number in ordered[:CLAIMED]]

    def _quote(self, passage: Passage, question: Resolved, wanted: frozenset[str]) -> Quote:
        quote = quote_units(self.corpus, passage.units, passage.score, passage.also)
        return replace(quote, highlights=highlights(question.text, wanted, quote.text, quote.kind == "table_row"))


def _close_by(
    corpus: Corpus, near: Sequence[int], scores: Sequence[float], passages: Sequence[Passage]
) -> frozenset[int]:
    """Units that rank about as high as the first, and the sentences right before and after the first quotes."""
    alike = {number for number, score in zip(near, scores, strict=True) if score >= scores[0] - ALIKE}
    beside = {
        other
        for passage in passages[:3]
        for number in passage.units
        for other in (number - 1, number + 1)
        if 0 <= other < len(corpus.units) and corpus.units[other].doc_id == corpus.units[number].doc_id
    }
    return frozenset(alike | beside)


def _direct(question: Resolved, ranked: Ranked, quotes: Sequence[Quote]) -> tuple[int, int] | None:
    """Where the first quote has the one value asked for; None where a quote with another might be the right one.

    Rows are full of values, and captions count rows; a follow-up may mean another value than the one found.
    """
    first = quotes[0]
    asked, gap = (float(near.late.max(initial=0.0)) for near in (ranked.asked, ranked.gap))
    if question.context or asked < max(ASKED, gap) or first.kind not in ("sentence", "list_item"):
        return None
    rivals = [quote for quote in quotes[1:] if first.score < quote.score + CLEAR]
    places = [direct_value(question.question, quote.text) for quote in (first, *rivals)]
    values = {quote.text[slice(*place)] if place else "" for quote, place in zip((first, *rivals), places, strict=True)}
    return places[0] if len(values) == 1 else None


def _as_sure(alone: Answer, quotes: Sequence[Quote], confidence: float) -> bool:
    """Whether an answer begins with the same passage as these quotes, and as surely."""
    first = [(each.doc_id, each.spans) for each in quotes[:1]]
    return alone.confidence >= confidence and [(each.doc_id, each.spans) for each in alone.quotes[:1]] == first


def _in_front(first: Sequence[Quote], passages: tuple[Quote, ...]) -> tuple[Quote, ...]:
    """The rows a result rests on, or the words of a claim, then the passages that were found."""
    places = {(quote.doc_id, quote.spans) for quote in first}
    others = [quote for quote in passages if (quote.doc_id, quote.spans) not in places]
    return (*first, *others)[: max(QUOTES, len(first) + 2)]
