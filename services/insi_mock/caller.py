"""Who calls INSi: an organisation by its client certificate, a professional by his card or by Pro Santé Connect.

Source: docs/sources/insi.md#certificat-organisation (CN: high), #cpx (content and lifetime of the card's assertion:
high), #psc (unsigned: medium; what proves it is not public: we believe it, and the answer says so), #assertion-vitale
(content not public, ours, off by default), #authentification-refusee (which error: ours). The mode is read from what is
presented. Knows certificates and assertions; knows no operation.
"""

from __future__ import annotations

from datetime import timedelta

from lxml import etree

from insi_mock.codes import (
    CERTIFICATE_ERRORS,
    CERTIFICATE_NAMES,
    CERTIFICATE_WORDS,
    FAMILY_WORDS,
    SIGNATURE_WORDS,
)
from insi_mock.domain import Mode
from insi_mock.facts import Authentication
from insi_mock.wire import assertions_of
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.pki import Family, Judgement, PeerCertificate
from lgo_sandbox.tenant.clock import Clock
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.saml import Assertion, BadAssertion, read_assertion
from lgo_sandbox.wire.signature import SignatureReport, verify_enveloped_signature
from lgo_sandbox.wire.soap import Envelope

__all__ = ["ASSERTION_LIFETIME", "authenticate", "check_card_assertion", "professionals_of"]

ASSERTION_LIFETIME = timedelta(hours=1)
CARD_ASSERTION_LIFETIME = timedelta(minutes=20)
"""Of a carte Vitale (docs/sources/insi.md#assertion-vitale)."""
CLOCK_SKEW = timedelta(minutes=5)

PSC = "PSC"
VITALE = "VITALE"
"""The NameQualifier by which we know the assertion of a carte Vitale: ours."""

CARD = "desir_simule_assertion"
PSC_REFUSED = "desir_simule_psc"
VITALE_REFUSED = "desir_simule_vitale"
ASSERTION = "wsse:Security/saml:Assertion"
NAME_ID = f"{ASSERTION}/Subject/NameID"


def authenticate(call: Call, envelope: Envelope) -> Authentication:
    """Return who calls. Raises Refused when what is presented is not good, or nothing is on the TLS port."""
    if call.peer is not None:
        _judge(call, call.peer, "certificat client", "org-auth")
    for element in assertions_of(envelope):
        assertion = _read(element)
        if assertion.name_qualifier != VITALE:
            return _professional(call, element, assertion)
    if call.peer is not None:
        return _organisation(call.peer, named=call.session.option("insi.cn_rule") == "enforced")
    if call.tls:
        raise Refused(
            "desir_simule_certificat_absent",
            received="ni certificat client, ni assertion",
            expected="un certificat d'organisation au CN INSI-AUTO ou INSI-MANU",
            where="poignée de main TLS",
        )
    return Authentication(mode=Mode.NOTHING, caller="", common_name="", signed_with="")


def professionals_of(envelope: Envelope) -> list[str]:
    """Return whom the assertions of professionals name. Raises Refused for an assertion that cannot be read."""
    assertions = [_read(element) for element in assertions_of(envelope)]
    return [assertion.name_id for assertion in assertions if assertion.name_qualifier != VITALE]


def _judge(call: Call, certificate: PeerCertificate, what: str, instead: str) -> None:
    now = call.session.clock.age()
    judgement = call.sandbox.pki.judge(certificate, now)
    if judgement is Judgement.OK:
        return
    received, expected = CERTIFICATE_WORDS[judgement]
    told = {
        "issuer": certificate.issuer,
        "serial": f"{certificate.serial:x}",
        "not_before": f"{certificate.not_before:%Y-%m-%d}",
        "not_after": f"{certificate.not_after:%Y-%m-%d}",
        "now": f"{now:%Y-%m-%d}",
    }
    raise Refused(
        CERTIFICATE_ERRORS[judgement],
        received=f"{what} « {certificate.subject} », {received.format(**told)}",
        expected=expected.format(**told),
        where=what,
        remedy=f"Remplacez ce certificat par {instead} du fichier de démarrage.",
    )


def _organisation(certificate: PeerCertificate, *, named: bool) -> Authentication:
    if certificate.family is not Family.ORGANISATION_AUTH:
        raise Refused(
            "desir_560",
            received=f"{FAMILY_WORDS[certificate.family]} « {certificate.subject} »",
            expected=f"un {FAMILY_WORDS[Family.ORGANISATION_AUTH]}",
            where="certificat client",
            remedy="Présentez le certificat d'authentification de l'organisation : org-auth du fichier de démarrage.",
        )
    if named and certificate.common_name not in CERTIFICATE_NAMES:
        raise Refused(
            "desir_560",
            received=f"CN « {certificate.common_name} »",
            expected=" ou ".join(CERTIFICATE_NAMES),
            where="CN du certificat client",
        )
    return Authentication(
        mode=Mode.CERTIFICATE,
        caller=certificate.organisational_unit,
        common_name=certificate.common_name,
        signed_with="",
    )


def _read(element: etree._Element) -> Assertion:
    try:
        return read_assertion(element)
    except BadAssertion as error:
        raise Refused(
            CARD,
            received=error.reason,
            expected="une assertion SAML 2.0 qui se lit d'une seule façon",
            where=ASSERTION,
            remedy="Donnez à l'assertion un ID, un seul Subject/NameID et des dates au format xs:dateTime.",
        ) from error


def _professional(call: Call, element: etree._Element, assertion: Assertion) -> Authentication:
    if assertion.name_qualifier == PSC:
        return _psc_user(call, assertion)
    report = _signature(element)
    card = _signer(call, report)
    if assertion.name_id != card.national_id:
        raise Refused(
            CARD,
            received=f"NameID « {assertion.name_id} », signé par la carte de « {card.national_id} »",
            expected=card.national_id,
            where=NAME_ID,
            remedy=f"Envoyez « {card.national_id} », le porteur de la carte qui signe, dans NameID.",
        )
    _check_age(call.session.clock, assertion, ASSERTION_LIFETIME, CARD)
    return Authentication(
        mode=Mode.CARD, caller=assertion.name_id, common_name="", signed_with=report.signature_algorithm
    )


def _psc_user(call: Call, assertion: Assertion) -> Authentication:
    """Return the professional of a PSC session: known, in an assertion that is not signed but fresh."""
    if call.session.option("insi.psc") == "refused":
        raise Refused(
            PSC_REFUSED,
            received="assertion Pro Santé Connect, refusée par l'option insi.psc de la session",
            expected="un certificat d'organisation, ou une assertion signée par une carte CPS",
            where=ASSERTION,
            remedy="Remettez l'option insi.psc à « accepted ».",
        )
    if call.session.people.professional(assertion.name_id) is None:
        raise Refused(
            PSC_REFUSED,
            received=f"NameID « {assertion.name_id} », inconnu",
            expected="l'identifiant national d'un professionnel du bac à sable",
            where=NAME_ID,
            remedy="Envoyez dans NameID l'identifiant national du professionnel connecté à Pro Santé Connect.",
        )
    _check_age(call.session.clock, assertion, ASSERTION_LIFETIME, PSC_REFUSED)
    return Authentication(mode=Mode.PSC, caller=assertion.name_id, common_name="", signed_with="")


def check_card_assertion(call: Call, envelope: Envelope, number: str) -> None:
    """Raise Refused, when the session asks for that control, for a carte Vitale's assertion that is absent or bad.

    Ours: NameQualifier VITALE, NameID the number of the card, not signed, 20 minutes.
    """
    mode = call.session.option("insi.vitale_assertion")
    if mode == "ignored":
        return
    found = [a for a in map(_read, assertions_of(envelope)) if a.name_qualifier == VITALE]
    if not found and mode == "required":
        raise Refused(
            VITALE_REFUSED,
            received="aucune assertion de carte Vitale, que l'option insi.vitale_assertion exige",
            expected=f"une assertion au NameQualifier {VITALE}",
            where="wsse:Security",
            remedy=f"Ajoutez une assertion au NameQualifier {VITALE}, au NameID « {number} ».",
        )
    for assertion in found:
        if not assertion.name_id.startswith(number):
            raise Refused(
                VITALE_REFUSED,
                received=f"NameID « {assertion.name_id} »",
                expected=number,
                where=NAME_ID,
                remedy=f"Envoyez « {number} », le numéro de la carte de la demande, dans NameID.",
            )
        _check_age(call.session.clock, assertion, CARD_ASSERTION_LIFETIME, VITALE_REFUSED)


def _signature(element: etree._Element) -> SignatureReport:
    report = verify_enveloped_signature(element, accept_sha1=True)
    if not report.valid:
        received, remedy = SIGNATURE_WORDS[report.reason]
        raise Refused(
            CARD,
            received=report.said or received,
            expected="une signature de l'assertion entière par une carte",
            where=f"{ASSERTION}/ds:Signature",
            remedy=remedy,
        )
    return report


def _signer(call: Call, report: SignatureReport) -> PeerCertificate:
    card = PeerCertificate.from_der(report.certificate_der or b"")
    _judge(call, card, "certificat de signature", "la clé cps-…-sign d'un professionnel")
    if card.family is not Family.PROFESSIONAL_SIGN:
        raise Refused(
            CARD,
            received=f"signature par un {FAMILY_WORDS[card.family]}",
            expected=f"une signature par un {FAMILY_WORDS[Family.PROFESSIONAL_SIGN]}",
            where=f"{ASSERTION}/ds:Signature/KeyInfo",
            remedy="Signez avec le certificat de signature de la carte (cps-…-sign du fichier de démarrage).",
        )
    return card


def _check_age(clock: Clock, assertion: Assertion, lifetime: timedelta, code: str) -> None:
    minutes = int(lifetime.total_seconds() // 60)
    issued = assertion.issue_instant
    try:
        age = None if issued is None else clock.age() - clock.age_of(issued)
    except OverflowError:
        age = None
    if age is None or not -CLOCK_SKEW <= age <= lifetime:
        raise Refused(
            code,
            received=issued.isoformat() if issued else "absent",
            expected=f"une heure des {minutes} dernières minutes, à l'horloge de la session",
            where=f"{ASSERTION}/@IssueInstant",
            remedy=f"Refaites l'assertion à chaque session de travail : elle vaut {minutes} minutes.",
        )
