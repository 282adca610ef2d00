"""Questions over rows, answered: the value in the open, with its rows, its interval and what is missing."""

from __future__ import annotations

import json

import pytest

from assistant.answer import Answer
from assistant.cases.reading import read_question


def test_a_computed_answer_states_value_n_interval_rows_and_missing(bot):
    answer = bot.ask("How many of the saphenous cases had lung metastases?")
    (computed,) = answer.computed
    assert computed.statement.startswith("9 of 46 cases (19.6 %, 95 % confidence interval 11 to 33 %)")
    assert "#22 Dzsinch 1992" in computed.statement
    assert "11 of 57 cases" in computed.missing
    assert computed.query == "number of cases with metastasis (lung)"
    assert computed.cases == (13, 16, 22, 23, 27, 36, 41, 56, 57)
    assert answer.table[0]["Metastasis"] == "Lung/scalp/chest/bone/heart"
    assert all(bot.corpus[row.doc_id].text_at(row.spans) == row.text for row in computed.rows)
    assert computed.statement in answer.text
    assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


def test_the_authors_own_figure_stands_beside_the_computed_one(bot):
    answer = bot.ask("What was the three-year survival in the Bochum series?")
    (computed,) = answer.computed
    assert computed.value == pytest.approx(56.8, abs=0.05)
    assert computed.printed == "The authors print 57, which the rows confirm."
    assert "57%" in answer.quotes[0].text
    assert (
        "does not agree with the rows" in bot.ask("How many saphenous cases had adjuvant therapy?").computed[0].printed
    )


def test_what_happened_to_the_r1_patients_names_them(bot):
    answer = bot.ask("What happened to the R1 patients?")
    assert all(f"atient {number}" in answer.computed[0].statement for number in (2, 4, 10))
    assert [quote.kind for quote in answer.quotes[:3]] == ["table_row"] * 3


def test_a_cell_that_says_na_is_no_answer(bot):
    answer = bot.ask("How big was the growth in the 42-year-old woman with ankle oedema from 1919?")
    assert answer.abstained
    assert "Size (mm): NA" in answer.reason
    assert "Van Ree" in answer.nearest[0].text


def test_a_case_that_does_not_exist_is_no_answer(bot):
    answer = bot.ask("What was the outcome of case 63 in the saphenous table?")
    assert answer.abstained
    assert "57 cases, none with the number 63" in answer.reason
    reason = bot.ask("How old were patients 5 and 20 of the Tilkorn series?").reason
    assert "12 patients, none with the number 20" in reason
    assert "none with the number 30" in bot.ask("How many of Bochum patients 1, 2 and 30 died?").reason
    (computed,) = bot.ask("How old was case 30?").computed  # which one of the two tables has
    assert computed.statement.startswith("#30 Le Minh 2004")


def test_several_numbered_patients_are_asked_of_together(bot):
    (computed,) = bot.ask("How old were patients 5 and 10 of the Tilkorn series?").computed
    assert computed.statement == "Patient 5 (Age/sex: 55/f), patient 10 (Age/sex: 59/m)."
    assert computed.cases == (5, 10)


def test_two_groups_are_compared_with_their_n(bot):
    (computed,) = bot.ask("Median age of the saphenous men versus women?").computed
    assert (
        "Sex male: median age 57 years" in computed.statement or "sex male: median age 57 years" in computed.statement
    )
    assert "(n = 29 and 28; exploratory)" in computed.statement


def test_a_count_and_a_mean_asked_for_together_are_both_given(bot):
    answer = bot.ask("How many of the saphenous cases were women, and what was their mean age?")
    count, mean = answer.computed
    assert count.statement.startswith("29 of 57 cases")
    assert mean.value == pytest.approx(54.7, abs=0.05)
    assert set(mean.cases) <= set(count.cases)
    assert count.statement in answer.text
    assert mean.statement in answer.text
    assert len(read_question("What is the mean age of women in the saphenous review?")) == 1


def test_survival_is_not_estimated_beyond_the_longest_follow_up(bot):
    (computed,) = bot.ask("What was the ten-year survival after R0 resection in the Bochum series?").computed
    assert computed.value is None
    assert "obody was followed for 120 months" in computed.statement
    assert "the longest of 9 follow-ups is 84 months" in computed.statement
    assert bot.ask("What was the five-year survival in the Bochum series?").computed[0].value is not None


def test_a_survival_that_no_author_prints_is_told_as_an_estimate_not_as_an_answer(bot):
    for question in ("What was the five-year survival in the Bochum series?", "Bochum, 5-y OS?"):
        answer = bot.ask(question)
        assert answer.abstained
        assert answer.reason == "Tilkorn 2010 states no survival at 5 years; what the rows give is an estimate."
        assert answer.computed[0].statement.startswith("56.8 % alive at 60 months")
        assert answer.text.index(answer.reason) < answer.text.index("56.8 %") < answer.text.index("not an answer")
        assert answer.nearest[0].kind == "sentence"
    assert bot.ask("What was the ten-year survival in the Bochum series?").reason.endswith(
        "nor can it be estimated from the rows."
    )


def test_the_refusal_of_a_survival_says_of_which_rows_none_is_printed(bot):
    answer = bot.ask("What was the three-year survival of the Bochum patients with a tumour of the femoral vein?")
    assert answer.reason.startswith("Tilkorn 2010 states no survival at 3 years (with affected vein (femoral));")


def test_a_survival_before_the_first_death_has_no_interval(bot):
    (computed,) = bot.ask("What was the three-year survival of women in the saphenous review?").computed
    assert computed.statement.startswith("100.0 % alive at 36 months (no death before) by Kaplan-Meier, n = 23")


def test_a_rate_after_a_survival_is_of_the_same_rows(bot):
    history = [{"role": "user", "content": "What was the five-year survival in Bochum after R0?"}]
    answer = bot.ask("And the recurrence rate?", history=history)
    (computed,) = answer.computed
    assert computed.query == "share of patients with local recurrence among those margin R0"
    assert computed.statement.startswith("5 of 9 patients")
    assert "another source" not in answer.note, "the rows that lead the answer are of the source that is named"


@pytest.mark.parametrize(
    "question",
    [
        "What was the three-year survival in the Bochum series?",  # printed
        "Five-year survival of the Bochum patients by Kaplan-Meier?",
        "Estimate the five-year survival in the Bochum series.",
        "Five-year survival of the Bochum patients from the rows of Table 2?",
    ],
)
def test_a_survival_that_is_printed_or_to_be_estimated_is_an_answer(bot, question):
    answer = bot.ask(question)
    assert not answer.abstained
    assert answer.computed[0].statement.startswith("56.8 % alive at")


def test_prose_is_answered_by_prose(bot):
    assert bot.ask("How far along the vein should the resection extend?").computed == ()


def test_the_first_patient_is_told_like_any_other(bot):
    (computed,) = bot.ask("What happened to patient 1 in the Bochum series?").computed
    assert "Time to death: 18 months" in computed.statement
    assert "Patient: 1" not in computed.statement


def test_the_row_that_holds_what_was_asked_is_quoted_first(bot):
    answer = bot.ask(
        "Of Bochum patients 11 and 12 with great saphenous vein tumours, which was irradiated, how many Gy?"
    )
    assert "72Gy" in answer.quotes[0].text


@pytest.mark.parametrize(
    ("before", "question", "statement"),
    [
        ("How long did patient 4 of the Bochum series live?", "And number 9?", "Patient 9 (Time to death: 28 months"),
        ("What part of the Bochum tumours grew in the leg?", "And the arm?", "3 of 12 patients (25.0 %"),
        (
            "How many saphenous cases had radiotherapy alone after surgery?",
            "And chemotherapy alone?",
            "4 of 45 cases (8.9 %",
        ),
        ("How many men in the saphenous table were over 60?", "And over 80?", "1 of 28 cases (3.6 %"),
        ("How many Bochum patients had R1 margins?", "And of those, women?", "2 of 12 patients (16.7 %"),  # of the same
        ("How many Bochum patients had lung metastases?", "How old was patient 9?", "Patient 9 (Age/sex: 61/f)"),
    ],
)
def test_a_follow_up_that_names_other_rows_is_asked_of_them(bot, before, question, statement):
    history = [{"role": "user", "content": before}]
    (computed,) = bot.ask(question, history=history).computed
    assert computed.statement.startswith(statement)


def test_a_follow_up_that_changes_nothing_is_not_computed(bot):
    history = [{"role": "user", "content": "How many patients died in the Bochum series?"}]
    assert bot.ask("Of what?", history=history).computed == ()


def test_the_authors_sentence_stands_before_the_rows_where_but_a_number_is_asked_for(bot):
    number = bot.ask("How many saphenous cases were at the ankle?").quotes
    assert "ankle (three cases, 5.9%)" in number[0].text
    assert "Ankle" in bot.ask("How many saphenous cases were at the ankle, and who reported them?").quotes[0].text


def test_a_follow_up_that_names_another_patient_is_asked_of_that_one_alone(bot):
    history = [{"role": "user", "content": "What happened to Saglik's patient in the saphenous table?"}]
    question = "And the 36-year-old woman of Stringer, where did hers spread to?"
    (computed,) = bot.ask(question, history=history).computed
    assert computed.statement.startswith("#13 Stringer 1977 (Metastasis: Lung/scalp")
