"""The conversation at the left, as HTML.

In: the turns of one browser session (question, and its answer or the sentence why there is none).
Out: HTML for the log, newest turn last; before the first question, a welcome with examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Answer, Quote
from assistant.framing import framing
from assistant.grouping import grouped
from assistant.question import MAX_CHARACTERS
from assistant.rendering import abstained, answered
from assistant.web.audience import quoted, render_after, render_before, render_explanations, render_note
from assistant.web.computed import render_comparison, render_computed
from assistant.web.feedback import Given, render_feedback
from assistant.web.markup import badge, escape, quotation
from corpus.models import Corpus

SHOWN_QUESTION = 400  # characters of a question that are shown when it could not be asked
NUMBERS = ("no documents", "one document", "two documents", "three documents", "four documents", "five documents")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, or with the sentence that says why it has none."""

    question: str
    answer: Answer | None = None
    error: str = ""
    given: Given | None = None  # what its reader said about it; None where no feedback is taken


@dataclass(frozen=True, slots=True)
class Example:
    """A question to begin with, and the document that answers it."""

    topic: str
    question: str
    doc_id: str


EXAMPLES = (
    Example("Suspicion", "When does a deep vein thrombosis point to a leiomyosarcoma?", "aalaoui2026"),
    Example("Imaging", "How does MRI tell an intravascular tumour from a thrombus?", "tilkorn2010"),
    Example("Biopsy", "Why is the site of the biopsy critical?", "droracle"),
    Example("Surgery", "How far along the vein should the resection extend?", "gsv-review"),
    Example("Adjuvant therapy", "Has a benefit of adjuvant therapy been demonstrated?", "femoral-korea"),
    Example("Follow-up", "How often should ultrasound and CT be done after surgery?", "gsv-review"),
)


def history(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """The answered turns as the role/content messages that ``ask`` takes."""
    messages = []
    for turn in turns:
        if turn.answer is not None:
            messages.append({"role": "user", "content": turn.question})
            messages.append({"role": "assistant", "content": turn.answer.text})
    return messages


def render_conversation(corpus: Corpus, turns: Sequence[Turn], pending: str = "", audience: str = "clinician") -> str:
    """The whole log, for a clinician or a patient; ``pending`` is a question that is being answered."""
    body = "".join(_turn(corpus, number, turn, audience) for number, turn in enumerate(turns))
    if pending:
        stop = f'<button type="button" class="stop" data-question="{escape(pending[:MAX_CHARACTERS])}">Stop</button>'
        waiting = f'<p class="waiting"><span class="dots" aria-hidden="true"></span>Searching the sources{stop}</p>'
        body += f'<article class="turn">{_question(pending[:SHOWN_QUESTION])}{waiting}</article>'
    busy = "true" if pending else "false"
    # Not a live region: it is drawn anew as a whole; conversation.js says what is new in one sentence.
    log = (
        f'<div id="log" role="region" aria-label="Conversation" aria-busy="{busy}" data-audience="{audience}">'
        f"{body}</div>"
    )
    return log + (render_explanations(body) if body else _welcome(corpus))


def render_suggestions(questions: Sequence[str]) -> str:
    """Questions to choose from while typing; nothing where there is none."""
    options = "".join(
        f'<li role="option" id="suggestion-{number}" aria-selected="false">{escape(question)}</li>'
        for number, question in enumerate(questions)
    )
    return f'<ul role="listbox" aria-label="Questions that the sources answer">{options}</ul>' if options else ""


def _welcome(corpus: Corpus) -> str:
    count = NUMBERS[len(corpus)] if len(corpus) < len(NUMBERS) else f"{len(corpus)} documents"
    ids = {document.id for document in corpus}
    examples = "".join(
        f'<li><button type="button" class="example" data-ask="{escape(example.question)}">'
        f'<span class="topic">{escape(example.topic)}</span>{escape(example.question)}</button></li>'
        for example in EXAMPLES
        if example.doc_id in ids
    )
    choices = f'<h3>Questions to begin with</h3><ul class="examples">{examples}</ul>' if examples else ""
    return (
        '<section class="welcome" aria-label="Welcome">'
        "<h2>What do the sources say?</h2>"
        f'<p class="lead">Ask about the diagnosis and treatment of venous leiomyosarcoma. You get the words of '
        f"{count}, verbatim and with their place, or a plain statement that the sources do not say.</p>"
        f"{choices}"
        '<p class="keys"><kbd>/</kbd> to type <kbd>Enter</kbd> to ask <kbd>↑</kbd> for the last question '
        "<kbd>1–9</kbd> to open a citation <kbd>Esc</kbd> to close it</p>"
        "</section>"
    )


def _turn(corpus: Corpus, number: int, turn: Turn, audience: str) -> str:
    if turn.answer is None:
        shown = turn.question.strip()
        if len(shown) > SHOWN_QUESTION:
            shown = shown[:SHOWN_QUESTION] + " …"
        question = _question(shown) if shown else ""
        actions = _actions(turn.question) if shown and len(turn.question) <= MAX_CHARACTERS else ""
        return f'<article class="turn">{question}<p class="error">{escape(turn.error)}</p>{actions}</article>'
    answer = turn.answer
    understood = f'<p class="understood">{escape(answer.understood)}</p>' if answer.understood else ""
    said = render_feedback(number, turn.given)
    content = (_abstention if answer.abstained else _quotes)(corpus, number, answer, audience)
    actions = _actions(turn.question, answer, audience)
    return f'<article class="turn">{_question(turn.question)}{understood}{content}{actions}{said}</article>'


def _question(text: str) -> str:
    return f'<p class="question" dir="auto"><span class="unseen">You asked: </span>{escape(text)}</p>'


def _actions(question: str, answer: Answer | None = None, audience: str = "clinician") -> str:
    """What can be done with a turn: copy the answer or a link that asks the question, change it, ask it again."""
    copies = ""
    if answer is not None:
        told = abstained if answer.abstained else answered
        text = told(answer, audience) if audience == "patient" else answer.text
        copies = (
            f'<button type="button" data-copy="{escape(text)}">Copy answer</button>'
            f'<button type="button" data-link="{escape(answer.resolved_question)}">Copy link</button>'
        )
    return (
        f'<p class="actions">{copies}<button type="button" data-edit="{escape(question)}">Edit question</button>'
        f'<button type="button" data-ask="{escape(question)}">Ask again</button></p>'
    )


def _quotes(corpus: Corpus, turn: int, answer: Answer, audience: str) -> str:
    groups = "".join(
        (f"<h4>{group.title}</h4>" if group.title else "")
        + f'<ol class="quotes{"" if group.title else " first"}">'
        + "".join(_quote(turn, "quotes", each, answer.quotes[each - 1], each, audience) for each in group.numbers)
        + "</ol>"
        for group in grouped(answer)
    )
    frame = framing(answer, audience)
    before = render_note(frame) + render_before(frame)
    count = "1 quote" if len(answer.quotes) == 1 else f"{len(answer.quotes)} quotes"
    computed = render_computed(corpus, answer.computed)
    style = "answer with-result" if computed or answer.direct else "answer"
    return (
        f'<div class="{style}" role="group" aria-label="Answer: {count}">{before}{_heed(turn, answer)}{computed}'
        f"{_direct(turn, answer)}{groups}{render_comparison(answer.disagreements, audience, turn)}{_related(answer)}"
        f"{render_after(frame)}"
        f'<p class="foot"><span>{count}, verbatim</span>{_confidence(answer)}</p></div>'
    )


def _heed(turn: int, answer: Answer) -> str:
    """One line before all quotes where the sources disagree in what could matter for treatment or prognosis."""
    heavy = [each for each in answer.disagreements if each.weight == "high" and each.verdict != "confirmed"]
    if not heavy:
        return ""
    where = "on one point" if len(heavy) == 1 else f"on {len(heavy)} points"
    return f'<p class="heed"><a href="#compare-{turn}">The sources disagree {where} of high weight</a></p>'


def _direct(turn: int, answer: Answer) -> str:
    """The value that answers by itself, and a button to the quote it is taken from."""
    if not answer.direct:
        return ""
    return (
        f'<p class="direct"><mark>{escape(answer.direct_answer)}</mark>'
        f'<button type="button" class="cite" data-turn="{turn}" data-place="quotes" data-number="1" '
        f'title="Show this passage in its document"><span class="number">[1]</span> '
        f"{escape(answer.quotes[0].source)}</button></p>"
    )


def _abstention(corpus: Corpus, turn: int, answer: Answer, audience: str) -> str:
    frame, reason = framing(answer, audience), answer.reason or "The sources do not answer this question."
    nearest = "".join(
        _quote(turn, "nearest", number, quote, None, audience) for number, quote in enumerate(answer.nearest, start=1)
    )
    if nearest:
        nearest = f'<h4>Nearest passages <em>(not an answer)</em></h4><ol class="quotes">{nearest}</ol>'
    return (
        f'<div class="answer abstained" role="group" aria-label="No answer">{render_note(frame)}'
        f'<p class="reason">{escape(reason)}</p>{render_before(frame)}'
        f"{render_computed(corpus, answer.computed)}{nearest}{render_after(frame)}"
        f'<p class="foot"><span>no answer in the sources</span>{_confidence(answer)}</p></div>'
    )


def _quote(turn: int, place: str, number: int, quote: Quote, label: int | None, audience: str) -> str:
    mark = f'<span class="number">[{label}]</span> ' if label is not None else ""
    also = "".join(f"<li>{escape(where)}</li>" for where in quote.also_in)
    return quotation(
        quoted(quote.text, quote.highlights if label is not None else (), audience),
        f'data-turn="{turn}" data-place="{place}" data-number="{number}"',
        f"{mark}{escape(quote.source)}, {escape(quote.section)}",
        badge(quote.evidence, quote.reviewed),
        reviewed=quote.reviewed,
        after=f'<div class="also"><span>also in</span><ul>{also}</ul></div>' if also else "",
    )


def _confidence(answer: Answer) -> str:
    meaning = "Estimated probability that the first quote answers the question"
    return f'<span class="confidence" title="{meaning}">confidence {answer.confidence:.2f}</span>'


def _related(answer: Answer) -> str:
    items = "".join(
        f'<li><button type="button" class="example" data-ask="{escape(question)}">{escape(question)}</button></li>'
        for question in answer.related
    )
    return f'<div class="related"><h4>Related questions</h4><ul class="examples">{items}</ul></div>' if items else ""
