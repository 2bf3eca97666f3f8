"""How a client writes and signs its calls: addressing, media type, ContexteLPS, the assertion of the card.

Source: docs/sources/apcv.md#en-tetes, #cps. The service takes all of this; the real one may not.
"""

from __future__ import annotations

import re
from datetime import datetime

from apcv_mock.facts import Addressing, Authentication, Mode, SoftwareTold
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["FRESH", "HEADERS", "OPERATIONS"]

OPERATIONS = frozenset(
    {"authentifierUtilisateurProximite", "restituerContexteApCV", "detruireContexteApCV", "signerVitale"}
)
FRESH = 4 * 3600
"""How many seconds before or after the call its Temps may be (ours)."""
_SOFTWARE = re.compile(r"urn:lps:\S+")
_VERSION = "01_00"
_BODY_VERSION = "1.0"
_SOAP = "application/soap+xml"


def _addressing(seen: Observed[Addressing]) -> Outcome:
    facts = seen.facts
    if facts.action != facts.expected_action:
        remedy = f"Envoyez « {facts.expected_action} » dans wsa:Action."
        return Violation(facts.action or "absent", facts.expected_action, "", remedy, "Header/Action")
    if not facts.message_id:
        remedy = "Envoyez un identifiant neuf à chaque appel dans wsa:MessageID."
        return Violation("absent", "un identifiant neuf", "", remedy, "Header/MessageID")
    return True


def _media_type(seen: Observed[Addressing]) -> Outcome:
    value = seen.facts.media_type
    return value == _SOAP or Violation(value or "absent", _SOAP, where="Content-Type")


def _version(seen: Observed[Addressing]) -> Outcome:
    value, where = seen.facts.version, "Body, attribut version"
    return value == _BODY_VERSION or Violation(value or "absent", _BODY_VERSION, where=where)


def _layout(seen: Observed[Addressing]) -> Outcome:
    stray = seen.facts.stray
    if not stray:
        return True
    expected = "les éléments de la description (?wsdl), dans leur ordre"
    remedy = f"Comparez {stray} avec la description du service : nom, place, valeur."
    return Violation(f"{stray}, autrement que dans le schéma", expected, "", remedy, stray)


def _context(seen: Observed[SoftwareTold]) -> Outcome:
    """Tell the first thing that is wrong with ContexteLPS."""
    told = seen.facts.software
    if told.version != _VERSION:
        remedy = f'Écrivez Version="{_VERSION}" sur ContexteLPS.'
        return Violation(told.version or "absent", _VERSION, "", remedy, "ContexteLPS/@Version")
    for name, value in (("Id", told.id), ("Emetteur", told.issuer), ("LPS/IDAM", told.idam)):
        if not value:
            return Violation(
                "absent", f"{name} renseigné", "", f"Renseignez ContexteLPS/{name}.", f"ContexteLPS/{name}"
            )
    if not _SOFTWARE.fullmatch(told.name):
        expected = "urn:lps:, puis le nom du logiciel"
        remedy = "Préfixez le nom du logiciel par « urn:lps: » dans LPS/Nom."
        return Violation(told.name or "absent", expected, "", remedy, "ContexteLPS/LPS/Nom")
    age = seen.facts.age
    if age is None or abs(age) > FRESH:
        now = datetime.fromisoformat(seen.exchange.started).strftime("%Y-%m-%dT%H:%M:%SZ")
        remedy = f"Mettez dans ContexteLPS/Temps l'heure de l'appel avec son fuseau : « {now} » pour celui-ci."
        return Violation(told.time or "absent", f"l'heure de l'appel, {now}", "", remedy, "ContexteLPS/Temps")
    return True


def _card(seen: Observed[Authentication]) -> Outcome:
    if seen.facts.mode is Mode.CARD:
        return True
    return Violation("aucune assertion", "une assertion signée par une carte CPS", where="wsse:Security")


def _signed(seen: Observed[Authentication]) -> Outcome:
    if seen.facts.mode is not Mode.CARD:
        return None
    algorithm = seen.facts.signed_with
    where = "wsse:Security/saml:Assertion/ds:Signature/SignedInfo/SignatureMethod"
    return algorithm.endswith("rsa-sha256") or Violation(algorithm, "RSA-SHA256", where=where)


HEADERS = (
    Check(
        id="APCV-ADRESSAGE",
        title="wsa:Action de l'opération, et wsa:MessageID",
        reads=Addressing,
        test=_addressing,
        source="docs/sources/apcv.md#en-tetes",
        remedy="Envoyez wsa:Action et wsa:MessageID à chaque appel.",
        confidence="M",
        operations=OPERATIONS,
        severity=Severity.WARNING,
    ),
    Check(
        id="APCV-TYPE-MIME",
        title="Requête en application/soap+xml",
        reads=Addressing,
        test=_media_type,
        source="docs/sources/apcv.md#en-tetes",
        remedy="Écrivez application/soap+xml à la tête de Content-Type.",
        confidence="M",
        operations=OPERATIONS,
        severity=Severity.WARNING,
    ),
    Check(
        id="APCV-VERSION",
        title="Version 1.0 sur l'élément de la demande",
        reads=Addressing,
        test=_version,
        source="docs/sources/apcv.md#operations",
        remedy='Écrivez version="1.0" sur l\'élément que porte Body.',
        confidence="M",
        operations=OPERATIONS,
        severity=Severity.WARNING,
    ),
    Check(
        id="APCV-SCHEMA",
        title="Éléments de la demande dans l'ordre de la description",
        reads=Addressing,
        test=_layout,
        source="docs/sources/apcv.md#wsdl",
        remedy="Écrivez les éléments de la description, dans leur ordre.",
        confidence="L",
        operations=OPERATIONS,
        severity=Severity.WARNING,
    ),
    Check(
        id="APCV-LPS",
        title="ContexteLPS : version, identifiant, heure, émetteur, logiciel",
        reads=SoftwareTold,
        test=_context,
        source="docs/sources/apcv.md#en-tetes",
        remedy="Renseignez ContexteLPS en entier.",
        confidence="M",
        operations=OPERATIONS,
        severity=Severity.WARNING,
    ),
    Check(
        id="APCV-CPS",
        title="Appel sous l'assertion d'une carte CPS",
        reads=Authentication,
        test=_card,
        source="docs/sources/apcv.md#cps",
        remedy="Joignez dans wsse:Security une assertion signée par la carte CPS.",
        confidence="M",
        operations=OPERATIONS,
    ),
    Check(
        id="APCV-CPS-SIGNATURE",
        title="Assertion signée en RSA-SHA256",
        reads=Authentication,
        test=_signed,
        source="docs/sources/apcv.md#cps",
        remedy="Signez l'assertion en RSA-SHA256.",
        confidence="L",
        operations=OPERATIONS,
        severity=Severity.WARNING,
    ),
)
