"""Which units the question bank serves badly."""

from __future__ import annotations

import pytest

from assistant.dialogue import Resolved
from assistant.retrieval import retrieve
from evals.thin_bank import margin_without_itself, thinnest


def test_a_question_is_asked_without_itself(bot):
    number = next(n for n, question in enumerate(bot.index.bank) if not question.dialogue)
    ranked = retrieve(bot.index, Resolved(bot.index.bank[number].text))
    assert number in ranked.asked.numbers
    assert margin_without_itself(bot.index, number) < ranked.asked.late.max() - ranked.gap.late.max()


def test_the_units_asked_for_come_thinnest_first(bot):
    units = sorted({question.unit for question in bot.index.bank})[:12]
    found = thinnest(bot.index, 2, units)
    assert sorted(each.unit for each in found) == units
    assert [each.margin for each in found] == sorted(each.margin for each in found)


def test_a_unit_is_judged_by_the_mean_of_its_questions(bot):
    unit = bot.index.bank[0].unit
    numbers = [n for n, question in enumerate(bot.index.bank) if question.unit == unit and not question.dialogue]
    (only,) = thinnest(bot.index, len(numbers), [unit])
    margins = [margin_without_itself(bot.index, number) for number in numbers]
    assert only.margin == pytest.approx(sum(margins) / len(margins))
    assert only.lost == pytest.approx(sum(margin < 0 for margin in margins) / len(margins))
