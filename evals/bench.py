"""What answering costs, in one run on this machine: ``make bench``.

Times are medians of processes of their own; those that are compared take turns, so that a busy machine
slows both. Memory is the peak resident set of a process that answers.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from evals.served import figures

QUESTIONS = (
    "What is the three-year survival of vascular leiomyosarcoma?",
    "Is MRI able to tell tumour from thrombus?",
    "Which margins are recommended when a saphenous vein tumour is resected?",
    "Did the woman from Rabat respond to doxorubicin?",
    "How often are the lungs the first site of spread?",
    "How long should patients be followed after resection, and with which examinations?",
)
_ASK = "vlms ask 'Which margins are recommended?'"
_TURNS = 5
_ASK_CALLS = """
from assistant import Assistant
bot = Assistant(progress=False)
calls = [bot.ask, lambda question: bot.index.encoder.encode([question])]
"""
_TORCH_CALLS = """
from index.encoder import TorchEncoder
from index.model import find_model
model = TorchEncoder(find_model()).model
calls = [lambda question: model.encode(question, show_progress_bar=False)]
"""
_TIMED = """
import statistics, time
{make}
for call in calls:
    times = []
    for _ in range({rounds}):
        for question in {questions!r}:
            began = time.perf_counter()
            call(question)
            times.append((time.perf_counter() - began) * 1000)
    print(statistics.median(times[len(times) // 10 :]))
"""
_MEMORY = """
import resource
from assistant import Assistant
bot = Assistant(progress=False)
for question in {questions!r}:
    bot.ask(question)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def bench(rounds: Annotated[int, typer.Option(min=5, help="Rounds over the questions.")] = 40) -> None:
    """Print the cost of building, of answering warm and cold, of memory, and of the page."""
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "value", "aim", title=f"make bench, {os.cpu_count()} cores, medians", title_justify="left")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VLMS_INDEX_DIR"] = folder
        began = time.perf_counter()
        _run([sys.executable, "-m", "assistant.cli", "index"])
        table.add_row("index of the shipped corpus, built in a process of its own", f"{_since(began):.1f} s", "< 90 s")
        for row in (*_warm(rounds), *_cold(), *figures(QUESTIONS)):
            table.add_row(*row)
    Console(width=110).print(table)


def _warm(rounds: int) -> list[tuple[str, str, str]]:
    """Medians over alternating processes: torch and ONNX Runtime in one process take each other's cores."""
    ask: list[float] = []
    torch_ms: list[float] = []
    onnx_ms: list[float] = []
    for _ in range(_TURNS):
        times = _run([sys.executable, "-c", _TIMED.format(make=_ASK_CALLS, questions=QUESTIONS, rounds=rounds)])
        for taken, line in zip((ask, onnx_ms), times.split(), strict=True):
            taken.append(float(line))
        code = _TIMED.format(make=_TORCH_CALLS, questions=QUESTIONS, rounds=rounds)
        torch_ms.append(float(_run([sys.executable, "-c", code])))
    ratios = [mine / theirs for mine, theirs in zip(ask, torch_ms, strict=True)]
    return [
        ("ask, warm", f"{statistics.median(ask):.1f} ms", ""),
        ("SentenceTransformer.encode of the question alone", f"{statistics.median(torch_ms):.1f} ms", ""),
        ("the exported encoder, of the question alone", f"{statistics.median(onnx_ms):.1f} ms", ""),
        ("ask / SentenceTransformer.encode", f"{statistics.median(ratios):.2f}", "<= 1.2"),
    ]


def _cold() -> list[tuple[str, str, str]]:
    vlms = [sys.executable, "-m", "assistant.cli"]
    wall, cpu = [], []
    for _ in range(7):
        began = time.perf_counter()
        _run([*vlms, "ask", "Which margins are recommended?"])
        wall.append(_since(began))
        before = os.times()
        _run([*vlms, "--help"])
        after = os.times()
        used = after.children_user - before.children_user + after.children_system - before.children_system
        cpu.append(used)
    memory = _run([sys.executable, "-c", _MEMORY.format(questions=QUESTIONS)]).strip()
    return [
        (f"{_ASK}, cold process, wall", f"{statistics.median(wall):.2f} s", "< 1.5 s"),
        ("vlms --help, CPU time", f"{statistics.median(cpu):.2f} s", "< 0.5 s"),
        ("peak RSS of a process that answers", f"{float(memory):.0f} MB", ""),
    ]


def _run(command: list[str]) -> str:
    # Checked out or installed, the packages are found from the folder above this one.
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def _since(began: float) -> float:
    return time.perf_counter() - began


if __name__ == "__main__":
    typer.run(bench)
