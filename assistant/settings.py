"""The fitted numbers of ranking and abstention, read from ``weights.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("weights.toml")


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights of the parts of a passage's score, of the words a question gets beside its own, and of candidates."""

    alone: float
    context: float
    history: float
    synonym: float
    words: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """A logistic model: ``p = 1 / (1 + exp(-(intercept + sum(weight * feature))))``; below ``threshold``, abstain.

    A question with a signal at or under its ``lowest`` is beside the sources: p is 0.
    """

    intercept: float
    threshold: float
    lowest: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)


@cache
def ranking() -> Ranking:
    return Ranking(**tomllib.loads(_FILE.read_text(encoding="utf-8"))["ranking"])


@cache
def abstention() -> Abstention:
    return Abstention(**tomllib.loads(_FILE.read_text(encoding="utf-8"))["abstention"])
