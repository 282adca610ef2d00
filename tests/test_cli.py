"""The command line as a user meets it, in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("torch", "gradio", "faiss", "onnxruntime", "sentence_transformers", "matplotlib", "scipy", "numpy", "bm25s")


def run(*arguments: str, index_dir: Path | None = None, text: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"COLUMNS": "160"} | ({"VLMS_INDEX_DIR": str(index_dir)} if index_dir else {})
    command = [sys.executable, "-m", "assistant.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, input=text, check=False, timeout=120
    )


def imported(code: str, index_dir: Path | None = None) -> set[str]:
    environment = os.environ | ({"VLMS_INDEX_DIR": str(index_dir)} if index_dir else {})
    lines = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules, sep='\\n')"],
        capture_output=True, text=True, env=environment, check=True, timeout=120,
    )  # fmt: skip
    return set(lines.stdout.splitlines())


def test_help_loads_nothing_heavy_and_names_every_command() -> None:
    code = "import assistant.cli as cli\ncli._add_commands()\ntry: cli.app(['--help'])\nexcept SystemExit: pass"
    loaded = imported(code)
    assert not loaded & set(HEAVY)
    shown = run("--help").stdout
    for command in ("ask", "serve", "index", "sources", "eval"):
        assert command in shown


def test_answering_does_not_import_torch(index_dir: Path) -> None:
    loaded = imported(
        "from assistant import Assistant\nassert Assistant(progress=False).ask('Which margins are advised?').text",
        index_dir,
    )
    assert "onnxruntime" in loaded
    assert not loaded & {
        "torch",
        "sentence_transformers",
        "transformers",
        "gradio",
        "pysbd",
        "langchain_text_splitters",
    }


def test_answering_keeps_nothing_for_anyone_elsewhere(index_dir: Path, tmp_path: Path) -> None:
    """ONNX Runtime would write an identity of the device and reports to send; it does not do so under CI=true."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "VLMS_INDEX_DIR": str(index_dir)}
    command = [sys.executable, "-m", "assistant.cli", "ask", "Which margins are advised?"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.rglob("*")) == []


def test_ask_answers_with_the_57_per_cent_sentence(index_dir: Path) -> None:
    done = run("ask", "What is the three-year survival of vascular leiomyosarcoma?", index_dir=index_dir)
    assert done.returncode == 0, done.stderr
    first = done.stdout.split("[2]")[0]
    assert "57%" in first
    assert "Tilkorn 2010" in first


def test_ask_abstains_beside_the_sources(index_dir: Path) -> None:
    done = run("ask", "What dose of imatinib for a gastric GIST?", index_dir=index_dir)
    assert done.returncode == 0
    assert "do not mention" in done.stdout
    assert "not an answer" in done.stdout


def test_ask_reads_standard_input_and_prints_json(index_dir: Path) -> None:
    done = run("ask", "-", "--json", index_dir=index_dir, text="Which veins of the arm were affected?\n")
    answer = json.loads(done.stdout)
    assert answer["question"] == "Which veins of the arm were affected?"
    assert {"quotes", "text", "abstained", "confidence", "nearest", "resolved_question"} <= set(answer)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", ""], "The question is empty"),
        (["ask", "x" * 2001], "2,001 characters"),
        (["ask", "Why?", "--corpus", "nowhere"], "There is no folder 'nowhere'"),
        (["sources", "--corpus", "nowhere"], "There is no folder 'nowhere'"),
        (["ask", "Why?", "--model", "."], "holds no weights"),
        (["ask", "Why?", "--adapter", "nowhere"], "The adapter 'nowhere' cannot be read"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_exit_code_2(arguments: list[str], message: str, index_dir: Path) -> None:
    done = run(*arguments, index_dir=index_dir)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_sources_lists_the_documents_with_their_status() -> None:
    shown = run("sources").stdout
    for word in (
        "droracle",
        "tilkorn2010",
        "aalaoui2026",
        "femoral-korea",
        "gsv-review",
        "AI-written",
        "pending human",
    ):
        assert word in shown


def test_index_checks_what_is_there(index_dir: Path) -> None:
    done = run("index", index_dir=index_dir)
    assert "is sound: 5 documents" in done.stdout


def test_an_own_folder_is_answered_from(small_corpus: Path, small_index: Path) -> None:
    done = run(
        "ask",
        "How long was the tumour of the vein followed?",
        "--corpus",
        str(small_corpus),
        "--index-dir",
        str(small_index),
    )
    assert "followed for 5 years" in done.stdout, done.stderr
