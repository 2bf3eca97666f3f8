"""What becomes of a log-in whose tokens say what a client of before 2026 has not seen (a fault, the profile 2026).

Source: docs/sources/psc.md#logiciels-de-2026. Only what passes the wire is judged: that a client gives up after its
tokens, and that it never asks who the person is. What it does within, nobody sees; docs/fr/brancher-psc.md says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.history import Past
from psc_mock.codes import CIBA_GRANT, CODE_GRANT, EXCHANGE_GRANT, REFRESH_LIFETIME
from psc_mock.facts import IdentityTold, LoggedOut, NewForms, TokenSeen, TokensIssued, TokensRevoked

__all__ = ["CHECKS"]

OfLogin = TokenSeen | IdentityTold | LoggedOut | TokensRevoked
LOGINS = frozenset({CODE_GRANT, CIBA_GRANT})
SOON = timedelta(seconds=REFRESH_LIFETIME)
"""A log-in that is asked for again while a refresh would still do."""


def gone_on(seen: Observed[TokensIssued]) -> Outcome:
    """The log-in before this one was used, though its tokens were new to the client."""
    issued = seen.facts
    if issued.grant_type not in LOGINS:
        return None
    before = next(((p, f) for p, f in seen.history.all(NewForms) if f.client_id == issued.client_id), None)
    if before is None or seen.age - before[0].at >= SOON:
        return None
    past, forms = before
    if _last_login(seen, issued.client_id) != forms.sid:
        return None
    if any(True for _ in _followed(seen, forms.sid, past)):
        return True
    seconds = f"{(seen.age - past.at).total_seconds():.0f}"
    received = (
        f"une nouvelle connexion {seconds} s après des jetons dont rien n'a servi : ni userinfo, ni introspection, "
        f"ni rafraîchissement, ni déconnexion ({_listed(forms.news)})"
    )
    return Violation(received, "une connexion qui se poursuit après ces jetons", where="échange d'avant, jetons")


def asked_who(seen: Observed[LoggedOut]) -> Outcome:
    """The identity was asked for before the log-in ended.

    Silent of a log-in that was exchanged for an API: its server asks who the person is, and a proxy never does.
    """
    sid = seen.facts.sid
    last = seen.history.last(NewForms, about=sid) if sid else None
    if last is None:
        return None
    if any(facts.sid == sid for _, facts in seen.history.all(IdentityTold)):
        return True
    if any(issued.grant_type == EXCHANGE_GRANT for _, issued in seen.history.all(TokensIssued, about=sid)):
        return None
    received = f"une connexion entière sans appel à userinfo ({_listed(last[1].news)})"
    return Violation(
        received, "SubjectNameID lu dans userinfo ou dans les jetons, jamais tiré de sub", where="userinfo"
    )


def _followed(seen: Observed[TokensIssued], sid: str, since: Past) -> Iterator[object]:
    """Yield what was done with the tokens of a log-in since an exchange, by the client or by those it went to."""
    for kind in (TokenSeen, IdentityTold, LoggedOut, TokensRevoked):
        yield from _of(seen, kind, sid, since.at)
    yield from (f for p, f in seen.history.all(TokensIssued, about=sid) if p.at >= since.at and not _is_login(f))


def _last_login(seen: Observed[TokensIssued], client_id: str) -> str:
    """Return the log-in that the client had before this one: what became of an older one was told then."""
    logins = (f.sid for _, f in seen.history.all(TokensIssued) if f.client_id == client_id and _is_login(f))
    return next(logins, "")


def _of(seen: Observed[TokensIssued], kind: type[OfLogin], sid: str, at: datetime) -> Iterator[object]:
    for past, facts in seen.history.all(kind):
        if past.at < at:
            return
        if facts.sid == sid:
            yield facts


def _is_login(issued: TokensIssued) -> bool:
    return issued.grant_type in LOGINS


def _listed(news: tuple[str, ...]) -> str:
    return " ; ".join(news)


CHECKS = (
    Check(
        id="PSC-FORME-01",
        title="Connexion poursuivie malgré des jetons d'une autre forme",
        reads=TokensIssued,
        test=gone_on,
        source="docs/sources/psc.md#logiciels-de-2026",
        remedy="Suivre SubjectNameID et non sub, ne pas exiger acr=eidas1, ignorer les membres inconnus.",
        confidence="M",
        operations=frozenset({"token"}),
        severity=Severity.WARNING,
    ),
    Check(
        id="PSC-FORME-02",
        title="Identité demandée à userinfo",
        reads=LoggedOut,
        test=asked_who,
        source="docs/sources/psc.md#logiciels-de-2026",
        remedy="Vérifier d'où vient l'identité : SubjectNameID des jetons ou de userinfo, non sub.",
        confidence="M",
        operations=frozenset({"logout"}),
        severity=Severity.INFO,
    ),
)
