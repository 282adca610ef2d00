"""How long people wait for an answer of the page when one, or many, ask at once.

``python -m evals.served`` compares how many questions are answered side by side (``assistant.web.waiting.AT_ONCE``).
In: the address of a running page. Out: seconds from sending a question to its complete answer, one figure a
question. `Asker` is a reader in front of the page without a browser: it has a session of its own, sends its
questions through the events of the page, as the browser does, and reads the answers that come back.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path

import httpx

from assistant.web.waiting import AT_ONCE

ASKERS = 20
PATIENCE = 60  # seconds to wait for an answer
_SERVE = """
from assistant import Assistant, web
from assistant.web.waiting import Line
web.serve(Line(Assistant(progress=False), at_once={at_once}), port=0)
"""


class Asker:
    """One session of the page at ``url``; use ``async with``."""

    def __init__(self, url: str) -> None:
        self.session = secrets.token_hex(6)
        # No certificates: loading them takes longer than an answer.
        self.client = httpx.AsyncClient(base_url=url, timeout=PATIENCE, trust_env=False, verify=False)
        self._event: dict[str, int] = {}

    async def __aenter__(self) -> Asker:
        config = (await self.client.get("config")).json()
        boxes = {part["id"] for part in config["components"] if part["props"].get("elem_id") == "box"}
        for event in config["dependencies"]:
            for part, happening in event["targets"]:
                if part in boxes and happening == "submit":
                    self._event = {"fn_index": event["id"], "trigger_id": part}
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def ask(self, question: str) -> str:
        """The whole conversation as HTML, once the question is answered.

        Raises:
            RuntimeError: the page refused the question, or the event failed.
        """
        sent = {"data": [question, None, None], "session_hash": self.session, "event_data": None, **self._event}
        joined = await self.client.post("gradio_api/queue/join", json=sent)
        if joined.status_code != 200:
            raise RuntimeError(f"The question was refused ({joined.status_code}): {joined.text}")
        address = f"gradio_api/queue/data?session_hash={self.session}"
        async with self.client.stream("GET", address) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    told = json.loads(line.removeprefix("data:"))
                    if told["msg"] == "process_completed":
                        if not told["success"]:
                            raise RuntimeError(f"The question failed: {told['output']}")
                        return str(told["output"]["data"][0])
        raise RuntimeError("The page closed the stream before the answer came.")


async def waits(url: str, askers: int, questions: Sequence[str], rounds: int) -> list[float]:
    """Seconds to each answer: in every round all askers ask at the same moment, each another question."""
    taken: list[float] = []

    async def ask(asker: Asker, question: str) -> None:
        began = time.perf_counter()
        await asker.ask(question)
        taken.append(time.perf_counter() - began)

    for number in range(rounds):
        async with AsyncExitStack() as stack:  # new people in each round, so that conversations stay short
            people = [await stack.enter_async_context(Asker(url)) for _ in range(askers)]
            for step in range(2):  # a question and a further one
                chosen = [questions[(number + step + place) % len(questions)] for place in range(askers)]
                await asyncio.gather(*(ask(person, question) for person, question in zip(people, chosen, strict=True)))
    return taken


@contextmanager
def served(at_once: int = AT_ONCE) -> Iterator[str]:
    """The page in a process of its own, which answers so many questions side by side; yields its address."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", _SERVE.format(at_once=at_once)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        told = process.stdout.readline() if process.stdout else ""
        yield next(word for word in told.split() if word.startswith("http://"))
    finally:
        process.terminate()
        process.wait(timeout=30)


def figures(questions: Sequence[str], rounds: int = 6, at_once: int = AT_ONCE) -> list[tuple[str, str, str]]:
    """Rows for ``make bench``: time to an answer of the page, for one asker and for many."""
    rows = []
    with served(at_once) as url:
        asyncio.run(waits(url, 2, questions, 2))  # what is loaded at the first question is loaded
        for askers, turns in ((1, 3 * rounds), (ASKERS, rounds)):
            taken = asyncio.run(waits(url, askers, questions, turns))
            middle, late = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
            who = "one asker" if askers == 1 else f"{askers} askers at once"
            rows.append((f"page, {who}: p50 / p95 to the answer", f"{1000 * middle:.0f} / {1000 * late:.0f} ms", ""))
    return rows


def main(widths: Sequence[int] = (1, 2, 3, 4), rounds: int = 12) -> None:
    """Compare how many questions the page answers side by side; the widths take turns, so that noise hits all."""
    from evals.bench import QUESTIONS

    taken: dict[int, list[float]] = {width: [] for width in widths}
    with ExitStack() as stack:
        urls = {width: stack.enter_context(served(width)) for width in widths}
        for number in range(rounds + 1):
            for width, url in urls.items():
                times = asyncio.run(waits(url, ASKERS, QUESTIONS, 1))
                taken[width] += times if number else []  # the first round loads
    for width, times in taken.items():
        middle, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"{width} side by side, {ASKERS} askers at once: p50 {1000 * middle:.0f} ms, p95 {1000 * late:.0f} ms")


if __name__ == "__main__":
    main()
