"""A local identity and its RNIV state: provisoire, récupérée, validée, qualifiée; its attributes; who may use the
matricule, and when.

Source: specs/insi.md §4 (statuses of RNIV, exclusive; attributes homonyme, douteuse and fictive: the last two are
provisoire only and block INSi; only douteuse goes with homonyme), specs/requirements.md §2.1 rules 6, 11, 12, 20, 21,
25, 27, 28, 30, 49, 51. Transitions and flows are tables: what is not in them is refused. Knows INSi answers as values;
knows no wire.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from lgo_client.insi_values import Answer, Found, Verification

__all__ = [
    "FLOWS",
    "TRANSITIONS",
    "Attribute",
    "Event",
    "Flow",
    "IdentityRefused",
    "LocalIdentity",
    "State",
    "Trace",
    "transition",
]


class State(StrEnum):
    """The four exclusive states of a local identity."""

    PROVISOIRE = "provisoire"
    RECUPEREE = "récupérée"
    VALIDEE = "validée"
    QUALIFIEE = "qualifiée"


class Attribute(StrEnum):
    """What an identity may be marked with, beside its state."""

    HOMONYME = "homonyme"
    DOUTEUSE = "douteuse"
    FICTIVE = "fictive"


class Event(StrEnum):
    """What happens to an identity."""

    INSI_FOUND = "INSi a rendu une identité"
    INS_VERIFIED = "INS reçu d'un tiers, vérifié par INSi"
    DOCUMENT_CHECKED = "pièce d'identité de haut niveau contrôlée"
    STRICT_TRAIT_CHANGED = "trait strict modifié"
    VERIFICATION_KO = "INSi n'a pas vérifié l'identité"
    DOUBT = "identité déclarée douteuse"
    FICTITIOUS = "identité déclarée fictive"
    RESTORED = "doute levé"
    HOMONYM = "homonyme signalé"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.PROVISOIRE, Event.INSI_FOUND): State.RECUPEREE,
    (State.VALIDEE, Event.INSI_FOUND): State.QUALIFIEE,
    (State.PROVISOIRE, Event.INS_VERIFIED): State.RECUPEREE,
    (State.VALIDEE, Event.INS_VERIFIED): State.QUALIFIEE,
    (State.PROVISOIRE, Event.DOCUMENT_CHECKED): State.VALIDEE,
    (State.RECUPEREE, Event.DOCUMENT_CHECKED): State.QUALIFIEE,
    (State.RECUPEREE, Event.STRICT_TRAIT_CHANGED): State.PROVISOIRE,
    (State.QUALIFIEE, Event.STRICT_TRAIT_CHANGED): State.VALIDEE,
    (State.PROVISOIRE, Event.STRICT_TRAIT_CHANGED): State.PROVISOIRE,
    (State.VALIDEE, Event.STRICT_TRAIT_CHANGED): State.VALIDEE,
    (State.RECUPEREE, Event.VERIFICATION_KO): State.PROVISOIRE,
    (State.QUALIFIEE, Event.VERIFICATION_KO): State.PROVISOIRE,
    (State.PROVISOIRE, Event.RESTORED): State.PROVISOIRE,
    **{(state, event): State.PROVISOIRE for state in State for event in (Event.DOUBT, Event.FICTITIOUS)},
    **{(state, Event.HOMONYM): state for state in State},
}

ATTRIBUTE_OF = {Event.DOUBT: Attribute.DOUTEUSE, Event.FICTITIOUS: Attribute.FICTIVE, Event.HOMONYM: Attribute.HOMONYME}
BLOCKING = frozenset({Attribute.DOUTEUSE, Attribute.FICTIVE})
INVALIDATING = (Event.STRICT_TRAIT_CHANGED, Event.VERIFICATION_KO, Event.DOUBT, Event.FICTITIOUS)


class Flow(StrEnum):
    """Where a matricule may go."""

    SCREEN = "écran de l'officine"
    VERIFICATION = "vérification INSi"
    DMP = "alimentation ou consultation du DMP"
    DOCUMENT = "document CDA, XDM ou PDF"
    MSS_PROFESSIONAL = "message à un professionnel"
    MSS_PATIENT = "message à un patient"
    EPRESCRIPTION = "ordonnance numérique"
    PRINT = "impression"
    DATAMATRIX = "datamatrix INS"


_KEPT = frozenset({State.RECUPEREE, State.QUALIFIEE})
_SENT = frozenset({State.QUALIFIEE})

FLOWS: dict[Flow, frozenset[State]] = {
    Flow.SCREEN: _KEPT,
    Flow.VERIFICATION: _KEPT,
    Flow.DMP: _SENT,
    Flow.DOCUMENT: _SENT,
    Flow.MSS_PROFESSIONAL: _SENT,
    Flow.MSS_PATIENT: _SENT,
    Flow.EPRESCRIPTION: _SENT,
    Flow.PRINT: _SENT,
    Flow.DATAMATRIX: _SENT,
}
"""The states in which a flow carries the matricule with its OID; in any other it carries traits only (rule 28)."""


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
    attributes: frozenset[Attribute] = frozenset()
    traces: tuple[Trace, ...] = field(default=())

    @property
    def blocked(self) -> bool:
        """Tell whether an attribute forbids any call to INSi (rule 25)."""
        return bool(self.attributes & BLOCKING)

    def with_answer(self, answer: Answer, user: str) -> LocalIdentity:
        """Take an INSi answer of code 00. Raises IdentityRefused for another code, odd traits, a blocked identity."""
        if self.blocked:
            raise IdentityRefused("identité douteuse ou fictive : INSi ne peut pas être appelé")
        if answer.code != "00" or answer.found is None:
            raise IdentityRefused(f"INSi a répondu {answer.code} : aucune identité à reprendre")
        _check_found(answer.found, self.first_name)
        return replace(self._after(Event.INSI_FOUND, user), found=answer.found)

    def with_verification(self, verification: Verification, received: Found, user: str) -> LocalIdentity:
        """Take what INSi said of an INS that a third party sent: kept when OK, never when KO (rules 30, 51).

        Raises IdentityRefused on KO, for a blocked identity, for one that has an INS already, and as ``with_answer``.
        """
        if self.blocked:
            raise IdentityRefused("identité douteuse ou fictive : INSi ne peut pas être appelé")
        if not verification.conforms:
            raise IdentityRefused("règle 51 : INSi n'a pas vérifié l'INS reçu, qui n'est pas repris")
        _check_found(received, self.first_name)
        return replace(self._after(Event.INS_VERIFIED, user), found=received)

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
        return replace(self._after(event, user), found=None)

    def marked(self, event: Event, user: str) -> LocalIdentity:
        """Take an event that changes attributes only: a homonym told, a doubt lifted. Raises IdentityRefused."""
        if event not in (Event.HOMONYM, Event.RESTORED):
            raise IdentityRefused(f"« {event.value} » change plus que des attributs")
        if event is Event.RESTORED and not self.blocked:
            raise IdentityRefused("l'identité n'est ni douteuse ni fictive")
        return self._after(event, user)

    def matricule_for(self, flow: Flow) -> Found:
        """Return the identity with its matricule for a flow. Raises IdentityRefused when the flow takes traits only."""
        if self.state not in FLOWS[flow] or self.found is None:
            raise IdentityRefused(f"identité {self.state.value} : pas de matricule dans « {flow.value} » (règle 28)")
        return self.found

    @property
    def transmissible(self) -> Found:
        """The identity with its matricule, to be sent to others. Raises IdentityRefused unless qualifiée (rule 28)."""
        if self.state is not State.QUALIFIEE or self.found is None:
            raise IdentityRefused(f"identité {self.state} : le matricule INS ne peut pas être transmis")
        return self.found

    def _after(self, event: Event, user: str, detail: str = "") -> LocalIdentity:
        state = transition(self.state, event)
        attributes = _attributes_after(self.attributes, event)
        said = f"{event.value} ({detail})" if detail else event.value
        return replace(self, state=state, attributes=attributes, traces=(*self.traces, Trace(said, state, user)))


def _attributes_after(attributes: frozenset[Attribute], event: Event) -> frozenset[Attribute]:
    if event is Event.RESTORED:
        return attributes - BLOCKING
    if event not in ATTRIBUTE_OF:
        return attributes
    together = attributes | {ATTRIBUTE_OF[event]}
    if Attribute.FICTIVE in together and len(together) > 1:
        raise IdentityRefused("« fictive » ne va avec aucun autre attribut")
    return together


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
