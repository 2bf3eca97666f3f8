"""A local identity and its RNIV state: provisoire, récupérée, validée, qualifiée; its attributes; who may use the
matricule, and when; the dated history from which all that follows.

Source: specs/insi.md §4 (statuses of RNIV, exclusive; attributes homonyme, douteuse and fictive: the last two are
provisoire only and block INSi; only douteuse goes with homonyme), specs/requirements.md §2.1 rules 6, 11, 12, 20, 21,
25, 27, 28, 30, 49, 51. Transitions and flows are tables: what is not in them is refused. An identity whose state is not
what its history leads to cannot be made. Knows INSi answers as values; knows no wire and no clock: each act is dated by
whoever does it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from lgo_client.identity_documents import Document, DocumentRefused, document_of
from lgo_client.insi_values import Answer, Found, Matricule, Verification

__all__ = [
    "FLOWS",
    "TRANSITIONS",
    "Attribute",
    "By",
    "Document",
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
RETRIEVING = frozenset({Event.INSI_FOUND, Event.INS_VERIFIED})
CONFIRMING = RETRIEVING | {Event.DOCUMENT_CHECKED}
"""What makes an identity surer: none of it happens to one that is doubtful or fictitious (rule 25)."""
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
class By:
    """Who does something to an identity, and when: an instant with its zone."""

    user: str
    at: str

    def __post_init__(self) -> None:
        """Raise ValueError without a user, or for what is no date and time with a zone."""
        if not self.user or datetime.fromisoformat(self.at).tzinfo is None:
            raise ValueError(f"un acte a un utilisateur et un instant daté : « {self.user} », « {self.at} »")


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of the identity's history: when, event, state after it, user.

    ``document`` is the one that was checked, ``found`` what INSi told then: it stays here when the identity drops it.
    """

    by: By
    event: Event
    state: State
    document: Document | None = None
    found: Found | None = None

    @property
    def said(self) -> str:
        """The event, with the document, as people read it."""
        return f"{self.event.value} ({self.document.value})" if self.document else self.event.value

    @property
    def matricules(self) -> tuple[Matricule, ...]:
        """The matricule that was told, then those that INSi told to be former ones (INSHISTO)."""
        return (self.found.active, *self.found.history) if self.found else ()


@dataclass(frozen=True, slots=True)
class LocalIdentity:
    """An identity of the pharmacy's base: the traits of its file, and what happened to it.

    ``found`` (matricule, OID, traits) exists in récupérée and qualifiée only.
    """

    birth_name: str
    first_name: str
    sex: str
    birth_date: str
    birth_place: str
    traces: tuple[Trace, ...] = ()

    def __post_init__(self) -> None:
        """Raise IdentityRefused for a history that cannot have happened: a state out of the table, a lack of proof."""
        state, attributes = State.PROVISOIRE, frozenset[Attribute]()
        for trace in self.traces:
            if attributes & BLOCKING and trace.event in CONFIRMING:
                raise IdentityRefused("identité douteuse ou fictive : elle reste provisoire, et n'interroge pas INSi")
            state, attributes = transition(state, trace.event), _attributes_after(attributes, trace.event)
            if trace.state is not state:
                raise IdentityRefused(f"« {trace.event.value} » mène à {state.value}, non à {trace.state.value}")
            if (trace.document is None) is (trace.event is Event.DOCUMENT_CHECKED):
                raise IdentityRefused(f"« {trace.event.value} » : la pièce contrôlée est dite, et elle seule")
            if (trace.found is None) is (trace.event in RETRIEVING):
                raise IdentityRefused(f"« {trace.event.value} » : l'identité d'INSi est dite, et là seulement")

    @property
    def state(self) -> State:
        """Where the history has led."""
        return self.traces[-1].state if self.traces else State.PROVISOIRE

    @property
    def attributes(self) -> frozenset[Attribute]:
        """What the identity is marked with now."""
        marked = frozenset[Attribute]()
        for trace in self.traces:
            marked = _attributes_after(marked, trace.event)
        return marked

    @property
    def found(self) -> Found | None:
        """What INSi told, as long as nothing invalidated it."""
        told = None
        for trace in self.traces:
            told = trace.found or (None if trace.event in INVALIDATING else told)
        return told

    @property
    def former_matricules(self) -> tuple[Matricule, ...]:
        """Every matricule that is not the one of now: those of INSHISTO, and those that this file had before."""
        now = self.found.active.number if self.found else ""
        told = {one.number: one for trace in self.traces for one in trace.matricules if one.number != now}
        return tuple(told.values())

    @property
    def blocked(self) -> bool:
        """Tell whether an attribute forbids any call to INSi (rule 25)."""
        return bool(self.attributes & BLOCKING)

    def with_answer(self, answer: Answer, by: By) -> LocalIdentity:
        """Take an INSi answer of code 00.

        Raises IdentityRefused for another code, odd traits, somebody else's, a blocked identity.
        """
        if self.blocked:
            raise IdentityRefused("identité douteuse ou fictive : INSi ne peut pas être appelé")
        if answer.code != "00" or answer.found is None:
            raise IdentityRefused(f"INSi a répondu {answer.code} : aucune identité à reprendre")
        self._check_found(answer.found)
        return self._after(Event.INSI_FOUND, by, found=answer.found)

    def with_verification(self, verification: Verification, received: Found, by: By) -> LocalIdentity:
        """Take what INSi said of an INS that a third party sent: kept when OK, never when KO (rules 30, 51).

        Raises IdentityRefused on KO, for a blocked identity, for one that has an INS already, and as ``with_answer``.
        """
        if self.blocked:
            raise IdentityRefused("identité douteuse ou fictive : INSi ne peut pas être appelé")
        if not verification.conforms:
            raise IdentityRefused("règle 51 : INSi n'a pas vérifié l'INS reçu, qui n'est pas repris")
        self._check_found(received)
        return self._after(Event.INS_VERIFIED, by, found=received)

    def with_document(self, document: Document | str, by: By) -> LocalIdentity:
        """Record an identity document of a high trust level, which is one of a closed list.

        Raises IdentityRefused for anything else that was shown, for a state that it adds nothing to, or a blocked
        identity, which stays provisoire.
        """
        if self.blocked:
            raise IdentityRefused("identité douteuse ou fictive : elle reste provisoire")
        try:
            shown = document_of(document)
        except DocumentRefused as refused:
            raise IdentityRefused(str(refused)) from None
        return self._after(Event.DOCUMENT_CHECKED, by, document=shown)

    def changed(self, event: Event, by: By) -> LocalIdentity:
        """Take an event that invalidates the matricule: it is dropped. Raises IdentityRefused for another event."""
        if event not in INVALIDATING:
            raise IdentityRefused(f"« {event.value} » n'invalide pas un matricule")
        return self._after(event, by)

    def marked(self, event: Event, by: By) -> LocalIdentity:
        """Take an event that changes attributes only: a homonym told, a doubt lifted. Raises IdentityRefused."""
        if event not in (Event.HOMONYM, Event.RESTORED):
            raise IdentityRefused(f"« {event.value} » change plus que des attributs")
        if event is Event.RESTORED and not self.blocked:
            raise IdentityRefused("l'identité n'est ni douteuse ni fictive")
        return self._after(event, by)

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

    def _check_found(self, found: Found) -> None:
        """Raise IdentityRefused for traits that no identity takes over, or that are of somebody else."""
        if not (found.birth_name and found.first_names and found.sex):
            raise IdentityRefused("règle 12 : INSi a rendu des traits vides")
        if not _is_calendar_date(found.birth_date):
            raise IdentityRefused("règle 11 : INSi a rendu une date de naissance incomplète")
        if not f"{_spaced(found.first_names)} ".startswith(f"{_spaced(self.first_name)} "):
            raise IdentityRefused("règle 6 : le premier prénom saisi n'est pas le début de la liste rendue par INSi")
        told = (("nom", found.birth_name), ("sexe", found.sex), ("date de naissance", found.birth_date))
        for (what, there), here in zip(told, (self.birth_name, self.sex, self.birth_date), strict=True):
            if _spaced(there) != _spaced(here):
                raise IdentityRefused(f"réponse d'une autre personne : {what} « {there} », « {here} » dans le dossier")

    def _after(
        self, event: Event, by: By, *, document: Document | None = None, found: Found | None = None
    ) -> LocalIdentity:
        trace = Trace(by, event, transition(self.state, event), document, found)
        return replace(self, traces=(*self.traces, trace))


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


def _is_calendar_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _spaced(names: str) -> str:
    return names.replace("-", " ").replace("'", " ")
