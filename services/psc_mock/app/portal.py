"""The portal of the wallet host: who is logged in in this browser, and the change of card.

Source: docs/sources/psc.md#changement-de-personne. A card that is taken out ends nothing: the browser forgets its
log-in, the tokens of the person live on, and whoever comes next logs in with another card. The page is ours.
"""

from __future__ import annotations

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import same_secret
from psc_mock import store, wire
from psc_mock.app.answers import wallet_path
from psc_mock.app.login import cookie_path
from psc_mock.app.sso import SSO_COOKIE, current_login
from psc_mock.codes import MODE_CARD
from psc_mock.domain.refusals import Shown
from psc_mock.pages import page

__all__ = ["change_card", "portal"]

CHANGED = "La carte est retirée : la prochaine connexion demandera qui vous êtes."


async def portal(call: Call) -> RawResponse:
    """Show the portal."""
    await call.enter("portal")
    call.summarise("Portail e-CPS")
    return _page(call, current_login(call))


async def change_card(call: Call) -> RawResponse:
    """Let the browser forget its log-in, which itself goes on."""
    await call.enter("portal")
    fields, login = wire.form(call.body), current_login(call)
    if login is None or not same_secret(fields.get("csrf", ""), _csrf(login)):
        raise Shown("form_forged", received="champ csrf absent ou faux", where="champ csrf")
    call.summarise(f"Carte de {login.national_id} retirée, sans déconnexion")
    return _page(call, None, CHANGED, [wire.set_cookie(SSO_COOKIE, "", cookie_path(call), secure=call.tls)])


def _page(call: Call, login: store.Login | None, message: str = "", cookies: list[str] | None = None) -> RawResponse:
    now = call.session.clock.age().timestamp()
    return page(
        "portal",
        cookies=cookies or (),
        phones=wallet_path(call, "/ecps"),
        person=call.session.people.professional(login.national_id) if login else None,
        since=int(now - login.created) if login else 0,
        card=login is not None and login.auth_mode == MODE_CARD,
        action=wallet_path(call, "/"),
        csrf=_csrf(login) if login else "",
        message=message,
    )


def _csrf(login: store.Login) -> str:
    return store.digest(f"portal:{login.cookie}")
