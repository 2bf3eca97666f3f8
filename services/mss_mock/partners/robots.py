"""Simulated correspondents: what professionals, structures and their software do with a mail, at once or later.

Source: RFC 8098 §2.1 (only on demand; not by itself when the demand names another than the Return-Path; never of a
report), docs/sources/mssante.md#accuse-de-lecture-renvoye (integration, error, standard mail). What they write is ours.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lgo_sandbox.tenant.session import Session
from mss_mock.citizens.letters import Letter, write_letter
from mss_mock.citizens.rights import Arrival, arrival_of, is_citizen
from mss_mock.citizens.robots import posted
from mss_mock.codes.partners import AUTOMATIC, NOT_FILED, MdnVersion, PartnerRobot, error_text
from mss_mock.domain import mailbox_of
from mss_mock.partners.letters import Disposition, write_disposition, write_error_mail
from mss_mock.partners.table import note_act, setting, settings
from mss_mock.store.values import New

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from lgo_sandbox.tenant.agenda import Event

__all__ = ["PARTNER", "Plan", "act_later", "are_active", "plan_of", "taken"]

PARTNER = "mss.partner"
"""The event of a simulated correspondent that acts later."""

ANSWER = "Bonjour,\r\n\r\nJ'ai bien reçu votre message, merci.\r\n"
XDM = "XDM/1.0/DDM+"
_DOCUMENTS = re.compile(rb"IHE_XDM|application/(?:x-)?zip", re.IGNORECASE)
_BY_MACHINE = re.compile(rb"(?:\A|\r\n)Auto-Submitted[ \t]*:(?![ \t]*no\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a mailbox does with a mail. ``delay`` is age time; ``error_to`` is empty: whoever wrote."""

    robot: PartnerRobot
    code: str
    version: MdnVersion
    delay: timedelta
    error_to: str


def are_active(session: Session) -> bool:
    """Tell whether any mailbox acts by itself."""
    return session.option("mss.partner_robot") != PartnerRobot.NONE or bool(settings(session.db))


def plan_of(session: Session, address: str) -> Plan:
    """Return what a mailbox does: what was set for it, else what the session's options say."""
    mine = setting(session.db, address)
    return Plan(
        robot=PartnerRobot(mine.robot if mine else session.option("mss.partner_robot")),
        code=(mine.code if mine else "") or NOT_FILED,
        version=MdnVersion((mine.version if mine else "") or session.option("mss.mdn_version")),
        delay=timedelta(minutes=int((mine.delay if mine else "") or session.option("mss.partner_delay"))),
        error_to=mine.error_to if mine else "",
    )


def taken(transaction: Transaction, session: Session, new: New) -> Iterator[New]:
    """Let a simulated correspondent act on a mail that came, and yield what goes back at once."""
    plan = plan_of(session, new.mailbox)
    if plan.robot is PartnerRobot.NONE or is_citizen(new.mailbox) or _is_by_machine(new.octets):
        return
    arrival = arrival_of(session.people, new.octets)
    if arrival is None or not arrival.sender or arrival.sender == new.mailbox:
        return
    if plan.delay:
        payload = {"mailbox": new.mailbox, "octets": b64encode(new.octets).decode("ascii")}
        session.agenda.at(session.clock.age() + plan.delay, PARTNER, payload, within=transaction)
        return
    yield from _act(transaction, session, new.mailbox, new.octets, arrival)


def act_later(transaction: Transaction, session: Session, event: Event) -> Iterator[New]:
    """Yield what a simulated correspondent sends now that its moment has come."""
    payload: dict[str, Any] = event.payload
    octets = b64decode(payload["octets"])
    arrival = arrival_of(session.people, octets)
    if arrival is not None:
        yield from _act(transaction, session, payload["mailbox"], octets, arrival)


def _is_by_machine(octets: bytes) -> bool:
    return _BY_MACHINE.search(octets.partition(b"\r\n\r\n")[0]) is not None


def _act(transaction: Transaction, session: Session, mailbox: str, octets: bytes, arrival: Arrival) -> Iterator[New]:
    doing = _Doing(transaction, session, mailbox, octets, arrival, plan_of(session, mailbox))
    robot = doing.plan.robot
    if robot in (PartnerRobot.FILE, PartnerRobot.REJECT) and _DOCUMENTS.search(octets) is None:
        robot = PartnerRobot.READ
    if robot is PartnerRobot.REJECT and not arrival.read_receipt:
        yield from doing.tell_error()
    elif robot is not PartnerRobot.NONE:
        yield from doing.report(robot)
    if robot is PartnerRobot.ANSWER:
        yield from doing.answer()


_KINDS = {PartnerRobot.FILE: "processed", PartnerRobot.REJECT: "processed", PartnerRobot.DELETE: "deleted"}


@dataclass(frozen=True, slots=True)
class _Doing:
    """A correspondent at one mail."""

    transaction: Transaction
    session: Session
    mailbox: str
    octets: bytes
    arrival: Arrival
    plan: Plan

    def report(self, robot: PartnerRobot) -> Iterator[New]:
        """Yield the MDN, if one was asked for and may leave."""
        to = self.arrival.read_receipt
        if not to:
            self._note("sans-accuse", self.arrival.sender, "le message ne demande pas d'accusé de lecture")
            return
        if robot in AUTOMATIC and to != self.arrival.sender:
            why = (
                f"l'accusé irait à {to}, le message vient de {self.arrival.sender} : il faudrait l'accord de quelqu'un"
            )
            self._note("refus", to, why)
            return
        told = self._disposition(to, robot)
        self._note("accuse", to, f"{told.kind}{f' : {error_text(told.code)}' if told.code else ''} ({told.version})")
        yield posted(self.session, "", to, write_disposition(told))

    def tell_error(self) -> Iterator[New]:
        """Yield the standard mail that tells of an error."""
        to = self.plan.error_to or self.arrival.contact
        told = self._disposition(to, PartnerRobot.REJECT)
        self._note("erreur", to, error_text(told.code))
        yield posted(self.session, self.mailbox, to, write_error_mail(told))

    def answer(self) -> Iterator[New]:
        """Yield a text in answer."""
        letter = Letter(
            sender=self.mailbox,
            name=self._name,
            to=self.arrival.contact,
            subject=f"RE: {self.arrival.subject}",
            text=ANSWER,
            identity=self.session.ids.uuid(),
            date=self.session.clock.wire().replace(microsecond=0),
            answers=self.arrival.message_id,
            references=self.arrival.references,
        )
        self._note("reponse", letter.to, letter.subject)
        yield posted(self.session, self.mailbox, letter.to, write_letter(letter))

    def _disposition(self, to: str, robot: PartnerRobot) -> Disposition:
        kind = _KINDS.get(robot, "displayed")
        return Disposition(
            sender=self.mailbox,
            name=self._name,
            to=to,
            subject=self._subject(kind),
            original=self.octets,
            original_id=self.arrival.message_id,
            identity=self.session.ids.uuid(),
            date=self.session.clock.wire().replace(microsecond=0),
            kind=kind,
            manual=kind != "processed",
            automatic=robot in AUTOMATIC,
            code=self.plan.code if robot is PartnerRobot.REJECT else "",
            version=self.plan.version,
        )

    def _subject(self, kind: str) -> str:
        subject = self.arrival.subject
        if subject.startswith(XDM) or kind == "processed":
            return subject
        return f"{'Lu' if kind == 'displayed' else 'Supprimé sans être lu'} : {subject}"

    @property
    def _name(self) -> str:
        box = mailbox_of(self.session.people, self.mailbox)
        return box.label if box else ""

    def _note(self, act: str, contact: str, detail: str) -> None:
        note_act(self.transaction, self.mailbox, self.session.clock.age(), act, contact, detail)
