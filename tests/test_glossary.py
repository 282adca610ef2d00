"""The glossary: every term occurs, is found as a whole word, explained in a plain sentence or two, and marked."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.web.audience import quoted, render_glossary
from assistant.web.markup import Wrap, marked
from corpus import Corpus, load_corpus
from corpus.glossary import GlossaryError, first_uses, load, terms_in, terms_of
from corpus.glossary.loading import read

FORMS = sorted({form for term in load() for form in (*term.forms, *term.abbreviations)})
LETTERS = st.sampled_from(
    [*FORMS, *map(str.upper, FORMS), " ", "-", ", ", "non-", "s", "(", "vein", "of the", "İ", "\n"]
)
RANGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5)
ADVICE = re.compile(r"\b(?:you|your|should|must|ought|recommend\w*|advise\w*|best to|need to|ask)\b", re.IGNORECASE)


def names(text: str) -> list[str]:
    return [use.term.name for use in terms_in(text)]


def test_there_are_at_least_140_terms_and_every_one_occurs_in_a_document(corpus: Corpus) -> None:
    assert len(load()) >= 140
    assert [term.name for term in load() if term not in terms_of(corpus)] == []


def test_every_explanation_is_one_or_two_plain_sentences_and_no_advice() -> None:
    for term in load():
        sentences = re.split(r"(?<=[.”])\s+(?=[A-Z“])", term.means)
        assert 1 <= len(sentences) <= 2, term.name
        assert term.means.endswith("."), term.name
        assert len(term.means.split()) <= 50, term.name
        assert not ADVICE.search(term.means), term.name
        assert not re.search(r"\d+(?:\.\d+)? ?%|\bfatal|\bdeadly|\bkill|\bhopeless|\bterminal", term.means), term.name


def test_words_that_mislead_say_so() -> None:
    means = {term.name: term.means for term in load()}
    assert "does not mean good news" in means["Positive margin"]
    assert "does not mean bad news" in means["Negative margin"]
    assert "does not mean good news" in means["Progression"]
    assert "does not mean no" in means["NA"]
    assert "not mean extreme" in means["Radical resection"]
    assert "not worse" in means["Inferior vena cava"]
    for name in ("Survival", "Median survival", "Prognosis", "Lethal"):
        assert "one person" in means[name]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It mimics deep vein thrombosis.", ["Deep vein thrombosis"]),
        ("DEEP VEIN THROMBOSIS of the femoral vein", ["Deep vein thrombosis", "Femoral vein"]),
        ("microscopically positive margins", ["Positive margin"]),
        ("Margins were negative.", ["Margin"]),
        ("SMA and sma", ["Smooth muscle actin"]),
        ("the IVC, not the ivc", ["Inferior vena cava"]),
        ("non-invasive ultrasound", ["Non-invasive", "Ultrasound"]),
        ("an anti-tumor drug", []),
        ("ultrasound-guided", ["Ultrasound"]),
        ("tumorous, veiny", []),
        ("(CT)/MRI", ["CT", "MRI"]),
        ("Surgery ± CT High metastatic risk", ["CT (in this table: chemotherapy)", "Metastasis"]),
        ("CD34 (vascular +)", ["CD34", "Positive (of a laboratory stain)"]),
        ("GSV-LMS", ["Leiomyosarcoma of the great saphenous vein"]),
        ("60Gy or 66 Gy", ["Gy (gray)", "Gy (gray)"]),
        ("oedema and edema", ["Oedema", "Oedema"]),
        ("", []),
    ],
)
def test_the_longest_whole_words_are_found(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_only_the_first_use_of_a_term_is_marked_where_that_is_asked_for() -> None:
    text = "Tumors of veins: the tumor of a vein."
    assert [text[start:end] for start, end, _ in first_uses(text)] == ["Tumors", "veins"]


def test_the_spellings_of_the_documents_are_known(corpus: Corpus) -> None:
    for typed, name in (("leiomysarcoma", "Leiomyosarcoma"), ("reccurence", "Recurrence"), ("desimin", "Desmin")):
        assert any(typed in unit.text.lower() and name in names(unit.text) for unit in corpus.units)


@settings(deadline=None)
@given(st.lists(LETTERS | st.text(max_size=6), max_size=14).map("".join))
def test_uses_are_whole_forms_apart_from_each_other_and_never_part_of_a_longer_one(text: str) -> None:
    uses = terms_in(text)
    assert all(one.end <= other.start for one, other in pairwise(uses))
    for start, end, term in uses:
        written = text[start:end]
        assert written.lower() in term.forms or written in term.abbreviations
        assert not re.match(r"\w\w", text[start - 1 : start + 1] if start else "")
        assert not re.match(r"\w\w", text[end - 1 : end + 1])
    for form in (form for form in FORMS if form in text):
        for place in re.finditer(rf"(?<![\w-]){re.escape(form)}(?!\w)", text):
            overlapping = [use for use in uses if use.start < place.end() and place.start() < use.end]
            assert overlapping, form
            assert max(use.end - use.start for use in overlapping) >= len(form)


def entry(**changes: object) -> dict[str, object]:
    return {"name": "Vein", "forms": ["vein"], "means": "A vessel."} | changes


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([entry(name="")], "lacks"),
        ([entry(means=" ")], "lacks"),
        ([entry(forms=[])], "lacks"),
        ([entry(forms=["+"])], "lacks"),
        ([entry(form=["vein"])], "'form', unknown"),
        ([entry(), entry(name="Veins")], "both claim 'vein'"),
        ([entry(), entry(name="VEIN", forms=["veins"])], "both claim"),
    ],
)
def test_an_entry_that_cannot_be_used_is_one_sentence(entries: list[dict[str, object]], message: str) -> None:
    with pytest.raises(GlossaryError, match=rf"^[^\n]*{re.escape(message)}[^\n]*\.$"):
        read(entries)


def test_the_glossary_of_other_documents_holds_their_words_only(small_corpus: Path) -> None:
    shown = render_glossary(load_corpus(small_corpus))
    assert re.findall("<strong>(.*?)</strong>", shown) == ["Tumour", "Ultrasound", "Vein"]


def plain(shown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", shown))


@settings(deadline=None)
@given(st.text(alphabet="ab <>&\"'\n", max_size=40), RANGES, RANGES)
def test_marks_and_wraps_leave_the_words_as_they_are(
    text: str, ranges: list[tuple[int, int]], wrapped: list[tuple[int, int]]
) -> None:
    shown = marked(text, ranges, [Wrap(start, end, '<b data-w="1">', "</b>") for start, end in wrapped])
    assert plain(shown) == text
    inside = [False] * len(text)
    for start, end in ranges:
        inside[start:end] = [True] * len(text[start:end])
    at, open_mark = 0, False
    open_tags: list[str] = []
    for token in re.findall(r"<[^>]*>|&[^;]+;|.", shown, re.DOTALL):
        if token.startswith("</"):
            assert open_tags.pop() == token[2:-1]
            open_mark = open_mark and token != "</mark>"
        elif token.startswith("<"):
            open_tags.append(token[1:-1].split()[0])
            open_mark = open_mark or token == "<mark>"
        else:
            assert open_mark is inside[at]
            at += 1
    assert open_tags == []


def test_a_mark_that_crosses_a_term_is_cut_at_its_edge_and_the_term_stays_whole() -> None:
    shown = quoted("The local recurrence rate (high).", [(0, 9), (20, 25)], "patient")
    assert shown.count("<button") == 1
    assert re.search(r"<mark>The </mark><button[^>]*><mark>local</mark> recurrence</button><mark> rate</mark>", shown)
    assert quoted("The local recurrence rate (high).", [(0, 9)], "clinician") == (
        "<mark>The local</mark> recurrence rate (high)."
    )


def test_what_touches_a_term_stays_on_its_line() -> None:
    shown = quoted("Pain (edema), then more.", [], "patient")
    assert re.search(r'Pain <span class="joined">\(<button[^>]*>edema</button>\),</span> then', shown)
    assert "joined" not in quoted(f"{'x' * 40}(edema){'x' * 40}", [], "patient")
