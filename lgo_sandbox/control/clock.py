"""``/clock``: read and move the age time of a session.

Source: design « Two times ».
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fastapi import APIRouter

from lgo_sandbox.control.access import CurrentSandbox, CurrentSession
from lgo_sandbox.control.errors import INVALID, ControlError
from lgo_sandbox.control.models import ClockMove
from lgo_sandbox.tenant.clock import Clock, ClockState, real_now

__all__ = ["described", "moved", "router"]

router = APIRouter(tags=["horloge"])

FIRST_YEAR, LAST_YEAR = 1970, 2199


@router.get("/clock")
async def read(session: CurrentSession) -> dict[str, Any]:
    """Lire l'horloge de la session."""
    return described(session.clock)


@router.post("/clock")
async def move(sandbox: CurrentSandbox, session: CurrentSession, wanted: ClockMove) -> dict[str, Any]:
    """Déplacer, figer ou relancer l'horloge de la session ; ce qui devient échu a lieu avant la réponse."""
    session.configure(replace(session.config, clock=moved(session.clock, wanted)))
    for _ in session.agenda.catch_up():
        await asyncio.sleep(0)
    await sandbox.followed_up()
    return described(session.clock)


def described(clock: Clock) -> dict[str, Any]:
    """Return a clock as JSON values."""
    return {
        "age": clock.age().isoformat(),
        "wire_time": clock.wire().isoformat(),
        "real": real_now().isoformat(),
        "frozen": _is_frozen(clock),
        "wire": clock.state.wire,
    }


def moved(clock: Clock, wanted: ClockMove) -> ClockState:
    """Return the state that a request asks for. Raises ControlError."""
    if not wanted.model_fields_set:
        raise ControlError(INVALID, "rien à régler : donnez by, to, freeze ou wire")
    if wanted.by is not None and wanted.to is not None:
        raise ControlError(INVALID, "by et to s'excluent")
    state = clock.state
    if wanted.by is not None or wanted.to is not None or wanted.freeze is not None:
        state = _jump(clock, wanted)
    return replace(state, wire=wanted.wire) if wanted.wire else state


def _jump(clock: Clock, wanted: ClockMove) -> ClockState:
    frozen = _is_frozen(clock) if wanted.freeze is None else wanted.freeze
    try:
        state = clock.moved(by=timedelta(seconds=wanted.by or 0), to=wanted.to, frozen=frozen)
        year = state.segments[-1].age.year
    except OverflowError:
        year = 0
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ControlError(INVALID, f"l'horloge va de {FIRST_YEAR} à {LAST_YEAR}")
    return state


def _is_frozen(clock: Clock) -> bool:
    segments = clock.state.segments
    return bool(segments) and not segments[-1].running
