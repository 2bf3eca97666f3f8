"""``/markers``: what the user did in the software under test, told to the sandbox.

Source: specs/requirements.md §3 and §6.3.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from lgo_sandbox.control.access import CurrentSession
from lgo_sandbox.control.models import NewMarker
from lgo_sandbox.watch.markers import Marker, dated

__all__ = ["router"]

router = APIRouter(prefix="/markers", tags=["jalons"])


@router.get("")
async def markers(session: CurrentSession, name: str = "", subject: str = "") -> list[dict[str, Any]]:
    """Lister les jalons, tous ou d'un nom ou d'un sujet."""
    return [marker.to_json() for marker in session.markers.all(name, subject)]


@router.post("", status_code=201)
async def put(session: CurrentSession, wanted: NewMarker) -> dict[str, Any]:
    """Poser un jalon : « document validé », « patient opposé », début ou fin de scénario…"""
    at = wanted.at or session.clock.age()
    marker = Marker(dated(at), wanted.name, wanted.subject, wanted.detail)
    session.markers.put(marker)
    return marker.to_json()
