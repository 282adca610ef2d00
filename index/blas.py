"""Matrix products on one thread each, for work that is small or that uses all cores already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

_one_at_a_time = Lock()  # limits that overlap would restore each other's


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """NumPy's matrix products use one thread each while this lasts; others who ask for it wait."""
    with _one_at_a_time, _controller().limit(limits=1, user_api="blas"):
        yield
