"""Which state of what gave an answer.

In: whatever answers. Out: the version of the program, the hash of the corpus, and model and adapter by name and hash
where the answers come from an index, whose header has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from corpus.models import Corpus
from index.store import Header

PACKAGE = "venous-leiomyosarcoma-assistant"
UNKNOWN = "unknown"  # run from its folder, without having been installed
SHORT = 12  # hexadecimal digits of a hash that are shown; enough to tell two states apart


class Answers(Protocol):
    """Anything that answers from a corpus; an `assistant.Assistant` has an ``index`` as well."""

    @property
    def corpus(self) -> Corpus:
        """The documents that are quoted."""


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions as they are printed; ``model`` and ``adapter`` are empty where they are not known."""

    program: str
    corpus: str
    model: str = ""
    adapter: str = ""

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Each as a label and its value."""
        known = {"Program": self.program, "Documents": self.corpus, "Model": self.model, "Adapter": self.adapter}
        return tuple((label, value) for label, value in known.items() if value)


def versions_of(bot: Answers) -> Versions:
    """The versions behind the answers of a bot."""
    program = f"{PACKAGE} {program_version()}"
    corpus = (
        f"{len(bot.corpus)} {'document' if len(bot.corpus) == 1 else 'documents'}, sha256 {corpus_version(bot.corpus)}"
    )
    header = header_of(bot)
    if header is None:
        return Versions(program, corpus)
    adapter = f"sha256 {header.adapter_sha256[:SHORT]}" if header.adapter_sha256 else "none"
    return Versions(program, corpus, f"{header.model}, sha256 {header.model_sha256[:SHORT]}", adapter)


def program_version() -> str:
    """The version of the program, or `UNKNOWN`."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return UNKNOWN


def header_of(bot: Answers) -> Header | None:
    """What the index of a bot says of itself; a bot of another kind has none."""
    header = getattr(getattr(bot, "index", None), "header", None)
    return header if isinstance(header, Header) else None


def corpus_version(corpus: Corpus) -> str:
    """The first digits of the hash of a corpus."""
    return corpus.hash[:SHORT]
