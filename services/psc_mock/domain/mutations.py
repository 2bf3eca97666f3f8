"""What a provider may do wrong, one mutation at a time: faults that a client must survive, by refusing or by coping.

Source: docs/sources/psc.md, « Réponses altérées », one entry for each rule. A mutation names the operation on which it
is armed and what it changes: the answer to the browser, the claims or the signature of the ID token, a JSON answer.
Pure functions that return nothing and change the mapping they are given; who signs and who sends is elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = [
    "ACR_CHANGED",
    "MUTATIONS",
    "NEW_MEMBERS",
    "SUB_CHANGED",
    "UNKNOWN_CLAIMS",
    "Kind",
    "Mutation",
    "apply",
    "struck_of_kind",
    "title_of",
]

Change = Callable[[dict[str, Any]], None]
OTHER_CLIENT = "autre-client"
OTHER_ISSUER = "https://autre-fournisseur.sandbox.test/auth/realms/esante-wallet"
HOUR = 3600
TEN_MINUTES = 600
SUB_CHANGED, ACR_CHANGED, UNKNOWN_CLAIMS = "sub-changed", "acr-eidas2", "claims-unknown"
NEW_MEMBERS: Mapping[str, Any] = {
    "sandbox_texte": "membre inconnu, à ignorer",
    "sandbox_nombre": 1,
    "sandbox_objet": {"niveau": "2", "moyens": ["CARD", "MOBILE"]},
    "sandbox_liste": [{"code": "X"}],
}
"""Members that no client knows, one of each type of JSON."""


class Kind(StrEnum):
    """What a mutation changes."""

    CALLBACK = "callback"
    CLAIMS = "claims"
    SIGNATURE = "signature"
    ANSWER = "answer"
    SHAPE = "shape"
    LOGIN = "login"
    """What all tokens and the user information of a log-in say, its refreshed tokens too."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One mutation; ``change`` is what it does to the members, nothing for those of signature and shape."""

    name: str
    operation: str
    kind: Kind
    title: str
    change: Change = lambda members: None


def _set(name: str, value: Any) -> Change:
    def change(members: dict[str, Any]) -> None:
        members[name] = value

    return change


def _without(name: str) -> Change:
    def change(members: dict[str, Any]) -> None:
        members.pop(name, None)

    return change


def _plus(name: str, seconds: int) -> Change:
    def change(members: dict[str, Any]) -> None:
        members[name] = int(members[name]) + seconds

    return change


def _dead_since(seconds: int) -> Change:
    def change(claims: dict[str, Any]) -> None:
        claims["exp"] = int(claims["iat"]) - seconds

    return change


def _with_audiences(*, azp: bool) -> Change:
    def change(claims: dict[str, Any]) -> None:
        claims["aud"] = [claims["aud"], OTHER_CLIENT]
        if not azp:
            claims.pop("azp", None)

    return change


def _as_text(name: str) -> Change:
    def change(members: dict[str, Any]) -> None:
        members[name] = str(members[name])

    return change


def _slash(members: dict[str, Any]) -> None:
    members["issuer"] += "/"


def _no_keys(members: dict[str, Any]) -> None:
    members["keys"] = []


def _bare_keys(members: dict[str, Any]) -> None:
    members["keys"] = [{k: v for k, v in key.items() if k not in ("alg", "use")} for key in members["keys"]]


def _encryption_key(members: dict[str, Any]) -> None:
    extra = {**members["keys"][0], "kid": "SANDBOX-psc-enc", "use": "enc", "alg": "RSA-OAEP"}
    members["keys"] = [extra, *members["keys"]]


CALLBACK, CLAIMS, SIGNATURE, ANSWER, SHAPE, LOGIN = Kind

MUTATIONS: tuple[Mutation, ...] = (
    Mutation("callback-iss-missing", "authorization", CALLBACK, "Retour sans iss, pourtant annoncé", _without("iss")),
    Mutation("callback-iss-wrong", "authorization", CALLBACK, "Retour avec un autre iss", _set("iss", OTHER_ISSUER)),
    Mutation("callback-state-wrong", "authorization", CALLBACK, "Retour avec un autre state", _set("state", "autre")),
    Mutation("issuer-slash", "discovery", ANSWER, "Émetteur terminé par une barre dans la découverte", _slash),
    Mutation("jwks-empty", "certs", ANSWER, "Aucune clé publiée", _no_keys),
    Mutation("jwks-bare", "certs", ANSWER, "Clés publiées sans alg ni use", _bare_keys),
    Mutation("jwks-extra-enc", "certs", ANSWER, "Clé de chiffrement publiée avant celle de signature", _encryption_key),
    Mutation("nonce-missing", "token", CLAIMS, "ID token sans nonce", _without("nonce")),
    Mutation("nonce-wrong", "token", CLAIMS, "ID token avec un autre nonce", _set("nonce", "autre")),
    Mutation("aud-wrong", "token", CLAIMS, "ID token destiné à un autre client", _set("aud", OTHER_CLIENT)),
    Mutation("aud-array-azp", "token", CLAIMS, "Deux destinataires, azp présent", _with_audiences(azp=True)),
    Mutation("aud-array-no-azp", "token", CLAIMS, "Deux destinataires, azp absent", _with_audiences(azp=False)),
    Mutation("azp-wrong", "token", CLAIMS, "azp d'un autre client", _set("azp", OTHER_CLIENT)),
    Mutation("exp-30", "token", CLAIMS, "ID token mort depuis 30 secondes", _dead_since(30)),
    Mutation("exp-600", "token", CLAIMS, "ID token mort depuis 10 minutes", _dead_since(TEN_MINUTES)),
    Mutation("iat-future", "token", CLAIMS, "ID token émis dans 10 minutes", _plus("iat", TEN_MINUTES)),
    Mutation("iat-past", "token", CLAIMS, "ID token émis il y a une heure", _plus("iat", -HOUR)),
    Mutation("iat-missing", "token", CLAIMS, "ID token sans iat", _without("iat")),
    Mutation("sub-missing", "token", CLAIMS, "ID token sans sub", _without("sub")),
    Mutation("iss-wrong", "token", CLAIMS, "ID token d'un autre émetteur", _set("iss", OTHER_ISSUER)),
    Mutation("at-hash-wrong", "token", CLAIMS, "at_hash faux", _set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")),
    Mutation("at-hash-missing", "token", CLAIMS, "at_hash absent", _without("at_hash")),
    Mutation("auth-time-text", "token", CLAIMS, "auth_time en texte", _as_text("auth_time")),
    Mutation("alg-hs256", "token", SIGNATURE, "ID token signé en HS256 avec le secret du client"),
    Mutation("alg-none", "token", SIGNATURE, "ID token sans signature (alg none)"),
    Mutation("kid-unknown", "token", SIGNATURE, "kid qui n'est pas publié"),
    Mutation("kid-missing", "token", SIGNATURE, "ID token sans kid"),
    Mutation("other-key", "token", SIGNATURE, "ID token signé par une autre clé, sous le kid publié"),
    Mutation("signature-corrupt", "token", SIGNATURE, "Signature altérée"),
    Mutation("id-token-missing", "token", ANSWER, "Réponse sans id_token", _without("id_token")),
    Mutation("expires-in-text", "token", ANSWER, "expires_in en texte", _as_text("expires_in")),
    Mutation("token-type-missing", "token", ANSWER, "Réponse sans token_type", _without("token_type")),
    Mutation("token-type-lower", "token", ANSWER, "token_type « bearer »", _set("token_type", "bearer")),
    Mutation("refresh-token-null", "token", ANSWER, "refresh_token nul", _set("refresh_token", None)),
    Mutation("scope-null", "token", ANSWER, "scope nul", _set("scope", None)),
    Mutation("text-plain", "token", SHAPE, "Réponse annoncée text/plain"),
    Mutation("http-201", "token", SHAPE, "Réponse 201 au lieu de 200"),
    Mutation("tokens-dead", "token", SHAPE, "Jetons révoqués aussitôt délivrés"),
    Mutation("userinfo-sub-wrong", "userinfo", ANSWER, "UserInfo d'une autre personne", _set("sub", "f:autre:8")),
    Mutation("userinfo-sub-missing", "userinfo", ANSWER, "UserInfo sans sub", _without("sub")),
    Mutation("userinfo-401", "userinfo", SHAPE, "UserInfo refusé (401) malgré un jeton vivant"),
    Mutation(SUB_CHANGED, "token", LOGIN, "sub d'une autre forme qu'à la connexion d'avant (UUID seul)"),
    Mutation(ACR_CHANGED, "token", LOGIN, "acr « eidas2 » dans les jetons"),
    Mutation(UNKNOWN_CLAIMS, "token", LOGIN, "Membres inconnus dans les jetons et dans userinfo"),
)
"""Every mutation, in the order of the source; ``tokens-dead`` and ``userinfo-401`` answer late or not at all.

The last three change nothing that a client may refuse: they are what changed, or may change, at the real service.
"""

_BY_NAME: Mapping[str, Mutation] = {one.name: one for one in MUTATIONS}


def apply(struck: Collection[str], kind: Kind, members: dict[str, Any]) -> None:
    """Let the mutations of a kind that strike change the members."""
    for one in MUTATIONS:
        if one.name in struck and one.kind is kind:
            one.change(members)


def struck_of_kind(struck: Collection[str], kind: Kind) -> list[str]:
    """Return the names of the mutations of a kind that strike, in the order of the catalogue."""
    return [name for name, one in _BY_NAME.items() if name in struck and one.kind is kind]


def title_of(name: str) -> str:
    """Return the French title of a mutation."""
    return _BY_NAME[name].title if name in _BY_NAME else name
