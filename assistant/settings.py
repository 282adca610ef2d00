"""The fitted numbers of ranking and abstention, read from ``weights.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import tomli
from numpy.typing import NDArray

_FILE = Path(__file__).with_name("weights.toml")


ALIKE = ("alone", "context", "bank", "second", "words", "dense", "named", "patient")  # how like the question a unit is
PARTS = (*ALIKE, "beside")  # of a unit's score


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights of the parts of a unit's score, of the tokens a question gets beside its own, and of its readings."""

    alone: float
    context: float
    bank: float
    second: float
    words: float
    dense: float
    named: float
    patient: float
    beside: float
    history: float
    itself: float
    synonym: float

    @property
    def of_parts(self) -> NDArray[np.float32]:
        """The weights of the columns of `assistant.retrieval.Ranked.parts`."""
        return np.array([getattr(self, part) for part in PARTS], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Abstention:
    """A logistic model: ``p = right_first / (1 + exp(-(intercept + sum(weight * signal))))``.

    ``right_first`` is the share of answerable questions whose first quote is right. Below
    ``threshold``, the assistant abstains.
    """

    intercept: float
    right_first: float
    threshold: float
    weights: dict[str, float]


@cache
def ranking(with_bank: bool = True) -> Ranking:
    """The weights for a corpus with a question bank, or for one without."""
    numbers = tomli.loads(_FILE.read_text(encoding="utf-8"))["ranking"]
    return Ranking(**numbers["common"], **numbers["with_bank" if with_bank else "without_bank"])


@cache
def abstention(with_bank: bool = True) -> Abstention:
    """The model for a corpus with a question bank, or for one without."""
    numbers = tomli.loads(_FILE.read_text(encoding="utf-8"))["abstention"]
    return Abstention(**numbers["with_bank" if with_bank else "without_bank"])
