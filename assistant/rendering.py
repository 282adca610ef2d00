"""From quotes to the answer's Markdown: fixed connecting phrases, verbatim quotes, [n] citations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer import Answer, Computed, Quote
from assistant.framing import closing, framing
from assistant.grouping import grouped


def answered(answer: Answer, audience: str) -> str:
    """An answer: how the question was read, what the rows give, the quotes, the citations, what disagrees."""
    quotes, frame = answer.quotes, framing(answer, audience)
    lines = [answer.understood, frame.note, *frame.before]
    lines += [_computed(each) for each in answer.computed]
    if answer.direct_answer:
        lines.append(f"**{answer.direct_answer}** [1]")
    lines.append(_quoted(quotes[0], 1))
    for group in grouped(answer):
        numbers = [number for number in group.numbers if number > 1]
        if numbers:
            lines.append(f"{group.title or 'Further passages'}:")
            lines.append("\n".join(f"- {_quoted(quotes[number - 1], number)}" for number in numbers))
    if answer.disagreements:
        lines.append("Compare:")
        lines.append("\n".join(f"- {each.statement} ({each.verdict})" for each in answer.disagreements))
    lines += [_citations(quotes), closing(frame)]
    return "\n\n".join(line for line in lines if line)


def _computed(computed: Computed) -> str:
    parts = [f"**{computed.statement}**", computed.missing, computed.printed]
    parts.append(f"Computed from {computed.source}, {computed.table}: {computed.query}.")
    return " ".join(part for part in parts if part)


def abstained(answer: Answer, audience: str) -> str:
    """No answer: how the question was read, why there is none, what the rows give instead, and what came nearest,
    marked as not an answer."""
    nearest, frame = answer.nearest, framing(answer, audience)
    lines = [answer.understood, frame.note, answer.reason, *frame.before]
    lines += [_computed(each) for each in answer.computed]
    if nearest:
        lines.append("Nearest passages (not an answer):")
        lines.append("\n".join(f"- {_quoted(quote, number)}" for number, quote in enumerate(nearest, 1)))
        lines.append(_citations(nearest))
    return "\n\n".join(line for line in (*lines, closing(frame)) if line)


def _quoted(quote: Quote, number: int) -> str:
    # Text that looks like a tag must stay text wherever the Markdown is rendered.
    return f"“{re.sub(r'<(?=[A-Za-z/!?])', chr(92) + '<', quote.text)}” [{number}]"


def _citations(quotes: Sequence[Quote]) -> str:
    lines = []
    for number, quote in enumerate(quotes, 1):
        also = f"; also in {', '.join(quote.also_in)}" if quote.also_in else ""
        lines.append(f"[{number}] {quote.citation()}{also}")
    return "  \n".join(lines)
