"""The authorization endpoint: checks, SSO, then straight back to the client or on to the person.

Source: docs/sources/psc.md#erreurs-d-autorisation, #deconnexion (a real SSO session). ``login_hint`` naming a person
skips the page of choice: an extension of the sandbox for clients without a browser.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from psc_mock import store, wire
from psc_mock.app.answers import authorization_answer, issuer_of, profile_of, wallet_url
from psc_mock.app.carried import CARRIERS, unfolded
from psc_mock.app.login import BROWSER_COOKIE, choose_person, cookie_path, grant_code
from psc_mock.app.sso import current_login
from psc_mock.discovery import scopes
from psc_mock.domain.authorization import AuthorizationRequest, checked_request, return_address
from psc_mock.domain.identity import find_person
from psc_mock.domain.refusals import Redirected
from psc_mock.facts import AuthorizationAsked
from psc_mock.registry import enrolled

__all__ = ["authorize", "forward_authorization"]

SAFE = "!$%&'()*+,/:;=?@[]~"
"""What an address may hold beside letters and digits; the rest of what was sent is encoded."""
MAX_NOTED = 500
MAX_AGENT = 300


async def forward_authorization(call: Call) -> RawResponse:
    """Send the browser from the authorization host, where a stock provider would answer, to the wallet host."""
    parameters, _ = _read(call)
    call.note(_asked(call, parameters, wrong_host=True))
    await call.enter("authorization", parameters.get("client_id", ""))
    call.summarise("Autorisation demandée sur le mauvais hôte, renvoyée vers le portail")
    query = quote(_octets(call), safe=SAFE)
    return wire.redirect(wallet_url(call, "/auth") + (f"?{query}" if query else ""))


async def authorize(call: Call) -> RawResponse:
    """Answer an authorization request."""
    parameters, repeated = _read(call)
    if not CARRIERS & parameters.keys():
        call.note(_asked(call, parameters, wrong_host=False))
    await call.enter("authorization", parameters.get("client_id", ""))
    client = enrolled(call.sandbox, call.session, parameters.get("client_id", ""))
    parameters = unfolded(call, client, parameters)
    call.note(_asked(call, parameters, wrong_host=False))
    to = return_address(parameters, repeated, client)
    request = checked_request(parameters, repeated, to, scopes(profile_of(call)))
    return _by_sso(call, request) or _by_person(call, request)


def _read(call: Call) -> tuple[dict[str, str], frozenset[str]]:
    call.exchange.operation = "authorization"
    return wire.parameters(_octets(call))


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
        call.summarise(f"Autorisation pour {request.client_id} par la session PSC ouverte")
        browser = wire.cookie(call.headers, BROWSER_COOKIE)
        known = store.digest(browser) if browser else ""
        members = grant_code(call, request, login, issuer_of(call), browser=known, silent=True)
        return authorization_answer(call, request.address, members)
    if "none" in request.prompt:
        why = "une session qui ne convient pas à la demande" if login else "aucune session ouverte"
        remedy = ""
        if call.headers.get("sec-fetch-dest") == "iframe":
            why += ", dans un cadre (iframe) : le navigateur n'y joint pas toujours le cookie de Pro Santé Connect"
            remedy = "Garder la session du logiciel par refresh_token : un cadre caché ne la prolonge pas ici."
        received, where = f"prompt=none, {why}", "paramètre prompt"
        raise Redirected("login_required", request.address, received=received, where=where, remedy=remedy)
    return None


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
    call.summarise(f"Autorisation demandée par {request.client_id}")
    cookies = [wire.set_cookie(BROWSER_COOKIE, browser, cookie_path(call), secure=call.tls)]
    person = find_person(call.session.people, request.login_hint) if request.login_hint else None
    if person is not None:
        return choose_person(call, row, person, cookies, hinted=True)
    return wire.redirect(wallet_url(call, f"/login/{row.id}"), cookies)


def _octets(call: Call) -> bytes:
    return call.body if call.method == "POST" else call.query.encode("latin-1")


def _asked(call: Call, parameters: dict[str, str], *, wrong_host: bool) -> AuthorizationAsked:
    sent = {name: value[:MAX_NOTED] for name, value in parameters.items()}
    return AuthorizationAsked(
        client_id=sent.get("client_id", ""),
        wrong_host=wrong_host,
        response_type=sent.get("response_type"),
        response_mode=sent.get("response_mode"),
        scope=sent.get("scope"),
        acr_values=sent.get("acr_values"),
        acr=sent.get("acr"),
        state=sent.get("state"),
        nonce=sent.get("nonce"),
        redirect_uri=sent.get("redirect_uri"),
        code_challenge="code_challenge" in sent,
        code_challenge_method=sent.get("code_challenge_method"),
        idp_hint=sent.get("kc_idp_hint"),
        user_agent=call.headers.get("user-agent", "")[:MAX_AGENT],
    )
