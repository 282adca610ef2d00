"""Typing errors in the terms of the field, and questions for the reader."""

from __future__ import annotations

import pytest

from assistant.spelling import corrected


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("leiomyosacoma of the vein?", "leiomyosarcoma of the vein?"),
        ("saphenus vein tumour size", "saphenous vein tumour size"),
        ("local recurrance after surgery", "local recurrence after surgery"),
        ("thombectomy risk", "thrombectomy risk"),
        ("Where do metastasses go?", "Where do metastases go?"),
        ("doxorubcin response", "doxorubicin response"),
        ("desmin in the vien", "desmin in the vein"),
    ],
)
def test_a_mistyped_term_is_read_as_the_term(bot, typed, read):
    text, changes = corrected(bot.index, typed)
    assert text == read
    assert len(changes) == 1


def test_every_mistyped_word_is_named_with_what_it_is_read_as(bot):
    text, changes = corrected(bot.index, "desmin and actinn in the vien")
    assert text == "desmin and actin in the vein"
    assert changes == (("actinn", "actin"), ("vien", "vein"))


@pytest.mark.parametrize(
    "question",
    [
        "What is the three year survival of vascular leiomyosarcoma?",
        "Is pembrolizumab or imatinib used in GIST?",
        "Does my husband need anticoagulation with apixaban?",
        "Tumours, haematogenous spread, oedema and colour Doppler",
        "GSV LMS mets after R1, IHC for h-caldesmon, Ki67?",
        "What did Dzsinich, Kevorkian and Narayanan report?",
        "Was an allograft, a stent or a shunt used, and was the infusion percutaneous?",
        "Is the dedifferentiated part necrotic, and what of morbidity, gait and fibrosis?",
        "Clavien-Dindo after axillary or soleal vein resection under propofol; copd, sbrt, picc?",
        "a high signal inten- sity and pulmonary metas- tases",  # as pasted from two lines of print
    ],
)
def test_what_is_rightly_spelled_is_left_alone(bot, question):
    assert corrected(bot.index, question) == (question, ())


def test_no_word_of_a_question_without_answer_is_read_as_another(bot):
    read = [corrected(bot.index, gap.text)[1] for gap in bot.index.gaps]
    assert len(read) > 10_000
    assert not any(read)


def test_the_answer_says_what_was_read(bot):
    answer = bot.ask("What is the commonest site of saphenus leiomyosacoma?")
    assert answer.corrections == (("saphenus", "saphenous"), ("leiomyosacoma", "leiomyosarcoma"))
    assert answer.understood.startswith("Read as: What is the commonest site of saphenous leiomyosarcoma?")
    assert answer.understood in answer.text
    assert type(answer).from_dict(answer.to_dict()) == answer


def test_suggestions_hold_every_word_typed(bot):
    found = bot.suggest("metastases saph")
    assert found
    assert all("metastases" in text.lower() and "saph" in text.lower() for text in found)
    assert bot.suggest("zz") == ()
    dialogue = next(question.text for question in bot.index.bank if question.dialogue)
    assert bot.suggest(dialogue) == ()  # a follow-up and what it leans on is nothing to ask at once
    assert bot.suggest("[(*") == ()


def test_related_questions_are_others_that_the_sources_answer(bot):
    answer = bot.ask("What was the three-year survival in the Bochum series?")
    bank = {question.text for question in bot.index.bank}
    assert 0 < len(answer.related) <= 3
    assert set(answer.related) <= bank
