"""Who acceded, which professionals are authorised or blocked, and what the patient opposes: his side of the rights.

Source: docs/sources/dmp.md#autorisation, #listes-autorisations, #web-ps (block, oppositions: high). What is set here is
what TD0.2, TD0.3, TD1.6 and TD3 read.
"""

from __future__ import annotations

from dmp_mock import authorisations, store
from dmp_mock.accesses import accesses_of
from dmp_mock.authorisations import Held, held_on, moment, put_authorisation
from dmp_mock.codes.patients import Authorisation, DmpStatus
from dmp_mock.web import visits
from dmp_mock.web.mes.mailbox import mailbox_of
from dmp_mock.web.mes.space import Space, opened
from dmp_mock.web.people import named
from dmp_mock.web.refusals import Told
from dmp_mock.web.site import MES
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.citizen_mail import MailUnreachable
from lgo_sandbox.wire.http import RawResponse

__all__ = ["accesses", "change_privacy", "change_professional", "privacy", "professionals"]

FLAGS = {
    "feed_opposed": "l'ajout de documents par les professionnels",
    "breaking_opposed": "l'accès en bris de glace",
    "emergency_opposed": "l'accès du SAMU en urgence",
}


async def accesses(call: Call) -> RawResponse:
    """Show who did what."""
    await call.enter(MES.operation)
    space = opened(call)
    session = call.session
    call.summarise("Mon espace santé : qui a accédé")
    lines = accesses_of(session.db, space.patient.matricule, session.clock.age())
    titles = space.titles(one.unique_id for one in lines)
    mine = space.patient.matricule
    shown = [
        (one, *named(session.people, one.holder, one.structure, mine), titles.get(one.unique_id, "")) for one in lines
    ]
    return space.page("accesses", tab="menu", lines=shown)


async def professionals(call: Call) -> RawResponse:
    """Show who is authorised and who is blocked."""
    await call.enter(MES.operation)
    space = opened(call)
    call.summarise("Mon espace santé : professionnels")
    with call.session.db.transaction() as db:
        held = held_on(db, space.patient.matricule)
        doctor = store.doctor_in_charge(db, space.patient.matricule)
    known = {one.holder for one in held}
    others = [(p.national_id, p.name, p.label) for p in call.session.people.professionals if p.national_id not in known]
    return space.page(
        "professionals",
        tab="menu",
        authorised=_shown(call, held, Authorisation.VALID),
        blocked=_shown(call, held, Authorisation.BLOCKED),
        doctor=doctor,
        others=others,
    )


def _shown(call: Call, held: object, value: Authorisation) -> list[tuple[Held, str, str]]:
    assert isinstance(held, list | tuple)
    return [(one, *named(call.session.people, one.holder)) for one in held if one.value is value]


async def change_professional(call: Call) -> RawResponse:
    """Block a professional, unblock him, or take his authorisation away."""
    await call.enter(MES.operation)
    space = opened(call)
    fields, _files = visits.form(call, space.visit.csrf)
    holder, act = fields.get("professionnel", ""), fields.get("geste", "")
    people = call.session.people
    if act not in _ACTS or not (people.professional(holder) or people.structure_numbered(holder)):
        raise Told(
            "professional",
            "Ce professionnel n'est pas connu",
            received=f"professionnel {holder[:40] or 'absent'}, geste {act[:20] or 'absent'}",
            expected=f"un professionnel de la liste, et un geste parmi : {', '.join(_ACTS)}",
            where="formulaire",
            remedy="Revenez à la liste, et choisissez le professionnel.",
            status=422,
            link="/professionnels",
            label="Mes professionnels",
        )
    value, told = _ACTS[act]
    with call.session.db.transaction() as db:
        former = authorisations.authorisation_of(db, space.patient.matricule, holder)
        if act == "bloquer" or former is _FORMER[act]:
            put_authorisation(db, space.patient.matricule, holder, value, moment(call.session.clock.age()))
    space.trace(f"a {told} {named(people, holder)[0]}")
    call.summarise(f"Mon espace santé : {act} {holder}")
    return visits.see_other(call, "/professionnels", fait=_TOLD[act])


_ACTS = {
    "bloquer": (Authorisation.BLOCKED, "bloqué"),
    "debloquer": (Authorisation.NONE, "débloqué"),
    "retirer": (Authorisation.NONE, "retiré l'autorisation de"),
}
_FORMER = {"debloquer": Authorisation.BLOCKED, "retirer": Authorisation.VALID}
_TOLD = {"bloquer": "bloque", "debloquer": "debloque", "retirer": "retire"}


async def privacy(call: Call) -> RawResponse:
    """Show what the patient opposes, and whether his record is open."""
    await call.enter(MES.operation)
    space = opened(call)
    call.summarise("Mon espace santé : confidentialité")
    return space.page("privacy", tab="menu", flags={name: getattr(space.state, name) for name in FLAGS})


async def change_privacy(call: Call) -> RawResponse:
    """Oppose something or no more, close the record or open it again."""
    await call.enter(MES.operation)
    space = opened(call)
    fields, _files = visits.form(call, space.visit.csrf)
    act = fields.get("geste", "")
    with call.session.db.transaction() as db:
        row = db.get(store.PatientRow, space.patient.matricule)
        if act == "rouvrir":
            row = row or store.PatientRow(matricule=space.patient.matricule, status=DmpStatus.ACTIVE.value)
            row.status = DmpStatus.ACTIVE.value
            told, done = ["a ouvert l'espace"], "rouvert"
        elif act == "fermer" and row is not None and fields.get("confirme") == "oui":
            row.status, told, done = DmpStatus.CLOSED.value, ["a fermé l'espace"], "ferme"
        else:
            told, done = _opposed(row, fields) if act == "choix" else [], "confidentialite"
        if row is not None:
            db.add(row)
    for line in told:
        space.trace(line)
    unheard = await _mailbox_follows(space, done) if told else ""
    call.summarise(f"Mon espace santé : confidentialité ({act[:20]}){unheard}")
    return visits.see_other(call, "/confidentialite", fait=done if told else None)


async def _mailbox_follows(space: Space, done: str) -> str:
    """Close or open the mailbox with the space; return what is to be said in French of one that does not answer."""
    if done not in ("ferme", "rouvert"):
        return ""
    try:
        await mailbox_of(space).set_open(taking=done == "rouvert")
    except MailUnreachable as error:
        return f" ; la messagerie est restée comme elle était : {error}"
    return ""


def _opposed(row: store.PatientRow | None, fields: dict[str, str]) -> list[str]:
    """Set what is opposed; return what changed, for the history. A box that is ticked allows."""
    told = []
    for name, what in FLAGS.items():
        opposed = fields.get(name) != "permis"
        if row is not None and getattr(row, name) is not opposed:
            setattr(row, name, opposed)
            told.append(f"{'a refusé' if opposed else 'a permis'} {what}")
    return told
