"""`Assistant`: from a question to an `Answer`, every quote checked against its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from assistant import rendering
from assistant.abstention import NO_ADVICE, probability, reason, signals
from assistant.answer import Answer, Quote
from assistant.composing import Passage, compose
from assistant.dialogue import Resolved
from assistant.highlighting import highlights, wanted_stems
from assistant.question import checked_history, checked_question
from assistant.related import related_questions, suggestions
from assistant.requests import kind_of_request
from assistant.retrieval import retrieve
from assistant.settings import abstention
from assistant.understanding import understand
from corpus.models import Corpus
from index import Index, open_index

AUDIENCES = ("clinician", "patient")


class QuoteError(RuntimeError):
    """A quote is not the text of its source; it must never be shown."""


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
                a question that cannot be understood alone is read in their light.
            audience: "clinician", or "patient", who gets a framing sentence; the quotes are the same.

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
        confidence = 0.0 if request == "order" else probability(self.index, signals(self.index, resolved, ranked))
        wanted = wanted_stems(resolved.text, ranked.synonyms)
        passages = compose(self.index, ranked, resolved.text)
        related = related_questions(self.index, ranked, passages)
        quotes = tuple(self._quote(passage, resolved, wanted) for passage in passages)
        answer = Answer(asked, resolved.text, "", (), True, confidence, corrections=corrections, related=related)
        if not quotes or confidence < abstention(with_bank=bool(self.index.bank)).threshold:
            why = reason(self.index, resolved, ranked)
            return replace(answer, text=rendering.abstained(why, quotes, answer.understood), reason=why, nearest=quotes)
        note = NO_ADVICE if request == "personal" else ""
        text = rendering.answered(quotes, audience, answer.understood, note)
        return replace(answer, text=text, quotes=quotes, abstained=False, note=note)

    def suggest(self, beginning: str, count: int = 6) -> tuple[str, ...]:
        """Questions of the bank that hold every word typed so far, the last perhaps unfinished; shortest first.

        Args:
            beginning: what was typed; under three letters nothing is suggested.
            count: at most so many.
        """
        return suggestions(self.index.bank, beginning, count)

    def _quote(self, passage: Passage, question: Resolved, wanted: frozenset[str]) -> Quote:
        units = [self.corpus.units[number] for number in passage.units]
        document = self.corpus[units[0].doc_id]
        spans = tuple(span for unit in units for span in unit.spans)
        text = " ".join(unit.text for unit in units)
        if not all(document.text_at(unit.spans) == unit.text for unit in units):
            raise QuoteError(f"A passage of '{document.id}' at {spans} is not what the source says; it is not shown.")
        also = dict.fromkeys(self.corpus.units[number].section for number in passage.also)
        return Quote(
            text=text,
            doc_id=document.id,
            section=units[0].section,
            spans=spans,
            kind=units[0].kind,
            score=passage.score,
            evidence=document.source.evidence,
            reviewed=document.source.reviewed,
            source=document.source.short_name,
            highlights=highlights(question.text, wanted, text, units[0].kind == "table_row"),
            also_in=tuple(f"{document.source.short_name}, {section}" for section in also),
        )
