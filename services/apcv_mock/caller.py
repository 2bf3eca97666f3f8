"""Who calls: a professional by the assertion that his carte CPS signed.

Source: docs/sources/apcv.md#cps (an assertion of the card in wsse:Security: medium; its content as INSi's: low). Knows
certificates and assertions; knows no operation.
"""

from __future__ import annotations

from datetime import timedelta

from lxml import etree

from apcv_mock.codes import CERTIFICATE_ERRORS, CERTIFICATE_WORDS, FAMILY_WORDS, SIGNATURE_WORDS
from apcv_mock.facts import Authentication, Mode
from apcv_mock.wire import assertions_of
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.pki import Family, Judgement, PeerCertificate
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.saml import Assertion, BadAssertion, read_assertion
from lgo_sandbox.wire.signature import SignatureReport, verify_enveloped_signature
from lgo_sandbox.wire.soap import Envelope

__all__ = ["authenticate"]

ASSERTION_LIFETIME = timedelta(hours=1)
CLOCK_SKEW = timedelta(minutes=5)
REFUSED = "apcv_simule_assertion"
ASSERTION = "wsse:Security/saml:Assertion"


def authenticate(call: Call, envelope: Envelope, *, required: bool) -> Authentication:
    """Return who calls. Raises Refused for what is presented and not good, or absent and ``required``."""
    if call.peer is not None:
        _judge(call, call.peer, "certificat client", "un certificat client valide, ou aucun")
    assertions = assertions_of(envelope)
    if not assertions:
        if required:
            raise _absent()
        return Authentication(mode=Mode.NOTHING, caller="", signed_with="", billing_ids=())
    if len(assertions) > 1:
        raise Refused(
            REFUSED,
            received=f"{len(assertions)} assertions",
            expected="une seule assertion, celle de la carte CPS",
            where="wsse:Security",
            remedy="Gardez dans wsse:Security la seule assertion de la carte CPS.",
        )
    assertion = _read(assertions[0])
    report = _signature(assertions[0])
    card = _signer(call, report)
    if assertion.name_id != card.national_id:
        raise Refused(
            REFUSED,
            received=f"NameID « {assertion.name_id} », signé par la carte de « {card.national_id} »",
            expected=card.national_id,
            where=f"{ASSERTION}/Subject/NameID",
            remedy=f"Envoyez « {card.national_id} », le porteur de la carte qui signe, dans NameID.",
        )
    _check_age(call.session, assertion)
    return Authentication(
        mode=Mode.CARD,
        caller=assertion.name_id,
        signed_with=report.signature_algorithm,
        billing_ids=_billing_ids(call.session, assertion.name_id),
    )


def _absent() -> Refused:
    return Refused(
        "apcv_simule_cps_absente",
        received="aucune assertion",
        expected="une assertion signée par une carte CPS",
        where="wsse:Security",
    )


def _billing_ids(session: Session, national_id: str) -> tuple[str, ...]:
    person = session.people.professional(national_id)
    if person is None:
        return ()
    structures = (session.people.structure(name) for name in (person.structure, *person.also_at))
    return tuple(structure.finess for structure in structures if structure.finess)


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
        remedy=f"Présentez {instead}.",
    )


def _read(element: etree._Element) -> Assertion:
    try:
        return read_assertion(element)
    except BadAssertion as error:
        raise Refused(
            REFUSED,
            received=error.reason,
            expected="une assertion SAML 2.0 qui se lit d'une seule façon",
            where=ASSERTION,
            remedy="Donnez à l'assertion un ID, un seul Subject/NameID et des dates au format xs:dateTime.",
        ) from error


def _signature(element: etree._Element) -> SignatureReport:
    report = verify_enveloped_signature(element, accept_sha1=True)
    if not report.valid:
        received, remedy = SIGNATURE_WORDS[report.reason]
        raise Refused(
            REFUSED,
            received=received,
            expected="une signature de l'assertion entière par une carte",
            where=f"{ASSERTION}/ds:Signature",
            remedy=remedy,
        )
    return report


def _signer(call: Call, report: SignatureReport) -> PeerCertificate:
    card = PeerCertificate.from_der(report.certificate_der or b"")
    _judge(call, card, "certificat de signature", "la clé cps-…-sign d'un professionnel (fichier de démarrage)")
    if card.family is not Family.PROFESSIONAL_SIGN:
        raise Refused(
            REFUSED,
            received=f"signature par un {FAMILY_WORDS[card.family]}",
            expected=f"une signature par un {FAMILY_WORDS[Family.PROFESSIONAL_SIGN]}",
            where=f"{ASSERTION}/ds:Signature/KeyInfo",
            remedy="Signez avec le certificat de signature de la carte (cps-…-sign du fichier de démarrage).",
        )
    return card


def _check_age(session: Session, assertion: Assertion) -> None:
    issued = assertion.issue_instant
    try:
        age = None if issued is None else session.clock.age() - session.clock.age_of(issued)
    except OverflowError:
        age = None
    if age is None or not -CLOCK_SKEW <= age <= ASSERTION_LIFETIME:
        minutes = int(ASSERTION_LIFETIME.total_seconds() // 60)
        raise Refused(
            REFUSED,
            received=issued.isoformat() if issued else "absent",
            expected=f"une heure des {minutes} dernières minutes, à l'horloge de la session",
            where=f"{ASSERTION}/@IssueInstant",
            remedy=f"Refaites l'assertion à chaque session de travail : elle vaut {minutes} minutes.",
        )
