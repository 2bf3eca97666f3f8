"""Back-channel logout: the end of a log-in told to the servers of the software that hold tokens of it.

Source: docs/sources/psc.md#deconnexion-annoncee (announced by the real service; OpenID Connect Back-Channel Logout 1.0
§2.4 to §2.8, Keycloak's claims). Only a client that is enrolled with an address is told, before the answer leaves, and
what it answers is a fact of the logout.
"""

from __future__ import annotations

import ssl
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.tenant.tokens import mark_jti
from psc_mock import store
from psc_mock.app.answers import issuer_of, token_profile
from psc_mock.domain.claims import subject
from psc_mock.domain.clients import Client
from psc_mock.facts import BackchannelTold
from psc_mock.keys import signing_key
from psc_mock.registry import enrolled

__all__ = ["tell_clients"]

SECONDS = 3.0
LIFETIME = 120
EVENT = "http://schemas.openid.net/event/backchannel-logout"


async def tell_clients(call: Call, sid: str, national_id: str) -> None:
    """Tell every client of a log-in that it is over."""
    with call.session.db.transaction() as t:
        names = store.clients_of_login(t, sid)
    known = [client for name in names if (client := enrolled(call.sandbox, call.session, name))]
    answers = [(c.client_id, await _told(call, c, sid, national_id)) for c in known if c.backchannel_logout_uri]
    if answers:
        call.note(BackchannelTold(answers=tuple(answers)))


async def _told(call: Call, client: Client, sid: str, national_id: str) -> str:
    """Return what a client answered: its status, or why there was none."""
    import httpx

    token = _logout_token(call, client.client_id, sid, national_id)
    try:
        async with httpx.AsyncClient(verify=_trust(call), timeout=SECONDS, trust_env=False) as http:
            answer = await http.post(client.backchannel_logout_uri, data={"logout_token": token})
    except httpx.TimeoutException:
        return f"aucune réponse en {SECONDS:.0f} s"
    except (httpx.HTTPError, httpx.InvalidURL):
        return "connexion impossible"
    return str(answer.status_code)


def _trust(call: Call) -> ssl.SSLContext:
    """Return whom we believe: the sandbox's authority, and those of the machine, since the server is the user's."""
    trust = ssl.create_default_context(cafile=str(call.sandbox.pki.ca_bundle))
    trust.load_default_certs()
    return trust


def _logout_token(call: Call, client_id: str, sid: str, national_id: str) -> str:
    iat = int(call.session.clock.wire().timestamp())
    claims: dict[str, Any] = {
        "iat": iat,
        "exp": iat + LIFETIME,
        "jti": mark_jti(call.session.name, call.session.ids.uuid()),
        "iss": issuer_of(call),
        "aud": client_id,
        "sub": subject(national_id, token_profile(call.session)),
        "typ": "Logout",
        "sid": sid,
        "events": {EVENT: {}},
    }
    return signing_key(call.session).sign(claims, {"typ": "logout+jwt"})
