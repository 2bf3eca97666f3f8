"""The life of a context: opened by a code, used by who opened it, ended by the clock or by its destruction.

Source: docs/sources/apcv.md#contexte (that it has an end, told as AAAAMMJJHHMMSS: medium; how long: ours). Knows codes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from lgo_sandbox.watch.refusals import Refused

__all__ = ["State", "check_usable", "end_of", "state_of"]

WHERE = "ContexteApCV/Identifiant"


class State(StrEnum):
    """What a context is, at a moment."""

    OPEN = "ouvert"
    EXPIRED = "périmé"
    DESTROYED = "détruit"
    UNKNOWN = "inconnu"


_ERRORS = {
    State.EXPIRED: "apcv_simule_contexte_perime",
    State.DESTROYED: "apcv_simule_contexte_detruit",
    State.UNKNOWN: "apcv_simule_contexte_inconnu",
}


def end_of(opened: datetime, minutes: int) -> datetime:
    """Return when a context ends, to the second: as its answer tells it."""
    return (opened + timedelta(minutes=minutes)).replace(microsecond=0)


def state_of(ends: datetime, now: datetime, *, destroyed: bool) -> State:
    """Return the state of a known context."""
    if destroyed:
        return State.DESTROYED
    return State.OPEN if now <= ends else State.EXPIRED


def check_usable(state: State, context: str, ends: str) -> None:
    """Raise Refused for a context that is not open; ``ends`` is told to people."""
    if state is State.OPEN:
        return
    told = f"contexte « {context[:60]} », {state}" if context else "absent"
    if state is State.EXPIRED:
        told = f"{told} depuis le {ends}"
    raise Refused(
        _ERRORS[state],
        received=told,
        expected="un contexte en cours, que ce professionnel a ouvert dans cette session",
        where=WHERE,
    )
