"""From texts to vectors: one vector a token for late interaction, one a text for the dense search.

Two engines give the same result: ONNX Runtime, which encodes twice as fast and answers questions without
torch, and sentence-transformers (torch) for models that cannot be exported to it. Both return `Encoding`s.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.adapter import merge_adapter
from index.model import ModelError, ModelSource

Floats = NDArray[np.float32]
GRAPH = "encoder.onnx"  # its weights beside it in a file of the same name and .data
_TOGETHER = 32  # texts run at once: more take more memory and no less time


class Encoding(NamedTuple):
    """One encoded text.

    Attributes:
        tokens: one unit vector a token, special tokens left out; shape (n_tokens, dimension).
        ids: the token ids; shape (n_tokens,).
        pooled: the unit vector of the whole text (mean over all its tokens); shape (dimension,).
    """

    tokens: Floats
    ids: NDArray[np.int64]
    pooled: Floats


class Encoder(Protocol):
    """What both engines offer."""

    def encode(self, texts: Sequence[str]) -> list[Encoding]: ...

    def count(self, text: str) -> int:
        """The number of word tokens of a text, which is not run through the model."""
        ...


def unit(vectors: Floats) -> Floats:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Floats = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return scaled


def _encoding(vectors: Floats, ids: Any, special: Any) -> Encoding:
    """Pool over all tokens, as the model was trained; keep the ones that are words for late interaction."""
    words = ~np.asarray(special, dtype=bool)
    return Encoding(unit(vectors[words]), np.asarray(ids, dtype=np.int64)[words], unit(vectors.mean(axis=0)))


def silent_runtime() -> Any:
    """The module onnxruntime, which reports its use to its makers unless it is told not to before it is loaded."""
    os.environ["ORT_DISABLE_TELEMETRY"] = os.environ["ORT_TELEMETRY_DISABLED"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


class OnnxEncoder:
    """The exported encoder: ONNX Runtime and the tokenizers library, no torch.

    Args:
        folder: holds ``encoder.onnx``, its weights and ``tokenizer.json`` as `index.export` wrote them.
        max_tokens: longer texts are cut, as sentence-transformers does.
        threads: ONNX Runtime threads; 0 lets it use all cores.
    """

    def __init__(self, folder: Path, max_tokens: int, threads: int = 0) -> None:
        from tokenizers import Tokenizer

        onnxruntime = silent_runtime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Threads that spin after a run, too, would take the cores from the comparison that follows it.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        options.log_severity_level = 3
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # it is optimised
        self._session = onnxruntime.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Encode texts of the same length together: nothing has to be padded, and they come out as each by itself."""
        tokenized = [self._tokenizer.encode(text) for text in texts]
        by_length = defaultdict(list)
        for place, text in enumerate(tokenized):
            by_length[len(text.ids)].append(place)
        together = [
            alike[first : first + _TOGETHER]
            for alike in by_length.values()
            for first in range(0, len(alike), _TOGETHER)
        ]
        unknown = self._tokenizer.token_to_id("[UNK]")
        encodings: dict[int, Encoding] = {}
        for places in together:
            ids = np.array([tokenized[place].ids for place in places], dtype=np.int64)
            (vectors,) = self._session.run(["tokens"], {"input_ids": ids})
            # sentence-transformers counts the unknown token among the special ones.
            special = (ids == unknown) | np.array(
                [tokenized[place].special_tokens_mask for place in places], dtype=bool
            )
            encodings.update(zip(places, map(_encoding, vectors, ids, special), strict=True))
        return [encodings[place] for place in range(len(tokenized))]

    def count(self, text: str) -> int:
        unknown = self._tokenizer.token_to_id("[UNK]")
        return sum(number != unknown for number in self._tokenizer.encode(text, add_special_tokens=False).ids)


class TorchEncoder:
    """sentence-transformers itself: what is exported, and the engine where a model cannot be."""

    def __init__(self, source: ModelSource) -> None:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self.model = SentenceTransformer(str(source.folder), device="cpu")
        except Exception as error:  # whatever transformers, tokenizers or safetensors raise
            cause = str(error).strip().splitlines()[:1]
            raise ModelError(f"The model in '{source.folder}' cannot be loaded: {''.join(cause)}") from error
        merge_adapter(self.model, source)

    @property
    def max_tokens(self) -> int:
        return int(self.model.get_max_seq_length() or 512)

    def encode(self, texts: Sequence[str], batch_size: int = 32) -> list[Encoding]:
        outputs: Any = self.model.encode(
            list(texts), batch_size=batch_size, output_value=None, show_progress_bar=False, convert_to_numpy=False
        )
        special = set(self.model.tokenizer.all_special_ids)
        encodings = []
        for output in outputs:
            kept = output["attention_mask"].bool()
            ids = output["input_ids"][kept].numpy()
            vectors = output["token_embeddings"][kept].numpy()
            encoding = _encoding(vectors, ids, [int(number) in special for number in ids])
            # The model's own pooling counts here: another model may not pool by the mean.
            encodings.append(encoding._replace(pooled=unit(output["sentence_embedding"].numpy())))
        return encodings

    def count(self, text: str) -> int:
        special = set(self.model.tokenizer.all_special_ids)
        return sum(number not in special for number in self.model.tokenizer.encode(text, add_special_tokens=False))
