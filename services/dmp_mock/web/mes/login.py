"""Log-in to Mon espace santé: a simulated « FranceConnect », a choice of fictitious people; change of record; log-out.

Source: docs/sources/dmp.md#mon-espace-sante; no identity provider is imitated: the choice is labelled as simulated.
"""

from __future__ import annotations

from dmp_mock.codes.patients import TAG_OFFICIAL
from dmp_mock.web import visits
from dmp_mock.web.mes.space import opened, profiles_of
from dmp_mock.web.pages import page
from dmp_mock.web.people import full_name
from dmp_mock.web.refusals import Told
from dmp_mock.web.site import MES
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.phone_address import phone_url, qr_of
from lgo_sandbox.population.people import Patient
from lgo_sandbox.population.representatives import REPRESENTATIVES
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.http import RawResponse

__all__ = ["login", "login_page", "logout", "open_profile"]


async def login_page(call: Call) -> RawResponse:
    """Show who may log in."""
    await call.enter(MES.operation)
    call.summarise("Mon espace santé : page de connexion")
    token, cookie = visits.login_token(call, MES)
    telephone = phone_url(call, MES.door, "/connexion")
    return page(
        call,
        MES,
        "login",
        cookies=(cookie,),
        csrf=token,
        adults=_adults(call.session),
        parents=_parents(call.session),
        telephone=telephone,
        qr=qr_of(telephone) if telephone else "",
    )


def _adults(session: Session) -> list[tuple[str, str, str]]:
    adults = (p for p in session.people.patients if any(one.id == p.id for one in profiles_of(session, p.id)))
    shown = sorted(adults, key=lambda patient: TAG_OFFICIAL in patient.tags)
    return [(p.id, full_name(p), p.story) for p in shown]


def _parents(session: Session) -> list[tuple[str, str, str, list[str]]]:
    """Return the representatives who have a child under age: who are patients too log in as such."""
    shown = []
    for one in REPRESENTATIVES:
        children = [p for p in profiles_of(session, one.patient or one.id) if p.id in one.children]
        if children:
            shown.append((one.patient or one.id, one.name, ", ".join(_told_apart(children)), [p.id for p in children]))
    return shown


def _told_apart(children: list[Patient]) -> list[str]:
    """Return names; those of children who share one, with their matricule."""
    names = [full_name(child) for child in children]
    return [
        name if names.count(name) == 1 else f"{name} ({child.matricule})"
        for name, child in zip(names, children, strict=True)
    ]


async def login(call: Call) -> RawResponse:
    """Log a fictitious person in."""
    await call.enter(MES.operation)
    fields = visits.login_form(call, MES)
    profiles = profiles_of(call.session, fields.get("personne", ""))
    if not profiles:
        raise Told(
            "person",
            "Cette personne n'a pas d'espace",
            received=f"personne {fields.get('personne', '')[:60] or 'absente'}",
            expected="une personne de la page de connexion",
            where="champ personne",
            remedy="Choisissez une personne de la liste.",
            link=MES.login,
            label="Choisir une personne",
        )
    call.summarise(f"Mon espace santé : {fields['personne']} se connecte")
    cookie = visits.begin(call, MES, fields["personne"], profiles[0].id)
    return visits.see_other(call, MES.home, (cookie,))


async def logout(call: Call) -> RawResponse:
    """Log out."""
    await call.enter(MES.operation)
    space = opened(call)
    visits.form(call, space.visit.csrf)
    call.summarise("Mon espace santé : déconnexion")
    return visits.see_other(call, MES.login, (visits.end(call, MES),))


async def open_profile(call: Call) -> RawResponse:
    """Open another record that the same person may open."""
    await call.enter(MES.operation)
    space = opened(call)
    fields, _files = visits.form(call, space.visit.csrf)
    if any(one.id == fields.get("profil") for one in space.profiles):
        space.visit.about = fields["profil"]
        visits.keep(call, space.visit)
    call.summarise("Mon espace santé : changement de profil")
    return visits.see_other(call, MES.home)
