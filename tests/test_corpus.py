"""Reading: what is quotable is the raw text at its spans, whole, and nothing of the page around it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Corpus, CorpusError, Unit, load_corpus
from corpus.cleaning import Span, clean, clean_spans, clean_text, vocabulary
from corpus.lexicon import expand, synonym_numbers, synonym_terms
from corpus.loading import SHIPPED, read_raw, read_sources
from corpus.reading import ReadingHints, read_units
from corpus.sentences import split_sentences

SHIPPED_CORPUS = load_corpus()


def units_of(corpus: Corpus, doc_id: str) -> list[Unit]:
    return list(corpus[doc_id].units)


def texts(corpus: Corpus, doc_id: str) -> list[str]:
    return [unit.text for unit in units_of(corpus, doc_id)]


@given(unit=st.sampled_from(SHIPPED_CORPUS.units))
@settings(max_examples=600)
def test_a_unit_is_the_raw_text_at_its_spans_cleaned(unit: Unit) -> None:
    document = SHIPPED_CORPUS[unit.doc_id]
    assert document.text_at(unit.spans) == unit.text
    assert all(0 <= start < end <= len(document.raw) for start, end in unit.spans)
    assert list(unit.spans) == sorted(unit.spans)


@given(raw=st.text(alphabet="abC -\n\t.*^{1}é\u00a0", max_size=200))
def test_cleaning_only_drops_and_respaces(raw: str) -> None:
    cleaned = clean(raw, vocabulary(raw))
    assert len(cleaned.text) == len(cleaned.origins)
    assert list(cleaned.origins) == sorted(set(cleaned.origins))
    for character, origin in zip(cleaned.text, cleaned.origins, strict=True):
        assert character == raw[origin] or (character == " " and raw[origin].isspace())
    assert "  " not in cleaned.text
    assert clean_text(raw, vocabulary(raw)) == cleaned.text
    assert cleaned.text == cleaned.text.strip()


@given(raw=st.one_of(st.text(max_size=600), st.text(alphabet="aB.*-•#\t \n\r\ufeff1(", max_size=120)))
def test_any_text_can_be_read_and_its_units_are_verbatim(raw: str) -> None:
    words = vocabulary(raw)
    for unit in read_units(raw, "any", ReadingHints()):
        assert clean_spans(raw, unit.spans, words).text == unit.text


def test_the_shipped_documents_are_byte_for_byte_what_the_manifest_says() -> None:
    for source, _ in read_sources(SHIPPED):
        assert hashlib.sha256((SHIPPED / source.file).read_bytes()).hexdigest() == source.sha256


def test_every_table_row_is_one_unit(corpus: Corpus) -> None:
    def rows(doc_id: str, section: str) -> list[str]:
        return [unit.text for unit in units_of(corpus, doc_id) if unit.kind == "table_row" and unit.section == section]

    assert len(rows("gsv-review", "Table 1")) == 57
    assert len(rows("tilkorn2010", "Table 1")) == len(rows("tilkorn2010", "Table 2")) == 12
    assert len(rows("aalaoui2026", "Table 1")) == 7
    assert (
        "# 57 This case 2024 China M/37 Left thigh Painless swelling 60 Radical resection No No Lung/liver 13 Alive"
        in (rows("gsv-review", "Table 1"))
    )
    assert "10 59/m 7 immediate R1 - neoadjuvant 2 months - alive" in rows("tilkorn2010", "Table 2")
    assert rows("tilkorn2010", "Table 1")[0].startswith("1 66 right upper extremity, supraclavicula region internal")


@pytest.mark.parametrize(
    ("doc_id", "sentence", "pieces"),
    [
        # cut by a page break, by a caption, by a table, and hyphenated across the cut
        (
            "femoral-korea",
            "For distinguishing from the other spindle cell sarcomas, myogenic differentiation should be confirmed by "
            "immunohistochemical study or electron microscopy.",
            2,
        ),
        (
            "tilkorn2010",
            "In these cases both pre- and postoperative pulmonary microthrombembolism are frequent complications "
            "especially for tumors of the pulmonary artery [22].",
            3,
        ),
        (
            "tilkorn2010",
            "The neoplasm derived from the media of the vessel wall and disrupted the existing vascular architecture.",
            2,
        ),
        (
            "femoral-korea",
            "The received specimens included multiple fragments of soft tissue, measuring 3.5×3.0×2.8 cm in aggregate.",
            2,
        ),
        (
            "aalaoui2026",
            "Finally, management should be centralized in specialized sarcoma centers, where multidisciplinary expertise "
            "allows individualized treatment strategies and rapid adaptation of therapy in the event of disease progression.",
            2,
        ),
    ],
)
def test_a_sentence_cut_by_the_page_is_healed(corpus: Corpus, doc_id: str, sentence: str, pieces: int) -> None:
    (unit,) = [unit for unit in units_of(corpus, doc_id) if unit.text == sentence]
    assert len(unit.spans) == pieces


def test_reference_digits_glued_to_a_sentence_are_left_out(corpus: Corpus) -> None:
    korea = texts(corpus, "femoral-korea")
    assert "The sites of distant metastasis include usually the lung and liver, and rarely the scalp." in korea
    assert any(text.endswith("the first case was reported by Perl in 1871.") for text in korea)
    assert all(not text[-1].isdigit() for text in texts(corpus, "droracle") if not text.startswith("Last updated"))


def test_markup_of_the_extraction_is_left_out(corpus: Corpus) -> None:
    assert not [text for text in texts(corpus, "aalaoui2026") if "**" in text or "^" in text]


def test_misprints_of_a_source_are_kept(corpus: Corpus) -> None:
    assert any("aleiomysarcoma" in text for text in texts(corpus, "tilkorn2010"))
    assert any("reccurence" in text for text in texts(corpus, "femoral-korea"))


def test_nothing_of_the_page_around_the_text_is_quotable(corpus: Corpus) -> None:
    debris = ("[image:", "Submitted", "Personalize", "follow-up question?", "View editorial", "Patient Age at")
    for unit in corpus.units:
        assert not any(mark in unit.text for mark in debris), unit
        assert sum(character.isalpha() for character in unit.text) >= 5, unit
        assert "  " not in unit.text
        assert not unit.text.endswith("-"), unit
        if unit.kind == "sentence":
            assert not unit.text[0].islower(), unit
            assert unit.text[-1] in ".!?" or unit.section in ("Title page", "Review status", "Histology", "Figure 1"), (
                unit
            )


def test_units_do_not_overlap(corpus: Corpus) -> None:
    for document in corpus:
        spans = sorted(span for unit in document.units for span in unit.spans)
        assert all(first.end <= second.start for first, second in pairwise(spans))


def test_chunks_hold_the_beginning_of_their_units(corpus: Corpus) -> None:
    for document in corpus:
        assert all(len(chunk.text) <= 1000 for chunk in document.chunks)
        for unit in document.units:
            assert unit.text[:20] in document.chunks[unit.chunk].text, unit


def test_abbreviations_do_not_end_sentences() -> None:
    text = "In Abed et al. [5] one was found (Fig. 1). Prof. C.Kuhnen saw it.2 It grew, e.g. in NO. 7, to 3.5 cm."
    assert [text[start:end] for start, end in split_sentences(text)] == [
        "In Abed et al. [5] one was found (Fig. 1).",
        "Prof. C.Kuhnen saw it.",
        "It grew, e.g. in NO. 7, to 3.5 cm.",
    ]


def test_a_hyphen_at_a_line_end_is_kept_only_in_a_compound() -> None:
    raw = (
        "The follow-up was long. A fol-\nlow-up of tumor-\nprogression and of the tumor and progression; meta-\nstasis."
    )
    assert clean(raw, vocabulary(raw)).text.startswith("The follow-up was long. A follow-up of tumor-progression")
    assert clean(raw, vocabulary(raw)).text.endswith("metastasis.")


def test_spans_of_two_pieces_read_as_one_sentence() -> None:
    raw = "It was pulmo-\n\nFigure 1 A vein.\n\nnary and large."
    assert (
        clean_spans(raw, [Span(0, 13), Span(raw.index("nary"), len(raw))], vocabulary(raw)).text
        == "It was pulmonary and large."
    )


def test_a_folder_of_plain_files_is_a_corpus(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text(
        "# Notes\n\nThe vein was resected. It healed.\n\n- first item\n- second item\n", encoding="utf-8"
    )
    (tmp_path / "a.txt").write_text("Results\n\nA\tB\tC\n1\t2\t3 cells\n", encoding="utf-8")
    own = load_corpus(tmp_path)
    assert [document.id for document in own] == ["a", "b"]
    assert [unit.text for unit in own["b"].units] == [
        "The vein was resected.",
        "It healed.",
        "first item",
        "second item",
    ]
    assert [unit.kind for unit in own["a"].units] == ["table_row"]


@pytest.mark.parametrize("change", [lambda data: data.replace(b"\n", b"\r\n"), lambda data: b"\xef\xbb\xbf" + data])
def test_line_ends_and_marks_of_windows_change_no_text(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    data = b"Results\n\nA man was treat-\ned here. He\nlived.\n\nDiscussion\n\nIt was rare.\n"
    (tmp_path / "note.txt").write_bytes(change(data))
    (document,) = load_corpus(tmp_path)
    assert [(unit.section, unit.text) for unit in document.units] == [
        ("Results", "A man was treated here."),
        ("Results", "He lived."),
        ("Discussion", "It was rare."),
    ]


def test_two_files_of_one_name_are_two_documents(tmp_path: Path) -> None:
    for name in ("a.md", "a.txt"):
        (tmp_path / name).write_text(f"This is {name} itself.\n", encoding="utf-8")
    assert [document.id for document in load_corpus(tmp_path)] == ["a.md", "a.txt"]


def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


def test_an_altered_document_is_an_error_that_names_it(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    path = next((folder / "documents").glob("001_*.txt"))
    path.write_bytes(path.read_bytes().replace(b"57%", b"75%"))
    with pytest.raises(CorpusError, match="001_.*not the one the manifest describes"):
        load_corpus(folder)


def test_a_missing_document_is_an_error_that_names_it(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    next((folder / "documents").glob("003_*.txt")).unlink()
    with pytest.raises(CorpusError, match="femoral-korea"):
        load_corpus(folder)


def test_a_hint_that_matches_nothing_is_an_error(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    manifest = folder / "manifest.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("\\[image: ", "\\[picture: "), encoding="utf-8")
    with pytest.raises(CorpusError, match="gsv-review.*matches nothing"):
        load_corpus(folder)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"\xff\xfe\x00", "not UTF-8"),
        ("a.txt", b" \n ", "is empty"),
        ("manifest.toml", b"[[document]]\nid = 'x'\n", "lacks"),
        ("manifest.toml", b"[[document]]\nid = 'x'\nfile='f'\nsha256=''\ntitle='t'\nyaer=1\n", "unknown fields: yaer"),
        ("manifest.toml", b"[[document", "not valid TOML"),
        ("a.pdf", b"%PDF", "holds no document"),
        ("a.txt", b"-----\n\n****\n", "no sentence that could be quoted"),
        ("manifest.toml", b"document = 'x'\n", r"\[\[document\]\]"),
        ("manifest.toml", b"[[document]]\nid='x'\nfile='f'\nsha256=''\ntitle='t'\nreading=3\n", "are malformed"),
    ],
)
def test_a_folder_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        load_corpus(tmp_path)


def test_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="There is no folder"):
        load_corpus(tmp_path / "none")


def test_a_corpus_says_which_documents_it_has(corpus: Corpus) -> None:
    with pytest.raises(KeyError, match="tilkorn2010"):
        corpus["tilkorn2011"]


def test_the_hash_changes_with_what_the_manifest_says(tmp_path: Path, corpus: Corpus) -> None:
    folder = copied(tmp_path)
    assert load_corpus(folder).hash == corpus.hash
    manifest = folder / "manifest.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("Bochum, Germany", "Bochum"), encoding="utf-8")
    assert load_corpus(folder).hash != corpus.hash


def test_a_reference_is_made_only_of_what_is_known(corpus: Corpus) -> None:
    assert corpus["tilkorn2010"].source.reference.startswith("Tilkorn DJ et al. Leiomyosarcoma of intravascular origin")
    assert "None" not in corpus["femoral-korea"].source.reference
    assert read_raw(SHIPPED, corpus["droracle"].source) == corpus["droracle"].raw


def test_abbreviations_are_written_out_once() -> None:
    assert expand("GSV LMS") == "GSV (great saphenous vein) LMS (leiomyosarcoma)"
    assert expand("leiomyosarcoma (LMS)") == "leiomyosarcoma (LMS)"
    assert expand("tell us if they met") == "tell us if they met"


def test_other_words_lead_to_the_words_of_the_sources() -> None:
    found = " ".join(synonym_terms()[number] for number in synonym_numbers("Did the cancer come back?"))
    assert "recurrence" in found
    assert "tumor" in found
    assert synonym_numbers("zzz") == []
