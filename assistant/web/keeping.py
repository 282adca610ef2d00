"""What is kept of a conversation: an export to a file, and a history in the browser.

In: a bot, and how a question is answered. Out: a toolbar over the conversation with its events. The server keeps no
history: the browser does, as questions, and opening a conversation asks them again, so that nothing is shown that
the sources do not say today.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import gradio as gr

from assistant.exporting import FORMATS, export, file_name, versions_of
from assistant.versions import corpus_version
from assistant.web.contract import Bot
from assistant.web.conversation import Turn, render_conversation
from assistant.web.markup import escape, readable
from corpus.models import Corpus

MOST = 50  # conversations that a browser keeps
STEP = 0.7  # seconds between two views of a conversation that is asked again; drawing it takes time as well
NAME = re.compile(r"[0-9a-f]{16}")  # of a conversation
TITLES = {"markdown": "Markdown (.md)", "html": "HTML (.html)", "pdf": "PDF (.pdf)"}
FAILED = "The file could not be made because of an error in the program; it has been written to the log."
KEPT = (
    f"Kept in this browser only, never on the server: the questions of your last {MOST} conversations, their dates, "
    "and which state of the documents answered. Opening one asks its questions again."
)

log = logging.getLogger(__name__)

Answer = Callable[[str, list[Turn]], Turn]
Replayed = tuple[str, list[Turn], str, str]  # the conversation, its turns, the text of the box, its name


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the page that keeping needs; ``name`` tells the conversation of a session from others."""

    toolbar: gr.HTML
    now: gr.HTML
    exported: gr.HTML
    name: gr.State


def place(corpus: Corpus, html: Callable[[str, str, str], gr.HTML]) -> Parts:
    """Put the toolbar where the page is being built; ``html`` makes a part from its value, name and script."""
    toolbar = html(render_toolbar(corpus), "keeping", "history.js")
    html("", "copying", "copying.js")
    return Parts(toolbar, html("", "kept", "kept.js"), html("", "exported", "exporting.js"), gr.State(""))


def connect(
    parts: Parts,
    bot: Bot,
    answer: Answer,
    turns: gr.State,
    audience: gr.State,
    shown: Sequence[Any],
    clear: gr.Button,
    most: int,
) -> None:
    """Let the toolbar follow and refill a conversation.

    Args:
        parts: from `place`.
        bot: what answers.
        answer: a question and the turns before it as a turn.
        turns: the state that holds the conversation.
        audience: the state that holds who is reading.
        shown: what an answer changes: the conversation as HTML, ``turns``, and the box.
        clear: empties the conversation, which then is no more the one it was.
        most: turns of one session.
    """
    keeper = Keeper(bot, answer, most)
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    now = [parts.now, parts.name]
    shown[0].change(keeper.follow, [turns, parts.name], now, queue=False, trigger_mode="always_last", **private)
    clear.click(str, None, [parts.name], queue=False, **private)
    private["trigger_mode"] = "multiple"  # others lose the data of an event that comes while one is pending
    parts.toolbar.replay(
        keeper.replay, [audience], [*shown, parts.name], concurrency_id="ask", concurrency_limit=1, **private
    )
    parts.exported.export(keeper.export, [turns, audience], [parts.exported], concurrency_limit=1, **private)


class Keeper:
    """The events of the toolbar; holds the bot, and nothing of any session."""

    def __init__(self, bot: Bot, answer: Answer, most: int) -> None:
        self.bot, self.answer, self.most = bot, answer, most
        self._files = count(1)

    def follow(self, turns: list[Turn], name: str) -> tuple[str, Any]:
        """The questions of the conversation as it is now; a name for it with its first answer."""
        asked = [turn.question for turn in turns if turn.answer is not None]
        if not asked:
            return render_kept("", (), 0), gr.skip()
        if name:  # left as it is, here and above: another conversation may have been opened in the meantime
            return render_kept(name, asked, len(turns)), gr.skip()
        name = secrets.token_hex(8)
        return render_kept(name, asked, len(turns)), name

    def replay(self, audience: str, event: gr.EventData) -> Iterator[Replayed]:
        """A kept conversation, asked again: it grows before the reader's eyes."""
        name, questions = read_kept(event._data, self.most)
        turns: list[Turn] = []
        seen = 0.0
        for question in questions:
            if time.monotonic() - seen >= STEP:
                yield render_conversation(self.bot.corpus, turns, question, audience), turns, "", name
                seen = time.monotonic()
            turns = [*turns, self.answer(question, turns)]
        yield render_conversation(self.bot.corpus, turns, audience=audience), turns, "", name

    def export(self, turns: list[Turn], audience: str, event: gr.EventData) -> str:
        """The conversation as a file for the browser to save."""
        form = str(event._data.get("form", "")) if isinstance(event._data, dict) else ""
        if form not in FORMATS or not turns:
            return ""
        when = datetime.now().astimezone()
        try:
            data = export(turns, self.bot.corpus, versions_of(self.bot), form, when, audience)
        except Exception:
            log.exception("The conversation could not be exported.")
            return f'<div data-number="{next(self._files)}" data-error="{escape(FAILED)}"></div>'
        return (
            f'<div data-number="{next(self._files)}" data-name="{escape(file_name(form, when))}" '
            f'data-type="{FORMATS[form][1]}" data-content="{base64.b64encode(data).decode("ascii")}"></div>'
        )


def read_kept(data: object, most: int) -> tuple[str, list[str]]:
    """The name and the questions of a conversation that a browser sends, which may send anything."""
    sent: Mapping[str, Any] = data if isinstance(data, dict) else {}
    questions = sent.get("questions")
    texts = [each for each in questions if isinstance(each, str)] if isinstance(questions, list) else []
    texts = [readable(text) for text in texts[:most]]
    name = str(sent.get("name", ""))
    return (name if NAME.fullmatch(name) else secrets.token_hex(8)), texts


def render_kept(name: str, questions: Sequence[str], turns: int) -> str:
    """What a script reads about the conversation as it is now."""
    return (
        f'<div data-name="{escape(name)}" data-turns="{turns}" '
        f'data-questions="{escape(json.dumps(list(questions)))}"></div>'
    )


def render_toolbar(corpus: Corpus) -> str:
    """The toolbar; its script shows History only where the browser can keep one."""
    forms = "".join(f'<li><button type="button" data-form="{form}">{TITLES[form]}</button></li>' for form in FORMATS)
    return (
        f'<div class="toolbar" data-corpus="{escape(corpus_version(corpus))}" data-most="{MOST}">'
        '<div class="history"><button type="button" class="opens" aria-expanded="false" aria-controls="history" hidden>'
        'History</button><section id="history" class="drop" aria-label="History" hidden>'
        f'<p class="where">{escape(KEPT)}</p>'
        '<label class="switch"><input type="checkbox" role="switch" checked> Keep history in this browser</label>'
        '<ol class="conversations" aria-label="Conversations, newest first"></ol><p class="none">Nothing is kept.</p>'
        '<p class="all"><button type="button" class="delete-all">Delete all</button><span class="sure" hidden>'
        '<span class="ask"></span> <button type="button" class="yes">Delete</button> '
        '<button type="button" class="no">Keep</button></span></p></section></div>'
        '<p class="said" role="status"></p>'
        '<div class="export"><button type="button" class="opens" aria-expanded="false" aria-controls="export-forms" '
        f'disabled>Export</button><ul id="export-forms" class="drop" aria-label="Export as" hidden>{forms}</ul></div>'
        '<p class="continue" hidden><span>Continue where you left off: <span class="title"></span></span>'
        '<button type="button" class="go">Continue</button>'
        '<button type="button" class="leave">Not now</button></p></div>'
    )
