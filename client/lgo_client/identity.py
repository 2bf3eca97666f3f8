"""A local identity and its RNIV state: provisoire, récupérée, validée, qualifiée; who may use the matricule, and
when.

Source: specs/insi.md §4 (statuses of RNIV, exclusive; attributes douteuse and fictive block INSi),
specs/requirements.md §2.1 rules 11, 12, 20, 21, 25, 27, 28. The transitions are a table: what is not in it is
refused. Knows INSi answers as values; knows no wire.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from .insi import Answer, Found

__all__ = ["Event", "IdentityRefused", "LocalIdentity", "State", "Trace", "transition"]


class State(StrEnum):
    """The four exclusive states of a local identity."""

    PROVISOIRE = "provisoire"
    RECUPEREE = "récupérée"
    VALIDEE = "validée"
    QUALIFIEE = "qualifiée"


class Event(StrEnum):
    """What happens to an identity."""

    INSI_FOUND = "INSi a rendu une identité"
    DOCUMENT_CHECKED = "pièce d'identité de haut niveau contrôlée"
    STRICT_TRAIT_CHANGED = "trait strict modifié"
    DOUBT = "identité déclarée douteuse"
    FICTITIOUS = "identité déclarée fictive"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.PROVISOIRE, Event.INSI_FOUND): State.RECUPEREE,
    (State.VALIDEE, Event.INSI_FOUND): State.QUALIFIEE,
    (State.PROVISOIRE, Event.DOCUMENT_CHECKED): State.VALIDEE,
    (State.RECUPEREE, Event.DOCUMENT_CHECKED): State.QUALIFIEE,
    (State.RECUPEREE, Event.STRICT_TRAIT_CHANGED): State.PROVISOIRE,
    (State.QUALIFIEE, Event.STRICT_TRAIT_CHANGED): State.VALIDEE,
    (State.PROVISOIRE, Event.STRICT_TRAIT_CHANGED): State.PROVISOIRE,
    (State.VALIDEE, Event.STRICT_TRAIT_CHANGED): State.VALIDEE,
    **{(state, event): State.PROVISOIRE for state in State for event in (Event.DOUBT, Event.FICTITIOUS)},
}

BLOCKING = (Event.DOUBT, Event.FICTITIOUS)
INVALIDATING = (Event.STRICT_TRAIT_CHANGED, *BLOCKING)


class IdentityRefused(Exception):
    """An event that the state forbids, an INSi answer to be refused, or a use that wants a qualified identity."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of the identity's history: event, state after it, user."""

    event: str
    state: State
    user: str


@dataclass(frozen=True, slots=True)
class LocalIdentity:
    """An identity of the pharmacy's base. ``found`` (matricule, OID, traits) exists in récupérée and qualifiée only."""

    birth_name: str
    first_name: str
    sex: str
    birth_date: str
    birth_place: str
    state: State = State.PROVISOIRE
    found: Found | None = None
    blocked: bool = False
    traces: tuple[Trace, ...] = field(default=())

    def with_answer(self, answer: Answer, user: str) -> LocalIdentity:
        """Take an INSi answer of code 00. Raises IdentityRefused for another code, odd traits, a blocked identity."""
        if self.blocked:
            raise IdentityRefused("identité douteuse ou fictive : INSi ne peut pas être appelé")
        if answer.code != "00" or answer.found is None:
            raise IdentityRefused(f"INSi a répondu {answer.code} : aucune identité à reprendre")
        _check_found(answer.found, self.first_name)
        return replace(self._after(Event.INSI_FOUND, user), found=answer.found)

    def with_document(self, kind: str, user: str) -> LocalIdentity:
        """Record an identity document of a high trust level (passport, identity card…).

        Raises IdentityRefused for a state that it adds nothing to, or a blocked identity, which stays provisoire.
        """
        if self.blocked:
            raise IdentityRefused("identité douteuse ou fictive : elle reste provisoire")
        return self._after(Event.DOCUMENT_CHECKED, user, detail=kind)

    def changed(self, event: Event, user: str) -> LocalIdentity:
        """Take an event that invalidates the matricule: it is dropped. Raises IdentityRefused for another event."""
        if event not in INVALIDATING:
            raise IdentityRefused(f"« {event.value} » n'invalide pas un matricule")
        return replace(self._after(event, user), found=None, blocked=self.blocked or event in BLOCKING)

    @property
    def transmissible(self) -> Found:
        """The identity with its matricule, to be sent to others. Raises IdentityRefused unless qualifiée (rule 28)."""
        if self.state is not State.QUALIFIEE or self.found is None:
            raise IdentityRefused(f"identité {self.state} : le matricule INS ne peut pas être transmis")
        return self.found

    def _after(self, event: Event, user: str, detail: str = "") -> LocalIdentity:
        state = transition(self.state, event)
        said = f"{event.value} ({detail})" if detail else event.value
        return replace(self, state=state, traces=(*self.traces, Trace(said, state, user)))


def transition(state: State, event: Event) -> State:
    """Return the state after an event. Raises IdentityRefused when the table has no such line."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IdentityRefused(f"identité {state.value} : « {event.value} » est sans objet") from None


def _check_found(found: Found, typed_first_name: str) -> None:
    if not (found.birth_name and found.first_names and found.sex):
        raise IdentityRefused("règle 12 : INSi a rendu des traits vides")
    if not _is_calendar_date(found.birth_date):
        raise IdentityRefused("règle 11 : INSi a rendu une date de naissance incomplète")
    if not f"{_spaced(found.first_names)} ".startswith(f"{_spaced(typed_first_name)} "):
        raise IdentityRefused("règle 6 : le premier prénom saisi n'est pas le début de la liste rendue par INSi")


def _is_calendar_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _spaced(names: str) -> str:
    return names.replace("-", " ").replace("'", " ")
