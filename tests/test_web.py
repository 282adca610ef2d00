"""The chat as its users meet it, in a real browser: asking, sources, keys, sessions and faults."""

from __future__ import annotations

import pytest
from browsing import Watch, ask, see, settle

from assistant.web.conversation import EXAMPLES

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"


@pytest.fixture(scope="module")
def context(browser):
    """One browser, in which things move."""
    return browser.new_context()


@pytest.fixture
def visit(context, url):
    """Opens the page in a session of its own; afterwards: nothing was fetched from elsewhere, nothing failed."""
    pages, watch = [], Watch()

    def open_page(path: str = "", width: int = 1280, height: int = 800, **media):
        page = watch.over(context.new_page())
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(**media)
        page.goto(url + path)
        page.wait_for_selector(".welcome")
        return page

    yield open_page
    for page in pages:
        page.close()
    watch.check(url)


def test_the_first_view_invites_and_cautions(page):
    assert page.get_by_role("heading", level=1).inner_text() == "Venous Leiomyosarcoma Assistant"
    assert page.locator(".example").count() == 6
    assert len({example.doc_id for example in EXAMPLES}) >= 4
    note = page.get_by_role("note")
    assert "not medical advice" in note.inner_text()
    assert "AI-written and unreviewed" in note.inner_text()
    see(page, "#note p")
    ask(page, SURVIVAL)
    see(page, "#note p")


def test_an_answer_shows_the_words_of_its_quotes(page, recorder):
    ask(page, SURVIVAL)
    answer = recorder.answers[-1]
    assert "57%" in answer.quotes[0].text
    assert page.locator("#log .quotes blockquote").all_text_contents() == [quote.text for quote in answer.quotes]
    first = answer.quotes[0]
    marks = page.locator("#log .quotes blockquote").first.locator("mark").all_text_contents()
    assert marks == [first.text[start:end] for start, end in sorted(first.highlights)]
    citation = page.locator("#log .quotes .cite").first.inner_text()
    assert citation.startswith("[1]")
    assert first.source in citation
    assert first.section in citation
    assert page.locator("#log .quote .badge").first.inner_text() == first.evidence
    assert f"confidence {answer.confidence:.2f}" in page.locator("#log .foot").inner_text()


def test_a_citation_opens_its_document_with_the_quote_lit_and_in_view(page, recorder):
    ask(page, SURVIVAL)
    quote = recorder.answers[-1].quotes[0]
    page.locator("#log .cite").first.click()
    page.wait_for_selector("#lit")
    assert " ".join(page.locator("#source .lit").all_text_contents()) == quote.text
    page.wait_for_function("document.activeElement.id === 'lit'")
    see(page, "#lit")
    source = recorder.corpus[quote.doc_id].source
    pane = page.locator("#source").inner_text()
    assert source.title in pane
    assert source.review_status in pane
    assert source.doi in pane
    assert source.licence in pane
    assert page.locator("#source .bar .badge").inner_text() == source.evidence


def test_the_same_citation_can_be_opened_again(page):
    ask(page, SURVIVAL)
    page.locator("#log .cite").first.click()
    page.wait_for_selector("#lit")
    page.evaluate("document.querySelector('.sheet').scrollTop = 0")
    page.locator("#log .cite").first.click()
    page.wait_for_function(
        """() => { const box = document.querySelector("#lit").getBoundingClientRect();
        return box.top > 0 && box.bottom < innerHeight && document.querySelector(".sheet").scrollTop > 0; }"""
    )


def test_everything_can_be_done_with_the_keyboard(page):
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement === document.querySelector('#box textarea')")
    assert page.input_value("#box textarea") == ""
    page.keyboard.type(SURVIVAL)
    page.keyboard.press("Enter")
    settle(page)
    cites = page.locator(
        "#log .quotes .cite, #log .compare summary, #log .related button, #log .actions button"
    ).count()
    for _ in range(cites):
        page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("[1]")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'lit'")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent").startswith("[1]")
    page.keyboard.press("Space")
    page.wait_for_function("document.activeElement.id === 'lit'")
    page.keyboard.press("/")
    page.keyboard.press("ArrowUp")
    assert page.input_value("#box textarea") == SURVIVAL


def offered(page, *words: str):
    """The questions that are offered, once all of them hold the words; the list follows the typing a little later."""
    page.wait_for_function(
        """words => { const options = [...document.querySelectorAll("#suggestions [role=option]")];
        return options.length > 0 && options.every(option => option.checkVisibility()
        && words.every(word => option.textContent.toLowerCase().includes(word))); }""",
        arg=words,
    )
    return page.locator("#suggestions [role=option]")


def test_questions_are_suggested_while_typing_and_chosen_with_the_keyboard(page, recorder):
    page.locator("#box textarea").press_sequentially("lung meta")
    options = offered(page, "lung", "meta")
    assert 1 < options.count() <= 6
    page.keyboard.press("Escape")
    options.first.wait_for(state="hidden")
    page.keyboard.type("s")
    options.first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#suggestions [aria-selected=true]")
    assert chosen.count() == 1
    assert page.get_attribute("#box textarea", "aria-activedescendant") == chosen.get_attribute("id")
    question = chosen.inner_text()
    page.keyboard.press("Enter")
    settle(page)
    assert recorder.asked[-1][0] == question
    assert page.input_value("#box textarea") == ""
    assert not options.first.is_visible()
    page.keyboard.press("ArrowUp")
    assert page.input_value("#box textarea") == question


def test_a_suggestion_is_asked_by_a_click_and_typing_on_ignores_them(page, recorder):
    page.locator("#box textarea").press_sequentially("radiotherapy")
    options = offered(page, "radiotherapy")
    question = options.first.inner_text()
    options.first.click()
    settle(page)
    assert recorder.asked[-1][0] == question
    page.locator("#box textarea").press_sequentially("lung metastases")
    options.first.wait_for()
    page.keyboard.press("Enter")
    settle(page, 2)
    assert recorder.asked[-1][0] == "lung metastases"
    assert not options.first.is_visible()


def test_the_document_list_opens_every_document(page, recorder):
    entries = page.locator("#source .document")
    assert entries.count() == len(recorder.corpus)
    for number, document in enumerate(recorder.corpus):
        entry = entries.nth(number)
        assert document.source.title in entry.inner_text()
        assert entry.locator(".badge").inner_text() == document.source.evidence
        entry.click()
        page.wait_for_selector(f'.pane.text[data-doc="{document.id}"]')
        shown = page.locator("#source h3").all_text_contents()
        assert [name for name in shown if "continued" not in name] == list(document.sections)
        page.locator(".back").click()
        page.wait_for_selector("#source .documents")
    unreviewed = page.locator("#source .badge.unreviewed").all_inner_texts()
    assert unreviewed == [document.source.evidence for document in recorder.corpus if not document.source.reviewed]


def test_an_example_is_asked_when_it_is_clicked(page, recorder):
    example = page.locator(".example").nth(1)
    question = example.get_attribute("data-ask")
    example.click()
    settle(page)
    assert recorder.asked[-1][0] == question
    assert page.locator("#log .question").inner_text().endswith(question)
    page.wait_for_function("document.activeElement === document.querySelector('#box textarea')")
    page.keyboard.press("ArrowUp")
    assert page.input_value("#box textarea") == question


def test_every_example_is_answered_from_its_document(bot):
    for example in EXAMPLES:
        assert example.doc_id in {quote.doc_id for quote in bot.ask(example.question).quotes}, example.question


def test_a_follow_up_is_asked_with_the_dialogue(page, recorder):
    ask(page, SURVIVAL)
    first = recorder.answers[-1]
    ask(page, "and in the femoral vein?")
    question, messages = recorder.asked[-1]
    assert question == "and in the femoral vein?"
    assert messages == [{"role": "user", "content": SURVIVAL}, {"role": "assistant", "content": first.text}]


def test_clear_forgets_the_conversation(page, recorder):
    ask(page, SURVIVAL)
    page.locator("#log .cite").first.click()
    page.wait_for_selector("#lit")
    page.click("button#clear")
    page.wait_for_selector(".welcome")
    page.wait_for_selector("#source .documents")
    assert page.locator("#log .turn").count() == 0
    ask(page, SURVIVAL)
    assert recorder.asked[-1][1] == []


def test_two_sessions_never_see_each_other(visit, recorder):
    one, other = visit(), visit()
    ask(one, SURVIVAL)
    ask(other, "How does MRI tell a tumour from a thrombus?")
    assert recorder.asked[-1][1] == []
    assert SURVIVAL not in other.content()
    assert "MRI tell" not in one.locator("#log").inner_text()
    ask(one, "and after five years?")
    assert [message["content"] for message in recorder.asked[-1][1] if message["role"] == "user"] == [SURVIVAL]


@pytest.mark.parametrize("question", ["", "   "], ids=["empty", "spaces"])
def test_an_empty_question_gets_a_sentence(page, recorder, question):
    with pytest.raises(ValueError, match=r"\.$") as caught:
        recorder.bot.ask(question)
    ask(page, question)
    assert page.locator("#log .error").inner_text() == str(caught.value)


def test_a_question_that_is_too_long_gets_a_sentence_and_stays_in_the_box(page, recorder):
    question = "why? " * 450
    with pytest.raises(ValueError, match=r"\.$") as caught:
        recorder.bot.ask(question)
    ask(page, question)
    assert page.locator("#log .error").inner_text() == str(caught.value)
    assert page.input_value("#box textarea").strip() == question.strip()
    assert len(page.locator("#log .question").inner_text()) < 500


def test_a_fault_in_the_program_is_a_sentence_and_the_chat_goes_on(page, recorder):
    recorder.broken = True
    try:
        ask(page, SURVIVAL)
    finally:
        recorder.broken = False
    assert "error in the program" in page.locator("#log .error").inner_text()
    assert "index is gone" not in page.content()
    ask(page, SURVIVAL)
    assert page.locator("#log .answer").count() == 1


def test_the_page_says_that_it_is_working(page, recorder):
    recorder.gate.clear()
    try:
        page.fill("#box textarea", SURVIVAL)
        page.click("button#ask")
        page.wait_for_selector("#log[aria-busy=true] .waiting")
        assert page.locator("#log .question").inner_text().endswith(SURVIVAL)
        assert page.input_value("#box textarea") == ""
    finally:
        recorder.gate.set()
    settle(page)
    assert page.locator(".waiting").count() == 0
