"""How sessions fare: what waits to be written, and what goes badly, in French.

Knows the journal and the agenda of a session. Must not know any service.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lgo_sandbox.state.errors import StoreError

if TYPE_CHECKING:
    from lgo_sandbox.tenant.session import Session

__all__ = ["Health", "Trouble", "troubles_of"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes badly in a session (``""``: in all): ``what`` is journal, agenda or upkeep; how often, how much."""

    session: str
    what: str
    message: str
    failures: int = 0
    lost: int = 0
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """How many exchanges wait to be written, and what goes badly."""

    waiting: int
    troubles: tuple[Trouble, ...]


def troubles_of(session: Session) -> Iterator[Trouble]:
    """Yield what goes badly in a session."""
    journal = session.journal.health()
    if journal.trouble or journal.lost or journal.cut:
        message = journal.trouble or f"{journal.lost} échanges perdus, {journal.cut} sans leurs corps"
        yield Trouble(session.name, "journal", message, journal.failures, journal.lost, journal.cut)
    message, failures = _agenda(session)
    if message:
        yield Trouble(session.name, "agenda", message, failures)


def _agenda(session: Session) -> tuple[str, int]:
    if session.agenda.trouble:
        return session.agenda.trouble, 0
    try:
        failing = session.agenda.failing()
    except StoreError as error:
        return str(error), 0
    return _told(failing), failing


def _told(failing: int) -> str:
    if failing == 0:
        return ""
    if failing == 1:
        return "1 événement en échec, à nouveau tenté plus tard : voir /agenda"
    return f"{failing} événements en échec, à nouveau tentés plus tard : voir /agenda"
