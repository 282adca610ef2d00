"""How the adapter does on documents it never saw: ``python -m evals.leave_one_out``, hours on 2 cores.

For each document, an adapter is learnt on the questions of the others and scored, in a copy of the corpus
without any question bank, on the eval questions that this document alone answers; beside it, on the same
questions, no adapter, and the shipped one, which knows them all. Figures are hit@1, @3 and @5. Gaps belong to no
document, so those adapters have seen all of them; no passage is part of a gap.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Optional

import typer

from evals.ablation import PLACES, first_right, hits
from evals.questions import COMPUTED_KINDS, Question, load_questions


def leave_one_out(
    adapters: Annotated[Optional[Path], typer.Option(help="Keep the adapters here, and use those there.")] = None,  # noqa: UP045
    epochs: Annotated[Optional[int], typer.Option(min=1, help="Learn for so many; default: as shipped.")] = None,  # noqa: UP045
) -> None:
    """Print the figures on documents that the adapter did not learn from."""
    from assistant.settings import ranking
    from corpus.loading import load_corpus
    from index import find_model, open_index
    from index.adapt import Recipe, learn
    from index.adapter import NO_ADAPTER, SHIPPED_ADAPTER
    from index.progress import progress_bar

    corpus, weights = load_corpus(), ranking(with_bank=False)
    recipe = Recipe() if epochs is None else Recipe(epochs=epochs)
    questions = load_questions(corpus, split="test")
    asked = {document.id: _answered_by(document.id, questions) for document in corpus}
    model = find_model()
    places: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = adapters or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        without_bank = Path(scratch) / "corpus"
        shutil.copytree(corpus.folder, without_bank, ignore=shutil.ignore_patterns("questions", "*.py", "__pycache__"))

        def score(way: str, adapter: str | Path, about: Iterable[str], place: str) -> None:
            index = open_index(without_bank, Path(scratch) / place, adapter=str(adapter))
            for doc_id in about:
                found = [first_right(index, question, weights) for question in asked[doc_id]]
                print(_row(way, doc_id, found), flush=True)
                places.setdefault(way, []).extend(found)

        score("no adapter", NO_ADAPTER, asked, "base")
        score("shipped adapter", SHIPPED_ADAPTER, asked, "shipped")
        for doc_id in asked:
            path = folder / f"without-{doc_id}.safetensors"
            if not path.exists():
                with progress_bar(shown=True) as advance:
                    learn(corpus, recipe, path, (doc_id,), advance)
            score("adapter of the other documents", path, [doc_id], doc_id)
    for way, found in places.items():
        print(_row(way, "all", found))
    print(f"Base model {model.name}; ranking without bank; questions of the test half that one document answers.")


def _answered_by(doc_id: str, questions: Sequence[Question]) -> list[Question]:
    """The questions in prose that this document answers and no other."""
    return [
        question
        for question in questions
        if question.answerable
        and question.kind not in COMPUTED_KINDS
        and {support.doc_id for support in question.support} == {doc_id}
    ]


def _row(way: str, doc_id: str, places: Sequence[int]) -> str:
    shares = "  ".join(f"@{k} {share:.3f}" for k, share in zip(PLACES, hits(places), strict=True))
    return f"{way:32} {doc_id:14} {shares}  (n = {len(places)})"


if __name__ == "__main__":
    typer.run(leave_one_out)
