"""What tests of the server share: a watched bot, requests, waiting, and servers in processes of their own."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from assistant import Assistant
    from assistant.answer import Answer

BOT = """
    import sys
    from corpus import load_corpus
    from assistant.answer import Answer, Quote
    class Bot:
        corpus = load_corpus()
        def ask(self, question, history=None, audience="clinician"):
            unit = self.corpus["tilkorn2010"].units[10]
            place = (unit.doc_id, unit.section, unit.spans, unit.kind)
            quote = Quote(unit.text, *place, 1.0, "series", True, "Tilkorn 2010")
            return Answer(question, question, unit.text, (quote,), False, 0.9)
    import assistant.web
    assert "gradio" not in sys.modules, "gradio was imported before it was needed"
"""


class Recorder:
    """The bot, remembering what it was asked; ``gate`` closed holds its answers back, and ``broken`` it fails."""

    def __init__(self, bot: Assistant) -> None:
        self.bot, self.corpus, self.suggest = bot, bot.corpus, bot.suggest
        self.asked: list[tuple[str, list[dict[str, str]]]] = []
        self.answers: list[Answer] = []
        self.gate = threading.Event()
        self.gate.set()
        self.broken = False

    def ask(
        self, question: str, history: Sequence[dict[str, str]] | None = None, audience: str = "clinician"
    ) -> Answer:
        self.gate.wait(20)
        if self.broken:
            raise RuntimeError("the index is gone")
        answer = self.bot.ask(question, history=history)
        self.asked.append((question, list(history or [])))
        self.answers.append(answer)
        return answer


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; fails where it does not within 20 seconds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "It did not come about within 20 seconds."
        time.sleep(0.05)


def fetch(url: str, path: str = "/", method: str = "GET", body: str | None = None, **headers: str):
    """The response to one request, and its text; the names of headers are written with _ for -."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request(
        method, path, body=body, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )
    response = connection.getresponse()
    return response, response.read().decode("utf-8", "replace")


def python(code: str) -> subprocess.Popen[str]:
    """A process that runs the code with a ``Bot`` at hand, in an environment that would have gradio call home."""
    environment = {
        **os.environ,
        "GRADIO_ANALYTICS_ENABLED": "True",
        "GRADIO_SHARE": "True",
        "HTTP_PROXY": "http://192.0.2.1:3128",
        "HTTPS_PROXY": "http://192.0.2.1:3128",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(BOT) + textwrap.dedent(code)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def started(code: str) -> tuple[subprocess.Popen[str], str]:
    """A process that serves by the code, and its address, once it answers there."""
    process = python(code)
    url = next(word for word in process.stdout.readline().split() if word.startswith("http://127.0.0.1:"))
    until(lambda: fetch(url)[0].status == 200)
    return process, url
