"""The chat as its users meet it: in a real browser, and through the API endpoint."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest
from browsing import Watch, ask, settle

from assistant.answer import Answer, Computed, Disagreement, Quote
from assistant.web.conversation import EXAMPLES, Turn, history, render_conversation
from assistant.web.serving import running
from assistant.web.source_pane import light, render_document
from corpus.models import Span

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"


class Recorder:
    """The bot, remembering what it was asked; ``gate`` closed holds its answers back."""

    def __init__(self, bot):
        self.bot, self.corpus = bot, bot.corpus
        self.asked, self.answers = [], []
        self.gate = threading.Event()
        self.gate.set()
        self.broken = False

    def ask(self, question, history=None):
        self.gate.wait(10)
        if self.broken:
            raise RuntimeError("the index is gone")
        answer = self.bot.ask(question, history=history)
        self.asked.append((question, list(history or [])))
        self.answers.append(answer)
        return answer

    def suggest(self, beginning):
        return self.bot.suggest(beginning)


@pytest.fixture(scope="module")
def recorder(bot):
    return Recorder(bot)


@pytest.fixture(scope="module")
def url(recorder) -> Iterator[str]:
    with running(recorder) as address:
        yield address


@pytest.fixture(scope="module")
def context(browser):
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


@pytest.fixture
def page(visit):
    return visit()


def see(page, selector: str) -> None:
    """Wait until all of the element is inside the window, and its first line not covered; fails if it never is."""
    page.wait_for_function(
        """selector => { const element = document.querySelector(selector), box = element.getBoundingClientRect();
        const first = element.getClientRects()[0];
        const top = document.elementFromPoint(first.left + first.width / 2, first.top + first.height / 2);
        return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth
        && top !== null && element.contains(top); }""",
        arg=selector,
    )


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_without_sideways_scrolling(visit, scheme):
    page = visit(width=360, height=700, color_scheme=scheme)
    wide = "document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth"
    assert not page.evaluate(wide)
    see(page, "#note p")
    see(page, "#box textarea")
    ask(page, SURVIVAL)
    assert not page.evaluate(wide)
    page.locator("#log .cite").first.click()
    page.wait_for_function("document.activeElement.id === 'lit'")
    see(page, "#lit")
    see(page, ".pane .bar")
    assert not page.evaluate(wide)
    page.click(".return")
    page.wait_for_function("document.activeElement.classList.contains('cite')")
    page.locator(".back").click()
    page.locator('#source [data-doc="gsv-review"]').click()
    page.wait_for_selector(".sheet table")
    assert not page.evaluate(wide)


@pytest.mark.parametrize(
    ("path", "scheme", "dark"),
    [("", "light", False), ("", "dark", True), ("?__theme=light", "dark", False), ("?__theme=dark", "light", True)],
)
def test_colours_follow_the_system_and_the_theme(visit, path, scheme, dark):
    page = visit(path, color_scheme=scheme)
    red = page.evaluate(
        "parseInt(getComputedStyle(document.querySelector('#source-column')).backgroundColor.match(/\\d+/)[0])"
    )
    assert (red < 60) is dark


CONTRASTS = """() => {
  const parse = (colour) => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const light = (colour) => colour.slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => { for (let e = element; e; e = e.parentElement) {
    const colour = parse(getComputedStyle(e).backgroundColor); if (colour[3] === 1) return colour; }
    return [255, 255, 255]; };
  const poor = [];
  const walker = document.createTreeWalker(document.querySelector(".contain"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.getClientRects().length) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const words = walker.currentNode.textContent.slice(0, 30);
    if (ratio < 4.5) poor.push(`${element.className || element.tagName}: ${ratio.toFixed(2)} "${words}"`);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(visit, scheme):
    page = visit(color_scheme=scheme, reduced_motion="reduce")
    assert page.evaluate(CONTRASTS) == []
    ask(page, "What dose of imatinib for a gastric GIST?")
    ask(page, "")
    ask(page, SURVIVAL)
    page.locator("#log .turn").last.locator(".cite").first.click()
    page.wait_for_selector("#lit")
    page.mouse.move(0, 0)
    assert page.evaluate(CONTRASTS) == []


def test_reduced_motion_is_respected(visit, recorder):
    page = visit(reduced_motion="reduce")
    recorder.gate.clear()
    try:
        page.fill("#box textarea", SURVIVAL)
        page.press("#box textarea", "Enter")
        page.wait_for_selector(".dots")
        assert page.evaluate("getComputedStyle(document.querySelector('.dots')).animationName") == "none"
    finally:
        recorder.gate.set()
    settle(page)


@pytest.fixture(scope="module")
def client(url):
    from gradio_client import Client

    return Client(url, verbose=False, analytics_enabled=False)


def test_the_api_gives_the_answer_of_the_bot(client, recorder):
    data = client.predict(question=SURVIVAL, history=None, api_name="/ask")
    assert data == json.loads(json.dumps(recorder.bot.ask(SURVIVAL).to_dict()))
    assert Answer.from_dict(data).quotes == recorder.answers[-1].quotes


def test_the_api_takes_the_dialogue(client, recorder):
    messages = [{"role": "user", "content": SURVIVAL}, {"role": "assistant", "content": "57%."}]
    client.predict(question="and in the femoral vein?", history=messages, api_name="/ask")
    assert recorder.asked[-1] == ("and in the femoral vein?", messages)


@pytest.mark.parametrize(
    ("question", "messages"), [("", None), (SURVIVAL, [{"role": "system", "content": "x"}]), (SURVIVAL, ["x"])]
)
def test_the_api_refuses_in_a_sentence(client, question, messages):
    with pytest.raises(Exception, match=r"\.$"):
        client.predict(question=question, history=messages, api_name="/ask")


def test_ask_is_the_only_endpoint(client):
    endpoints = client.view_api(return_format="dict", print_info=False)
    assert list(endpoints["named_endpoints"]) == ["/ask"]
    assert endpoints["unnamed_endpoints"] == {}


class Units(HTMLParser):
    """Collects the text of every unit span, in order, with the classes of its marks."""

    def __init__(self):
        super().__init__()
        self.units, self.depth = [], 0

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if tag == "span" and named.get("class") == "unit":
            self.units.append([int(named["data-start"]), "", ""])
            self.depth = 1
        elif tag == "mark" and self.depth:
            self.units[-1][2] = named["class"]

    def handle_endtag(self, tag):
        if tag == "span":
            self.depth = 0

    def handle_data(self, data):
        if self.depth:
            self.units[-1][1] += data


def shown_units(html: str) -> dict[int, tuple[str, str]]:
    parser = Units()
    parser.feed(html)
    shown: dict[int, tuple[str, str]] = {}
    for start, text, style in parser.units:
        before = shown[start][0] + " " if start in shown and text else shown.get(start, ("",))[0]
        shown[start] = (before + text, style)
    return shown


def test_the_pane_shows_every_unit_of_every_document_verbatim(bot):
    for document in bot.corpus:
        shown = shown_units(render_document(document))
        assert [(start, text) for start, (text, _) in shown.items()] == [
            (unit.start, unit.text) for unit in document.units
        ]
        assert {style for _, style in shown.values()} == {""}


def test_tables_with_tabs_are_shown_as_cells_under_their_titles(bot):
    html = render_document(bot.corpus["gsv-review"])
    assert html.count("<tr") == 1 + 57
    assert html.count('<th scope="col">') == 14
    assert "Postoperative follow-up (months)</th>" in html


def quote_of(unit, **changes) -> Quote:
    fields = {
        "text": unit.text,
        "doc_id": unit.doc_id,
        "section": unit.section,
        "spans": unit.spans,
        "kind": unit.kind,
        "score": 1.0,
        "evidence": "case report",
        "reviewed": True,
        "source": "Somebody",
    }
    return Quote(**{**fields, **changes})


def test_the_quote_asked_for_is_lit_and_the_others_faintly(bot):
    document = bot.corpus["tilkorn2010"]
    first, second, third = document.units[:3]
    both = quote_of(first, spans=(Span(first.start, second.end),))
    assert light(document, [both, quote_of(third)], 1) == {
        first.id: ("lit", 1),
        second.id: ("lit", 1),
        third.id: ("faint", 2),
    }
    shown = shown_units(render_document(document, [both, quote_of(third)], 2))
    assert [shown[unit.start][1] for unit in (first, second, third)] == ["faint", "faint", "lit"]


def test_a_row_of_a_table_can_be_lit(bot):
    document = bot.corpus["gsv-review"]
    row = next(unit for unit in document.units if unit.kind == "table_row")
    html = render_document(document, [quote_of(row)], 1)
    assert html.count('<tr class="lit">') == 1
    assert html.count('id="lit"') == 1


def answer_with(**changes) -> Answer:
    fields = {
        "question": "Q?",
        "resolved_question": "Q?",
        "text": "",
        "quotes": (),
        "abstained": False,
        "confidence": 0.5,
    }
    return Answer(**{**fields, **changes})


def test_an_abstention_gives_its_reason_and_what_came_nearest(bot):
    unit = bot.corpus["tilkorn2010"].units[0]
    answer = answer_with(abstained=True, reason="No source states it.", nearest=(quote_of(unit, highlights=((0, 5),)),))
    html = render_conversation(bot.corpus, [Turn("Q?", answer)])
    assert "No source states it." in html
    assert "Nearest passages <em>(not an answer)</em>" in html
    assert "[1]" not in html
    assert "<mark>" not in html
    assert 'data-place="nearest"' in html


def test_what_was_understood_is_shown_when_it_differs(bot):
    told = render_conversation(
        bot.corpus, [Turn("And there?", answer_with(resolved_question="Survival in the femoral vein?"))]
    )
    same = render_conversation(bot.corpus, [Turn("Q?", answer_with(question="Q?", resolved_question="Q?"))])
    assert "Read as: Survival in the femoral vein?" in told
    assert "Read as" not in same


def test_other_places_disagreements_results_and_related_questions_are_shown(bot):
    unit = bot.corpus["tilkorn2010"].units[0]
    answer = answer_with(
        quotes=(quote_of(unit, also_in=("Tilkorn 2010, Discussion", "elsewhere")),),
        disagreements=(Disagreement("id", "site", "undecided", "low", "5 % here, 11 % there.", (quote_of(unit),)),),
        computed=(
            Computed(
                "tilkorn2010",
                "Table 1",
                "Tilkorn 2010",
                "age of patients",
                "66: patient 1.",
                "",
                66.0,
                (1, 2),
                (),
                ({"": "patient 1", "Age": "66"}, {"": "patient 2", "Age": ""}),
            ),
        ),
        related=("Why?",),
    )
    html = render_conversation(bot.corpus, [Turn("Q?", answer)])
    assert "<li>Tilkorn 2010, Discussion</li><li>elsewhere</li>" in html
    assert "5 % here, 11 % there." in html
    assert '<p class="statement">66.</p><p class="rest">patient 1.</p>' in html
    assert "patient 2</button></th><td></td></tr>" in html
    assert 'data-ask="Why?"' in html


def test_history_leaves_out_what_could_not_be_asked():
    turns = [Turn("", error="The question is empty."), Turn("Q?", answer_with(text="“A.” [1]"))]
    assert history(turns) == [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": "“A.” [1]"}]


def test_ask_is_a_tool_for_programs_that_speak_mcp(url):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def call():
        async with (
            streamablehttp_client(f"{url}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            return [tool.name for tool in tools], await session.call_tool("ask", {"question": SURVIVAL})

    with ThreadPoolExecutor(1) as pool:  # Playwright's loop runs in this thread
        names, result = pool.submit(lambda: asyncio.run(call())).result(timeout=60)
    assert names == ["ask"]
    assert not result.isError
    assert "57%" in str(result.content)
