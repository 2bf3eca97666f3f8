"""``/dump`` and ``/load``: a whole session as a zip archive."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from lgo_sandbox.control.access import CurrentLauncher, CurrentSession, SessionName

__all__ = ["router"]

router = APIRouter(tags=["sessions"])


@router.get("/dump", response_class=Response)
async def dump(launcher: CurrentLauncher, session: CurrentSession) -> Response:
    """Télécharger la session : données, réglages et journal."""
    disposition = f'attachment; filename="session-{session.name}.zip"'
    octets = launcher.sandbox.sessions.dump(session.name)
    return Response(octets, media_type="application/zip", headers={"content-disposition": disposition})


@router.post("/load")
async def load(launcher: CurrentLauncher, name: SessionName, request: Request) -> dict[str, Any]:
    """Remplacer le contenu de la session (créée au besoin) par celui d'une archive."""
    session = launcher.sandbox.sessions.load(name, await request.body())
    return {"session": session.name, "durable": session.durable, "exchanges": session.journal.last_seq()}
