"""Questions over rows: understood wholly or not at all, computed in the open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cases.quantities import figures
from assistant.cases.reading import read_question
from corpus.cases import table
from corpus.cases.query import run


def asked(question: str):
    queries = read_question(question)
    assert len(queries) == 1, question
    return run(queries[0], table(queries[0].table))


@pytest.mark.parametrize(
    ("question", "k", "n"),
    [
        ("How many of the saphenous cases had lung metastases?", 9, 46),
        ("How many women in the saphenous review were over 60?", 15, 29),
        ("GSV table: tumours of 5 cm or more, how many?", 23, 49),
        ("How many of Tilkorn's R0 patients had a local recurrence?", 5, 9),
        ("What share of the saphenous patients with metastases died?", 6, 12),
        ("In how many saphenous cases was there neither local recurrence nor metastasis?", 31, 46),
        ("How many saphenous patients had chemotherapy alone?", 4, 45),
        ("How many of the 57 saphenous cases are from the 1990s?", 9, 57),
        ("How many Bochum patients had no radiotherapy?", 6, 12),
        ("What share of saphenous cases had metastases? Those over 5 cm?", 6, 14),
        ("What share of saphenous cases recurred locally? Since 2000?", 1, 24),
        ("How many of the 57 were women? And what share of those died?", 2, 24),
        ("How many of the women in the 57 cases died, in percent?", 2, 24),
        ("Metastases in % of the women of the 57 cases?", 4, 25),
        ("How many of Bochum patients 1, 2 and 3 died?", 2, 3),
        ("How many saphenous cases were given adjuvant treatment? How many of those had radiotherapy only?", 12, 18),
        ("How many saphenous cases were in the thigh? And of these, how many were in the left thigh?", 12, 26),
        ("How many saphenous patients had no swelling?", 46, 51),
        ("How many Bochum patients had no clear margins?", 3, 12),
        ("How many saphenous patients without oedema died?", 4, 37),
        ("How many of the patients in the Bochum series treated with radiotherapy relapsed?", 4, 6),
        ("How many saphenous patients were under the age of 5?", 2, 57),
        ("What part of the Bochum tumours grew in the arm?", 3, 12),
        ("How many women in the Bochum series survive?", 5, 12),
        ("How many of the saphenous patients had a clot?", 4, 51),
        ("How many of the Bochum patients had a VTE?", 4, 12),
    ],
)
def test_counts_are_those_of_the_rows(question, k, n):
    result = asked(question)
    assert (len(result.counted), len(result.base)) == (k, n)


@pytest.mark.parametrize(
    "question",
    [
        "How many of the 57 saphenous patients smoked?",
        "How many saphenous patients were obese?",
        "Mean blood loss in the Bochum series?",
        "How many saphenous cases except the Chinese ones recurred?",
        "How many patients were there?",
        "How long did women with saphenous leiomyosarcoma survive?",
        "What did the dead saphenous patients die of?",
        "Which chemotherapy did Saglik's patient get?",
        "How many relapses and how many metastases in the Bochum series?",
        "Who discovered veins?",
        "What share of saphenous cases recurred locally? Spread?",
        "What share of saphenous patients with thrombosis turned out to have two tumours?",
        "Bibbo vs Macarenco: Gy?",
        "How many lung deposits did the 72-year-old man with the thigh tumour have?",
        "Le Minh's woman had both radiation and chemo, right? Which came first?",
        "How many of the saphenous cases were not reported to be alive?",
        "How many saphenous patients had at least three symptoms?",
        "How many saphenous patients had 3 or more symptoms?",
        "How many saphenous patients survived between 20 and 40 months?",
        "In the Bochum series, how many of the patients 20 to 40 years old had metastases?",
        "Who were the three oldest patients in the saphenous table?",
        "Is the right number of Bochum deaths given?",
        "How many Bochum patients had been left with metastases?",
        "",
    ],
)
def test_a_filter_that_is_not_understood_is_never_guessed(question):
    assert read_question(question) == ()


@pytest.mark.parametrize(
    "question",
    [
        "What is the treatment for lung metastases?",
        "Can recurrent tumour be operated on?",
        "outcome with metastatic disease",
        "How common is leiomyosarcoma of the femoral vein?",
    ],
)
def test_a_question_about_the_disease_is_not_one_over_rows(question):
    assert read_question(question) == ()


@pytest.mark.parametrize(
    "question",
    [
        "What was the treatment of the patients with lung metastases?",
        "outcome in children",
        "treatment of lung metastases in the saphenous table",
        "How common are lung metastases?",
    ],
)
def test_a_question_that_names_rows_or_a_table_or_counts_is_one_over_rows(question):
    assert read_question(question)


@pytest.mark.parametrize(
    ("question", "given", "where"),
    [
        (
            "How many Bochum patients with radiotherapy relapsed compared with those without?",
            "radiotherapy",
            "recurrence",
        ),
        ("How many saphenous patients with lung metastasis died versus those without?", "metastasis", "outcome"),
        ("How many saphenous patients who had metastases died versus those who did not?", "metastasis", "outcome"),
        ("What percentage of the saphenous women died compared with men?", "sex", "outcome"),
        ("What percentage of the Bochum patients with R0 recurred compared with R1?", "margin", "recurrence"),
    ],
)
def test_groups_are_compared_by_what_they_have_not_by_what_became_of_them(question, given, where):
    (query,) = read_question(question)
    assert {each.column for each in query.by} == {given}
    assert ([each.column for each in query.where], query.given) == ([where], ())


def test_numbers_of_groups_are_compared_by_their_means_and_the_rows_of_patients_are_listed():
    (size,) = read_question("GSV-LMS: size painful vs painless?")
    assert (size.measure, size.of, len(size.by)) == ("mean", "size_mm", 2)
    (both,) = read_question("Follow-up of Bibbo and Macarenco?")
    assert (both.measure, both.by) == ("list", ())
    assert len(run(both, table(both.table)).counted) == 2
    (dose,) = read_question("How many Gy did patient 4 of the German series get?")
    assert (dose.measure, dose.show) == ("list", ("dose_gy",))


def test_a_question_that_fits_two_tables_is_answered_for_each():
    assert {query.table for query in read_question("How many women had a local recurrence?")} == {
        "gsv-review",
        "tilkorn2010",
    }


def test_what_was_asked_and_what_was_given_are_told_apart():
    (query,) = read_question("Of the saphenous patients who had radiotherapy, how many had metastases?")
    assert [each.column for each in query.given] == ["adjuvant"]
    assert [each.column for each in query.where] == ["metastasis"]


@pytest.mark.parametrize(
    "question",
    [
        "In how many of the thirteen operations did the vein have to be rebuilt?",
        "Clear margins in how many of the thirteen?",
        "How many of the thirty saphenous cases were in the thigh?",
        "How many of the six Bochum patients with lung metastases had them resected?",
    ],
)
def test_of_so_many_patients_means_no_table_of_another_size(question):
    assert read_question(question) == ()


@pytest.mark.parametrize(
    ("question", "tables"),
    [
        ("How many of the 57 cases had venous reconstruction?", ["gsv-review"]),
        ("How many of the 56 cases had venous reconstruction?", ["gsv-review"]),
        ("In how many of the twelve did the sarcoma come back?", ["tilkorn2010"]),
    ],
)
def test_of_so_many_patients_means_the_table_of_that_size(question, tables):
    assert [query.table for query in read_question(question)] == tables


def test_most_patients_without_a_column_is_no_question_over_rows():
    assert read_question("Do most patients need chemo or radiation afterwards?") == ()
    assert read_question("In the Korean report, who described the first case?") == ()  # a paper, no country


@pytest.mark.parametrize(
    ("words", "digits"),
    [("sixty-six", "66"), ("in her sixties", "in her 60s"), ("the twelve", "the 12"), ("ninety", "90"), ("one", "one")],
)
def test_number_words_become_figures(words, digits):
    assert figures(words) == digits


@given(st.text(max_size=120))
def test_no_text_breaks_the_reader(text):
    for query in read_question(text):
        run(query, table(query.table))


@given(
    st.lists(
        st.sampled_from(
            [
                "how",
                "many",
                "saphenous",
                "cases",
                "women",
                "men",
                "over",
                "under",
                "60",
                "5",
                "cm",
                "mm",
                "with",
                "without",
                "lung",
                "metastases",
                "recurrence",
                "and",
                "or",
                "radiotherapy",
                "chemotherapy",
                "died",
                "alive",
                "mean",
                "median",
                "most",
                "of the thirteen",
                "age",
                "follow-up",
                "by",
                "sex",
                "versus",
                "thigh",
                "groin",
                "R0",
                "R1",
                "Bochum",
            ]
        ),
        max_size=12,
    )
)
def test_no_sequence_of_known_words_breaks_the_reader(words):
    for query in read_question(" ".join(words)):
        result = run(query, table(query.table))
        assert set(result.counted) <= set(result.base) | set(result.counted)
        assert not set(result.counted) & set(result.missing)


def test_how_many_there_ever_were_is_not_counted_in_the_rows_of_one_hospital():
    assert not read_question("How many femoral vein leiomyosarcomas have ever been published?")
    assert read_question("How many of Tilkorn's published tumours were in the femoral vein?")
    assert read_question("How many tumours were in the femoral vein?")
