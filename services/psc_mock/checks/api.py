"""What a caller of the *API Pro Santé Connectée* may be reproached with.

Source: specs/psc.md §4.4 (PSC-API), §3.5. Facts: ``refusal``, ``psc_token`` (a token of Pro Santé Connect was presented
to an API). Resource servers note the certificate of the call themselves: see ``lgo_sandbox.gate.api_access``.
"""

from __future__ import annotations

from lgo_sandbox.watch.findings import Check, Observed, Outcome, Violation
from psc_mock.codes import exi

__all__ = ["CHECKS"]

EXCHANGE = frozenset({"api-token"})
NOT_GRANTED = {
    "api_client_refused": ("client sans accès aux API", "un client enrôlé pour les API"),
    "api_scope_refused": ("portée non accordée à ce client", "les portées de l'enrôlement"),
    "audience_unknown": ("audience inconnue", "l'audience de l'API appelée"),
}


def _same_certificate(observed: Observed) -> Outcome:
    if observed.facts.get("refusal") == "certificate_changed":
        return Violation("autre certificat qu'à l'échange", "le certificat auquel le jeton est lié (cnf)")
    return True if observed.facts.get("grant_type") == "refresh_token" else None


def _granted(observed: Observed) -> Outcome:
    found = NOT_GRANTED.get(str(observed.facts.get("refusal")))
    return Violation(*found) if found else observed.facts.get("refusal") is None


def _exchanged(observed: Observed) -> Outcome:
    if observed.facts.get("psc_token"):
        return Violation("jeton Pro Santé Connect présenté à une API", "le jeton obtenu par échange (RFC 8693)")
    return bool(observed.facts.get("active"))


CHECKS = (
    Check(
        "PSC-API-01",
        "Même certificat à l'échange et à l'appel",
        _same_certificate,
        ("PSC.10", exi(24)),
        "specs/psc.md §4.4",
        "Présenter aux API, et pour rafraîchir leurs jetons, le certificat de l'échange.",
        operations=EXCHANGE,
    ),
    Check(
        "PSC-API-02",
        "Portée et audience accordées",
        _granted,
        ("PSC.10",),
        "specs/psc.md §4.4",
        "Demander les portées et l'audience déclarées à l'enrôlement.",
        operations=EXCHANGE,
    ),
    Check(
        "PSC-API-03",
        "Jeton échangé avant l'appel d'une API",
        _exchanged,
        ("PSC.10",),
        "specs/psc.md §4.4",
        "Échanger le jeton Pro Santé Connect contre un jeton de l'API avant de l'appeler.",
        operations=frozenset({"api-introspection"}),
    ),
)
