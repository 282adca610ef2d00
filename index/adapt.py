"""Learn the adapter from the question bank: ``python -m index.adapt``.

In: the bank of the shipped corpus, the base model. Out: ``adapter.safetensors`` and its card,
``adapter.toml``. A bank question and the passage it asks for are pulled together, by the cosine of
their pooled vectors and by late interaction, against the other passages of the batch (in-batch
negatives: Henderson et al., 2017; the two scores are those that answering uses); a second question of
the same unit is pulled to the first the same way, since answering compares a question with the bank too.
Questions of gaps stand beside them there, so that what is not stated is told from what is.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Optional

import numpy as np
import typer

from corpus.bank import load_bank, load_gaps
from corpus.lexicon import expand
from corpus.loading import load_corpus
from corpus.models import Corpus
from index.adapter import SHIPPED_ADAPTER, linear_layers, save_adapter
from index.encoder import Floats, TorchEncoder
from index.late_interaction import token_weights
from index.model import find_model, weights_checked
from index.passages import Passage, passages
from index.progress import Advance, progress_bar


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the adapter is learnt.

    Attributes:
        pooled_scale, late_scale: factors of the two scores in the cross-entropy.
        with_context: share of passages that come with their context.
        questions: weight of the loss of question to question.
        gaps: questions of gaps beside those of a batch.
        alike: questions of a batch that come from units alike, so that they are hard to tell apart.
        same: passages this close by cosine are no negatives of each other.
        steps: at most so many batches of an epoch, so that 2 cores learn it within 20 minutes.
    """

    rank: int = 16
    alpha: float = 32
    epochs: int = 1
    batch: int = 32
    learning_rate: float = 5e-4
    warm_up: float = 0.1
    pooled_scale: float = 20
    late_scale: float = 25
    with_context: float = 0.5
    questions: float = 1.0
    gaps: int = 8
    alike: int = 8
    same: float = 0.85
    steps: int = 380
    max_tokens: int = 112
    seed: int = 0


_RECIPE = Recipe()
_TOGETHER = 16  # texts of like length that the encoder reads at once: the less is padding, the less work


def adapt(
    out: Annotated[Path, typer.Option(help="Where the adapter is written.")] = SHIPPED_ADAPTER,
    without: Annotated[Optional[list[str]], typer.Option(help="Leave the bank of this document out.")] = None,  # noqa: UP045
    epochs: Annotated[int, typer.Option(min=1)] = _RECIPE.epochs,
    seed: Annotated[int, typer.Option()] = _RECIPE.seed,
) -> None:
    """Learn the adapter on the question bank: 380 steps, of 2 to 4 seconds each on 2 cores."""
    corpus = load_corpus()
    recipe = Recipe(epochs=epochs, seed=seed)
    with progress_bar(shown=True) as advance:
        card = learn(corpus, recipe, out, tuple(without or ()), advance)
    out.with_suffix(".toml").write_text(card, encoding="utf-8")
    print(f"{out}: {out.stat().st_size / 2**20:.1f} MB")


def learn(corpus: Corpus, recipe: Recipe, out: Path, without: Sequence[str], advance: Advance) -> str:
    """Write the adapter to ``out`` and return its card (TOML).

    Raises:
        ValueError: a document to leave out is not in the corpus, or no question is left.
    """
    import torch

    for doc_id in without:
        corpus[doc_id]
    source = weights_checked(find_model())
    pairs = [pair for pair in load_bank(corpus) if corpus.units[pair.unit].doc_id not in without]
    if not pairs:
        raise ValueError("There is no question to learn from.")
    torch.manual_seed(recipe.seed)
    advance("Loading the model", 0)
    encoder = TorchEncoder(source)
    texts = passages(corpus)
    encodings = encoder.encode([text.alone for text in texts])
    weights = token_weights(encodings, encoder.model.tokenizer.get_vocab())
    factors = with_factors(encoder.model.eval(), recipe)  # no dropout, which takes an eighth of the time
    vectors = np.stack([each.pooled for each in encodings])
    learner = Learner(encoder.model, weights, vectors, recipe)
    by_gap = defaultdict(list)
    for gap in load_gaps(corpus):
        by_gap[gap.missing].append(expand(gap.text))
    gaps = [each for each in by_gap.values() if len(each) > 1]
    questions = [(expand(pair.text), pair.unit) for pair in pairs]
    batches = list(_batches(questions, gaps, texts, vectors, recipe))
    parameters = [each for pair in factors.values() for each in pair]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=0.01)
    warm_up = max(int(recipe.warm_up * len(batches)), 1)
    rate = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm_up, (len(batches) - step) / max(len(batches) - warm_up, 1))
    )
    losses = []
    for step, batch in enumerate(batches, 1):
        loss = learner.loss(batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        rate.step()
        losses.append(loss.item())
        advance(f"Step {step} of {len(batches)}, loss {sum(losses[-20:]) / len(losses[-20:]):.2f}", step / len(batches))
    save_adapter(out, factors, source.sha256, recipe.alpha)
    return _card(recipe, corpus, source.name, source.sha256, len(pairs), without, losses)


@dataclass(frozen=True, slots=True)
class _Batch:
    questions: list[str]  # of units, then of gaps
    others: list[str]  # another question of the same unit or gap, by question
    passages: list[str]  # of the units
    units: list[int]


def _batches(
    pairs: Sequence[tuple[str, int]],
    gaps: Sequence[list[str]],
    texts: Sequence[Passage],
    vectors: Floats,
    recipe: Recipe,
) -> Iterator[_Batch]:
    """Pairs in random order, each at most once an epoch; half of the passages with their context."""
    dice = random.Random(recipe.seed)
    by_unit = defaultdict(list)
    for question, unit in pairs:
        by_unit[unit].append(question)
    for _ in range(recipe.epochs):
        order = _order([unit for _, unit in pairs], vectors, recipe.alike, dice)
        for start in range(0, len(order) - recipe.batch // 2, recipe.batch)[: recipe.steps]:
            chosen = [pairs[number] for number in order[start : start + recipe.batch]]
            missing = [dice.sample(gap, 2) for gap in dice.sample(gaps, min(recipe.gaps, len(gaps)))]
            yield _Batch(
                [question for question, _ in chosen] + [one for one, _ in missing],
                [dice.choice([each for each in by_unit[unit] if each != own] or [own]) for own, unit in chosen]
                + [other for _, other in missing],
                [
                    texts[unit].context if dice.random() < recipe.with_context else texts[unit].alone
                    for _, unit in chosen
                ],
                [unit for _, unit in chosen],
            )


def _order(units: Sequence[int], vectors: Floats, alike: int, dice: random.Random) -> list[int]:
    """The numbers of all pairs in groups of ``alike`` whose units are near each other, the groups in random order."""
    left = defaultdict(list)
    for number in dice.sample(range(len(units)), len(units)):
        left[units[number]].append(number)
    groups = []
    while left:
        seed = dice.choice(list(left))
        there = list(left)
        nearest = [there[place] for place in np.argsort(-(vectors[there] @ vectors[seed]))[:alike]]
        groups.append([left[unit].pop() for unit in nearest])
        for unit in nearest:
            if not left[unit]:
                del left[unit]
    dice.shuffle(groups)
    return [number for group in groups for number in group]


def with_factors(model: Any, recipe: Recipe) -> dict[str, tuple[Any, Any]]:
    """Freeze the model and give its layers trainable factors; A is random and B zero, so that nothing changes yet.

    The factors are applied to what goes into a layer, not merged into its weight: no gradient of the
    weight is needed then, which is a third of the work.
    """
    import torch

    model.requires_grad_(False)
    factors = {}
    for name, layer in linear_layers(model):
        a = torch.nn.Parameter(torch.randn(recipe.rank, layer.weight.shape[1]) / layer.weight.shape[1] ** 0.5)
        b = torch.nn.Parameter(torch.zeros(layer.weight.shape[0], recipe.rank))
        layer.register_forward_hook(
            lambda _, inputs, output, a=a, b=b: output + recipe.alpha / recipe.rank * (inputs[0] @ a.T @ b.T)
        )
        factors[name] = (a, b)
    return factors


class Learner:
    """The loss of a batch: cross-entropy of both scores, question to passage and question to question."""

    def __init__(self, model: Any, weights: Floats, vectors: Floats, recipe: Recipe) -> None:
        import torch

        self.model = model
        self.recipe = recipe
        self.weights = torch.from_numpy(weights)
        self.special = torch.tensor(model.tokenizer.all_special_ids)
        self.same = torch.from_numpy(vectors @ vectors.T > recipe.same)

    def loss(self, batch: _Batch) -> Any:
        import torch

        units, count = torch.tensor(batch.units), len(batch.questions)
        masked = torch.zeros(count, count, dtype=torch.bool)
        masked[: len(units), : len(units)] = self.same[units][:, units] & ~torch.eye(len(units), dtype=torch.bool)
        questions = self.encoded(batch.questions)
        loss = self.recipe.questions * self._contrast(questions, self.encoded(batch.others), masked)
        of_units = [part[: len(units)] for part in questions]
        return loss + self._contrast(of_units, self.encoded(batch.passages), masked[: len(units), : len(units)])

    def encoded(self, texts: list[str]) -> tuple[Any, Any, Any, Any]:
        """Pooled unit vectors (n, d), token unit vectors (n, t, d), token ids and which are words (n, t)."""
        import torch

        tokenizer, pad = self.model.tokenizer, torch.nn.functional.pad
        encoded = tokenizer(texts, truncation=True, max_length=self.recipe.max_tokens)["input_ids"]
        longest = max(map(len, encoded))
        order = sorted(range(len(texts)), key=lambda number: len(encoded[number]))
        parts = []
        for start in range(0, len(order), _TOGETHER):
            some = [encoded[number] for number in order[start : start + _TOGETHER]]
            padded = tokenizer.pad({"input_ids": some}, return_tensors="pt")
            ids, mask = padded["input_ids"], padded["attention_mask"]
            tokens = self.model[0].auto_model(input_ids=ids, attention_mask=mask).last_hidden_state
            pooled = (tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            missing = longest - ids.shape[1]
            parts.append(
                (pooled, pad(tokens, (0, 0, 0, missing)), pad(ids, (0, missing), value=tokenizer.pad_token_id))
            )
        back = torch.tensor(sorted(range(len(texts)), key=order.__getitem__))
        pooled, tokens, ids = (torch.cat(each)[back] for each in zip(*parts, strict=True))
        normal = torch.nn.functional.normalize
        return normal(pooled, dim=-1), normal(tokens, dim=-1), ids, ~torch.isin(ids, self.special)

    def _contrast(self, questions: Any, passages: Any, masked: Any) -> Any:
        import torch

        pooled, tokens, ids, words = questions
        other_pooled, other_tokens, _, other_words = passages
        cosines = torch.einsum("qtd,psd->qpts", tokens, other_tokens)
        best = cosines.masked_fill(~other_words[None, :, None, :], -1).amax(-1)
        weights = self.weights[ids] * words
        late = (best * weights[:, None]).sum(-1) / weights.sum(-1)[:, None]
        target = torch.arange(len(ids))
        loss: Any = 0
        for scores in (self.recipe.pooled_scale * pooled @ other_pooled.T, self.recipe.late_scale * late):
            scores = scores.masked_fill(masked, -1e4)
            loss = loss + torch.nn.functional.cross_entropy(scores, target)
        return loss


def _card(
    recipe: Recipe, corpus: Corpus, base: str, sha256: str, pairs: int, without: Sequence[str], losses: list[float]
) -> str:
    documents = [document.id for document in corpus if document.id not in without]
    last = losses[-len(losses) // recipe.epochs :]
    lines = [
        "# Written by python -m index.adapt beside the adapter it describes.",
        f'base = "{base}"',
        f'base_sha256 = "{sha256}"',
        f"date = {datetime.now(UTC):%Y-%m-%d}",
        f'data = "question bank of {", ".join(documents)}: {pairs} questions"',
        f"loss_last_epoch = {sum(last) / len(last):.3f}",
        "",
        "[recipe]",
        *(f"{name} = {value}" for name, value in asdict(recipe).items()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    typer.run(adapt)
