"""``/sessions``: make, list, describe, reset and delete sessions.

A session made with ``listeners`` comes with the document of its own doors, so that a test reaches it with nothing but
other addresses. Source: design « Session = tenant ».
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from lgo_sandbox.control.access import CurrentLauncher, CurrentSession
from lgo_sandbox.control.clock import described, moved
from lgo_sandbox.control.listeners import connection_document
from lgo_sandbox.control.models import NewSession, Nothing
from lgo_sandbox.control.tuning import checked_options, checked_versions
from lgo_sandbox.sandbox import Listeners
from lgo_sandbox.tenant.clock import Clock
from lgo_sandbox.tenant.ids import Ids
from lgo_sandbox.tenant.session import Session, SessionConfig

__all__ = ["router"]

router = APIRouter(prefix="/sessions", tags=["sessions"])

NAME_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
NAME_SIZE = 10


@router.get("")
async def sessions(launcher: CurrentLauncher) -> list[dict[str, Any]]:
    """Lister les sessions."""
    own = launcher.settings.session
    return [
        {"session": name, "default": name == own, "listeners": launcher.has_own_doors(name)}
        for name in launcher.sandbox.sessions.names()
    ]


@router.post("", status_code=201)
async def create(launcher: CurrentLauncher, wanted: NewSession) -> dict[str, Any]:
    """Créer une session ; avec ses propres ports si listeners est vrai."""
    config = SessionConfig(
        seed=wanted.seed,
        options=checked_options(launcher.sandbox, wanted.options),
        spec_versions=checked_versions(launcher.sandbox, wanted.spec_versions),
        clock=moved(Clock(), wanted.clock) if wanted.clock else Clock().state,
    )
    name = wanted.name if wanted.name is not None else f"s-{Ids().pick(NAME_ALPHABET, NAME_SIZE)}"
    session = launcher.sandbox.sessions.create(name, config, durable=wanted.durable)
    if not wanted.listeners:
        return _description(launcher, session)
    try:
        await launcher.open_for(name)
        return {**_description(launcher, session), **await connection_document(launcher, name)}
    except BaseException:
        await _delete(launcher, name)
        raise


@router.get("/{session}")
async def describe(launcher: CurrentLauncher, session: CurrentSession) -> dict[str, Any]:
    """Décrire une session."""
    return _description(launcher, session)


@router.delete("/{session}", status_code=204)
async def delete(launcher: CurrentLauncher, session: CurrentSession) -> Response:
    """Supprimer une session, ses ports et ses certificats ; la session default est remise à zéro."""
    await _delete(launcher, session.name)
    return Response(status_code=204)


@router.post("/{session}/reset")
async def reset(launcher: CurrentLauncher, session: CurrentSession, _wanted: Nothing | None = None) -> dict[str, Any]:
    """Remettre les données aux valeurs de départ et vider le journal ; les réglages restent."""
    return _description(launcher, launcher.sandbox.sessions.reset(session.name))


async def _delete(launcher: Listeners, name: str) -> None:
    await launcher.close_for(name)
    launcher.sandbox.sessions.delete(name)
    if name not in launcher.sandbox.sessions.names():
        await asyncio.to_thread(launcher.sandbox.pki.forget, name)


def _description(launcher: Listeners, session: Session) -> dict[str, Any]:
    config = session.config
    return {
        "session": session.name,
        "default": session.name == launcher.settings.session,
        "durable": session.durable,
        "listeners": launcher.has_own_doors(session.name),
        "prefix": "" if session.name == launcher.settings.session else f"/s/{session.name}",
        "seed": config.seed,
        "clock": described(session.clock),
        "options": dict(config.options),
        "spec_versions": dict(config.spec_versions),
        "declarations": dict(config.declarations),
        "exchanges": session.journal.last_seq(),
    }
