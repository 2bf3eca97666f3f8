"""``/exchanges``: the journal of a session — filter, wait for the next one, read one raw and decoded, export.

Knows services by their contract only (``Service.decode``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from lgo_sandbox.control.access import CurrentLauncher, CurrentSandbox, CurrentSession
from lgo_sandbox.control.errors import ControlError
from lgo_sandbox.sandbox import Listeners, Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.journal import Filter, Journal
from lgo_sandbox.wire.quoting import quoted

__all__ = ["POLL_SECONDS", "router"]

router = APIRouter(tags=["échanges"])

POLL_SECONDS = 0.2
"""The journal is polled too: another process may write it."""

MAX_WAIT_SECONDS = 60
MAX_EXCHANGES = 1_000


@router.get("/exchanges")
async def exchanges(
    launcher: CurrentLauncher,
    session: CurrentSession,
    service: str = "",
    operation: str = "",
    after: Annotated[int | None, Query(ge=0)] = None,
    findings: bool = False,
    limit: Annotated[int, Query(ge=1, le=MAX_EXCHANGES)] = 100,
    wait: Annotated[float, Query(ge=0, le=MAX_WAIT_SECONDS)] = 0,
) -> dict[str, Any]:
    """Lister les échanges, dans l'ordre : les derniers, ou ceux qui suivent after ; wait attend qu'il y en ait un."""
    if after is None and wait:
        after = session.journal.last_seq()
    wanted = Filter(service, operation, after or 0, findings, limit, newest_first=after is None)
    found = await _awaited(launcher, session, wanted, wait)
    found.sort(key=lambda exchange: exchange.seq)
    return {"exchanges": [exchange.to_json() for exchange in found], "last": session.journal.last_seq()}


@router.get("/exchanges.jsonl", response_class=StreamingResponse)
async def export(session: CurrentSession) -> StreamingResponse:
    """Exporter tous les échanges avec leurs corps, un objet JSON par ligne."""
    disposition = f'attachment; filename="echanges-{session.name}.jsonl"'
    return StreamingResponse(
        _lines(session.journal), media_type="application/x-ndjson", headers={"content-disposition": disposition}
    )


@router.get("/exchanges/{exchange_id}")
async def exchange(sandbox: CurrentSandbox, session: CurrentSession, exchange_id: str) -> dict[str, Any]:
    """Donner un échange : brut, décodé, et ses constats."""
    found = _one(session, exchange_id)
    return {"exchange": found.to_json(bodies=True), "decoded": _decoded(sandbox, found)}


@router.get("/exchanges/{exchange_id}/{side}", response_class=Response)
async def raw(session: CurrentSession, exchange_id: str, side: Literal["request", "response"]) -> Response:
    """Télécharger les octets de la demande (request) ou de la réponse (response)."""
    found = _one(session, exchange_id)
    octets = found.request_body if side == "request" else found.response_body
    disposition = f'attachment; filename="{found.id}-{side}.bin"'
    return Response(octets, media_type="application/octet-stream", headers={"content-disposition": disposition})


async def _awaited(launcher: Listeners, session: Session, wanted: Filter, wait: float) -> list[Exchange]:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait
    while not (found := session.journal.read(wanted)) and loop.time() < deadline and not launcher.closing:
        await session.journal.news(POLL_SECONDS)
        session = launcher.sandbox.sessions.get(session.name)
    return found


async def _lines(journal: Journal) -> AsyncIterator[str]:
    for line in journal.export():
        yield line + "\n"


def _one(session: Session, exchange_id: str) -> Exchange:
    found = session.journal.one(exchange_id)
    if found is None:
        raise ControlError(404, f"échange inconnu : {quoted(exchange_id)} (ou trop ancien : le journal est borné)")
    return found


def _decoded(sandbox: Sandbox, exchange: Exchange) -> dict[str, Any]:
    service = sandbox.services.get(exchange.service)
    if service is None:
        return _undecoded(exchange, f"le service {exchange.service} n'est pas installé")
    try:
        decoded = service.decode(exchange)
    except Exception as error:  # whatever a stranger sent must still be shown raw
        return _undecoded(exchange, f"{type(error).__name__}: {error}")
    return {"summary": decoded.summary, "request": list(decoded.request), "response": list(decoded.response)}


def _undecoded(exchange: Exchange, reason: str) -> dict[str, Any]:
    label = ("Décodage impossible", reason[:500])
    return {"summary": exchange.summary or exchange.target, "request": [label], "response": []}
