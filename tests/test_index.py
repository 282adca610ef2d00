"""The index: what is written is what is read, and what is not sound is never used."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from corpus import Corpus
from index import Index, IndexMissing, IndexUnusable, find_model, open_index
from index.model import DEFAULT_SHA256
from index.passages import passages
from index.store import FORMAT, HEADER, _header_hash, checked_build, file_hash, read_header

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


def rewrite_header(place: Path, change: Mapping[str, object]) -> None:
    """As a program would have written it: with the hash that it should have."""
    header = json.loads((place / HEADER).read_text(encoding="utf-8")) | change
    del header["sha256"]
    (place / HEADER).write_text(json.dumps(header | {"sha256": _header_hash(header)}), encoding="utf-8")


def write_unknown_encoder(place: Path) -> None:
    """Make the encoder one of another ONNX Runtime, the files as sound as before."""
    header = read_header(place)
    graph = place / header.build / "encoder.onnx"
    graph.write_bytes(graph.read_bytes().replace(b"BiasGelu", b"NewsGelu"))
    rewrite_header(place, {"files": {**header.files, graph.name: file_hash(graph)}})


def empty_the_tokens(place: Path) -> None:
    (place / read_header(place).build / "tokens.npy").write_bytes(b"")


def test_the_opened_corpus_is_the_read_corpus(opened: Index, corpus: Corpus) -> None:
    assert opened.corpus.units == corpus.units
    assert opened.corpus.hash == corpus.hash
    assert [document.chunks for document in opened.corpus] == [document.chunks for document in corpus]


def test_the_header_lists_every_file(index_dir: Path) -> None:
    header = read_header(index_dir)
    assert sorted(header.files) == FILES
    assert header.engine == "onnx"
    assert header.model_sha256 == DEFAULT_SHA256


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
    rewrite_header(place, change)
    with pytest.raises(IndexUnusable, match=message):
        open_index(folder, place, progress=False)


def test_an_encoder_that_this_runtime_does_not_know_is_refused(own: tuple[Path, Path]) -> None:
    folder, place = own
    write_unknown_encoder(place)
    with pytest.raises(IndexUnusable, match="cannot be opened by this ONNX Runtime.*vlms index"):
        open_index(folder, place, progress=False)


@pytest.mark.parametrize("change", [{"files": {}}, {"max_tokens": 2}, {"build": 5}, {"sha256": None}])
def test_an_altered_header_is_refused(own: tuple[Path, Path], change: dict[str, object]) -> None:
    folder, place = own
    header = json.loads((place / HEADER).read_text(encoding="utf-8"))
    (place / HEADER).write_text(json.dumps(header | change), encoding="utf-8")
    with pytest.raises(IndexUnusable, match="damaged or foreign"):
        open_index(folder, place, progress=False)


def test_an_index_of_own_documents_is_not_replaced_by_that_of_the_shipped_ones(own: tuple[Path, Path]) -> None:
    _, place = own
    before = read_header(place)
    with pytest.raises(IndexUnusable, match="of your own documents and is kept"):
        open_index(index_dir=place, progress=False)
    assert read_header(place) == before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"format": %d}' % FORMAT])
def test_a_broken_header_is_refused(own: tuple[Path, Path], content: bytes) -> None:
    folder, place = own
    (place / HEADER).write_bytes(content)
    with pytest.raises(IndexUnusable, match="damaged or foreign"):
        open_index(folder, place, progress=False)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [(empty_the_tokens, "tokens.npy' is damaged"), (write_unknown_encoder, "cannot be opened by this ONNX Runtime")],
)
def test_an_unusable_index_of_the_shipped_corpus_is_built_again(
    small_corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[Path], None],
    told: str,
) -> None:
    """A short document stands in for the shipped ones, to be quick."""
    monkeypatch.setattr("index.opening.SHIPPED", small_corpus)
    for module in ("index.opening", "index.build"):
        monkeypatch.setattr(f"{module}.is_shipped", lambda folder: folder == small_corpus)
    open_index(index_dir=tmp_path, progress=False)
    spoil(tmp_path)
    with caplog.at_level(logging.WARNING):
        opened = open_index(index_dir=tmp_path, progress=False)
    assert told in caplog.text
    assert len(opened.corpus) == 1
    assert len(list(tmp_path.glob("build-*"))) == 1


def test_an_absent_index_is_told_from_a_broken_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        checked_build(tmp_path, "x", find_model())
