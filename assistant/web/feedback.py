"""Feedback under an answer: three verdicts and a comment.

In: a turn of the session, and what its reader pressed and typed (it may be anything). Out: HTML below the answer,
and a row in the feedback file. A turn is known by a key that was drawn when it was answered: its number changes
when older turns leave the page, and a number from the browser could be that of anything.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.feedback import LONGEST_COMMENT, VERDICTS, Feedback, FeedbackError, FeedbackFile
from assistant.versions import corpus_version, header_of
from assistant.web.markup import escape, readable

if TYPE_CHECKING:
    from assistant.web.contract import Bot
    from assistant.web.conversation import Turn

NOT_STORED = "Nothing you ask is stored on this server."
STORED = "Stored on this server: only feedback that you send ({name})."
KEPT = (
    "Send stores on this server, in {name}: the question and those before it, the places quoted, your verdict and "
    "comment; not who you are. Please name no patient."
)
GONE = "This answer is no longer part of the conversation, so nothing was stored."
FAILED = "Your feedback could not be stored; please try again later."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Given:
    """What the reader has said about an answer: nothing yet, or a verdict that is stored in ``row``."""

    file: str = ""  # the name of the file, which the page tells
    verdict: str = ""
    comment: str = ""
    row: int | None = None
    key: str = field(default_factory=lambda: secrets.token_hex(8))


def storage_note(file: FeedbackFile | None) -> str:
    """What is stored of what people ask, for the note on the page."""
    return NOT_STORED if file is None else STORED.format(name=file.path.name)


def render_feedback(turn_number: int, given: Given | None, problem: str = "") -> str:
    """The part below an answer; nothing where no feedback is taken (``given`` is None)."""
    if given is None:
        return ""
    name = f"feedback-{turn_number}"
    buttons = "".join(
        f'<button type="button" data-verdict="{verdict}" aria-pressed="{str(verdict == given.verdict).lower()}">'
        f"{words}</button>"
        for verdict, words in VERDICTS.items()
    )
    said = f'<p class="thanks" tabindex="-1">{_thanks(given)}</p>' if given.verdict else ""
    hidden = " hidden" if given.verdict else ""  # until Change is pressed
    wrong = f'<p class="error" role="alert">{escape(problem)}</p>' if problem else ""
    return (
        f'<div class="feedback" role="group" aria-label="Your feedback on this answer" data-key="{given.key}"'
        f' data-given="{given.verdict}">{said}<div class="verdicts"{hidden}>{buttons}</div><form hidden>'
        f'<label for="{name}">Comment, if you like</label>'
        f'<textarea id="{name}" rows="3" maxlength="{LONGEST_COMMENT}" aria-describedby="{name}-kept">'
        f"\n{escape(given.comment)}</textarea>"  # a line break at the beginning of a textarea is not shown
        f'<p class="kept" id="{name}-kept">{escape(KEPT.format(name=given.file))}</p>'
        f'<button type="submit">Send</button><button type="button" class="cancel">Cancel</button></form>{wrong}</div>'
    )


def rate(file: FeedbackFile, bot: Bot, turns: list[Turn], data: Mapping[str, Any], number: int) -> str:
    """Store what was sent about a turn of this session; ``turns`` then holds it.

    Returns the part below the answer as it is now, in an element that names its key; ``number`` differs between
    calls, so that the page notices each.
    """
    key, verdict = str(data.get("key", ""))[:64], str(data.get("verdict", ""))[:64]
    comment = _clean(data.get("comment", ""))
    for place, turn in enumerate(turns):
        given = turn.given
        if given is None or turn.answer is None or not secrets.compare_digest(given.key.encode(), key.encode()):
            continue
        history = tuple(before.question for before in turns[:place] if before.answer is not None)
        header = header_of(bot)
        model = header.model if header else ""
        said = Feedback(turn.answer, history, verdict, comment, corpus_version(bot.corpus), model)
        try:
            row = file.keep(said, given.row)
        except FeedbackError as error:
            log.warning("Feedback was not stored: %s", error)
            known = verdict in VERDICTS and len(comment) > LONGEST_COMMENT
            return _reply(key, number, render_feedback(place, given, str(error) if known else FAILED))
        given = replace(given, verdict=verdict, comment=comment, row=row)
        turns[place] = replace(turn, given=given)
        return _reply(key, number, render_feedback(place, given))
    return _reply(key, number, f'<p class="error" role="alert">{GONE}</p>')


def _reply(key: str, number: int, part: str) -> str:
    return f'<div data-key="{escape(key)}" data-number="{number}">{part}</div>'


def _thanks(given: Given) -> str:
    comment = f" “{escape(given.comment)}”" if given.comment else ""
    return (
        f"<span>Thank you. You said: <strong>{VERDICTS[given.verdict].lower()}</strong>.{comment}</span> "
        '<button type="button" class="change">Change</button>'
    )


def _clean(text: object) -> str:
    """A comment that UTF-8 can carry and SQLite can show; a browser may send lone surrogates and null characters."""
    return readable(text).replace("\0", "\ufffd").replace("\r\n", "\n").strip()
