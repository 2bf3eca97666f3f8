"""``/agenda``: what will happen by itself in a session, when its clock passes the moment.

Source: design of the project (Agenda).
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from lgo_sandbox.control.access import CurrentSession
from lgo_sandbox.control.errors import ControlError

__all__ = ["router"]

router = APIRouter(prefix="/agenda", tags=["agenda"])


@router.get("")
async def agenda(session: CurrentSession) -> list[dict[str, Any]]:
    """Lister les événements à venir, dans l'ordre de leur échéance (temps de la session)."""
    return [event.to_json() for event in session.agenda.waiting()]


@router.delete("/{number}", status_code=204)
async def cancel(session: CurrentSession, number: int) -> Response:
    """Annuler un événement à venir."""
    if not session.agenda.cancel(number):
        raise ControlError(404, f"aucun événement {number} n'est à venir")
    return Response(status_code=204)
