"""The sources' case tables as records: every cell stands in its source, the authors' own figures can be rebuilt."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from corpus import cases, load_corpus
from corpus.cases import statistics
from corpus.cases.export import write
from corpus.cases.query import Condition, Query, QueryError, check, conditions, run

ROWS = {"gsv-review": (57, 14), "tilkorn2010": (12, 19), "aalaoui2026": (7, 6)}


@pytest.fixture(scope="module")
def corpus():
    return load_corpus()


def value(table: str, measure: str, where: dict | None = None, of: str = "", at: float | None = None):
    query = Query(table, measure, conditions(where or {}), of=of, at=at)
    return run(query, cases.table(table)).value


PUBLISHED = {"case": "<= 56"}  # the review's own figures leave its own case, 57, out


@pytest.mark.parametrize("name", cases.TABLES)
def test_every_row_and_every_cell_is_there_and_stands_in_the_raw_file(corpus, name):
    table = cases.table(name)
    rows, cells = ROWS[name]
    assert len(table.records) == rows
    document = corpus[table.doc_id]
    for record in table.records:
        assert len(record.cells) == cells
        for cell in record.cells.values():
            assert document.text_at([cell.span]) == cell.text
            assert cell.text


@pytest.mark.parametrize("name", cases.TABLES)
def test_cells_of_a_record_do_not_overlap(name):
    for record in cases.table(name).records:
        spans = record.spans
        assert len(spans) == len(record.cells)
        assert all(one.end <= two.start for one, two in pairwise(spans))


def test_numbers_of_cases_are_those_printed():
    assert [record.number for record in cases.table("gsv-review").records] == list(range(1, 58))
    assert [record.values["case"] for record in cases.table("tilkorn2010").records] == list(range(1, 13))


def test_what_is_not_stated_is_kept_apart_from_no():
    first, third = cases.table("gsv-review").records[0], cases.table("gsv-review").records[2]
    assert first.values["adjuvant"] == frozenset()
    assert third.values["adjuvant"] is None
    suspected = cases.table("tilkorn2010").records[1]
    assert suspected.cells["Meta-stasis"].text == "lung?"
    assert suspected.values["metastasis"] is None


def test_the_review_counts_27_men_and_29_women():
    assert value("gsv-review", "count", PUBLISHED | {"sex": "M"}) == 27
    assert value("gsv-review", "count", PUBLISHED | {"sex": "F"}) == 29


def test_the_review_has_a_mean_age_of_55_64_and_a_standard_deviation_of_16_43():
    assert round(value("gsv-review", "mean", PUBLISHED, "age"), 2) == 55.64
    assert round(value("gsv-review", "sd", PUBLISHED, "age"), 2) == 16.43
    assert (value("gsv-review", "min", PUBLISHED, "age"), value("gsv-review", "max", PUBLISHED, "age")) == (2, 85)


def test_the_review_followed_43_cases_for_1_to_216_months():
    stated = PUBLISHED | {"follow_up_months": "stated"}
    assert value("gsv-review", "count", stated) == 43
    assert value("gsv-review", "min", stated, "follow_up_months") == 1
    assert value("gsv-review", "max", stated, "follow_up_months") == 216
    assert round(value("gsv-review", "mean", stated, "follow_up_months"), 2) == 37.53


def test_three_year_survival_in_bochum_is_57_percent_and_mean_follow_up_38_months():
    assert round(value("tilkorn2010", "survival", at=36)) == 57
    assert round(value("tilkorn2010", "mean", of="follow_up_months")) == 38
    assert round(value("tilkorn2010", "sd", of="follow_up_months"), 1) == 30.6


# What the authors print and their own rows do not give: the figure printed, and what the rows give.
NOT_REBUILT = {
    "mean age in the discussion, 55.89": (55.89, 55.64, {}, "mean", "age"),
    "standard deviation of age in the discussion, 17.67": (17.67, 16.43, {}, "sd", "age"),
    "17 with adjuvant therapy": (17, 18, {"adjuvant": "any"}, "count", ""),
    "none of the treated recurred": (0, 2, {"adjuvant": "any", "recurrence": True}, "count", ""),
    "one metastasis to bone": (1, 2, {"metastasis": "bone"}, "count", ""),
    "one metastasis to the heart": (1, 2, {"metastasis": "heart"}, "count", ""),
    "adjuvant therapy not reported in nine": (9, 12, {"adjuvant": "not stated"}, "count", ""),
}


@pytest.mark.parametrize("name", NOT_REBUILT)
def test_figures_that_the_rows_do_not_give_are_named(name):
    printed, given, where, measure, of = NOT_REBUILT[name]
    got = round(value("gsv-review", measure, PUBLISHED | where, of), 2)
    assert got == given
    assert got != printed


def test_a_row_that_does_not_state_it_is_left_out_and_named():
    result = run(Query("gsv-review", "share", conditions({"recurrence": True})), cases.table("gsv-review"))
    assert len(result.base) + len(result.missing) == 57
    assert 3 in result.missing
    assert result.value == pytest.approx(100 * 5 / 49)
    low, high = result.interval
    assert low < result.value < high


def test_a_row_that_fails_another_condition_is_not_missing():
    # Row 3 states no recurrence, but it is a man's: among women it is no open case.
    result = run(Query("gsv-review", "count", conditions({"recurrence": True, "sex": "F"})), cases.table("gsv-review"))
    assert 3 not in result.missing
    assert 3 in result.base


def test_or_and_not_of_conditions():
    either = Condition("recurrence", True, or_else=Condition("metastasis", "any"))
    table = cases.table("gsv-review")
    both = set(run(Query("gsv-review", "count", (either,)), table).counted)
    one = set(run(Query("gsv-review", "count", conditions({"recurrence": True})), table).counted)
    two = set(run(Query("gsv-review", "count", conditions({"metastasis": "any"})), table).counted)
    assert both == one | two
    none = Condition("metastasis", "any", negated=True)
    assert set(run(Query("gsv-review", "count", (none,)), table).counted).isdisjoint(two)


def test_two_groups_are_compared_with_a_test_and_their_n():
    by = (Condition("margin", "R0"), Condition("margin", "R1"))
    result = run(Query("tilkorn2010", "survival", at=12, by=by), cases.table("tilkorn2010"))
    assert [len(group.counted) for _, group in result.groups] == [9, 3]
    assert result.test == "log-rank test"
    assert 0 < result.p_value < 0.05


def test_a_query_that_a_table_cannot_answer_is_an_error():
    table = cases.table("aalaoui2026")
    with pytest.raises(QueryError, match="no column 'margin'"):
        check(Query("aalaoui2026", "count", conditions({"margin": "R1"})), table)
    with pytest.raises(QueryError, match="needs a column of numbers"):
        check(Query("aalaoui2026", "mean", of="site"), table)
    with pytest.raises(KeyError, match="no case table 'x'"):
        cases.table("x")
    with pytest.raises(KeyError, match="it has: case, author"):
        table.column("margin")


def test_kaplan_meier_steps_down_at_deaths_only():
    curve = statistics.kaplan_meier([10, 15, 18, 28, 7, 14, 14, 43, 64, 78, 82, 84], [True] * 4 + [False] * 8)
    alive = dict(zip(curve.times, curve.alive, strict=True))
    assert alive[10] == pytest.approx(10 / 11)
    assert alive[28] == pytest.approx(10 / 11 * 7 / 8 * 6 / 7 * 5 / 6)
    assert all(low <= share <= high for low, share, high in zip(curve.low, curve.alive, curve.high, strict=True))
    assert curve.at_risk[0] == 12
    with pytest.raises(ValueError, match="nobody"):
        statistics.kaplan_meier([], [])


def test_summaries_of_one_number_have_no_spread():
    summary = statistics.summarise([5])
    assert math.isnan(summary.sd)
    assert summary.mean_interval is None
    assert statistics.share(0, 0) is None


@pytest.mark.parametrize("name", cases.TABLES)
def test_frames_hold_typed_values_beside_the_printed_text(name):
    frame = cases.frame(name)
    assert len(frame) == ROWS[name][0]
    assert sum(column.startswith("printed: ") for column in frame) == ROWS[name][1]
    columns = [column.name for column in cases.table(name).columns]
    assert list(frame.columns[: len(columns)]) == columns
    if name == "gsv-review":
        assert str(frame.age.dtype) == "Int64"
        assert frame.follow_up_months.isna().sum() == 13
        assert frame.recurrence.dtype == "boolean"


def test_tables_are_written_as_csv_and_parquet(tmp_path):
    import pandas

    assert write("tilkorn2010", tmp_path / "t.csv") == 12
    assert list(pandas.read_csv(tmp_path / "t.csv").margin) == list(cases.frame("tilkorn2010").margin)
    assert write("gsv-review", tmp_path / "g.parquet") == 57
    pandas.testing.assert_frame_equal(pandas.read_parquet(tmp_path / "g.parquet"), cases.frame("gsv-review"))
    with pytest.raises(ValueError, match="must end in one of"):
        write("gsv-review", tmp_path / "g.xls")


def test_tables_belong_to_the_shipped_documents_only(corpus, tmp_path):
    assert cases.tables_of(corpus) == cases.TABLES
    (tmp_path / "gsv-review.txt").write_text("A sentence about veins that stands here.", encoding="utf-8")
    assert cases.tables_of(load_corpus(tmp_path)) == ()
