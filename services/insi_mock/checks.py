"""What we reproach a client of INSi, beside the answer that the service gives: rule, requirement, remedy in French.

Source: specs/insi.md §1.3 and §1.4 (headers and formats), specs/requirements.md §2.1 (rules of the RNIV). A check reads
the facts that ``app`` noted; it knows no XML and no session.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from insi_mock.codes import CERTIFICATE_ERRORS, ERRORS
from lgo_sandbox.findings import Check, Observed, Outcome, Severity, Violation

__all__ = ["CHECKS"]

_UUID = re.compile(r"uuid:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SOFTWARE = re.compile(r"urn:lps:[^:]+:.+")
_VERSIONS = ("01_00", "01_02")
_SEARCHES = frozenset({"rechercherInsAvecTraitsIdentite", "rechercherInsAvecCarteVitale"})
_BY_TRAITS = frozenset({"rechercherInsAvecTraitsIdentite"})
_AUTHENTICATION_ERRORS = frozenset(
    {*CERTIFICATE_ERRORS.values(), "desir_simule_certificat_absent", "desir_simule_assertion", "desir_simule_psc"}
)
_FIELD_ERRORS = frozenset(code for code in ERRORS if code.startswith("insi_"))


def _traits(seen: Observed) -> Outcome:
    if "traits" not in seen.facts:
        return None
    broken = seen.facts["broken_rules"]
    if not broken:
        return True
    received = " ; ".join(f"{rule['element']} « {rule['value']} » : {rule['what']}" for rule in broken)
    return Violation(received, "majuscules A à Z sans accent, espace, apostrophe, tiret ; formats du guide INSi")


def _calendar_date(seen: Observed) -> Outcome:
    text = seen.facts.get("traits", {}).get("birth_date", "")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return Violation(text, "une date du calendrier, complétée selon le RNIV quand l'état civil l'ignore")


def _doubt(seen: Observed) -> Outcome:
    if "doubt" not in seen.facts:
        return None
    doubt = seen.facts["doubt"]
    return Violation(f"recherche après le marqueur « {doubt} »", "aucun appel à INSi") if doubt else True


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


CHECKS = (
    Check(
        id="INSI-TRAITS",
        title="Traits d'identité dans le jeu de caractères et les formats de l'INS",
        test=_traits,
        requirements=("INS/va1.01",),
        source="specs/insi.md §1.4 ; specs/requirements.md §2.1",
        remedy="Translittérez en majuscules sans accent et contrôlez la forme avant l'appel : INSi ne normalise rien.",
        confidence="B",
        operations=_BY_TRAITS,
    ),
    Check(
        id="INSI-DATE",
        title="Date de naissance du calendrier",
        test=_calendar_date,
        requirements=("INS/va1.01",),
        source="specs/insi.md §4 (EXI ID 11 et 12)",
        remedy="Refusez à la saisie un jour ou un mois impossible ; complétez une date inconnue selon le RNIV.",
        confidence="B",
        operations=_BY_TRAITS,
    ),
    Check(
        id="INSI-DOUTE",
        title="Aucun appel à INSi pour une identité douteuse ou fictive",
        test=_doubt,
        requirements=("INS/va1.20", "INS/va1.44"),
        source="specs/requirements.md §2.1 (règle 25), §3.1 fiche INS-E",
        remedy="Bloquez l'appel à INSi tant que l'attribut « douteuse » ou « fictive » est posé.",
        operations=_BY_TRAITS,
    ),
    Check(
        id="INSI-CERTIFICAT-ORGANISATION",
        title="Appel authentifié par un certificat d'organisation",
        test=_authenticated_by("certificat"),
        requirements=("INS/va1.58", "INS/va1.14"),
        source="specs/insi.md §3",
        remedy="Présentez un certificat client d'organisation au CN INSI-AUTO ou INSI-MANU.",
        operations=_SEARCHES,
    ),
    Check(
        id="INSI-CPX",
        title="Appel authentifié par une carte de la famille CPx",
        test=_authenticated_by("CPx"),
        requirements=("INS/va1.37",),
        source="specs/insi.md §3",
        remedy="Joignez une assertion signée par le certificat de signature de la carte.",
        operations=_SEARCHES,
    ),
    Check(
        id="INSI-AUTHENTIFICATION",
        title="Authentification refusée",
        test=_authentication,
        requirements=(),
        source="specs/insi.md §3",
        remedy="Vérifiez le certificat (CN, dates, révocation, autorité) ou l'assertion (signature, âge, porteur).",
        operations=_SEARCHES,
    ),
    Check(
        id="INSI-PORT-CLAIR",
        title="Appel sans certificat sur le port sans TLS",
        test=_certificate_shown,
        requirements=(),
        source="specs/insi.md §3",
        remedy="Appelez le port TLS avec un certificat : le service réel n'accepte rien d'autre.",
        operations=_SEARCHES,
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
        operations=_SEARCHES,
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
        operations=_SEARCHES,
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
        operations=_SEARCHES,
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
        operations=_SEARCHES,
        severity=Severity.INFO,
    ),
    Check(
        id="INSI-CONTEXTE",
        title="Contextes LPS et BAM : version, identifiant et horodatage",
        test=_context,
        requirements=(),
        source="specs/insi.md §1.3",
        remedy="Renseignez @Version (01_00 pour LPS, 01_02 pour BAM), Id et Temps dans chaque contexte.",
        operations=_SEARCHES,
        severity=Severity.WARNING,
    ),
)
