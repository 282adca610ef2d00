"""The value that answers by itself: only where there is one, and only one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer
from assistant.direct import direct_value
from evals.fit import FITTING
from evals.questions import load_questions
from evals.running import AssistantSystem
from evals.scoring import judge


@pytest.mark.parametrize(
    ("question", "quote", "value"),
    [
        ("What is the three-year survival?", "The three year survival was 57%.", "57%"),
        ("How long was the follow-up on average?", "The mean follow up period was 38 months.", "38 months"),
        ("What dose of radiation was given?", "with a dose of 60 - 72 Gy [3].", "60 - 72 Gy"),
        ("How much healthy vein is taken?", "extended by approximately 2–3 cm (12).", "approximately 2–3 cm"),
        ("How big was the tumour?", "It measured 5.9 cm × 3.6 cm × 4.5 cm.", "5.9 cm × 3.6 cm × 4.5 cm"),
        ("How old was the man?", "A 72-year-old man was admitted.", "72-year-old"),
        ("In which year was it first described?", "the first case was reported by Perl in 1871.", "1871"),
        ("How many patients had lung metastases?", "Six patients developed them.", "Six patients"),
    ],
)
def test_the_one_value_asked_for_is_found(question, quote, value):
    start, end = direct_value(question, quote)
    assert quote[start:end] == value


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Why is it rare?", "It was 57%."),  # no value is asked for
        ("How many patients died?", "Seven patients of 43 cases died."),  # two to choose from
        ("How many patients died?", "The survival was 57%."),  # not of that kind
        ("How long? And how many?", "It took 3 months."),  # one value is half an answer
        ("postop RT: dose (Gy), no. pts?", "Six patients had a dose of 60 Gy."),  # the same, telegraphic
        ("Bochum vasc LMS: % of MSTT, % of all LMS?", "182 tumors (11% of all MSTT) were leiomyosarcomas."),
        ("RT, how many pts, Gy range", "Six patients had a dose of 60 Gy."),
        ("size + look of the fragments", "They measured 3.5 cm and were grey."),
        ("mean age ± SD at diagnosis", "The mean age was 59 years (± 10.7)."),
        ("What proportion are alive and free of tumour?", "Five of 11 (45%) were alive, four of them free of tumour."),
        ("How many have symptoms?", "A mass is found in 69% (9 of 13 patients), symptoms in only 46% (6 of 13)."),
        ("How long were they followed?", "43 were followed for 1–216 (37.5) months, nine for more than 5 years."),
        ("When do metastases appear?", "Lung metastases were found 10 months after operation."),  # of one patient
        ("What is the survival rate?", "The three year survival was 57%."),
        ("Dimensions, outline and echotexture?", "The size was 5.9 cm."),
        ("Is the survival of 57% right?", "The survival was 57%."),  # an echo
        ("Who was observed the longest, how long?", "He was followed for 13 months."),  # of somebody
        ("How long do both papers say it takes?", "It takes 3 months."),  # a comparison
        ("What is the mean age?", "The age ranged from 2 to 85 years."),  # a range is no mean
        ("How old was the patient?", "He has had diabetes for more than 1 year."),
        ("How old were they?", "The three year survival was 57%."),
        ("How often?", "It was reported (12)."),  # a citation is no value
    ],
)
def test_nothing_is_said_where_it_could_be_wrong(question, quote):
    assert direct_value(question, quote) is None


@given(st.text(max_size=80), st.text(max_size=200))
def test_a_value_is_always_a_part_of_the_quote(question, quote):
    found = direct_value(question, quote)
    assert found is None or (0 <= found[0] < found[1] <= len(quote))


def test_values_shown_first_are_right(bot, corpus):
    raw = {document.id: document.raw for document in corpus}
    system = AssistantSystem(bot)
    fitting = [question for question in load_questions(corpus, folder=FITTING) if question.answerable]
    questions = (*load_questions(corpus, split="tuning"), *fitting)
    records = [judge(question, system.ask(question), raw) for question in questions]
    shown = [record for record in records if record.value_first_right is not None]
    assert len(shown) >= 10
    assert [record.question for record in shown if not record.value_first_right] == []


def test_the_value_survives_json(bot):
    answer = bot.ask("What is the three-year survival of vascular leiomyosarcoma?")
    assert answer.direct_answer == "57%"
    assert answer.to_dict()["direct_answer"] == "57%"
    assert "**57%** [1]" in answer.text
    assert Answer.from_dict(answer.to_dict()) == answer
