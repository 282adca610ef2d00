"""Saving conversations and citations as files, as a person in front of the page does it."""

from __future__ import annotations

import io
import re

import pytest
import rispy
from bibtexparser import parse_string
from browsing import ask_and_keep, said
from pypdf import PdfReader

from assistant.citing import vancouver

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"
LUNG = "How many of the saphenous cases had lung metastases?"


def saved(page, tmp_path, selector: str):
    with page.expect_download() as caught:
        page.click(selector)
    path = tmp_path / caught.value.suggested_filename
    caught.value.save_as(path)
    return path


@pytest.mark.parametrize(("form", "ending"), [("markdown", "md"), ("html", "html"), ("pdf", "pdf")])
def test_a_conversation_is_saved_as_a_file_with_its_date(visit, tmp_path, form, ending):
    page = visit()
    opener = page.locator("#keeping .export .opens")
    assert opener.is_disabled()
    ask_and_keep(page, SURVIVAL)
    ask_and_keep(page, LUNG)
    opener.click()
    path = saved(page, tmp_path, f"[data-form={form}]")
    today = page.evaluate("new Date().toLocaleDateString('sv')")  # as 2026-11-21, where the browser is
    assert path.name == f"venous-leiomyosarcoma-{today}.{ending}"
    said(page, f"Saved as {path.name}.")
    data = path.read_bytes()
    text = (
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages) if form == "pdf" else data.decode()
    )
    words = "".join(re.sub(r"</?mark>", "", text).split())
    for part in ("The three year survival was 57%.", "9 of 46 cases", SURVIVAL, LUNG, "World J Surg Oncol. 2010"):
        assert "".join(part.split()) in words
    assert page.evaluate("document.activeElement.textContent") == "Export"


def test_the_same_conversation_can_be_saved_again(visit, tmp_path):
    page = visit()
    ask_and_keep(page, SURVIVAL)
    for _ in range(2):
        page.click("#keeping .export .opens")
        assert saved(page, tmp_path, "[data-form=markdown]").read_text(encoding="utf-8").startswith("# Venous")


def test_the_menu_export_is_worked_by_keys(visit, tmp_path):
    page = visit()
    ask_and_keep(page, SURVIVAL)
    page.focus("#keeping .export .opens")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.form") == "markdown"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.form") == "html"
    page.keyboard.press("Escape")
    assert not page.locator("#export-forms").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Export"
    page.click("button#clear")
    page.wait_for_selector("#keeping .export .opens:disabled")


def test_a_document_is_cited_from_its_pane(visit, bot, tmp_path):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click('#source [data-doc="tilkorn2010"]')
    page.click("#source .citing [data-copy]")
    page.wait_for_function("document.querySelector('#source .citing .said').textContent === 'Copied.'")
    source = bot.corpus["tilkorn2010"].source
    assert page.evaluate("navigator.clipboard.readText()") == vancouver(source)
    path = saved(page, tmp_path, "#source .citing >> text=BibTeX")
    assert path.name == "tilkorn2010.bib"
    assert parse_string(path.read_text(encoding="utf-8")).entries[0]["title"] == source.title
    path = saved(page, tmp_path, "#source .citing >> text=RIS")
    assert path.name == "tilkorn2010.ris"
    assert rispy.loads(path.read_text(encoding="utf-8"))[0]["title"] == source.title
