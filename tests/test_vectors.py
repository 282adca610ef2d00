"""Vectors: both engines give the same, and what is stored is what they give."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from corpus.lexicon import expand
from index import Index, find_model, open_index
from index.adapter import with_adapter
from index.dense import nearest, nearest_questions, passage_store, question_store
from index.encoder import Encoding, TorchEncoder, unit
from index.export import ExportError, coarse_encoder
from index.late_interaction import TokenVectors
from index.passages import passages


@pytest.fixture(scope="module")
def opened(index_dir: Path) -> Index:
    return open_index(index_dir=index_dir, progress=False)


def test_both_engines_give_the_same_vectors(opened: Index) -> None:
    text = passages(opened.corpus)[7].context
    expected, got = (
        encoder.encode([text])[0] for encoder in (TorchEncoder(with_adapter(find_model())), opened.encoder)
    )
    assert np.array_equal(expected.ids, got.ids)
    assert float(expected.pooled @ got.pooled) >= 0.9999
    assert float(np.einsum("td,td->t", expected.tokens, got.tokens).min()) >= 0.9999
    assert opened.encoder.count(text) == len(got.ids)


def test_both_engines_leave_out_what_the_model_does_not_know(opened: Index) -> None:
    text = "margins 👍 🙏"
    expected, got = (
        encoder.encode([text])[0] for encoder in (TorchEncoder(with_adapter(find_model())), opened.encoder)
    )
    assert np.array_equal(expected.ids, got.ids)
    assert opened.encoder.count(text) == len(got.ids)
    assert len(got.ids) == opened.encoder.count("margins")


def test_texts_encoded_together_come_out_as_by_themselves(opened: Index) -> None:
    texts = [passage.alone for passage in passages(opened.corpus)[:12]] + ["", "IVC?", "GSV?"]
    assert len({opened.encoder.count(text) for text in texts}) < len(texts)  # some are as long as each other
    for text, together in zip(texts, opened.encoder.encode(texts), strict=True):
        (alone,) = opened.encoder.encode([text])
        assert np.array_equal(alone.ids, together.ids)
        assert np.allclose(alone.pooled, together.pooled, atol=1e-5)
        assert np.allclose(alone.tokens, together.tokens, atol=1e-5)
    assert opened.encoder.encode([]) == []


def test_stored_vectors_are_those_of_their_passages(opened: Index) -> None:
    count = len(opened.corpus.units)
    for number in (0, 100, count - 1):
        (encoding,) = opened.encoder.encode([passages(opened.corpus)[number].alone])
        assert float(opened.passage_vectors.reconstruct(number) @ encoding.pooled) > 0.999
        assert np.allclose(
            opened.tokens.best_matches(opened.tokens.reduced(encoding.tokens), np.array([number])), 1, atol=2e-3
        )
    stores = (opened.passage_vectors, opened.bank_vectors, opened.gap_vectors)
    assert [store.ntotal for store in stores] == [2 * count, len(opened.bank), len(opened.gaps)]
    assert sum(store.ntotal for store in stores) == len(opened.tokens.starts) - 1


def test_bank_questions_are_numbered_after_the_passages_and_gaps_after_them(opened: Index) -> None:
    for number, store, first, question in (
        (17, opened.bank_vectors, 2 * len(opened.corpus.units), opened.bank[17]),
        (5, opened.gap_vectors, 2 * len(opened.corpus.units) + len(opened.bank), opened.gaps[5]),
    ):
        (encoding,) = opened.encoder.encode([expand(question.text)])
        cosines = opened.tokens.best_matches(opened.tokens.reduced(encoding.tokens), np.array([first + number]))
        # They are encoded coarsely; others, even the nearest, are farther.
        assert float(unit(store.reconstruct(number)) @ opened.tokens.reduced(encoding.pooled)) > 0.98
        assert cosines.min() > 0.95
        assert cosines.mean() > 0.98


def test_questions_in_bytes_are_found_in_the_order_of_their_cosines(opened: Index) -> None:
    texts = [question.text for question in opened.bank[::20]]
    exact = np.stack([encoding.pooled for encoding in opened.encoder.encode(texts)])
    store = question_store(exact)
    for asked in opened.encoder.encode(
        ["Which margins are advised?", "Did she respond to doxorubicin?", "IVC, 5-y OS?"]
    ):
        cosines = exact @ asked.pooled
        found = nearest_questions(store, asked.pooled, 30)
        assert found[0] == cosines.argmax()
        assert np.all(np.diff(cosines[found]) < 0.008)  # two that are nearly as near may change places
        assert cosines[found].min() > np.sort(cosines)[-30] - 0.008


def test_the_nearest_are_counted_and_passages_have_their_cosines() -> None:
    vectors = unit(np.random.default_rng(7).normal(size=(40, 32)).astype(np.float32))
    store = passage_store(vectors)
    numbers, cosines = nearest(store, vectors[3], 100)
    assert sorted(numbers.tolist()) == list(range(40))
    assert numbers[0] == 3
    assert np.allclose(cosines, (vectors @ vectors[3])[numbers], atol=1e-3)
    assert [len(part) for part in nearest(store, vectors[3], 0)] == [0, 0]
    assert len(nearest_questions(question_store(vectors), vectors[3], 5)) == 5


def test_a_coarse_encoder_is_near_the_exact_one_and_leaves_logging_alone(opened: Index) -> None:
    handlers = list(logging.getLogger().handlers)
    coarse = coarse_encoder(opened.place / opened.header.build, opened.header.max_tokens)
    assert logging.getLogger().handlers == handlers
    texts = [question.text for question in opened.bank[::400]]
    for exact, near in zip(opened.encoder.encode(texts), coarse.encode(texts), strict=True):
        assert np.array_equal(exact.ids, near.ids)
        assert 0.98 < float(exact.pooled @ near.pooled) < 0.99999
        assert float(np.einsum("td,td->t", exact.tokens, near.tokens).min()) > 0.9
    with pytest.raises(ExportError, match="nowhere"):
        coarse_encoder(opened.place / "nowhere", opened.header.max_tokens)


def test_best_matches_are_the_highest_cosines() -> None:
    generator = np.random.default_rng(0)
    steps = generator.integers(-127, 128, size=(9, 4), dtype=np.int8)
    scales = np.array([0.001, 0.002, 0.003, 0.004], dtype=np.float32)
    norms = np.linalg.norm(steps * scales, axis=1)
    vectors = steps * scales / norms[:, np.newaxis]
    question = unit(generator.normal(size=(3, 4)).astype(np.float32))
    tokens = TokenVectors(steps, scales, norms, np.array([0, 2, 6, 9]), np.eye(4, dtype=np.float32))
    expected = [[max(vectors[row] @ word for row in rows) for word in question] for rows in ([6, 7, 8], [0, 1])]
    assert np.allclose(tokens.best_matches(question, np.array([2, 0])), expected, atol=1e-5)
    assert tokens.best_matches(question, np.array([], dtype=np.int64)).shape == (0, 3)


def test_token_vectors_are_kept_to_half_a_step_of_their_largest_value() -> None:
    generator = np.random.default_rng(0)
    vectors = unit(generator.normal(size=(9, 4)).astype(np.float32))
    parts = np.split(vectors, [2, 6])
    kept = TokenVectors.from_encodings([Encoding(part, np.arange(len(part)), part[0]) for part in parts])
    exact = unit(vectors @ kept.directions)
    assert kept.starts.tolist() == [0, 2, 6, 9]
    assert np.all(np.abs(kept.vectors * kept.scales - exact) <= 0.51 * kept.scales + 1e-3)  # 1e-3: float16 before
    assert np.allclose(kept.scales * 127, np.abs(exact).max(axis=0), atol=1e-3)
    assert np.allclose(kept.norms, np.linalg.norm(kept.vectors * kept.scales, axis=1))
