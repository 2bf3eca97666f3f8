"""What the use of tokens may be reproached with: dead ones, bursts of questions, a log-in where a refresh would do.

Source: docs/sources/psc.md#duree-des-jetons, #rafales. A client that introspects its own token only asks whether it
still lives.
"""

from __future__ import annotations

from datetime import timedelta

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from psc_mock.codes import ACCESS_LIFETIME, REFRESH_GRANT, REFRESH_LIFETIME
from psc_mock.facts import ClientSeen, CodeGranted, TokenSeen, TokensIssued, TokensRevoked

__all__ = ["CHECKS", "of_its_own"]

MAX_USES = {"userinfo": 10, "introspection": 60}
"""How often one token may be asked about within a minute (advice)."""
MINUTE = timedelta(minutes=1)


def of_its_own(seen: Observed[TokenSeen]) -> bool:
    """Tell whether a client asks about a token that it was given itself."""
    caller = seen.also(ClientSeen)
    return caller is not None and caller.client_id == seen.facts.owner


def alive(seen: Observed[TokenSeen]) -> Outcome:
    """A token that is shown has not expired."""
    if seen.facts.state != "expired" or of_its_own(seen):
        return None
    received = f"un jeton d'accès expiré, celui de {seen.facts.owner}"
    expected = f"un jeton d'accès de moins de {ACCESS_LIFETIME} s"
    return Violation(received, expected, "Le jeton vit deux minutes : le rafraîchir avant.", where="jeton d'accès")


def no_burst(seen: Observed[TokenSeen]) -> Outcome:
    """The answer about a token is kept instead of asked for again; told once for each minute of a burst."""
    operation, limit = seen.operation, MAX_USES[seen.operation]
    if seen.facts.state != "live":
        return None
    since, before = seen.age - MINUTE, 0
    for past, _ in seen.history.all(TokenSeen, about=seen.facts.key):
        if past.at <= since or before > limit:
            break
        before += past.operation == operation
    if before != limit:
        return None
    received = f"{before + 1} appels pour le même jeton en une minute"
    return Violation(received, f"{limit} appels au plus : garder la réponse", where="rythme")


def refresh_first(seen: Observed[CodeGranted]) -> Outcome:
    """A log-in whose refresh token lives is refreshed, not asked for again."""
    granted = seen.facts
    if not granted.silent:
        return None
    issued = [
        past.at
        for past, facts in seen.history.all(TokensIssued, about=granted.sid)
        if facts.client_id == granted.client_id and facts.grant_type != REFRESH_GRANT
    ]
    refreshes = [f for _, f in seen.history.all(TokensIssued, about=granted.sid) if f.grant_type == REFRESH_GRANT]
    revoked = any(True for _ in seen.history.all(TokensRevoked, about=granted.sid))
    if len(issued) != 1 or refreshes or revoked:
        return None
    age = seen.age - issued[0]
    if not timedelta(seconds=ACCESS_LIFETIME) <= age < timedelta(seconds=REFRESH_LIFETIME):
        return None
    received = "une nouvelle autorisation, le jeton de rafraîchissement n'ayant jamais servi"
    return Violation(
        received, "grant_type=refresh_token, avec le jeton de la connexion", where="demande d'autorisation"
    )


CHECKS = (
    Check(
        id="PSC-TOK-03",
        title="Jeton d'accès vivant",
        reads=TokenSeen,
        test=alive,
        requirements=("EXI-PSC-11", "EXI-PSC-15"),
        source="docs/sources/psc.md#duree-des-jetons",
        remedy="Rafraîchir le jeton d'accès peu avant ses 120 secondes, par refresh_token.",
        operations=frozenset({"userinfo", "introspection"}),
        severity=Severity.WARNING,
        explains=frozenset({"bearer_invalid"}),
    ),
    Check(
        id="PSC-TOK-04",
        title="Ni rafale d'introspections ni rafale de userinfo",
        reads=TokenSeen,
        test=no_burst,
        requirements=("EXI-PSC-15",),
        source="docs/sources/psc.md#rafales",
        remedy="Garder la réponse aussi longtemps que le jeton vit, au lieu de la redemander.",
        confidence="M",
        operations=frozenset(MAX_USES),
        severity=Severity.WARNING,
    ),
    Check(
        id="PSC-TOK-09",
        title="Rafraîchir au lieu de redemander une autorisation",
        reads=CodeGranted,
        test=refresh_first,
        requirements=("EXI-PSC-11",),
        source="docs/sources/psc.md#duree-des-jetons",
        remedy="Envoyer grant_type=refresh_token tant que le jeton de rafraîchissement vit (30 min).",
        operations=frozenset({"authorization"}),
        severity=Severity.WARNING,
    ),
)
