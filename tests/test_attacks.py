"""Every input of the page against every string of `attacks`: text stays text, and the page goes on working."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote, urlsplit

import gradio as gr
import pytest
from attacks import ATTACKS, Mirror, faults_of, file_name, shown, unharmed
from browsing import Chat, ask, settle

from assistant.feedback import FeedbackFile
from assistant.web.app import Page
from assistant.web.conversation import Turn, render_conversation, render_suggestions
from assistant.web.feedback import Given, rate
from assistant.web.serving import running
from assistant.web.source_pane import render_document, render_list
from corpus import load_corpus
from evals.questions import load_questions

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"


def clear(page) -> None:
    """An empty conversation; what the server says to it has come: the box, with a word in it, is empty again."""
    page.fill("#box textarea", "word")
    with page.expect_response(lambda response: response.url.endswith("/run/predict")):
        page.click("button#clear")
    page.wait_for_selector(".welcome")
    page.wait_for_function("document.querySelector('#box textarea').value === ''")


def put(page, text: str) -> None:
    """Into the box, with a space typed after it: gradio tells the server only of what keys do."""
    page.fill("#box textarea", text)
    page.focus("#box textarea")
    page.keyboard.press("Control+End")
    page.keyboard.type(" ")


def test_there_are_many_and_no_two_are_the_same():
    assert len(ATTACKS) >= 60
    assert len(set(ATTACKS.values())) == len(ATTACKS)


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    return Mirror(tmp_path_factory.mktemp("attacks"))


@pytest.fixture(scope="module")
def chat(browser, mirror, tmp_path_factory):
    """A chat with the mirror; afterwards: nothing was fetched from elsewhere, nothing failed, no dialog opened."""
    path = tmp_path_factory.mktemp("said") / "feedback.sqlite3"
    with running(mirror, feedback=path) as url:
        chat = Chat(browser, url, path)
        yield chat
        chat.close()
    own = urlsplit(url).netloc
    assert [each for each in chat.requests if urlsplit(each).netloc not in ("", own)] == []
    assert chat.faults == []


@pytest.fixture(scope="module")
def page(chat):
    opened = chat.open()
    opened.on("dialog", lambda dialog: chat.faults.append(f"A dialog opened: {dialog.message}"))
    return opened


@pytest.fixture(scope="module")
def blank(browser):
    """An empty page, to see what a browser makes of HTML: without our policy, so that nothing but escaping helps."""
    page = browser.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("attack", list(ATTACKS.values()), ids=list(ATTACKS))
def test_a_question_its_answer_its_suggestions_and_its_feedback_stay_text(page, chat, attack):
    clear(page)
    put(page, attack)
    if attack.strip():
        page.wait_for_function("document.querySelectorAll('#suggestions [role=option]').length === 2")
    unharmed(page)
    page.press("#box textarea", "Enter")
    settle(page)
    assert page.locator("#log .error").count() == 0
    words = attack.replace("\0", "\ufffd").split()  # those with half a character come back in another way
    for part in ("#log .question", "#log blockquote", "#log .cite", "#log .also", "#log .related", "#log .statement"):
        text = page.locator(part).first.text_content()
        assert [word for word in words if word.isascii() and word.isprintable() and word not in text] == [], part
    page.locator("#log .cite").first.click()
    page.wait_for_selector("#lit")
    page.locator("#log .feedback [data-verdict=wrong]").click()
    page.fill(".feedback textarea", attack)
    page.locator(".feedback [type=submit]").click()
    page.wait_for_selector("#log .feedback .thanks")
    unharmed(page)


def test_a_suggestion_is_asked_as_the_text_it_is(page):
    clear(page)
    put(page, ATTACKS["image"])
    options = page.locator("#suggestions [role=option]")
    page.wait_for_function(
        "document.querySelectorAll('#suggestions [role=option]')[1]?.textContent.includes('onerror')"
    )
    assert options.nth(1).text_content() == ATTACKS["image"] + " " + ATTACKS["script"].replace(" ", "")
    options.nth(1).click()
    settle(page)
    assert page.locator("#log .question").text_content().endswith(ATTACKS["script"].replace(" ", ""))
    unharmed(page)


def test_every_document_opens_and_stays_text(page, mirror):
    names = [file_name(attack) for attack in ATTACKS.values()]
    assert len(mirror.corpus) == len(ATTACKS)
    assert sum(any(document.id.startswith(name[:20]) for document in mirror.corpus) for name in names if name) > 50
    clear(page)
    unharmed(page)
    for number in range(0, len(mirror.corpus), 9):
        page.locator("#source .document").nth(number).click()
        page.wait_for_selector("#source .pane.text")
        unharmed(page)
        page.locator("#source .back").click()
        page.wait_for_selector("#source .documents")


def test_what_the_server_makes_of_documents_holds_no_element_of_them(blank, mirror):
    listed = render_list(mirror.corpus)
    assert faults_of(blank, listed) == []
    for document, attack in zip(mirror.corpus, sorted(ATTACKS), strict=True):
        text = shown(ATTACKS[attack])
        named = replace(
            document.source, title=text, short_name=text, id=text, doi=text, authors=text, evidence=text, url=text,
            licence=text, venue=text, review_status=text,
        )  # fmt: skip
        html = render_document(replace(document, source=named), mirror.ask(text).quotes, 1)
        assert faults_of(blank, html) == []
        assert faults_of(blank, render_list(replace(mirror.corpus, documents=(replace(document, source=named),)))) == []
        assert faults_of(blank, render_suggestions([text])) == []
        turns = [Turn(text, mirror.ask(text)), Turn(text, error=text)]
        assert faults_of(blank, render_conversation(mirror.corpus, turns, pending=text)) == []


def test_the_check_itself_finds_what_is_wrong(blank):
    for html in (
        ATTACKS["script"],
        ATTACKS["image"],
        ATTACKS["link"],
        ATTACKS["form"],
        "<p style='background:url(https://evil.example/z)'>",
        "<b title='' onclick='x'>",
    ):
        assert faults_of(blank, html) != [], html
    assert faults_of(blank, "<p class='x'>fine</p>") == []
    assert blank.evaluate("window.pwned") is None


@pytest.mark.parametrize("event", ["open", "choose", "rate"])
def test_what_an_event_says_stays_text_and_is_never_believed(blank, bot, tmp_path, event):
    server = Page(bot, FeedbackFile(tmp_path / "feedback.sqlite3"))
    turns = [Turn(SURVIVAL, bot.ask(SURVIVAL), given=Given("feedback.sqlite3"))]
    places = ("doc", "spans", "turn", "place", "number", "table", "key", "verdict", "comment", "list", "filters")
    columns = ("sex", "age.min", "age.max", "age.unstated", "site", "outcome", "__class__")
    for attack in ATTACKS.values():
        text = shown(attack)
        forged = [dict.fromkeys(places, text), {**dict.fromkeys(places, text), "doc": "gsv-review"}, {text: text}]
        forged += [
            {"table": "gsv-review", "filters": dict.fromkeys((*columns, text), text)},
            {"turn": 0, "place": text, "number": 1},
        ]
        forged += [{"key": turns[0].given.key, "verdict": text, "comment": text}, {name: [text] for name in places}]
        for data in forged:
            said = gr.EventData(None, data)
            html = server.choose(said) if event == "choose" else getattr(server, event)(turns, said)
            assert faults_of(blank, html) == []
            assert "Traceback" not in html
    assert server.feedback.count() == 0


def test_comments_are_kept_as_they_are_and_the_export_can_be_read(blank, bot, tmp_path):
    file = FeedbackFile(tmp_path / "feedback.sqlite3")
    answer = bot.ask(SURVIVAL)
    turns = [Turn(SURVIVAL, replace(answer, question=shown(attack)), given=Given("f")) for attack in ATTACKS.values()]
    for turn, attack in zip(tuple(turns), ATTACKS.values(), strict=True):
        html = rate(file, bot, turns, {"key": turn.given.key, "verdict": "missing", "comment": attack}, 1)
        assert faults_of(blank, html) == []
        assert "Thank you" in html
    entries = list(file.entries())
    assert len(entries) == len(ATTACKS)
    (tmp_path / "out").mkdir()
    lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    (tmp_path / "out" / "feedback.jsonl").write_text(lines, encoding="utf-8")
    questions = load_questions(bot.corpus, folder=tmp_path / "out")
    assert [question.text for question in questions] == [shown(attack) for attack in ATTACKS.values()]
    for question, attack in zip(questions, ATTACKS.values(), strict=True):
        assert shown(attack).replace("\0", "\ufffd").replace("\r\n", "\n").strip() in question.note


@pytest.mark.parametrize(
    "name", ["image", "out of an attribute", "link", "template, double braces", "line ends of a header", "path"]
)
def test_the_page_opens_with_any_address_and_works(browser, url, name):
    coded = quote(ATTACKS[name].encode("utf-8", "replace"), safe="")
    chat = Chat(browser, url)
    page = chat.open(f"{url}?__theme={coded}&deep_link={coded}&doc={coded}&q={coded}&{coded}#{coded}")
    page.wait_for_selector("#log[aria-busy=false] .turn")  # the question of the address is asked and answered
    unharmed(page)
    ask(page, SURVIVAL)
    unharmed(page)
    assert "57%" in page.locator("#log .turn").last.inner_text()
    assert [each for each in chat.requests if not each.startswith((url, "data:", "blob:"))] == []
    chat.close()


def test_filters_and_searches_of_the_tabs_stay_text(visit):
    page = visit()
    page.click("#tab-disagreements")
    page.wait_for_selector("#disagreements .entry")
    for attack in ATTACKS.values():
        page.evaluate(
            """text => { const field = document.querySelector("#disagreements [name=words]"); field.value = text;
            field.dispatchEvent(new Event("input", { bubbles: true })); }""",
            shown(attack),
        )
        assert page.evaluate("window.pwned") is None
    page.fill("#disagreements [name=words]", "")
    assert page.locator("#disagreements .entry:not([hidden])").count() > 100
    page.click("#tab-cases")
    page.wait_for_selector("#cases-chosen .count")
    before = page.get_attribute("#cases-chosen .chosen-rows", "data-number")
    page.evaluate(
        """texts => { for (const text of texts) for (const field of document.querySelectorAll("#cases-choice form input")) {
        field.type = "text"; field.value = text; field.dispatchEvent(new Event("input", { bubbles: true })); } }""",
        [shown(attack) for attack in list(ATTACKS.values())[:12]],
    )
    page.wait_for_function(
        "before => document.querySelector('#cases-chosen .chosen-rows').dataset.number !== before", arg=before
    )
    assert "57 of 57 cases" in page.inner_text("#cases-chosen .count")
    page.click("#tab-ask")
    unharmed(page)


def test_every_file_name_and_text_can_be_a_corpus(mirror):
    again = load_corpus(mirror.corpus.folder)
    assert again.hash == mirror.corpus.hash
    for document in again:
        for unit in document.units:
            assert unit.text == document.text_at(unit.spans)


def test_the_page_still_answers(page, chat):
    clear(page)
    ask(page, SURVIVAL)
    assert page.locator("#log blockquote").first.text_content() == SURVIVAL
    assert FeedbackFile(chat.path).count() == len(ATTACKS)
