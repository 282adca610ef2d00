"""The index: what is written is what is read, and what is not sound is never used."""

from __future__ import annotations

import json
import logging
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from corpus import Corpus
from corpus.lexicon import expand
from index import Index, IndexMissing, IndexUnusable, ModelError, find_model, open_index
from index.adapter import with_adapter
from index.encoder import Encoding, TorchEncoder, unit
from index.late_interaction import TokenVectors
from index.model import DEFAULT_SHA256, ModelSource, weights_checked
from index.passages import passages
from index.store import FORMAT, HEADER, _header_hash, checked_build, default_place, file_hash, read_header

FILES = [
    "bank.faiss",
    "corpus.json",
    "encoder.onnx",
    "encoder.onnx.data",
    "gaps.faiss",
    "passages.faiss",
    "term-matches.npy",
    "term-weights.npy",
    "token-weights.npy",
    "tokenizer.json",
    "tokens-directions.npy",
    "tokens-norms.npy",
    "tokens-scales.npy",
    "tokens-starts.npy",
    "tokens.npy",
    "words-passages.npy",
    "words-starts.npy",
    "words-weights.npy",
    "words.json",
]


@pytest.fixture(scope="module")
def opened(index_dir: Path) -> Index:
    return open_index(index_dir=index_dir, progress=False)


@pytest.fixture
def own(small_corpus: Path, small_index: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A user's corpus and a copy of its index, to be damaged."""
    place = tmp_path / "place"
    shutil.copytree(small_index, place)
    return small_corpus, place


def test_the_opened_corpus_is_the_read_corpus(opened: Index, corpus: Corpus) -> None:
    assert opened.corpus.units == corpus.units
    assert opened.corpus.hash == corpus.hash
    assert [document.chunks for document in opened.corpus] == [document.chunks for document in corpus]


def test_both_engines_give_the_same_vectors(opened: Index) -> None:
    text = passages(opened.corpus)[7].context
    expected, got = (
        encoder.encode([text])[0] for encoder in (TorchEncoder(with_adapter(find_model())), opened.encoder)
    )
    assert np.array_equal(expected.ids, got.ids)
    assert float(expected.pooled @ got.pooled) >= 0.9999
    assert float(np.einsum("td,td->t", expected.tokens, got.tokens).min()) >= 0.9999
    assert opened.encoder.count(text) == len(got.ids)


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
        assert np.allclose(opened.tokens.best_matches(encoding.tokens, np.array([number])), 1, atol=2e-3)
    stores = (opened.passage_vectors, opened.bank_vectors, opened.gap_vectors)
    assert [store.ntotal for store in stores] == [2 * count, len(opened.bank), len(opened.gaps)]
    assert sum(store.ntotal for store in stores) == len(opened.tokens.starts) - 1


def test_bank_questions_are_numbered_after_the_passages_and_gaps_after_them(opened: Index) -> None:
    for number, store, first, question in (
        (17, opened.bank_vectors, 2 * len(opened.corpus.units), opened.bank[17]),
        (5, opened.gap_vectors, 2 * len(opened.corpus.units) + len(opened.bank), opened.gaps[5]),
    ):
        (encoding,) = opened.encoder.encode([expand(question.text)])
        assert float(store.reconstruct(number) @ encoding.pooled) > 0.999
        assert np.allclose(opened.tokens.best_matches(encoding.tokens, np.array([first + number])), 1, atol=2e-3)


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


def test_the_header_lists_every_file(index_dir: Path) -> None:
    header = read_header(index_dir)
    assert sorted(header.files) == FILES
    assert header.engine == "onnx"
    assert header.model_sha256 == DEFAULT_SHA256


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["truncated", "flipped", "missing"])
def test_a_damaged_file_is_named_and_not_used(own: tuple[Path, Path], name: str, damage: str) -> None:
    folder, place = own
    path = place / read_header(place).build / name
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(data[:-1])
    else:
        path.write_bytes(data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :])
    with pytest.raises(IndexUnusable, match=name) as raised:
        open_index(folder, place, progress=False)
    assert "vlms index" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "has format 99"),
        ({"corpus": "0" * 64}, "another corpus"),
        ({"model_sha256": "0" * 64, "model": "other"}, "with the model 'other'"),
        ({"build": "../../etc"}, "damaged or foreign"),
        ({"engine": "other"}, "damaged or foreign"),
        ({"surprise": 1}, "damaged or foreign"),
    ],
)
def test_a_header_of_something_else_is_refused(own: tuple[Path, Path], change: dict[str, object], message: str) -> None:
    folder, place = own
    header = json.loads((place / HEADER).read_text(encoding="utf-8")) | change
    del header["sha256"]
    (place / HEADER).write_text(json.dumps(header | {"sha256": _header_hash(header)}), encoding="utf-8")
    with pytest.raises(IndexUnusable, match=message):
        open_index(folder, place, progress=False)


def test_an_encoder_that_this_runtime_does_not_know_is_refused(own: tuple[Path, Path]) -> None:
    folder, place = own
    header = json.loads((place / HEADER).read_text(encoding="utf-8"))
    graph = place / header["build"] / "encoder.onnx"
    graph.write_bytes(graph.read_bytes().replace(b"BiasGelu", b"NewsGelu"))
    header["files"][graph.name] = file_hash(graph)
    del header["sha256"]
    (place / HEADER).write_text(json.dumps(header | {"sha256": _header_hash(header)}), encoding="utf-8")
    with pytest.raises(IndexUnusable, match="cannot be opened by this ONNX Runtime.*vlms index"):
        open_index(folder, place, progress=False)


@pytest.mark.parametrize("change", [{"files": {}}, {"max_tokens": 2}, {"build": 5}, {"sha256": None}])
def test_an_altered_header_is_refused(own: tuple[Path, Path], change: dict[str, object]) -> None:
    folder, place = own
    header = json.loads((place / HEADER).read_text(encoding="utf-8"))
    (place / HEADER).write_text(json.dumps(header | change), encoding="utf-8")
    with pytest.raises(IndexUnusable, match="damaged or foreign"):
        open_index(folder, place, progress=False)


def test_what_else_lies_in_the_place_is_left_alone(own: tuple[Path, Path]) -> None:
    folder, place = own
    for name in ("build-release", "notes.draft"):
        (place / name).mkdir()
        (place / name / "thesis.txt").write_text("mine", encoding="utf-8")
    open_index(folder, place, rebuild=True, progress=False)
    assert (place / "build-release" / "thesis.txt").exists()
    assert (place / "notes.draft" / "thesis.txt").exists()


def test_an_index_of_own_documents_is_not_replaced_by_that_of_the_shipped_ones(own: tuple[Path, Path]) -> None:
    _, place = own
    before = read_header(place)
    with pytest.raises(IndexUnusable, match="of your own documents and is kept"):
        open_index(index_dir=place, progress=False)
    assert read_header(place) == before


def test_the_same_model_under_another_name_opens_the_same_index(own: tuple[Path, Path], tmp_path: Path) -> None:
    folder, place = own
    shutil.copytree(find_model().folder, tmp_path / "model")
    assert open_index(folder, place, tmp_path / "model", progress=False).header.model == "all-MiniLM-L6-v2"


def test_a_model_whose_export_differs_answers_through_sentence_transformers(
    small_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.export.MINIMUM_COSINE", 1.1)
    index = open_index(small_corpus, tmp_path, progress=False)
    assert index.header.engine == "torch"
    assert "answers through sentence-transformers, which is slower" in index.header.notice
    left = {path.name for path in (tmp_path / index.header.build).iterdir()}
    assert left == set(FILES) - {"encoder.onnx", "encoder.onnx.data", "tokenizer.json"}
    (encoding,) = index.encoder.encode([passages(index.corpus)[0].alone])
    assert float(index.passage_vectors.reconstruct(0) @ encoding.pooled) > 0.999


def test_both_engines_leave_out_what_the_model_does_not_know(opened: Index) -> None:
    text = "margins 👍 🙏"
    expected, got = (
        encoder.encode([text])[0] for encoder in (TorchEncoder(with_adapter(find_model())), opened.encoder)
    )
    assert np.array_equal(expected.ids, got.ids)
    assert opened.encoder.count(text) == len(got.ids)
    assert len(got.ids) == opened.encoder.count("margins")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"format": %d}' % FORMAT])
def test_a_broken_header_is_refused(own: tuple[Path, Path], content: bytes) -> None:
    folder, place = own
    (place / HEADER).write_bytes(content)
    with pytest.raises(IndexUnusable, match="damaged or foreign"):
        open_index(folder, place, progress=False)


def test_a_damaged_index_of_the_shipped_corpus_is_built_again(
    small_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A short document stands in for the shipped ones, to be quick."""
    monkeypatch.setattr("index.opening.SHIPPED", small_corpus)
    for module in ("index.opening", "index.build"):
        monkeypatch.setattr(f"{module}.is_shipped", lambda folder: folder == small_corpus)
    open_index(index_dir=tmp_path, progress=False)
    (tmp_path / read_header(tmp_path).build / "tokens.npy").write_bytes(b"")
    with caplog.at_level(logging.WARNING):
        opened = open_index(index_dir=tmp_path, progress=False)
    assert "tokens.npy' is damaged" in caplog.text
    assert len(opened.corpus) == 1
    assert len(list(tmp_path.glob("build-*"))) == 1


def test_an_absent_index_is_told_from_a_broken_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        checked_build(tmp_path, "x", find_model())


BUILD = """
import sys
from index import open_index
opened = open_index(sys.argv[1], sys.argv[2], rebuild="--rebuild" in sys.argv, progress=False)
print(len(opened.corpus.units))
"""


def build(folder: Path, place: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", BUILD, str(folder), str(place), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_builders_at_once_leave_one_sound_index(small_corpus: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    builders = [build(small_corpus, place) for _ in range(2)]
    for builder in builders:
        out, errors = builder.communicate(timeout=200)
        assert (builder.returncode, out.strip()) == (0, "2"), errors
    assert len(list(place.glob("build-*"))) == 1


def test_a_build_killed_half_way_leaves_the_old_index(own: tuple[Path, Path]) -> None:
    folder, place = own
    before = read_header(place)
    builder = build(folder, place, "--rebuild")
    deadline = time.monotonic() + 100
    while not list(place.glob("build-*.draft")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    builder.send_signal(signal.SIGKILL)
    builder.communicate()
    assert list(place.glob("*.draft"))
    assert read_header(place) == before
    assert len(open_index(folder, place, progress=False).corpus.units) == 2
    rebuilt = open_index(folder, place, rebuild=True, progress=False)
    assert rebuilt.header.build != before.build
    assert not list(place.glob("*.draft"))
    assert [path.name for path in place.glob("build-*")] == [rebuilt.header.build]


def test_the_lock_is_free_after_a_build(small_index: Path) -> None:
    with FileLock(small_index / "lock").acquire(timeout=1):
        pass


def test_a_place_that_cannot_be_written_says_so(small_corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(IndexUnusable, match="cannot be written"):
        open_index(small_corpus, tmp_path / "file", progress=False)


def test_the_place_is_the_cache_by_corpus_and_model_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VLMS_INDEX_DIR", raising=False)
    places = {default_place(name, source) for name in ("a" * 64, "b" * 64) for source in (find_model(), other_model())}
    assert len(places) == 4
    monkeypatch.setenv("VLMS_INDEX_DIR", "/somewhere")
    assert default_place("a" * 64, find_model()) == Path("/somewhere")


def other_model() -> ModelSource:
    return ModelSource("other", Path("other"), "1" * 64)


def test_a_model_that_cannot_be_used_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="holds no weights"):
        find_model(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"x")
    with pytest.raises(ModelError, match="not the expected ones"):
        weights_checked(ModelSource("m", tmp_path, DEFAULT_SHA256))


def test_another_model_than_the_index_was_built_with_is_refused(own: tuple[Path, Path], tmp_path: Path) -> None:
    folder, place = own
    copy = tmp_path / "model"
    shutil.copytree(find_model().folder, copy)
    with (copy / "model.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(IndexUnusable, match="with the model 'all-MiniLM-L6-v2'"):
        open_index(folder, place, copy, progress=False)


def test_weights_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(find_model().folder, tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match="cannot be loaded"):
        TorchEncoder(ModelSource("broken", tmp_path / "model", ""))
