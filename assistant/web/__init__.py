"""The chat in the browser.

In: an `assistant.Assistant` (anything with its ``ask`` and ``corpus``). Out: a page served on this
machine, and the same answers as an API endpoint. Gradio is imported when a page is built, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from assistant.web.contract import Bot, ServeError, ServeOptions

if TYPE_CHECKING:
    import gradio as gr

__all__ = ["Bot", "ServeError", "ServeOptions", "build", "serve"]


def build(bot: Bot) -> gr.Blocks:
    """The page as gradio blocks; `serve` adds its look and its protections."""
    from assistant.web.app import build as build_blocks

    return build_blocks(bot)


def serve(bot: Bot, host: str = "127.0.0.1", port: int = 7860, **options: Unpack[ServeOptions]) -> None:
    """Serve the page until Ctrl-C or SIGTERM, and print its address once it answers.

    Args:
        bot: answers the questions.
        host: address to listen on; the default is reachable from this machine only.
        port: 1 to 65535, or 0 for any free one.
        options: passwords, a path behind a proxy, feedback; see `ServeOptions`.

    Raises:
        ServeError: the address or port cannot be had, or a file or path cannot be used; one sentence for the user.
    """
    from assistant.web.serving import serve as serve_blocks

    serve_blocks(bot, host, port, **options)
