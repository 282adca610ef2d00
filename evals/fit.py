"""Fit everything that is fitted: ``python -m evals.fit`` writes ``assistant/weights.toml``.

In: the tuning half of the eval questions, and the questions in ``evals/fitting``, which nothing else
uses. Out: the weights of ranking (see `evals.fit_ranking`) and of abstention, each for a corpus with a
question bank and for one without, with the figures beside them.

Abstention: a logistic regression of whether a question has an answer on the signals of
`assistant.abstention`, as if three questions in four had one. A signal may only count in the direction
it is meant. The confidence is that probability times the share of answerable questions whose first
quote is right. The threshold is the highest that still answers 97.25 % of these answerable questions, by
cross-validation: a refusal that is wrong costs a clinician an answer that stands there. Of four sets of
new questions 98 % were answered, of the two last 96 %: the bank grew where the fitting questions were refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

import assistant.settings
from assistant.settings import PARTS
from evals.ablation import first_right
from evals.fit_ranking import fit_ranking
from evals.questions import COMPUTED_KINDS, Question, load_questions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.settings import Ranking
    from index import Index

FITTING = Path(__file__).parent / "fitting"
WEIGHTS = Path(assistant.settings.__file__).with_name("weights.toml")
ANSWERED = 0.9725  # share of the answerable questions that must be answered
HAVE_AN_ANSWER = 0.75  # share of the questions that readers ask
PENALTY = 1.0  # of the squared weights of the standardised signals
FOLDS = 10
SIGNALS = ("match", "covered", "known", "unknown", "personal", "lacking", "elsewhere")
BANK_SIGNALS = ("asked_or_gap", "gap_alone", "gap_beside")
# The more of these, the less likely an answer.
AGAINST = frozenset({"unknown", "personal", "lacking", "elsewhere", "gap_alone", "gap_beside"})
_HEAD = """\
# How units are ranked and when the assistant abstains. Fitted by python -m evals.fit, {date}, on the tuning
# half of evals/questions and on evals/fitting; [ranking.common] was chosen by hand on the same,
# at first with the sample questions in sight.

[ranking.common]
history = {history}  # weight of a token of the earlier question that a follow-up leans on
itself = {itself}  # share of what it is like when it is read without that question
synonym = {synonym}  # weight of the sources' words that the lexicon adds
"""


def fit(
    index_dir: Annotated[Optional[Path], typer.Option("--index-dir", help="Where the index lies.")] = None,  # noqa: UP045
) -> None:
    """Fit ranking and abstention and write them to assistant/weights.toml."""
    from assistant.cases.reading import read_question
    from assistant.settings import ranking
    from index import open_index

    index = open_index(index_dir=index_dir)
    questions = [
        question
        for question in (*load_questions(index.corpus, "own", "tuning"), *load_questions(index.corpus, folder=FITTING))
        if not read_question(question.text)  # rows answer these
    ]
    on_passages = [question for question in questions if question.kind not in COMPUTED_KINDS]
    common = asdict(ranking())
    text = _HEAD.format(date=f"{datetime.now(UTC):%Y-%m-%d}", **common)
    weights: dict[bool, Ranking] = {}
    for with_bank, name in ((True, "with_bank"), (False, "without_bank")):
        weights[with_bank], figures = fit_ranking(index, on_passages, with_bank)
        print(f"ranking {name}: {figures}")
        text += f"\n[ranking.{name}]\n# {figures}\n"
        text += "".join(f"{part} = {getattr(weights[with_bank], part):.4f}\n" for part in PARTS)
    for with_bank, name in ((True, "with_bank"), (False, "without_bank")):
        names = (*SIGNALS, *BANK_SIGNALS) if with_bank else SIGNALS
        fitted, figures = _fit_abstention(index, questions, weights[with_bank], names)
        print(f"abstention {name}: {figures}")
        text += f"\n[abstention.{name}]\n# {figures}\n{fitted}"
    WEIGHTS.write_text(text, encoding="utf-8")


def _fit_abstention(
    index: Index, questions: Sequence[Question], weights: Ranking, names: Sequence[str]
) -> tuple[str, str]:
    """The model as TOML, and a line of figures from cross-validation."""
    import numpy as np
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    features = np.array([[row[name] for name in names] for row in _signals(index, questions, weights)])
    answerable = np.array([question.answerable for question in questions])
    near = answerable | np.array([question.sub == "near" for question in questions])
    held_out = np.zeros(len(questions))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(features, answerable):
        intercept, fitted = _logistic(names, features[train], answerable[train])
        held_out[test] = 1 / (1 + np.exp(-(intercept + features[test] @ fitted)))
    threshold = float(np.quantile(held_out[answerable], 1 - ANSWERED))
    places = [first_right(index, question, weights) for question in questions if question.answerable]
    right_first = float(np.mean([place == 1 for place in places]))
    intercept, fitted = _logistic(names, features, answerable)
    figures = (
        f"{int(answerable.sum())} answerable and {int((~answerable).sum())} unanswerable questions, {FOLDS}-fold: "
        f"AUC {roc_auc_score(answerable, held_out):.3f}, "
        f"near misses {roc_auc_score(answerable[near], held_out[near]):.3f}; "
        f"answered {np.mean(held_out[answerable] >= threshold):.0%} of answerable, "
        f"{np.mean(held_out[~answerable] >= threshold):.0%} of unanswerable"
    )
    lines = [
        f"intercept = {intercept:.4f}",
        f"right_first = {right_first:.4f}",
        f"threshold = {threshold * right_first:.4f}",
    ]
    lines += [f"weights.{name} = {weight:.4f}" for name, weight in zip(names, fitted.tolist(), strict=True)]
    return "\n".join(lines) + "\n", figures


def _signals(index: Index, questions: Sequence[Question], weights: Ranking) -> list[dict[str, float]]:
    from assistant.abstention import signals
    from assistant.retrieval import retrieve
    from assistant.understanding import understand

    rows = []
    for question in questions:
        resolved, _ = understand(index, question.text, question.history)
        rows.append(signals(index, resolved, retrieve(index, resolved, weights)))
    return rows


def _logistic(names: Sequence[str], features: NDArray[Any], right: NDArray[Any]) -> tuple[float, NDArray[Any]]:
    """Intercept and weights, for raw signals, of a logistic regression with signs given and an L2 penalty."""
    import numpy as np
    from scipy.optimize import minimize

    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
    standard = (features - mean) / scale
    share = np.where(right, HAVE_AN_ANSWER / right.mean(), (1 - HAVE_AN_ANSWER) / (1 - right.mean()))

    def loss(parameters: NDArray[Any]) -> float:
        margins = np.where(right, 1, -1) * (parameters[0] + standard @ parameters[1:])
        return float((share * np.logaddexp(0, -margins)).sum() + PENALTY * np.square(parameters[1:]).sum())

    bounds = [(None, None)] + [(None, 0) if name in AGAINST else (0, None) for name in names]
    found = minimize(loss, np.zeros(len(names) + 1), bounds=bounds).x
    weights = found[1:] / scale
    return float(found[0] - weights @ mean), weights


if __name__ == "__main__":
    typer.run(fit)
