"""Who asks: the Pro Santé Connect token by introspection, the structure by header, the certificate when one is shown.

Source: specs/eprescription.md §1.4 (PSC is usable for the Ordonnance numérique in wave 2), §8.1 (headers; simulated);
specs/psc.md §1.5 (introspection: form, Basic). Knows no operation.
"""

from __future__ import annotations

from typing import Any

from eprescription_mock import codes
from eprescription_mock.domain.values import Actor, Refused
from health_documents.identifiers import OID_STRUCT_IDNAT
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.introspection import IntrospectionFailed, introspected
from lgo_sandbox.pki import Family, Judgement
from lgo_sandbox.population.people import Population, Professional, Structure
from lgo_sandbox.wire.oauth import BadAuthorization, Bearer, read_authorization

__all__ = ["identify", "structure_named", "workplaces"]


async def identify(call: Call) -> Actor:
    """Return who asks, and from which structure. Raises Refused (401, 403, 503)."""
    _refuse_bad_certificate(call)
    facts = await _introspected(call, _token(call))
    person = _professional(call, str(facts.get("SubjectNameID", "")))
    call.note(client_id=str(facts.get("client_id", "")), professionnel=person.national_id)
    structure = structure_named(call.headers.get(codes.STRUCTURE_HEADER, ""), workplaces(call.session.people, person))
    call.note(structure=structure.id_nat)
    return Actor(person.national_id, person.profession, structure.id_nat, structure.sector)


def workplaces(people: Population, person: Professional) -> list[Structure]:
    """Return where a professional works."""
    names = [person.structure, *([codes.SECOND_STRUCTURE] if codes.TAG_TWO_ACTIVITIES in person.tags else [])]
    return [people.structure(name) for name in names if name]


def structure_named(header: str, places: list[Structure]) -> Structure:
    """Return the structure that ``X-Structure`` (``root|Struct_IdNat`` or ``root|FINESS``) names among some."""
    root, _, number = header.strip().partition("|")
    found = next((place for place in places if number in (place.id_nat, place.finess)), None)
    if root != OID_STRUCT_IDNAT or found is None:
        raise Refused("structure-refusee", header[:60] or "en-tête absent")
    return found


def _refuse_bad_certificate(call: Call) -> None:
    judgement = call.judge_peer()
    if judgement not in (None, Judgement.OK):
        raise Refused("certificat-refuse", str(judgement))


def _token(call: Call) -> str:
    try:
        credentials = read_authorization(call.headers.get("authorization"))
    except BadAuthorization as error:
        raise Refused("jeton-absent", error.reason) from error
    if not isinstance(credentials, Bearer):
        raise Refused("jeton-absent")
    return credentials.token


async def _introspected(call: Call, token: str) -> dict[str, Any]:
    sandbox, credentials = call.sandbox, (codes.PSC_CLIENT, codes.PSC_SECRET)
    try:
        path = codes.PSC_INTROSPECTION
        facts = await introspected(sandbox, call.session.name, "psc", path, token, credentials)
    except IntrospectionFailed as error:
        raise Refused("psc-indisponible", str(error)) from error
    if facts.get("active") is not True or not facts.get("SubjectNameID"):
        raise Refused("jeton-invalide")
    return facts


def _professional(call: Call, national_id: str) -> Professional:
    person = call.session.people.professional(national_id)
    if person is None or codes.TAG_STRUCK_OFF in person.tags:
        raise Refused("professionnel-inconnu", national_id[:40])
    card = call.peer is not None and call.peer.family is Family.PROFESSIONAL_AUTH
    if card and call.peer is not None and call.peer.national_id != national_id:
        raise Refused("certificat-refuse", "la carte n'est pas celle du porteur du jeton")
    return person
