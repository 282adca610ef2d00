"""The model of an index: one that cannot be used says why, and another one is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index import IndexUnusable, ModelError, find_model, open_index
from index.encoder import TorchEncoder
from index.model import DEFAULT_SHA256, ModelSource, weights_checked
from index.store import default_place


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


def test_the_same_model_under_another_name_opens_the_same_index(own: tuple[Path, Path], tmp_path: Path) -> None:
    folder, place = own
    shutil.copytree(find_model().folder, tmp_path / "model")
    assert open_index(folder, place, tmp_path / "model", progress=False).header.model == "all-MiniLM-L6-v2"


def test_the_place_is_the_cache_by_corpus_and_model_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VLMS_INDEX_DIR", raising=False)
    places = {default_place(name, source) for name in ("a" * 64, "b" * 64) for source in (find_model(), other_model())}
    assert len(places) == 4
    monkeypatch.setenv("VLMS_INDEX_DIR", "/somewhere")
    assert default_place("a" * 64, find_model()) == Path("/somewhere")
