"""What a client's back channel may be reproached with: codes, certificates, grants, how tokens are used.

Source: specs/psc.md §4.4 (PSC-TOK), §4.1. Facts: ``grant_type``, ``refusal``, ``space``, ``certificate``,
``token_in_query``, ``token_state``, ``own_token``, ``recent_refreshes``, ``refresh_unused``, ``uses``,
``dead_endpoint``.
"""

from __future__ import annotations

from collections.abc import Mapping

from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation
from psc_mock.codes import CIBA_GRANT, CODE_GRANT, DEAD_GRANTS, REFRESH_GRANT, TRUST, exi

__all__ = ["CHECKS"]

TOKEN = frozenset({"token"})
BACK_CHANNEL = frozenset({"token", "ciba", "introspection", "revocation", "api-token"})
WITH_TOKENS = frozenset({"token", "introspection", "revocation", "userinfo", "api-token", "api-introspection"})
LIVE_GRANTS = (CODE_GRANT, REFRESH_GRANT, CIBA_GRANT)
MAX_REFRESHES = 3
"""Refreshes of one log-in by one client within a minute; a token lives two."""
MAX_USES = {"userinfo": 10, "introspection": 60}
"""How often one token may be asked about within a minute (advice)."""
WRONG_CODE_USE = {
    "code_replayed": "code d'autorisation déjà utilisé",
    "redirect_mismatch": "redirect_uri différente de celle de la demande",
    "code_of_another_client": "code délivré à un autre client",
}


def _code_use(observed: Observed) -> Outcome:
    if observed.facts.get("grant_type") != CODE_GRANT:
        return None
    refusal = observed.facts.get("refusal")
    if refusal in WRONG_CODE_USE:
        return Violation(WRONG_CODE_USE[refusal], "un code, une fois, par son client, avec la même redirect_uri")
    return refusal is None


def _certificate(observed: Observed) -> Outcome:
    shown = observed.facts.get("certificate")
    if not isinstance(shown, Mapping):
        return None
    judgement, trust = shown["judgement"], observed.facts.get("space") == TRUST
    expected = "un certificat IGC-Santé d'organisation en cours de validité, celui du client"
    if judgement == "absent":
        return Violation("aucun certificat client", expected) if trust and observed.transport == "https" else None
    if judgement != "ok" or observed.facts.get("refusal") == "certificate_refused":
        received = f"certificat {judgement}, famille {shown['family']}, OU={shown['ou']}, CN={shown['cn']}"
        return Violation(received, expected)
    return True


def _transport(observed: Observed) -> Outcome:
    if observed.transport == "https":
        return True
    return Violation("appel sur le port sans TLS", "TLS 1.2 ou plus, avec un certificat client IGC-Santé")


def _grant(observed: Observed) -> Outcome:
    grant = observed.facts.get("grant_type")
    if grant in DEAD_GRANTS or grant == "implicit":
        return Violation(f"grant_type={grant}", " ou ".join(LIVE_GRANTS))
    return grant in LIVE_GRANTS


def _token_place(observed: Observed) -> Outcome:
    if "token_in_query" not in observed.facts:
        return None
    if observed.facts["token_in_query"]:
        return Violation("jeton ou secret dans l'URL", "en-tête Authorization ou corps de formulaire")
    return True


def _token_life(observed: Observed) -> Outcome:
    facts = observed.facts
    if facts.get("token_state") == "expired" and not facts.get("own_token"):
        return Violation("jeton d'accès expiré", "un jeton vivant", "Le jeton vit deux minutes : le rafraîchir avant.")
    if facts.get("refresh_unused"):
        expected = "un rafraîchissement par refresh_token"
        return Violation("nouvelle autorisation, le jeton de rafraîchissement n'ayant jamais servi", expected)
    if int(facts.get("recent_refreshes", 0)) > MAX_REFRESHES:
        return Violation(
            f"{facts['recent_refreshes']} rafraîchissements en une minute", "un rafraîchissement peu avant l'expiration"
        )
    return facts.get("token_state") == "live" or facts.get("grant_type") == REFRESH_GRANT


def _burst(observed: Observed) -> Outcome:
    if "uses" not in observed.facts:
        return None
    uses, limit = int(observed.facts["uses"]), MAX_USES[observed.operation]
    if uses > limit:
        return Violation(f"{uses} appels pour le même jeton en une minute", f"au plus {limit} : garder la réponse")
    return True


def _dead_endpoint(observed: Observed) -> Outcome:
    where = observed.facts.get("dead_endpoint")
    return Violation(f"appel de {where}", "les adresses en service") if where else None


CHECKS = (
    Check(
        "PSC-TOK-01",
        "Code d'autorisation bien employé",
        _code_use,
        (exi(15),),
        "specs/psc.md §4.4",
        "Échanger chaque code une seule fois, avec la redirect_uri de la demande.",
        operations=TOKEN,
    ),
    Check(
        "PSC-TOK-02",
        "Certificat client sur le canal arrière",
        _certificate,
        (exi(24),),
        "specs/psc.md §4.4",
        "Présenter le certificat IGC-Santé de l'organisation, valide et enrôlé pour ce client.",
        operations=BACK_CHANNEL,
    ),
    Check(
        "PSC-TLS-01",
        "Canal arrière en TLS",
        _transport,
        (exi(24),),
        "specs/psc.md §4.1",
        "Appeler le port TLS : sur l'autre, l'absence de certificat client n'est que tolérée, pour les premiers pas.",
        operations=frozenset({"token", "revocation", "userinfo"}),
        severity=Severity.WARNING,
    ),
    Check(
        "PSC-TOK-05",
        "Type d'octroi en service",
        _grant,
        (exi(10),),
        "specs/psc.md §4.4",
        "N'utiliser ni mot de passe, ni client_credentials, ni flux implicite, même annoncés.",
        operations=TOKEN,
    ),
    Check(
        "PSC-TOK-06",
        "Aucun jeton dans l'URL",
        _token_place,
        (exi(15),),
        "specs/psc.md §4.4 (conseil) ; RFC 6750 §2.3",
        "Envoyer le jeton dans l'en-tête Authorization : les URL restent dans les journaux.",
        confidence="M",
        operations=WITH_TOKENS,
        severity=Severity.WARNING,
    ),
    Check(
        "PSC-TOK-03",
        "Jetons rafraîchis à temps, et sans excès",
        _token_life,
        (exi(11), exi(15)),
        "specs/psc.md §4.4",
        "Rafraîchir le jeton d'accès peu avant ses 120 secondes, par refresh_token, et seulement alors.",
        operations=frozenset({"userinfo", "introspection", "token", "authorization"}),
        severity=Severity.WARNING,
    ),
    Check(
        "PSC-TOK-04",
        "Ni rafale d'introspections ni rafale de userinfo",
        _burst,
        (exi(15),),
        "specs/psc.md §4.4 (conseil)",
        "Garder la réponse aussi longtemps que le jeton vit, au lieu de la redemander.",
        confidence="M",
        operations=frozenset(MAX_USES),
        severity=Severity.WARNING,
    ),
    Check(
        "PSC-TOK-07",
        "Aucune adresse annoncée mais hors service",
        _dead_endpoint,
        (exi(10),),
        "specs/psc.md §1.4",
        "Ne pas se fier à la découverte pour l'enrôlement dynamique, le flux device ou les demandes poussées.",
        confidence="M",
        operations=frozenset({"dead-endpoint"}),
        severity=Severity.WARNING,
    ),
)
