"""The line of questions: so many are answered at once, the others wait in the order in which they came.

In: a bot. Out: a bot that can be asked from many threads; when too many wait already, or the server is ending,
a question is refused at once with a sentence (`Busy`), so that nobody waits for minutes.

Gradio has a queue of its own, but it looks for the next question only every 50 ms, says nothing to those
who wait, and reports a full queue as "This application is currently busy" in a corner of the page.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from assistant.answer import Answer
from assistant.web.contract import Bot
from corpus.models import Corpus

AT_ONCE = 2  # questions answered side by side; 1 to 4 differ little, since the page costs more: python -m evals.served
MOST_WAITING = 64  # some seconds of answering on 2 cores
BUSY = "Many people are asking just now; try again in a moment."
KEPT = "Many people are asking just now; your question is kept in the box - try again in a moment."
ENDING = "The assistant is being ended; ask again when it is back."


class Busy(ValueError):
    """A question could not even wait; the message is one sentence for who asked."""


class Line:
    """A bot behind a line; what is not asking goes to the bot at once."""

    def __init__(self, bot: Bot, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self.bot = bot
        self.most_waiting = most_waiting
        self.broken = False  # the last question ended with an error of the program
        self.closed = False
        self._free = at_once
        self._turns: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.bot, name)

    @property
    def corpus(self) -> Corpus:
        """The documents that quotes point into."""
        return self.bot.corpus

    @property
    def waiting(self) -> int:
        """Questions that wait for their turn."""
        return len(self._turns)

    def ask(
        self, question: str, history: Sequence[dict[str, str]] | None = None, audience: str = "clinician"
    ) -> Answer:
        """The bot's answer, once it is this question's turn.

        Raises:
            Busy: too many questions wait, or the line was closed.
            ValueError: what the bot says is wrong with the question.
        """
        with self._place():
            try:
                answer = self.bot.ask(question, history=history, audience=audience)
            except ValueError:
                raise
            except Exception:
                self.broken = True
                raise
            self.broken = False
            return answer

    def suggest(self, beginning: str) -> Sequence[str]:
        """The bot's suggestions; they are quick, so nobody waits for them."""
        return self.bot.suggest(beginning)

    def close(self) -> None:
        """Let nobody in any more, and send those away who wait."""
        with self._lock:
            self.closed = True
            while self._turns:
                self._turns.popleft().set()

    @contextmanager
    def _place(self) -> Iterator[None]:
        self._enter()
        try:
            yield
        finally:
            with self._lock:
                if self._turns:
                    self._turns.popleft().set()  # the place goes on to who waits longest
                else:
                    self._free += 1

    def _enter(self) -> None:
        with self._lock:
            if self.closed:
                raise Busy(ENDING)
            if self._free:
                self._free -= 1
                return
            if len(self._turns) >= self.most_waiting:
                raise Busy(BUSY)
            turn = threading.Event()
            self._turns.append(turn)
        turn.wait()
        if self.closed:
            raise Busy(ENDING)
