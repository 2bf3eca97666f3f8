"""CIBA: the request in the order of its checks, and what a poll is told.

Source: docs/sources/psc.md#erreurs-ciba (request, order of checks: Keycloak's, medium for the real service; polls: the
order is parse, expired, slow_down, denied, pending; polls after a terminal error are answered again). An unknown or
absent ``channel`` counts as MOBILE, because nothing is known of the real answer: ``checks`` reproaches it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lgo_sandbox.population.people import Population, Professional
from psc_mock.codes import CHANNELS, MODE_MOBILE, PUSH_LIFETIME
from psc_mock.domain.clients import Client
from psc_mock.domain.identity import find_person, login_obstacle
from psc_mock.domain.lifetimes import still_lives
from psc_mock.domain.refusals import Refused, told

__all__ = ["CibaCall", "Pending", "checked_call", "refuse_poll"]

_MESSAGE = re.compile(r"[a-zA-Z0-9\-._+/!?#]{1,50}")


@dataclass(frozen=True, slots=True)
class CibaCall:
    """A request that passed all checks; ``digits`` is the binding message, which may be empty."""

    person: Professional
    scope: str
    digits: str
    means: str


@dataclass(frozen=True, slots=True)
class Pending:
    """What a poll must know of its request: moments in age time, and how the person answered."""

    pushed: float
    polled: float
    interval: int
    accepted: bool
    denied: bool


def checked_call(fields: Mapping[str, str], client: Client, people: Population, scopes: Collection[str]) -> CibaCall:
    """Return the call when it passes the checks that follow the client's. Raises Refused with the first that fails."""
    if not client.ciba:
        raise Refused("ciba_not_allowed", received=told("client_id", client.client_id), where="enrôlement du client")
    for name, code in (("login_hint", "hint_absent"), ("scope", "scope_absent")):
        if not fields.get(name):
            raise Refused(code, received=told(name, fields.get(name)), where=f"paramètre {name}")
    person = find_person(people, fields["login_hint"])
    if person is None or login_obstacle(person) == "login_struck_off":
        struck_off = f" : {person.name} est radié" if person else ""
        received = told("login_hint", fields["login_hint"]) + struck_off
        raise Refused("user_unknown", received=received, where="paramètre login_hint")
    scope = list(dict.fromkeys(fields["scope"].split()))
    if any(one not in scopes for one in scope):
        raise Refused("ciba_scope_unknown", received=told("scope", fields["scope"]), where="paramètre scope")
    digits = fields.get("binding_message", "")
    if "binding_message" in fields and not _MESSAGE.fullmatch(digits):
        received = told("binding_message", digits)
        raise Refused("binding_message_invalid", received=received, where="paramètre binding_message")
    if "user_code" in fields:
        raise Refused("user_code_unsupported", received="paramètre user_code", where="paramètre user_code")
    means = fields.get("channel", "")
    means = means if means in CHANNELS else MODE_MOBILE
    if login_obstacle(person, means):
        received = f"{person.name} n'a pas de moyen {means}"
        raise Refused("device_unreachable", received=received, where="paramètre channel")
    return CibaCall(person, " ".join(scope), digits, means)


def refuse_poll(pending: Pending, now: float) -> None:
    """Pass when the person accepted and the client waited long enough. Raises Refused, as often as it is asked."""
    if not still_lives(pending.pushed, PUSH_LIFETIME, now):
        raise _after(pending, "ciba_expired", now)
    if pending.polled and still_lives(pending.polled, pending.interval, now):
        waited = f"interrogation {now - pending.polled:.1f} s après la précédente"
        expected = f"{pending.interval} secondes entre deux interrogations"
        remedy = f"Attendre {pending.interval} secondes entre deux interrogations."
        raise Refused("ciba_too_early", received=waited, expected=expected, remedy=remedy, where="rythme")
    if pending.denied:
        raise _after(pending, "ciba_denied", now)
    if not pending.accepted:
        raise _after(pending, "ciba_pending", now)


def _after(pending: Pending, code: str, now: float) -> Refused:
    return Refused(code, received=f"interrogation {now - pending.pushed:.0f} s après la demande", where="auth_req_id")
