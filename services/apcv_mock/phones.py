"""The phones of a session: whose there are, the code that one shows now.

Source: docs/sources/apcv.md#code, #age, #personnes. Joins seeds, clock and secret; decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from apcv_mock.domain import Persona, Presented, code_of, may_hold, read_code
from apcv_mock.options import code_seconds
from apcv_mock.seeds import persona_of, personas
from lgo_sandbox.tenant.session import Session

__all__ = ["Shown", "has_phone", "phone_of", "phones", "read_shown", "show_code", "why_no_phone"]

NONCE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
SECRET = "apcv.code"


@dataclass(frozen=True, slots=True)
class Shown:
    """A code that a phone shows: its text, how many seconds it lives."""

    text: str
    seconds: int


def phones(session: Session) -> Mapping[str, Persona]:
    """Return the seeded personas by id."""
    return personas(session.people)


def phone_of(session: Session, persona: str) -> Persona | None:
    """Return a persona: a seeded one, or any patient by his slug."""
    return persona_of(session.people, persona)


def has_phone(session: Session, persona: Persona) -> bool:
    """Tell whether somebody has the application now."""
    return may_hold(persona.holder, session.clock.age().date())


def why_no_phone(persona: Persona) -> str:
    """Return in French why somebody has no application."""
    if not persona.holder.matricule:
        return "Sans matricule, personne n'active l'appli carte Vitale."
    return "L'appli carte Vitale s'active à partir de seize ans : présentez le téléphone d'un parent."


def show_code(session: Session, persona: Persona) -> Shown:
    """Return a new code of a phone."""
    now = int(session.clock.age().timestamp())
    text = code_of(persona.id, now, session.ids.pick(NONCE, 6), session.secret(SECRET))
    return Shown(text, code_seconds(session))


def read_shown(session: Session, text: str) -> tuple[Presented, timedelta] | None:
    """Return what a code says and how old it is; None for what no phone of this session has shown."""
    presented = read_code(text, session.secret(SECRET))
    if presented is None:
        return None
    return presented, timedelta(seconds=int(session.clock.age().timestamp()) - presented.shown)
