"""Rules on dossiers: rights, identity, transitions, what a dossier allows.

Source: docs/sources/dp.md#droits, #identite, #creation, #cloture. Knows no wire, no store.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from dp_mock import codes
from dp_mock.codes.states import TRANSITIONS, Event, State
from dp_mock.domain.values import Actor, Identity, Refused
from health_documents.identifiers import (
    OID_INS_NIA,
    OID_INS_NIR,
    OID_INS_NIR_DEMO,
    OID_INS_NIR_TEST,
    matricule_is_valid,
    nir_key,
)

__all__ = ["after", "authorise", "check_identity", "check_matricule", "differences", "require_created"]

ROOTS = (OID_INS_NIR, OID_INS_NIA, OID_INS_NIR_TEST, OID_INS_NIR_DEMO)


def authorise(operation: str, actor: Actor) -> None:
    """Refuse a profession or a place without right to an operation."""
    allowed = codes.RIGHTS[operation]
    if actor.place and actor.profession in allowed.get(actor.place, ()):
        return
    profession = codes.PROFESSIONS.get(actor.profession, "autre profession")
    received = f"{actor.profession} ({profession}), {actor.place or 'lieu sans accès au DP'}"
    expected = " ; ".join(
        f"{place} : {' ou '.join(codes.PROFESSIONS[one] for one in sorted(allowed[place]))}" for place in allowed
    )
    raise Refused(
        "profession-non-autorisee", received, received=received, expected=expected, where="en-tête X-Professionnel"
    )


def check_matricule(matricule: str, where: str) -> None:
    """Refuse a matricule whose form or key is wrong."""
    if matricule_is_valid(matricule):
        return
    expected = ""
    with contextlib.suppress(ValueError):
        expected = f"{matricule[:13]}{nir_key(matricule[:13])}, si les treize premiers caractères sont justes"
    raise Refused("ins-invalide", matricule[:40], received=f"« {matricule[:40]} »", expected=expected, where=where)


def check_identity(identity: Identity, known: Identity | None) -> None:
    """Refuse an identity that is not qualified, is malformed, or is not that of the person known by its matricule."""
    check_matricule(identity.matricule, "ins.matricule")
    if identity.root not in ROOTS:
        received = identity.root or "absente"
        raise Refused("ins-invalide", received, received=received, expected=" ou ".join(ROOTS), where="ins.oid")
    if identity.quality != codes.QUALIFIED:
        raise Refused("ins-non-qualifiee", received=identity.quality or "absent", where="statutIdentite")
    for name, received, expected in differences(identity, known):
        raise Refused("identite-differente", name, received=received or "absent", expected=expected, where=name)


def differences(identity: Identity, known: Identity | None) -> Iterable[tuple[str, str, str]]:
    """Yield member, value received and value of the known person where they differ."""
    if known is None:
        return
    for name, sent, right in (
        ("ins.oid", identity.root, known.root),
        ("nomNaissance", identity.birth_name, known.birth_name),
        ("prenomNaissance", identity.first_name, known.first_name),
        ("sexe", identity.sex, known.sex),
        ("dateNaissance", identity.birth_date, known.birth_date),
    ):
        if sent != right:
            yield name, sent, right


def after(state: State, event: Event, matricule: str) -> State:
    """Return the state that follows. Raises Refused for an event that the state does not admit."""
    target = TRANSITIONS[state][event]
    if isinstance(target, State):
        return target
    raise Refused(target, received=f"{event.value}, dossier {state.value}", where=f"dossier de {matricule}")


NOT_CREATED = {
    State.UNKNOWN: "dossier-inconnu",
    State.INFORMING: "dossier-non-cree",
    State.OPPOSED: "dossier-oppose",
    State.CLOSED: "dossier-clos",
}


def require_created(state: State, operation: str, matricule: str) -> None:
    """Refuse what only a created dossier allows."""
    if state is not State.CREATED:
        received = f"{operation}, dossier {state.value}"
        raise Refused(NOT_CREATED[state], received=received, where=f"dossier de {matricule}")
