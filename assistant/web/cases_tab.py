"""The tab Cases: a choice of table with its filters, and what they choose.

In: a corpus and what the filters say. Out: HTML: how many rows were chosen and by what, the rows, the survival
curve and the spread. Nothing is kept between two calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.cases.wording import condition_in_words, missing_in_words
from assistant.web.case_filters import read_filters, render_filters
from assistant.web.case_rows import render_download, render_rows
from assistant.web.distribution_plots import render_distributions
from assistant.web.markup import escape, short_name
from assistant.web.survival_plot import render_survival
from corpus.cases import CaseTable, table, tables_of
from corpus.cases.query import Query, Result, run
from corpus.models import Corpus


def render_choice(corpus: Corpus) -> str:
    """The tables to choose from and a form of filters for each; empty where the documents have no case tables."""
    tables = [table(name) for name in tables_of(corpus)]
    if not tables:
        return ""
    choices = "".join(
        f'<label><input type="radio" name="table" value="{escape(each.id)}"{" checked" if number == 0 else ""}>'
        f"<span><strong>{escape(short_name(corpus[each.doc_id]))}</strong> {len(each.records)} {escape(each.noun)}"
        "</span></label>"
        for number, each in enumerate(tables)
    )
    forms = "".join(
        f'<form data-table="{escape(each.id)}" aria-label="Filters"{"" if number == 0 else " hidden"}>'
        f"{render_filters(each)}</form>"
        for number, each in enumerate(tables)
    )
    return (
        '<h2 class="unseen">Cases</h2><fieldset class="tables"><legend class="unseen">Table</legend>'
        f'{choices}</fieldset><details class="filters" open><summary>Filters</summary>{forms}</details>'
    )


def render_chosen(corpus: Corpus, data: Mapping[str, Any]) -> str:
    """What a form chooses, ``data`` being its table and its fields; the first table where it names none."""
    known = tables_of(corpus)
    if not known:
        return ""
    name, sent = str(data.get("table", "")), data.get("filters")
    case_table = table(name if name in known else known[0])
    conditions = read_filters(case_table, sent if isinstance(sent, dict) else {})
    result = run(Query(case_table.id, "list", conditions), case_table)
    chosen = [case_table.records[number - 1] for number in result.counted]
    rows = render_rows(corpus, case_table, result.counted) if chosen else ""
    reset = '<button type="button" class="reset">Clear the filters</button>' if conditions else ""
    number = str(data.get("number", ""))[:9]  # of this choice; the page asks again if it was not its last
    figures = render_survival(case_table, chosen) + render_distributions(case_table, chosen) if chosen else ""
    return (
        f'<div class="chosen-rows" data-table="{escape(case_table.id)}" data-number="{escape(number)}">'
        f'<div class="summary"><p class="count" role="status">{_count(result, case_table)}</p>'
        f'<span class="actions">{reset}{render_download(case_table, result.counted)}</span></div>'
        f'{rows}<div class="figures">{figures}</div></div>'
    )


def _count(result: Result, case_table: CaseTable) -> str:
    """How many rows of how many, by what, and which were left out because they do not say."""
    words = "; ".join(condition_in_words(condition, case_table) for condition in result.query.where)
    by = f": {escape(words)}" if words else ""
    of = f"<strong>{len(result.counted)} of {len(case_table.records)}</strong> {escape(case_table.noun)}{by}."
    missing = missing_in_words(result, case_table)
    return f'{of} <span class="missing">{escape(missing)}</span>' if missing else of
