"""Word search: the scores are those of bm25s, and stop words those that it leaves out."""

import bm25s
import numpy as np
import pytest
from bm25s.stopwords import STOPWORDS_EN

from index.words import _STOP_WORDS, WordIndex, stems

TEXTS = (
    "The tumour of the saphenous vein was resected with a margin of the vein.",
    "Radiotherapy followed the resection of two tumours.",
    "A vein is not an artery.",
)
QUESTIONS = (
    "Which veins were resected?",
    "vein vein margin",
    "tumour resection radiotherapy artery",
    "the of and",
    "",
    "zzz",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_those_of_bm25s_before_and_after_saving(tmp_path, question):
    bm25 = bm25s.BM25()
    bm25.index([stems(text) for text in TEXTS], show_progress=False)
    known = [stem for stem in stems(question) if stem in bm25.vocab_dict]
    expected = bm25.get_scores(known) if known else np.zeros(len(TEXTS))
    built = WordIndex.build(TEXTS)
    built.save(tmp_path)
    for words in (built, WordIndex.load(tmp_path)):
        scores = words.scores(question)
        assert scores.shape == (len(TEXTS),)
        assert np.allclose(scores, expected, atol=1e-6)


def test_words_of_which_no_form_occurs_are_unknown():
    words = WordIndex.build(TEXTS)
    assert words.unknown(["Veins", "liver", "the", "x", "margins", "Zebra"]) == ["liver", "Zebra"]


def test_stop_words_are_those_of_bm25s():
    assert frozenset(STOPWORDS_EN) == _STOP_WORDS
