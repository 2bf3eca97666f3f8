"""Simulated citizens: what they do with a mail that came, at once or when the session's clock has passed the moment.

Source: docs/sources/mssante.md#droit-de-repondre, #accuse-de-lecture (a citizen cannot oppose the report of reading).
What they write is ours. A robot meets the rules that any citizen meets: what it may not send is kept as a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lgo_sandbox.population.people import Patient
from lgo_sandbox.tenant.session import Session
from mss_mock.citizens.letters import Letter, ReadReport, write_letter, write_read_report
from mss_mock.citizens.rights import Arrival, arrival_of, signature_of
from mss_mock.citizens.table import Contact, close_exchanges, contacts, note_act, note_contact, settings
from mss_mock.codes.citizens import REFUSALS_OF_STATES, CitizenState, Robot
from mss_mock.domain import mailbox_of
from mss_mock.store.values import New
from mss_mock.wire.reports import Action, Recipient, Report, write_report

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from lgo_sandbox.tenant.agenda import Event

__all__ = ["ROBOT", "act_later", "patient_of", "posted", "received", "robot_of", "why_not", "write_later"]

ROBOT = "mss.robot"
"""The event of a robot that acts later."""

ANSWER = "Bonjour,\r\n\r\nMerci pour votre message, je l'ai bien lu.\r\n"
FIRST = "Bonjour,\r\n\r\nJ'ai une question sur mon traitement : pouvez-vous me répondre ?\r\n"
FIRST_SUBJECT = "Une question"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
"""What a citizen attaches: a blank page."""


def patient_of(session: Session, citizen: str) -> Patient:
    """Return whose mailbox this is. Raises LookupError when it is nobody's."""
    patient = session.people.patient(citizen.partition("@")[0].upper())
    if patient is None:
        raise LookupError(citizen)
    return patient


def robot_of(session: Session, citizen: str) -> Robot:
    """Return what a citizen does with mails: what was set for this one, else what the session's option says."""
    return settings(session.db, citizen).robot or Robot(session.option("mss.robot"))


def why_not(session: Session, citizen: str, contact: str) -> str:
    """Return in French why a citizen may not write to somebody; empty when he may."""
    box = mailbox_of(session.people, citizen)
    state = settings(session.db, citizen).state or (box.state if box else CitizenState.ABSENT)
    if state is not CitizenState.OPEN:
        return f"{REFUSALS_OF_STATES[state].cause} : il n'écrit à personne"
    known = next((one for one in contacts(session.db, citizen) if one.address == contact), None)
    if known is None:
        return (
            f"{contact} n'est pas un correspondant de cet usager, qui ne peut écrire le premier ; attendu : un message "
            "de ce professionnel, ou d'un autre qui l'a mis dans Reply-To. Écrivez d'abord à l'usager."
        )
    if not known.open:
        return (
            f"l'échange avec {contact} est clos par le message {known.message_id or '(sans Message-ID)'} ; attendu : "
            "un échange ouvert. Envoyez à l'usager un message sans X-MSS-MES: FIN et d'un autre objet que [FIN]."
        )
    return ""


def received(transaction: Transaction, session: Session, new: New) -> Iterator[New]:
    """Take note of a mail that comes to a citizen, and yield what goes back at once."""
    arrival = arrival_of(session.people, new.octets)
    if arrival is None or not arrival.contact:
        return
    at = session.clock.age().isoformat()
    contact = Contact(arrival.contact, arrival.sender, not arrival.closes, at, arrival.message_id)
    note_contact(transaction, new.mailbox, contact)
    if arrival.closes:
        close_exchanges(transaction, new.mailbox, arrival.sender, at, arrival.message_id)
    robot = robot_of(session, new.mailbox)
    if robot is Robot.NONE:
        return
    yield from _delivery_report(transaction, session, new, arrival)
    if robot is not Robot.LATE:
        yield from _read_report(transaction, session, new.mailbox, arrival)
    if robot in (Robot.ANSWER, Robot.ATTACHMENT):
        yield from _write(transaction, session, new.mailbox, arrival, robot)
    if robot in (Robot.LATE, Robot.FIRST):
        write_later(session, new.mailbox, arrival, robot, within=transaction)


def write_later(
    session: Session, citizen: str, arrival: Arrival, robot: Robot, *, within: Transaction | None = None
) -> None:
    """Let a robot write when the option ``robot_delay`` has passed, in age time."""
    delay = timedelta(minutes=int(session.option("mss.robot_delay")))
    payload = {"citizen": citizen, "robot": robot.value, "arrival": asdict(arrival)}
    session.agenda.at(session.clock.age() + delay, ROBOT, payload, within=within)


def act_later(transaction: Transaction, session: Session, event: Event) -> Iterator[New]:
    """Yield what a robot sends now that its moment has come."""
    payload: dict[str, Any] = event.payload
    citizen, robot, arrival = payload["citizen"], Robot(payload["robot"]), Arrival(**payload["arrival"])
    if robot is Robot.LATE:
        yield from _read_report(transaction, session, citizen, arrival)
    yield from _write(transaction, session, citizen, arrival, robot)


def posted(session: Session, citizen: str, contact: str, octets: bytes) -> New:
    """Return a mail of a citizen as it stands in the mailbox of its contact."""
    trace = f"Return-Path: <{citizen}>\r\nDelivered-To: {contact}\r\n".encode("ascii", "replace")
    return New(contact, trace + octets, session.clock.wire())


def _write(transaction: Transaction, session: Session, citizen: str, arrival: Arrival, robot: Robot) -> Iterator[New]:
    why = why_not(session, citizen, arrival.contact)
    if why:
        note_act(transaction, citizen, session.clock.age(), "refus", arrival.contact, why)
        return
    own = robot is Robot.FIRST
    letter = Letter(
        sender=citizen,
        name=signature_of(patient_of(session, citizen)),
        to=arrival.contact,
        subject=FIRST_SUBJECT if own else f"RE: {arrival.subject}",
        text=FIRST if own else ANSWER,
        identity=session.ids.uuid(),
        date=session.clock.wire().replace(microsecond=0),
        answers="" if own else arrival.message_id,
        references=arrival.references,
        attachment=PDF if robot is Robot.ATTACHMENT else b"",
    )
    note_act(transaction, citizen, session.clock.age(), "message" if own else "reponse", letter.to, letter.subject)
    yield posted(session, citizen, letter.to, write_letter(letter))


def _read_report(transaction: Transaction, session: Session, citizen: str, arrival: Arrival) -> Iterator[New]:
    if not arrival.read_receipt:
        return
    report = ReadReport(
        sender=citizen,
        name=signature_of(patient_of(session, citizen)),
        to=arrival.read_receipt,
        subject=f"Lu : {arrival.subject}",
        original=arrival.message_id,
        identity=session.ids.uuid(),
        date=session.clock.wire().replace(microsecond=0),
    )
    note_act(transaction, citizen, session.clock.age(), "lecture", report.to, report.subject)
    yield posted(session, "", report.to, write_read_report(report))


def _delivery_report(transaction: Transaction, session: Session, new: New, arrival: Arrival) -> Iterator[New]:
    if not arrival.delivery_receipt:
        return
    report = Report(
        sender=arrival.delivery_receipt,
        message=new.octets,
        recipients=[Recipient(new.mailbox, Action.DELIVERED, "2.0.0")],
        identity=session.ids.uuid(),
        date=session.clock.wire().replace(microsecond=0),
        whole=False,
    )
    note_act(transaction, new.mailbox, session.clock.age(), "remise", report.sender, arrival.subject)
    yield posted(session, "", report.sender, write_report(report))
