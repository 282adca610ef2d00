"""Statistics of small samples, with their intervals, from scipy.

scipy is imported where it is needed, since most questions need none of it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

Sample = tuple[Sequence[float], Sequence[bool]]  # months of follow-up, and whether they ended in death


@dataclass(frozen=True, slots=True)
class Summary:
    """Of n numbers: mean, sample standard deviation (nan for n = 1), median, range, sum, 95 % interval of the mean."""

    n: int
    mean: float
    sd: float
    median: float
    min: float
    max: float
    sum: float
    mean_interval: tuple[float, float] | None


class Survival(NamedTuple):
    """A Kaplan-Meier curve: at each time (months), the share alive (0..1), its 95 % interval, and how many at risk."""

    times: tuple[float, ...]
    alive: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    at_risk: tuple[int, ...]
    censored: tuple[float, ...]


def summarise(numbers: Sequence[float]) -> Summary:
    """Describe numbers; the interval of the mean is Student's t.

    Raises:
        ValueError: there are no numbers.
    """
    import statistics as plain

    if not numbers:
        raise ValueError("There are no numbers to describe.")
    n, mean = len(numbers), plain.fmean(numbers)
    sd = plain.stdev(numbers) if n > 1 else math.nan
    interval = None
    if n > 1 and sd > 0:
        from scipy import stats

        low, high = stats.t.interval(0.95, n - 1, loc=mean, scale=sd / math.sqrt(n))
        interval = (float(low), float(high))
    return Summary(n, mean, sd, plain.median(numbers), min(numbers), max(numbers), sum(numbers), interval)


def share(count: int, n: int) -> tuple[float, tuple[float, float]] | None:
    """``count`` of ``n`` in percent, with Wilson's score interval; None for n = 0."""
    if n == 0:
        return None
    from scipy import stats

    interval = stats.binomtest(count, n).proportion_ci(method="wilson")
    return 100 * count / n, (100 * float(interval.low), 100 * float(interval.high))


def kaplan_meier(times: Sequence[float], died: Sequence[bool]) -> Survival:
    """The Kaplan-Meier estimate with Greenwood's interval on the log-log scale (scipy.stats.ecdf).

    Args:
        times: months of follow-up, one a patient.
        died: whether it ended in death; otherwise the patient is censored then.

    Raises:
        ValueError: there are no patients.
    """
    import numpy as np
    from scipy import stats

    if not times:
        raise ValueError("There is nobody to follow.")
    ended = [time for time, dead in zip(times, died, strict=True) if dead]
    censored = [time for time, dead in zip(times, died, strict=True) if not dead]
    estimate = stats.ecdf(stats.CensoredData(uncensored=ended, right=censored)).sf
    with warnings.catch_warnings():  # before the first death and after the last the interval is not defined
        warnings.simplefilter("ignore", RuntimeWarning)
        interval = estimate.confidence_interval(method="log-log")
    alive = estimate.probabilities
    low = np.where(np.isnan(interval.low.probabilities), alive, interval.low.probabilities)
    high = np.where(np.isnan(interval.high.probabilities), alive, interval.high.probabilities)
    at_risk = [sum(time >= each for time in times) for each in estimate.quantiles]
    return Survival(
        tuple(float(each) for each in estimate.quantiles),
        tuple(float(each) for each in alive),
        tuple(float(each) for each in low),
        tuple(float(each) for each in high),
        tuple(at_risk),
        tuple(sorted(censored)),
    )


def survival_at(
    times: Sequence[float], died: Sequence[bool], months: float
) -> tuple[float, tuple[float, float] | None]:
    """Kaplan-Meier survival at a time, in percent, with its 95 % interval.

    Before the first death and after the last of all the interval is not defined, and None.
    """
    curve = kaplan_meier(times, died)
    before = [place for place, time in enumerate(curve.times) if time <= months]
    if not before:
        return 100.0, None
    last = before[-1]
    low, high = 100 * curve.low[last], 100 * curve.high[last]
    return 100 * curve.alive[last], (low, high) if low < high else None


def log_rank(one: Sample, two: Sample) -> float | None:
    """The p-value of the log-rank test; None where a group is empty or nobody died."""
    from scipy import stats

    if not one[0] or not two[0] or not any((*one[1], *two[1])):
        return None
    samples = [
        stats.CensoredData(
            uncensored=[time for time, dead in zip(times, died, strict=True) if dead],
            right=[time for time, dead in zip(times, died, strict=True) if not dead],
        )
        for times, died in (one, two)
    ]
    return _finite(stats.logrank(*samples).pvalue)


def mann_whitney(one: Sequence[float], two: Sequence[float]) -> float | None:
    """The p-value of the Mann-Whitney test; None where a group is empty."""
    if not one or not two:
        return None
    from scipy import stats

    return _finite(stats.mannwhitneyu(one, two).pvalue)


def fisher(one: tuple[int, int], two: tuple[int, int]) -> float | None:
    """The p-value of Fisher's exact test of two shares, each (count, n); None where a group is empty."""
    if not one[1] or not two[1]:
        return None
    from scipy import stats

    return _finite(stats.fisher_exact([[count, n - count] for count, n in (one, two)])[1])


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
