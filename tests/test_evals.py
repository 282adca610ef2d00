"""The evaluation harness: its arithmetic by hand, its question files, its report."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from assistant import Assistant
from assistant.answer import Answer, Quote
from corpus import Span, load_corpus
from evals.baselines import NAMES, build_baselines, chunk_passages
from evals.comparison import compare
from evals.facts import all_stated
from evals.figures import auc, calibration_bins, calibration_error, per_kind, summarise
from evals.floors import Floor, Floors, FloorsError, missed_floors, read_floors
from evals.page import render_page
from evals.passages import Finder, Passage, first_words, is_verbatim, raw_files, same_passage
from evals.questions import KINDS, Question, QuestionError, Support, load_questions, parse_question, split_of
from evals.report import Report, ReportError, describe_run, read_report
from evals.running import ASSISTANT, AssistantSystem, run
from evals.scoring import Record, Reply, judge
from index import find_model

SHIPPED = load_corpus()
UNITS = SHIPPED.units
RAW = raw_files(SHIPPED)
FINDERS = {document.id: Finder(document) for document in SHIPPED}


def record(number: int, rank: int | None = 1, **changes: Any) -> Record:
    """A judged reply of an own question of the test half; ``rank`` None makes it unanswerable."""
    answerable = rank is not None
    plain = Record(
        id=f"q-{number}",
        set="sample",
        kind="fact" if answerable else "unanswerable",
        sub="" if answerable else "near",
        question=f"Question {number}?",
        answerable=answerable,
        answered=True,
        confidence=0.5,
        ms=4.0,
        rank=rank,
        facts_found=answerable or None,
        docs_found=None,
        within_first_words=answerable or None,
        words_first=12 if answerable else None,
        verbatim=(True,),
        passages=(),
        expected="tilkorn2010: The three year survival was 57%." if answerable else "",
    )
    return replace(plain, **changes)


def report_of(records: list[Record], **others: list[Record]) -> Report:
    about = describe_run(SHIPPED, find_model(), split="test")
    return Report.of(about, {ASSISTANT: tuple(records)} | {name: tuple(each) for name, each in others.items()})


# --- passages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "support", "accepted"),
    [
        ([(50, 150)], [(0, 100)], True),  # 50 of 100 in common: exactly half
        ([(51, 151)], [(0, 100)], False),  # 49 of 100
        ([(0, 1000)], [(900, 950)], True),  # the shorter one lies wholly in the longer
        ([(976, 2000)], [(900, 1000)], False),  # 24 of 100
        ([(60, 100)], [(0, 40), (60, 100)], True),  # one of the two halves of a cut sentence
        ([(0, 10), (0, 10)], [(5, 25)], True),  # counted once: 5 of 10
        ([(0, 10), (0, 10)], [(6, 26)], False),  # counted once: 4 of 10
        ([(0, 10)], [(10, 20)], False),
    ],
)
def test_a_passage_is_acceptable_from_half_of_the_shorter_one_on(
    shown: list[tuple[int, int]], support: list[tuple[int, int]], accepted: bool
) -> None:
    assert same_passage([Span(*each) for each in shown], tuple(Span(*each) for each in support)) is accepted


def test_every_quotable_unit_is_found_where_it_stands() -> None:
    for unit in UNITS:
        places = FINDERS[unit.doc_id].find(unit.text)
        assert any(same_passage(unit.spans, place) for place in places), unit


def test_a_quote_cut_by_a_page_break_or_a_caption_is_found_in_parts() -> None:
    cut = [
        unit
        for unit in UNITS
        for before, after in pairwise(unit.spans)
        if any(character.isalnum() for character in RAW[unit.doc_id][before.end : after.start])
    ]
    assert cut, "the corpus has sentences with other text in between"
    for unit in cut:
        assert any(len(place) > 1 for place in FINDERS[unit.doc_id].find(unit.text)), unit


def test_a_quote_is_found_as_whole_words_where_it_can_be(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Case 12 56/f is one. Case 2 56/f is another.", encoding="utf-8")
    (document,) = load_corpus(tmp_path)
    (place,) = Finder(document).find("2 56/f")
    assert document.raw[place[0].start : place[0].end] == "2 56/f"
    assert place[0].start > 20
    assert Finder(document).find("case 3") == ()
    assert Finder(document).find("...") == ()


def test_every_unit_is_verbatim() -> None:
    assert [unit.id for unit in UNITS if not is_verbatim(Passage(unit.doc_id, unit.spans, unit.text), RAW)] == []


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_text_with_one_sign_changed_is_not_verbatim(data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(UNITS))
    at = data.draw(st.integers(0, len(unit.text) - 1).filter(lambda i: not unit.text[i].isspace()))
    sign = data.draw(st.characters(categories=["L", "N", "P", "S"]).filter(lambda c: c not in f"{unit.text[at]}-*^"))
    altered = unit.text[:at] + sign + unit.text[at + 1 :]
    assert not is_verbatim(Passage(unit.doc_id, unit.spans, altered), RAW)


def test_only_line_ends_hyphens_in_words_and_markup_may_differ_from_the_raw_text() -> None:
    raw = {"a": "A leio-\nmyosarcoma  of the **vein**^{1,2} grew to 5.7 cm\n(-3 %)."}
    spans = (Span(0, len(raw["a"])),)

    def verbatim(text: str) -> bool:
        return is_verbatim(Passage("a", spans, text), raw)

    assert verbatim("A leiomyosarcoma of the vein grew to 5.7 cm (-3 %).")
    assert not verbatim("A leiomyosarcoma of the vein grew to 57 cm (-3 %).")
    assert not verbatim("A leiomyosarcoma of the vein grew to 5.7 cm (3 %).")
    assert not verbatim("a leiomyosarcoma of the vein grew to 5.7 cm (-3 %).")
    assert not verbatim("A leiomyosarcoma of the vein grew to 5.7 cm")
    assert not verbatim("")
    assert not is_verbatim(Passage("a", (Span(0, 10_000),), raw["a"]), raw)
    assert not is_verbatim(Passage("unknown", spans, raw["a"]), raw)


@pytest.mark.parametrize(("words_before", "counted"), [(39, True), (40, False), (0, True), (50, False)])
def test_a_passage_counts_as_read_when_half_of_it_is_in_the_first_50_words(words_before: int, counted: bool) -> None:
    # 20 words of 4 letters are 99 characters. After 39 words 11 of them fit in (54 characters), after 40 only 10 (49).
    raw = {"a": " ".join(["aaaa"] * words_before), "b": " ".join(["bbbb"] * 20)}
    passages = [Passage(name, (Span(0, len(text)),), text) for name, text in raw.items() if text]
    support = Support("b", raw["b"], ((Span(0, 99),),))
    question = Question("x", "own", "fact", "?", True, (("bbbb",),), (support,))
    assert judge(question, Reply(tuple(passages), True, 0.5, 1.0), raw).within_first_words is counted


def test_the_first_words_of_a_cut_and_hyphenated_quote_end_at_the_right_raw_offset() -> None:
    raw = {"a": "One tu-\nmour [page 7] of\nthe vein."}
    spans = (Span(0, 12), Span(22, 34))
    passage = Passage("a", spans, "One tumour of the vein.")
    assert is_verbatim(passage, raw)
    assert first_words([passage], 2, raw) == {"a": (Span(0, 12),)}
    assert first_words([passage], 3, raw) == {"a": (Span(0, 12), Span(22, 24))}
    assert first_words([passage, passage], 50, raw) == {"a": spans}


# --- judging ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "text", "stated"),
    [
        ("57%", "Survival was  57% .", True),
        ("57%", "Survival was 157%.", False),
        ("2", "after 12 months", False),
        ("2", "a mass of 2.5 cm", False),
        ("2", "in grade 2.", True),
        ("5-10 %", "between 5–10 % of", True),
        ("High Recurrence\nrates", "leads to high recurrence rates", True),
        ("lung", "to the lungs", True),
    ],
)
def test_a_fact_is_stated(fact: str, text: str, stated: bool) -> None:
    assert all_stated([[fact]], [text]) is stated


def test_every_group_of_facts_needs_one_of_its_alternatives() -> None:
    texts = ["It spread to the lung.", "Then to bone."]
    assert all_stated([["lung", "pulmonary"], ["bone"]], texts)
    assert not all_stated([["lung", "pulmonary"], ["liver"]], texts)


def test_a_reply_is_judged_by_its_first_acceptable_passage() -> None:
    raw = {"a": "Zero one. Two three. Four five.", "b": "Six seven."}
    first, second = Passage("b", (Span(0, 10),), "Six seven."), Passage("a", (Span(10, 20),), "Two three.")
    support = (Support("a", "Two three", ((Span(10, 19),),)),)
    question = Question("x", "own", "compare", "?", True, (("two",),), support, docs_groups=(("a", "c"), ("b",)))
    judged = judge(question, Reply((first, second), True, 0.7, 3.0), raw)
    assert judged.rank == 2
    assert [judged.hit(1), judged.hit(2), judged.hit(5)] == [False, True, True]
    assert judged.facts_found
    assert judged.docs_found
    assert judged.words_first == 2
    assert judged.verbatim == (True, True)
    assert judged.expected == "a: Two three"
    assert [passage.right for passage in judged.passages] == [False, True]
    alone = judge(question, Reply((first,), True, 0.7, 3.0), raw)
    assert (alone.rank, alone.facts_found, alone.docs_found) == (0, False, False)


def test_facts_count_within_the_first_three_passages_only() -> None:
    raw = {"a": "One. Two. Three. Four."}
    passages = tuple(
        Passage("a", (Span(start, start + len(text)),), text)
        for start, text in ((0, "One."), (5, "Two."), (10, "Three."), (17, "Four."))
    )
    support = (Support("a", "Four", ((Span(17, 21),),)),)
    for fact, found in (("three", True), ("four", False)):
        question = Question("x", "own", "fact", "?", True, ((fact,),), support)
        assert judge(question, Reply(passages, True, 0.5, 1.0), raw).facts_found is found


def test_an_unanswerable_question_says_nothing_about_retrieval() -> None:
    question = Question("x", "own", "unanswerable", "?", False, sub="near")
    judged = judge(question, Reply((), False, 0.1, 1.0), RAW)
    assert (judged.rank, judged.facts_found, judged.within_first_words, judged.answered) == (None, None, None, False)
    assert summarise([judged], intervals=False)["hit@1"].n == 0


@pytest.mark.parametrize("abstains", [False, True])
def test_an_abstained_answer_is_judged_by_its_nearest_passages_but_counts_as_not_answered(abstains: bool) -> None:
    unit = UNITS[30]
    quote = Quote(unit.text, unit.doc_id, unit.section, unit.spans, unit.kind, 1.0, "series", True, "Somebody")
    asked: list[Any] = []

    class Bot:
        def ask(self, text: str, history: list[Mapping[str, str]]) -> Answer:
            asked.append((text, history))
            quotes, nearest = ((), (quote,)) if abstains else ((quote,), ())
            return Answer(text, text, "", quotes, abstains, 0.4, nearest=nearest)

    turns = ({"role": "user", "content": "Before?"},)
    question = Question("x", "own", "followup", "And?", True, support=(Support(unit.doc_id, "", (unit.spans,)),))
    reply = AssistantSystem(Bot()).ask(replace(question, history=turns))  # type: ignore[arg-type]
    assert asked == [("And?", list(turns))]
    assert reply.answered is not abstains
    assert judge(question, reply, RAW).rank == 1


# --- figures ----------------------------------------------------------------------------------------------------


def test_retrieval_figures_by_hand() -> None:
    figures = summarise([record(number, rank) for number, rank in enumerate((1, 2, 0, 4))])
    expected = {"hit@1": 1 / 4, "hit@3": 2 / 4, "hit@5": 3 / 4, "mrr": (1 + 1 / 2 + 0 + 1 / 4) / 4}
    assert {name: figures[name].value for name in expected} == pytest.approx(expected)
    assert {figures[name].n for name in expected} == {4}


def test_abstention_figures_by_hand() -> None:
    records = [
        record(0, 1, confidence=0.9),
        record(1, 0, confidence=0.8),
        record(2, 1, confidence=0.3, answered=False),
        record(3, None, confidence=0.5),
        record(4, None, confidence=0.1, answered=False, sub="far"),
    ]
    figures = summarise(records)
    assert figures["answered"].value == pytest.approx(2 / 3)
    assert figures["right_and_answered"].value == pytest.approx(1 / 3)
    assert figures["wrongly_answered"].value == pytest.approx(1 / 2)
    # Of 3 x 2 pairs five are in order: only 0.3 stands below 0.5.
    assert figures["auc"].value == pytest.approx(5 / 6)
    assert figures["auc_near"].value == pytest.approx(2 / 3)


def test_other_figures_by_hand() -> None:
    records = [
        record(0, words_first=10, ms=1.0, verbatim=(True, True, False), facts_found=False, docs_found=True),
        record(1, words_first=20, ms=2.0, verbatim=(True,), docs_found=False),
        record(2, words_first=30, ms=9.0, verbatim=(), within_first_words=False),
    ]
    figures = summarise(records)
    expected = {
        **{"words": 20, "ms": 2, "verbatim": 3 / 4},
        **{"facts@3": 2 / 3, "documents": 1 / 2, "within_50_words": 2 / 3},
    }
    assert {name: figures[name].value for name in expected} == pytest.approx(expected)
    assert figures["verbatim"].n == 4
    assert figures["documents"].n == 2
    assert figures["auc"].value is None


def test_equal_confidences_count_half() -> None:
    assert auc([0.5, 0.9], [0.5]) == pytest.approx(0.75)


def test_intervals_are_the_same_every_time_and_hold_the_value() -> None:
    records = [record(number, number % 3) for number in range(40)] + [record(40 + n, None) for n in range(5)]
    first, second = summarise(records), summarise(records)
    assert first == second
    hit = first["hit@1"]
    assert hit.low is not None
    assert hit.high is not None
    assert hit.value == pytest.approx(13 / 40)
    assert 0.15 < hit.low < 13 / 40 < hit.high < 0.55
    assert (first["verbatim"].low, first["verbatim"].high) == (1.0, 1.0)
    assert summarise(records[:1])["hit@1"].low is None


def test_figures_by_kind_tell_near_misses_from_others() -> None:
    records = [record(0, 1), record(1, 0, kind="lay"), record(2, None), record(3, None, sub="far", answered=False)]
    kinds = per_kind(records)
    assert kinds["fact"]["hit@1"].value == 1
    assert kinds["lay"]["hit@1"].value == 0
    assert kinds["unanswerable"]["wrongly_answered"].value == 0.5
    assert kinds["unanswerable: near"]["wrongly_answered"].value == 1
    assert kinds["unanswerable: far"]["wrongly_answered"].value == 0


def test_calibration_by_hand() -> None:
    records = [record(0, 1, confidence=0.92), record(1, 2, confidence=0.98), record(2, None, confidence=0.2)]
    assert calibration_bins(records) == [(0.2, 0.0, 1), (pytest.approx(0.95), 0.5, 2)]
    assert calibration_error(records) == pytest.approx((0.2 * 1 + 0.45 * 2) / 3)
    assert calibration_bins([record(0, 1, confidence=1.0)]) == [(1.0, 1.0, 1)]


# --- questions --------------------------------------------------------------------------------------------------


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


GOOD = {
    "id": "z-1",
    "type": "fact",
    "question": "How many lived three years?",
    "answerable": True,
    "facts": [["57%"]],
    "support": [{"doc": "tilkorn2010", "quote": "The three year survival was 57%."}],
}


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


# --- floors, report, comparison, page -----------------------------------------------------------------------------


def test_every_floor_is_on_a_figure_of_the_report() -> None:
    floors = read_floors()
    figures = report_of([record(0), record(1, None)]).figures["sample"][ASSISTANT]
    assert {floor.figure for floor in floors.floors}.union(floors.above_baselines) <= set(figures)
    assert {floor.set for floor in floors.floors} == {"sample", "test"}
    limits = {(floor.set, floor.figure): floor.limit for floor in floors.floors}
    for name in ("sample", "test"):
        assert limits[name, "hit@1"] >= 0.40
        assert limits[name, "hit@5"] >= 0.66
        assert limits[name, "verbatim"] == 1.0


def test_a_missed_floor_is_a_sentence_and_a_met_one_is_not() -> None:
    report = report_of([record(0, 1), record(1, 0), record(2, None)])
    floors = (
        Floor("sample", "hit@1", 0.5, at_least=True),
        Floor("sample", "hit@5", 0.6, at_least=True),
        Floor("sample", "wrongly_answered", 0.9, at_least=False),
        Floor("sample", "documents", 0.1, at_least=True),
        Floor("test", "hit@1", 1.0, at_least=True),
    )
    assert missed_floors(report, Floors(floors, ())) == (
        "On the sample set 'hit@5' is 0.500, below the floor of 0.6.",
        "On the sample set 'answered (of unanswerable)' is 1.000, above the limit of 0.9.",
        "On the sample set there is nothing to measure 'all needed documents quoted' by, though it has a floor.",
    )


def test_a_baseline_that_is_as_good_is_a_floor_missed() -> None:
    report = report_of([record(0, 1), record(1, 0)], equal=[record(0, 0), record(1, 1)], worse=[record(0, 0)])
    assert missed_floors(report, Floors((), ("hit@1",))) == (
        "On the sample set 'hit@1' is 0.500, not above the baselines equal (0.500).",
    )


def test_a_floor_on_an_unknown_figure_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"
    path.write_text('[sample.at_least]\n"hit@7" = 1', encoding="utf-8")
    with pytest.raises(FloorsError, match="hit@7"):
        read_floors(path)
    path.write_text('[sample.about]\n"hit@1" = 1', encoding="utf-8")
    with pytest.raises(FloorsError, match="about"):
        read_floors(path)


def test_a_report_survives_its_json_file(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    report = report_of([record(0), record(1, 3, set="own"), record(2, None)], other=[record(0, 0)])
    report.write(path)
    again = read_report(path)
    assert again.records == report.records
    assert again.figures == report.figures
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["about"]["corpus_hash"] == SHIPPED.hash
    assert data["about"]["model"] == "all-MiniLM-L6-v2"
    assert {"date", "command", "python", "packages"} <= set(data["about"])
    assert data["sets"]["sample"][ASSISTANT]["figures"]["hit@1"]["value"] == 1
    assert data["sets"]["all"][ASSISTANT]["kinds"]["fact"]["hit@1"]["n"] == 2


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 99}', '{"format": 1, "about": {}, "records": {}}'])
def test_a_file_that_is_no_report_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match=r"other\.json"):
        read_report(path)
    with pytest.raises(ReportError, match=r"none\.json"):
        read_report(tmp_path / "none.json")


def test_a_comparison_shows_what_moved_on_the_questions_that_both_asked() -> None:
    before = report_of([record(0, 1), record(1, 2), record(2, 0), record(3, 1)])
    after = report_of([record(0, 2), record(1, 1), record(2, 1), record(4, 0)])
    comparison = compare(after, before)
    assert (comparison.shared, comparison.only_before, comparison.only_after) == (3, 1, 1)
    deltas = {delta.name: delta for delta in comparison.deltas["sample"]}
    assert deltas["hit@1"].before == pytest.approx(1 / 3)
    assert deltas["hit@1"].after == pytest.approx(2 / 3)
    assert deltas["hit@1"].change == pytest.approx(1 / 3)
    at_1, at_5 = comparison.changes
    assert [each.id for each in at_1.lost] == ["q-0"]
    assert [each.id for each in at_1.won] == ["q-1", "q-2"]
    assert [each.id for each in at_5.lost] == []
    assert [each.id for each in at_5.won] == ["q-2"]
    page = render_page(after, (), comparison)
    assert "Compared on the 3 questions that both reports asked (1 only earlier, 1 only now)." in page
    assert "questions that changed (4)" in page
    with pytest.raises(ReportError, match="no question in common"):
        compare(after, report_of([record(9)]))


def test_the_page_escapes_what_it_shows_and_asks_nothing_of_anyone() -> None:
    attack = "<script>alert('x')</script><img src=x onerror=alert(1)>"
    records = [
        record(0, 0, question=attack, expected=f"a: {attack}"),
        record(1, None, question=attack),
        record(2, 1, kind=attack, answered=False),
    ]
    page = render_page(report_of(records), [attack])
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in page
    outside = page.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
    assert "http" not in outside.replace("http-equiv", "")
    assert "url(http" not in page
    assert page.count("<svg ") == 4


def test_the_page_says_whether_floors_were_missed_met_or_not_applied() -> None:
    report = report_of([record(0), record(1, None)])
    assert "No floor was missed" in render_page(report, ())
    assert "No floor was missed" not in render_page(report, None)
    assert "Too low." in render_page(report, ["Too low."])


# --- real parts ---------------------------------------------------------------------------------------------------


def test_chunks_are_the_raw_text_at_their_spans() -> None:
    chunks = chunk_passages(SHIPPED)
    assert len(chunks) > 50
    for chunk in chunks:
        ((start, end),) = chunk.spans
        assert RAW[chunk.doc_id][start:end] == chunk.text
        assert len(chunk.text) <= 1000


def test_every_baseline_finds_a_sentence_by_its_own_words() -> None:
    unit = next(unit for unit in UNITS if "international database" in unit.text)
    support = (Support(unit.doc_id, unit.text, (unit.spans,)),)
    question = Question("x", "own", "fact", unit.text, True, (("international database",),), support)
    baselines = build_baselines(SHIPPED, find_model().folder)
    assert tuple(baseline.name for baseline in baselines) == NAMES
    for name, (judged,) in run(baselines, [question], RAW).items():
        assert judged.rank == 1, name
        assert judged.answered, name
        assert all(judged.verbatim), name
        assert len(judged.passages) == 5, name


def test_the_assistant_is_evaluated_on_real_questions(bot: Assistant) -> None:
    questions = load_questions(SHIPPED, "sample")[::4]
    seen: list[str] = []
    (records,) = run([AssistantSystem(bot)], questions, RAW, seen.append).values()
    assert [judged.id for judged in records] == [question.id for question in questions]
    assert seen == [ASSISTANT] * len(questions)
    assert all(all(judged.verbatim) and judged.passages for judged in records)
    assert all(0 <= judged.confidence <= 1 and judged.ms > 0 for judged in records)


def test_the_command_writes_both_files_and_compares(bot: Assistant, tmp_path: Path) -> None:
    from evals.cli import app

    first, page = tmp_path / "new folder" / "first.json", tmp_path / "page.html"
    choices = ["--set", "sample", "--limit", "3", "--no-baselines"]
    result = CliRunner().invoke(app, [*choices, "--json", str(first)])
    assert result.exit_code == 0, result.output
    assert "hit@1" in result.output
    result = CliRunner().invoke(app, [*choices, "--html", str(page), "--compare", str(first)])
    assert result.exit_code == 0, result.output
    assert "Compared on the 3 questions that both reports asked." in result.output
    assert "</html>" in page.read_text(encoding="utf-8")
    assert read_report(first).about["limit"] == 3


def test_the_command_refuses_a_bad_file_in_one_sentence(tmp_path: Path) -> None:
    from evals.cli import app

    result = CliRunner().invoke(app, ["--compare", str(tmp_path / "none.json")])
    assert result.exit_code == 2
    assert "none.json' cannot be read" in result.output
    assert "Traceback" not in result.output
    result = CliRunner().invoke(app, ["--json", str(tmp_path)])
    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_importing_the_command_loads_nothing_heavy() -> None:
    heavy = ("numpy", "scipy", "torch", "faiss", "matplotlib", "bm25s", "corpus", "index", "assistant", "rich.progress")
    code = f"import sys, evals.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
