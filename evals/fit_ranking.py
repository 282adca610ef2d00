"""Fit the weights of the parts of a unit's score: late interaction alone, in context and with the bank, BM25, cosine.

In: an index and answerable questions. Out: weights, and how well they rank; those of likeness sum to 1. For each
question the candidates' scores make a distribution (softmax); the likelihood of the acceptable units
together is maximised (ListNet with several relevant items: Cao et al., ICML 2007), with weights not
below zero and a small penalty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval import retrieve
from assistant.settings import ALIKE, PARTS, Ranking, ranking
from assistant.understanding import understand
from evals.passages import Passage
from evals.questions import Question
from evals.scoring import is_acceptable

if TYPE_CHECKING:
    from index import Index

OF_PASSAGES = ("alone", "context", "words", "patient", "beside")  # what a corpus without bank and manifest has
PENALTY = 1e-4
_HARDLY = 1e-6  # a part without weight is not worked out

Matrix = NDArray[np.float64]


def fit_ranking(index: Index, questions: Sequence[Question], with_bank: bool) -> tuple[Ranking, str]:
    """The fitted weights, and a line of figures: hit@1 and @5 among units, by 5-fold cross-validation."""
    start = ranking(with_bank)
    asked = [question for question in questions if question.answerable]
    used = [name for name in PARTS if with_bank or name in OF_PASSAGES]
    every = replace(start, **{name: getattr(start, name) or _HARDLY for name in used})
    examples = [_example(index, question, every) for question in asked]
    columns = [PARTS.index(name) for name in used]
    places = np.zeros(len(examples))
    for fold in range(5):
        train = [example for number, example in enumerate(examples) if number % 5 != fold]
        weights = _fitted(train, columns)
        for number in range(fold, len(examples), 5):
            places[number] = _place(examples[number], weights)
    weights = _fitted(examples, columns)
    figures = (
        f"{len(examples)} questions, 5-fold: unit right at 1 {np.mean(places == 1):.2f}, "
        f"within 5 {np.mean((places >= 1) & (places <= 5)):.2f}"
    )
    return replace(start, **dict(zip(PARTS, weights.tolist(), strict=True))), figures


def _example(index: Index, question: Question, weights: Ranking) -> tuple[Matrix, NDArray[np.bool_]]:
    """The parts of all candidates, shape (c, 9), and which of them are acceptable, shape (c,)."""
    resolved, _ = understand(index, question.text, question.history)
    ranked = retrieve(index, resolved, weights)
    units = [index.corpus.units[number] for number in ranked.units]
    right = [is_acceptable(Passage(unit.doc_id, unit.spans, ""), question.support) for unit in units]
    return ranked.parts.astype(float), np.array(right)


def _fitted(examples: Sequence[tuple[Matrix, NDArray[np.bool_]]], columns: Sequence[int]) -> Matrix:
    from scipy.optimize import minimize

    usable = [(parts[:, columns], right) for parts, right in examples if right.any()]
    scale = np.concatenate([parts for parts, _ in usable]).std(axis=0)

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, gradient = 0.0, np.zeros(len(columns))
        for parts, right in usable:
            scaled = parts / scale
            scores = scaled @ weights
            likely = np.exp(scores - scores.max())
            likely /= likely.sum()
            share = likely[right].sum()
            total -= np.log(share)
            gradient -= (np.where(right, likely / share, 0.0) - likely) @ scaled
        return float(total / len(usable) + PENALTY * weights @ weights), gradient / len(usable) + 2 * PENALTY * weights

    found = minimize(loss, np.ones(len(columns)), jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(columns)).x
    fitted = np.zeros(len(PARTS))
    fitted[list(columns)] = found / scale
    normal: Matrix = (
        fitted / fitted[: len(ALIKE)].sum()
    )  # margins between scores mean the same with and without history
    return normal


def _place(example: tuple[Matrix, NDArray[np.bool_]], weights: Matrix) -> int:
    """The place, from 1, of the first acceptable unit; 0 where none is a candidate."""
    parts, right = example
    ordered = right[np.argsort(-(parts @ weights), kind="stable")]
    return int(ordered.argmax()) + 1 if ordered.any() else 0
