"""What we reproach the head of a request: authentication, contexts, addressing; and which ways of calling were seen.

Source: specs/insi.md §1.1–1.3 (headers) and §3 (authentication), specs/requirements.md §2.1. Reads noted facts only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from insi_mock.codes import CERTIFICATE_ERRORS, ERRORS
from insi_mock.wire import BY_CARD, BY_TRAITS, COLLECT, DEPOSIT, VERIFY
from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation

__all__ = ["HEADERS"]

_UUID = re.compile(r"uuid:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SOFTWARE = re.compile(r"urn:lps:[^:]+:.+")
_VERSIONS = ("01_00", "01_02")
_CALLS = frozenset({BY_TRAITS.name, BY_CARD.name, VERIFY.name, DEPOSIT.name, COLLECT.name})
_AUTHENTICATION_ERRORS = frozenset(
    {
        *CERTIFICATE_ERRORS.values(),
        "desir_simule_certificat_absent",
        "desir_simule_assertion",
        "desir_simule_psc",
        "desir_simule_vitale",
    }
)
_FIELD_ERRORS = frozenset(code for code in ERRORS if code.startswith("insi_"))


def _message_id(seen: Observed) -> Outcome:
    value = seen.facts.get("message_id", "")
    return True if _UUID.fullmatch(value) else Violation(value or "absent", "uuid: suivi d'un UUID")


def _action(seen: Observed) -> Outcome:
    value, expected = seen.facts.get("action", ""), seen.facts.get("expected_action", "")
    return True if value == expected else Violation(value or "absent", expected)


def _media_type(seen: Observed) -> Outcome:
    value, expected = seen.facts.get("media_type", ""), "application/soap+xml"
    return True if value == expected else Violation(value or "absent", expected)


def _software(seen: Observed) -> Outcome:
    if "context" not in seen.facts:
        return None
    name = seen.facts["context"]["software"]
    return True if _SOFTWARE.fullmatch(name) else Violation(name or "absent", "urn:lps:<produit>:<version>")


def _context(seen: Observed) -> Outcome:
    if "context" not in seen.facts:
        return None
    context = seen.facts["context"]
    versions = context["version"], context["bam_version"]
    received = (
        f"Version {versions}, Id {context['id'], context['bam_id']}, Temps {context['time'], context['bam_time']}"
    )
    good = (
        versions == _VERSIONS
        and context["id"]
        and context["bam_id"]
        and _is_date_time(context["time"])
        and _is_date_time(context["bam_time"])
    )
    return True if good else Violation(received, f"Version {_VERSIONS}, Id non vide, Temps xsd:dateTime")


def _is_date_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return "T" in text


def _certificate_shown(seen: Observed) -> Outcome:
    mode = seen.facts.get("authentication")
    if mode != "absente":
        return None
    return Violation("aucun certificat client ni assertion", "TLS avec un certificat client, ou une assertion signée")


def _authenticated_by(mode: str) -> Callable[[Observed], Outcome]:
    return lambda seen: seen.facts.get("authentication") == mode or None


def _authentication(seen: Observed) -> Outcome:
    return _refused_for(seen, lambda code: code in _AUTHENTICATION_ERRORS)


def _request(seen: Observed) -> Outcome:
    return _refused_for(seen, lambda code: code not in _AUTHENTICATION_ERRORS | _FIELD_ERRORS)


def _refused_for(seen: Observed, concerns: Callable[[str], bool]) -> Outcome:
    """Explain a refusal: the service's own words seldom do."""
    refusal = seen.facts.get("refusal")
    if refusal is None or not concerns(refusal["code"]):
        return None
    return Violation(refusal["received"], refusal["expected"], f"{refusal['code']} : {ERRORS[refusal['code']].label}")


HEADERS = (
    Check(
        id="INSI-CERTIFICAT-ORGANISATION",
        title="Appel authentifié par un certificat d'organisation",
        test=_authenticated_by("certificat"),
        requirements=("INS/va1.58", "INS/va1.14"),
        source="specs/insi.md §3",
        remedy="Présentez un certificat client d'organisation au CN INSI-AUTO ou INSI-MANU.",
        operations=_CALLS,
    ),
    Check(
        id="INSI-PSC",
        title="Appel sous l'identité d'une session Pro Santé Connect",
        test=_authenticated_by("PSC"),
        requirements=("INS/PSC.01",),
        source="specs/insi.md §3 ; specs/requirements.md §2.1",
        remedy="Joignez l'assertion PSC (NameQualifier PSC) du professionnel connecté.",
        confidence="B",
        operations=_CALLS,
    ),
    Check(
        id="INSI-CPX",
        title="Appel authentifié par une carte de la famille CPx",
        test=_authenticated_by("CPx"),
        requirements=("INS/va1.37",),
        source="specs/insi.md §3",
        remedy="Joignez une assertion signée par le certificat de signature de la carte.",
        operations=_CALLS,
    ),
    Check(
        id="INSI-AUTHENTIFICATION",
        title="Authentification refusée",
        test=_authentication,
        requirements=(),
        source="specs/insi.md §3",
        remedy="Vérifiez le certificat (CN, dates, révocation, autorité) ou l'assertion (signature, âge, porteur).",
        operations=_CALLS,
    ),
    Check(
        id="INSI-PORT-CLAIR",
        title="Appel sans certificat sur le port sans TLS",
        test=_certificate_shown,
        requirements=(),
        source="specs/insi.md §3",
        remedy="Appelez le port TLS avec un certificat : le service réel n'accepte rien d'autre.",
        operations=_CALLS,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-REQUETE",
        title="Requête refusée",
        test=_request,
        requirements=(),
        source="specs/insi.md §1.2, §1.3 et §2.3",
        remedy="Comparez la requête au WSDL (GET /lps?wsdl) et à l'exemple du README du service.",
    ),
    Check(
        id="INSI-MESSAGE-ID",
        title="wsa:MessageID de la forme uuid:<UUID>",
        test=_message_id,
        requirements=(),
        source="specs/insi.md §1.3",
        remedy="Envoyez un MessageID, préfixé par « uuid: ».",
        confidence="B",
        operations=_CALLS,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-ACTION",
        title="wsa:Action présente et conforme à l'opération",
        test=_action,
        requirements=(),
        source="specs/insi.md §1.3",
        remedy="Envoyez le bloc wsa:Action ; le WSDL ne le lie pas, mais les clients du terrain l'envoient.",
        confidence="B",
        operations=_CALLS,
        severity=Severity.INFO,
    ),
    Check(
        id="INSI-TYPE-MIME",
        title="Requête en application/soap+xml",
        test=_media_type,
        requirements=(),
        source="specs/insi.md §1.1",
        remedy='Envoyez Content-Type: application/soap+xml; charset=utf-8; action="…".',
        confidence="B",
        operations=_CALLS,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-LPS-NOM",
        title="Nom du logiciel de la forme urn:lps:<produit>:<version>",
        test=_software,
        requirements=(),
        source="specs/insi.md §1.3",
        remedy="Préfixez ContexteLPS/LPS/Nom par « urn:lps: ».",
        confidence="B",
        operations=_CALLS,
        severity=Severity.INFO,
    ),
    Check(
        id="INSI-CONTEXTE",
        title="Contextes LPS et BAM : version, identifiant et horodatage",
        test=_context,
        requirements=(),
        source="specs/insi.md §1.3",
        remedy="Renseignez @Version (01_00 pour LPS, 01_02 pour BAM), Id et Temps dans chaque contexte.",
        operations=_CALLS,
        severity=Severity.WARNING,
    ),
)
