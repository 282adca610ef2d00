"""How replies are scored: passages found again, replies judged, and figures worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from evaluating import FINDERS, RAW, UNITS, record
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import Answer, Quote
from corpus import Span, load_corpus
from evals.facts import all_stated
from evals.figures import auc, calibration_bins, calibration_error, per_kind, summarise
from evals.passages import Finder, Passage, first_words, is_verbatim, same_passage
from evals.questions import Question, Support
from evals.running import AssistantSystem
from evals.scoring import Reply, judge

# Passages


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


# Judging


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
    question = Question("x", "outside", "fact", "?", True, (), support)  # SQuAD files name no facts
    assert judge(question, Reply(passages, True, 0.5, 1.0), raw).facts_found is None


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


# Figures


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


def test_scores_that_are_no_probabilities_have_no_calibration() -> None:
    assert summarise([record(0, 1, confidence=1.0)])["ece"].value == 0
    assert summarise([record(0, 1, confidence=0.5), record(1, 1, confidence=12.5)])["ece"].value is None
