"""Back-channel logout: the end of a log-in told to the servers of the software that hold tokens of it.

Source: docs/sources/psc.md#deconnexion-annoncee (announced by the real service; OpenID Connect Back-Channel Logout 1.0
§2.4 to §2.8, Keycloak's claims). However a log-in ends (logout, control API, time), each client that is enrolled with
an address is told once. At a logout it is told before the answer leaves; an end that no exchange here asked for is an
exchange of its own. What the clients answer is a fact.
"""

from __future__ import annotations

import ssl
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.record import finish, open_exchange
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.tokens import mark_jti
from psc_mock import store
from psc_mock.app.answers import token_profile
from psc_mock.codes import DOOR_AUTH
from psc_mock.domain.claims import subject
from psc_mock.domain.clients import Client
from psc_mock.facts import BackchannelTold
from psc_mock.keys import signing_key
from psc_mock.registry import enrolled

__all__ = ["tell_clients", "tell_of_an_end"]

SECONDS = 3.0
LIFETIME = 120
EVENT = "http://schemas.openid.net/event/backchannel-logout"


async def tell_clients(call: Call, sid: str) -> None:
    """Tell every client of a log-in that it is over, within the exchange that ended it."""
    answers = await _told_all(call.sandbox, call.session, sid)
    if answers:
        call.note(BackchannelTold(answers=answers))


async def tell_of_an_end(sandbox: Sandbox, session: Session, sid: str) -> None:
    """Tell every client of a log-in that it is over, when no exchange ended it."""
    answers = await _told_all(sandbox, session, sid)
    if not answers:
        return
    exchange = open_exchange(session, "psc", DOOR_AUTH, "http")
    exchange.operation, exchange.target = "logout", f"fin de la session {sid}"
    exchange.summary = f"Fin de session annoncée à {', '.join(client for client, _ in answers)}"
    exchange.noted.put(BackchannelTold(answers=answers))
    finish(sandbox.services["psc"], session, exchange)


async def _told_all(sandbox: Sandbox, session: Session, sid: str) -> tuple[tuple[str, str], ...]:
    """Return what each client answered; nothing when they were told before."""
    with session.db.transaction() as t:
        login = t.get(store.Login, sid)
        if login is None or not store.take_announcement(t, sid):
            return ()
        held = store.clients_of_login(t, sid)
        of = subject(login.national_id, token_profile(session, login.profile))
    known = [(client, issuer) for name, issuer in held if (client := enrolled(sandbox, session, name))]
    return tuple(
        [
            (client.client_id, await _told(sandbox, client, _logout_token(session, client.client_id, sid, of, issuer)))
            for client, issuer in known
            if client.backchannel_logout_uri
        ]
    )


async def _told(sandbox: Sandbox, client: Client, token: str) -> str:
    """Return what a client answered: its status, or why there was none."""
    import httpx

    try:
        async with httpx.AsyncClient(verify=_trust(sandbox), timeout=SECONDS, trust_env=False) as http:
            answer = await http.post(client.backchannel_logout_uri, data={"logout_token": token})
    except httpx.TimeoutException:
        return f"aucune réponse en {SECONDS:.0f} s"
    except (httpx.HTTPError, httpx.InvalidURL):
        return "connexion impossible"
    return str(answer.status_code)


def _trust(sandbox: Sandbox) -> ssl.SSLContext:
    """Return whom we believe: the sandbox's authority, and those of the machine, since the server is the user's."""
    trust = ssl.create_default_context(cafile=str(sandbox.pki.ca_bundle))
    trust.load_default_certs()
    return trust


def _logout_token(session: Session, client_id: str, sid: str, sub: str, issuer: str) -> str:
    iat = int(session.clock.wire().timestamp())
    claims: dict[str, Any] = {
        "iat": iat,
        "exp": iat + LIFETIME,
        "jti": mark_jti(session.name, session.ids.uuid()),
        "iss": issuer,
        "aud": client_id,
        "sub": sub,
        "typ": "Logout",
        "sid": sid,
        "events": {EVENT: {}},
    }
    return signing_key(session).sign(claims, {"typ": "logout+jwt"})
