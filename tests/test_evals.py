"""The evaluation as a whole: floors, reports and their comparison, baselines, and the command on real questions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from evaluating import RAW, SHIPPED, UNITS, record
from typer.testing import CliRunner

from assistant import Assistant
from evals.baselines import NAMES, build_baselines, chunk_passages
from evals.comparison import compare
from evals.floors import Floor, Floors, FloorsError, missed_floors, read_floors
from evals.page import render_page
from evals.questions import Question, Support, load_questions
from evals.report import Report, ReportError, describe_run, read_report
from evals.running import ASSISTANT, AssistantSystem, run
from evals.scoring import Record
from index import find_model


def report_of(records: list[Record], **others: list[Record]) -> Report:
    about = describe_run(SHIPPED, find_model(), split="test")
    return Report.of(about, {ASSISTANT: tuple(records)} | {name: tuple(each) for name, each in others.items()})


# Floors, report, comparison, page


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


# Real parts


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
