"""Reading the body of a request of INSi: traits, what a card says, what is to be verified.

Source: docs/sources/insi.md#traits (schemas, high), #verification (names low), #verification-en-masse (ours). Verbatim:
the service refuses, it never normalises. Reads, never judges a value: that is ``domain``.
"""

from __future__ import annotations

from lxml import etree

from insi_mock.domain import CardRequest, Claim, Matricule, Traits
from insi_mock.wire.names import BATCH_REQUEST, REQUEST_BY_CARD, REQUEST_BY_TRAITS, VERIFICATION_REQUEST
from insi_mock.wire.texts import string, text_at
from lgo_sandbox.wire.soap import Envelope

__all__ = ["card_request_of", "claim_of", "claims_of", "deposit_number_of", "matricules_of", "traits_of"]

_TRAITS = ("Sexe", "DateNaissance", "LieuNaissance")


def traits_of(envelope: Envelope) -> Traits:
    """Return the traits of a RECSANSVITALE."""
    return Traits() if envelope.body is None else _traits(envelope.body, REQUEST_BY_TRAITS)


def _traits(parent: etree._Element, namespace: str) -> Traits:
    first_names = [string(each) for each in parent.iterfind(f"{{{namespace}}}Prenom")]
    others = (text_at(parent, namespace, name) for name in _TRAITS)
    return Traits(text_at(parent, namespace, "NomNaissance"), " ".join(first_names), *others)


def card_request_of(envelope: Envelope) -> CardRequest:
    """Return what a RECVITALE says of a card."""
    body = envelope.body
    if body is None:
        return CardRequest()
    individual, holder = (_matricule(body, REQUEST_BY_CARD, name) for name in ("MatriculeIndividu", "MatriculeOD"))
    name, date, rank = (
        text_at(body, REQUEST_BY_CARD, each) for each in ("NomNaissance", "DateNaissance", "RangNaissance")
    )
    return CardRequest(individual, holder, name, date, rank)


def _matricule(parent: etree._Element, namespace: str, *path: str) -> str:
    return "".join(text_at(parent, namespace, *path, name) for name in ("NumIdentifiant", "Cle"))


def claim_of(envelope: Envelope) -> Claim | None:
    """Return what a unit verification asks; None when nobody is named."""
    found = None if envelope.body is None else envelope.body.find(f"{{{VERIFICATION_REQUEST}}}IndividuVerifie")
    return None if found is None else _claim(found, VERIFICATION_REQUEST)


def claims_of(envelope: Envelope) -> list[Claim]:
    """Return what a deposit asks to verify."""
    if envelope.body is None:
        return []
    return [_claim(each, BATCH_REQUEST) for each in envelope.body.iterfind(f"{{{BATCH_REQUEST}}}IndividuVerifie")]


def _claim(person: etree._Element, namespace: str) -> Claim:
    told = person.find(f"{{{namespace}}}TraitsIdentiteIndividu")
    traits = Traits() if told is None else _traits(told, namespace)
    listed = text_at(person, namespace, "TraitsIdentiteIndividu", "ListePrenom")
    return Claim(
        _matricule(person, namespace, "INSFourni", "IdIndividu"),
        text_at(person, namespace, "INSFourni", "OID"),
        Traits(traits.birth_name, listed or traits.first_names, traits.sex, traits.birth_date, traits.birth_place),
        person.get("ref") or "",
    )


def deposit_number_of(envelope: Envelope) -> str:
    """Return the number of the deposit to be collected."""
    return "" if envelope.body is None else text_at(envelope.body, BATCH_REQUEST, "NumeroDepot")


def matricules_of(envelope: Envelope) -> tuple[Matricule, ...]:
    """Return every matricule of a body, as it is written: number and key apart."""
    if envelope.body is None:
        return ()
    numbers = envelope.body.iter("{*}NumIdentifiant")
    return tuple(_as_written(number) for number in numbers)


def _as_written(number: etree._Element) -> Matricule:
    parent = number.getparent()
    assert parent is not None
    name = etree.QName(parent)
    return Matricule(name.localname, string(number), text_at(parent, name.namespace or "", "Cle"))
