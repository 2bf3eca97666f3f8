"""The e-CPS simulator as a page, and the portal of the wallet host.

Source: docs/sources/psc.md#binding-message; the pages are ours. Forms carry the value of a cookie that other sites
cannot read.
"""

from __future__ import annotations

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import same_secret
from psc_mock import wire
from psc_mock.app.answers import refuse, wallet_url
from psc_mock.app.login import cookie_path
from psc_mock.codes import SANDBOX_PIN
from psc_mock.domain.identity import find_person
from psc_mock.domain.refusals import Shown, told
from psc_mock.ecps import ACTIONS, answer_push, pending
from psc_mock.facts import EcpsAnswered
from psc_mock.pages import page

__all__ = ["ecps_answer", "ecps_page", "portal"]

CSRF_COOKIE = "PSC_ECPS"
REFRESH_SECONDS = 5
DONE = {
    "accept": "Connexion validée. Revenez au logiciel.",
    "refuse": "Connexion refusée.",
    "wrong_code": "Connexion refusée : le nombre n'était pas le même.",
}


async def ecps_page(call: Call) -> RawResponse:
    """Show what waits, for everybody or for one persona."""
    await call.enter("ecps")
    asked, _ = wire.parameters(call.query.encode("latin-1"))
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
        return _refused(call, Shown("push_over", received=received, where="demande e-CPS"))
    call.summarise(f"Réponse e-CPS : {ACTIONS[action][1]}")
    answered = {"persona": fields.get("persona") or None, "done": action}
    return wire.redirect(wire.with_parameters(wallet_url(call, "/ecps"), answered), status=303)


async def portal(call: Call) -> RawResponse:
    """Show the portal."""
    await call.enter("portal")
    text = "Ce portail simulé ne gère aucune e-CPS réelle. Les demandes de connexion se valident dans le simulateur."
    return page(
        "message", title="Portail e-CPS", text=text, link=wallet_url(call, "/ecps"), link_text="Simulateur e-CPS"
    )


def _refused(call: Call, shown: Shown, persona: str = "") -> RawResponse:
    refuse(call, shown)
    return _page(call, persona, shown.page.text)


def _page(call: Call, persona: str, message: str = "") -> RawResponse:
    token = wire.cookie(call.headers, CSRF_COOKIE) or call.session.ids.token()
    person = find_person(call.session.people, persona) if persona else None
    requests = pending(call.session, persona)
    return page(
        "ecps",
        refresh=0 if requests else REFRESH_SECONDS,
        cookies=[wire.set_cookie(CSRF_COOKIE, token, cookie_path(call), secure=call.tls)],
        person=person.name if person else "",
        message=message,
        requests=requests,
        pin=SANDBOX_PIN,
        persona=person.id if person else "",
        actions=[(action, label) for action, (_, label) in ACTIONS.items()],
        base=wallet_url(call, "/ecps"),
        csrf=token,
        people=[p for p in call.session.people.professionals if p.has_ecps],
    )
