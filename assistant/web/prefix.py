"""The page under a path of a larger site, behind a proxy: ``https://clinic.example/vlms/``.

In: the path as it was given, a request, or gradio's page. Out: the path checked; the request as gradio knows it,
whether the proxy took the path off or not; the page with addresses that lead back through the proxy.
"""

from __future__ import annotations

import json
import re

from starlette.types import Scope

from assistant.web.contract import ServeError

_SEGMENTS = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
_BASE = re.compile(r'<base href="[^"]*"\s*/?>')
_CONFIGURED = "<script data-gradio-mode"  # what stands right after the page's configuration


def checked_root_path(given: str) -> str:
    """The path with a leading and without a trailing slash; empty for none.

    Raises:
        ServeError: it is not a path such as /vlms.
    """
    path = given.rstrip("/")
    if not path:
        return ""
    parts = path.split("/")
    if not _SEGMENTS.fullmatch(path) or "." in parts or ".." in parts or len(path) > 200:
        raise ServeError(
            f"'{given[:100]}' is not a path for the page; it is like /vlms: letters, digits and . _ ~ - after slashes."
        )
    return path


def without_prefix(scope: Scope, root_path: str) -> Scope:
    """The request as if the page stood at the root; "" is the path of the page without its last slash."""
    path: str = scope["path"]
    if not root_path or not (path == root_path or path.startswith(f"{root_path}/")):
        return scope
    raw: bytes = scope.get("raw_path") or path.encode()
    return {**scope, "path": path[len(root_path) :], "raw_path": raw[len(root_path) :]}


def dress_for_prefix(page: str, root_path: str) -> str:
    """Gradio's page with its addresses under ``root_path``.

    Gradio writes the host name that it saw, which behind a proxy may be a name that only the proxy knows; the
    browser knows the right one.
    """
    if not root_path:
        return page
    icon = f'<link rel="icon" href="{root_path}/favicon.ico" />'  # browsers look for it at the root
    page = _BASE.sub(f'<base href="{root_path}/" />{icon}', page, count=1)
    own = f"<script>window.gradio_config.root = window.location.origin + {json.dumps(root_path)};</script>"
    return page.replace(_CONFIGURED, own + _CONFIGURED, 1)
