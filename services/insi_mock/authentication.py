"""Who calls INSi: an organisation by its client certificate, a professional by his card or by Pro Santé Connect.

Source: specs/insi.md §3 (CN of the certificate, content and lifetime of the card's assertion: high; the assertion of a
PSC session is unsigned: medium, what proves it is not public: we believe it, and the answer says so; the assertion of a
carte Vitale: content not public, ours, off by default; which error refuses a bad one: not public, ours). The mode is
read from what is presented. Knows certificates and assertions; knows no operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from lxml import etree

from insi_mock.codes import CERTIFICATE_ERRORS, CERTIFICATE_NAMES
from insi_mock.domain import Refused
from insi_mock.wire import assertions_of
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.pki import Family, Judgement, PeerCertificate
from lgo_sandbox.tenant.clock import Clock
from lgo_sandbox.wire.saml import Assertion, BadAssertion, read_assertion
from lgo_sandbox.wire.signature import verify_enveloped_signature
from lgo_sandbox.wire.soap import Envelope

__all__ = [
    "ABSENT",
    "ASSERTION_LIFETIME",
    "BY_ASSERTION",
    "BY_CERTIFICATE",
    "BY_PSC",
    "Caller",
    "authenticate",
    "check_card_assertion",
]

ASSERTION_LIFETIME = timedelta(hours=1)
CARD_ASSERTION_LIFETIME = timedelta(minutes=20)
"""Of a carte Vitale (specs/insi.md §3, CNDA test 1.02)."""
CLOCK_SKEW = timedelta(minutes=5)

BY_CERTIFICATE = "certificat"
BY_ASSERTION = "CPx"
BY_PSC = "PSC"
VITALE = "VITALE"
"""The NameQualifier by which we know the assertion of a carte Vitale: ours."""
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
    for element in assertions_of(envelope):
        assertion = _read(element)
        if assertion.name_qualifier != VITALE:
            return _professional(call, element, assertion)
    if call.peer is not None:
        return _organisation(call.peer, named=call.session.option("insi.cn_rule") == "enforced")
    if call.tls:
        raise Refused("desir_simule_certificat_absent", "aucun certificat client", GOOD_CERTIFICATE)
    return Caller(ABSENT)


def _judge(call: Call, certificate: PeerCertificate, what: str) -> None:
    judgement = call.sandbox.pki.judge(certificate, call.session.clock.age())
    if judgement is not Judgement.OK:
        received = f"{what} « {certificate.subject} » : {judgement}"
        raise Refused(CERTIFICATE_ERRORS[judgement], received, GOOD_CERTIFICATE)


def _organisation(certificate: PeerCertificate, *, named: bool) -> Caller:
    good_name = certificate.common_name in CERTIFICATE_NAMES or not named
    if certificate.family is not Family.ORGANISATION_AUTH or not good_name:
        received = f"certificat « {certificate.subject} » ({certificate.family})"
        raise Refused("desir_560", received, "un certificat d'organisation au CN INSI-AUTO ou INSI-MANU")
    return Caller(BY_CERTIFICATE, certificate.organisational_unit)


def _read(element: etree._Element) -> Assertion:
    try:
        return read_assertion(element)
    except BadAssertion as error:
        raise _refused(error.reason) from error


def _professional(call: Call, element: etree._Element, assertion: Assertion) -> Caller:
    if assertion.name_qualifier == BY_PSC:
        return _psc_user(call, assertion)
    card = _signer(call, element)
    if assertion.name_id != card.national_id:
        raise _refused(f"assertion au nom de « {assertion.name_id} », signée par « {card.national_id} »")
    _check_age(call.session.clock, assertion, ASSERTION_LIFETIME, "desir_simule_assertion")
    return Caller(BY_ASSERTION, assertion.name_id)


def _psc_user(call: Call, assertion: Assertion) -> Caller:
    """Return the professional of a PSC session: known, in an assertion that is not signed but fresh."""
    expected = "une assertion PSC fraîche, au nom d'un professionnel connu"
    if call.session.option("insi.psc") == "refused":
        raise Refused("desir_simule_psc", "une assertion PSC", "une assertion CPS ou un certificat d'organisation")
    if call.session.people.professional(assertion.name_id) is None:
        raise Refused("desir_simule_psc", f"assertion PSC au nom de « {assertion.name_id} »", expected)
    _check_age(call.session.clock, assertion, ASSERTION_LIFETIME, "desir_simule_psc")
    return Caller(BY_PSC, assertion.name_id)


def check_card_assertion(call: Call, envelope: Envelope, number: str) -> None:
    """Raise Refused, when the session asks for that control, for a carte Vitale's assertion that is absent or bad.

    Ours: NameQualifier VITALE, NameID the number of the card, not signed, 20 minutes.
    """
    mode = call.session.option("insi.vitale_assertion")
    if mode == "ignored":
        return
    found = [a for a in map(_read, assertions_of(envelope)) if a.name_qualifier == VITALE]
    if not found and mode == "required":
        raise Refused("desir_simule_vitale", "aucune assertion de carte Vitale", f"NameQualifier {VITALE}")
    for assertion in found:
        if not assertion.name_id.startswith(number):
            received = f"assertion de la carte « {assertion.name_id} », demande pour « {number} »"
            raise Refused("desir_simule_vitale", received, "la carte de la demande")
        _check_age(call.session.clock, assertion, CARD_ASSERTION_LIFETIME, "desir_simule_vitale")


def _signer(call: Call, element: etree._Element) -> PeerCertificate:
    report = verify_enveloped_signature(element, accept_sha1=True)
    if not report.valid or report.certificate_der is None:
        raise _refused(f"signature refusée ({report.reason})")
    card = PeerCertificate.from_der(report.certificate_der)
    _judge(call, card, "certificat de signature")
    if card.family is not Family.PROFESSIONAL_SIGN:
        raise _refused(f"signature par un certificat {card.family}")
    return card


def _check_age(clock: Clock, assertion: Assertion, lifetime: timedelta, code: str) -> None:
    expected = f"une assertion émise il y a moins de {lifetime}"
    issued = assertion.issue_instant
    if issued is None:
        raise Refused(code, "assertion sans IssueInstant", expected)
    try:
        age = clock.age() - clock.age_of(issued)
    except OverflowError:
        raise Refused(code, f"assertion émise à {issued.isoformat()}", expected) from None
    if not -CLOCK_SKEW <= age <= lifetime:
        raise Refused(code, f"assertion émise à {issued.isoformat()}, soit il y a {age}", expected)


def _refused(received: str) -> Refused:
    return Refused("desir_simule_assertion", received, GOOD_ASSERTION)
