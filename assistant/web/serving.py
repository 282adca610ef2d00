"""Serving the page on this machine.

In: a bot, a host and a port. Out: a running server that prints its address, and ends with Ctrl-C or SIGTERM.
Nothing leaves the machine: gradio's analytics, update check, web fonts, share links and run history
are off, and the browser is told to fetch nothing from elsewhere.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import as_file, files
from importlib.util import find_spec
from types import FrameType
from typing import Unpack

# Read by gradio when it is imported, so set before.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
import uvicorn
from fastapi import FastAPI

from assistant.accounts import AccountError, Accounts
from assistant.feedback import FeedbackError, FeedbackFile
from assistant.web.app import build
from assistant.web.contract import Bot, ServeError, ServeOptions
from assistant.web.gate import Gate
from assistant.web.health import Health
from assistant.web.prefix import checked_root_path
from assistant.web.protection import LOOPBACK, Protection
from assistant.web.waiting import MOST_WAITING, Line

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
    "feedback.css",
)
SESSIONS = 200  # whose conversations are kept in memory; the oldest go first
THREADS = MOST_WAITING + 64  # those that wait take one each; the others open sources and suggest meanwhile
FLOOD = 8 * MOST_WAITING  # events that gradio takes in at most; the line refuses far earlier, in a sentence
PARTING = 1  # seconds that open connections get when the server ends


def create_app(bot: Bot, host: str = "127.0.0.1", port: int = 7860, **options: Unpack[ServeOptions]) -> Protection:
    """The page as a protected ASGI application; with the package ``mcp`` installed, ``ask`` is an MCP tool as well.

    Raises:
        ServeError: the file of ``auth`` or ``feedback``, or ``root_path``, cannot be used.
    """
    auth, feedback = options.get("auth"), options.get("feedback")
    root_path = checked_root_path(options.get("root_path", ""))
    try:
        accounts = auth if auth is None or isinstance(auth, Accounts) else Accounts.read(auth)
        kept = None if feedback is None else FeedbackFile(feedback)
    except (AccountError, FeedbackError) as error:
        raise ServeError(str(error)) from error
    line = bot if isinstance(bot, Line) else Line(bot)
    blocks = build(line, kept)
    blocks.state_session_capacity = SESSIONS
    blocks.max_threads = THREADS
    blocks.queue(max_size=FLOOD, default_concurrency_limit=None)
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
            root_path=root_path or None,
        )
    style = "".join(files("assistant.web").joinpath(name).read_text(encoding="utf-8") for name in STYLES)
    # Behind a proxy the page is called by the name of the site, which only the proxy knows.
    hosts = LOOPBACK | {host.lower()} if _is_loopback(host) and not root_path else ()
    gate = Gate(accounts) if accounts else None
    return Protection(app, style, hosts, gate=gate, health=Health(line), root_path=root_path)


def serve(bot: Bot, host: str = "127.0.0.1", port: int = 7860, **options: Unpack[ServeOptions]) -> None:
    """Serve the page until Ctrl-C or SIGTERM; see `assistant.web.serve`."""
    with _listening(host, port) as listener:
        app = create_app(bot, host, listener.getsockname()[1], **options)
        server = _Server(app)
        url = address(host, listener.getsockname()[1])
        print(f"The assistant answers at {url} (Ctrl-C ends it).", flush=True)
        if not _is_loopback(host):
            print(_who_can_use(app.gate is not None), flush=True)
        if options.get("feedback") is not None:
            print(f"Readers' feedback is stored in '{options['feedback']}'.", flush=True)
        with suppress(KeyboardInterrupt), _ending_by_signal():
            server.run(sockets=[listener])
    print("The assistant has ended.", flush=True)


@contextmanager
def running(bot: Bot, host: str = "127.0.0.1", port: int = 0, **options: Unpack[ServeOptions]) -> Iterator[str]:
    """The page served from a thread while the block runs; yields its address.

    Raises:
        ServeError: the address or port cannot be had.
    """
    with _listening(host, port) as listener:
        app = create_app(bot, host, listener.getsockname()[1], **options)
        server = _Server(app)
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


class _Server(uvicorn.Server):
    """Ends soon: those who wait in line are told, open connections get `PARTING` seconds."""

    def __init__(self, app: Protection) -> None:
        self.line = app.health.line if isinstance(app.health, Health) else None
        config = uvicorn.Config(
            app,
            log_level="critical",
            access_log=False,
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=PARTING,
        )
        super().__init__(config)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.line is not None:
            self.line.close()
        await super().shutdown(sockets)


@contextmanager
def _ending_by_signal() -> Iterator[None]:
    """SIGTERM ends as Ctrl-C does, with exit code 0, also before and after uvicorn listens for it."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _who_can_use(with_password: bool) -> str:
    if with_password:
        return (
            "Passwords and questions travel in clear over the network; let only a proxy with TLS (https) reach this "
            "port from other machines."
        )
    return "Everyone who reaches this machine over the network can use it."


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
