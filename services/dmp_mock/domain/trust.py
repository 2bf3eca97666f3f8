"""Whether a VIHF is trusted: its signature, who signed it, and the certificate of the TLS connection.

Source: specs/dmp.md §2.2 (high for facts, medium for the rule of unsigned VIHFs), §1.4 (certificate families).
Certificates were read and judged by the PKI, in age time; here the verdicts become the DMP's own refusals.
"""

from __future__ import annotations

from dataclasses import dataclass

from dmp_mock.codes.vihf import Mode
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.vihf import Vihf
from lgo_sandbox.pki import Family, Judgement, PeerCertificate

__all__ = ["Evidence", "Judged", "check_trust"]

_REASONS = {
    Judgement.WRONG_AUTHORITY: "autorité de certification non reconnue",
    Judgement.NOT_YET_VALID: "certificat pas encore valide",
    Judgement.EXPIRED: "certificat expiré",
    Judgement.REVOKED: "certificat révoqué",
    Judgement.UNKNOWN_FAMILY: "offre de certificat inconnue",
}
_PERSON, _LEGAL_PERSON = "le certificat de la carte du professionnel", "un certificat d'organisation de la structure"


@dataclass(frozen=True, slots=True)
class Judged:
    """A certificate and the PKI's verdict on it."""

    certificate: PeerCertificate
    verdict: Judgement


@dataclass(frozen=True, slots=True)
class Evidence:
    """What came with a VIHF. ``signature_problem`` is "" when the signature is right or absent."""

    tls: bool
    client: Judged | None
    signer: Judged | None
    signature_problem: str = ""


def check_trust(vihf: Vihf, evidence: Evidence) -> None:
    """Raise Refused unless the connection and the signature vouch for the VIHF.

    Over plain HTTP only the absence of a client certificate is waived: an unsigned VIHF, which nothing but the card's
    certificate vouches for, is refused there.
    """
    if evidence.client is not None or evidence.tls:
        _check_client(vihf, evidence.client)
    if vihf.signed:
        _check_signature(vihf, evidence)
    elif vihf.mode is not Mode.DIRECT or evidence.client is None:
        raise Refused(
            "vihf-signature",
            "VIHF non signé",
            rule="signature",
            received="pas de signature",
            expected="une signature, sauf en DIRECTE avec la carte du même professionnel en TLS",
        )


def _check_client(vihf: Vihf, client: Judged | None) -> None:
    wanted = _PERSON if vihf.mode is Mode.DIRECT else _LEGAL_PERSON
    if client is None:
        raise _client_refusal("aucun certificat client", "absent", wanted)
    if client.verdict is not Judgement.OK:
        reason = _REASONS[client.verdict]
        raise _client_refusal(reason, f"{client.certificate.subject} : {reason}", wanted)
    family = Family.PROFESSIONAL_AUTH if vihf.mode is Mode.DIRECT else Family.ORGANISATION_AUTH
    if client.certificate.family is not family:
        raise _client_refusal("famille de certificat inattendue", client.certificate.family.value, wanted)
    if vihf.mode is Mode.DIRECT and client.certificate.national_id != vihf.name_id:
        raise _client_refusal("le porteur n'est pas le PS du VIHF", client.certificate.national_id, vihf.name_id)
    if vihf.mode is not Mode.DIRECT:
        _check_legal_person(vihf, client.certificate, "client-certificate")


def _client_refusal(reason: str, received: str, expected: str) -> Refused:
    return Refused("client-certificate", reason, rule="client-certificate", received=received, expected=expected)


def _check_signature(vihf: Vihf, evidence: Evidence) -> None:
    if evidence.signature_problem or evidence.signer is None:
        problem = evidence.signature_problem or "no-certificate"
        raise Refused(
            "vihf-signature", problem, rule="signature", received=problem, expected="enveloped, exc-c14n, RSA, intacte"
        )
    signer = evidence.signer
    if signer.verdict is not Judgement.OK:
        _refuse_signer(_REASONS[signer.verdict], signer)
    _check_usage(vihf.mode, signer)
    if vihf.mode is Mode.DIRECT:
        if signer.certificate.national_id != vihf.name_id:
            _refuse_signer("le signataire n'est pas le PS du VIHF", signer)
    else:
        _check_legal_person(vihf, signer.certificate, "signer")


def _refuse_signer(reason: str, signer: Judged) -> None:
    raise Refused("signer", reason, rule="signer", received=signer.certificate.subject, expected="un signataire valide")


_SIGNERS = {
    Mode.DIRECT: (Family.PROFESSIONAL_SIGN,),
    Mode.INDIRECT: (Family.ORGANISATION_SIGN,),
    Mode.AIR: (Family.ORGANISATION_SIGN, Family.ORGANISATION_AUTH),
}


def _check_usage(mode: Mode, signer: Judged) -> None:
    """A signature needs nonRepudiation, but for AIR: its official sample is signed by an authentication certificate."""
    certificate = signer.certificate
    if certificate.family in _SIGNERS[mode]:
        return
    if certificate.family in (Family.PROFESSIONAL_SIGN, Family.ORGANISATION_SIGN):
        _refuse_signer(f"famille {certificate.family.value} inattendue en {mode}", signer)
    raise Refused(
        "signer-usage",
        rule="signer-usage",
        received=certificate.family.value,
        expected=" ou ".join(_SIGNERS[mode]),
    )


def _check_legal_person(vihf: Vihf, certificate: PeerCertificate, rule: str) -> None:
    if certificate.organisational_unit != vihf.structure:
        raise Refused(
            "legal-person",
            rule=f"legal-person:{rule}",
            received=vihf.structure,
            expected=certificate.organisational_unit,
        )
