"""``/options`` and ``/declarations``: what a session is set to, and what the editor declares not applicable.

Both merge what is sent into what is there; ``null`` takes a value back. Source: design (options stand for weak facts);
specs/requirements.md §1 (« not applicable » is a formal answer with a reason).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter

from lgo_sandbox.control.access import CurrentSandbox, CurrentSession, known_service
from lgo_sandbox.control.errors import INVALID, ControlError
from lgo_sandbox.control.models import Texts
from lgo_sandbox.requirements import catalogue
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.wire.quoting import quoted

__all__ = ["checked_options", "checked_versions", "router"]

router = APIRouter(tags=["réglages"])


@router.get("/options")
async def options(session: CurrentSession) -> dict[str, str]:
    """Donner les options en vigueur."""
    return dict(session.options)


@router.put("/options")
async def set_options(sandbox: CurrentSandbox, session: CurrentSession, wanted: Texts) -> dict[str, str]:
    """Régler des options ; null rend sa valeur par défaut à une option."""
    checked_options(sandbox, wanted)
    session.configure(replace(session.config, options=_merged(session.config.options, wanted)))
    return dict(session.options)


@router.get("/declarations")
async def declarations(session: CurrentSession) -> dict[str, str]:
    """Donner les exigences déclarées sans objet, avec leur motif."""
    return dict(session.config.declarations)


@router.put("/declarations")
async def set_declarations(session: CurrentSession, wanted: Texts) -> dict[str, str]:
    """Déclarer des exigences sans objet ; null retire une déclaration."""
    for number, reason in wanted.items():
        if number not in catalogue():
            raise ControlError(INVALID, f"exigence inconnue : {quoted(number)}")
        if reason is not None and not reason.strip():
            raise ControlError(INVALID, f"{number} : le motif est obligatoire")
    by_id = {catalogue().get(number).id: reason for number, reason in wanted.items()}
    session.configure(replace(session.config, declarations=_merged(session.config.declarations, by_id)))
    return dict(session.config.declarations)


def checked_options(sandbox: Sandbox, wanted: Mapping[str, str | None]) -> dict[str, str]:
    """Return the options to set, without those taken back. Raises ControlError on an unknown name or value."""
    known = {f"{s.name}.{option.name}": option.choices for s in sandbox.services.values() for option in s.options}
    for name, value in wanted.items():
        if name not in known:
            raise ControlError(INVALID, f"option inconnue : {quoted(name)} (voir /_sandbox/v1/services)")
        if value is not None and known[name] and value not in known[name]:
            raise ControlError(INVALID, f"{name} : valeurs admises : {', '.join(known[name])}")
    return _merged({}, wanted)


def checked_versions(sandbox: Sandbox, wanted: Mapping[str, str | None]) -> dict[str, str]:
    """Return the specification versions to set, by service. Raises ControlError on an unknown service."""
    for name in wanted:
        known_service(sandbox, name)
    return _merged({}, wanted)


def _merged(present: Mapping[str, str], wanted: Mapping[str, str | None]) -> dict[str, str]:
    merged: dict[str, str | None] = {**present, **wanted}
    return {name: value for name, value in merged.items() if value is not None}
