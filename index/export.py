"""From a sentence-transformers model to an ONNX encoder that gives the same vectors, or a reason why not.

The graph has token outputs, so that pooling and late interaction both come from one pass. It is stored as ONNX
Runtime optimises it, with the weights beside it: it opens in a third of the time.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from index.encoder import GRAPH, OnnxEncoder, TorchEncoder, silent_runtime

MINIMUM_COSINE = 0.9999
_SAMPLES = (
    "What is the three-year survival of vascular leiomyosarcoma?",
    "margins 👍?",
    "margins 👍!",  # as long as the one before: they are run together
    "The resection margins of the proximal and distal common femoral vein were free of the tumor. " * 6,
)


class ExportError(RuntimeError):
    """The model cannot be exported, or the export does not give the same vectors."""


def export_encoder(encoder: TorchEncoder, folder: Path) -> None:
    """Write ``encoder.onnx``, its weights and ``tokenizer.json`` into ``folder`` and check them against the model.

    Raises:
        ExportError: the model's architecture has no export, or a sample text comes out differently
            (cosine below 0.9999, of the pooled vector or of any token vector).
    """
    try:
        _export(encoder, folder)
        exported = OnnxEncoder(folder, encoder.max_tokens)
        cosine = _agreement(encoder, exported)
    except Exception as error:  # the exporter raises whatever torch, onnx or a model's own code raises
        raise ExportError(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}") from error
    if cosine < MINIMUM_COSINE:
        raise ExportError(
            f"its vectors differ from the model's (cosine {cosine:.5f}, at least {MINIMUM_COSINE} needed)"
        )


def _export(encoder: TorchEncoder, folder: Path) -> None:
    import torch

    class TokenVectors(torch.nn.Module):
        """The transformer alone, its last hidden state as the only output; texts of one length need no mask."""

        def __init__(self, transformer: Any) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any) -> Any:
            return self.transformer(input_ids=input_ids).last_hidden_state

    axes = {0: "texts", 1: "length"}
    with TemporaryDirectory(dir=folder) as drafts, warnings.catch_warnings(), torch.no_grad():
        plain = Path(drafts) / GRAPH  # beside it come weights in files of their own where they are large
        warnings.simplefilter("ignore")
        # The TorchScript exporter: that of torch.export (dynamo=True) gives other vectors with torch 2.13.
        torch.onnx.export(
            TokenVectors(encoder.model[0].auto_model).eval(),
            (torch.ones(2, 8, dtype=torch.long),),
            str(plain),
            input_names=["input_ids"],
            output_names=["tokens"],
            dynamic_axes={"input_ids": axes, "tokens": axes},
            dynamo=False,
        )
        _optimise(plain, folder / GRAPH)
    encoder.model.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))


def _optimise(plain: Path, graph: Path) -> None:
    """Write the graph as ONNX Runtime rewrites it for any processor, and the weights beside it, to be mapped."""
    onnxruntime = silent_runtime()
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(graph)
    for name, value in (("file_name", f"{graph.name}.data"), ("min_size_in_bytes", "1024")):
        options.add_session_config_entry(f"session.optimized_model_external_initializers_{name}", value)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(plain, options, providers=["CPUExecutionProvider"])


def _agreement(encoder: TorchEncoder, exported: OnnxEncoder) -> float:
    """The lowest cosine between the two engines over pooled and token vectors of the samples."""
    lowest = 1.0
    for expected, got in zip(encoder.encode(_SAMPLES), exported.encode(_SAMPLES), strict=True):
        if not np.array_equal(expected.ids, got.ids):
            return 0.0
        tokens = np.einsum("td,td->t", expected.tokens, got.tokens).min()
        lowest = min(lowest, float(expected.pooled @ got.pooled), float(tokens))
    return lowest
