"""The register of disagreements: proved by spans and by code, shown where an answer touches it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from assistant import audit
from corpus import load_corpus, register
from corpus.loading import CorpusError
from corpus.register import loading


@pytest.fixture(scope="module")
def corpus():
    return load_corpus()


@pytest.fixture(scope="module")
def entries(corpus):
    return register.load(corpus)


def test_there_are_over_fifty_entries_of_every_verdict_and_weight(entries):
    assert len(entries) > 100
    assert len({entry.id for entry in entries}) == len(entries)
    assert min(Counter(entry.verdict for entry in entries).values()) > 15
    assert min(Counter(entry.weight for entry in entries).values()) > 30


def test_every_quote_is_the_raw_text_at_its_spans(corpus, entries):
    for entry in entries:
        assert entry.quotes
        for quote in entry.quotes:
            assert corpus[quote.doc_id].text_at(quote.spans) == quote.text
            assert corpus.units[quote.unit].doc_id == quote.doc_id


def test_every_check_gives_what_the_register_says(entries):
    checks = [(entry, check) for entry in entries for check in entry.checks]
    assert len(checks) > 100
    for entry, check in checks:
        result = check.run()
        assert check.holds(result), f"{entry.id}: {result.value}, {result.counted}"


def test_confirmed_figures_are_those_printed(entries):
    for entry in entries:
        if entry.verdict == "confirmed":
            for check in entry.checks:
                if isinstance(check.printed, int | float):
                    assert check.agrees(check.run()), f"{entry.id}: {check}"


def test_an_entry_without_a_check_sets_two_passages_against_each_other(entries):
    assert all(len(entry.quotes) > 1 for entry in entries if not entry.checks and entry.verdict != "confirmed")


def test_figures_in_a_statement_stand_in_its_quotes_or_its_checks(entries):
    # Numbers of two digits and more with a decimal: too many to be there by chance.
    for entry in entries:
        told = " ".join([*(quote.text for quote in entry.quotes), entry.note])
        computed = {f"{check.gives:g}" for check in entry.checks} | {str(check.printed) for check in entry.checks}
        for number in re.findall(r"\d+\.\d+", entry.statement):
            assert (
                number in told
                or number in computed
                or any(
                    abs(check.gives - float(number)) < 0.051 or abs(check.gives / 10 - float(number)) < 0.051
                    for check in entry.checks
                )
                or _is_a_share(number, told)
            ), f"{entry.id}: {number}"


def _is_a_share(number: str, told: str) -> bool:
    counts = [int(each) for each in re.findall(r"\b\d{1,4}\b", told)] + [12]
    return any(n and abs(100 * k / n - float(number)) < 0.06 for k in counts for n in counts)


def test_documents_of_ones_own_have_no_register(tmp_path):
    (tmp_path / "a.txt").write_text("A sentence about veins that stands here.", encoding="utf-8")
    assert register.load(load_corpus(tmp_path)) == ()


def test_a_quote_that_stands_nowhere_is_an_error(corpus, tmp_path, monkeypatch):
    broken = loading.FILE.read_text(encoding="utf-8").replace("the patient died five months later", "he died", 1)
    (tmp_path / "d.toml").write_text(broken, encoding="utf-8")
    monkeypatch.setattr(loading, "FILE", tmp_path / "d.toml")
    with pytest.raises(CorpusError, match=r"of the entry '[\w-]+' stands nowhere in 'tilkorn2010'"):
        register.load.__wrapped__(corpus)


def test_the_audit_holds_every_entry_and_no_markup_of_the_sources(corpus, entries):
    report = audit.markdown(corpus)
    assert report.count("\n### ") == len(entries)
    assert f"{len(entries)} entries" in report
    page = audit.html(corpus)
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert page.count("<h3>") == len(entries)


def test_an_audit_whose_check_fails_says_so(corpus, monkeypatch):
    monkeypatch.setattr(register.Check, "holds", lambda self, result: False)
    with pytest.raises(audit.AuditError, match="the register says"):
        audit.markdown(corpus)


def test_whether_adjuvant_therapy_prevents_recurrence_shows_the_conflict_and_the_rows(bot):
    answer = bot.ask("Does adjuvant therapy prevent recurrence?")
    assert len({quote.doc_id for quote in answer.quotes}) > 1
    first = answer.disagreements[0]
    assert first.verdict == "contradicted"
    assert "none of the cases" in first.statement
    assert "rows 23 and 26" in first.statement
    assert any("none of these cases had local recurrence" in quote.text for quote in first.quotes)
    assert any(entry.verdict == "undecided" for entry in answer.disagreements)
    assert first.statement in answer.text


def test_a_question_whether_a_figure_can_be_rebuilt_gets_the_verdict(bot):
    answer = bot.ask("Can the mean follow-up of 38 months be reproduced from Tilkorn's rows?")
    assert not answer.abstained
    assert answer.disagreements[0].verdict == "confirmed"
    assert "38 months" in answer.disagreements[0].statement


def test_an_answer_that_touches_no_entry_shows_none(bot):
    assert bot.ask("What were the resistance index and the arterial spectrum of the lesion?").disagreements == ()
