"""Feedback: what readers say under an answer, where it is kept, and what becomes of it."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from browsing import Chat, ask, poor_contrasts

from assistant.answer import Answer
from assistant.feedback import LONGEST_COMMENT, Feedback, FeedbackError, FeedbackFile
from assistant.web.contract import ServeError
from assistant.web.conversation import Turn, render_conversation
from assistant.web.feedback import FAILED, GONE, Given, rate, render_feedback
from assistant.web.serving import create_app, running
from evals.questions import load_questions

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"
ROWS = "How many of the saphenous cases had lung metastases?"
NOT_THERE = "What dose of imatinib for a gastric GIST?"


@pytest.fixture
def file(tmp_path):
    return FeedbackFile(tmp_path / "said" / "feedback.sqlite3")


def said(answer: Answer, verdict: str = "helped", comment: str = "", history: tuple[str, ...] = ()) -> Feedback:
    return Feedback(answer, history, verdict, comment, "abc", "some-model")


def rows(path: Path) -> list[dict[str, object]]:
    with sqlite3.connect(path) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("SELECT * FROM feedback ORDER BY id")]


def exported(file: FeedbackFile, folder: Path) -> Path:
    folder.mkdir()
    lines = [json.dumps(entry, ensure_ascii=False) + "\n" for entry in file.entries()]
    (folder / "feedback.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def test_what_helped_becomes_a_question_of_the_evaluation_with_its_quotes(bot, file, tmp_path):
    for question in (SURVIVAL, ROWS):
        file.keep(said(bot.ask(question)))
    first, second = load_questions(bot.corpus, folder=exported(file, tmp_path / "out"))
    assert (first.text, first.kind, first.answerable) == (SURVIVAL, "fact", True)
    assert [support.quote for support in first.support] == [quote.text for quote in bot.ask(SURVIVAL).quotes]
    assert first.facts == (("57%",),)
    assert second.text == ROWS
    assert all(support.places for support in second.support)
    assert "review" not in first.note.lower()


@pytest.mark.parametrize("verdict", ["wrong", "missing"])
def test_what_was_wrong_or_missing_is_left_to_a_person(bot, file, tmp_path, verdict):
    answer = bot.ask(SURVIVAL)
    file.keep(said(answer, verdict, "The R0 patients\nlived longer."))
    (question,) = load_questions(bot.corpus, folder=exported(file, tmp_path / "out"))
    assert not question.answerable
    assert question.support == ()
    assert question.note.startswith("NEEDS REVIEW.")
    assert "lived longer" in question.note
    start, end = answer.quotes[0].spans[0]
    assert f"{answer.quotes[0].doc_id} {start}-{end}" in question.note


def test_a_follow_up_carries_the_questions_before_it(bot, file, tmp_path):
    history = [{"role": "user", "content": SURVIVAL}, {"role": "assistant", "content": "57%."}]
    for asked in ("and the recurrence rate?", "and in the femoral vein?"):  # the second is estimated, not stated
        file.keep(said(bot.ask(asked, history=history), history=(SURVIVAL,)))
    questions = load_questions(bot.corpus, folder=exported(file, tmp_path / "out"))
    assert [question.kind for question in questions] == ["followup", "unanswerable"]
    for question in questions:
        assert [turn["content"] for turn in question.history] == [SURVIVAL]


def test_a_refusal_that_helped_is_an_unanswerable_question(bot, file, tmp_path):
    file.keep(said(bot.ask(NOT_THERE)))
    (question,) = load_questions(bot.corpus, folder=exported(file, tmp_path / "out"))
    assert (question.answerable, question.sub) == (False, "near")
    assert "REVIEW" not in question.note


def test_a_row_is_changed_not_added_and_a_cleared_one_never_comes_back(bot, file):
    one = file.keep(said(bot.ask(SURVIVAL), "helped"))
    assert file.keep(said(bot.ask(SURVIVAL), "wrong", "No."), one) == one
    assert [(row["verdict"], row["comment"]) for row in rows(file.path)] == [("wrong", "No.")]
    assert file.clear() == 1
    assert file.count() == 0
    other = file.keep(said(bot.ask(ROWS)))
    assert other != one
    file.keep(said(bot.ask(SURVIVAL), "missing"), one)
    assert [row["question"] for row in rows(file.path)] == [ROWS, SURVIVAL]


def test_what_was_deleted_is_not_left_on_the_disk(bot, file):
    file.keep(said(bot.ask(SURVIVAL), "wrong", "unmistakable words of a reader"))
    file.clear()
    for part in file.path.parent.iterdir():
        assert b"unmistakable" not in part.read_bytes(), part


def test_nothing_that_tells_who_asked_is_kept(bot, file):
    file.keep(said(bot.ask(SURVIVAL)))
    (row,) = rows(file.path)
    assert set(row) == {
        *("id", "time", "question", "resolved", "history", "verdict", "comment", "quotes", "abstained", "corpus"),
        "model",
    }
    assert str(row["time"]).endswith("+00:00")
    if os.name == "posix":
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(("verdict", "comment"), [("great", ""), ("helped", "x" * (LONGEST_COMMENT + 1))])
def test_what_cannot_be_kept_is_one_sentence(bot, file, verdict, comment):
    with pytest.raises(FeedbackError, match=r"^[A-Z].*\.$"):
        file.keep(said(bot.ask(SURVIVAL), verdict, comment))
    assert file.count() == 0


def test_a_file_of_another_kind_is_left_alone(tmp_path):
    other = tmp_path / "other.sqlite3"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE patients (name TEXT)")
    text = tmp_path / "text.sqlite3"
    text.write_text("no database, but long enough to be told from an empty file" * 20, encoding="utf-8")
    newer = FeedbackFile(tmp_path / "newer.sqlite3").path
    with sqlite3.connect(newer) as database:
        database.execute("PRAGMA user_version = 99")
    for path, why in ((other, "another program"), (text, "not a database"), (newer, "version 99"), (tmp_path, "")):
        before = path.read_bytes() if path.is_file() else b""
        with pytest.raises(FeedbackError, match=rf"^[^\n]*{why}[^\n]*\.$"):
            FeedbackFile(path)
        assert path.is_dir() or path.read_bytes() == before


def session(bot, file, *questions: str) -> list[Turn]:
    return [Turn(question, bot.ask(question), given=Given(file.path.name)) for question in questions]


def test_only_an_answer_of_this_session_can_be_rated(bot, file):
    mine, theirs = session(bot, file, SURVIVAL), session(bot, file, ROWS)
    for key in (theirs[0].given.key, "", "0", None, ["x"], {"a": 1}, "é", "-1", "1; DROP TABLE feedback"):
        assert GONE in rate(file, bot, mine, {"key": key, "verdict": "helped", "comment": ""}, 1)
    assert GONE in rate(file, bot, mine, {}, 1)
    assert file.count() == 0
    assert "Thank you" in rate(file, bot, mine, {"key": mine[0].given.key, "verdict": "helped"}, 1)
    assert mine[0].given.verdict == "helped"
    assert file.count() == 1


def test_a_forged_verdict_or_an_endless_comment_is_not_stored(bot, file):
    turns = session(bot, file, SURVIVAL)
    key = turns[0].given.key
    assert FAILED in rate(file, bot, turns, {"key": key, "verdict": "<b>", "comment": ""}, 1)
    told = rate(file, bot, turns, {"key": key, "verdict": "helped", "comment": "x" * 9999}, 1)
    assert "9,999 characters; at most 2,000" in told
    assert file.count() == 0
    assert turns[0].given.verdict == ""


def test_the_model_and_the_state_of_the_documents_are_kept_and_the_dialogue_before(bot, file):
    turns = session(bot, file, SURVIVAL, ROWS)
    rate(file, bot, turns, {"key": turns[1].given.key, "verdict": "missing", "comment": " which? \r\n now"}, 1)
    (row,) = rows(file.path)
    assert row["corpus"] == bot.corpus.hash[:12]
    assert row["model"] == bot.index.header.model
    assert json.loads(str(row["history"])) == [SURVIVAL]
    assert row["comment"] == "which? \n now"
    assert [quote["doc"] for quote in json.loads(str(row["quotes"]))] == [
        quote.doc_id for quote in turns[1].answer.quotes
    ]


def test_without_feedback_there_is_no_trace_of_it(bot):
    html = render_conversation(bot.corpus, [Turn(SURVIVAL, bot.ask(SURVIVAL))])
    assert "feedback" not in html
    assert render_feedback(0, None) == ""


def test_a_file_that_cannot_be_used_stops_the_server_in_a_sentence(bot, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ServeError, match=r"^The feedback file .* cannot be used: .*\.$"):
        create_app(bot, feedback=tmp_path / "file" / "feedback.sqlite3")


@pytest.fixture
def chat(browser, bot, tmp_path):
    path = tmp_path / "feedback.sqlite3"
    with running(bot, feedback=path) as url:
        chat = Chat(browser, url, path)
        yield chat
        chat.close()
    assert chat.faults == []
    assert [each for each in chat.requests if not each.startswith((url, "data:", "blob:"))] == []


def test_a_reader_says_what_is_wrong_and_changes_it(chat):
    page = chat.open()
    ask(page, SURVIVAL)
    part = page.locator("#log .feedback")
    assert part.get_by_role("button").all_inner_texts() == ["This helped", "This is wrong", "Something is missing"]
    page.get_by_role("button", name="This is wrong").click()
    page.wait_for_function("document.activeElement.matches('.feedback textarea')")
    assert "name no patient" in part.inner_text()
    assert rows(chat.path) == []
    page.keyboard.type("Which series?")
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector(".feedback .thanks")
    assert "You said: this is wrong. “Which series?”" in part.inner_text()
    page.wait_for_function("document.activeElement.matches('.feedback .thanks')")
    assert not part.get_by_role("button", name="This helped").is_visible()
    assert [(row["question"], row["verdict"], row["comment"]) for row in rows(chat.path)] == [
        (SURVIVAL, "wrong", "Which series?")
    ]
    page.get_by_role("button", name="Change").click()
    assert part.locator("textarea").input_value() == "Which series?"
    page.get_by_role("button", name="This helped").click()
    part.locator("textarea").fill("")
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector(".feedback .thanks:has-text('this helped')")
    assert [(row["verdict"], row["comment"]) for row in rows(chat.path)] == [("helped", "")]


def test_feedback_needs_no_mouse_and_can_be_called_off(chat):
    page = chat.open()
    ask(page, SURVIVAL)
    for _ in range(2 + 1):  # from the box past Something is missing and This is wrong
        page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent") == "This helped"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.keyboard.type("no")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "This helped"
    assert not page.locator(".feedback form").is_visible()
    assert page.locator(".feedback [aria-pressed=true]").count() == 0
    page.keyboard.press("Space")
    assert page.input_value(".feedback textarea") == ""
    page.keyboard.type("yes / no")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".feedback .thanks")
    assert [row["comment"] for row in rows(chat.path)] == ["yes / no"]


def test_what_is_being_written_survives_the_next_answer_and_stays_with_its_own(chat):
    page = chat.open()
    ask(page, SURVIVAL)
    page.get_by_role("button", name="Something is missing").click()
    page.locator(".feedback textarea").fill("half a sentence")
    ask(page, ROWS)
    first, second = page.locator("#log .feedback").nth(0), page.locator("#log .feedback").nth(1)
    first.locator("form").wait_for()
    assert first.locator("textarea").input_value() == "half a sentence"
    assert not second.locator("form").is_visible()
    first.get_by_role("button", name="Send").click()
    first.locator(".thanks").wait_for()
    ask(page, NOT_THERE)
    assert "half a sentence" in first.locator(".thanks").inner_text()
    assert not first.locator(".verdicts").is_visible()
    assert [(row["question"], row["verdict"]) for row in rows(chat.path)] == [(SURVIVAL, "missing")]


def test_the_note_says_what_is_stored(browser, bot, chat):
    assert "Stored on this server: only feedback that you send (feedback.sqlite3)." in chat.open().inner_text("#note")
    with running(bot) as url:
        other = Chat(browser, url)
        assert "Nothing you ask is stored on this server." in other.open().inner_text("#note")
        other.close()


def test_a_file_that_fails_is_told_in_place_and_the_words_are_kept(chat):
    page = chat.open()
    ask(page, SURVIVAL)
    page.get_by_role("button", name="This is wrong").click()
    page.locator(".feedback textarea").fill("why")
    with sqlite3.connect(chat.path) as database:
        database.execute("DROP TABLE feedback")
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector(".feedback .error")
    assert page.inner_text(".feedback .error") == FAILED
    assert page.input_value(".feedback textarea") == "why"
    assert page.locator(".feedback form").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_feedback_fits_a_phone_and_can_be_read(chat, scheme):
    page = chat.open(width=360, height=700, color_scheme=scheme)
    ask(page, SURVIVAL)
    page.get_by_role("button", name="This is wrong").click()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.wait_for_function(
        """() => { const box = document.querySelector(".feedback [type=submit]").getBoundingClientRect();
        return document.elementFromPoint(box.left + 5, box.top + 5)?.closest("[type=submit]"); }"""
    )
    assert poor_contrasts(page, ".feedback") == []
    page.get_by_role("button", name="Send").click()
    page.wait_for_selector(".feedback .thanks")
    assert poor_contrasts(page, ".feedback") == []


def vlms(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", *arguments], capture_output=True, text=True, input=typed, check=False
    )


def test_the_command_line_exports_and_clears(bot, file, tmp_path):
    file.keep(said(bot.ask(SURVIVAL), "helped", "“Yes”\u2028\u0085."))
    named = ("--feedback-file", str(file.path))
    shown = vlms("feedback", "export", *named)
    assert [json.loads(line)["question"] for line in shown.stdout.split("\n") if line] == [SURVIVAL], shown.stderr
    (tmp_path / "out").mkdir()
    assert "1 entries" in vlms("feedback", "export", "--out", str(tmp_path / "out" / "f.jsonl"), *named).stdout
    assert len(load_questions(bot.corpus, folder=tmp_path / "out")) == 1
    assert "Nothing was deleted" in vlms("feedback", "clear", *named, typed="n\n").stdout
    assert file.count() == 1
    assert "1 entries were deleted" in vlms("feedback", "clear", "--yes", *named).stdout
    assert file.count() == 0
    missing = vlms("feedback", "export", "--feedback-file", str(tmp_path / "none"))
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "none").exists()
