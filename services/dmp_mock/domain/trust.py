"""Whether a VIHF is trusted: its signature, who signed it, and the certificate of the TLS connection.

Source: docs/sources/dmp.md#vihf-signature (high for facts, medium for the rule of unsigned VIHFs), #certificat
(families). Certificates were read and judged by the PKI, in age time; here the verdicts become the DMP's own refusals.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dmp_mock.codes.trust import FAMILIES, SIGNATURES, VERDICTS, WORDS
from dmp_mock.codes.vihf import STRUCTURE, Mode
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.vihf import Vihf
from lgo_sandbox.pki import Family, Judgement, PeerCertificate

__all__ = ["Evidence", "Judged", "check_signature", "check_trust"]

_PERSON, _LEGAL_PERSON = "le certificat de la carte du professionnel", "un certificat d'organisation de la structure"
_CONNECTION, _SIGNER = "certificat de la connexion TLS", "certificat de la signature du VIHF (KeyInfo)"
_SIGNATURE = "VIHF, ds:Signature"


@dataclass(frozen=True, slots=True)
class Judged:
    """A certificate and the PKI's verdict on it at a moment of age time."""

    certificate: PeerCertificate
    verdict: Judgement
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What came with a VIHF. ``signature_problem`` is a key of ``SIGNATURES``, "" when it is right or absent.

    ``signature_said`` names what is at fault of it, "" where the problem says it all.
    ``legal_entity`` is the legal person (EJ) that the directory gives to the structure of the VIHF, "" when none.
    """

    tls: bool
    client: Judged | None
    signer: Judged | None
    signature_problem: str = ""
    legal_entity: str = ""
    signature_said: str = ""


def check_trust(vihf: Vihf, evidence: Evidence) -> None:
    """Raise Refused unless the connection and the signature vouch for the VIHF.

    Over plain HTTP only the absence of a client certificate is waived: an unsigned VIHF, which nothing but the card's
    certificate vouches for, is refused there.
    """
    if evidence.client is not None or evidence.tls:
        _check_client(vihf, evidence)
    if vihf.signed:
        check_signature(vihf, evidence)
    elif vihf.mode is not Mode.DIRECT or evidence.client is None:
        raise Refused(
            "vihf-signature",
            "VIHF non signé",
            received="aucune signature",
            expected="une signature, sauf en DIRECTE avec la carte du même professionnel en TLS",
            where=_SIGNATURE,
        )


def _check_client(vihf: Vihf, evidence: Evidence) -> None:
    client = evidence.client
    wanted = _PERSON if vihf.mode is Mode.DIRECT else _LEGAL_PERSON
    if client is None:
        raise _client_refusal("aucun certificat client", "aucun certificat", wanted)
    kind = "cps-…-auth" if vihf.mode is Mode.DIRECT else "org-auth"
    if client.verdict is not Judgement.OK:
        raise _unfit("client-certificate", client, _CONNECTION, kind)
    family = Family.PROFESSIONAL_AUTH if vihf.mode is Mode.DIRECT else Family.ORGANISATION_AUTH
    if client.certificate.family is not family:
        raise _client_refusal("famille de certificat inattendue", FAMILIES[client.certificate.family], wanted)
    if vihf.mode is Mode.DIRECT and client.certificate.national_id != vihf.name_id:
        raise _another("client-certificate", "le porteur n'est pas le PS du VIHF", vihf, client, _CONNECTION)
    if vihf.mode is not Mode.DIRECT:
        _check_legal_person(vihf, evidence, client.certificate, _CONNECTION)


def _client_refusal(reason: str, received: str, expected: str) -> Refused:
    return Refused("client-certificate", reason, received=received, expected=expected, where=_CONNECTION)


def _unfit(code: str, judged: Judged, which: str, instead: str) -> Refused:
    """Refuse a certificate that nobody may use: what is wrong with it, not whose it should be."""
    certificate = judged.certificate
    received, expected = WORDS[judged.verdict]
    told = {
        "issuer": certificate.issuer,
        "serial": f"{certificate.serial:x}",
        "not_before": f"{certificate.not_before:%Y-%m-%d}",
        "not_after": f"{certificate.not_after:%Y-%m-%d}",
        "now": f"{judged.at:%Y-%m-%d}",
    }
    return Refused(
        code,
        VERDICTS[judged.verdict],
        received=f"« {certificate.subject} », {received.format(**told)}",
        expected=expected.format(**told),
        where=which,
        remedy=f"Remplacez ce certificat par {instead} du fichier de démarrage.",
    )


def _another(code: str, reason: str, vihf: Vihf, judged: Judged, which: str) -> Refused:
    """Refuse somebody else's card: both people are named."""
    bearer = judged.certificate.national_id
    return Refused(
        code,
        reason,
        received=f"la carte de « {bearer} », avec NameID « {vihf.name_id} » dans le VIHF",
        expected=f"la carte de « {vihf.name_id} », le professionnel du VIHF",
        where=which,
        remedy=f"Prenez la carte de « {vihf.name_id} », ou mettez « {bearer} » dans NameID du VIHF.",
    )


def check_signature(vihf: Vihf, evidence: Evidence) -> None:
    """Raise Refused for a signature that is wrong, or of somebody else; an unsigned VIHF passes."""
    if not vihf.signed:
        return
    if evidence.signature_problem or evidence.signer is None:
        found = SIGNATURES[evidence.signature_problem or "no-certificate"]
        raise Refused(
            "vihf-signature",
            found.received,
            received=evidence.signature_said or found.received,
            expected=found.expected,
            where=_SIGNATURE,
            remedy=found.remedy,
        )
    signer = evidence.signer
    if signer.verdict is not Judgement.OK:
        raise _unfit("signer", signer, _SIGNER, "cps-…-sign" if vihf.mode is Mode.DIRECT else "org-sign")
    _check_usage(vihf.mode, signer)
    if vihf.mode is Mode.DIRECT:
        if signer.certificate.national_id != vihf.name_id:
            raise _another("signer", "le signataire n'est pas le PS du VIHF", vihf, signer, _SIGNER)
    else:
        _check_legal_person(vihf, evidence, signer.certificate, _SIGNER)


def _signer_refusal(reason: str, received: str, expected: str) -> Refused:
    return Refused("signer", reason, received=received, expected=expected, where=_SIGNER)


_SIGNERS = {
    Mode.DIRECT: (Family.PROFESSIONAL_SIGN,),
    Mode.INDIRECT: (Family.ORGANISATION_SIGN,),
    Mode.AIR: (Family.ORGANISATION_SIGN, Family.ORGANISATION_AUTH),
}


def _check_usage(mode: Mode, signer: Judged) -> None:
    """A signature needs nonRepudiation, but for AIR: its official sample is signed by an authentication certificate."""
    family = signer.certificate.family
    if family in _SIGNERS[mode]:
        return
    wanted = " ou ".join(FAMILIES[each] for each in _SIGNERS[mode])
    if family in (Family.PROFESSIONAL_SIGN, Family.ORGANISATION_SIGN):
        raise _signer_refusal(f"{FAMILIES[family]} inattendu en {mode}", FAMILIES[family], f"{wanted}, en mode {mode}")
    raise Refused("signer-usage", received=FAMILIES[family], expected=wanted, where=_SIGNER)


def _check_legal_person(vihf: Vihf, evidence: Evidence, certificate: PeerCertificate, which: str) -> None:
    """The OU is the structure, or the legal person of that site (EJ/EG) for the directory."""
    right = {vihf.structure, evidence.legal_entity} - {""}
    if certificate.organisational_unit not in right:
        raise Refused(
            "legal-person",
            received=f"{vihf.structure} ; OU du {which} : {certificate.organisational_unit or 'absente'}",
            expected=f"la même structure dans le VIHF et dans le {which}",
            where=f"VIHF, attribut {STRUCTURE}",
        )
