"""The e-CPS simulator as a page: one person's telephone, or those of everybody who is asked, side by side.

Source: docs/sources/psc.md#binding-message; the pages are ours. Forms carry the value of a cookie that other sites
cannot read. The addresses in the page are paths: a real telephone knows the host by another name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.population.people import Professional
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import same_secret
from psc_mock import wire
from psc_mock.app.answers import refuse, wallet_path
from psc_mock.app.login import cookie_path
from psc_mock.codes import PUSH_LIFETIME, SANDBOX_PIN
from psc_mock.domain.identity import find_person
from psc_mock.domain.refusals import Shown, told
from psc_mock.ecps import ACTIONS, Push, answer_push, pending
from psc_mock.facts import EcpsAnswered
from psc_mock.pages import page

__all__ = ["CSRF_COOKIE", "ecps_answer", "ecps_page"]

CSRF_COOKIE = "PSC_ECPS"
REFRESH_SECONDS, UNHURRIED_SECONDS = 3, 20
"""After how long a browser without scripts asks again: with a request on the page, somebody may be typing."""
LIVE = "x-live"
"""The header of the page's own question whether something changed."""
DONE = {
    "accept": "Connexion validée. Revenez au logiciel.",
    "refuse": "Connexion refusée.",
    "wrong_code": "Connexion refusée : le nombre n'était pas le même.",
}


async def ecps_page(call: Call) -> RawResponse:
    """Show what waits, for everybody or for one persona."""
    await call.enter("ecps")
    asked, _ = wire.parameters(call.query.encode("latin-1"))
    call.quiet = LIVE in call.headers
    call.summarise("Simulateur e-CPS")
    return _page(call, asked.get("persona", ""), DONE.get(asked.get("done", ""), ""))


async def ecps_answer(call: Call) -> RawResponse:
    """Take an answer of the application."""
    await call.enter("ecps")
    fields = wire.form(call.body)
    held = wire.cookie(call.headers, CSRF_COOKIE)
    if not held or not same_secret(held, fields.get("csrf", "")):
        received = "champ csrf absent ou différent du cookie" if held else "aucun cookie de la page"
        raise Shown("form_forged", received=received, where=f"cookie {CSRF_COOKIE}")
    action = fields.get("action", "")
    if action == "accept" and fields.get("pin", SANDBOX_PIN) != SANDBOX_PIN:
        call.note(EcpsAnswered(action="wrong_pin", waited=True))
        return _refused(
            call, Shown("pin_wrong", received="un autre code", where="champ pin"), fields.get("persona", "")
        )
    waited = action in ACTIONS and answer_push(call.session, call.path_params["request_id"], action)
    call.note(EcpsAnswered(action=action if action in ACTIONS else "", waited=waited))
    if not waited:
        received = told("action", fields.get("action")) + ", pour une demande finie ou inconnue"
        return _refused(call, Shown("push_over", received=received, where="demande e-CPS"), fields.get("persona", ""))
    call.summarise(f"Réponse e-CPS : {ACTIONS[action][1]}")
    answered = {"persona": fields.get("persona") or None, "done": action}
    return wire.redirect(wire.with_parameters(wallet_path(call, "/ecps"), answered), status=303)


def _refused(call: Call, shown: Shown, persona: str = "") -> RawResponse:
    refuse(call, shown)
    return _page(call, persona, shown.page.text, wrong=True)


def _page(call: Call, persona: str, message: str = "", *, wrong: bool = False) -> RawResponse:
    token = wire.cookie(call.headers, CSRF_COOKIE) or call.session.ids.token()
    person = find_person(call.session.people, persona) if persona else None
    waiting = pending(call.session)[::-1]
    hers = [push for push in waiting if _hers(person, push)]
    base = wallet_path(call, "/ecps")
    url = wire.with_parameters(base, {"persona": person.id if person else None})
    holders = [p for p in call.session.people.professionals if p.has_ecps]
    return page(
        "ecps",
        refresh=min([UNHURRIED_SECONDS, *(push.seconds_left + 1 for push in hers)]) if hers else REFRESH_SECONDS,
        refresh_url=url,
        cookies=[wire.set_cookie(CSRF_COOKIE, token, cookie_path(call), secure=call.tls)],
        phones=_phones(call, person, waiting),
        key=" ".join(push.id for push in waiting),
        message=message,
        wrong=wrong,
        pin=SANDBOX_PIN,
        lifetime=PUSH_LIFETIME,
        persona=person.id if person else "",
        actions=[(action, label) for action, (_, label) in ACTIONS.items()],
        base=base,
        url=url,
        csrf=token,
        people=[(p, sum(_hers(p, push) for push in waiting)) for p in holders],
    )


def _phones(call: Call, person: Professional | None, waiting: Sequence[Push]) -> list[dict[str, Any]]:
    """Return the telephones to show, newest request first: one person's, or those of everybody who is asked."""
    if person is not None:
        return [{"person": person, "requests": [push for push in waiting if _hers(person, push)]}]
    asked = dict.fromkeys(push.national_id for push in waiting)
    of_each = [
        {
            "person": call.session.people.professional(national_id),
            "requests": [push for push in waiting if push.national_id == national_id],
        }
        for national_id in asked
    ]
    return of_each or [{"person": None, "requests": []}]


def _hers(person: Professional | None, push: Push) -> bool:
    return person is None or push.national_id == person.national_id
