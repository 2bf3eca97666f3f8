"""What the sandbox reproaches a client of Pro Santé Connect, beside the answer that the service gives anyway.

Source: specs/psc.md §4.4 (catalogue) and §4.1 (meaning of the EXI PSC numbers, référentiel v1.8.4). Pure functions of
the facts that handlers note: ``authorization`` (the parameters sent), ``wrong_host``, ``state_reused``,
``nonce_reused``, ``redirect_ok``, ``grant_type``, ``refusal``, ``space``, ``certificate``, ``token_in_query``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from lgo_sandbox.findings import Check, Observed, Outcome, Severity, Violation

from .codes import CODE_GRANT, DEAD_GRANTS, EIDAS, REFRESH_GRANT, SCOPE, TRUST

__all__ = ["CHECKS"]

AUTHORIZATION = frozenset({"authorization"})
TOKEN = frozenset({"token"})
BACK_CHANNEL = frozenset({"token", "introspection", "revocation"})
WITH_TOKENS = frozenset({"token", "introspection", "revocation", "userinfo"})
TOLERATED_EIDAS = frozenset({"eidas2", "eidas3"})
MIN_RANDOM = 16
"""Characters below which a state or nonce can hold no 64 bits of chance."""
WRONG_CODE_USE = {
    "code_replayed": "code d'autorisation déjà utilisé",
    "redirect_mismatch": "redirect_uri différente de celle de la demande",
    "code_of_another_client": "code délivré à un autre client",
}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _sent(observed: Observed) -> Mapping[str, Any] | None:
    """Return the parameters of an authorization request that reached the right host."""
    sent = observed.facts.get("authorization")
    return sent if isinstance(sent, Mapping) and not observed.facts.get("wrong_host") else None


def _acr_values(observed: Observed) -> Outcome:
    sent = _sent(observed)
    if sent is None:
        return None
    values = str(sent.get("acr_values", "")).split()
    if EIDAS in values or TOLERATED_EIDAS.intersection(values):
        return True
    if "acr" in sent and not values:
        return Violation(f"acr={sent['acr']}", f"acr_values={EIDAS}", "Le paramètre se nomme acr_values, et non acr.")
    return Violation(f"acr_values={' '.join(values) or '(absent)'}", f"acr_values={EIDAS}")


def _acr_remark(observed: Observed) -> Outcome:
    sent = _sent(observed)
    values = set(str(sent.get("acr_values", "")).split()) if sent is not None else set()
    if EIDAS in values:
        return True
    if found := sorted(TOLERATED_EIDAS & values):
        return Violation(f"acr_values={' '.join(found)}", f"acr_values={EIDAS}", "Valeur tolérée, avec une remarque.")
    return None


def _scope(observed: Observed) -> Outcome:
    sent = _sent(observed)
    if sent is None:
        return None
    scope = str(sent.get("scope", ""))
    return set(scope.split()) == set(SCOPE.split()) or Violation(f"scope={scope or '(absent)'}", f"scope={SCOPE}")


def _random(name: str, reused: str) -> Any:
    def test(observed: Observed) -> Outcome:
        sent = _sent(observed)
        if sent is None:
            return None
        value = str(sent.get(name, ""))
        expected = f"{name} aléatoire, d'au moins {MIN_RANDOM} caractères, différent à chaque demande"
        if len(value) < MIN_RANDOM:
            return Violation(f"{name}={value or '(absent ou vide)'}", expected)
        return Violation(f"{name}={value}", expected, f"{name} déjà servi") if observed.facts.get(reused) else True

    return test


def _response_type(observed: Observed) -> Outcome:
    sent = _sent(observed)
    if sent is None:
        return None
    kind, mode = sent.get("response_type", ""), sent.get("response_mode", "query")
    if kind == "code" and mode in ("query", "form_post"):
        return True
    return Violation(f"response_type={kind or '(absent)'}, response_mode={mode}", "response_type=code, sans fragment")


def _redirect_uri(observed: Observed) -> Outcome:
    sent = _sent(observed)
    if sent is None:
        return None
    uri = str(sent.get("redirect_uri", ""))
    if observed.facts.get("refusal") == "redirect_invalid":
        return Violation(f"redirect_uri={uri or '(absente)'}", "une adresse déclarée à l'identique")
    return _insecure(uri) if observed.facts.get("redirect_ok") else None


def _insecure(uri: str) -> Outcome:
    parts = urlsplit(uri)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return Violation(f"redirect_uri={uri}", "https, ou http vers la boucle locale")
    return True


def _pkce(observed: Observed) -> Outcome:
    if observed.operation == "token":
        if observed.facts.get("refusal") == "verifier_missing":
            return Violation("code_verifier absent", "code_verifier, puisque la demande portait code_challenge")
        return None
    sent = _sent(observed)
    if sent is None or "code_challenge" not in sent:
        return None
    method = sent.get("code_challenge_method", "(absent, donc plain)")
    return method == "S256" or Violation(f"code_challenge_method={method}", "code_challenge_method=S256")


def _host(observed: Observed) -> Outcome:
    if "authorization" not in observed.facts:
        return None
    if observed.facts.get("wrong_host"):
        return Violation(
            "autorisation demandée sur l'hôte d'authentification", "authorization_endpoint de la découverte"
        )
    return True


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
        return Violation(f"grant_type={grant}", f"{CODE_GRANT} ou {REFRESH_GRANT}")
    return grant in (CODE_GRANT, REFRESH_GRANT)


def _token_place(observed: Observed) -> Outcome:
    if "token_in_query" not in observed.facts:
        return None
    if observed.facts["token_in_query"]:
        return Violation("jeton ou secret dans l'URL", "en-tête Authorization ou corps de formulaire")
    return True


CHECKS = (
    Check(
        "PSC-AUTHZ-01",
        "Niveau eIDAS demandé à l'autorisation",
        _acr_values,
        ("EXI-PSC-16", "PSC.08"),
        "specs/psc.md §4.4",
        f"Ajouter acr_values={EIDAS} à la demande d'autorisation.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-02",
        "Portée demandée à l'autorisation",
        _scope,
        ("EXI-PSC-10", "EXI-PSC-15"),
        "specs/psc.md §4.4",
        f"Demander exactement « {SCOPE} ».",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-03",
        "state imprévisible et unique",
        _random("state", "state_reused"),
        ("EXI-PSC-09", "EXI-PSC-15"),
        "specs/psc.md §4.4",
        "Tirer un state au hasard à chaque demande, et le vérifier au retour.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-04",
        "nonce imprévisible et unique",
        _random("nonce", "nonce_reused"),
        ("EXI-PSC-09", "EXI-PSC-15"),
        "specs/psc.md §4.4",
        "Tirer un nonce au hasard à chaque demande, et le comparer à celui de l'ID token.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-05",
        "Flux authorization code",
        _response_type,
        ("EXI-PSC-10",),
        "specs/psc.md §4.4",
        "Utiliser response_type=code ; les autres types annoncés sont hors service.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-06",
        "Adresse de retour déclarée",
        _redirect_uri,
        ("EXI-PSC-15",),
        "specs/psc.md §4.4",
        "Envoyer l'une des adresses déclarées à l'enrôlement, au caractère près.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-07",
        "PKCE en S256",
        _pkce,
        ("EXI-PSC-09",),
        "specs/psc.md §4.4 (conseil)",
        "Utiliser code_challenge_method=S256, et envoyer code_verifier avec le code.",
        confidence="M",
        operations=AUTHORIZATION | TOKEN,
        severity=Severity.WARNING,
    ),
    Check(
        "PSC-AUTHZ-08",
        "Autorisation demandée au portail",
        _host,
        ("EXI-PSC-09", "EXI-PSC-14"),
        "specs/psc.md §1.1",
        "Lire authorization_endpoint dans le document wallet-openid-configuration.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-10",
        "Niveau eIDAS toléré avec remarque",
        _acr_remark,
        ("EXI-PSC-16",),
        "specs/psc.md §4.1",
        f"Préférer acr_values={EIDAS}, seule valeur servie aujourd'hui.",
        operations=AUTHORIZATION,
        severity=Severity.INFO,
    ),
    Check(
        "PSC-TOK-01",
        "Code d'autorisation bien employé",
        _code_use,
        ("EXI-PSC-15",),
        "specs/psc.md §4.4",
        "Échanger chaque code une seule fois, avec la redirect_uri de la demande.",
        operations=TOKEN,
    ),
    Check(
        "PSC-TOK-02",
        "Certificat client sur le canal arrière",
        _certificate,
        ("EXI-PSC-24",),
        "specs/psc.md §4.4",
        "Présenter le certificat IGC-Santé de l'organisation, valide et enrôlé pour ce client.",
        operations=BACK_CHANNEL,
    ),
    Check(
        "PSC-TLS-01",
        "Canal arrière en TLS",
        _transport,
        ("EXI-PSC-24",),
        "specs/psc.md §4.1",
        "Appeler le port TLS : sur l'autre, l'absence de certificat client n'est que tolérée, pour les premiers pas.",
        operations=frozenset({"token", "revocation", "userinfo"}),
        severity=Severity.WARNING,
    ),
    Check(
        "PSC-TOK-05",
        "Type d'octroi en service",
        _grant,
        ("EXI-PSC-10",),
        "specs/psc.md §4.4",
        "N'utiliser ni mot de passe, ni client_credentials, ni flux implicite, même annoncés.",
        operations=TOKEN,
    ),
    Check(
        "PSC-TOK-06",
        "Aucun jeton dans l'URL",
        _token_place,
        ("EXI-PSC-15",),
        "specs/psc.md §4.4 (conseil) ; RFC 6750 §2.3",
        "Envoyer le jeton dans l'en-tête Authorization : les URL restent dans les journaux.",
        confidence="M",
        operations=WITH_TOKENS,
        severity=Severity.WARNING,
    ),
)
