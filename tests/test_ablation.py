"""The ablation ranks with the product's own retrieval, parts left out; fitting finds what it should."""

from __future__ import annotations

import numpy as np

from assistant.settings import ALIKE, PARTS, ranking
from evals.ablation import ablation
from evals.fit_ranking import _fitted, _place
from evals.questions import COMPUTED_KINDS, load_questions


def test_every_way_to_rank_gets_a_row_and_the_whole_beats_the_plainest(bot):
    tuning = load_questions(bot.corpus, "own", "tuning")
    questions = [each for each in tuning if each.answerable and each.kind not in COMPUTED_KINDS][:40]
    named: list[str] = []
    rows = ablation(bot.index, bot.index, questions, named.append)
    assert named == [row.name for row in rows]
    assert all(row.n == 40 and 0 <= row.hits[0] <= row.hits[1] <= row.hits[2] <= 1 for row in rows)
    assert rows[-1].name == "all, as shipped"
    assert rows[-1].hits[0] > rows[0].hits[0] + 0.2


def test_weights_of_likeness_sum_to_one():
    for with_bank in (True, False):
        assert abs(float(ranking(with_bank).of_parts[: len(ALIKE)].sum()) - 1) < 1e-3
    assert ranking(with_bank=False).bank == 0


def test_fitting_finds_the_part_that_tells_right_from_wrong():
    random = np.random.default_rng(0)
    examples = []
    for _ in range(60):
        parts = random.normal(size=(20, len(PARTS)))
        right = np.zeros(20, dtype=bool)
        right[parts[:, 2].argmax()] = True
        examples.append((parts, right))
    weights = _fitted(examples, range(len(PARTS)))
    assert weights.argmax() == 2
    assert weights[2] > 0.8
    assert all(_place(example, weights) == 1 for example in examples[:10])
