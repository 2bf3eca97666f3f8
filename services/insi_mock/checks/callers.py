"""How a client authenticates: which ways of calling were seen, and what was let through.

Source: docs/sources/insi.md#certificat-organisation, #cpx, #psc, #port-clair. Reads the facts of the caller.
"""

from __future__ import annotations

from collections.abc import Callable

from insi_mock.checks.operations import ALL
from insi_mock.codes import CERTIFICATE_NAMES
from insi_mock.domain import Mode
from insi_mock.facts import Authentication
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["CALLERS"]

_ALGORITHM = "wsse:Security/saml:Assertion/ds:Signature/SignedInfo/SignatureMethod"


def _authenticated_by(*modes: Mode) -> Callable[[Observed[Authentication]], Outcome]:
    return lambda seen: seen.facts.mode in modes or None


def _certificate_shown(seen: Observed[Authentication]) -> Outcome:
    if seen.facts.mode is not Mode.NOTHING:
        return None
    return Violation(
        "ni certificat client, ni assertion", "un certificat client d'organisation, sur le port TLS", where="connexion"
    )


def _named(seen: Observed[Authentication]) -> Outcome:
    """Only the option ``insi.cn_rule`` lets another name through."""
    if seen.facts.mode is not Mode.CERTIFICATE:
        return None
    name = seen.facts.common_name
    return name in CERTIFICATE_NAMES or Violation(
        f"CN « {name} »", " ou ".join(CERTIFICATE_NAMES), where="CN du certificat client"
    )


def _signed(seen: Observed[Authentication]) -> Outcome:
    algorithm = seen.facts.signed_with
    if seen.facts.mode is not Mode.CARD:
        return None
    return algorithm.endswith("rsa-sha256") or Violation(algorithm, "RSA-SHA256", where=_ALGORITHM)


CALLERS = (
    Check(
        id="INSI-CERTIFICAT-ORGANISATION",
        title="Appel authentifié par un certificat d'organisation",
        reads=Authentication,
        test=_authenticated_by(Mode.CERTIFICATE),
        requirements=("INS/va1.58", "INS/va1.14"),
        source="docs/sources/insi.md#certificat-organisation",
        remedy="Présentez un certificat client d'organisation au CN INSI-AUTO.",
        operations=ALL,
    ),
    Check(
        id="INSI-PSC",
        title="Appel sous l'identité d'une session Pro Santé Connect",
        reads=Authentication,
        test=_authenticated_by(Mode.PSC, Mode.API),
        requirements=("INS/PSC.01",),
        source="docs/sources/insi.md#psc",
        remedy="Joignez l'assertion PSC (NameQualifier PSC) du professionnel connecté, ou le jeton d'API.",
        confidence="M",
        operations=ALL,
    ),
    Check(
        id="INSI-CPX",
        title="Appel authentifié par une carte de la famille CPx",
        reads=Authentication,
        test=_authenticated_by(Mode.CARD),
        requirements=("INS/va1.37",),
        source="docs/sources/insi.md#cpx",
        remedy="Joignez une assertion signée par le certificat de signature de la carte.",
        operations=ALL,
    ),
    Check(
        id="INSI-PORT-CLAIR",
        title="Appel sans certificat sur le port sans TLS",
        reads=Authentication,
        test=_certificate_shown,
        source="docs/sources/insi.md#port-clair",
        remedy="Appelez le port TLS avec org-auth du fichier de démarrage : le service réel n'accepte rien d'autre.",
        operations=ALL,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-CN",
        title="CN du certificat d'organisation",
        reads=Authentication,
        test=_named,
        source="docs/sources/insi.md#certificat-organisation",
        remedy="Demandez un certificat d'organisation au CN INSI-AUTO : le service réel refuse les autres (desir_560).",
        operations=ALL,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-SIGNATURE",
        title="Assertion signée en RSA-SHA256",
        reads=Authentication,
        test=_signed,
        source="docs/sources/insi.md#cpx",
        remedy="Signez l'assertion en RSA-SHA256, avec un condensé SHA-256.",
        confidence="M",
        operations=ALL,
        severity=Severity.WARNING,
    ),
)
