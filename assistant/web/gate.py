"""The door with names and passwords: HTTP Basic authentication.

In: the accounts, and a request. Out: nothing where the request may pass, or the refusal. Wrong passwords for a name
are checked one after another, each after a longer pause, so that guessing is slow; a pair that was right before
passes at once, whoever is guessing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import time
from dataclasses import dataclass, field

import anyio
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Scope

from assistant.accounts import LONGEST, LONGEST_NAME, Accounts

REALM = "Venous Leiomyosarcoma Assistant"
ASK = f'Basic realm="{REALM}", charset="UTF-8"'
DRAWERS = 256  # over which names are spread, so that memory does not grow with the names that are tried
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 4.0  # seconds before a check after the first, and after many wrong passwords
FORGET = 600.0  # seconds after which wrong passwords no longer count
CROWD = 16  # requests that may wait for a check in one drawer
AT_ONCE = 2  # checks side by side: each takes 32 MiB


@dataclass(slots=True)
class _Drawer:
    lock: anyio.Lock = field(default_factory=anyio.Lock)
    wrong: int = 0
    last: float = 0.0
    waiting: int = 0

    def pause(self) -> float:
        """Seconds to wait before the next check."""
        if time.monotonic() - self.last > FORGET:
            self.wrong = 0
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.wrong - 1, 10)) if self.wrong else 0.0


class Gate:
    """Lets those pass who give a name and its password."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self._key = secrets.token_bytes(16)
        self._drawers: dict[int, _Drawer] = {}
        self._checks = anyio.Semaphore(AT_ONCE)

    async def refusal(self, scope: Scope) -> PlainTextResponse | None:
        """What to answer instead of what was asked for; None where the request may pass."""
        given = _given(Headers(scope=scope).get("authorization", ""))
        if given is None:
            return _refused("Name and password are needed.")
        if self.accounts.knows(*given):
            return None
        drawer = self._drawer(given[0])
        if drawer.waiting >= CROWD:
            return PlainTextResponse("Too many attempts; try again in a moment.", 429, {"Retry-After": "10"})
        drawer.waiting += 1
        try:
            async with drawer.lock:
                right = self.accounts.knows(*given) or await self._check(drawer, given)
        finally:
            drawer.waiting -= 1
        return None if right else _refused("Name or password is wrong.")

    async def _check(self, drawer: _Drawer, given: tuple[str, str]) -> bool:
        await anyio.sleep(drawer.pause())
        async with self._checks:
            right = await anyio.to_thread.run_sync(self.accounts.verify, *given)
        drawer.wrong = 0 if right else drawer.wrong + 1
        drawer.last = time.monotonic()
        return right

    def _drawer(self, name: str) -> _Drawer:
        """The same one for the same name; which names share one, nobody outside can know."""
        digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), key=self._key, digest_size=4).digest()
        return self._drawers.setdefault(int.from_bytes(digest, "big") % DRAWERS, _Drawer())


def _given(header: str) -> tuple[str, str] | None:
    """Name and password of an Authorization header; None where there are none."""
    kind, _, coded = header.partition(" ")
    if kind.lower() != "basic" or len(coded) > 4 * (LONGEST + LONGEST_NAME + 1) * 4 // 3 + 4:
        return None
    try:
        name, colon, password = base64.b64decode(coded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return (name, password) if colon else None


def _refused(why: str) -> PlainTextResponse:
    return PlainTextResponse(why, 401, {"WWW-Authenticate": ASK, "Cache-Control": "no-store"})
