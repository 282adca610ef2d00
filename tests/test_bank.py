"""The question bank: it resolves, covers the corpus, and knows nothing of the evaluation."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from corpus.bank import load_bank, load_gaps
from corpus.lexicon import expand
from corpus.loading import CorpusError, load_corpus
from evals.fit import FITTING
from evals.questions import load_questions
from index.encoder import TorchEncoder, unit
from index.model import find_model

WITHOUT_QUESTIONS: frozenset[str] = frozenset()  # ids of units that nobody could ask for

NEARLY = 0.95  # cosine
ALIKE = 0.8  # cosine with the adapter; what is nearly the same without it is far above this


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def test_every_entry_resolves_and_questions_are_in_reading_order(corpus):
    bank = load_bank(corpus)
    assert len(bank) > 2500
    assert [question.unit for question in bank] == sorted(question.unit for question in bank)


def test_dialogues_are_marked_and_every_sentence_has_one(corpus):
    by_unit = {question.unit: question for question in load_bank(corpus) if question.dialogue}
    for number, quotable in enumerate(corpus.units):
        assert number in by_unit or quotable.kind in ("table_row", "reference")
    assert all(len(re.findall(r"\w+", question.text)) > 3 for question in by_unit.values())


def test_every_unit_has_at_least_four_different_questions(corpus):
    by_unit: dict[int, set[str]] = {}
    for question in load_bank(corpus):
        by_unit.setdefault(question.unit, set()).add(plain(question.text))
    few = {unit.id for number, unit in enumerate(corpus.units) if len(by_unit.get(number, ())) < 4}
    assert few == WITHOUT_QUESTIONS


def test_gaps_name_what_is_missing_and_no_gap_is_a_question_of_the_bank(corpus):
    gaps = load_gaps(corpus)
    assert len({gap.missing for gap in gaps}) > 150
    assert not {plain(gap.text) for gap in gaps} & {plain(question.text) for question in load_bank(corpus)}
    assert all(not gap.missing.endswith(".") for gap in gaps)


def test_no_bank_question_is_or_nearly_is_an_eval_question(bot, corpus):
    """Judged by the model without the adapter, which learnt from the bank, for the pairs that with it are at all alike."""
    texts = [question.text for question in bot.index.bank] + [gap.text for gap in bot.index.gaps]
    asked = [
        " ".join([*(turn["content"] for turn in question.history[-2:] if turn["role"] == "user"), question.text])
        for question in load_questions(corpus)
    ]
    assert not {plain(text) for text in texts} & {plain(text) for text in asked}
    stores = (bot.index.bank_vectors, bot.index.gap_vectors)
    stored = [unit(store.reconstruct_n(0, store.ntotal)) for store in stores]
    encoded = bot.index.encoder.encode([expand(text) for text in asked])
    pooled = bot.index.tokens.reduced(np.stack([encoding.pooled for encoding in encoded]))
    alike = [(texts[i], asked[j]) for i, j in np.argwhere(np.concatenate(stored) @ pooled.T > ALIKE)]
    assert alike
    base_encoder = TorchEncoder(find_model())
    distinct = sorted({text for pair in alike for text in pair})
    vectors = dict(zip(distinct, [encoding.pooled for encoding in base_encoder.encode(distinct)], strict=True))
    assert [pair for pair in alike if vectors[pair[0]] @ vectors[pair[1]] > NEARLY] == []


def test_no_fitting_question_is_an_eval_question(corpus):
    fitting = {plain(question.text) for question in load_questions(corpus, folder=FITTING)}
    assert not fitting & {plain(question.text) for question in load_questions(corpus)}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shipped = Path(load_corpus().folder)
    for name in ("documents", "questions"):
        shutil.copytree(shipped / name, tmp_path / name)
    shutil.copy(shipped / "manifest.toml", tmp_path)
    return tmp_path


def test_an_entry_that_belongs_to_no_unit_is_named(copied):
    path = copied / "questions" / "tilkorn2010.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    entry = json.loads(lines[2])
    lines[2] = json.dumps(entry | {"end": entry["end"] + 1})
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"Line 3 of .*tilkorn2010.jsonl' belongs to no unit of 'tilkorn2010'"):
        load_bank(load_corpus(copied))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "must have the fields"),
        ('{"missing": "x", "questions": "a"}', "must be a list of texts"),
        ('{"missing": "x", "questions": [" "]}', "none of them empty"),
        ('{"questions": ["a?"]}', "must have the fields missing, questions"),
    ],
)
def test_a_malformed_line_is_one_sentence(copied, line, message):
    (copied / "questions" / "gaps.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        load_gaps(load_corpus(copied))


def test_dialogues_are_a_list_of_texts_too(copied):
    path = copied / "questions" / "droracle.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(json.dumps(json.loads(lines[0]) | {"dialogues": "And then?"}), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"Line 1 of .*'dialogues' must be a list of texts"):
        load_bank(load_corpus(copied))


def test_a_change_of_the_bank_is_another_corpus(copied):
    before = load_corpus(copied).hash
    with (copied / "questions" / "gaps.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"missing": "the colour of the sky", "questions": ["What colour is the sky?"]}\n')
    assert load_corpus(copied).hash != before


def test_a_folder_without_questions_has_none(small_corpus):
    corpus = load_corpus(small_corpus)
    assert load_bank(corpus) == ()
    assert load_gaps(corpus) == ()
