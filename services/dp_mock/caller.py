"""Who calls: the establishment by its client certificate, the professional by a header.

Source: docs/sources/dp.md#certificat: that the establishment's certificate authenticates is public, both headers are
ours. On the plain port the absence of a certificate is waived, and noted. Knows no operation.
"""

from __future__ import annotations

from dp_mock import codes
from dp_mock.domain.values import Actor, Refused
from dp_mock.facts import Caller
from health_documents.identifiers import OID_STRUCT_IDNAT
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.pki import Family, Judgement, PeerCertificate
from lgo_sandbox.population.people import Professional, Structure

__all__ = ["identify"]

CERTIFICATE, STRUCTURE = "certificat client", "en-tête X-Structure"
PROFESSIONAL = "en-tête X-Professionnel"
JUDGED = {
    Judgement.WRONG_AUTHORITY: "signé par une autre autorité",
    Judgement.NOT_YET_VALID: "pas encore valide",
    Judgement.EXPIRED: "expiré",
    Judgement.REVOKED: "révoqué",
    Judgement.UNKNOWN_FAMILY: "d'une famille inconnue",
}
FAMILIES = {
    Family.ORGANISATION_SIGN: "certificat de signature d'organisation",
    Family.PROFESSIONAL_AUTH: "carte d'un professionnel",
    Family.PROFESSIONAL_SIGN: "certificat de signature d'un professionnel",
    Family.SERVER: "certificat de serveur",
    Family.UNKNOWN: "certificat d'un usage inconnu",
}


def identify(call: Call) -> Actor:
    """Return who asks, and from which structure. Raises Refused (401, 403)."""
    structure = _structure(call)
    person = _professional(call, structure)
    actor = Actor(person.national_id, person.profession, structure.id_nat, codes.PLACES.get(structure.sector))
    call.note(
        Caller(
            professional=actor.national_id,
            profession=actor.profession,
            structure=actor.structure,
            certified=call.peer is not None,
        )
    )
    return actor


def _structure(call: Call) -> Structure:
    named = call.headers.get(codes.STRUCTURE_HEADER, "").strip()
    if call.peer is not None:
        _judge(call, call.peer)
        number, where = call.peer.organisational_unit, CERTIFICATE
        if named and named != f"{OID_STRUCT_IDNAT}|{number}":
            expected = f"{OID_STRUCT_IDNAT}|{number}, ou rien"
            raise Refused("structure-refusee", named[:60], received=named, expected=expected, where=STRUCTURE)
    elif call.tls:
        raise Refused("certificat-absent", received="aucun certificat client", where="poignée de main TLS")
    else:
        root, _, number = named.partition("|")
        number, where = number if root == OID_STRUCT_IDNAT else "", STRUCTURE
    found = call.session.people.structure_numbered(number)
    if found is None:
        received = named or number or "en-tête absent"
        raise Refused("structure-refusee", received[:60], received=received, where=where)
    return found


def _judge(call: Call, peer: PeerCertificate) -> None:
    judgement = call.judge_peer()
    if judgement is not None and judgement is not Judgement.OK:
        received = f"« {peer.subject} », {JUDGED[judgement]}"
        raise Refused("certificat-refuse", str(judgement), received=received, where=CERTIFICATE)
    if peer.family is not Family.ORGANISATION_AUTH:
        received = f"{FAMILIES[peer.family]} « {peer.subject} »"
        raise Refused("certificat-refuse", received=received, where=CERTIFICATE)


def _professional(call: Call, structure: Structure) -> Professional:
    named = call.headers.get(codes.PROFESSIONAL_HEADER, "").strip()
    person = call.session.people.professional(named)
    if person is None or codes.TAG_STRUCK_OFF in person.tags:
        received = f"{named}, {'radié' if person else 'inconnu'}" if named else "en-tête absent"
        raise Refused("professionnel-inconnu", received[:60], received=received, where=PROFESSIONAL)
    if structure.id not in (person.structure, *person.also_at):
        received = f"{named}, qui n'exerce pas à {structure.name}"
        raise Refused("professionnel-inconnu", received[:90], received=received, where=PROFESSIONAL)
    return person
