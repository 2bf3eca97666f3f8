"""From a chosen person to a code: the page of choice, the e-CPS push with its two digits, and the way back.

Source: docs/sources/psc.md#binding-message; the pages and the automatic modes are ours. A request belongs to the
browser that began it (a cookie), and its form carries a token of its own, so that nobody can finish a log-in in another
person's browser.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.phone_address import phone_url, qr_of
from lgo_sandbox.population.people import Population, Professional
from lgo_sandbox.tenant.tokens import mark
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import same_secret
from psc_mock import store, wire
from psc_mock.app.answers import authorization_answer, refuse, wallet_path, wallet_url
from psc_mock.app.sso import SSO_COOKIE, new_login
from psc_mock.codes import CHOICE_LIFETIME, DOOR_WALLET, MODE_CARD, MODE_MOBILE, PUSH_LIFETIME
from psc_mock.domain.authorization import AuthorizationRequest
from psc_mock.domain.identity import find_person, login_obstacle
from psc_mock.domain.lifetimes import still_lives
from psc_mock.domain.mutations import Kind, struck_of_kind
from psc_mock.domain.refusals import Redirected, Shown
from psc_mock.ecps import ACTIONS, mode_of, seconds_left, state_now
from psc_mock.facts import CodeGranted
from psc_mock.pages import page
from psc_mock.registry import enrolled

__all__ = ["BROWSER_COOKIE", "choose_person", "cookie_path", "grant_code", "login_page", "login_state", "login_step"]

BROWSER_COOKIE = "PSC_BROWSER"
POLL_SECONDS = 2
MAX_NOTED = 500
MAX_TYPED = 64
MAX_BROWSER = 16
DIGITS = "0123456789"

MESSAGES = {
    "unknown": "Identifiant inconnu : 8, puis les 11 chiffres du RPPS.",
    "login_struck_off": "Connexion refusée : ce professionnel est radié.",
    "login_without_ecps": "Ce professionnel n'a aucune e-CPS activée.",
    "login_without_card": "Ce professionnel n'a pas de carte CPS : il se connecte avec son e-CPS.",
}


def cookie_path(call: Call) -> str:
    """Return the path of this service's cookies: the session's."""
    return f"{call.prefix}/"


async def login_page(call: Call) -> RawResponse:
    """Show the page of choice or of waiting; go back to the client once the e-CPS has answered."""
    await call.enter("login")
    row = _own_request(call)
    state = state_now(row, call.session.clock.age().timestamp())
    if state == store.CHOOSING:
        return _choice(call, row)
    if state == store.WAITING:
        return _waiting(call, row)
    if state == store.ACCEPTED:
        return _complete(call, row)
    raise _given_up(call, row, _denied(row.state == store.WRONG_CODE))


async def login_state(call: Call) -> RawResponse:
    """Tell the waiting page whether it still waits, and how long."""
    await call.enter("login")
    row = _own_request(call)
    now = call.session.clock.age().timestamp()
    state = state_now(row, now) if still_lives(row.pushed, PUSH_LIFETIME, now) else store.CHOOSING
    call.quiet = True
    call.summarise("En attente de l'e-CPS")
    return wire.json_answer({"state": state, "seconds_left": seconds_left(row, now)}, headers=wire.NO_STORE)


async def login_step(call: Call) -> RawResponse:
    """Take the person's choice."""
    await call.enter("login")
    row = _own_request(call)
    fields = wire.form(call.body)
    if not same_secret(fields.get("csrf", ""), row.csrf):
        raise Shown("form_forged", received="champ csrf absent ou faux", where="champ csrf")
    if "cancel" in fields:
        raise _given_up(call, row, "login_cancelled")
    if "other" in fields:
        return _choose_again(call, row)
    if "resend" in fields:
        fields = {"person": row.national_id, "means": row.means}
    person = find_person(call.session.people, fields.get("person", ""))
    if person is None:
        return _choice(call, row, MESSAGES["unknown"], typed=fields.get("person", "")[:MAX_TYPED])
    row.means = MODE_CARD if fields.get("means") == MODE_CARD else MODE_MOBILE
    return choose_person(call, row, person, (), hinted=False)


def choose_person(
    call: Call, row: store.LoginRequest, person: Professional, cookies: Sequence[str], *, hinted: bool
) -> RawResponse:
    """Go on with a person: refused, at once (automatic modes), or by a push to the e-CPS."""
    row.means = row.means or MODE_MOBILE
    obstacle = login_obstacle(person, row.means)
    if obstacle and hinted:
        raise _given_up(call, row, obstacle)
    if obstacle:
        return _choice(call, row, MESSAGES[obstacle])
    row.national_id, row.mode = person.national_id, mode_of(call.session, person.national_id)
    if row.means == MODE_CARD or row.mode == "accept":
        return _complete(call, row, cookies)
    if row.mode in ACTIONS:
        raise _given_up(call, row, _denied(row.mode == "wrong_code"))
    row.state, row.digits = store.WAITING, call.session.ids.pick(DIGITS, 2)
    row.pushed = call.session.clock.age().timestamp()
    with call.session.db.transaction() as t:
        store.supersede(t, row)
        t.merge(row)
    call.summarise(f"e-CPS de {person.name} sollicitée")
    return wire.redirect(wallet_url(call, f"/login/{row.id}"), cookies, status=303)


def grant_code(
    call: Call,
    request: AuthorizationRequest,
    login: store.Login,
    issuer: str,
    struck: Collection[str] = (),
    *,
    browser: str,
    silent: bool = False,
) -> dict[str, str | None]:
    """Make a code for a running log-in, which it keeps alive; return the members of the answer.

    ``browser`` is the digest of the browser's cookie, empty when it has none.
    """
    code = mark(call.session.name, call.session.ids.token())
    now = call.session.clock.age().timestamp()
    row = store.Code(
        digest=store.digest(code),
        client_id=request.client_id,
        redirect_uri=request.redirect_uri,
        sid=login.sid,
        scope=request.scope,
        state=request.state or "",
        nonce=request.nonce,
        code_challenge=request.code_challenge,
        code_challenge_method=request.code_challenge_method,
        issuer=issuer,
        created=now,
        mutations=" ".join(struck_of_kind({*call.struck, *struck}, Kind.CALLBACK)),
    )
    login.used = now
    with call.session.db.transaction() as t:
        t.add(row)
        t.merge(login)
    call.note(
        CodeGranted(
            client_id=request.client_id,
            sid=login.sid,
            person=login.national_id,
            browser=browser[:MAX_BROWSER],
            silent=silent,
            state=row.state[:MAX_NOTED],
            nonce=row.nonce[:MAX_NOTED],
        )
    )
    return {"code": code, "session_state": login.sid}


def _own_request(call: Call) -> store.LoginRequest:
    with call.session.db.transaction() as t:
        row = t.get(store.LoginRequest, call.path_params["request_id"])
    browser = store.digest(wire.cookie(call.headers, BROWSER_COOKIE))
    now = call.session.clock.age().timestamp()
    where = "URL et cookies"
    if row is None:
        raise Shown("login_unknown", received="une demande inconnue, ou déjà finie", where=where)
    if not same_secret(row.browser, browser):
        raise Shown(
            "login_unknown", received=f"un navigateur sans le cookie {BROWSER_COOKIE} de la demande", where=where
        )
    if not still_lives(row.created, CHOICE_LIFETIME, now):
        raise Shown("login_unknown", received=f"une demande d'il y a {(now - row.created) / 60:.0f} min", where=where)
    return row


def _request(row: store.LoginRequest) -> AuthorizationRequest:
    return AuthorizationRequest.from_json(json.loads(row.request))


def _choice(
    call: Call, row: store.LoginRequest, message: str = "", again: Professional | None = None, typed: str = ""
) -> RawResponse:
    """Show the page of choice; ``again`` is who did not answer in time, and may be asked again.

    ``typed`` is the identifier that nobody has, for whoever typed it to correct.
    """
    if not call.exchange.summary:
        call.summarise(message or "Page de connexion")
    return page(
        "choose",
        client=_title(call, row),
        message=message,
        action=wallet_path(call, f"/login/{row.id}"),
        csrf=row.csrf,
        again=again,
        means=row.means,
        typed=typed,
        places=_places(call.session.people),
    )


def _places(people: Population) -> list[tuple[str, list[Professional]]]:
    """Return the people by where they work, in the order of the records."""
    found: dict[str, list[Professional]] = {}
    for person in people.professionals:
        found.setdefault(people.structure(person.structure).name, []).append(person)
    return list(found.items())


def _title(call: Call, row: store.LoginRequest) -> str:
    client = enrolled(call.sandbox, call.session, _request(row).client_id)
    return client.title or client.client_id if client else ""


def _choose_again(call: Call, row: store.LoginRequest) -> RawResponse:
    """Take a request back from the e-CPS, and let another person be chosen."""
    row.state, row.national_id, row.digits = store.CHOOSING, "", ""
    with call.session.db.transaction() as t:
        t.merge(row)
    call.summarise("Choix d'une autre personne")
    return wire.redirect(wallet_url(call, f"/login/{row.id}"), status=303)


def _waiting(call: Call, row: store.LoginRequest) -> RawResponse:
    now = call.session.clock.age().timestamp()
    person = call.session.people.professional(row.national_id)
    if person is None or not still_lives(row.pushed, PUSH_LIFETIME, now):
        with call.session.db.transaction() as t:
            row.state, row.national_id, row.digits = store.CHOOSING, "", ""
            t.merge(row)
        expired = Shown("push_expired", received=f"aucune réponse en {PUSH_LIFETIME} s", where="e-CPS")
        refuse(call, expired)
        return _choice(call, row, expired.page.text, again=person)
    call.summarise("En attente de l'e-CPS")
    telephone = phone_url(call, DOOR_WALLET, "/ecps", persona=person.id or None)
    return page(
        "waiting",
        refresh=POLL_SECONDS,
        person=person,
        client=_title(call, row),
        digits=row.digits,
        action=wallet_path(call, f"/login/{row.id}"),
        csrf=row.csrf,
        ecps=wire.with_parameters(wallet_path(call, "/ecps"), {"persona": person.id}),
        qr=qr_of(telephone) if telephone else "",
        seconds_left=seconds_left(row, now),
        lifetime=PUSH_LIFETIME,
    )


def _complete(call: Call, row: store.LoginRequest, cookies: Sequence[str] = ()) -> RawResponse:
    session, request = call.session, _request(row)
    login, cookie = new_login(call, row.national_id, row.means)
    with session.db.transaction() as t:
        if not store.take_request(t, row.id):
            raise Shown("login_unknown", received="une demande déjà finie", where="URL")
        t.add(login)
    call.summarise(f"Connexion de {row.national_id} à {request.client_id}")
    sso = wire.set_cookie(SSO_COOKIE, cookie, cookie_path(call), secure=call.tls)
    struck = row.mutations.split()
    members = grant_code(call, request, login, row.issuer, struck, browser=row.browser)
    return authorization_answer(call, request.address, members, [*cookies, sso], struck)


def _given_up(call: Call, row: store.LoginRequest, code: str) -> Redirected:
    """End a request without a log-in; return what to raise."""
    with call.session.db.transaction() as t:
        store.take_request(t, row.id)
    person = call.session.people.professional(row.national_id)
    return Redirected(
        code, _request(row).address, received=f"réponse de {person.name if person else 'la page'}", where="e-CPS"
    )


def _denied(wrong_code: bool) -> str:
    return "login_wrong_code" if wrong_code else "login_refused"
