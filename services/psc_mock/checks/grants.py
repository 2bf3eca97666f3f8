"""What a request for tokens may be reproached with: the grant, the code, PKCE, how often it refreshes.

Source: docs/sources/psc.md#octrois, #code-d-autorisation, #pkce, #duree-des-jetons.
"""

from __future__ import annotations

from itertools import islice

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from psc_mock.checks.past import as_refused, refused_with, within
from psc_mock.codes import CIBA_GRANT, CODE_GRANT, DEAD_GRANTS, REFRESH_GRANT
from psc_mock.domain.refusals import told
from psc_mock.facts import CodePresented, DeadEndpointCalled, TokenAsked, TokensIssued

__all__ = ["CHECKS"]

TOKEN = frozenset({"token"})
LIVE_GRANTS = (CODE_GRANT, REFRESH_GRANT, CIBA_GRANT)
MAX_REFRESHES = 3
"""Refreshes of one log-in by one client within a minute; a token lives two."""
MINUTE = 60.0
WRONG_CODE_USE = ("code_replayed", "redirect_mismatch", "code_of_another_client")
DEAD = ("registration_dead", "device_endpoint_dead")


def code_use(seen: Observed[CodePresented]) -> Outcome:
    """A code is exchanged once, by its client, with its redirect address."""
    refusal = refused_with(seen, *WRONG_CODE_USE)
    return as_refused(refusal) if refusal else None


def verifier(seen: Observed[CodePresented]) -> Outcome:
    """A code that was asked for with a challenge is exchanged with its verifier."""
    if not seen.facts.challenge_method or seen.facts.verifier:
        return None
    refusal = refused_with(seen, "verifier_missing")
    expected = f"le code_verifier du code_challenge de la demande ({seen.facts.challenge_method})"
    return (
        as_refused(refusal) if refusal else Violation("code_verifier absent", expected, where="paramètre code_verifier")
    )


def grant(seen: Observed[TokenAsked]) -> Outcome:
    """The grant is in use."""
    asked = seen.facts.grant_type
    if asked not in DEAD_GRANTS and asked != "implicit":
        return None
    return Violation(told("grant_type", asked), " ou ".join(LIVE_GRANTS), where="paramètre grant_type")


def refreshed(seen: Observed[TokensIssued]) -> Outcome:
    """Tokens are refreshed, and not in bursts."""
    issued = seen.facts
    if issued.grant_type != REFRESH_GRANT:
        return None
    earlier = (facts for _, facts in within(seen, TokensIssued, MINUTE, about=issued.sid))
    before = (f for f in earlier if f.client_id == issued.client_id and f.grant_type == REFRESH_GRANT)
    if sum(1 for _ in islice(before, MAX_REFRESHES)) == MAX_REFRESHES:
        received = f"plus de {MAX_REFRESHES} rafraîchissements en une minute"
        return Violation(received, "un rafraîchissement peu avant l'expiration (120 s)", where="rythme")
    return True


def dead_endpoint(seen: Observed[DeadEndpointCalled]) -> Outcome:
    """What is announced and serves nobody is left alone."""
    refusal = refused_with(seen, *DEAD)
    if refusal is None:
        return None
    return Violation(seen.facts.path, refusal.expected, refusal.message, refusal.remedy, refusal.where)


CHECKS = (
    Check(
        id="PSC-TOK-01",
        title="Code d'autorisation bien employé",
        reads=CodePresented,
        test=code_use,
        requirements=("EXI-PSC-15",),
        source="docs/sources/psc.md#code-d-autorisation",
        remedy="Échanger chaque code une seule fois, avec la redirect_uri de la demande.",
        operations=TOKEN,
        explains=frozenset(WRONG_CODE_USE),
    ),
    Check(
        id="PSC-TOK-05",
        title="Type d'octroi en service",
        reads=TokenAsked,
        test=grant,
        requirements=("EXI-PSC-10",),
        source="docs/sources/psc.md#octrois",
        remedy="N'utiliser ni mot de passe, ni client_credentials, ni flux implicite, même annoncés.",
        operations=TOKEN,
        explains=frozenset({*DEAD_GRANTS.values(), "grant_type_unknown"}),
    ),
    Check(
        id="PSC-TOK-07",
        title="Aucune adresse annoncée mais hors service",
        reads=DeadEndpointCalled,
        test=dead_endpoint,
        requirements=("EXI-PSC-10",),
        source="docs/sources/psc.md#adresses-hors-service",
        remedy="Ne pas se fier à la découverte pour l'enrôlement dynamique, le flux device ou les demandes poussées.",
        confidence="M",
        operations=frozenset({"dead-endpoint"}),
        severity=Severity.WARNING,
        explains=frozenset(DEAD),
    ),
    Check(
        id="PSC-TOK-08",
        title="Preuve PKCE à l'échange du code",
        reads=CodePresented,
        test=verifier,
        requirements=("EXI-PSC-09",),
        source="docs/sources/psc.md#pkce",
        remedy="Ajouter code_verifier à l'échange du code.",
        confidence="M",
        operations=TOKEN,
        severity=Severity.WARNING,
        explains=frozenset({"verifier_missing"}),
    ),
    Check(
        id="PSC-TOK-10",
        title="Jetons rafraîchis, sans excès",
        reads=TokensIssued,
        test=refreshed,
        requirements=("EXI-PSC-11",),
        source="docs/sources/psc.md#duree-des-jetons",
        remedy="Rafraîchir le jeton d'accès peu avant ses 120 secondes, et seulement alors.",
        operations=TOKEN,
        severity=Severity.WARNING,
    ),
)
