"""What the page is made of, without a browser: documents, answers, the tabs of tables and of disagreements."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from answers import answer_with, quote_of

from assistant import Assistant
from assistant.answer import Computed, Disagreement, Quote
from assistant.web.case_filters import read_filters
from assistant.web.cases_tab import render_choice, render_chosen
from assistant.web.computed import render_comparison, render_computed
from assistant.web.conversation import Turn, history, render_conversation
from assistant.web.disagreements_tab import render_register
from assistant.web.opening import open_source
from assistant.web.source_pane import light, render_document
from corpus import cases, register
from corpus.models import Span

EVIL = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>\" onfocus=\"window.pwned=1"


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


def test_every_quote_of_the_register_can_be_opened(bot):
    html = render_register(bot.corpus)
    for entry in register.load(bot.corpus):
        assert f'id="entry-{entry.id}"' in html
        for quote in entry.quotes:
            spans = " ".join(f"{start}-{end}" for start, end in quote.spans)
            assert f'data-doc="{quote.doc_id}" data-spans="{spans}"' in html
            assert 'id="lit"' in open_source(bot.corpus, (), {"doc": quote.doc_id, "spans": spans}, 1)


def test_without_tables_or_register_there_is_nothing_to_show(bot, small_corpus: Path, small_index: Path):
    own = Assistant(corpus=small_corpus, index_dir=small_index, progress=False).corpus
    assert render_choice(own) == render_register(own) == ""
    assert render_chosen(own, {"table": "gsv-review"}) == ""


@pytest.mark.parametrize(
    "sent",
    [
        {"sex": EVIL, "age.min": EVIL, "site": "-1", "year.max": "nan", "size_mm.unstated": "yes"},
        {"sex": "99", "age.min": "inf", "site": None, "outcome": ["0"], "nothing": "1", "metastasis": "²"},
        {"sex": {"a": 1}, "age.max": "9" * 400, EVIL: EVIL},
    ],
)
def test_filters_that_cannot_be_read_filter_nothing(bot, sent):
    table = cases.table("gsv-review")
    assert read_filters(table, {**sent, "age.max": ""}) == ()
    html = render_chosen(bot.corpus, {"table": EVIL, "filters": sent})
    assert "<script" not in html
    assert "<img" not in html


@pytest.mark.parametrize("spans", [EVIL, "5", "9-5", "-1-5", "0-999999999", "1-2-3", "1-2 x", "0-5 " * 300, "²-5"])
def test_a_place_outside_of_the_document_only_opens_the_document(bot, spans):
    html = open_source(bot.corpus, (), {"doc": "tilkorn2010", "spans": spans}, 1)
    assert 'class="pane text"' in html
    assert 'id="lit"' not in html
    assert 'class="pane list"' in open_source(bot.corpus, (), {"doc": EVIL, "spans": spans}, 1)


def test_results_and_entries_of_an_answer_stay_text(bot):
    quote = Quote(EVIL, EVIL, EVIL, (Span(0, 5),), "sentence", 0.0, EVIL, False, EVIL)
    result = Computed(EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, None, (1,), (quote,), ({"": EVIL, EVIL: EVIL},), printed=EVIL)
    html = render_computed(bot.corpus, [result]) + render_comparison(
        [Disagreement(EVIL, EVIL, EVIL, EVIL, EVIL, (quote,))]
    )
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "<img" not in html
    assert '" onfocus' not in html
