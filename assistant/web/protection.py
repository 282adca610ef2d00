"""What stands between the network and the page.

In: an ASGI application (gradio). Out: the same with only the routes the page needs, refusing foreign
hosts and origins (DNS rebinding, cross-site requests) and, where there are accounts, whoever has no password,
with a content security policy under which the browser itself refuses to fetch anything from elsewhere, and
without gradio's outward links.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.gate import Gate
from assistant.web.health import PATH as HEALTH
from assistant.web.prefix import dress_for_prefix, without_prefix

PATHS = ("/", "/config", "/theme.css", "/favicon.ico", "/robots.txt")
FOLDERS = ("/assets/", "/static/")
API = ("info", "openapi.json", "startup-events", "heartbeat", "queue", "cancel", "reset", "mcp")
CALLS = ("call", "run", "api")
CALLED = ("ask", "predict")  # the public endpoint, and the name under which the page sends its own events
PLAIN = re.compile(r"[A-Za-z0-9._~/=:@+-]{1,300}")  # other signs and longer names are in no path of the page
MAX_BODY = 1_000_000  # bytes of a request
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
HOST = re.compile(rb"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
OUTWARD = re.compile(r"""<(?:meta|link)\b[^>]*?(?:https?:)?//(?!www\.w3\.org/)[^>]*>""", re.IGNORECASE)
UNUSED = re.compile(r"""<link rel="manifest"[^>]*>|<meta\s+(?:property="og:|name="twitter:)[^>]*>""", re.IGNORECASE)


class Protection:
    """Wraps an ASGI application; ``style`` is the CSS of the page, ``hosts`` the names it may be called by.

    ``hosts`` empty: any name is accepted, for a page that was meant to be reachable from other machines.
    ``gate`` asks for a password, ``health`` answers at `HEALTH` without one, and ``root_path`` is the path under
    which a proxy shows the page.
    """

    def __init__(
        self,
        app: ASGIApp,
        style: str = "",
        hosts: Iterable[str] = LOOPBACK,
        *,
        gate: Gate | None = None,
        health: ASGIApp | None = None,
        root_path: str = "",
    ) -> None:
        self.app = app
        self.style = style
        self.hosts = frozenset(hosts)
        self.gate = gate
        self.health = health
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        sender = _Guarded(send, nonce)
        scope = without_prefix(_believed(scope, bool(self.root_path)), self.root_path)
        if refusal := self._foreign(scope):
            await refusal(scope, receive, sender)
        elif scope["path"] == HEALTH and self.health is not None:
            await self.health(scope, receive, sender)
        elif refusal := await self._unknown(scope) or self._unfit(scope):
            await refusal(scope, receive, sender)
        elif scope["path"] == "/" and scope["method"] == "GET":
            page = _Page(sender, nonce, self.style, self.root_path)
            await self.app(_uncompressed(scope), receive, page)
        else:
            await self.app(scope, receive, sender)

    def _foreign(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self.hosts and _name(host) not in self.hosts:
            return PlainTextResponse("This page answers only under its own address on this machine.", 421)
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin, host, headers):
            return PlainTextResponse("Requests from other sites are refused.", 403)
        return None

    async def _unknown(self, scope: Scope) -> Response | None:
        return None if self.gate is None else await self.gate.refusal(scope)

    def _is_own(self, origin: str, host: str, headers: Headers) -> bool:
        """Whether a request comes from the page itself; a proxy may have changed the name it was sent to."""
        names = {host.lower()}
        if self.root_path:
            if headers.get("sec-fetch-site") == "same-origin":  # scripts cannot set it
                return True
            names.add(headers.get("x-forwarded-host", "").split(",")[0].strip().lower())
        return _netloc(origin) in names - {""}

    def _unfit(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if scope["method"] == "POST" and not _is_small(headers.get("content-length", "")):
            return PlainTextResponse(f"A request may hold at most {MAX_BODY:,} bytes.", 413)
        if scope["path"] == "" and self.root_path:
            return RedirectResponse(f"{self.root_path}/", 307)
        return None if _known(scope["path"]) else PlainTextResponse("Not found.", 404)


class _Guarded:
    """Sends a response on with the headers that every response carries."""

    def __init__(self, send: Send, nonce: str) -> None:
        self.send = send
        self.policy = POLICY.format(nonce=nonce)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update({**HEADERS, "Content-Security-Policy": self.policy})
        await self.send(message)


class _Page:
    """Collects the page, puts in style and nonces, takes out what points outward, and sends it on."""

    def __init__(self, send: _Guarded, nonce: str, style: str, root_path: str = "") -> None:
        self.send, self.nonce, self.style, self.root_path = send, nonce, style, root_path
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if message.get("more_body"):
            return
        page = dress_for_prefix(self.body.decode("utf-8"), self.root_path)
        body = dress(page, self.style, self.nonce).encode("utf-8")
        headers = MutableHeaders(scope=self.start)
        headers["content-length"] = str(len(body))
        headers["cache-control"] = "no-store"
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": body})


def dress(page: str, style: str, nonce: str) -> str:
    """Gradio's page without outward links, with our style, its scripts marked by the nonce."""
    page = UNUSED.sub("", OUTWARD.sub("", page))
    page = page.replace("<script", f'<script nonce="{nonce}"')
    return page.replace("</head>", f"<style>{style}</style></head>", 1)


def _known(path: str) -> bool:
    if not PLAIN.fullmatch(path):
        return False
    if path in PATHS or path.startswith(FOLDERS):
        return ".." not in path.split("/")
    parts = [part for part in path.split("/") if part != "v2"]
    if parts[:2] != ["", "gradio_api"] or len(parts) < 3:
        return False
    return parts[2] in API or (parts[2] in CALLS and len(parts) > 3 and parts[3] in CALLED)


def _name(host: str) -> str:
    """The name in a Host header, without the port and the brackets of an IPv6 address."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_small(length: str) -> bool:
    return length.isdecimal() and int(length) <= MAX_BODY


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _believed(scope: Scope, behind_proxy: bool) -> Scope:
    """The request without headers by which it could name another server as this one; gradio writes them into the page.

    What a proxy says of the name of the site is believed only where there is one, and only if it is a name.
    """
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if name != b"x-gradio-server"
        and (name != b"x-forwarded-host" or (behind_proxy and HOST.fullmatch(value.split(b",")[0].strip())))
    ]
    return {**scope, "headers": headers}


def _uncompressed(scope: Scope) -> Scope:
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]}
