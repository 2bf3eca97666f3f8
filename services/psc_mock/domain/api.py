"""The *API Pro Santé Connectée*: exchanging a log-in for a token of an API, and what such a token says.

Source: docs/sources/psc.md#echange-de-jeton (parameters, claims, ``cnf``; high), RFC 8693 §2; the errors of the real
server are unknown (low: those of the RFC). Audiences and scopes are ours. Knows no certificate but as a thumbprint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psc_mock.codes import API_AUDIENCES, EXCHANGED_TYPES, SUBJECT_ISSUER
from psc_mock.domain.claims import Grant
from psc_mock.domain.clients import Client
from psc_mock.domain.refusals import Refused, told

__all__ = ["ApiGrant", "Wanted", "api_claims", "wanted_exchange"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An exchange that passed the checks of its parameters."""

    subject_token: str
    audience: str
    scope: str


@dataclass(frozen=True, slots=True)
class ApiGrant:
    """What an API token is for. ``confirmation`` is the ``cnf`` member, empty when no certificate was shown."""

    grant: Grant
    audience: str
    confirmation: Mapping[str, str]


def wanted_exchange(client: Client, fields: Mapping[str, str]) -> Wanted:
    """Return what a client asks for. Raises Refused, the parameters first, then what the client may have."""
    if not fields.get("subject_token"):
        raise _unfit("subject_token_missing", "subject_token", fields)
    if fields.get("subject_token_type") not in EXCHANGED_TYPES:
        raise _unfit("subject_token_type_unknown", "subject_token_type", fields)
    if fields.get("subject_issuer", SUBJECT_ISSUER) != SUBJECT_ISSUER:
        raise _unfit("subject_issuer_unknown", "subject_issuer", fields)
    audience = fields.get("audience", "")
    if audience not in API_AUDIENCES:
        raise _unfit("audience_unknown", "audience", fields)
    scope = list(dict.fromkeys(fields.get("scope", "").split()))
    if not scope or any(one not in client.api_scopes for one in scope):
        raise _unfit("api_scope_refused", "scope", fields, expected=f"scope parmi {' '.join(client.api_scopes)}")
    return Wanted(fields["subject_token"], audience, " ".join(scope))


def _unfit(code: str, name: str, fields: Mapping[str, str], expected: str = "") -> Refused:
    return Refused(code, received=told(name, fields.get(name)), expected=expected, where=f"paramètre {name}")


def api_claims(of: ApiGrant, jti: str, iat: int, lifetime: int) -> dict[str, Any]:
    """Return the claims of an API token."""
    grant = of.grant
    claims: dict[str, Any] = {
        "exp": iat + lifetime,
        "iat": iat,
        "auth_time": grant.auth_time,
        "jti": jti,
        "iss": grant.issuer,
        "aud": of.audience,
        "sub": grant.sub,
        "typ": "Bearer",
        "azp": grant.client_id,
        "session_state": grant.sid,
        "scope": grant.scope,
        "sid": grant.sid,
        "SubjectNameID": grant.national_id,
        "preferred_username": grant.national_id,
    }
    return {**claims, "cnf": dict(of.confirmation)} if of.confirmation else claims
