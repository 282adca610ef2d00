"""Pooled vectors in FAISS, searched by inner product: passages in half precision, stored questions in bytes.

Of the questions only the order by cosine counts, and they are many: whatever a search reads it reads from main
memory, since the encoder has just filled the caches. In principal directions and bytes, which are multiplied as
bytes (scalar quantisation), it is a quarter.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder import Floats

_STEPS = 127  # of a signed byte


def passage_store(vectors: Floats) -> Any:
    """A FAISS index of unit vectors, shape (n, d), in half precision: cosines are right to four digits."""
    return _store(vectors, "QT_fp16")


def question_store(vectors: Floats) -> Any:
    """A FAISS index of unit vectors, shape (n, d), in bytes, for `nearest_questions`."""
    return _store(_in_steps(vectors), "QT_8bit_direct_signed")


def nearest(passages: Any, vector: Floats, count: int) -> tuple[NDArray[np.int64], Floats]:
    """Numbers and cosines of the ``count`` stored passages nearest to a unit vector, best first."""
    return _search(passages, vector, count)


def nearest_questions(questions: Any, vector: Floats, count: int) -> NDArray[np.int64]:
    """Numbers of the ``count`` stored questions nearest to a unit vector, best first."""
    numbers, _ = _search(questions, _in_steps(vector), count)
    return numbers


def _store(vectors: Floats, kind: str) -> Any:
    import faiss

    store = faiss.IndexScalarQuantizer(
        vectors.shape[1], getattr(faiss.ScalarQuantizer, kind), faiss.METRIC_INNER_PRODUCT
    )
    store.add(vectors)
    return store


def _search(store: Any, vector: Floats, count: int) -> tuple[NDArray[np.int64], Floats]:
    count = min(count, store.ntotal)
    if count == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    cosines, numbers = store.search(vector[np.newaxis], count)
    return numbers[0], cosines[0]


def _in_steps(vectors: Floats) -> Floats:
    """Whole numbers from -127 to 127: FAISS cuts off what is behind the point, on both sides of a comparison."""
    steps: Floats = np.rint(vectors * (_STEPS / max(float(np.abs(vectors).max(initial=0.0)), 1e-9))).astype(np.float32)
    return steps
