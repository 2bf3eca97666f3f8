"""``/people``: the synthetic patients, professionals and structures that every service knows."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from lgo_sandbox.control.access import CurrentSandbox
from lgo_sandbox.control.ready import people_document

__all__ = ["router"]

router = APIRouter(tags=["personnes"])


@router.get("/people")
async def people(sandbox: CurrentSandbox) -> dict[str, Any]:
    """Donner les personnes fictives : professionnels, structures, patients et leur situation."""
    return people_document(sandbox.people)
