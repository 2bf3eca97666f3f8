"""The e-CPS simulator as a page, and the portal of the wallet host.

Source: specs/psc.md §3.3; the pages are ours. Forms carry the value of a cookie that other sites cannot read.
"""

from __future__ import annotations

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import same_secret
from psc_mock import wire
from psc_mock.app.answers import wallet_url
from psc_mock.app.login import cookie_path
from psc_mock.codes import SANDBOX_PIN
from psc_mock.domain.identity import find_person
from psc_mock.domain.refusals import Shown
from psc_mock.ecps import ACTIONS, answer_push, pending
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
        raise Shown("form_forged")
    action = fields.get("action", "")
    if action == "accept" and fields.get("pin", SANDBOX_PIN) != SANDBOX_PIN:
        call.note(action="wrong_pin")
        return _page(call, fields.get("persona", ""), "Code secret incorrect : la demande attend toujours.")
    if action not in ACTIONS or not answer_push(call.session, call.path_params["request_id"], action):
        return _page(call, "", "Cette demande n'attend plus de réponse.")
    call.note(action=action)
    call.summarise(f"Réponse e-CPS : {ACTIONS[action][1]}")
    told = {"persona": fields.get("persona") or None, "done": action}
    return wire.redirect(wire.with_parameters(wallet_url(call, "/ecps"), told), status=303)


async def portal(call: Call) -> RawResponse:
    """Show the portal."""
    await call.enter("portal")
    text = "Ce portail simulé ne gère aucune e-CPS réelle. Les demandes de connexion se valident dans le simulateur."
    return page(
        "message", title="Portail e-CPS", text=text, link=wallet_url(call, "/ecps"), link_text="Simulateur e-CPS"
    )


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
