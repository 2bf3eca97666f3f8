"""The authorization endpoint: checks, SSO, then straight back to the client or on to the person.

Source: specs/psc.md §1.5, §1.7, §9.2 (a real SSO session). ``login_hint`` naming a person skips the page of choice: an
extension of the sandbox for clients without a browser.
"""

from __future__ import annotations

import json

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from psc_mock import store, wire
from psc_mock.app.answers import authorization_answer, issuer_of, profile_of, wallet_url
from psc_mock.app.login import BROWSER_COOKIE, choose_person, cookie_path, grant_code
from psc_mock.app.sso import current_login, last_marker
from psc_mock.discovery import scopes
from psc_mock.domain.authorization import AuthorizationRequest, checked_request, return_address
from psc_mock.domain.identity import find_person
from psc_mock.domain.lifetimes import still_lives
from psc_mock.domain.refusals import Redirected
from psc_mock.registry import enrolled

__all__ = ["authorize", "forward_authorization"]

NOTED = [
    "response_type",
    "scope",
    "acr_values",
    "acr",
    "state",
    "nonce",
    "response_mode",
    "redirect_uri",
    "code_challenge_method",
    "prompt",
    "login_hint",
]


async def forward_authorization(call: Call) -> RawResponse:
    """Send the browser from the authorization host, where a stock provider would answer, to the wallet host."""
    parameters, _ = wire.parameters(_parameters(call))
    call.note(client_id=parameters.get("client_id", ""), authorization=_noted(parameters), wrong_host=True)
    await call.enter("authorization")
    call.summarise("Autorisation demandée sur le mauvais hôte, renvoyée vers le portail")
    query = _parameters(call).decode("latin-1")
    return wire.redirect(wallet_url(call, "/auth") + (f"?{query}" if query.isprintable() else ""))


async def authorize(call: Call) -> RawResponse:
    """Answer an authorization request."""
    parameters, repeated = wire.parameters(_parameters(call))
    call.note(client_id=parameters.get("client_id", ""), authorization=_noted(parameters), wrong_host=False)
    call.note(user_agent=call.headers.get("user-agent", "")[:300])
    await call.enter("authorization")
    client = enrolled(call.sandbox, call.session, parameters.get("client_id", ""))
    with call.session.db.transaction() as t:
        reused = store.issued_before(t, *(parameters.get(name, "") for name in ("client_id", "state", "nonce")))
    call.note(state_reused=reused[0], nonce_reused=reused[1], redirect_ok=False)
    to = return_address(parameters, repeated, client)
    call.note(redirect_ok=True)
    request = checked_request(parameters, repeated, to, scopes(profile_of(call)))
    return _by_sso(call, request) or _by_person(call, request)


def _by_sso(call: Call, request: AuthorizationRequest) -> RawResponse | None:
    """Answer with the person's running session, when there is one that the request accepts."""
    login = current_login(call)
    age = call.session.clock.age().timestamp()
    usable = (
        login is not None
        and "login" not in request.prompt
        and (request.max_age is None or age - login.created <= request.max_age)
    )
    if login is not None and request.login_hint:
        hinted = find_person(call.session.people, request.login_hint)
        usable = usable and (hinted is None or hinted.national_id == login.national_id)
    if login is not None and usable:
        call.note(sso=True, marker=last_marker(call))
        _note_held(call, request.client_id, login.sid)
        call.summarise(f"Autorisation pour {request.client_id} par la session PSC ouverte")
        members = grant_code(call, request, login, issuer_of(call))
        return authorization_answer(call, request.address, members)
    if "none" in request.prompt:
        raise Redirected("login_required", request.address)
    return None


def _note_held(call: Call, client_id: str, sid: str) -> None:
    """Note what the client did with the tokens that it had in this log-in."""
    now = call.session.clock.age().timestamp()
    with call.session.db.transaction() as t:
        held = store.held_tokens(t, sid, client_id)
    refresh = [row for row in held if not row.access and still_lives(row.created, row.lifetime, now)]
    dead = held and not any(row.access and still_lives(row.created, row.lifetime, now) for row in held)
    call.note(
        revoked_before=bool(held) and all(row.revoked for row in held),
        refresh_unused=bool(dead) and len(refresh) == 1 and sum(not row.access for row in held) == 1,
    )


def _by_person(call: Call, request: AuthorizationRequest) -> RawResponse:
    """Keep the request and send the browser to the page where a person is chosen, or was chosen by the hint."""
    ids = call.session.ids
    browser = wire.cookie(call.headers, BROWSER_COOKIE) or ids.token()
    row = store.LoginRequest(
        id=ids.token(24),
        request=json.dumps(request.to_json()),
        issuer=issuer_of(call),
        browser=store.digest(browser),
        csrf=ids.token(24),
        created=call.session.clock.age().timestamp(),
        mutations=" ".join(sorted(call.struck)),
    )
    with call.session.db.transaction() as t:
        store.forget_old(t, row.created)
        t.add(row)
    call.note(sso=False)
    call.summarise(f"Autorisation demandée par {request.client_id}")
    cookies = [wire.set_cookie(BROWSER_COOKIE, browser, cookie_path(call), secure=call.tls)]
    person = find_person(call.session.people, request.login_hint) if request.login_hint else None
    if person is not None:
        call.note(extension="login_hint")
        return choose_person(call, row, person, cookies, hinted=True)
    return wire.redirect(wallet_url(call, f"/login/{row.id}"), cookies)


def _parameters(call: Call) -> bytes:
    return call.body if call.method == "POST" else call.query.encode("latin-1")


def _noted(parameters: dict[str, str]) -> dict[str, str]:
    noted = {name: parameters[name][:500] for name in NOTED if name in parameters}
    return noted | {"code_challenge": "present"} if parameters.get("code_challenge") else noted
