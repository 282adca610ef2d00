"""The line of questions: who waits is answered in turn or told so in a sentence; health says how the server is."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from browsing import Chat, ask, settle
from serving import Recorder, fetch, until

from assistant.web.serving import running
from assistant.web.waiting import BUSY, ENDING, KEPT, Busy, Line

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"


# Health


def test_health_tells_what_is_served(bot):
    with running(bot) as url:
        response, body = fetch(url, "/health")
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"
        told = json.loads(body)
        assert told.pop("version")
        assert told == {"status": "ok", "corpus": bot.corpus.hash[:12], "documents": 5, "waiting": 0}
        assert fetch(url, "/health", "POST")[0].status == 405
        assert fetch(url, "/health", Host="evil.example")[0].status == 421


def test_health_is_503_when_the_bot_fails_and_well_again_afterwards(bot):
    held = Recorder(bot)
    held.broken = True
    line = Line(held)
    with running(line) as url:
        response, body = fetch(url, "/health")
        assert (response.status, json.loads(body)["status"]) == (503, "failing")
        with pytest.raises(RuntimeError):
            line.ask(SURVIVAL)
        held.broken = False
        assert fetch(url, "/health")[0].status == 200
        held.broken = True
        with pytest.raises(RuntimeError):
            line.ask(SURVIVAL)
        assert fetch(url, "/health")[0].status == 503


def test_health_is_503_while_the_server_ends(bot):
    line = Line(bot)
    with running(line) as url:
        line.close()
        response, body = fetch(url, "/health")
        assert (response.status, json.loads(body)["status"]) == (503, "ending")


# The line


def waiting(line: Line, count: int) -> None:
    """Until so many questions wait."""
    until(lambda: line.waiting == count)


def test_questions_are_answered_in_the_order_in_which_they_came(bot):
    order, held = [], Recorder(bot)
    held.gate.clear()

    class Noting(Recorder):
        def ask(self, question, history=None, audience="clinician"):
            held.gate.wait(20)
            order.append(question)
            return self.bot.ask(SURVIVAL)

    line = Line(Noting(bot), at_once=1, most_waiting=8)
    with ThreadPoolExecutor(8) as pool:
        asked = []
        for number in range(8):
            asked.append(pool.submit(line.ask, str(number)))
            waiting(line, number)
        held.gate.set()
        assert all(each.result().quotes for each in asked)
    assert order == [str(number) for number in range(8)]
    assert line.waiting == 0


def test_a_full_line_refuses_and_a_closed_one_sends_away_who_waits(bot):
    held = Recorder(bot)
    held.gate.clear()
    line = Line(held, at_once=2, most_waiting=3)
    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(line.ask, SURVIVAL) for _ in range(5)]
        waiting(line, 3)
        with pytest.raises(Busy, match=BUSY):
            line.ask(SURVIVAL)
        line.close()
        held.gate.set()
        ended = [str(each.exception()) for each in asked if each.exception()]
    assert ended == [ENDING] * 3
    with pytest.raises(Busy, match=ENDING):
        line.ask(SURVIVAL)


def test_an_error_gives_the_place_free_again(bot):
    line = Line(bot, at_once=1, most_waiting=1)
    for _ in range(5):
        with pytest.raises(ValueError, match="empty"):
            line.ask("")
    assert line.ask(SURVIVAL).quotes


def test_a_full_line_is_a_sentence_in_the_conversation_and_keeps_the_question(browser, bot):
    held = Recorder(bot)
    line = Line(held, at_once=1, most_waiting=1)
    with running(line) as url:
        chat = Chat(browser, url)
        pages = [chat.open() for _ in range(3)]
        held.gate.clear()
        for count, page in enumerate(pages[:2]):
            page.fill("#box textarea", SURVIVAL)
            page.press("#box textarea", "Enter")
            page.wait_for_selector("#log .waiting")
            waiting(line, count)
        assert json.loads(fetch(url, "/health")[1])["waiting"] == 1
        late = pages[2]
        ask(late, "How far along the vein should the resection extend?")
        assert late.locator("#log .error").inner_text() == KEPT
        assert late.input_value("#box textarea") == "How far along the vein should the resection extend?"
        assert late.locator(".toast-body, .toast-wrap *").count() == 0
        held.gate.set()
        for page in pages[:2]:
            settle(page)
            assert "57%" in page.locator("#log .quotes").inner_text()
        late.press("#box textarea", "Enter")
        settle(late, 2)
        assert late.locator("#log .turn").last.locator(".answer").count() == 1
        chat.close()
    assert chat.faults == []


def test_a_question_that_is_clicked_in_a_full_line_is_put_in_the_box(browser, bot):
    held = Recorder(bot)
    line = Line(held, at_once=1, most_waiting=0)
    with running(line) as url, ThreadPoolExecutor(1) as pool:
        chat = Chat(browser, url)
        page = chat.open()
        held.gate.clear()
        other = pool.submit(line.ask, SURVIVAL)
        example = page.locator(".example").first
        question = example.get_attribute("data-ask")
        example.click()
        settle(page)
        assert page.locator("#log .error").inner_text() == KEPT
        assert page.input_value("#box textarea") == question
        held.gate.set()
        assert other.result().quotes
        chat.close()


def test_a_full_line_is_a_sentence_for_a_program(bot):
    from gradio_client import Client

    held = Recorder(bot)
    line = Line(held, at_once=1, most_waiting=0)
    with running(line) as url, ThreadPoolExecutor(1) as pool:
        client = Client(url, verbose=False, analytics_enabled=False)
        held.gate.clear()
        other = pool.submit(line.ask, SURVIVAL)
        with pytest.raises(Exception, match=BUSY):
            client.predict(question=SURVIVAL, history=None, api_name="/ask")
        held.gate.set()
        assert other.result().quotes


def test_two_questions_of_one_session_at_once_are_both_kept(browser, bot):
    held = Recorder(bot)
    with running(held) as url:
        chat = Chat(browser, url)
        page = chat.open()
        held.gate.clear()
        page.locator(".example").nth(1).click()
        page.wait_for_selector("#log .waiting")
        page.fill("#box textarea", SURVIVAL)
        page.press("#box textarea", "Enter")
        page.wait_for_function(f"document.querySelector('#log').textContent.includes({json.dumps(SURVIVAL)})")
        held.gate.set()
        settle(page, 2)
        assert page.locator("#log .turn .answer").count() == 2
        chat.close()
