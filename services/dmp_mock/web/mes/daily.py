"""Agenda and catalogue of Mon espace santé: appointments, and applications that the patient lets in or not.

Source: docs/sources/dmp.md#mon-espace-sante (that they exist: medium; their contents: invented).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from dmp_mock import citizens
from dmp_mock.authorisations import moment
from dmp_mock.citizens import AppointmentRow
from dmp_mock.codes.citizens import APPLICATIONS, APPOINTMENTS, Planned
from dmp_mock.web import visits
from dmp_mock.web.mes.space import Space, opened
from dmp_mock.web.pages import local
from dmp_mock.web.refusals import Told
from dmp_mock.web.site import MES
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse

__all__ = ["add_appointment", "agenda", "applications", "choose_application", "coming", "remove_appointment"]

MAX_OWN = 200


def _all(space: Space) -> list[tuple[datetime, AppointmentRow]]:
    """Return the patient's own entries, and the planned ones around today, the earliest first."""
    with space.call.session.db.transaction() as db:
        rows = citizens.appointments_of(db, space.patient.matricule)
        own = [AppointmentRow(**row.model_dump()) for row in rows]
    planned = (one for each in APPOINTMENTS if each.patient == space.patient.id for one in _planned(space, each))
    pairs = ((datetime.fromisoformat(row.at), row) for row in (*own, *planned))
    return sorted(pairs, key=lambda pair: (pair[0], pair[1].id))


def _planned(space: Space, one: Planned) -> Iterator[AppointmentRow]:
    """Yield the last time that an appointment was, and the next two."""
    today = local(space.call.session.clock.age()).date()
    following = max(-(-(today - one.first).days // one.every), 0)
    for number in range(max(following - 1, 0), following + 2):
        at = f"{one.first + timedelta(days=number * one.every)}T{one.time}"
        yield AppointmentRow(
            id=f"prevu-{at}", matricule=space.patient.matricule, at=at, title=one.title, place=one.place, kind=one.kind
        )


def coming(space: Space) -> list[tuple[datetime, AppointmentRow]]:
    """Return the appointments from today on, the next first."""
    today = local(space.call.session.clock.age()).date()
    return [pair for pair in _all(space) if pair[0].date() >= today]


async def agenda(call: Call) -> RawResponse:
    """Show the agenda."""
    await call.enter(MES.operation)
    space = opened(call)
    call.summarise("Mon espace santé : agenda")
    today = local(call.session.clock.age()).date()
    past = [pair for pair in _all(space) if pair[0].date() < today]
    return space.page("agenda", tab="agenda", coming=coming(space), past=past[::-1][:20], today=today.isoformat())


async def add_appointment(call: Call) -> RawResponse:
    """Add an entry of the patient's own."""
    await call.enter(MES.operation)
    space = opened(call)
    fields, _files = visits.form(call, space.visit.csrf)
    title, place = fields.get("titre", "").strip()[:120], fields.get("lieu", "").strip()[:120]
    try:
        at = datetime.fromisoformat(f"{fields.get('jour', '')}T{fields.get('heure', '')}")
    except ValueError:
        at = None
    if not title or at is None or at.tzinfo is not None:
        raise Told(
            "appointment",
            "Il manque le titre, le jour ou l'heure",
            received=f"titre « {title} », le « {fields.get('jour', '')[:20]} » à « {fields.get('heure', '')[:20]} »",
            expected="un titre, un jour (AAAA-MM-JJ) et une heure (hh:mm)",
            where="formulaire de l'agenda",
            remedy="Remplissez ces trois champs, puis ajoutez le rendez-vous.",
            status=422,
            link="/agenda",
            label="Retour à l'agenda",
        )
    row = AppointmentRow(
        id=call.session.ids.uuid(),
        matricule=space.patient.matricule,
        at=at.isoformat(timespec="minutes"),
        title=title,
        place=place,
        own=True,
    )
    with call.session.db.transaction() as db:
        if sum(one.own for one in citizens.appointments_of(db, space.patient.matricule)) < MAX_OWN:
            citizens.put_appointment(db, row)
    call.summarise("Mon espace santé : rendez-vous ajouté")
    return visits.see_other(call, "/agenda", fait="rendez-vous")


async def remove_appointment(call: Call) -> RawResponse:
    """Take an own entry away."""
    await call.enter(MES.operation)
    space = opened(call)
    visits.form(call, space.visit.csrf)
    with call.session.db.transaction() as db:
        gone = citizens.take_appointment_away(db, space.patient.matricule, call.path_params["id"])
    call.summarise(f"Mon espace santé : rendez-vous {'retiré' if gone else 'gardé'}")
    return visits.see_other(call, "/agenda", fait="rendez-vous-retire" if gone else None)


async def applications(call: Call) -> RawResponse:
    """Show the catalogue."""
    await call.enter(MES.operation)
    space = opened(call)
    call.summarise("Mon espace santé : catalogue")
    with call.session.db.transaction() as db:
        given = citizens.consents_of(db, space.patient.matricule)
    return space.page("applications", tab="menu", applications=[(one, given.get(one.id, "")) for one in APPLICATIONS])


async def choose_application(call: Call) -> RawResponse:
    """Let an application in, or no more."""
    await call.enter(MES.operation)
    space = opened(call)
    fields, _files = visits.form(call, space.visit.csrf)
    known = next((one for one in APPLICATIONS if one.id == fields.get("application")), None)
    if known is not None:
        allowed = fields.get("accord") == "oui"
        with call.session.db.transaction() as db:
            since = moment(call.session.clock.age()) if allowed else ""
            citizens.set_consent(db, space.patient.matricule, known.id, since)
        space.trace(f"a {'donné' if allowed else 'retiré'} son accord à l'application « {known.name} »")
    call.summarise("Mon espace santé : accord à une application")
    return visits.see_other(call, "/applications", fait="applications")
