"""What tokens and introspection say: which members and in which order, the dated profile decides.

Source: docs/sources/psc.md#profils, #introspection (access token: captures, high; ID token: Keycloak's rule, medium).
``iat`` and ``exp`` are in wire time. No ``aud`` in the access token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from psc_mock.codes import FEDERATION, OPENID
from psc_mock.codes.profiles import DEFAULT, PROFILES, Profile
from psc_mock.domain.mutations import ACR_CHANGED, NEW_MEMBERS, SUB_CHANGED, UNKNOWN_CLAIMS

__all__ = [
    "AUTH_LEVEL",
    "CHANGED_LEVEL",
    "INACTIVE",
    "Grant",
    "access_claims",
    "id_claims",
    "introspection",
    "level",
    "looks_like_sub",
    "other_ids",
    "psi",
    "subject",
]

INACTIVE = {"active": False}
CHANGED_LEVEL = "eidas2"
AUTH_LEVEL = "1"
_RPPS = re.compile(r"8\d{11}")
_NAMESPACE = UUID(FEDERATION)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person granted to a client: who, for what, when (``auth_time`` in wire seconds). ``acr`` may be empty.

    ``changes`` names the faults that change what the tokens and the user information of this log-in say.
    """

    issuer: str
    client_id: str
    sid: str
    national_id: str
    scope: str
    nonce: str
    acr: str
    auth_time: int
    auth_mode: str
    profile: Profile = DEFAULT
    changes: tuple[str, ...] = ()

    @property
    def with_openid(self) -> bool:
        """Tell whether an ID token and the user information belong to the grant."""
        return OPENID in self.scope.split()

    @property
    def sub(self) -> str:
        """The ``sub`` of the person in this log-in."""
        return subject(self.national_id, self.profile, changed=SUB_CHANGED in self.changes)

    @property
    def level(self) -> str:
        """The ``acr`` of this log-in, empty when nothing tells it."""
        return CHANGED_LEVEL if ACR_CHANGED in self.changes else self.acr


def subject(national_id: str, profile: Profile = DEFAULT, *, changed: bool = False) -> str:
    """Return the ``sub`` of a person: the same at each log-in. ``changed``: what it would be after a migration."""
    if changed and profile.bare_sub:
        return _uuid(f"sub changé {national_id}")
    if changed or profile.bare_sub:
        return _uuid(f"sub {national_id}")
    return f"f:{FEDERATION}:{national_id}"


def looks_like_sub(text: str) -> bool:
    """Tell whether a text has the form of a ``sub`` of some profile."""
    return any(profile.forms["sub"].fits(text) for profile in PROFILES.values())


def psi(national_id: str) -> str:
    """Return the Pro Santé Identité of a person, a UUID; empty for somebody who has an RPPS instead."""
    return "" if _RPPS.fullmatch(national_id) else _uuid(f"psi {national_id}")


@lru_cache(maxsize=1024)
def _uuid(name: str) -> str:
    """Return the UUID of a name: the same at each log-in, in every session."""
    return str(uuid5(_NAMESPACE, name))


def level(profile: Profile, environment: str, means: str) -> str:
    """Return the ``acr`` of a log-in."""
    return profile.acr[environment, means]


def other_ids(national_id: str) -> list[dict[str, Any]]:
    """Return the ``otherIds`` of a person; the origin of an identifier that is no RPPS is derived (low)."""
    origin = "RPPS" if _RPPS.fullmatch(national_id) else "EDIT"
    return [{"identifiant": national_id, "origine": origin, "qualite": 1}]


def access_claims(grant: Grant, jti: str, iat: int, lifetime: int) -> dict[str, Any]:
    """Return the claims of an access token."""
    known = _known(grant, jti, iat, iat + lifetime)
    return _told(grant, grant.profile.access_names, {**known, "typ": "Bearer", "nonce": grant.nonce})


def id_claims(grant: Grant, jti: str, iat: int, lifetime: int, at_hash: str, names: tuple[str, str]) -> dict[str, Any]:
    """Return the claims of an ID token; ``names`` are given name and family name."""
    known = {
        **_known(grant, jti, iat, iat + lifetime),
        "typ": "ID",
        "aud": grant.client_id,
        "at_hash": at_hash,
        "given_name": names[0],
        "family_name": names[1],
    }
    if grant.nonce:
        known["nonce"] = grant.nonce
    return _told(grant, grant.profile.id_names, known)


def introspection(grant: Grant, jti: str, iat: int, exp: int, *, access: bool) -> dict[str, Any]:
    """Return what introspection says of a live token; SubjectNameID only of an access token."""
    known = {**_known(grant, jti, iat, exp), "typ": "Bearer" if access else "Refresh", "nonce": grant.nonce}
    names = [name for name in _INTROSPECTED if name in grant.profile.access_names]
    named = {"client_id": grant.client_id, "username": grant.national_id, "active": True}
    further = ("PSISubjectNameID", "auth_level")
    answer = {**_told(grant, names, known), **named}
    if access:
        answer["SubjectNameID"] = grant.national_id
    return answer | {name: known[name] for name in further if name in grant.profile.access_names}


_INTROSPECTED = (
    *("exp", "iat", "auth_time", "jti", "iss", "sub", "typ", "azp", "nonce", "session_state", "preferred_username"),
    *("acr", "scope", "sid", "authMode", "otherIds"),
)
"""What introspection tells of the claims, in its own order; then the client, and what only some tokens have."""


def _known(grant: Grant, jti: str, iat: int, exp: int) -> dict[str, Any]:
    """Return all that any profile tells of a grant."""
    return {
        "exp": exp,
        "iat": iat,
        "auth_time": grant.auth_time,
        "jti": jti,
        "iss": grant.issuer,
        "sub": grant.sub,
        "azp": grant.client_id,
        "session_state": grant.sid,
        "acr": grant.level,
        "scope": grant.scope,
        "sid": grant.sid,
        "authMode": grant.auth_mode,
        "otherIds": other_ids(grant.national_id),
        "SubjectNameID": grant.national_id,
        "preferred_username": grant.national_id,
        "PSISubjectNameID": psi(grant.national_id),
        "auth_level": AUTH_LEVEL,
    }


def _told(grant: Grant, names: Iterable[str], known: dict[str, Any]) -> dict[str, Any]:
    """Return the named members in their order; a level that nobody tells is left out, unknown members come last."""
    told = {name: known[name] for name in names if name in known}
    if not grant.level:
        told.pop("acr", None)
    return {**told, **NEW_MEMBERS} if UNKNOWN_CLAIMS in grant.changes else told
