"""The questions of the evaluation: read with the places of their quotes, and refused where they are malformed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from evaluating import FINDERS, SHIPPED, UNITS

from evals.passages import same_passage
from evals.questions import KINDS, QuestionError, load_questions, parse_question, split_of

GOOD = {
    "id": "z-1",
    "type": "fact",
    "question": "How many lived three years?",
    "answerable": True,
    "facts": [["57%"]],
    "support": [{"doc": "tilkorn2010", "quote": "The three year survival was 57%."}],
}


def test_the_split_is_fixed() -> None:
    pinned = {"qt-001": "tuning", "qt-002": "test", "qt-003": "tuning", "qt-004": "test", "any id": "test"}
    assert {question_id: split_of(question_id) for question_id in pinned} == pinned


def test_the_split_halves_our_questions_and_keeps_the_sample_for_testing() -> None:
    own = load_questions(SHIPPED, "own")
    tuning = load_questions(SHIPPED, "own", "tuning")
    test = load_questions(SHIPPED, "own", "test")
    assert sorted(question.id for question in (*tuning, *test)) == sorted(question.id for question in own)
    assert 0.4 < len(tuning) / len(own) < 0.6
    assert {question.split for question in load_questions(SHIPPED, "sample")} == {"test"}
    assert load_questions(SHIPPED, "sample", "tuning") == ()


def test_all_question_files_load_with_every_support_found_and_every_id_once() -> None:
    questions = load_questions(SHIPPED)
    assert len({question.id for question in questions}) == len(questions)
    assert all(support.places for question in questions for support in question.support)
    assert len([question for question in questions if question.set == "sample"]) == 43


def test_our_questions_are_many_and_of_every_kind() -> None:
    own = load_questions(SHIPPED, "own")
    unanswerable = [question for question in own if not question.answerable]
    assert len(own) >= 150
    assert len(unanswerable) >= 35
    assert sum(question.sub == "near" for question in unanswerable) > len(unanswerable) / 2
    assert {question.kind for question in own} >= set(KINDS) - {"aggregate", "audit"}
    assert {support.doc_id for question in own for support in question.support} == {doc.id for doc in SHIPPED}


def test_every_answerable_question_can_be_answered_by_quotable_units() -> None:
    """A perfect system, which knows the supports, reaches every question."""
    unreachable = [
        question.id
        for question in load_questions(SHIPPED)
        if question.answerable
        and not any(
            unit.doc_id == support.doc_id and same_passage(unit.spans, place)
            for support in question.support
            for place in support.places
            for unit in UNITS
        )
    ]
    assert unreachable == []


def test_a_good_question_is_read_with_every_place_of_its_quote() -> None:
    question = parse_question(GOOD, FINDERS, "line 1")
    assert question.facts == (("57%",),)
    raw = SHIPPED["tilkorn2010"].raw
    (support,) = question.support
    assert len(support.places) == 2  # abstract and results
    for (span,) in support.places:
        assert " ".join(raw[span.start : span.end].split()) == "The three year survival was 57"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"support": [{"doc": "tilkorn2010", "quote": "No such words."}]}, 'z-1.*tilkorn2010.*"No such words."'),
        ({"support": [{"doc": "nowhere", "quote": "x"}]}, "z-1.*'nowhere'"),
        ({"support": [{"quote": "x"}]}, "'doc' and 'quote'"),
        ({"support": []}, "needs facts and support"),
        ({"facts": ["57%"]}, "list of lists"),
        ({"facts": [["58%"]]}, "no support states the fact 58%"),
        ({"type": "riddle"}, "'riddle' is unknown"),
        ({"type": "followup"}, "needs history"),
        ({"type": "followup", "history": [{"role": "nurse", "content": "x"}]}, "role"),
        ({"type": "unanswerable"}, "'answerable' must be false"),
        ({"answerable": False}, "'answerable' must be false"),
        ({"question": " "}, "empty"),
        ({"docs_needed": ["nowhere"]}, "'nowhere'"),
        ({"answer": "57"}, "unknown fields: answer"),
        ({"type": "unanswerable", "answerable": False, "facts": [], "support": [], "sub": "odd"}, "needs 'sub'"),
    ],
)
def test_a_malformed_question_is_an_error_that_says_what_is_wrong(change: dict[str, Any], said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        parse_question({**GOOD, **change}, FINDERS, "line 1")


def test_a_missing_field_and_a_line_that_is_not_json_are_errors_too(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="lacks: answerable, question"):
        parse_question({"id": "z", "type": "fact"}, FINDERS, "line 1")
    (tmp_path / "own.jsonl").write_text("{]\n", encoding="utf-8")
    with pytest.raises(QuestionError, match=r"own\.jsonl, line 1 is not JSON"):
        load_questions(SHIPPED, folder=tmp_path)
    with pytest.raises(QuestionError, match="no question file"):
        load_questions(SHIPPED, folder=tmp_path / "empty")


def test_an_id_in_two_files_is_an_error(tmp_path: Path) -> None:
    for name in ("one.jsonl", "two.jsonl"):
        (tmp_path / name).write_text(json.dumps(GOOD), encoding="utf-8")
    with pytest.raises(QuestionError, match=r"'z-1' stands twice: in one\.jsonl and in two\.jsonl"):
        load_questions(SHIPPED, folder=tmp_path)
