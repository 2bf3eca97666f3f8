"""Who calls: the Pro Santé Connect token by introspection, the structure by header, the certificate when there is one.

Source: docs/sources/eprescription.md#psc (X-Structure is ours), #jeton-d-api (a token of the API instead, whose
certificate tells the structure), docs/sources/psc.md (introspection). Knows no operation.
"""

from __future__ import annotations

from typing import Any

from eprescription_mock import codes
from eprescription_mock.api_token import api_caller, structure_of_certificate, token_is_wanted
from eprescription_mock.domain.values import Actor, Refused
from eprescription_mock.facts import Caller
from health_documents.identifiers import OID_STRUCT_IDNAT
from lgo_sandbox.gate.api_access import Access, is_id_token
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.introspection import IntrospectionFailed, introspected
from lgo_sandbox.pki import Family, Judgement
from lgo_sandbox.population.people import Population, Professional, Structure
from lgo_sandbox.wire.oauth import BadAuthorization, Bearer, read_authorization

__all__ = ["identify", "structure_named", "workplaces"]

CERTIFICATE, AUTHORIZATION, STRUCTURE = "certificat client", "en-tête Authorization", "en-tête X-Structure"
JUDGED = {
    Judgement.WRONG_AUTHORITY: "signé par une autre autorité",
    Judgement.NOT_YET_VALID: "pas encore valide",
    Judgement.EXPIRED: "expiré",
    Judgement.REVOKED: "révoqué",
    Judgement.UNKNOWN_FAMILY: "d'une famille inconnue",
}
SHOWN_TOKEN = 12
"""How much of a token a finding shows: enough to tell two apart."""


async def identify(call: Call) -> Actor:
    """Return who asks, and from which structure. Raises Refused (401, 403, 503)."""
    _refuse_bad_certificate(call)
    by_api = token_is_wanted(call)
    access = await api_caller(call) if by_api else await _psc_caller(call)
    person = _professional(call, access.person)
    places = workplaces(call.session.people, person)
    named = call.headers.get(codes.STRUCTURE_HEADER, "")
    if by_api and access.structure:
        structure = structure_of_certificate(access.structure, named, places)
    else:
        structure = structure_named(named, places)
    actor = Actor(person.national_id, person.profession, structure.id_nat, structure.sector)
    call.note(
        Caller(
            professional=actor.national_id,
            profession=actor.profession,
            structure=actor.structure,
            sector=actor.sector,
            client_id=access.client_id,
        )
    )
    return actor


async def _psc_caller(call: Call) -> Access:
    claims = await _introspected(call, _token(call))
    return Access(str(claims["SubjectNameID"]), str(claims.get("client_id", "")), "")


def workplaces(people: Population, person: Professional) -> list[Structure]:
    """Return where a professional works."""
    names = [person.structure, *([codes.SECOND_STRUCTURE] if codes.TAG_TWO_ACTIVITIES in person.tags else [])]
    return [people.structure(name) for name in names if name]


def structure_named(header: str, places: list[Structure]) -> Structure:
    """Return the structure that ``X-Structure`` (``root|Struct_IdNat`` or ``root|FINESS``) names among some."""
    root, _, number = header.strip().partition("|")
    found = next((place for place in places if number in (place.id_nat, place.finess)), None)
    if root != OID_STRUCT_IDNAT or found is None:
        expected = " ou ".join(f"{OID_STRUCT_IDNAT}|{place.id_nat}" for place in places)
        received = header or "en-tête absent"
        raise Refused("structure-refusee", received[:60], received=received, expected=expected, where=STRUCTURE)
    return found


def _refuse_bad_certificate(call: Call) -> None:
    judgement = call.judge_peer()
    if judgement is None or judgement is Judgement.OK:
        return
    received = f"{call.exchange.certificate} : {JUDGED[judgement]}"
    raise Refused("certificat-refuse", str(judgement), received=received, where=CERTIFICATE)


def _token(call: Call) -> str:
    header = call.headers.get("authorization")
    try:
        credentials = read_authorization(header)
    except BadAuthorization as error:
        received = f"« {_scheme(header)} » : {error.reason}"
        raise Refused("jeton-absent", error.reason, received=received, where=AUTHORIZATION) from error
    if not isinstance(credentials, Bearer):
        received = "Basic" if credentials else "en-tête absent"
        raise Refused("jeton-absent", received=received, where=AUTHORIZATION)
    return credentials.token


def _scheme(header: str | None) -> str:
    """Return the beginning of a header, without the secret that follows."""
    return (header or "")[:SHOWN_TOKEN]


async def _introspected(call: Call, token: str) -> dict[str, Any]:
    path, credentials = codes.PSC_INTROSPECTION, (codes.PSC_CLIENT, codes.PSC_SECRET)
    try:
        claims = await introspected(call.sandbox, call.session.name, "psc", path, token, credentials)
    except IntrospectionFailed as error:
        # What follows the colon is the words of a library.
        received = str(error).partition(" : ")[0]
        raise Refused("psc-indisponible", str(error), received=received, where="bac à sable") from error
    if claims.get("active") is not True or not claims.get("SubjectNameID"):
        raise _inactive(token)
    return claims


def _inactive(token: str) -> Refused:
    if is_id_token(token):
        received, remedy = "un jeton d'identité (id_token)", "Joignez l'access_token de la même réponse de jetons."
        return Refused("jeton-invalide", received=received, where=AUTHORIZATION, remedy=remedy)
    received = f"jeton {token[:SHOWN_TOKEN]}…, que Pro Santé Connect dit inactif"
    return Refused("jeton-invalide", received=received, where=AUTHORIZATION)


def _professional(call: Call, national_id: str) -> Professional:
    person = call.session.people.professional(national_id)
    if person is None or codes.TAG_STRUCK_OFF in person.tags:
        received = f"{national_id}, {'radié' if person else 'inconnu'}"
        where = "jeton Pro Santé Connect"
        raise Refused("professionnel-inconnu", national_id[:40], received=received, where=where)
    card = call.peer is not None and call.peer.family is Family.PROFESSIONAL_AUTH
    if card and call.peer is not None and call.peer.national_id != national_id:
        raise Refused(
            "certificat-refuse",
            "la carte n'est pas celle du porteur du jeton",
            received=f"la carte de {call.peer.national_id}",
            expected=f"celle du porteur du jeton, {national_id}",
            where=CERTIFICATE,
            remedy="Ouvrez la session Pro Santé Connect et la connexion TLS avec la carte du même professionnel.",
        )
    return person
