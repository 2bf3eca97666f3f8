"""What a recorded document may have or lack beside the profiles, and the values that a member takes.

Source: docs/sources/psc.md#profils, #profil-2026, #userinfo. Knows no document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psc_mock.codes.profiles.model import HIGH, LOW, MEDIUM, members
from psc_mock.codes.profiles.shared import TOKENS, USERINFO

__all__ = ["ANSWER", "EXTRA", "LACKING", "SIGNED", "VALUES", "Value", "Variation"]

FAULTS = "docs/sources/transport.md#panne-simulee"


@dataclass(frozen=True, slots=True)
class Variation:
    """A member that real documents had, or lacked, apart from any profile; ``told`` is French."""

    told: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Value:
    """The values that a member takes here, and those that were seen elsewhere."""

    usual: frozenset[str]
    seen: Mapping[str, Variation]


ANSWER = members(
    TOKENS,
    HIGH,
    "access_token expires_in refresh_expires_in refresh_token token_type id_token not-before-policy session_state "
    "scope",
)
"""The members of a token answer, in every profile."""

_OLD_SCOPE = Variation("portée rendue dans des captures de 2023", TOKENS, HIGH)
VALUES: Mapping[str, Value] = {
    "authMode": Value(frozenset({"CARD", "MOBILE"}), {}),
    "scope": Value(
        frozenset({"openid scope_all"}),
        {"openid profile scope_all identity": _OLD_SCOPE, "openid scope_all identity": _OLD_SCOPE},
    ),
    "token_type": Value(frozenset({"Bearer"}), {}),
}

_BEFORE_2023 = "absent des captures d'avant la mi-2023"
LACKING: Mapping[str, Variation] = {
    "access_token:SubjectNameID": Variation(_BEFORE_2023, TOKENS, HIGH),
    "access_token:authMode": Variation(_BEFORE_2023, TOKENS, MEDIUM),
    "userinfo:authMode": Variation(_BEFORE_2023, USERINFO, HIGH),
    "access_token:acr": Variation("absent d'une capture de septembre 2023", TOKENS, HIGH),
    "id_token:acr": Variation("absent comme du jeton d'accès de septembre 2023", TOKENS, MEDIUM),
    "id_token:nonce": Variation("la demande n'avait pas de nonce (règle de Keycloak)", TOKENS, MEDIUM),
    "token_answer:id_token": Variation("la demande n'avait pas la portée openid", TOKENS, MEDIUM),
}
"""``document:member`` → why it may be absent."""

_SANDBOX = Variation("membre ajouté par la panne claims-unknown du bac à sable", FAULTS, HIGH)
EXTRA: Mapping[str, Variation] = {
    "userinfo:email_verified": Variation("présent dans les captures de 2021-2022 seulement", USERINFO, HIGH),
    "token_answer:issued_token_type": Variation("réponse d'un échange de jeton (RFC 8693)", TOKENS, HIGH),
    **{
        f"{document}:{name}": _SANDBOX
        for document in ("access_token", "id_token", "userinfo")
        for name in ("sandbox_texte", "sandbox_nombre", "sandbox_objet", "sandbox_liste")
    },
}
"""``document:member`` → why it may be there."""

SIGNED = {
    name: Variation("membre de tout userinfo signé (OpenID Connect Core §5.3.2)", USERINFO, LOW)
    for name in (*("iss", "aud", "exp", "iat", "jti", "nbf", "azp"),)
}
"""What a signed user information has besides."""
