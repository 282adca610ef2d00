"""Questions in the form of SQuAD: read, indexed together, scored against the baselines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.outside import outside, read_squad
from evals.questions import QuestionError

ARTICLES = (
    ("The saphenous vein drains the leg. Its tumours are rare.", "What drains the leg?", "The saphenous vein"),
    ("The liver makes bile. Bile is stored in the gall bladder.", "Where is bile stored?", "in the gall bladder"),
)


def squad(answer: str | None = None) -> str:
    data = []
    for number, (context, question, text) in enumerate(ARTICLES):
        answers = [{"text": answer or text, "answer_start": context.index(text)}]
        data.append(
            {"paragraphs": [{"context": context, "qas": [{"id": number, "question": question, "answers": answers}]}]}
        )
    return json.dumps({"data": data})


def test_answers_are_the_spans_that_the_file_names(tmp_path: Path):
    (tmp_path / "file.json").write_text(squad(), encoding="utf-8")
    (_, first), (_, second) = read_squad(tmp_path / "file.json", tmp_path / "articles")
    assert [first.support[0].quote, second.support[0].quote] == [text for _, _, text in ARTICLES]
    start, end = second.support[0].places[0][0]
    assert (tmp_path / "articles" / "001.txt").read_text(encoding="utf-8")[start:end] == ARTICLES[1][2]


@pytest.mark.parametrize("earlier", [0, 1, -3])
def test_white_space_around_an_answer_is_not_part_of_it(tmp_path: Path, earlier: int):
    data = json.loads(squad())
    answer = data["data"][0]["paragraphs"][0]["qas"][0]["answers"][0]
    answer.update(text=" saphenous vein ", answer_start=ARTICLES[0][0].index("saphenous") - earlier)
    (tmp_path / "file.json").write_text(json.dumps(data), encoding="utf-8")
    (_, question), _ = read_squad(tmp_path / "file.json", tmp_path / "articles")
    assert question.support[0].quote == "saphenous vein"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"data": [{}]}', squad(answer="The saphenous vine!!")])
def test_another_file_is_one_sentence(tmp_path: Path, text: str):
    (tmp_path / "file.json").write_text(text, encoding="utf-8")
    with pytest.raises(QuestionError, match="is not in the form of SQuAD"):
        read_squad(tmp_path / "file.json", tmp_path / "articles")


def test_the_command_scores_the_assistant_and_the_baselines(tmp_path: Path):
    import typer

    (tmp_path / "file.json").write_text(squad(), encoding="utf-8")
    app = typer.Typer()
    app.command()(outside)
    result = CliRunner().invoke(
        app, [str(tmp_path / "file.json"), "--half", "all", "--json", str(tmp_path / "out.json")]
    )
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert set(report["records"]) == {"assistant", "dense chunks", "BM25 chunks", "BM25 sentences", "dense sentences"}
    assert all(record["rank"] == 1 for record in report["records"]["assistant"])
