"""From records to figures: one number each, with its 95 % bootstrap interval and the n it rests on.

In: records of one system. Out: `Figure`s by name, over all records or per kind of question. A figure
without any case (no question compares, nothing was quoted) has no value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.questions import ROW_KINDS
from evals.scoring import Record

RESAMPLES = 2000
SEED = 20100803
LEVEL = 0.95

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its value, its interval (None where there is none), and how many cases it rests on."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Measure:
    """How a figure is made: the values that one record gives, and what is taken over all of them.

    ``higher_is_better`` is None for figures that are neither good nor bad by themselves.
    """

    name: str
    title: str
    values: Callable[[Record], Iterable[float]]
    statistic: Callable[..., Any] = np.mean
    higher_is_better: bool | None = True
    digits: int = 3


def _maybe(value: float | None) -> tuple[float, ...]:
    return () if value is None else (float(value),)


def _hit(k: int) -> Callable[[Record], Iterable[float]]:
    return lambda record: (float(record.hit(k)),) if record.answerable else ()


def _right_first_and_answered(record: Record) -> Iterable[float]:
    return (float(record.answered and record.hit(1)),) if record.answerable else ()


def _reciprocal_rank(record: Record) -> Iterable[float]:
    return () if record.rank is None else (1 / record.rank if record.rank else 0.0,)


MEASURES = (
    Measure("hit@1", "hit@1", _hit(1)),
    Measure("hit@3", "hit@3", _hit(3)),
    Measure("hit@5", "hit@5", _hit(5)),
    Measure("mrr", "mean reciprocal rank", _reciprocal_rank),
    Measure("facts@3", "key facts within the first 3 quotes", lambda r: _maybe(r.facts_found)),
    Measure("documents", "all needed documents quoted", lambda r: _maybe(r.docs_found)),
    Measure("verbatim", "quotes verbatim", lambda r: map(float, r.verbatim)),
    Measure("words", "words in the first quote", lambda r: _maybe(r.words_first), np.mean, None, 1),
    Measure("within_50_words", "right passage in the first 50 words", lambda r: _maybe(r.within_first_words)),
    Measure("answered", "answered (of answerable)", lambda r: (float(r.answered),) if r.answerable else ()),
    Measure("right_and_answered", "answered, right first (answerable)", _right_first_and_answered),
    Measure(
        "wrongly_answered",
        "answered (of unanswerable)",
        lambda r: () if r.answerable else (float(r.answered),),
        higher_is_better=False,
    ),
    Measure("value", "value and rows right (row questions)", lambda r: _maybe(r.value_right)),
    Measure("value_first", "value shown first is right (where one is)", lambda r: _maybe(r.value_first_right)),
    Measure("verdict", "verdict shown (checks of a claim)", lambda r: _maybe(r.verdict_right)),
    Measure(
        "number_unasked",
        "computed a number (of unanswerable)",
        lambda r: () if r.answerable else (float(r.computed),),
        higher_is_better=False,
    ),
    Measure("ms", "ms per question (median)", lambda r: (r.ms,), np.median, False, 1),
)
AUC, AUC_NEAR, ECE = "auc", "auc_near", "ece"
PROSE = "answered by prose, all kinds"
TITLES = {
    **{measure.name: measure.title for measure in MEASURES},
    AUC: "AUC of the confidence",
    AUC_NEAR: "AUC, near misses only",
    ECE: "expected calibration error",
}
HIGHER_IS_BETTER = {measure.name: measure.higher_is_better for measure in MEASURES} | {
    AUC: True,
    AUC_NEAR: True,
    ECE: False,
}
DIGITS = {measure.name: measure.digits for measure in MEASURES} | {AUC: 3, AUC_NEAR: 3, ECE: 3}


def summarise(records: Sequence[Record], intervals: bool = True) -> dict[str, Figure]:
    """All figures over the records; without intervals it is fast enough to be called per kind."""
    figures = {
        measure.name: _figure([value for record in records for value in measure.values(record)], measure, intervals)
        for measure in MEASURES
    }
    ms = figures.pop("ms")
    near = [record for record in records if record.answerable or record.sub == "near"]
    # BM25's scores are no probabilities: how well they are calibrated has no meaning.
    probabilities = bool(records) and all(0 <= record.confidence <= 1 for record in records)
    calibration = Figure(calibration_error(records) if probabilities else None, None, None, len(records))
    return figures | {
        AUC: _auc_figure(records, intervals),
        AUC_NEAR: _auc_figure(near, intervals),
        ECE: calibration,
        "ms": ms,
    }


def per_kind(records: Sequence[Record]) -> dict[str, dict[str, Figure]]:
    """Figures by kind of question (see `kinds_of`)."""
    kinds: dict[str, list[Record]] = {}
    for record in records:
        for kind in kinds_of(record):
            kinds.setdefault(kind, []).append(record)
    return {kind: summarise(kinds[kind], intervals=False) for kind in sorted(kinds)}


def kinds_of(record: Record) -> tuple[str, ...]:
    """The kinds a record counts for: its own, how far beside the point it is, and whether prose answers it."""
    if record.sub:
        return record.kind, f"{record.kind}: {record.sub}"
    return (record.kind,) if record.kind in ROW_KINDS or not record.answerable else (record.kind, PROSE)


def auc(positive: Values, negative: Values) -> float:
    """The share of pairs in which the positive one is greater, ties counting half (area under the ROC curve)."""
    difference = np.subtract.outer(np.asarray(positive, float), np.asarray(negative, float))
    return float(np.mean((np.sign(difference) + 1) / 2))


def calibration_bins(records: Iterable[Record], bins: int = 10) -> list[tuple[float, float, int]]:
    """For each filled bin of confidence: mean confidence, share whose first quote was right, n.

    An unanswerable question counts as never right.
    """
    cells: dict[int, list[tuple[float, float]]] = {}
    for record in records:
        cell = min(bins - 1, int(record.confidence * bins))
        cells.setdefault(cell, []).append((record.confidence, float(record.hit(1))))
    return [
        (math.fsum(c for c, _ in cell) / len(cell), math.fsum(right for _, right in cell) / len(cell), len(cell))
        for _, cell in sorted(cells.items())
    ]


def calibration_error(records: Iterable[Record], bins: int = 10) -> float:
    """Expected calibration error: |confidence - share right|, averaged over the bins by their n."""
    cells = calibration_bins(records, bins)
    return math.fsum(abs(sure - right) * n for sure, right, n in cells) / sum(n for _, _, n in cells)


def _figure(values: Sequence[float], measure: Measure, intervals: bool) -> Figure:
    if not values:
        return Figure(None, None, None, 0)
    value = float(measure.statistic(values))
    if not intervals:
        return Figure(value, None, None, len(values))
    return Figure(value, *_interval((np.asarray(values, float),), measure.statistic, vectorized=True), len(values))


def _auc_figure(records: Sequence[Record], intervals: bool) -> Figure:
    positive = np.array([record.confidence for record in records if record.answerable])
    negative = np.array([record.confidence for record in records if not record.answerable])
    if not (len(positive) and len(negative)):
        return Figure(None, None, None, 0)
    low, high = _interval((positive, negative), auc, vectorized=False) if intervals else (None, None)
    return Figure(auc(positive, negative), low, high, len(positive) + len(negative))


def _interval(
    samples: tuple[Values, ...], statistic: Callable[..., Any], *, vectorized: bool
) -> tuple[float | None, float | None]:
    """Percentile bootstrap interval, always the same for the same data; none for a single case."""
    if min(len(sample) for sample in samples) < 2:
        return None, None
    from scipy.stats import bootstrap

    result = bootstrap(
        samples,
        statistic,
        n_resamples=RESAMPLES,
        confidence_level=LEVEL,
        method="percentile",
        vectorized=vectorized,
        rng=np.random.default_rng(SEED),
    )
    interval = result.confidence_interval
    return float(interval.low), float(interval.high)
