"""What stands around the quotes for a patient or relative: the note, what figures mean, and what to ask whom."""

from __future__ import annotations

import html
import re

import pytest
from answers import answer_with, quote_of

from assistant.abstention import NO_ADVICE
from assistant.framing import FIGURES, NO_ANSWER, PASSAGES, SPEAK_TO, framing
from assistant.web.audience import read_audience
from assistant.web.conversation import Turn, render_conversation


def test_a_question_about_oneself_gets_the_note_first(bot):
    answer = bot.ask("My tumour is in the femoral vein: how rare is that?")
    assert not answer.abstained
    assert not answer.note
    shown = render_conversation(bot.corpus, [Turn("Q?", answer)], audience="patient")
    assert shown.index(NO_ADVICE) < shown.index(html.escape(PASSAGES)) < shown.index("<blockquote")
    assert NO_ADVICE not in render_conversation(bot.corpus, [Turn("Q?", answer)])
    text = bot.ask(answer.question, audience="patient").text
    assert text.startswith(NO_ADVICE)
    assert text.index(PASSAGES) < text.index(answer.quotes[0].text) < text.index(SPEAK_TO)


@pytest.mark.parametrize(("question", "refused"), [("How long do I have?", False), ("Will I lose my leg?", True)])
def test_a_note_is_never_said_twice(bot, question, refused):
    answer = bot.ask(question)
    assert answer.abstained is refused
    page = render_conversation(bot.corpus, [Turn("Q?", answer)], audience="patient")
    shown = re.sub(' data-copy="[^"]*"', "", page)  # what is copied is not shown
    assert shown.count(NO_ADVICE) == 1
    assert (html.escape(NO_ANSWER) in shown) is refused
    assert bot.ask(question, audience="patient").text.count(NO_ADVICE) == 1


def test_figures_on_survival_are_put_in_proportion_only_where_there_are_any(bot):
    unit = bot.corpus["tilkorn2010"].units[0]
    for words, told in (
        ("The three year survival was 57%.", True),
        ("Five of six patients died.", True),
        ("1 66/f 18 - R0 - adjuvant 5 months lung 18 months DOD", True),
        ("The tumour measured 57 mm.", False),
        ("Radiotherapy may prolong survival.", False),
    ):
        answer = answer_with(quotes=(quote_of(unit, text=words),))
        assert (FIGURES in framing(answer, "patient").before) is told, words
        assert framing(answer, "clinician").before == ()


def test_what_to_ask_follows_from_the_question():
    scan = framing(answer_with(question="What does MRI show?", resolved_question="What does MRI show?"), "patient")
    margin = framing(answer_with(question="Which margin?", resolved_question="Which margin?"), "patient")
    assert any("scans" in each for each in scan.to_ask)
    assert any("operation" in each for each in margin.to_ask)
    assert scan.to_ask != margin.to_ask
    assert framing(answer_with(question="hello"), "patient").to_ask == ()


@pytest.mark.parametrize("sent", [{}, {"audience": None}, {"audience": "lawyer"}, {"audience": ["patient"]}])
def test_whoever_is_not_known_reads_as_a_clinician(sent):
    assert read_audience(sent) == "clinician"
