"""``/bad-servers``: the listeners that a client must refuse, opened when asked, closed when done.

Source: design of the project (Ports); docs/sources/transport.md#serveur-fautif-accepte.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from lgo_sandbox.control.access import CurrentLauncher, CurrentSession
from lgo_sandbox.control.errors import ControlError
from lgo_sandbox.control.models import Nothing
from lgo_sandbox.sandbox import Listeners
from lgo_sandbox.watch.bad_servers import BAD_SERVERS, Weakness

__all__ = ["router"]

router = APIRouter(prefix="/bad-servers", tags=["connexion"])


@router.get("")
async def bad_servers(launcher: CurrentLauncher, session: CurrentSession) -> dict[str, Any]:
    """Lister les serveurs fautifs que le logiciel doit refuser ; aucun tant qu'ils ne sont pas ouverts."""
    return _document(launcher, session.name)


@router.post("", status_code=201)
async def open_bad_servers(
    launcher: CurrentLauncher, session: CurrentSession, _wanted: Nothing | None = None
) -> dict[str, Any]:
    """Ouvrir les serveurs fautifs : TLS 1.0 et 1.1, suites faibles, mauvais certificats."""
    try:
        await launcher.open_bad_servers()
    except OSError as error:
        raise ControlError(409, str(error)) from error
    return _document(launcher, session.name)


@router.delete("", status_code=204)
async def close_bad_servers(launcher: CurrentLauncher) -> Response:
    """Fermer les serveurs fautifs."""
    await launcher.close_bad_servers()
    return Response(status_code=204)


def _document(launcher: Listeners, session: str) -> dict[str, Any]:
    addresses = launcher.addresses_of(session)
    servers = [
        {
            "weakness": weakness,
            "title": BAD_SERVERS[Weakness(weakness)].title,
            "expected": "refus, avant la première donnée",
            "addresses": doors,
        }
        for weakness, doors in addresses.bad.items()
    ]
    return {"servers": servers, "absent": addresses.bad_absent}
