"""The adapter: a low-rank change of the encoder's weights, learnt from the question bank.

LoRA (Hu et al., ICLR 2022): a layer's weight W becomes W + (alpha / rank) B A. The file holds A and B
of every layer, in float16, and says which base model they were learnt on. In: a loaded
sentence-transformers model and the file; the change is merged into the weights, so that an adapted
encoder costs no more than the base.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.model import ModelError, ModelSource

SHIPPED_ADAPTER = Path(__file__).with_name("adapter.safetensors")
OWN_ADAPTER = "shipped"
NO_ADAPTER = "none"
LAYERS = ("query", "key", "value", "dense")  # the last part of the names of the layers that are changed


def linear_layers(model: Any) -> Iterator[tuple[str, Any]]:
    """The layers that an adapter changes, with their names in the transformer; attention and feed-forward."""
    for name, module in model[0].auto_model.named_modules():
        if name.rpartition(".")[2] in LAYERS and "pooler" not in name and hasattr(module, "weight"):
            yield name, module


def save_adapter(path: Path, factors: Mapping[str, tuple[Any, Any]], base_sha256: str, alpha: float) -> None:
    """Write the factors (A of shape (rank, in), B of shape (out, rank)) by layer name."""
    import torch
    from safetensors.torch import save_file

    tensors = {}
    for name, (a, b) in factors.items():
        tensors[f"{name}.A"] = a.detach().to(torch.float16).contiguous()
        tensors[f"{name}.B"] = b.detach().to(torch.float16).contiguous()
    save_file(tensors, path, metadata={"base_sha256": base_sha256, "alpha": str(alpha)})


def with_adapter(source: ModelSource, adapter: str | Path | None = None) -> ModelSource:
    """The model with an adapter: by default the shipped one, if it was learnt on this model.

    Args:
        adapter: an adapter file, "shipped" or "none".

    Raises:
        ModelError: the file is missing, no adapter, or one of another model.
    """
    if adapter == NO_ADAPTER:
        return source
    if adapter is None:
        fits = SHIPPED_ADAPTER.is_file() and _metadata(SHIPPED_ADAPTER)["base_sha256"] == source.sha256
        return replace(source, adapter=SHIPPED_ADAPTER) if fits else source
    path = SHIPPED_ADAPTER if adapter == OWN_ADAPTER else Path(adapter)
    _check_base(path, source)
    return replace(source, adapter=path)


def merge_adapter(model: Any, source: ModelSource) -> None:
    """Add the adapter of ``source`` to the weights of a loaded sentence-transformers model.

    Raises:
        ModelError: the file is no adapter, or one of another model.
    """
    import torch
    from safetensors.torch import load_file

    path = source.adapter
    if path is None:
        return
    metadata = _check_base(path, source)
    tensors = load_file(path)
    layers = dict(linear_layers(model))
    if {name.rpartition(".")[0] for name in tensors} != set(layers):
        raise ModelError(f"The adapter '{path}' does not have the layers of its model.")
    with torch.no_grad():
        for name, layer in layers.items():
            a, b = tensors[f"{name}.A"].float(), tensors[f"{name}.B"].float()
            layer.weight += float(metadata["alpha"]) / a.shape[0] * (b @ a)


def _check_base(path: Path, source: ModelSource) -> dict[str, str]:
    metadata = _metadata(path)
    if metadata["base_sha256"] != source.sha256:
        raise ModelError(
            f"The adapter '{path}' was learnt on another model ({metadata['base_sha256'][:12]}...) than "
            f"'{source.name}' ({source.sha256[:12]}...): leave it out with --adapter {NO_ADAPTER}."
        )
    return metadata


def _metadata(path: Path) -> dict[str, str]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "np") as file:
            metadata: dict[str, str] = file.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise ModelError(f"The adapter '{path}' cannot be read: {error}.") from error
    if not {"base_sha256", "alpha"} <= set(metadata):
        raise ModelError(f"The file '{path}' is no adapter: it does not name its base model.")
    return metadata
