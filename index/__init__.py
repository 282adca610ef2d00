"""From a corpus to a searchable index: embeddings in FAISS, BM25, token vectors, the exported encoder.

`open_index` is the way in: it loads and checks an index, or builds it.
"""

from index.model import ModelError, find_model
from index.opening import Index, open_index
from index.store import IndexMissing, IndexUnusable

__all__ = ["Index", "IndexMissing", "IndexUnusable", "ModelError", "find_model", "open_index"]
