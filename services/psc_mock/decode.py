"""An exchange of Pro Santé Connect for people: parameters apart, tokens opened, secrets hidden.

Source: none, the presentation is ours. Trusts nothing: tokens are shown as they are, unverified.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lgo_sandbox.contract import Decoded
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.wire.json import BadJson, read_json
from lgo_sandbox.wire.jwt import BadToken, unverified_claims, unverified_header
from psc_mock.codes import JUDGEMENTS
from psc_mock.facts import ApiAsked, ClientSeen, CodeGranted, CodePresented, EcpsAnswered, TokenSeen

__all__ = ["decode"]

HIDDEN = frozenset({"client_secret"})
MASK = "•••"
MAX_FIELDS = 200
ECPS_ANSWERS = {
    "accept": "acceptée",
    "refuse": "refusée",
    "wrong_code": "nombre différent",
    "wrong_pin": "code secret faux",
}
STATES = {
    "live": "vivant",
    "expired": "expiré",
    "revoked": "révoqué",
    "session-over": "session finie",
    "refresh": "de rafraîchissement",
}


def decode(exchange: Exchange) -> Decoded:
    """Return an exchange as labelled values."""
    _, _, target = exchange.target.partition(" ")
    query = _pairs(_query_of(target))
    sent = _pairs(exchange.request_body.decode("utf-8", "replace"))
    answered = _answer(exchange)
    return Decoded(
        exchange.summary or exchange.operation or exchange.target,
        (*_seen(exchange), *_opened([*query, *sent])),
        tuple(_opened(answered)),
    )


def _seen(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Yield who called and what was known of it, from the facts."""
    noted = exchange.noted
    if (client := noted.get(ClientSeen)) and client.client_id:
        certificate = JUDGEMENTS.get(client.certificate.judgement, client.certificate.judgement)
        yield "client reconnu", f"{client.client_id} (espace {client.space}, certificat {certificate})"
    if token := noted.get(TokenSeen):
        yield "jeton reconnu", f"de {token.owner}, {STATES.get(token.state, token.state)}"
    if granted := noted.get(CodeGranted):
        yield "personne connectée", f"{granted.person}{', sans authentification nouvelle' if granted.silent else ''}"
    if code := noted.get(CodePresented):
        yield "code reconnu", f"de {code.owner}"
    if answered := noted.get(EcpsAnswered):
        waited = "" if answered.waited else " (aucune demande n'attendait)"
        yield "réponse e-CPS", ECPS_ANSWERS.get(answered.action, "inconnue") + waited
    if asked := noted.get(ApiAsked):
        acting = ", actor_token joint" if asked.actor else ""
        audience = asked.audience or "absente"
        yield "jeton d'API demandé", f"{asked.grant_type or 'sans grant_type'}, audience {audience}{acting}"


def _query_of(target: str) -> str:
    try:
        return urlsplit(target).query
    except ValueError:
        return ""


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return []


def _answer(exchange: Exchange) -> list[tuple[str, str]]:
    location = next((value for name, value in exchange.response_headers if name.lower() == "location"), "")
    if location:
        plain, _, fragment = location.partition("#")
        return [("Location", plain.partition("?")[0]), *_pairs(_query_of(plain)), *_pairs(fragment)]
    try:
        value = read_json(exchange.response_body)
    except BadJson:
        return []
    return [(name, _text(member)) for name, member in value.items()] if isinstance(value, dict) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def _opened(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in pairs:
        yield name, MASK if name in HIDDEN else value
        if value.count(".") == 2:
            yield from _jwt(name, value)


def _jwt(name: str, value: str) -> Iterator[tuple[str, str]]:
    try:
        parts = (("en-tête", unverified_header(value)), ("contenu", unverified_claims(value)))
    except BadToken:
        return
    for label, part in parts:
        yield f"{name} ({label})", json.dumps(part, ensure_ascii=False, indent=1)
