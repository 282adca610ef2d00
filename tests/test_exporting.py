"""Exports of a conversation: each form says all that the answers say, and text in it stays text."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from pypdf import PdfReader

from assistant.citing import vancouver
from assistant.exporting import FORMATS, Exchange, export, file_name, format_of, versions_of
from assistant.exporting.markdown import plain
from assistant.framing import framing

WHEN = datetime(2026, 11, 21, 15, 10, tzinfo=UTC)
QUESTIONS = (
    "What is the three-year survival of vascular leiomyosarcoma?",
    "How many of the saphenous cases had lung metastases?",
    "What dose of imatinib for a gastric GIST?",
    "and in the femoral vein?",
)
MARKUP = "# *a* _b_ `c` [d](e) <b>f</b> | g ~~h~~ &lt; $i$ \\* 1. ![j](k) ** x"
SIGNS = "α β µ ± ≥ ≤ × – é ü ç ö"


class Text(HTMLParser):
    """Collects the text of a page without its style, and everything that could fetch or run something."""

    def __init__(self, page: str):
        super().__init__()
        self.parts, self.tags, self.fetched, self.skipped = [], set(), [], 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.skipped += tag in ("style", "title")
        self.fetched += [value for name, value in attributes if name in ("src", "srcset", "data", "action", "poster")]
        self.fetched += [name for name, _ in attributes if name.startswith("on")]

    def handle_endtag(self, tag):
        self.skipped -= tag in ("style", "title")

    def handle_data(self, data):
        self.parts += [] if self.skipped else [data]

    @property
    def text(self) -> str:
        return squeezed("".join(self.parts))


def squeezed(text: str) -> str:
    """Text without spaces, since lines are wrapped anew."""
    return "".join(text.split())


@pytest.fixture(scope="module")
def turns(bot):
    asked, history = [], []
    for question in QUESTIONS:
        answer = bot.ask(question, history)
        asked.append(Exchange(question, answer))
        history += [{"role": "user", "content": question}, {"role": "assistant", "content": answer.text}]
    first = asked[0].answer
    strange = replace(first.quotes[0], text=f"{MARKUP} {SIGNS}", highlights=(), also_in=(MARKUP,), section=MARKUP)
    asked.append(Exchange(MARKUP, replace(first, quotes=(strange,), disagreements=())))
    asked.append(Exchange("?" * 20, None, "The question could not be asked."))
    return asked


def shown(form: str, data: bytes) -> str:
    """What a reader of the file sees, without spaces."""
    if form == "pdf":
        text = squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))
        # Page ends fall between any two lines.
        return re.sub(r"Quotesfromthesources,notmedicaladvicePage\d+of\d+", "", text)
    page = data.decode("utf-8")
    return Text(MarkdownIt("commonmark").enable("table").render(page) if form == "markdown" else page).text


@pytest.fixture(scope="module")
def files(turns, bot):
    return {form: export(turns, bot.corpus, versions_of(bot), form, WHEN) for form in FORMATS}


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_says_all_that_the_answers_say(files, turns, bot, form):
    text = shown(form, files[form])
    told = [turn.question for turn in turns] + [turn.error for turn in turns]
    for answer in (turn.answer for turn in turns if turn.answer):
        told += [answer.understood, answer.note, answer.reason if answer.abstained else ""]
        for quote in (*answer.quotes, *answer.nearest, *(each for it in answer.disagreements for each in it.quotes)):
            told += [f"“{quote.text}”", f"{quote.source}, {quote.section}", quote.evidence]
            told += [bot.corpus[quote.doc_id].source.review_status, vancouver(bot.corpus[quote.doc_id].source)]
        for entry in answer.disagreements:
            told += [entry.statement, f"{entry.verdict}, {entry.weight} weight"]
        for result in answer.computed:
            told += [result.statement, result.printed, result.missing, result.query]
            told += [value for row in result.cells for value in row.values()]
        told.append(f"{answer.confidence:.2f}")
    told += ["Nearest passages (not an answer)", "not medical advice", "21 November 2026, 15:10"]
    header = bot.index.header
    told += [bot.corpus.hash[:12], header.model, header.model_sha256[:12], header.adapter_sha256[:12]]
    assert [words for words in told if squeezed(words) not in text] == []
    answered = sum(bool(turn.answer and turn.answer.quotes) for turn in turns)
    assert text.count("”[1]") == answered  # no nearest passage has a number


def test_the_numbers_of_quotes_lead_to_their_documents(files):
    text = files["markdown"].decode("utf-8")
    assert "> Tilkorn 2010, Abstract: Results, reference 1" in text
    assert "\n1. Tilkorn DJ, Hauser J" in text


def test_what_looks_like_markup_stays_text_in_markdown():
    for text in (MARKUP, "- x", "+ x", "12. x", "3) x", "> x", "=== x", "a\n\n# b", "    code", "www.x.org <a@b.c>"):
        rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(f"{plain(text)}\n")
        page = Text(rendered)
        assert page.tags == {"p"}, text
        assert "".join(page.parts).strip() == " ".join(text.split()), text


def test_the_html_is_one_file_that_runs_and_fetches_nothing(files):
    page = Text(files["html"].decode("utf-8"))
    assert not page.tags & {"script", "img", "iframe", "object", "embed", "link", "base", "form", "svg", "b"}
    assert page.fetched == []
    assert "url(" not in files["html"].decode("utf-8")
    assert "@import" not in files["html"].decode("utf-8")
    assert "default-src 'none'" in files["html"].decode("utf-8")
    assert "@media print" in files["html"].decode("utf-8")


def test_a_browser_shows_the_html_and_fetches_nothing(files, browser, tmp_path):
    path = tmp_path / "answer.html"
    path.write_bytes(files["html"])
    page = browser.new_page(viewport={"width": 360, "height": 700})
    requests, faults = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.goto(path.as_uri())
    assert page.locator("article").count() == len(QUESTIONS) + 2
    assert page.locator("mark").first.inner_text()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.close()
    assert requests == [path.as_uri()]
    assert faults == []


def test_the_pdf_has_bookmarks_numbers_and_the_signs_of_the_sources(files):
    reader = PdfReader(io.BytesIO(files["pdf"]))
    titles = [entry.title for entry in reader.outline]
    assert titles[0] == f"1. {QUESTIONS[0]}"
    assert titles[-2:] == ["References", "Made with"]
    count = len(reader.pages)
    assert count > 1
    assert all(f"Page {number} of {count}" in page.extract_text() for number, page in enumerate(reader.pages, 1))
    assert squeezed(SIGNS) in shown("pdf", files["pdf"])
    assert "[U+" not in shown("pdf", files["pdf"])


def test_a_sign_that_the_pdf_font_lacks_is_named_and_said(bot):
    data = export([Exchange("血管 tumour?", None, "No.")], bot.corpus, versions_of(bot), "pdf", WHEN)
    assert "[U+8840][U+7BA1]tumour?" in shown("pdf", data)
    assert "font" in shown("pdf", data)


def test_the_same_conversation_gives_the_same_file(files, turns, bot):
    for form in FORMATS:
        again = export(turns, bot.corpus, versions_of(bot), form, WHEN)
        assert shown(form, again) == shown(form, files[form])


def test_names_and_endings(tmp_path):
    assert file_name("pdf", WHEN) == "venous-leiomyosarcoma-2026-11-21.pdf"
    assert [format_of(tmp_path / name) for name in ("a.md", "a.HTML", "a.b.pdf")] == ["markdown", "html", "pdf"]
    with pytest.raises(ValueError, match=r"ends in \.md, \.html, \.pdf, not to 'a\.docx'\.$"):
        format_of(tmp_path / "a.docx")


@pytest.mark.parametrize("ending", ["pdf", "md", "html"])
def test_the_command_line_writes_the_answer(index_dir, tmp_path, ending):
    path = tmp_path / f"answer.{ending}"
    command = [sys.executable, "-m", "assistant.cli", "ask", QUESTIONS[0], "--export", str(path)]
    command += ["--index-dir", str(index_dir)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == f"The answer is in '{path}'.\n"
    assert squeezed("“The three year survival was 57%.”") in shown(format_of(path), path.read_bytes())


def test_an_unknown_ending_is_one_sentence_and_nothing_is_asked(tmp_path):
    command = [sys.executable, "-m", "assistant.cli", "ask", "Why?", "--export", str(tmp_path / "answer.docx")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert done.stderr == "vlms: An answer is exported to a file that ends in .md, .html, .pdf, not to 'answer.docx'.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMATS)
def test_the_value_stands_before_its_quote_and_what_a_patient_is_told_around_the_passages(bot, form):
    answer = bot.ask(QUESTIONS[0])
    assert answer.direct
    data = export([Exchange(QUESTIONS[0], answer)], bot.corpus, versions_of(bot), form, WHEN, "patient")
    text = shown(form, data)
    frame = framing(answer, "patient")
    order = [*frame.before, f"{answer.direct_answer} [1]", answer.quotes[0].text, frame.speak_to, *frame.to_ask]
    places = [text.find(squeezed(words)) for words in order]
    assert -1 not in places
    assert places == sorted(places)
