"""Findings of the DMP: what a client does against the rules, beside the answer that the DMP gives.

Source: specs/requirements.md §2.0 and §2.4 (requirement ids), specs/dmp.md for the rules. Checks are pure functions of
the facts that the service noted. Knows facts, no wire and no store.
"""

from __future__ import annotations

from dmp_mock.codes.vihf import Mode
from lgo_sandbox.findings import Check, Observed, Outcome, Severity, Violation

__all__ = ["CHECKS"]

_FEEDS = frozenset({"td2.1"})
_READS = frozenset({"td3.1", "td3.2"})
_N1_TYPES = frozenset({"78601-2", "56445-0"})
_PROFILE = "LGO.DMP.01"
_TRANSPORT_KEYS = frozenset(
    {"soap", "soap-version", "soap-understand", "soap-body", "wsa-absent", "wsa-invalid", "wsa-action", "request"}
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
_FEED_STATE_KEYS = frozenset({"absent", "closed", "feed-opposed"})
_ORGANISATION = "organisation-auth"


def _refusal(observed: Observed, keys: frozenset[str]) -> Violation | None:
    refusal = observed.facts.get("refusal")
    if not refusal or refusal["key"] not in keys:
        return None
    return Violation(refusal["received"], refusal["expected"], refusal["reason"])


def _was_refused(observed: Observed) -> bool:
    return "refusal" in observed.facts or "xds_errors" in observed.facts


def _transport(observed: Observed) -> Outcome:
    return _refusal(observed, _TRANSPORT_KEYS) or ("td" in observed.facts)


def _vihf(observed: Observed) -> Outcome:
    return _refusal(observed, _VIHF_KEYS) or ("patient_known" in observed.facts)


def _certificate(observed: Observed) -> Outcome:
    return _refusal(observed, _CERTIFICATE_KEYS)


def _plain(observed: Observed) -> Outcome:
    if observed.transport == "https" or "without_certificate" not in observed.facts:
        return None
    return Violation("HTTP sans TLS ni certificat client", "TLS avec certificat client (IGC-Santé ou carte)")


def _vihf_remarks(observed: Observed) -> Outcome:
    remarks = observed.facts.get("vihf_remarks")
    if not remarks:
        return None
    return Violation(", ".join(r["rule"] for r in remarks), " ; ".join(r["expected"] for r in remarks))


def _issuer(observed: Observed) -> Outcome:
    matches = observed.facts.get("issuer_matches")
    if matches is None or matches:
        return matches
    return Violation(observed.facts["vihf"]["issuer"], "le DN du certificat qui a signé le VIHF")


def _action(observed: Observed) -> Outcome:
    matches = observed.facts.get("action_is_right")
    if matches is None or matches:
        return matches
    action = observed.facts["action"]
    return Violation(action["received"], action["expected"])


def _path(observed: Observed) -> Outcome:
    path = observed.facts.get("path")
    if path is None or path["received"] in ("", path["expected"]):
        return path and True
    return Violation(f"/{path['received']}", f"/{path['expected']}")


def _mtom(observed: Observed) -> Outcome:
    if "packaged" not in observed.facts:
        return None
    return True if observed.facts["packaged"] else Violation("document en base64 dans le XML", "un paquet MTOM")


def _soap_version(observed: Observed) -> Outcome:
    return Violation("SOAP 1.1", "SOAP 1.2") if observed.facts.get("soap") == "1.1" else None


def _truncated(observed: Observed) -> Outcome:
    return (
        Violation("délimiteur final coupé", "un Content-Length en octets") if observed.facts.get("truncated") else None
    )


def _order(observed: Observed) -> Outcome:
    tested = observed.facts.get("existence_tested")
    if tested is None or tested:
        return tested
    return Violation(
        "TD3.x sans test d'existence", "TD0.2 pour ce patient et ce professionnel avant toute consultation"
    )


def _rights(observed: Observed) -> Outcome:
    return _refusal(observed, frozenset({"rights"}))


def _air(observed: Observed) -> Outcome:
    mode = observed.facts.get("vihf", {}).get("mode")
    if mode is None:
        return None
    return Violation(Mode.AIR.value, "INDIRECTE ou DIRECTE pour alimenter") if mode == Mode.AIR else True


def _feed_state(observed: Observed) -> Outcome:
    return _refusal(observed, _FEED_STATE_KEYS)


def _metadata(observed: Observed) -> Outcome:
    if errors := observed.facts.get("xds_errors"):
        shown = " ; ".join(f"{e['code']} : {e['context']}" for e in errors[:5])
        return Violation(shown, "des métadonnées conformes au guide", f"{len(errors)} erreur(s) XDS")
    return None if _was_refused(observed) or "documents" not in observed.facts else True


def _remarks(observed: Observed) -> Outcome:
    remarks = observed.facts.get("remarks")
    return Violation(" ; ".join(remarks), "un jeu de valeurs publié") if remarks else None


def _query(observed: Observed) -> Outcome:
    if errors := observed.facts.get("xds_errors"):
        return Violation(errors[0]["context"], errors[0]["code"], "requête XDS refusée")
    return None


def _feed_n1(observed: Observed) -> Outcome:
    concerned = [d for d in observed.facts.get("documents", ()) if d["type"] in _N1_TYPES]
    if not concerned:
        return None
    for document in concerned:
        if not (document["level"] == "N1" and document["is_pdf"] and document["is_n1_template"]):
            received = f"niveau {document['level'] or 'inconnu'}, {document['media_type'] or 'sans PDF'}"
            return Violation(received, "CDA R2 niveau 1 avec un PDF en base64 dans nonXMLBody")
    return True


def _organisation(observed: Observed) -> Outcome:
    """Kept by a lot fed in indirect mode over an organisation certificate; a card says nothing of this requirement."""
    if observed.facts.get("vihf", {}).get("mode") != Mode.INDIRECT or observed.transport != "https":
        return None
    family = observed.facts["certificate"]["family"]
    if family != _ORGANISATION:
        return Violation(family or "aucun certificat", "un certificat logiciel d'organisation de l'IGC-Santé")
    return None if _was_refused(observed) else True


def _patient(observed: Observed) -> Outcome:
    if observed.facts.get("patient_known") is False:
        return Violation(observed.facts["patient"], "l'INS d'une personne fictive du bac à sable")
    return None


def _real_identity(observed: Observed) -> Outcome:
    vihf = observed.facts.get("vihf")
    if not vihf or vihf["mode"] == Mode.INDIRECT:
        return None
    refusal = observed.facts.get("refusal", {})
    if refusal.get("key") == "professional":
        return Violation(vihf["name_id"], "l'identifiant national réel de l'utilisateur (RPPS)")
    return True if "patient_known" in observed.facts else None


CHECKS: tuple[Check, ...] = (
    Check("DMP-TRANSPORT", "Message SOAP, WS-Addressing ou MTOM refusé", _transport, (_PROFILE,), "specs/dmp.md §1.4–1.5", "Comparer l'enveloppe envoyée aux exemples du guide : wsa:Action et MessageID présents, un seul Body."),
    Check("DMP-PATH", "Transaction adressée à un autre chemin que le sien", _path, (_PROFILE,), "specs/dmp.md §1.1, §1.3", "Utiliser le suffixe de la transaction : patients, registry, repository…", severity=Severity.WARNING),
    Check("DMP-ACTION", "wsa:Action qui n'est pas celle de la transaction", _action, (_PROFILE,), "specs/dmp.md §1.4", "Reprendre la table des actions du guide.", severity=Severity.WARNING),
    Check("DMP-SOAP11", "Enveloppe SOAP 1.1", _soap_version, (_PROFILE,), "specs/dmp.md §1.5, §9.1", "Émettre une enveloppe SOAP 1.2.", severity=Severity.WARNING),
    Check("DMP-MTOM", "ITI-41 sans MTOM (EX_2.1-1260)", _mtom, (_PROFILE,), "specs/dmp.md §1.5", "Envoyer le lot en multipart/related avec xop:Include.", operations=_FEEDS),
    Check("DMP-LENGTH", "Paquet MIME tronqué", _truncated, (_PROFILE,), "specs/dmp.md §1.5", "Compter Content-Length en octets, non en caractères.", severity=Severity.WARNING),
    Check("DMP-CERT", "Certificat d'authentification refusé", _certificate, (_PROFILE,), "specs/dmp.md §1.4, §2.2", "Présenter la carte (DIRECTE) ou le certificat d'organisation dont l'OU est la structure (INDIRECTE, AIR)."),
    Check("DMP-PLAIN", "Connexion sans TLS", _plain, (_PROFILE,), "specs/dmp.md §1.4", "Passer au port TLS avec un certificat client.", severity=Severity.WARNING),
    Check("DMP-VIHF", "VIHF refusé", _vihf, (_PROFILE,), "specs/dmp.md §2.1–2.2", "Corriger l'attribut, la signature ou le certificat que nomme la règle."),
    Check("DMP-VIHF-FORM", "VIHF toléré mais hors du tableau des attributs", _vihf_remarks, (_PROFILE,), "specs/dmp.md §2.1", "Suivre le tableau des attributs pour le mode d'authentification.", "M", severity=Severity.INFO),
    Check("DMP-VIHF-ISSUER", "Issuer différent du certificat", _issuer, (_PROFILE,), "specs/dmp.md §2.1", "Mettre dans Issuer le sujet du certificat signataire (RFC 2253).", "M", severity=Severity.WARNING),
    Check("DMP-VIHF-PS", "VIHF sans l'identité réelle de l'utilisateur", _real_identity, ("DMP/AIRS.06",), "specs/requirements.md §2.4", "Mettre dans NameID l'identifiant national du professionnel connecté."),
    Check("DMP-PATIENT", "INS bien formé d'une personne inconnue du bac à sable", _patient, (), "design du projet", "Utiliser une identité de la fiche des patients ; ne jamais envoyer de données réelles.", severity=Severity.WARNING),
    Check("DMP-RIGHTS", "Accès que la matrice des droits ou le patient refuse", _rights, ("DMP/CONF.06",), "specs/dmp.md §5", "Vérifier l'autorisation (TD0.2) et la matrice des droits avant d'appeler.", severity=Severity.WARNING),
    Check("DMP-ORDER", "Consultation avant le contrôle des droits", _order, ("DMP/UX.08",), "specs/requirements.md §2.4", "Appeler TD0.2 (ou TD0.4) pour le patient avant TD3.1 et TD3.2.", operations=_READS),
    Check("DMP-QUERY", "Requête ou consultation XDS refusée", _query, (_PROFILE,), "specs/dmp.md §4", "Corriger le paramètre ou l'identifiant que nomme l'erreur.", operations=_READS | {"td3.1b"}),
    Check("DMP-AIR-FEED", "Alimentation en AIR", _air, (_PROFILE,), "specs/dmp.md §5.1 (606 v1.3)", "Alimenter avec un VIHF INDIRECTE (ou la carte), non avec Pro Santé Connect.", operations=_FEEDS),
    Check("DMP-FEED-STATE", "Alimentation d'un DMP fermé, absent, ou d'un patient opposé", _feed_state, ("DMP/CONF.09", "ALI/PROG.04"), "specs/dmp.md §5.3", "Lire TD0.2 et l'opposition du patient avant d'envoyer.", operations=_FEEDS),
    Check("DMP-METADATA", "Métadonnées XDS refusées", _metadata, ("DMP/va1.10", _PROFILE), "specs/dmp.md §3", "Corriger l'attribut que nomme l'erreur.", operations=_FEEDS),
    Check("DMP-METADATA-FORM", "Métadonnées tolérées mais hors des jeux de valeurs publiés", _remarks, ("DMP/va1.10",), "specs/dmp.md §1.5, §3.3–3.4", "Prendre le code dans le jeu de valeurs en vigueur.", "M", severity=Severity.INFO, operations=_FEEDS),
    Check("DMP-FEED-N1", "CR d'entretien ou BPM hors CDA R2 N1", _feed_n1, ("LGO.DOC.02",), "specs/requirements.md §2.0", "Produire un CDA R2 niveau 1 dont le corps est le PDF/A-1 en base64.", operations=_FEEDS),
    Check("DMP-FEED-ORG", "Alimentation par certificat d'organisation", _organisation, ("LGO.DMP.02",), "specs/requirements.md §2.0", "S'authentifier par le certificat logiciel de l'officine.", operations=_FEEDS),
)  # fmt: skip
