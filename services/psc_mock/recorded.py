"""A recorded document of Pro Santé Connect: what a file holds, told by its content alone.

A discovery document, a token answer, an access or ID token, user information; JSON or JWT, with the head of its HTTP
answer or without. Signatures are not verified: nothing is decided here but what is compared with what. Source:
docs/sources/psc.md#profils. Knows no profile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lgo_sandbox.wire.json import BadJson, read_json
from lgo_sandbox.wire.jwt import BadToken, unverified_claims
from psc_mock.domain.comparing import Kind

__all__ = ["MAX_BYTES", "NotRecognised", "Recorded", "recognised"]

MAX_BYTES = 1024 * 1024
JWT_PARTS, JWE_PARTS = 3, 5
_HEAD = re.compile(r"\AHTTP/[0-9.]+ .*?\r?\n\r?\n", re.DOTALL)
_SCHEME = re.compile(r"\A(Authorization:\s*)?Bearer\s+", re.IGNORECASE)
_COMPACT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)+")


class NotRecognised(ValueError):
    """The file is no document that can be compared; ``reason`` in French, without any value of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Recorded:
    """A document with its members; ``jwt``: it came as a signed token."""

    kind: Kind
    members: Mapping[str, Any]
    jwt: bool = False


def recognised(octets: bytes) -> list[Recorded]:
    """Return the documents of a file: one, or the tokens of a token answer after it. Raises NotRecognised."""
    text = _text(octets)
    if text.startswith("{"):
        return _of_object(_object(text))
    text = _SCHEME.sub("", text).strip("\"' \r\n\t")
    if not _COMPACT.fullmatch(text):
        raise NotRecognised("ni objet JSON, ni JWT")
    return [_of_token(text)]


def _text(octets: bytes) -> str:
    if len(octets) > MAX_BYTES:
        raise NotRecognised(f"plus de {MAX_BYTES} octets")
    try:
        text = octets.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise NotRecognised("texte qui n'est pas en UTF-8") from None
    return _HEAD.sub("", text).strip()


def _object(text: str) -> dict[str, Any]:
    try:
        value = read_json(text.encode())
    except BadJson as error:
        raise NotRecognised(error.reason) from None
    if not isinstance(value, dict):
        raise NotRecognised("ni objet JSON, ni JWT")
    return value


def _of_object(members: dict[str, Any]) -> list[Recorded]:
    if "access_token" in members and "token_type" in members:
        tokens = [members[name] for name in ("access_token", "id_token") if isinstance(members.get(name), str)]
        return [Recorded(Kind.ANSWER, members), *(_of_token(one) for one in tokens)]
    if "issuer" in members and "token_endpoint" in members:
        return [Recorded(Kind.DISCOVERY, members)]
    if "active" in members:
        raise NotRecognised("une réponse d'introspection, qui ne se compare pas")
    return [Recorded(_kind_of(members), members)]


def _of_token(text: str) -> Recorded:
    parts = text.count(".") + 1
    if parts == JWE_PARTS:
        raise NotRecognised("un jeton chiffré (JWE), illisible")
    if parts != JWT_PARTS:
        raise NotRecognised(f"un texte de {parts} parties, et non un JWT de {JWT_PARTS}")
    try:
        members = unverified_claims(text)
    except BadToken as error:
        raise NotRecognised(error.reason) from None
    return Recorded(_kind_of(members), members, jwt=True)


def _kind_of(members: Mapping[str, Any]) -> Kind:
    """Return what claims are. Raises NotRecognised."""
    names = members.keys()
    if members.get("typ") == "ID" or "at_hash" in names:
        return Kind.ID
    if members.get("typ") == "Bearer" or {"scope", "azp"} <= names:
        return Kind.ACCESS
    if "sub" in names and names & {"SubjectNameID", "SubjectRefPro", "given_name", "family_name"}:
        return Kind.USERINFO if names & {"SubjectRefPro", "SubjectRole"} else Kind.LAY
    if {"iss", "aud", "exp"} <= names:
        return Kind.ID
    raise NotRecognised("ni découverte, ni réponse de jetons, ni jeton, ni informations d'utilisateur de PSC")
