"""What proves a requirement that no single message can: a whole log-in, inactivity survived, a session that ended.

Source: docs/sources/psc.md, « Demande d'autorisation », « Session ». These checks are never broken: the requirement is
broken elsewhere. They say nothing until the whole of it was seen.
"""

from __future__ import annotations

from lgo_sandbox.watch.checks import Check, Observed, Outcome
from psc_mock.checks.past import last_marker, told_last
from psc_mock.codes import CIBA_GRANT, CODE_GRANT, LOGIN_IDLE, LOGIN_LIFETIME, MARKER_INACTIVE, MIN_RANDOM
from psc_mock.facts import CodeGranted, IdentityTold, LoggedOut, TokenSeen, TokensIssued

__all__ = ["CHECKS"]


def whole_flow(seen: Observed[IdentityTold]) -> Outcome:
    """The person was asked about after a log-in by one of the flows in use, state and nonce included."""
    told = seen.facts
    grants = {f.grant_type for _, f in seen.history.all(TokensIssued, about=told.sid) if f.client_id == told.client_id}
    if CIBA_GRANT in grants:
        return True
    codes = (f for _, f in seen.history.all(CodeGranted, about=told.sid) if f.client_id == told.client_id)
    fresh = any(min(len(f.state), len(f.nonce)) >= MIN_RANDOM for f in codes)
    return (CODE_GRANT in grants and fresh) or None


def kept_through_silence(seen: Observed[CodeGranted]) -> Outcome:
    """The user was inactive, came back, and the log-in was still there."""
    return (seen.facts.silent and told_last(seen, MARKER_INACTIVE) and last_marker(seen) is not None) or None


def ended_in_time(seen: Observed[TokensIssued]) -> Outcome:
    """The log-in ended by itself, nothing of it was used afterwards, and the person was authenticated again.

    By a code or without a browser; tokens of APIs are no activity of it (#jeton-apres-la-session).
    """
    now = seen.facts
    codes = (f for _, f in seen.history.all(CodeGranted, about=now.sid) if f.client_id == now.client_id)
    if now.grant_type not in (CODE_GRANT, CIBA_GRANT) or any(facts.silent for facts in codes):
        return None
    mine = (
        (past.at, facts.sid)
        for past, facts in seen.history.all(TokensIssued)
        if facts.client_id == now.client_id and facts.sid != now.sid and past.operation != "api-token"
    )
    last = next(mine, None)
    if last is None:
        return None
    at, sid = last
    began = min([at, *(past.at for past, _ in seen.history.all(TokensIssued, about=sid))])
    over = (seen.age - at).total_seconds() >= LOGIN_IDLE or (seen.age - began).total_seconds() >= LOGIN_LIFETIME
    left = any(facts.sid == sid for _, facts in seen.history.all(LoggedOut))
    used = any(f.sid == sid and f.state == "session-over" for _, f in seen.history.all(TokenSeen))
    return (over and not left and not used) or None


CHECKS = (
    Check(
        id="PSC-FLUX-01",
        title="Connexion menée à son terme par un flux en service",
        reads=IdentityTold,
        test=whole_flow,
        requirements=("EXI-PSC-08", "EXI-PSC-09", "EXI-PSC-10", "EXI-PSC-15", "PSC.01"),
        source="docs/sources/psc.md#userinfo",
        remedy="Mener une connexion entière : autorisation avec state et nonce, ou CIBA ; jetons ; userinfo.",
        operations=frozenset({"userinfo"}),
    ),
    Check(
        id="PSC-SES-06",
        title="Session Pro Santé Connect gardée pendant l'inactivité",
        reads=CodeGranted,
        test=kept_through_silence,
        requirements=("EXI-PSC-32",),
        source="docs/sources/psc.md#inactivite",
        remedy="Après inactivité, redemander une autorisation : la session Pro Santé Connect y répond seule.",
        confidence="M",
        operations=frozenset({"authorization"}),
    ),
    Check(
        id="PSC-SES-07",
        title="Session du logiciel finie avec celle de Pro Santé Connect",
        reads=TokensIssued,
        test=ended_in_time,
        requirements=("EXI-RIE-PS-13",),
        source="docs/sources/psc.md#fin-de-session",
        remedy="À la fin de la session Pro Santé Connect, ramener l'utilisateur à la page de connexion.",
        confidence="M",
        operations=frozenset({"token"}),
    ),
)
