"""The life of a dossier: which event is admitted in which state, as one table.

Source: docs/sources/dp.md#creation, #cloture: the order is the law's, the names of the states are ours. Knows no
behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

__all__ = ["TRANSITIONS", "Event", "State"]


class State(StrEnum):
    """Where a dossier stands; the values are on the wire."""

    UNKNOWN = "INCONNU"
    INFORMING = "INFORMATION_EN_COURS"
    CREATED = "CREE"
    OPPOSED = "OPPOSE"
    CLOSED = "CLOS"


class Event(StrEnum):
    """What may happen to a dossier."""

    IDENTITY = "identité transmise"
    ASKED = "identité transmise à la demande du patient"
    SILENCE = "délai d'opposition écoulé"
    OPPOSITION = "opposition"
    CLOSURE = "clôture"


TRANSITIONS: Mapping[State, Mapping[Event, State | str]] = MappingProxyType(
    {
        State.UNKNOWN: {
            Event.IDENTITY: State.INFORMING,
            Event.ASKED: State.INFORMING,
            Event.SILENCE: "dossier-inconnu",
            Event.OPPOSITION: State.OPPOSED,
            Event.CLOSURE: "dossier-inconnu",
        },
        State.INFORMING: {
            Event.IDENTITY: State.INFORMING,
            Event.ASKED: State.INFORMING,
            Event.SILENCE: State.CREATED,
            Event.OPPOSITION: State.OPPOSED,
            Event.CLOSURE: "dossier-non-cree",
        },
        State.CREATED: {
            Event.IDENTITY: State.CREATED,
            Event.ASKED: State.CREATED,
            Event.SILENCE: State.CREATED,
            Event.OPPOSITION: "dossier-deja-cree",
            Event.CLOSURE: State.CLOSED,
        },
        State.OPPOSED: {
            Event.IDENTITY: "dossier-oppose",
            Event.ASKED: State.INFORMING,
            Event.SILENCE: "dossier-oppose",
            Event.OPPOSITION: State.OPPOSED,
            Event.CLOSURE: "dossier-oppose",
        },
        State.CLOSED: {
            Event.IDENTITY: "dossier-clos",
            Event.ASKED: State.INFORMING,
            Event.SILENCE: "dossier-clos",
            Event.OPPOSITION: State.OPPOSED,
            Event.CLOSURE: "dossier-clos",
        },
    }
)
"""State → event → the next state, or the code of the refusal."""
