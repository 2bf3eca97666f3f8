"""What came where a living access token was to be: the ID token of the same answer, a token that was altered.

Source: docs/sources/psc.md#erreurs-userinfo, #echange-de-jeton; OpenID Connect Core §2 (what an ID token is for). Knows
no endpoint: each adds where the right token is to be put.
"""

from __future__ import annotations

from dataclasses import dataclass

from lgo_sandbox.wire.jwt import BadToken, unverified_claims
from psc_mock.app.issuing import token_key
from psc_mock.domain.refusals import shortened

__all__ = ["Misplaced", "misplaced"]

JWT_DOTS = 2


@dataclass(frozen=True, slots=True)
class Misplaced:
    """What came, in French, and which token is to be put there: the end of a sentence that says where."""

    received: str
    instead: str


def misplaced(token: str) -> Misplaced | None:
    """Say what a token is that is no access token of ours; None for one that has its form."""
    if token.count(".") != JWT_DOTS:
        return None
    try:
        claims, _ = unverified_claims(token), token_key(token)
    except BadToken as error:
        received = f"{shortened('jeton', token)} : {error.reason}"
        return Misplaced(received, "l'access_token tel que reçu, entier et sans en changer un caractère.")
    if claims.get("typ") == "ID":
        received = "un ID token, et non l'access_token"
        return Misplaced(received, "l'access_token de la même réponse de jetons, à la place de l'id_token.")
    return None
