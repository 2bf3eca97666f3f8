"""Who calls INSi: an organisation by its client certificate, or a professional by the assertion that a card signed.

Source: specs/insi.md §3 (CN of the certificate, content and lifetime of the assertion: high; which error refuses a bad
one: not public, ours). The mode is read from what is presented. The PSC assertion is not signed and its transport is
not public: a later version. Knows certificates and assertions; knows no operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lxml import etree

from insi_mock.codes import CERTIFICATE_ERRORS, CERTIFICATE_NAMES
from insi_mock.domain import Refused
from insi_mock.wire import assertion_of
from lgo_sandbox.asgi import Call
from lgo_sandbox.clock import Clock
from lgo_sandbox.pki import Family, Judgement, PeerCertificate
from lgo_sandbox.wire.saml import Assertion, BadAssertion, read_assertion
from lgo_sandbox.wire.signature import verify_enveloped_signature
from lgo_sandbox.wire.soap import Envelope

__all__ = ["ABSENT", "ASSERTION_LIFETIME", "BY_ASSERTION", "BY_CERTIFICATE", "Caller", "authenticate"]

ASSERTION_LIFETIME = timedelta(hours=1)
CLOCK_SKEW = timedelta(minutes=5)

BY_CERTIFICATE = "certificat"
BY_ASSERTION = "CPx"
ABSENT = "absente"
"""On a plain port only: the missing certificate is waived, and a check notes it."""

GOOD_CERTIFICATE = "un certificat valide d'une autorité du bac à sable"
GOOD_ASSERTION = "une assertion signée par une carte CPS valide, émise il y a moins d'une heure"


@dataclass(frozen=True, slots=True)
class Caller:
    """How the caller authenticated, and who it is: a structure, a professional's national id, or ""."""

    mode: str
    name: str = ""


def authenticate(call: Call, envelope: Envelope) -> Caller:
    """Return who calls. Raises Refused when what is presented is not good, or nothing is on the TLS port."""
    if call.peer is not None:
        _judge(call, call.peer, "certificat client")
    assertion = assertion_of(envelope)
    if assertion is not None:
        return _professional(call, assertion)
    if call.peer is not None:
        return _organisation(call.peer)
    if call.tls:
        raise Refused("desir_simule_certificat_absent", "aucun certificat client", GOOD_CERTIFICATE)
    return Caller(ABSENT)


def _judge(call: Call, certificate: PeerCertificate, what: str) -> None:
    judgement = call.sandbox.pki.judge(certificate, call.session.clock.age())
    if judgement is not Judgement.OK:
        received = f"{what} « {certificate.subject} » : {judgement}"
        raise Refused(CERTIFICATE_ERRORS[judgement], received, GOOD_CERTIFICATE)


def _organisation(certificate: PeerCertificate) -> Caller:
    if certificate.family is not Family.ORGANISATION_AUTH or certificate.common_name not in CERTIFICATE_NAMES:
        received = f"certificat « {certificate.subject} » ({certificate.family})"
        raise Refused("desir_560", received, "un certificat d'organisation au CN INSI-AUTO ou INSI-MANU")
    return Caller(BY_CERTIFICATE, certificate.organisational_unit)


def _professional(call: Call, element: etree._Element) -> Caller:
    try:
        assertion = read_assertion(element)
    except BadAssertion as error:
        raise _refused(error.reason) from error
    if assertion.name_qualifier == "PSC":
        raise Refused("desir_simule_psc", "une assertion PSC", "une assertion CPS ou un certificat d'organisation")
    card = _signer(call, element)
    if assertion.name_id != card.national_id:
        raise _refused(f"assertion au nom de « {assertion.name_id} », signée par « {card.national_id} »")
    _check_age(call.session.clock, assertion)
    return Caller(BY_ASSERTION, assertion.name_id)


def _signer(call: Call, element: etree._Element) -> PeerCertificate:
    report = verify_enveloped_signature(element)
    if not report.valid or report.certificate_der is None:
        raise _refused(f"signature refusée ({report.reason})")
    card = PeerCertificate.from_der(report.certificate_der)
    _judge(call, card, "certificat de signature")
    if card.family is not Family.PROFESSIONAL_SIGN:
        raise _refused(f"signature par un certificat {card.family}")
    return card


def _check_age(clock: Clock, assertion: Assertion) -> None:
    issued = assertion.issue_instant
    if issued is None:
        raise _refused("assertion sans IssueInstant")
    try:
        age = clock.age() - clock.age_of(issued)
    except OverflowError:
        raise _refused(f"assertion émise à {issued.isoformat()}") from None
    if not -CLOCK_SKEW <= age <= ASSERTION_LIFETIME:
        raise _refused(f"assertion émise à {issued.isoformat()}, soit il y a {age}")


def _refused(received: str) -> Refused:
    return Refused("desir_simule_assertion", received, GOOD_ASSERTION)
