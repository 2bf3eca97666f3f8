"""The tests of the checks: pure functions of the facts that the service noted of an exchange.

Source: specs/dmp.md; which requirement rests on which test is the table's. Knows facts, no wire and no store.
"""

from __future__ import annotations

from dmp_mock.codes.vihf import Mode
from dmp_mock.codes.xds import XdsCode
from lgo_sandbox.watch.findings import Observed, Outcome, Violation

__all__ = [
    "action",
    "air",
    "certificate",
    "feed_n1",
    "feed_state",
    "issuer",
    "known_patient",
    "metadata",
    "metadata_form",
    "mtom",
    "order",
    "organisation_certificate",
    "path",
    "plain",
    "query",
    "real_identity",
    "rights",
    "soap_version",
    "transport",
    "truncated",
    "vihf",
    "vihf_form",
]

_N1_TYPES = frozenset({"78601-2", "56445-0"})
_TRANSPORT_KEYS = frozenset(
    {
        "coding",
        "soap",
        "soap-version",
        "soap-understand",
        "soap-body",
        "wsa-absent",
        "wsa-invalid",
        "wsa-action",
        "request",
    }
)
_VIHF_KEYS = frozenset(
    {
        "vihf-absent",
        "vihf",
        "vihf-specialty",
        "vihf-stale",
        "vihf-signature",
        "signer-usage",
        "signer",
        "structure",
        "professional",
        "unlinked",
        "patient",
        "author-institution",
    }
)
_CERTIFICATE_KEYS = frozenset({"client-certificate", "legal-person"})
_FEED_STATE_KEYS = frozenset({"closed", "feed-opposed"})
_ORGANISATION = "organisation-auth"


def _refusal(observed: Observed, keys: frozenset[str]) -> Violation | None:
    refusal = observed.facts.get("refusal")
    if not refusal or refusal["key"] not in keys:
        return None
    return Violation(refusal["received"], refusal["expected"], refusal["reason"])


def _was_refused(observed: Observed) -> bool:
    return "refusal" in observed.facts or "xds_errors" in observed.facts


def transport(observed: Observed) -> Outcome:
    return _refusal(observed, _TRANSPORT_KEYS) or ("td" in observed.facts)


def vihf(observed: Observed) -> Outcome:
    return _refusal(observed, _VIHF_KEYS) or ("patient_known" in observed.facts)


def certificate(observed: Observed) -> Outcome:
    return _refusal(observed, _CERTIFICATE_KEYS)


def plain(observed: Observed) -> Outcome:
    if observed.transport == "https" or "without_certificate" not in observed.facts:
        return None
    return Violation("HTTP sans TLS ni certificat client", "TLS avec certificat client (IGC-Santé ou carte)")


def vihf_form(observed: Observed) -> Outcome:
    remarks = observed.facts.get("vihf_remarks")
    if not remarks:
        return None
    return Violation(", ".join(r["rule"] for r in remarks), " ; ".join(r["expected"] for r in remarks))


def issuer(observed: Observed) -> Outcome:
    matches = observed.facts.get("issuer_matches")
    if matches is None or matches:
        return matches
    return Violation(observed.facts["vihf"]["issuer"], "le DN du certificat qui a signé le VIHF")


def action(observed: Observed) -> Outcome:
    matches = observed.facts.get("action_is_right")
    if matches is None or matches:
        return matches
    action = observed.facts["action"]
    return Violation(action["received"], action["expected"])


def path(observed: Observed) -> Outcome:
    path = observed.facts.get("path")
    if path is None or path["received"] in ("", path["expected"]):
        return path and True
    return Violation(f"/{path['received']}", f"/{path['expected']}")


def mtom(observed: Observed) -> Outcome:
    if "packaged" not in observed.facts:
        return None
    return True if observed.facts["packaged"] else Violation("document en base64 dans le XML", "un paquet MTOM")


def soap_version(observed: Observed) -> Outcome:
    return Violation("SOAP 1.1", "SOAP 1.2") if observed.facts.get("soap") == "1.1" else None


def truncated(observed: Observed) -> Outcome:
    return (
        Violation("délimiteur final coupé", "un Content-Length en octets") if observed.facts.get("truncated") else None
    )


def order(observed: Observed) -> Outcome:
    tested = observed.facts.get("existence_tested")
    if tested is None or tested:
        return tested
    return Violation(
        "TD3.x sans test d'existence", "TD0.2 pour ce patient et ce professionnel avant toute consultation"
    )


def rights(observed: Observed) -> Outcome:
    return _refusal(observed, frozenset({"rights"}))


def air(observed: Observed) -> Outcome:
    mode = observed.facts.get("vihf", {}).get("mode")
    if mode is None:
        return None
    return Violation(Mode.AIR.value, "INDIRECTE ou DIRECTE pour alimenter") if mode == Mode.AIR else True


def feed_state(observed: Observed) -> Outcome:
    if _is_without_dmp(observed):
        return Violation("pas de DMP", "un DMP actif")
    return _refusal(observed, _FEED_STATE_KEYS)


def _is_without_dmp(observed: Observed) -> bool:
    return any(error["code"] == XdsCode.UNKNOWN_PATIENT for error in observed.facts.get("xds_errors", ()))


def metadata(observed: Observed) -> Outcome:
    if _is_without_dmp(observed):
        return None
    if errors := observed.facts.get("xds_errors"):
        shown = " ; ".join(f"{e['code']} : {e['context']}" for e in errors[:5])
        return Violation(shown, "des métadonnées conformes au guide", f"{len(errors)} erreur(s) XDS")
    return None if _was_refused(observed) or "documents" not in observed.facts else True


def metadata_form(observed: Observed) -> Outcome:
    remarks = observed.facts.get("remarks")
    return Violation(" ; ".join(remarks), "un jeu de valeurs publié") if remarks else None


def query(observed: Observed) -> Outcome:
    if errors := observed.facts.get("xds_errors"):
        return Violation(errors[0]["context"], errors[0]["code"], "requête XDS refusée")
    return None


def feed_n1(observed: Observed) -> Outcome:
    concerned = [d for d in observed.facts.get("documents", ()) if d["type"] in _N1_TYPES]
    if not concerned:
        return None
    for document in concerned:
        if not (document["level"] == "N1" and document["is_pdf"] and document["is_n1_template"]):
            received = f"niveau {document['level'] or 'inconnu'}, {document['media_type'] or 'sans PDF'}"
            return Violation(received, "CDA R2 niveau 1 avec un PDF en base64 dans nonXMLBody")
    return True


def organisation_certificate(observed: Observed) -> Outcome:
    """Kept by a lot fed in indirect mode over an organisation certificate; a card says nothing of this requirement."""
    if observed.facts.get("vihf", {}).get("mode") != Mode.INDIRECT or observed.transport != "https":
        return None
    family = observed.facts["certificate"]["family"]
    if family != _ORGANISATION:
        return Violation(family or "aucun certificat", "un certificat logiciel d'organisation de l'IGC-Santé")
    return None if _was_refused(observed) else True


def known_patient(observed: Observed) -> Outcome:
    if observed.facts.get("patient_known") is False:
        return Violation(observed.facts["patient"], "l'INS d'une personne fictive du bac à sable")
    return None


def real_identity(observed: Observed) -> Outcome:
    vihf = observed.facts.get("vihf")
    if not vihf or vihf["mode"] == Mode.INDIRECT:
        return None
    refusal = observed.facts.get("refusal", {})
    if refusal.get("key") == "professional":
        return Violation(vihf["name_id"], "l'identifiant national réel de l'utilisateur (RPPS)")
    return True if "patient_known" in observed.facts else None
