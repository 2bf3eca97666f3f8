"""How a professional comes to the Web-PS: by the card of the connection, else by the choice of a persona.

Source: docs/sources/dmp.md#web-ps. The real site takes the card in TLS (TD0.9), or the log-in of AIR (TD0.10); how the
latter is handed over is not public: the choice of a persona stands for it, and says so.
"""

from __future__ import annotations

from dmp_mock.web import visits
from dmp_mock.web.pages import page
from dmp_mock.web.refusals import Told
from dmp_mock.web.site import WEBPS
from dmp_mock.web.webps.desk import card_holder, desk_of
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.oauth import BadForm, read_form

__all__ = ["came_by_card", "login", "login_page", "logout"]


async def login_page(call: Call) -> RawResponse:
    """Show who may log in."""
    await call.enter(WEBPS.operation)
    call.summarise("Web-PS : page de connexion")
    token, cookie = visits.login_token(call, WEBPS)
    people = call.session.people
    places = [(one.name, [p for p in people.professionals if p.structure == one.id]) for one in people.structures]
    return page(
        call,
        WEBPS,
        "login",
        cookies=(cookie,),
        csrf=token,
        back=_back(call),
        card=card_holder(call),
        places=[(name, those) for name, those in places if those],
    )


def _back(call: Call) -> str:
    try:
        asked = read_form(call.query.encode("latin-1"), max_bytes=2048, max_fields=10).get("retour", "")
    except BadForm:
        return ""
    return asked if _is_ours(asked) else ""


def _is_ours(path: str) -> bool:
    """Tell whether a path is one of the Web-PS, and no way to another site."""
    return path.startswith("/AccesDirect/") and path.isprintable() and not set(path) & set("\\\"'<> ")


async def login(call: Call) -> RawResponse:
    """Let a persona in."""
    await call.enter(WEBPS.operation)
    fields = visits.login_form(call, WEBPS)
    person = next((one for one in call.session.people.professionals if one.id == fields.get("persona")), None)
    if person is None:
        raise Told(
            "persona",
            "Ce professionnel n'est pas connu",
            received=f"persona {fields.get('persona', '')[:60] or 'absente'}",
            expected="une persona de la page de connexion",
            where="champ persona",
            remedy="Choisissez une persona de la liste.",
            link=WEBPS.login,
            label="Choisir une persona",
        )
    call.summarise(f"Web-PS : {person.id} se connecte")
    back = fields.get("retour", "")
    return visits.see_other(call, back if _is_ours(back) else WEBPS.home, (visits.begin(call, WEBPS, person.id),))


def came_by_card(call: Call) -> RawResponse | None:
    """Return the way back to the same page with a log-in, when the connection shows a good card; else None.

    Raises Told for a card that is not good.
    """
    person = card_holder(call)
    if person is None or call.method != "GET":
        return None
    call.summarise(f"Web-PS : {person.id} ouvre la page avec sa carte (TD0.9)")
    asked = str(call.scope["path"]) + (f"?{call.query}" if call.query else "")
    return visits.see_other(call, asked, (visits.begin(call, WEBPS, person.id),))


async def logout(call: Call) -> RawResponse:
    """Log out."""
    await call.enter(WEBPS.operation)
    desk = desk_of(call)
    visits.form(call, desk.visit.csrf)
    call.summarise("Web-PS : déconnexion")
    return visits.see_other(call, WEBPS.login, (visits.end(call, WEBPS),))
