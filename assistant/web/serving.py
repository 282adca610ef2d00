"""Serving the page on this machine.

In: a bot, a host and a port. Out: a running server that prints its address, and ends with Ctrl-C.
Nothing leaves the machine: gradio's analytics, update check, web fonts, share links and run history
are off, and the browser is told to fetch nothing from elsewhere.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import as_file, files
from importlib.util import find_spec

# Read by gradio when it is imported, so set before.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from assistant.web.app import build
from assistant.web.contract import Bot, ServeError
from assistant.web.protection import LOOPBACK, Protection

SANS = ("Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans", "Arial", "sans-serif")
MONO = ("Cascadia Mono", "Menlo", "Liberation Mono", "monospace")
STYLES = (
    "page.css",
    "reading.css",
    "tabs.css",
    "overview.css",
    "cases.css",
    "register.css",
    "audience.css",
    "keeping.css",
)
SESSIONS = 200  # whose conversations are kept in memory; the oldest go first
WAITING = 64  # questions that may wait for their turn
PARTING = 1  # seconds that open connections get when the server ends


def create_app(bot: Bot, host: str = "127.0.0.1", port: int = 7860) -> ASGIApp:
    """The page as a protected ASGI application; with the package ``mcp`` installed, ``ask`` is an MCP tool as well."""
    blocks = build(bot)
    blocks.state_session_capacity = SESSIONS
    blocks.queue(max_size=WAITING, default_concurrency_limit=1)
    with as_file(files("assistant.web").joinpath("favicon.svg")) as favicon:
        app = gr.mount_gradio_app(
            FastAPI(docs_url=None, redoc_url=None, openapi_url=None),
            blocks,
            path="/",
            server_name=host,
            server_port=port,
            theme=gr.themes.Base(font=SANS, font_mono=MONO),
            favicon_path=str(favicon),
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            show_error=False,
            ssr_mode=False,
            pwa=False,
            max_file_size=1,
            mcp_server=find_spec("mcp") is not None,
        )
    style = "".join(files("assistant.web").joinpath(name).read_text(encoding="utf-8") for name in STYLES)
    return Protection(app, style, LOOPBACK | {host.lower()} if _is_loopback(host) else ())


def serve(bot: Bot, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Serve the page until Ctrl-C; see `assistant.web.serve`."""
    with _listening(host, port) as listener:
        server = _server(bot, host, listener)
        url = address(host, listener.getsockname()[1])
        print(f"The assistant answers at {url} (Ctrl-C ends it).", flush=True)
        if not _is_loopback(host):
            print("Everyone who reaches this machine over the network can use it.", flush=True)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    print("The assistant has ended.", flush=True)


@contextmanager
def running(bot: Bot, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The page served from a thread while the block runs; yields its address.

    Raises:
        ServeError: the address or port cannot be had.
    """
    with _listening(host, port) as listener:
        server = _server(bot, host, listener)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield address(host, listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(timeout=10 * PARTING)


def address(host: str, port: int) -> str:
    """The address to open in a browser."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"


def _server(bot: Bot, host: str, listener: socket.socket) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(bot, host, listener.getsockname()[1]),
        log_level="critical",
        access_log=False,
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=PARTING,
    )
    return uvicorn.Server(config)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens, so that no other program can take the port in the meantime."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=128)
    except OverflowError as error:
        raise ServeError(f"There is no port {port}; choose one from 1 to 65535, or 0 for any free one.") from error
    except socket.gaierror as error:
        raise ServeError(f"'{host}' is not an address of this machine; the usual one is 127.0.0.1.") from error
    except OSError as error:
        raise ServeError(_why(error, host, port)) from error


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken by another program; end that, or choose another port."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used without special rights; choose one above 1023."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"'{host}' is not an address of this machine; the usual one is 127.0.0.1."
    return f"The page cannot be served on {host}, port {port}: {error.strerror or error}."


def _is_loopback(host: str) -> bool:
    if host.lower() in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
