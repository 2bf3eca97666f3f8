"""The checks of the DMP: rule → requirement ids, source, French title and remedy.

Source: specs/requirements.md §2.0 and §2.4 (requirement ids), specs/dmp.md for the rules.
"""

from __future__ import annotations

from typing import Any

from dmp_mock.checks import rules
from lgo_sandbox.watch.findings import Check, Severity
from lgo_sandbox.watch.ins_flows import FlowIds, flow_checks

__all__ = ["CHECKS"]

_FEEDS = frozenset({"td2.1"})
_READS = frozenset({"td3.1", "td3.2"})
_PROFILE = "LGO.DMP.01"

CHECKS: tuple[Any, ...] = (
    Check(
        "DMP-TRANSPORT",
        "Message SOAP, WS-Addressing ou MTOM refusé",
        rules.transport,
        (_PROFILE,),
        "specs/dmp.md §1.4–1.5",
        "Comparer l'enveloppe envoyée aux exemples du guide : wsa:Action et MessageID présents, un seul Body.",
    ),
    Check(
        "DMP-PATH",
        "Transaction adressée à un autre chemin que le sien",
        rules.path,
        (_PROFILE,),
        "specs/dmp.md §1.1, §1.3",
        "Utiliser le suffixe de la transaction : patients, registry, repository…",
        severity=Severity.WARNING,
    ),
    Check(
        "DMP-ACTION",
        "wsa:Action qui n'est pas celle de la transaction",
        rules.action,
        (_PROFILE,),
        "specs/dmp.md §1.4",
        "Reprendre la table des actions du guide.",
        severity=Severity.WARNING,
    ),
    Check(
        "DMP-SOAP11",
        "Enveloppe SOAP 1.1",
        rules.soap_version,
        (_PROFILE,),
        "specs/dmp.md §1.5, §9.1",
        "Émettre une enveloppe SOAP 1.2.",
        severity=Severity.WARNING,
    ),
    Check(
        "DMP-MTOM",
        "ITI-41 sans MTOM (EX_2.1-1260)",
        rules.mtom,
        (_PROFILE,),
        "specs/dmp.md §1.5",
        "Envoyer le lot en multipart/related avec xop:Include.",
        operations=_FEEDS,
    ),
    Check(
        "DMP-LENGTH",
        "Paquet MIME tronqué",
        rules.truncated,
        (_PROFILE,),
        "specs/dmp.md §1.5",
        "Compter Content-Length en octets, non en caractères.",
        severity=Severity.WARNING,
    ),
    Check(
        "DMP-CERT",
        "Certificat d'authentification refusé",
        rules.certificate,
        (_PROFILE,),
        "specs/dmp.md §1.4, §2.2",
        "Présenter la carte (DIRECTE) ou le certificat d'organisation dont l'OU est la structure (INDIRECTE, AIR).",
    ),
    Check(
        "DMP-PLAIN",
        "Connexion sans TLS",
        rules.plain,
        (_PROFILE,),
        "specs/dmp.md §1.4",
        "Passer au port TLS avec un certificat client.",
        severity=Severity.WARNING,
    ),
    Check(
        "DMP-VIHF",
        "VIHF refusé",
        rules.vihf,
        (_PROFILE,),
        "specs/dmp.md §2.1–2.2",
        "Corriger l'attribut, la signature ou le certificat que nomme la règle.",
    ),
    Check(
        "DMP-VIHF-FORM",
        "VIHF toléré mais hors du tableau des attributs",
        rules.vihf_form,
        (_PROFILE,),
        "specs/dmp.md §2.1",
        "Suivre le tableau des attributs pour le mode d'authentification.",
        "M",
        severity=Severity.INFO,
    ),
    Check(
        "DMP-VIHF-ISSUER",
        "Issuer différent du certificat",
        rules.issuer,
        (_PROFILE,),
        "specs/dmp.md §2.1",
        "Mettre dans Issuer le sujet du certificat signataire (RFC 2253).",
        "M",
        severity=Severity.WARNING,
    ),
    Check(
        "DMP-VIHF-PS",
        "VIHF sans l'identité réelle de l'utilisateur",
        rules.real_identity,
        ("DMP/AIRS.06",),
        "specs/requirements.md §2.4",
        "Mettre dans NameID l'identifiant national du professionnel connecté.",
    ),
    Check(
        "DMP-PATIENT",
        "INS bien formé d'une personne inconnue du bac à sable",
        rules.known_patient,
        (),
        "design du projet",
        "Utiliser une identité de la fiche des patients ; ne jamais envoyer de données réelles.",
        severity=Severity.WARNING,
    ),
    Check(
        "DMP-RIGHTS",
        "Accès que la matrice des droits ou le patient refuse",
        rules.rights,
        ("DMP/CONF.06",),
        "specs/dmp.md §5",
        "Vérifier l'autorisation (TD0.2) et la matrice des droits avant d'appeler.",
        severity=Severity.WARNING,
    ),
    Check(
        "DMP-ORDER",
        "Consultation avant le contrôle des droits",
        rules.order,
        ("DMP/UX.08",),
        "specs/requirements.md §2.4",
        "Appeler TD0.2 (ou TD0.4) pour le patient avant TD3.1 et TD3.2.",
        operations=_READS,
    ),
    Check(
        "DMP-QUERY",
        "Requête ou consultation XDS refusée",
        rules.query,
        (_PROFILE,),
        "specs/dmp.md §4",
        "Corriger le paramètre ou l'identifiant que nomme l'erreur.",
        operations=_READS | {"td3.1b"},
    ),
    Check(
        "DMP-AIR-FEED",
        "Alimentation en AIR",
        rules.air,
        (_PROFILE,),
        "specs/dmp.md §5.1 (606 v1.3)",
        "Alimenter avec un VIHF INDIRECTE (ou la carte), non avec Pro Santé Connect.",
        operations=_FEEDS,
    ),
    Check(
        "DMP-FEED-STATE",
        "Alimentation d'un DMP fermé, absent, ou d'un patient opposé",
        rules.feed_state,
        ("DMP/CONF.09", "ALI/PROG.04"),
        "specs/dmp.md §5.3",
        "Lire TD0.2 et l'opposition du patient avant d'envoyer.",
        operations=_FEEDS,
    ),
    Check(
        "DMP-METADATA",
        "Métadonnées XDS refusées",
        rules.metadata,
        ("DMP/va1.10", _PROFILE),
        "specs/dmp.md §3",
        "Corriger l'attribut que nomme l'erreur.",
        operations=_FEEDS,
    ),
    Check(
        "DMP-METADATA-FORM",
        "Métadonnées tolérées mais hors des jeux de valeurs publiés",
        rules.metadata_form,
        ("DMP/va1.10",),
        "specs/dmp.md §1.5, §3.3–3.4",
        "Prendre le code dans le jeu de valeurs en vigueur.",
        "M",
        severity=Severity.INFO,
        operations=_FEEDS,
    ),
    Check(
        "DMP-FEED-N1",
        "CR d'entretien ou BPM hors CDA R2 N1",
        rules.feed_n1,
        ("LGO.DOC.02",),
        "specs/requirements.md §2.0",
        "Produire un CDA R2 niveau 1 dont le corps est le PDF/A-1 en base64.",
        operations=_FEEDS,
    ),
    Check(
        "DMP-FEED-ORG",
        "Alimentation par certificat d'organisation",
        rules.organisation_certificate,
        ("LGO.DMP.02",),
        "specs/requirements.md §2.0",
        "S'authentifier par le certificat logiciel de l'officine.",
        operations=_FEEDS,
    ),
    *flow_checks(
        FlowIds(
            status="DMP-INS-STATUT",
            verification="DMP-INS-VERIFICATION",
            partner="DMP-INS-PARTENAIRE",
            datamatrix="DMP-INS-DATAMATRIX",
        ),
    ),
)
