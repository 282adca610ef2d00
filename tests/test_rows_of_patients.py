"""Questions about one patient, or some by number: read from their rows; a follow-up from the row spoken of before."""

from __future__ import annotations

import pytest

from assistant.cases.reading import read_question


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("How was Saglik's patient treated?", ("operation", "adjuvant")),
        ("How was Bochum patient 9 treated?", ("margin", "dose_gy", "adjuvant")),
        ("Was Saglik's patient irradiated?", ("adjuvant",)),
        ("Did patient 9 of the Bochum series develop metastases?", ("metastasis",)),
        ("Did the tumour recur in Bochum patient 3?", ("recurrence",)),
        ("Is Byard's patient alive?", ("outcome",)),
        ("How long did Byard's patient survive?", ("follow_up_months", "outcome")),
        ("How long did patient 9 of the Bochum series live?", ("death_months", "outcome", "follow_up_months")),
        ("What was the survival of Bochum patient 9?", ("death_months", "outcome", "follow_up_months")),
        ("When did Bochum patient 9 die?", ("death_months", "outcome", "follow_up_months")),
    ],
)
def test_what_is_asked_of_one_patient_is_read_from_the_row(question, shown):
    (query,) = read_question(question)
    assert (query.measure, query.show) == ("list", shown)
    assert [condition.column for condition in query.where] in (["author"], ["case"])


@pytest.mark.parametrize(
    ("question", "cases", "shown"),
    [
        ("How were Bochum patients 5 and 10 treated?", (5, 10), ("margin", "dose_gy", "adjuvant")),
        ("After how many months did Bochum patients 5 and 10 relapse?", (5, 10), ("recurrence_months",)),
        ("How were Bochum patients 5 or 10 treated?", (5, 10), ("margin", "dose_gy", "adjuvant")),
        ("What was the treatment of saphenous case 12, 60-year-old woman?", 12, ("adjuvant",)),
    ],
)
def test_what_is_asked_of_numbered_patients_is_read_from_their_rows(question, cases, shown):
    (query,) = read_question(question)
    assert (query.measure, query.show) == ("list", shown)
    assert next(each.wanted for each in query.where if each.column == "case") == cases


@pytest.mark.parametrize(
    "question",
    [
        "How many saphenous patients 50, 60 and 70 years old died?",
        "What share of saphenous patients 50 and older died?",
        "How many of saphenous patients 5 and 10 months after surgery died?",
    ],
)
def test_an_age_or_a_time_is_no_number_of_a_patient(question):
    assert all(each.column != "case" for query in read_question(question) for each in (*query.where, *query.given))


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("Bochum pt 8: vein(s) + VTE?", ("vessel", "event")),
        ("Bochum patient 5: grade and metastases?", ("grade", "metastasis")),
        ("How long before it came back in Bochum patient 9?", ("recurrence_months",)),
        ("Did Bochum patient 10 have a clot?", ("event",)),
    ],
)
def test_what_is_asked_beside_a_cell_is_a_cell_too(question, shown):
    (query,) = read_question(question)
    assert query.show == shown
    assert [condition.column for condition in query.where] == ["case"]


@pytest.mark.parametrize(
    ("question", "reported"),
    [
        ("How old was the Korean patient?", True),
        ("What happened to the Chinese patient?", True),
        ("Korean patient: outcome?", True),
        ("How old was the Chinese man of 2019?", False),
        ("In the saphenous table, how old was the Korean patient?", False),
        ("What became of the Korean woman?", False),
        ("How old is the oldest of the Chinese patients?", False),
    ],
)
def test_the_patient_of_a_case_report_is_not_a_row_from_that_country(question, reported):
    assert bool(read_question(question)) != reported


def test_how_the_oldest_did_is_told_by_the_course():
    (query,) = read_question("How did the oldest patient in the saphenous review do?")
    assert (query.measure, query.of) == ("max", "age")
    assert query.show == ("recurrence", "metastasis", "outcome")


@pytest.mark.parametrize(
    ("context", "question", "case", "shown"),
    [
        ("Where was the tumour of Saglik's patient?", "And how was it treated?", "Saglik", ("operation", "adjuvant")),
        ("Where was the tumour of Saglik's patient?", "Any metastases?", "Saglik", ("metastasis",)),
        (
            "Where was the tumour of Saglik's patient?",
            "What was she given after the operation?",
            "Saglik",
            ("adjuvant",),
        ),
        ("Where was the tumour of Saglik's patient?", "Which leg?", "Saglik", ("side",)),
        ("How old was Byard's patient? Where to did it spread?", "Outcome?", "Byard", ("outcome",)),
        ("Where was Saglik's tumour? And Byard's?", "How big was it?", "Byard", ("size_mm",)),
        ("How old was Bochum patient 9?", "How long did she live?", 9, ("death_months", "outcome", "follow_up_months")),
        ("How was Bochum patient 9 treated?", "When did it come back?", 9, ("recurrence_months",)),
        ("Largest tumour in the GSV table?", "Did it spread?", 32, ("metastasis",)),
        (
            "Who in the Bochum table had an embolism? So that is patient 10.",
            "Were the margins clear in him?",
            10,
            ("margin",),
        ),
    ],
)
def test_a_follow_up_is_asked_of_the_one_patient_who_was_named_or_found_before(context, question, case, shown):
    (query,) = read_question(question, context)
    assert (query.measure, query.show) == ("list", shown)
    assert [condition.wanted for condition in query.where] == [case]


@pytest.mark.parametrize(
    ("context", "question"),
    [
        ("Did the tumour come back in Bochum patient 9?", "After how long?"),  # of "come back", not of follow-up
        ("Where was the tumour of Saglik's patient?", "Why was it missed?"),
        ("Where was the tumour of Saglik's patient?", "And Byard's?"),
        ("Which markers were positive in the Korean tumour?", "Any metastases?"),
        ("Which Bochum patients died?", "How old were they?"),
        ("Where was the tumour of Saglik's patient?", "How many had metastases?"),
    ],
)
def test_a_follow_up_that_means_no_one_patient_is_not_asked_of_one(context, question):
    assert read_question(question, context) == ()


@pytest.mark.parametrize(
    "question",
    [
        "How was the lung metastasis of Saglik's patient treated?",
        "How was the recurrence of Bochum patient 9 treated?",
        "When did Gross's patient develop metastases?",
    ],
)
def test_what_no_cell_of_a_patients_row_tells_is_not_read_from_it(question):
    assert read_question(question) == ()
