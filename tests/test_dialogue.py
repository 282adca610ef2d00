"""Follow-ups: what leans on the dialogue, how it is read, and where its answer is sought."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant import Assistant
from assistant.dialogue import is_elliptic, may_mean_the_disease, resolve
from assistant.retrieval import retrieve
from assistant.settings import PARTS, ranking

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"


def test_a_follow_up_after_a_long_question_keeps_its_own_words(bot: Assistant) -> None:
    long = [{"role": "user", "content": "Please consider the following history of my patient. " * 37}]
    answers = [bot.ask(f"And {word}?", history=long) for word in ("doxorubicin", "renal vein interruption")]
    first, second = (answer.quotes or answer.nearest for answer in answers)
    assert any("doxorubicin" in quote.text.lower() for quote in first)
    assert not {quote.text for quote in first} & {quote.text for quote in second}


def test_a_follow_up_is_read_in_the_light_of_the_dialogue(bot: Assistant) -> None:
    history = [
        {"role": "user", "content": "How many great saphenous vein leiomyosarcomas have been reported?"},
        {"role": "assistant", "content": "56 before this one."},
    ]
    answer = bot.ask("And in the femoral vein?", history=history)
    assert answer.question == "And in the femoral vein?"
    assert answer.resolved_question == (
        "How many femoral vein leiomyosarcomas have been reported? And in the femoral vein?"
    )
    assert any("fewer than 40 cases" in quote.text for quote in answer.quotes)
    assert answer.quotes != bot.ask("And in the femoral vein?").quotes


def test_what_is_asked_of_those_is_asked_of_what_was_named_before() -> None:
    history = [{"role": "user", "content": "How many were given adjuvant treatment after surgery?"}]
    assert resolve("How many of those had radiotherapy only?", history).context == history[0]["content"]
    assert "after radiotherapy" in resolve("And after radiotherapy?", history).context
    history = [{"role": "user", "content": "How many with a tumour in the thigh died?"}]
    assert "in the calf" in resolve("And of those in the calf?", history).context


def test_a_drug_that_the_question_before_asked_for_is_what_it_means(bot: Assistant) -> None:
    history = [{"role": "user", "content": "Which drug was the Moroccan woman switched to after doxorubicin?"}]
    asked = "And did the nodules respond to it?"
    assert bot.ask(asked, history=history).resolved_question.endswith(
        "And did the nodules respond to it (gemcitabine)?"
    )
    history = [{"role": "user", "content": "What did they first think the Moroccan woman had?"}]
    asked = "And what was she given for that?"
    assert bot.ask(asked, history=history).resolved_question == f"{history[0]['content']} {asked}"


def test_how_somebody_was_treated_asks_for_a_drug_where_the_follow_up_speaks_of_one(bot: Assistant) -> None:
    history = [
        {"role": "user", "content": "How was the Moroccan patient's recurrence treated?"},
        {"role": "assistant", "content": "With doxorubicin."},
    ]
    failed = bot.ask("And when that failed?", history=history)
    assert failed.resolved_question.endswith("And when that failed (doxorubicin)?")
    assert "gemcitabine" in failed.quotes[0].text
    spread = "Did it spread to the lungs?"  # it: the tumour
    assert bot.ask(spread, history=history).resolved_question.endswith(spread)


def test_one_of_the_patients_listed_before_is_asked_of_by_number(bot: Assistant) -> None:
    first = "Which Bochum patients had R1 margins?"
    history = [{"role": "user", "content": first}, {"role": "assistant", "content": bot.ask(first).text}]
    second = "How old was the second one?"
    answer = bot.ask(second, history=history)
    assert answer.resolved_question == f"{first} How old was patient 4?"
    history += [{"role": "user", "content": second}, {"role": "assistant", "content": answer.text}]
    (alive,) = bot.ask("Is she still alive?", history=history).computed
    assert alive.cases == (4,)


@pytest.mark.parametrize(
    ("answer", "question", "understood"),
    [
        ("Patient 9 in the bones and patient 11 in the liver.", "Is the second one alive?", "Is patient 11 alive?"),
        ("Patient 9 in the bones and patient 11 in the liver.", "Is the former alive?", "Is patient 9 alive?"),
        ("Patients 2, 4 and 10.", "How old was the last of them?", "How old was patient 10?"),
        ("Patients 2, 4 and 10.", "How old was the latter?", "How old was the latter?"),  # of two
        ("Patients 2 and 4.", "Who reported the first case of it?", "Who reported the first case of it?"),
        ("Patients 2 and 4.", "How old was the third one?", "How old was the third one?"),
        ("Patient 11.", "How old was the first one?", "How old was the first one?"),
        ("**Patient 11.** “Six patients (NO.1; 2) ...” [1]", "And the last one?", "And the last one?"),
        ("“Of these, patients 2 and 4 died.” [1]", "And the last one?", "And the last one?"),
    ],
)
def test_the_second_one_is_the_second_that_the_answer_itself_lists(answer: str, question: str, understood: str) -> None:
    asked = "Which Bochum patients had other deposits?"
    history = [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
    assert resolve(question, history).question == understood


def test_what_is_asked_of_somebody_is_not_answered_from_others(bot: Assistant) -> None:
    said = ("Did anyone in the Bochum series have chemotherapy before surgery?", "So there was a regimen in one case.")
    history = [{"role": "user", "content": text} for text in said]
    answer = bot.ask("Which drugs were in it?", history=history)
    assert answer.abstained
    assert answer.resolved_question.startswith(said[0])


def test_a_treatment_that_only_dates_another_does_not_take_its_place() -> None:
    history = [{"role": "user", "content": "What dose of radiotherapy was given?"}]
    assert resolve("And was that before surgery?", history).context == history[0]["content"]
    history = [{"role": "user", "content": "Was the angiogram normal?"}]
    assert resolve("And the venography?", history).context == "Was the venography normal?"


def test_what_the_dialogue_adds_nothing_to_is_read_alone(bot: Assistant) -> None:
    history = [{"role": "user", "content": "Is a needle biopsy useful?"}]
    question = "How is it distinguished from a DVT?"
    assert bot.ask(question, history=history).resolved_question == question
    history = [{"role": "user", "content": "Where was the tumour of the Moroccan woman?"}]
    asked = "How was it treated?"
    assert bot.ask(asked, history=history).resolved_question == f"{history[0]['content']} {asked}"


def test_a_question_that_stands_alone_is_not_changed_by_the_dialogue(bot: Assistant) -> None:
    history = [{"role": "user", "content": "Which stains are positive in the Korean man?"}]
    alone = bot.ask(SURVIVAL)
    assert bot.ask(SURVIVAL, history=history) == alone


def test_it_is_the_disease_where_the_question_before_leads_nowhere(bot: Assistant) -> None:
    history = [{"role": "user", "content": "What is the treatment for lung metastases?"}]
    question = "How is it distinguished from a DVT?"
    answer = bot.ask(question, history=history)
    assert answer == bot.ask(question)
    assert not answer.abstained
    assert may_mean_the_disease(question)
    assert not any(map(may_mean_the_disease, ("And is it seen on CT?", "Did they treat it?", "Which drug?")))


def test_a_chain_of_follow_ups_reaches_back_to_the_question_that_stands_alone() -> None:
    history = [
        {"role": "user", "content": "What did surveillance show in the Moroccan woman with a femoral vein tumour?"},
        {"role": "assistant", "content": "Lung nodules."},
        {"role": "user", "content": "And the PET?"},
    ]
    assert resolve("Why?", history).context == (
        "What did surveillance show in the Moroccan woman with a femoral vein tumour? And the PET?"
    )
    assert resolve("Why?", history).topic == resolve("Why?", history).context
    longer = [*history, {"role": "user", "content": "Where?"}]
    assert resolve("Why?", longer).topic == "femoral vein And the PET? Where?"
    nameless = [{"role": "user", "content": text} for text in ("What did surveillance show?", "And the PET?", "Where?")]
    assert resolve("Why?", nameless).topic == "What did surveillance show? And the PET? Where?"
    assert resolve("Why?", []).context == ""
    told_first = [{"role": "user", "content": "Tell me about the Moroccan woman"}]
    assert resolve("Any metastases?", told_first).text == "Tell me about the Moroccan woman. Any metastases?"
    assert not is_elliptic("Which margins are recommended for saphenous vein leiomyosarcoma?")


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("What should make me think again?", True),
        ("Was it removed completely?", True),
        ("How big was Jernstrom's saphenous vein leiomyosarcoma and where was it?", False),  # it: the leiomyosarcoma
        ("Saglik's Turkish patient: what was his age?", False),
        ("Had the swelling gone by then?", True),
        ("Did the tumour come back?", True),
        ("Any trouble with clots?", True),
        ("Same for the Chinese man?", True),
        ("No, I meant the woman from Rabat", True),
        ("Is that in line with the literature on survival?", True),
        ("Do the Moroccan authors agree?", True),
        ("Do the old series cited in the Dr.Oracle article see it the same way?", True),
        ("Do the authors of the saphenous review think so too?", True),
        ("Does the Dr.Oracle article disagree with that?", True),
        ("Do the sources agree on radiotherapy of high-grade tumours?", False),
        ("Was patient 11 still alive?", True),  # of which series?
        ("Was Bochum patient 11 still alive?", False),
        ("In the saphenous table, on which side was case 11?", False),
        ("Did the lump in the Chinese man hurt?", False),
        ("How large was the lump of the 37-year-old?", False),
        ("What was tried before the diagnosis was known?", True),
        ("What is tried before surgery of large tumours?", False),
        ("What was found in the saphenous review?", False),
        ("Any saphenous tumours reported from Turkey?", False),
        ("Which margins are recommended in the groin?", False),
        ("What is the one-year survival after resection of uterine leiomyosarcoma?", False),
        ("Is there evidence for adjuvant radiotherapy in leiomyosarcoma?", False),
        ("Which tumours such as liposarcoma mimic a thrombus?", False),
        ("Was a tumour ever found there before?", True),
        ("Which organ came next after the lungs?", True),
        ("Which step of treatment follows next for a saphenous tumour?", False),
        ("I see, for example numbers 1, 5 and 12 of that table.", True),
        ("OK, which margins are recommended for a tumour of the femoral vein?", False),
    ],
)
def test_a_pronoun_or_what_is_spoken_of_as_known_leans_on_the_dialogue_unless_its_question_names_it(
    question: str, leans: bool
) -> None:
    assert is_elliptic(question) is leans


def test_a_follow_up_is_sought_beside_what_answered_the_question_before(bot: Assistant) -> None:
    first = "What did the cut surface of the saphenous vein tumour look like?"
    history = [{"role": "user", "content": first}, {"role": "assistant", "content": bot.ask(first).text}]
    microscopy = bot.ask("And down the microscope?", history).quotes[0]
    assert microscopy.doc_id == "gsv-review"
    assert "icroscopic" in microscopy.text
    resolved = resolve("And down the microscope?", history)
    nowhere = replace(ranking(), beside=0.0)
    for weights, place in ((None, True), (nowhere, False)):
        ranked = retrieve(bot.index, resolved, weights)
        assert bool(ranked.parts[:, PARTS.index("beside")].any()) is place


def test_where_the_question_before_was_answered_is_told_by_what_was_quoted(bot: Assistant) -> None:
    turns = ["Where was the tumour in the Moroccan patient?", "What grrade?"]
    history: list[dict[str, str]] = []
    for text in turns:
        said = bot.ask(text, history).text
        history += [{"role": "user", "content": text}, {"role": "assistant", "content": said}]
    assert said.startswith("Read as: ")
    assert "“grrade”" in said
    assert resolve("And the Ki-67?", history).answered.startswith("“The tumor was classified as grade 2")


def test_a_follow_up_is_read_with_the_dialogue_and_by_itself(bot: Assistant) -> None:
    history = [{"role": "user", "content": "What did the cut surface of the saphenous vein tumour look like?"}]
    alone, leaning = (retrieve(bot.index, resolve("And the mitoses?", turns)) for turns in ([], history))
    assert [reading.share for reading in alone.readings] == [1.0]
    assert [reading.share for reading in leaning.readings] == [1 - ranking().itself, ranking().itself]
    assert set(alone.units.tolist()) <= set(leaning.units.tolist())
    assert all(len(reading.matches) == len(leaning.units) for reading in leaning.readings)
    assert np.array_equal(alone.readings[0].asked.numbers, leaning.readings[1].asked.numbers)
    assert not np.array_equal(alone.readings[0].asked.numbers, leaning.readings[0].asked.numbers)


def told(bot: Assistant, *questions: str) -> list[dict[str, str]]:
    """A dialogue of these questions and their answers."""
    history: list[dict[str, str]] = []
    for question in questions:
        said = bot.ask(question, history).text
        history += [{"role": "user", "content": question}, {"role": "assistant", "content": said}]
    return history


def test_after_a_row_the_same_row_is_asked_for_and_not_those_around_it(bot: Assistant) -> None:
    first = "Where was the tumour of the patient whom Jernstrom reported?"
    resolved = resolve("And was he alive in the end?", told(bot, first))
    ranked = retrieve(bot.index, resolved)
    beside = dict(zip(ranked.units.tolist(), ranked.parts[:, PARTS.index("beside")].tolist(), strict=True))
    rows = {number: bot.corpus.units[number].text for number in beside if bot.corpus.units[number].kind == "table_row"}
    (his,) = (number for number, text in rows.items() if "Jernstrom" in text)
    assert beside[his] == max(beside[number] for number in rows) > 0.5
    assert int(ranked.units[0]) == his


def test_rows_of_one_patient_in_two_tables_are_one_place(bot: Assistant) -> None:
    first = "Bochum patient no. 6, the 64-year-old: which leg?"
    ranked = retrieve(bot.index, resolve("And how long was he followed?", told(bot, first)))
    beside = {
        bot.corpus.units[number].text: ranked.parts[place, -1] for place, number in enumerate(ranked.units.tolist())
    }
    rows = sorted(beside, key=lambda text: -beside[text])[:2]
    assert all(text.startswith("6 64") for text in rows)
    assert beside[rows[0]] == beside[rows[1]] > 0.5
