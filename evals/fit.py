"""Fit the abstention model on the tuning half of the questions: ``python -m evals.fit``.

In: the signals of `assistant.abstention` for each question. Out: the intercept, weights and threshold
under ``[abstention]`` in ``assistant/weights.toml``, with the figures beside them.

First what is beside the sources altogether: a question scored under all but 5 % of the answerable
ones, or none of whose words is known. For the rest, a logistic regression of the probability that the
first quote answers; an unanswerable question counts as not answered, whatever is quoted. A signal may
only count in the direction it is meant (near misses use the sources' own words, and would turn some
round). The threshold is the highest that still answers 95 % of the answerable questions left, by
cross-validation: a refusal that is wrong costs a clinician an answer that stands there.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

import assistant.settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

ANSWERED = 0.95  # share of the other answerable tuning questions that must be answered
PENALTY = 1.0  # of the squared weights of the standardised signals
FOLDS = 10
BESIDE = 0.05  # share of answerable tuning questions whose score or match may be taken for beside the sources
SIGNALS = ("score", "margin", "unknown")
AGAINST = frozenset({"unknown"})  # the more of it, the less likely an answer
WEIGHTS = Path(assistant.settings.__file__).with_name("weights.toml")


def fit(
    index_dir: Annotated[Optional[Path], typer.Option("--index-dir", help="Where the index lies.")] = None,  # noqa: UP045
) -> None:
    """Fit the abstention model on the tuning half and write it to assistant/weights.toml."""
    import numpy as np
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    lowest, features, correct, answerable = _examples(index_dir)
    names = list(SIGNALS)
    held_out = np.zeros(len(correct))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(features, correct):
        intercept, weights = _logistic(names, features[train], correct[train])
        held_out[test] = 1 / (1 + np.exp(-(intercept + features[test] @ weights)))
    threshold = float(np.quantile(held_out[answerable], 1 - ANSWERED))
    intercept, weights = _logistic(names, features, correct)
    figures = (
        f"{len(correct)} questions not beside the sources ({int(np.sum(~answerable))} unanswerable), {FOLDS}-fold: "
        f"AUC answerable/unanswerable {roc_auc_score(answerable, held_out):.2f}, "
        f"first quote right/wrong {roc_auc_score(correct, held_out):.2f}; "
        f"answered {np.mean(held_out[answerable] >= threshold):.0%} of answerable, "
        f"{np.mean(held_out[~answerable] >= threshold):.0%} of unanswerable"
    )
    _write(intercept, threshold, lowest, dict(zip(names, weights.tolist(), strict=True)), figures)
    print(figures)


def _examples(index_dir: Path | None) -> tuple[dict[str, float], Any, Any, Any]:
    """The lowest signals of what is not beside the sources; then, for every tuning question that is not:
    its signals, whether its first quote is acceptable, and whether it has an answer."""
    import numpy as np

    from assistant.abstention import signals
    from assistant.composing import compose
    from assistant.dialogue import resolve
    from assistant.retrieval import retrieve
    from evals.passages import Passage
    from evals.questions import load_questions
    from evals.scoring import is_acceptable
    from index import open_index

    index = open_index(index_dir=index_dir)
    rows, correct, answerable = [], [], []
    for question in load_questions(index.corpus, "own", "tuning"):
        resolved = resolve(question.text, question.history)
        ranked = retrieve(index, resolved)
        rows.append(signals(index, resolved, ranked))
        units = [index.corpus.units[number] for number in compose(index, ranked)[0].units]
        spans = tuple(span for unit in units for span in unit.spans)
        correct.append(is_acceptable(Passage(units[0].doc_id, spans, ""), question.support))
        answerable.append(question.answerable)
    of_answerable = [row for row, has in zip(rows, answerable, strict=True) if has]
    lowest = {name: float(np.quantile([row[name] for row in of_answerable], BESIDE)) for name in ("score", "match")}
    lowest["known"] = 0.0
    kept = [all(row[name] > bound for name, bound in lowest.items()) for row in rows]
    features = np.array([[row[name] for name in SIGNALS] for row in rows])
    return lowest, features[kept], np.array(correct)[kept], np.array(answerable)[kept]


def _logistic(names: list[str], features: NDArray[Any], correct: NDArray[Any]) -> tuple[float, NDArray[Any]]:
    """Intercept and weights, for raw signals, of a logistic regression with signs given and an L2 penalty."""
    import numpy as np
    from scipy.optimize import minimize

    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
    standard = (features - mean) / scale

    def loss(parameters: NDArray[Any]) -> float:
        margins = np.where(correct, 1, -1) * (parameters[0] + standard @ parameters[1:])
        return float(np.logaddexp(0, -margins).sum() + PENALTY * np.square(parameters[1:]).sum())

    bounds = [(None, None)] + [(None, 0) if name in AGAINST else (0, None) for name in names]
    found = minimize(loss, np.zeros(len(names) + 1), bounds=bounds).x
    weights = found[1:] / scale
    return float(found[0] - weights @ mean), weights


def _write(
    intercept: float, threshold: float, lowest: dict[str, float], weights: dict[str, float], figures: str
) -> None:
    lines = [
        "[abstention]",
        f"# python -m evals.fit, {datetime.now(UTC):%Y-%m-%d}; {figures}",
        f"intercept = {intercept:.4f}",
        f"threshold = {threshold:.4f}",
        "",
        "[abstention.lowest]",
        *(f"{name} = {value:.4f}" for name, value in lowest.items()),
        "",
        "[abstention.weights]",
        *(f"{name} = {weight:.4f}" for name, weight in weights.items()),
    ]
    text = WEIGHTS.read_text(encoding="utf-8")
    head = re.split(r"^\[abstention\]$", text, flags=re.MULTILINE)[0]
    WEIGHTS.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(fit)
