"""What tests share: the real index of the shipped corpus, built once, the assistant on it, and the chat with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import Chat
from serving import Recorder

from assistant import Assistant
from corpus import Corpus, load_corpus
from corpus.overview import Overview
from corpus.overview import load as load_overview

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place of an index of the shipped corpus: ``$VLMS_INDEX_DIR`` where that is set, or built for this run.

    Workers of pytest-xdist share one: the first builds it, the others wait for its lock.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    place = Path(os.environ.get("VLMS_INDEX_DIR") or shared / "index")
    Assistant(index_dir=place, progress=False)
    return place


@pytest.fixture(scope="session")
def bot(index_dir: Path) -> Assistant:
    return Assistant(index_dir=index_dir, progress=False)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load_corpus()


@pytest.fixture(scope="session")
def overview(corpus: Corpus) -> Overview:
    """The overview of the shipped corpus."""
    return load_overview(corpus)


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


@pytest.fixture
def own(small_corpus: Path, small_index: Path, tmp_path: Path) -> tuple[Path, Path]:
    """`small_corpus` and a copy of its index, to be damaged."""
    place = tmp_path / "place"
    shutil.copytree(small_index, place)
    return small_corpus, place


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; left out only where VLMS_NO_BROWSER=1 says that there is none."""
    if os.environ.get("VLMS_NO_BROWSER") == "1":
        pytest.skip("VLMS_NO_BROWSER=1: there is no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("Chromium is not installed; install it, or set VLMS_NO_BROWSER=1 to leave out these tests.")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def recorder(bot: Assistant) -> Recorder:
    """The bot that answers at `url`."""
    return Recorder(bot)


@pytest.fixture(scope="module")
def url(recorder: Recorder) -> Iterator[str]:
    """The address of the chat on the shipped corpus."""
    from assistant.web.serving import running

    with running(recorder) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Callable[..., Page]]:
    """Opens the chat, each time as another person; afterwards: nothing was fetched from elsewhere, nothing failed."""
    chat = Chat(browser, url)
    yield chat.open
    chat.close()
    chat.check(url)


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    return visit()
