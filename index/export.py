"""From a sentence-transformers model to an ONNX encoder that gives the same vectors, or a reason why not.

The graph has token outputs, so that pooling and late interaction both come from one pass. It is stored as ONNX
Runtime optimises it, with the weights beside it: it opens in a third of the time. Of an exported encoder there is
also a coarse one, with 8-bit products, for stored texts where they are many: their likeness need not be exact.
"""

from __future__ import annotations

import logging
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from index.encoder import GRAPH, Encoder, OnnxEncoder, TorchEncoder, silent_runtime

MINIMUM_COSINE = 0.9999
MINIMUM_COARSE = 0.95  # of a coarse encoder; the packaged model has 0.98 and more
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


def coarse_encoder(folder: Path, max_tokens: int) -> OnnxEncoder:
    """The encoder in ``folder``, its products in 8 bits: twice as fast, vectors with a cosine of 0.99 to the exact.

    Weights get a scale a column and seven bits, so that no processor's 8-bit sums overflow; inputs are rounded
    as they come (dynamic quantisation).

    Raises:
        ExportError: the graph cannot be quantised, or a sample text comes out too differently.
    """
    silent_runtime()
    try:
        from onnxruntime.quantization import QuantType, quantize_dynamic

        with TemporaryDirectory() as drafts, _root_logger_kept():
            plain = Path(drafts) / "plain.onnx"
            quantize_dynamic(
                folder / GRAPH,
                plain,
                op_types_to_quantize=["MatMul"],
                per_channel=True,
                reduce_range=True,
                weight_type=QuantType.QInt8,
                extra_options={"DefaultTensorType": 1},  # float, where fused nodes hide it
            )
            _optimise(plain, Path(drafts) / GRAPH)
            shutil.copy(folder / "tokenizer.json", drafts)
            coarse = OnnxEncoder(Path(drafts), max_tokens, threads=1)
        cosine = _agreement(OnnxEncoder(folder, max_tokens), coarse)
    except Exception as error:  # whatever onnx and ONNX Runtime raise
        raise ExportError(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}") from error
    if cosine < MINIMUM_COARSE:
        raise ExportError(f"its vectors in 8 bits differ from the exact ones (cosine {cosine:.3f})")
    return coarse


@contextmanager
def _root_logger_kept() -> Iterator[None]:
    """The quantiser warns through the root logger, which would set up logging for the whole program."""
    nowhere = logging.NullHandler()
    logging.getLogger().addHandler(nowhere)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(nowhere)


def _agreement(encoder: Encoder, exported: Encoder) -> float:
    """The lowest cosine between two encoders over pooled and token vectors of the samples."""
    lowest = 1.0
    for expected, got in zip(encoder.encode(_SAMPLES), exported.encode(_SAMPLES), strict=True):
        if not np.array_equal(expected.ids, got.ids):
            return 0.0
        tokens = np.einsum("td,td->t", expected.tokens, got.tokens).min()
        lowest = min(lowest, float(expected.pooled @ got.pooled), float(tokens))
    return lowest
