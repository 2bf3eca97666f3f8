"""What tokens and introspection say, members in the order of the real ones.

Source: docs/sources/psc.md#introspection, #userinfo (access token: captures, high; ID token: Keycloak's rule,
medium). ``iat`` and ``exp`` are in wire time. No ``aud`` in the access token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from psc_mock.codes import FEDERATION, OPENID

__all__ = ["INACTIVE", "Grant", "access_claims", "id_claims", "introspection", "other_ids", "subject"]

INACTIVE = {"active": False}
_RPPS = re.compile(r"8\d{11}")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person granted to a client: who, for what, when (``auth_time`` in wire seconds). ``acr`` may be empty."""

    issuer: str
    client_id: str
    sid: str
    national_id: str
    scope: str
    nonce: str
    acr: str
    auth_time: int
    auth_mode: str

    @property
    def with_openid(self) -> bool:
        """Tell whether an ID token and the user information belong to the grant."""
        return OPENID in self.scope.split()


def subject(national_id: str) -> str:
    """Return the ``sub`` of a person."""
    return f"f:{FEDERATION}:{national_id}"


def other_ids(national_id: str) -> list[dict[str, Any]]:
    """Return the ``otherIds`` of a person; the origin of an identifier that is no RPPS is derived (low)."""
    origin = "RPPS" if _RPPS.fullmatch(national_id) else "EDIT"
    return [{"identifiant": national_id, "origine": origin, "qualite": 1}]


def access_claims(grant: Grant, jti: str, iat: int, lifetime: int) -> dict[str, Any]:
    """Return the claims of an access token."""
    return _without_empty_acr(
        {
            "exp": iat + lifetime,
            "iat": iat,
            "auth_time": grant.auth_time,
            "jti": jti,
            "iss": grant.issuer,
            "sub": subject(grant.national_id),
            "typ": "Bearer",
            "azp": grant.client_id,
            "nonce": grant.nonce,
            "session_state": grant.sid,
            "acr": grant.acr,
            "scope": grant.scope,
            "sid": grant.sid,
            "authMode": grant.auth_mode,
            "otherIds": other_ids(grant.national_id),
            "SubjectNameID": grant.national_id,
            "preferred_username": grant.national_id,
        }
    )


def id_claims(grant: Grant, jti: str, iat: int, lifetime: int, at_hash: str, names: tuple[str, str]) -> dict[str, Any]:
    """Return the claims of an ID token; ``names`` are given name and family name."""
    claims = {
        "exp": iat + lifetime,
        "iat": iat,
        "auth_time": grant.auth_time,
        "jti": jti,
        "iss": grant.issuer,
        "aud": grant.client_id,
        "sub": subject(grant.national_id),
        "typ": "ID",
        "azp": grant.client_id,
        "nonce": grant.nonce,
        "session_state": grant.sid,
        "at_hash": at_hash,
        "acr": grant.acr,
        "sid": grant.sid,
        "authMode": grant.auth_mode,
        "otherIds": other_ids(grant.national_id),
        "SubjectNameID": grant.national_id,
        "preferred_username": grant.national_id,
        "given_name": names[0],
        "family_name": names[1],
    }
    if not grant.nonce:
        del claims["nonce"]
    return _without_empty_acr(claims)


def introspection(grant: Grant, jti: str, iat: int, exp: int, *, access: bool) -> dict[str, Any]:
    """Return what introspection says of a live token; SubjectNameID only of an access token."""
    answer = {
        "exp": exp,
        "iat": iat,
        "auth_time": grant.auth_time,
        "jti": jti,
        "iss": grant.issuer,
        "sub": subject(grant.national_id),
        "typ": "Bearer" if access else "Refresh",
        "azp": grant.client_id,
        "nonce": grant.nonce,
        "session_state": grant.sid,
        "preferred_username": grant.national_id,
        "acr": grant.acr,
        "scope": grant.scope,
        "sid": grant.sid,
        "authMode": grant.auth_mode,
        "otherIds": other_ids(grant.national_id),
        "client_id": grant.client_id,
        "username": grant.national_id,
        "active": True,
    }
    if access:
        answer["SubjectNameID"] = grant.national_id
    return _without_empty_acr(answer)


def _without_empty_acr(claims: dict[str, Any]) -> dict[str, Any]:
    if not claims["acr"]:
        del claims["acr"]
    return claims
