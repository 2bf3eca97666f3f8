"""The first page of Mon espace santé: what is new, what comes next. And the page of the profile.

Source: docs/sources/dmp.md#mon-espace-sante (that these rooms exist: medium).
"""

from __future__ import annotations

from dmp_mock.accesses import accesses_of
from dmp_mock.store import doctor_in_charge
from dmp_mock.web.mes.daily import coming
from dmp_mock.web.mes.space import opened
from dmp_mock.web.people import named
from dmp_mock.web.site import MES
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse

__all__ = ["home", "profile"]

LATEST = 3


async def home(call: Call) -> RawResponse:
    """Show the first page."""
    await call.enter(MES.operation)
    space = opened(call)
    session = call.session
    call.summarise(f"Mon espace santé : accueil de {space.patient.id}")
    lines = accesses_of(session.db, space.patient.matricule, session.clock.age())
    others = [one for one in lines if session.people.patient(one.holder) is None and one.channel != "Mon espace santé"]
    titles = space.titles(one.unique_id for one in others[:LATEST])
    seen = [
        (one, *named(session.people, one.holder, one.structure), titles.get(one.unique_id, ""))
        for one in others[:LATEST]
    ]
    return space.page("home", tab="accueil", cards=space.cards()[:LATEST], next=coming(space)[:2], seen=seen)


async def profile(call: Call) -> RawResponse:
    """Show who the record is of."""
    await call.enter(MES.operation)
    space = opened(call)
    with call.session.db.transaction() as db:
        doctor = doctor_in_charge(db, space.patient.matricule)
    call.summarise("Mon espace santé : profil")
    treating = named(call.session.people, doctor)[0] if doctor else ""
    return space.page("profile", tab="menu", doctor=treating)
