"""The adapter: small, of one base model, merged when an index is built, left out when asked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tomli
from safetensors.numpy import load_file

from corpus.bank import load_bank
from corpus.loading import load_corpus
from corpus.models import Corpus
from index import ModelError, find_model, open_index
from index.adapt import Learner, Recipe, learn, with_factors
from index.adapter import SHIPPED_ADAPTER, save_adapter, with_adapter
from index.encoder import TorchEncoder
from index.model import DEFAULT_SHA256, ModelSource
from index.progress import Advance
from index.store import IndexUnusable, read_header

TEXT = "Which margins are recommended for the saphenous vein?"
FIRST, QUESTIONS = 10, 6  # units that are learnt from, and how many questions of each


def test_the_shipped_adapter_is_small_and_its_card_names_its_base():
    assert SHIPPED_ADAPTER.stat().st_size < 3 * 2**20
    card = tomli.loads(SHIPPED_ADAPTER.with_suffix(".toml").read_text(encoding="utf-8"))
    assert card["base_sha256"] == DEFAULT_SHA256
    assert {"data", "date", "recipe", "base"} <= set(card)


def test_the_adapter_changes_the_vectors_and_can_be_left_out():
    source = find_model()
    base, adapted = (TorchEncoder(each).encode([TEXT])[0] for each in (source, with_adapter(source)))
    assert with_adapter(source, "none") == source
    assert 0.1 < float(base.pooled @ adapted.pooled) < 0.99


def test_what_is_learnt_with_is_what_is_merged(tmp_path: Path):
    """The factors beside the layers, texts sorted by length: the vectors are those of the merged model, in order."""
    import torch

    source, recipe = find_model(), Recipe()
    texts = [pair.text for pair in load_bank(load_corpus())[:4000:110]]
    model = TorchEncoder(source).model
    factors = with_factors(model, recipe)
    torch.manual_seed(0)
    for _, b in factors.values():
        torch.nn.init.normal_(b, std=0.02)
    words = np.ones(len(model.tokenizer), dtype=np.float32)
    with torch.no_grad():
        pooled, *_ = Learner(model, words, np.eye(1, dtype=np.float32), recipe).encoded(texts)
    save_adapter(tmp_path / "adapter.safetensors", factors, source.sha256, recipe.alpha)
    merged = TorchEncoder(with_adapter(source, tmp_path / "adapter.safetensors")).encode(texts)
    base = TorchEncoder(source).encode(texts)
    assert np.allclose(pooled.numpy(), np.stack([each.pooled for each in merged]), atol=2e-3)
    assert max(one.pooled @ other.pooled for one, other in zip(base, merged, strict=True)) < 0.99


def test_an_index_built_without_the_adapter_is_not_used_with_it(small_corpus: Path, tmp_path: Path):
    opened = open_index(small_corpus, tmp_path, progress=False)
    assert opened.header.adapter_sha256 == ""  # which is learnt on the shipped corpus, and not for others
    with pytest.raises(IndexUnusable, match="was built with the adapter 'none', not with"):
        open_index(small_corpus, tmp_path, adapter="shipped", progress=False)
    assert read_header(tmp_path) == opened.header


def test_an_adapter_of_another_model_is_one_sentence():
    other = ModelSource("other", find_model().folder, "0" * 64)
    assert with_adapter(other).adapter is None
    with pytest.raises(ModelError, match="was learnt on another model"):
        with_adapter(other, "shipped")


@pytest.mark.parametrize("content", [None, b"", b"no adapter", b"\x10\0\0\0\0\0\0\0{}              "])
def test_a_file_that_is_no_adapter_is_one_sentence(tmp_path: Path, content: bytes | None):
    path = tmp_path / "adapter.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"cannot be read|is no adapter"):
        with_adapter(find_model(), path)


class Recorded(Advance):
    """What a progress bar would show."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []

    def __call__(self, what: str, done: float) -> None:
        self.told.append((what, done))


def found_first(corpus: Corpus, source: ModelSource) -> float:
    """The share of droracle's bank questions that are nearest, among its passages, to the one they ask for."""
    encoder = TorchEncoder(source)
    first = next(number for number, unit in enumerate(corpus.units) if unit.doc_id == "droracle")
    asked = [question for question in load_bank(corpus) if corpus.units[question.unit].doc_id == "droracle"]
    texts = [unit.text for unit in corpus["droracle"].units]
    units, questions = (
        np.stack([each.pooled for each in encoder.encode(list(some))])
        for some in (texts, [question.text for question in asked])
    )
    right = np.array([question.unit - first for question in asked])
    return float(np.mean((questions @ units.T).argmax(axis=1) == right))


@pytest.fixture
def two_documents(corpus: Corpus, tmp_path: Path) -> Corpus:
    """The two shortest documents with a few questions of their first units, and the first gaps."""
    shipped, short = corpus.folder / "questions", tmp_path / "corpus" / "questions"
    short.mkdir(parents=True)
    for name in ("droracle", "femoral-korea", "gaps"):
        lines = (shipped / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines[:FIRST]]
        for entry in entries:
            entry["questions"] = entry["questions"][:QUESTIONS]
        (short / f"{name}.jsonl").write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    return Corpus((corpus["droracle"], corpus["femoral-korea"]), short.parent, corpus.hash)


def test_learning_is_seeded_helps_and_leaves_documents_out(two_documents: Corpus, tmp_path: Path):
    """On a small part of the bank, a few steps, to be quick."""
    recipe = Recipe(epochs=1, batch=16, gaps=4)
    told = Recorded()
    files = [tmp_path / f"{name}.safetensors" for name in "ab"]
    cards = [learn(two_documents, recipe, file, ("femoral-korea",), told) for file in files]
    first, second = (load_file(file) for file in files)
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert cards[0] == cards[1]
    assert "question bank of droracle:" in cards[0]
    assert told.told[-1][1] == 1.0
    source = find_model()
    assert found_first(two_documents, with_adapter(source, files[0])) > found_first(two_documents, source) + 0.05


def test_a_document_that_does_not_exist_cannot_be_left_out(tmp_path: Path):
    with pytest.raises(KeyError, match="There is no document 'nobody'"):
        learn(load_corpus(), Recipe(), tmp_path / "a.safetensors", ("nobody",), Advance())
