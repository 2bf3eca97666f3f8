"""The *API Pro Santé Connectée*: exchanging a log-in for a token of an API, and what such a token says.

Source: docs/sources/psc.md#echange-de-jeton (parameters, claims, ``cnf``; high), #adresse-par-api (what may be left
out; high), RFC 8693 §2; the errors of the real server are unknown (low: those of the RFC). Audiences and scopes are
ours. Knows no certificate but as a thumbprint.
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
    audiences: tuple[str, ...]
    scope: str


@dataclass(frozen=True, slots=True)
class ApiGrant:
    """What an API token is for. ``confirmation`` is the ``cnf`` member, empty when no certificate was shown."""

    grant: Grant
    audiences: tuple[str, ...]
    confirmation: Mapping[str, str]


def wanted_exchange(client: Client, fields: Mapping[str, str], address: str = "") -> Wanted:
    """Return what a client asks for. Raises Refused, the parameters first, then what the client may have.

    ``address`` is the API whose authorization server was called, empty at the shared one. What is left out follows
    from it, else from the enrolment.
    """
    if not fields.get("subject_token"):
        raise _unfit("subject_token_missing", "subject_token", fields)
    if fields.get("subject_token_type") not in EXCHANGED_TYPES:
        raise _unfit("subject_token_type_unknown", "subject_token_type", fields)
    if fields.get("subject_issuer", SUBJECT_ISSUER) != SUBJECT_ISSUER:
        raise _unfit("subject_issuer_unknown", "subject_issuer", fields)
    audience = _audience(client, fields, address)
    scope = tuple(dict.fromkeys(fields.get("scope", "").split()))
    if any(one not in client.api_scopes for one in scope):
        expected = f"rien, ou scope parmi {' '.join(client.api_scopes)}"
        raise _unfit("api_scope_refused", "scope", fields, expected=expected)
    audiences = (audience,) if audience else scope or client.api_scopes
    return Wanted(fields["subject_token"], audiences, " ".join(scope or audiences))


def _audience(client: Client, fields: Mapping[str, str], address: str) -> str:
    """Return the API that is asked for, empty when neither the address nor a parameter names one. Raises Refused."""
    asked = fields.get("audience", "")
    if address and asked not in ("", address):
        expected = f"rien, ou audience={address}, celle de l'adresse appelée"
        remedy = f"Retirer audience, ou appeler l'adresse de l'API : …/auth/realms/{asked[:20]}/…"
        raise _unfit("audience_unknown", "audience", fields, expected, remedy if asked in API_AUDIENCES else "")
    wanted = asked or address
    if wanted and wanted not in client.api_scopes:
        expected = f"une API de l'enrôlement du client : {' '.join(client.api_scopes)}"
        received = told("audience", asked) if asked else f"l'adresse de l'API {address}"
        where = "paramètre audience" if asked else "adresse du serveur d'autorisation"
        raise Refused("audience_unknown", received=received, expected=expected, where=where)
    return wanted


def _unfit(code: str, name: str, fields: Mapping[str, str], expected: str = "", remedy: str = "") -> Refused:
    received, where = told(name, fields.get(name)), f"paramètre {name}"
    return Refused(code, received=received, expected=expected, where=where, remedy=remedy)


def api_claims(of: ApiGrant, jti: str, iat: int, lifetime: int) -> dict[str, Any]:
    """Return the claims of an API token."""
    grant = of.grant
    claims: dict[str, Any] = {
        "exp": iat + lifetime,
        "iat": iat,
        "auth_time": grant.auth_time,
        "jti": jti,
        "iss": grant.issuer,
        "aud": of.audiences[0] if len(of.audiences) == 1 else list(of.audiences),
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
