"""The states of a prescription and what every event does in each: a table, not branches.

Source: docs/sources/eprescription.md#etats (ours, after comparable European services). Knows no behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

__all__ = ["RESTING", "TRANSITIONS", "Event", "State"]


class State(StrEnum):
    """The state of a prescription."""

    CREEE = "CREEE"
    EN_COURS = "EN_COURS"
    PARTIELLE = "PARTIELLE"
    A_RENOUVELER = "A_RENOUVELER"
    EXECUTEE = "EXECUTEE"
    ANNULEE = "ANNULEE"
    EXPIREE = "EXPIREE"


class Event(StrEnum):
    """What may happen to a prescription; the last three events of execution differ by what they leave."""

    CONSULTER = "consulter"
    ABANDONNER = "abandonner"
    DELAI = "délai de consultation écoulé"
    EXECUTER_PARTIEL = "exécuter en partie"
    EXECUTER_COMPLET = "exécuter, il reste des renouvellements"
    EXECUTER_FINAL = "exécuter pour la dernière fois"
    PERIMER = "périmer"
    ANNULER = "annuler"
    ANNULER_EXECUTION = "annuler une exécution"


RESTING = "repos"
"""The target of events that give a prescription back: CREEE, PARTIELLE, A_RENOUVELER or EXECUTEE, by its deliveries."""

_EXECUTIONS = (Event.EXECUTER_PARTIEL, Event.EXECUTER_COMPLET, Event.EXECUTER_FINAL)


def _refusing(error: str, *events: Event) -> dict[Event, State | str]:
    return dict.fromkeys(events or tuple(Event), error)


def _started(state: State) -> dict[Event, State | str]:
    return {
        **_refusing("consultation-absente", Event.ABANDONNER, *_EXECUTIONS),
        Event.DELAI: state,
        Event.CONSULTER: State.EN_COURS,
        Event.PERIMER: State.EXPIREE,
        Event.ANNULER: "deja-entamee",
        Event.ANNULER_EXECUTION: RESTING,
    }


TRANSITIONS: Mapping[State, Mapping[Event, State | str]] = MappingProxyType(
    {
        State.CREEE: {
            **_started(State.CREEE),
            Event.ANNULER: State.ANNULEE,
            Event.ANNULER_EXECUTION: "aucune-execution",
        },
        State.PARTIELLE: _started(State.PARTIELLE),
        State.A_RENOUVELER: _started(State.A_RENOUVELER),
        State.EN_COURS: {
            Event.CONSULTER: State.EN_COURS,
            Event.ABANDONNER: RESTING,
            Event.DELAI: RESTING,
            Event.EXECUTER_PARTIEL: State.PARTIELLE,
            Event.EXECUTER_COMPLET: State.A_RENOUVELER,
            Event.EXECUTER_FINAL: State.EXECUTEE,
            Event.PERIMER: State.EN_COURS,
            Event.ANNULER: "en-cours",
            Event.ANNULER_EXECUTION: "en-cours",
        },
        State.EXECUTEE: {
            **_refusing("deja-executee"),
            Event.DELAI: State.EXECUTEE,
            Event.PERIMER: State.EXECUTEE,
            Event.ANNULER_EXECUTION: RESTING,
        },
        State.ANNULEE: {
            **_refusing("annulee"),
            Event.DELAI: State.ANNULEE,
            Event.PERIMER: State.ANNULEE,
        },
        State.EXPIREE: {
            **_refusing("perimee"),
            Event.DELAI: State.EXPIREE,
            Event.PERIMER: State.EXPIREE,
        },
    }
)
"""Every event in every state: the state it leads to, ``RESTING``, or the error that refuses it."""
