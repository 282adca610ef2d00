"""The index on disk: where it lies, what its header says, and what is checked before it is used.

A place holds ``header.json`` and the folder of one build that it names. A build is written beside and
becomes current when the header is replaced, which is atomic: whoever is interrupted leaves the old one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xxhash import xxh3_128

from index.model import ModelSource

FORMAT = 6
HEADER = "header.json"
ENVIRONMENT = "VLMS_INDEX_DIR"
_BUILD = re.compile(r"build-[0-9a-f]{12}")  # nothing else in the place is ever touched
_DRAFT = re.compile(r"build-[0-9a-f]{12}\.draft")
_ENGINES = ("onnx", "torch")


class IndexUnusable(ValueError):
    """An index that must not be used; the message is one sentence that says why."""


class IndexMissing(IndexUnusable):
    """There is no index at the place."""


@dataclass(frozen=True, slots=True)
class Header:
    """What an index was built from, and the XXH3 hash of each of its files.

    ``engine`` is "onnx", or "torch" for a model that has no export; ``notice`` then says why.
    ``shipped``: it is of the corpus that comes with the program, and can be replaced without loss.
    """

    format: int
    corpus: str
    shipped: bool
    model: str
    model_sha256: str
    adapter_sha256: str
    engine: str
    notice: str
    max_tokens: int
    build: str
    files: Mapping[str, str]


def default_place(corpus_hash: str, source: ModelSource) -> Path:
    """Where an index lies unless told otherwise: ``$VLMS_INDEX_DIR``, or the user's cache, by corpus and model."""
    if chosen := os.environ.get(ENVIRONMENT):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("venous-leiomyosarcoma", appauthor=False) / "-".join(
        part[:12] for part in (corpus_hash, source.sha256, source.adapter_sha256) if part
    )


def read_header(place: Path) -> Header:
    """The header of the index at ``place``.

    Raises:
        IndexMissing: there is none.
        IndexUnusable: it is not a header of this format.
    """
    path = place / HEADER
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version = data["format"]
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing(f"There is no index in '{place}'.") from None
    except OSError as error:
        raise IndexUnusable(f"The index header '{path}' cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise IndexUnusable(f"The index header '{path}' is damaged or foreign.") from error
    if version != FORMAT:
        raise IndexUnusable(f"The index in '{place}' has format {version}; this version reads format {FORMAT}.")
    if data.pop("sha256", None) != _header_hash(data) or set(data) != set(Header.__dataclass_fields__):
        raise IndexUnusable(f"The index header '{path}' is damaged or foreign.")
    return Header(**data)


def _header_hash(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def checked_build(place: Path, corpus_hash: str, source: ModelSource) -> tuple[Header, Path]:
    """The header and the build folder at ``place``, after everything about them was checked.

    Raises:
        IndexMissing: there is no index.
        IndexUnusable: it belongs to another corpus or model, or a file is missing, altered or truncated.
    """
    header = read_header(place)
    if header.corpus != corpus_hash:
        raise IndexUnusable(f"The index in '{place}' was built from another corpus or another state of it.")
    if header.model_sha256 != source.sha256:
        raise IndexUnusable(
            f"The index in '{place}' was built with the model '{header.model}' ({header.model_sha256[:12]}...), "
            f"not with '{source.name}' ({source.sha256[:12]}...)."
        )
    if header.adapter_sha256 != source.adapter_sha256:
        raise IndexUnusable(
            f"The index in '{place}' was built with the adapter '{header.adapter_sha256[:12] or 'none'}', "
            f"not with '{source.adapter_sha256[:12] or 'none'}'."
        )
    if not _BUILD.fullmatch(header.build) or header.engine not in _ENGINES:
        raise IndexUnusable(f"The index header '{place / HEADER}' is damaged or foreign.")
    folder = place / header.build
    for name in header.files:
        if not (folder / name).is_file():
            raise IndexUnusable(f"The index in '{place}' lacks its file '{name}'.")
    with ThreadPoolExecutor() as pool:  # hashing lets other threads run
        digests = pool.map(lambda name: file_hash(folder / name), header.files)
        for (name, digest), found in zip(header.files.items(), digests, strict=True):
            if found != digest:
                raise IndexUnusable(f"The index file '{folder / name}' is damaged: it is not the one that was written.")
    return header, folder


def file_hash(path: Path) -> str:
    """The 128-bit XXH3 hash of a file: it tells damage, which is all that it is for, in a tenth of SHA-256's time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, xxh3_128).hexdigest()


def publish(place: Path, folder: Path, header: Header) -> None:
    """Make a finished build the current one, then remove builds that nothing refers to any more."""
    final = place / header.build
    os.replace(folder, final)
    draft = place / f"{HEADER}.new"
    data = asdict(header)
    draft.write_text(json.dumps(data | {"sha256": _header_hash(data)}, indent=1), encoding="utf-8")
    os.replace(draft, place / HEADER)
    _remove(other for other in place.iterdir() if _BUILD.fullmatch(other.name) and other != final)


def remove_drafts(place: Path) -> None:
    """Remove what a builder that was killed left; the caller holds the lock, so nobody is at work on them."""
    _remove(draft for draft in place.iterdir() if _DRAFT.fullmatch(draft.name))


def _remove(folders: Iterable[Path]) -> None:
    for folder in list(folders):
        shutil.rmtree(folder, ignore_errors=True)


def new_build_name() -> str:
    """A folder name no other build has."""
    return f"build-{os.urandom(6).hex()}"
