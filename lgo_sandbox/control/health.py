"""``/health``: whether every port answers, what runs, and what goes badly: journals and events that fail."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from lgo_sandbox import __version__
from lgo_sandbox.control.access import CurrentLauncher

__all__ = ["router"]

router = APIRouter(tags=["santé"])

STARTING = 503


@router.get("/health")
async def health(launcher: CurrentLauncher) -> JSONResponse:
    """Dire si le bac à sable est prêt (200 quand tous les ports répondent, 503 avant) et ce qui va mal (degraded)."""
    fares = launcher.sandbox.sessions.health()
    body: dict[str, Any] = {
        "status": ("degraded" if fares.troubles else "ok") if launcher.ready else "starting",
        "version": __version__,
        "session": launcher.settings.session,
        "services": list(launcher.sandbox.services),
        "waiting": fares.waiting,
        "troubles": [asdict(trouble) for trouble in fares.troubles],
    }
    return JSONResponse(body, 200 if launcher.ready else STARTING)
