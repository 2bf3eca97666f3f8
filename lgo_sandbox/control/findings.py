"""``/findings``: what the checks reproach the exchanges of a session, in order."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from lgo_sandbox.control.access import CurrentSession
from lgo_sandbox.watch.journal import Filter

__all__ = ["router"]

router = APIRouter(tags=["constats"])

MAX_EXCHANGES = 10_000


@router.get("/findings")
async def findings(
    session: CurrentSession,
    service: str = "",
    operation: str = "",
    check: str = "",
    severity: str = "",
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_EXCHANGES)] = MAX_EXCHANGES,
) -> list[dict[str, Any]]:
    """Lister les constats : règle, reçu, attendu, remède, exigences, et l'échange concerné."""
    found = session.journal.read(Filter(service, operation, after, with_findings=True, limit=limit))
    return [
        {
            "exchange": exchange.id,
            "seq": exchange.seq,
            "service": exchange.service,
            "operation": exchange.operation,
            "started": exchange.started,
            **finding.to_json(),
        }
        for exchange in found
        for finding in exchange.findings
        if check in ("", finding.check_id) and severity in ("", finding.severity)
    ]
