"""The tabs Cases and Disagreements, and computed answers, as a person in front of the page meets them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from browsing import lit, poor_contrasts, wide

from assistant import Assistant
from assistant.web.serving import running
from corpus import cases, register

LUNG = "How many of the saphenous cases had lung metastases?"


@pytest.fixture
def cases_tab(visit):
    page = visit()
    page.click("#tab-cases")
    counted(page, "57 of 57 cases.")
    return page


@pytest.fixture
def register_tab(visit):
    page = visit()
    page.click("#tab-disagreements")
    page.wait_for_selector(".entry")
    return page


def counted(page, words: str) -> None:
    page.wait_for_function(
        "words => document.querySelector('#cases-chosen .count')?.textContent.includes(words)", arg=words
    )


def choose(page, name: str, label: str) -> None:
    """Pick the option of a filter by its words; the number of rows behind them is left to the page."""
    options = page.locator(f"form:not([hidden]) [name={name}] option").all_inner_texts()
    (full,) = [option for option in options if option.rsplit(" (", 1)[0] == label]
    page.select_option(f"form:not([hidden]) [name={name}]", label=full)


def column(page, number: int) -> list[str]:
    return page.locator(f".rows tbody tr > :nth-child({number})").all_inner_texts()


def in_view(page, selector: str) -> bool:
    return page.evaluate(
        """selector => { const box = document.querySelector(selector).getBoundingClientRect();
        return box.top >= 0 && box.bottom <= innerHeight; }""",
        selector,
    )


def test_a_filter_changes_the_count_the_rows_and_the_curve(cases_tab):
    page = cases_tab
    whole = page.locator(".chart .curve").get_attribute("d")
    assert page.locator(".chart path.whole").count() == 0
    assert "n = 44, 7 deaths" in page.locator(".plot.survival figcaption").inner_text()
    choose(page, "sex", "female")
    counted(page, "29 of 57 cases: sex female.")
    assert page.locator(".rows tbody tr").count() == 29
    assert all(text.startswith("F") for text in column(page, 5))
    assert page.locator(".chart .curve").get_attribute("d") != whole
    assert page.locator(".chart path.whole").get_attribute("d") == whole
    label = page.locator(".plot.survival svg[role=img]").get_attribute("aria-label")
    assert label.startswith("Kaplan-Meier curve of overall survival: n = 23, 2 deaths.")
    page.fill("form:not([hidden]) [name='age.min']", "60")
    counted(page, "age at least 60 years")
    assert all(int(text.strip("F/")) >= 60 for text in column(page, 5))
    page.click(".reset")
    counted(page, "57 of 57 cases.")
    assert page.input_value("form:not([hidden]) [name='age.min']") == ""


def test_what_is_not_stated_can_be_chosen_and_then_there_is_no_curve(cases_tab):
    page = cases_tab
    choose(page, "outcome", "not stated")
    counted(page, "12 of 57 cases: outcome not stated.")
    assert set(column(page, 14)) == {"NA"}
    assert page.locator(".no-curve").inner_text() == (
        "No survival curve: none of the chosen cases states both follow-up and outcome."
    )
    page.click(".reset")
    page.check("form:not([hidden]) [name='size_mm.unstated']")
    counted(page, "8 of 57 cases: tumour size not stated.")
    page.fill("form:not([hidden]) [name='size_mm.min']", "100")
    counted(page, "tumour size at least 100 mm or tumour size not stated")
    page.fill("form:not([hidden]) [name='year.min']", "2100")
    counted(page, "0 of 57 cases")
    assert page.locator(".rows, .plot, .download").count() == 0


def test_choices_in_quick_succession_end_with_the_last(cases_tab):
    page = cases_tab
    for _ in range(5):
        choose(page, "sex", "male")
        page.check("form:not([hidden]) [name='size_mm.unstated']")
        choose(page, "sex", "female")
        page.fill("form:not([hidden]) [name='age.min']", "60")
        page.uncheck("form:not([hidden]) [name='size_mm.unstated']")
        counted(page, "15 of 57 cases: sex female; age at least 60 years.")
        page.click(".reset")
    counted(page, "57 of 57 cases.")


def test_rows_are_sorted_by_typed_values_and_stay_sorted(cases_tab):
    page = cases_tab
    header = page.locator(".rows thead th", has_text="Size (mm)")
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    sizes = [text for text in column(page, 8) if text != "NA"]
    assert column(page, 8) == sizes + ["NA"] * 8
    assert [sizes[0], sizes[-1]] == ["10", "170"]
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert column(page, 8)[0] == "170"
    assert column(page, 8)[-1] == "NA"
    choose(page, "sex", "male")
    counted(page, "28 of 57")
    page.wait_for_function("document.querySelectorAll('.rows [aria-sort=descending]').length === 1")
    known = [cases.table("gsv-review").records[int(text.strip("# ")) - 1].values["size_mm"] for text in column(page, 1)]
    stated = [value for value in known if value is not None]
    assert stated == sorted(stated, reverse=True)
    assert known == stated + [None] * (len(known) - len(stated))


def test_a_row_lights_up_in_its_document_by_click_and_by_key(cases_tab):
    page = cases_tab
    page.locator(".rows tbody tr").nth(2).locator("td").nth(3).click()
    assert "Deweese (6)" in lit(page)
    assert page.locator("#source tr.lit").count() == 1
    assert in_view(page, "#lit")
    assert page.locator(".bar .where").inner_text() == "GSV review, China"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "# 3"
    page.locator(".rows tbody button.row").nth(4).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#lit')?.textContent.includes('5')")
    assert "Dorfman (8)" in lit(page)


def test_the_chosen_rows_are_saved_as_csv(cases_tab, tmp_path):
    page = cases_tab
    choose(page, "recurrence", "yes")
    counted(page, "5 of 57 cases: with local recurrence.")
    with page.expect_download() as caught:
        page.click("text=Download 5 rows (CSV)")
    assert caught.value.suggested_filename == "gsv-review-5-of-57.csv"
    saved = tmp_path / "rows.csv"
    caught.value.save_as(saved)
    rows = list(csv.DictReader(saved.open(encoding="utf-8", newline="")))
    assert [row["recurrence"] for row in rows] == ["True"] * 5
    assert {row["printed: Local recurrence"] for row in rows} == {"Yes"}


def test_every_table_can_be_chosen_with_filters_of_its_own(cases_tab):
    page = cases_tab
    page.check("[name=table][value=tilkorn2010]", force=True)
    counted(page, "12 of 12 patients.")
    choose(page, "margin", "R1")
    counted(page, "3 of 12 patients: margin R1.")
    page.locator(".rows tbody button.row").first.click()
    lit(page)
    assert page.locator("#source .lit:not(tr, mark)").count() + page.locator("#source mark.lit").count() >= 2
    page.check("[name=table][value=aalaoui2026]", force=True)
    counted(page, "7 of 7 published series.")
    assert page.locator(".no-curve").inner_text() == "No survival curve: Table 1 states no months of follow-up."
    page.check("[name=table][value=gsv-review]", force=True)
    counted(page, "57 of 57 cases.")


def test_the_register_is_filtered_and_a_quote_opens_its_place(register_tab, bot):
    page, entries = register_tab, register.load(bot.corpus)
    total = len(entries)
    assert page.locator(".entry:visible").count() == total
    assert page.locator("#disagreements .count").inner_text() == f"{total} of {total} entries."
    page.select_option("[name=verdict]", "contradicted")
    page.select_option("[name=weight]", "high")
    wanted = [entry for entry in entries if (entry.verdict, entry.weight) == ("contradicted", "high")]
    assert page.locator("#disagreements .count").inner_text() == f"{len(wanted)} of {total} entries."
    assert page.locator(".entry:visible .verdict").all_inner_texts() == ["contradicted"] * len(wanted)
    assert page.locator(".topic:visible").count() == len({entry.topic for entry in wanted})
    page.fill("[name=words]", "no evidence of metastatic")
    entry = page.locator(".entry:visible").first
    assert "rows give 1 (row 12)" in entry.inner_text()
    entry.locator("summary").click()
    entry.locator(".cite").first.click()
    assert "At present there is no evidence of metastatic disease after 14 months." in lit(page)
    assert in_view(page, "#lit")
    page.fill("[name=words]", "nothing says this")
    assert page.locator(".nothing").is_visible()
    page.locator("#disagreements form").evaluate("form => form.reset()")
    page.select_option("[name=document]", "droracle")
    held = [entry for entry in entries if "droracle" in {quote.doc_id for quote in entry.quotes}]
    assert page.locator(".entry:visible").count() == len(held)
    page.select_option("[name=topic]", held[0].topic)
    assert page.locator(".topic:visible").count() == 1


def test_a_computed_answer_shows_its_result_its_rows_and_what_to_compare(visit, bot):
    page = visit()
    page.fill("#box textarea", LUNG)
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#log .answer")
    computed = bot.ask(LUNG).computed[0]
    result = page.locator("#log .computed")
    assert result.locator(".statement").inner_text().startswith("9 of 46")
    assert result.locator(".missing").inner_text() == computed.missing
    assert "Computed from GSV review, China, Table 1" in result.inner_text()
    assert page.evaluate(
        "document.querySelector('.computed').getBoundingClientRect().bottom"
        " <= document.querySelector('#log .quotes').getBoundingClientRect().top"
    )
    assert not result.locator("table").is_visible()
    result.locator("summary").click()
    assert result.locator("tbody tr").count() == len(computed.cases) == 9
    result.locator("tbody button.row").nth(3).click()
    assert "Saglik" in lit(page)
    page.keyboard.press("Escape")
    assert "Saglik" in page.evaluate("document.activeElement.textContent")
    compared = page.locator("#log .compare details").first
    assert not compared.locator("blockquote").first.is_visible()
    assert compared.locator(".verdict").inner_text() in ("contradicted", "undecided", "confirmed")
    compared.locator("summary").click()
    words = compared.locator("blockquote").first.inner_text()
    compared.locator(".cite").first.click()
    page.wait_for_function(
        "words => document.querySelector('#lit')?.textContent.includes(words.slice(0, 20))", arg=words
    )


def test_an_estimate_that_no_author_prints_stands_under_the_refusal_and_opens_its_rows(visit):
    page = visit()
    page.fill("#box textarea", "What was the five-year survival of the Bochum patients?")
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#log .abstained")
    reason, computed = page.locator("#log .abstained .reason"), page.locator("#log .abstained .computed")
    assert reason.inner_text() == "Tilkorn 2010 states no survival at 5 years; what the rows give is an estimate."
    assert computed.locator(".statement").inner_text().startswith("56.8 % alive at 60 months")
    assert reason.bounding_box()["y"] < computed.bounding_box()["y"]
    page.wait_for_function("document.querySelector('#announcer').textContent.includes('states no survival')")
    computed.locator("summary").click()
    computed.locator("tbody button.row").nth(8).click()
    assert "28 months" in lit(page)


def test_the_tabs_are_reached_and_changed_with_the_keyboard(visit):
    page = visit()
    page.focus("#tab-ask")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    counted(page, "57 of 57")
    assert page.evaluate("document.activeElement.id") == "tab-cases"
    assert page.get_by_role("tab", selected=True).inner_text() == "Cases"
    assert page.get_by_role("tabpanel", name="Cases").is_visible()
    assert not page.locator("#conversation").is_visible()
    assert page.locator("#source").is_visible()
    page.keyboard.press("End")
    page.wait_for_selector(".entry")
    assert page.get_by_role("tabpanel", name="Disagreements").is_visible()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tabpanel", name="Ask").is_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement === document.querySelector('#box textarea')")
    assert page.get_by_role("tab", selected=True).inner_text() == "Ask"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_both_tabs_without_sideways_scrolling(visit, scheme):
    page = visit(width=360, height=700, color_scheme=scheme)
    page.click("#tab-cases")
    counted(page, "57 of 57")
    assert not wide(page)
    page.click(".filters > summary")
    choose(page, "site", "thigh")
    counted(page, "27 of 57")
    assert not wide(page)
    assert poor_contrasts(page) == []
    page.locator(".rows tbody button.row").first.click()
    lit(page)
    assert in_view(page, "#lit")
    page.click(".return")
    page.wait_for_function("document.activeElement.classList.contains('row')")
    page.click("#tab-disagreements")
    page.wait_for_selector(".entry")
    page.locator(".entry summary").first.click()
    assert not wide(page)
    assert poor_contrasts(page) == []


def test_documents_of_ones_own_have_neither_tab(visit, small_corpus: Path, small_index: Path):
    with running(Assistant(corpus=small_corpus, index_dir=small_index, progress=False)) as address:
        page = visit(address)
        assert page.get_by_role("tab").count() == 0
        assert page.locator("#conversation").is_visible()
        page.locator("#source .document").click()
        page.wait_for_selector(".pane.text")
