"""The packages depend on each other in one direction only: corpus, index, assistant, evals."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ORDER = ("corpus", "index", "assistant", "evals")
ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("package", ORDER)
def test_nothing_imports_to_its_right(package: str) -> None:
    right = set(ORDER[ORDER.index(package) + 1 :])
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & right, path
