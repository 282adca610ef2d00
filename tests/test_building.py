"""Building an index: beside another builder, killed half way, where nothing can be written, without an export."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from index import IndexUnusable, open_index
from index.store import read_header

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


def test_what_else_lies_in_the_place_is_left_alone(own: tuple[Path, Path]) -> None:
    folder, place = own
    for name in ("build-release", "notes.draft"):
        (place / name).mkdir()
        (place / name / "thesis.txt").write_text("mine", encoding="utf-8")
    open_index(folder, place, rebuild=True, progress=False)
    assert (place / "build-release" / "thesis.txt").exists()
    assert (place / "notes.draft" / "thesis.txt").exists()
