"""What tests share: the real index of the shipped corpus, built once, and the assistant on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import Assistant
from corpus import Corpus, load_corpus


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place of an index of the shipped corpus, built for this run of the tests."""
    place = tmp_path_factory.mktemp("index")
    Assistant(index_dir=place, progress=False)
    return place


@pytest.fixture(scope="session")
def bot(index_dir: Path) -> Assistant:
    return Assistant(index_dir=index_dir, progress=False)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load_corpus()


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's own folder with one short document."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "note.txt").write_text(
        "Imaging\n\nThe tumour of the vein was seen on ultrasound. It was followed for 5 years.\n", encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="session")
def small_index(small_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place of an index of `small_corpus`."""
    place = tmp_path_factory.mktemp("own-index")
    Assistant(corpus=small_corpus, index_dir=place, progress=False)
    return place
