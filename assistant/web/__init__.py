"""The chat in the browser.

In: an `assistant.Assistant` (anything with its ``ask`` and ``corpus``). Out: a page served on this
machine, and the same answers as an API endpoint. Gradio is imported when a page is built, not before.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.web.contract import Bot, ServeError

if TYPE_CHECKING:
    import gradio as gr

    from assistant.accounts import Accounts

__all__ = ["Bot", "ServeError", "build", "serve"]


def build(bot: Bot) -> gr.Blocks:
    """The page as gradio blocks; `serve` adds its look and its protections."""
    from assistant.web.app import build as build_blocks

    return build_blocks(bot)


def serve(
    bot: Bot,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    auth: str | Path | Accounts | None = None,
    root_path: str = "",
    feedback: str | Path | None = None,
) -> None:
    """Serve the page until Ctrl-C or SIGTERM, and print its address once it answers.

    Args:
        bot: answers the questions.
        host: address to listen on; the default is reachable from this machine only.
        port: 1 to 65535, or 0 for any free one.
        auth: file of lines USER:HASH (``vlms password USER`` makes them), or what was read from it; only those named
            may use the page.
        root_path: the path under which a proxy shows the page, like /vlms.
        feedback: file in which readers' feedback is stored; without one, the page takes none.

    Raises:
        ServeError: the address or port cannot be had, or a file or path cannot be used; one sentence for the user.
    """
    from assistant.web.serving import serve as serve_blocks

    serve_blocks(bot, host, port, auth=auth, root_path=root_path, feedback=feedback)
