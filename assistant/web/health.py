"""Whether the page is well, for who watches over it: ``GET /health``.

In: the line of questions. Out: JSON with a status, the version, the documents and how many questions wait; 503
when the bot fails or the server is ending. A bot of which nothing was heard for a while is asked a question.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import anyio
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send

from assistant.versions import corpus_version, program_version
from assistant.web.waiting import Line

PATH = "/health"
PROBE = "venous leiomyosarcoma"
TRUST = 30.0  # seconds for which a probe holds
PATIENCE = 10.0  # seconds that a probe may take

log = logging.getLogger(__name__)


class Health:
    """The ASGI application behind `PATH`."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._well = False
        self._probed = -TRUST
        self._probing: anyio.Lock | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await PlainTextResponse("Only GET.", 405, {"Allow": "GET, HEAD"})(scope, receive, send)
            return
        status = "ending" if self.line.closed else "ok" if await self._answers() else "failing"
        corpus = self.line.corpus
        told: dict[str, Any] = {
            "status": status,
            "version": program_version(),
            "corpus": corpus_version(corpus),
            "documents": len(corpus),
            "waiting": self.line.waiting,
        }
        response = JSONResponse(told, 200 if status == "ok" else 503, {"Cache-Control": "no-store"})
        await response(scope, receive, send)

    async def _answers(self) -> bool:
        """Whether the bot answers; asked past the line, one probe at a time and not more often than `TRUST`."""
        self._probing = self._probing or anyio.Lock()
        async with self._probing:
            if self.line.broken or time.monotonic() - self._probed >= TRUST:
                self._well = False
                with anyio.move_on_after(PATIENCE):
                    self._well = await anyio.to_thread.run_sync(self._probe, abandon_on_cancel=True)
                self._probed = time.monotonic()
            return self._well

    def _probe(self) -> bool:
        try:
            self.line.bot.ask(PROBE)
        except Exception:
            log.exception("The bot does not answer.")
            return False
        self.line.broken = False
        return True
