"""What an authorization request may be reproached with.

Source: specs/psc.md §4.4 (PSC-AUTHZ), §4.1. Facts: ``authorization`` (the parameters sent), ``wrong_host``,
``state_reused``, ``nonce_reused``, ``redirect_ok``, ``refusal``, ``user_agent``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from lgo_sandbox.watch.findings import Check, Observed, Outcome, Severity, Violation
from psc_mock.codes import EIDAS, SCOPE, exi

__all__ = ["CHECKS"]

AUTHORIZATION = frozenset({"authorization"})
TOKEN = frozenset({"token"})
TOLERATED_EIDAS = frozenset({"eidas2", "eidas3"})
MIN_RANDOM = 16
"""Characters below which a state or nonce can hold no 64 bits of chance."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
EMBEDDED = ("; wv)", "WebView", "Electron/", "CefSharp", "QtWebEngine", "JavaFX", "Trident/", "MSIE ")
"""What the User-Agent of a browser component inside a program says, when it says it."""


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


def _external_browser(observed: Observed) -> Outcome:
    agent = str(observed.facts.get("user_agent", ""))
    if _sent(observed) is None or not agent:
        return None
    if found := [mark for mark in EMBEDDED if mark in agent]:
        return Violation(f"User-Agent : {agent[:200]} ({found[0].strip()})", "le navigateur du poste")
    return True


CHECKS = (
    Check(
        "PSC-AUTHZ-01",
        "Niveau eIDAS demandé à l'autorisation",
        _acr_values,
        (exi(16), "PSC.08"),
        "specs/psc.md §4.4",
        f"Ajouter acr_values={EIDAS} à la demande d'autorisation.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-02",
        "Portée demandée à l'autorisation",
        _scope,
        (exi(10), exi(15)),
        "specs/psc.md §4.4",
        f"Demander exactement « {SCOPE} ».",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-03",
        "state imprévisible et unique",
        _random("state", "state_reused"),
        (exi(9), exi(15)),
        "specs/psc.md §4.4",
        "Tirer un state au hasard à chaque demande, et le vérifier au retour.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-04",
        "nonce imprévisible et unique",
        _random("nonce", "nonce_reused"),
        (exi(9), exi(15)),
        "specs/psc.md §4.4",
        "Tirer un nonce au hasard à chaque demande, et le comparer à celui de l'ID token.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-05",
        "Flux authorization code",
        _response_type,
        (exi(10),),
        "specs/psc.md §4.4",
        "Utiliser response_type=code ; les autres types annoncés sont hors service.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-06",
        "Adresse de retour déclarée",
        _redirect_uri,
        (exi(15),),
        "specs/psc.md §4.4",
        "Envoyer l'une des adresses déclarées à l'enrôlement, au caractère près.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-07",
        "PKCE en S256",
        _pkce,
        (exi(9),),
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
        (exi(9), exi(14)),
        "specs/psc.md §1.1",
        "Lire authorization_endpoint dans le document wallet-openid-configuration.",
        operations=AUTHORIZATION,
    ),
    Check(
        "PSC-AUTHZ-10",
        "Niveau eIDAS toléré avec remarque",
        _acr_remark,
        (exi(16),),
        "specs/psc.md §4.1",
        f"Préférer acr_values={EIDAS}, seule valeur servie aujourd'hui.",
        operations=AUTHORIZATION,
        severity=Severity.INFO,
    ),
    Check(
        "PSC-AUTHZ-09",
        "Navigateur externe",
        _external_browser,
        (exi(25), exi(26), "PSC.01"),
        "specs/psc.md §4.4",
        "Ouvrir le navigateur du poste : un composant embarqué n'est toléré qu'avec la preuve de sa maintenance.",
        confidence="M",
        operations=AUTHORIZATION,
        severity=Severity.WARNING,
    ),
)
