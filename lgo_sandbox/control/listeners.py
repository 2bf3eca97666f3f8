"""``/listeners`` and ``/ready``: a session's own doors, and the document that a client connects with."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from lgo_sandbox.control.access import CurrentLauncher, CurrentSession
from lgo_sandbox.control.errors import ControlError
from lgo_sandbox.control.models import Nothing
from lgo_sandbox.control.ready import certificates_of, ready_document
from lgo_sandbox.sandbox import Listeners
from lgo_sandbox.wire.quoting import quoted

__all__ = ["connection_document", "router"]

router = APIRouter(tags=["connexion"])


@router.get("/ready")
async def ready(launcher: CurrentLauncher, session: CurrentSession) -> dict[str, Any]:
    """Donner le document de connexion : adresses, certificats, personnes, clients OIDC."""
    return await connection_document(launcher, session.name)


@router.post("/listeners", status_code=201)
async def open_listeners(
    launcher: CurrentLauncher, session: CurrentSession, _wanted: Nothing | None = None
) -> dict[str, Any]:
    """Ouvrir des ports pour la session (ils remplacent ceux qu'elle avait) et donner leur document de connexion."""
    await launcher.open_for(session.name)
    return await connection_document(launcher, session.name)


@router.delete("/listeners", status_code=204)
async def close_listeners(launcher: CurrentLauncher, session: CurrentSession) -> Response:
    """Fermer les ports ouverts pour la session."""
    if not launcher.has_own_doors(session.name):
        raise ControlError(404, f"la session {quoted(session.name)} n'a pas de ports à elle")
    await launcher.close_for(session.name)
    return Response(status_code=204)


async def connection_document(launcher: Listeners, session: str) -> dict[str, Any]:
    """Return the ready document of a session; its certificates are made in a thread when they are missing."""
    await asyncio.to_thread(certificates_of, launcher.sandbox, session)
    return ready_document(launcher.sandbox, launcher.addresses_of(session))
