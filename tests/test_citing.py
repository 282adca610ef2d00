"""Sources as citations: what other programs read back from them, and what the text does not state."""

from __future__ import annotations

import subprocess
import sys

import pytest
import rispy
from bibtexparser import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors, SplitNameParts

from assistant.citing import FORMATS, bibtex, link, quote_citation, reference, ris, vancouver, written
from assistant.web.citing import render_citing
from corpus.models import Source


def source(**changes) -> Source:
    return Source(**{"id": "own", "file": "own.txt", "sha256": "0" * 64, "title": "A title", **changes})


FOREIGN = source(
    authors="Müller-Lüdenscheidt Ä, van der Berg JK, Ó Súilleabháin Ø, Çelik İ, 王 XY",
    title="Growth of β-tumours: 50% & more in {veins} of size_1 ~ 2^3 $ #4 \\ naïve",
    venue="Rev Méd Chir. 2021;12(3):45-67",
    year=2021,
    doi="https://doi.org/10.1000/a_b%c",
)


def read_bibtex(text: str):
    library = parse_string(text, append_middleware=[LatexDecodingMiddleware(), SeparateCoAuthors(), SplitNameParts()])
    assert library.failed_blocks == []
    return library


def test_a_paper_is_cited_as_the_library_of_medicine_does(corpus):
    assert vancouver(corpus["tilkorn2010"].source) == (
        "Tilkorn DJ, Hauser J, Ring A, Goertz O, Stricker I, Steinau HU, Kuhnen C. Leiomyosarcoma of intravascular "
        "origin - a rare tumor entity: clinical pathological study of twelve cases. World J Surg Oncol. 2010;8:103. "
        "doi: 10.1186/1477-7819-8-103."
    )


@pytest.mark.parametrize("doc_id", ["femoral-korea", "gsv-review"])
def test_what_the_text_does_not_state_is_said_to_be_missing(corpus, doc_id):
    told = corpus[doc_id].source
    assert vancouver(told) == (
        f"[authors not stated in the text]. [{told.title}]. [journal and year not stated in the text]."
    )
    assert reference(told).missing == ("authors", "journal", "year")
    (entry,) = read_bibtex(bibtex([told])).entries
    assert "author" not in entry
    assert "year" not in entry
    assert entry["note"] == "Authors, journal and year not stated in the text."
    (record,) = rispy.loads(ris([told]))
    assert record["notes"] == ["Authors, journal and year not stated in the text."]
    assert not {"authors", "year", "journal_name"} & set(record)


def test_a_journal_that_is_not_stated_is_said_to_be_missing(corpus):
    assert vancouver(corpus["aalaoui2026"].source).endswith("[journal not stated in the text]; 2026.")


def test_the_web_article_is_a_web_page_that_nobody_reviewed(corpus):
    told = corpus["droracle"].source
    text = vancouver(told)
    assert "? [Internet]. 2025 [updated 2025 Nov 20]. Available from: https://www.droracle.ai/articles/534404" in text
    assert text.endswith(f"Note: {told.review_status}")
    assert "medical AI" in text.split("Note: ")[1]
    (record,) = rispy.loads(ris([told]))
    assert record["type_of_reference"] == "ELEC"
    assert record["urls"] == [told.url]
    assert record["notes"] == [told.review_status]
    (entry,) = read_bibtex(bibtex([told])).entries
    assert entry["note"] == told.review_status


def test_every_source_is_read_back_from_bibtex_and_ris(corpus):
    sources = [document.source for document in corpus]
    entries = read_bibtex(bibtex(sources)).entries
    records = rispy.loads(ris(sources))
    assert [entry.key for entry in entries] == [each.id for each in sources] == [record["id"] for record in records]
    assert [record["title"].strip("[]") for record in records] == [each.title for each in sources]
    assert records[1]["authors"][0] == "Tilkorn, D.J."
    assert (records[1]["volume"], records[1]["start_page"], records[1]["year"]) == ("8", "103", "2010")
    assert entries[1].entry_type == "article"
    assert [" ".join(name.last) for name in entries[1]["author"]] == [
        "Tilkorn", "Hauser", "Ring", "Goertz", "Stricker", "Steinau", "Kuhnen",
    ]  # fmt: skip


def test_foreign_names_and_signs_survive_the_way_there_and_back():
    families = ["Müller-Lüdenscheidt", "van der Berg", "Ó Súilleabháin", "Çelik", "王"]
    (record,) = rispy.loads(ris([FOREIGN]))
    assert [author.split(",")[0] for author in record["authors"]] == families
    assert record["title"] == FOREIGN.title
    assert (record["journal_name"], record["start_page"], record["end_page"]) == ("Rev Méd Chir", "45", "67")
    (entry,) = read_bibtex(bibtex([FOREIGN])).entries
    assert [" ".join([*name.von, *name.last]) for name in entry["author"]] == families
    assert parse_string(bibtex([FOREIGN])).entries[0]["doi"] == "10.1000/a_b%c"  # as it is, not as LaTeX
    assert entry["journal"] == "Rev Méd Chir"
    for words in ("β-tumours", "50% & more", "veins", "size_1", "$ #4"):
        assert words in entry["title"]
    assert "Rev Méd Chir. 2021;12(3):45-67." in vancouver(FOREIGN)
    assert link(FOREIGN) == "https://doi.org/10.1000/a_b%c"


def test_a_file_of_the_users_own_is_cited_by_what_is_known():
    assert vancouver(source(id="a note", title="a note")) == (
        "[authors not stated in the text]. [a note]. [journal and year not stated in the text]."
    )
    assert read_bibtex(bibtex([source(id="a note, {x}")])).entries[0].key == "a-note-x"
    assert link(source(url="javascript:alert(1)")) == ""
    assert vancouver(source(venue="Some Press", authors="Doe J")) == (
        "Doe J. A title. Some Press; [year not stated in the text]."
    )


def test_a_quote_is_cited_with_its_words_section_and_source(bot):
    quote = bot.ask("What is the three-year survival of vascular leiomyosarcoma?").quotes[0]
    text = quote_citation(quote, bot.corpus)
    assert text == f"“{quote.text}” (section “{quote.section}”) {vancouver(bot.corpus[quote.doc_id].source)}"
    assert "57%" in text


def test_the_buttons_carry_the_citation_and_nothing_of_it_is_markup(corpus):
    html = render_citing(corpus["tilkorn2010"].source)
    assert 'data-copy="Tilkorn DJ, ' in html
    assert 'data-save="tilkorn2010.bib"' in html
    assert 'data-save="tilkorn2010.ris"' in html
    evil = "<script>x</script>\"' onclick='x"
    html = render_citing(source(id=evil, title=evil, authors=evil))
    assert "<script" not in html
    assert html.count("<button") == 3
    assert "onclick='" not in html


@pytest.mark.parametrize("style", FORMATS)
def test_the_command_line_prints_all_sources(corpus, style):
    command = [sys.executable, "-m", "assistant.cli", "sources", "--format", style]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == written([document.source for document in corpus], style)


def test_a_format_that_there_is_not_is_one_sentence():
    command = [sys.executable, "-m", "assistant.cli", "sources", "--format", "word"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert done.stderr == "vlms: There is no citation format 'word'; there are: vancouver, bibtex, ris.\n"
