"""``/events``: the exchanges of a session as server-sent events.

The journal is polled, so that exchanges of another process of the same session come too. Events: ``exchange`` (its id
is the sequence number, so that a client that comes back goes on where it was), ``reset`` (the journal began again) and
``end`` (the session is gone). Source: HTML standard § Server-sent events.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from lgo_sandbox.control.access import CurrentLauncher, CurrentSession
from lgo_sandbox.control.exchanges import POLL_SECONDS
from lgo_sandbox.sandbox import Listeners
from lgo_sandbox.tenant.sessions import UnknownSession
from lgo_sandbox.watch.journal import Filter

__all__ = ["router"]

router = APIRouter(tags=["échanges"])

GROUP = 200
SILENCE_POLLS = 75
"""Polls without an event before a comment keeps the connection alive: fifteen seconds."""


@router.get("/events", response_class=StreamingResponse)
async def events(
    launcher: CurrentLauncher,
    session: CurrentSession,
    after: Annotated[int | None, Query(ge=0)] = None,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
) -> StreamingResponse:
    """Suivre les échanges au fil de l'eau (text/event-stream), à partir de maintenant ou de ceux qui suivent after."""
    if last_event_id.isdecimal():
        after = int(last_event_id)
    start = session.journal.last_seq() if after is None else after
    return StreamingResponse(_stream(launcher, session.name, start), media_type="text/event-stream")


async def _stream(launcher: Listeners, name: str, last: int) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    silent = 0
    while not launcher.closing:
        try:
            text, last = _news(launcher, name, last)
        except UnknownSession:
            yield _event("end", {"session": name})
            return
        silent = 0 if text else silent + 1
        if silent >= SILENCE_POLLS:
            text, silent = ": toujours là\n\n", 0
        if text:
            yield text
        await asyncio.sleep(POLL_SECONDS)


def _news(launcher: Listeners, name: str, last: int) -> tuple[str, int]:
    journal = launcher.sandbox.sessions.get(name).journal
    newest = journal.last_seq()
    if newest < last:
        return _event("reset", {"session": name}, 0), 0
    if newest == last:
        return "", last
    found = journal.read(Filter(after=last, limit=GROUP))
    text = "".join(_event("exchange", exchange.to_json(), exchange.seq) for exchange in found)
    return text, found[-1].seq if found else newest


def _event(kind: str, data: dict[str, Any], number: int | None = None) -> str:
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
