"""What the control API offers of correspondents: who they are, a mail of theirs now or later, the inbound corpus.

Source: design of the project (Control API, ``mss/correspondents``). For testers; no national contract.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from lgo_sandbox.contract import Refusal, ResourceRequest
from lgo_sandbox.population.people import Patient
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.quoting import quoted
from mss_mock.codes import BoxKind
from mss_mock.codes.correspondents import ACT_TITLES, CORPUS, PARTNERS, Act, Case, CorpusCase, Partner, Receipt
from mss_mock.correspondents.corpus import case_json, needed, other_than
from mss_mock.correspondents.orders import Composed, Order, Sent
from mss_mock.correspondents.posting import Posted, made, post
from mss_mock.correspondents.table import done, last_sent
from mss_mock.domain import application_mailbox, mailbox_of

__all__ = ["handle_correspondents"]

INVALID = 422
MAX_DELAY = 10 * 366 * 24 * 60
"""The longest delay, in minutes: ten years."""
CORPUS_TAIL = "corpus"
_ABOUT = (Act.NEW_VERSION, Act.WITHDRAWAL)
_OF_CORPUS = frozenset({"to", "patient", "cases", "receipts", "at", "delay"})
_OF_PARTNER = frozenset({"act", "to", "patient", "document", "receipts", "at", "delay"})
_DIGITS = re.compile(r"[0-9]{1,9}")
Value = TypeVar("Value", bound=StrEnum)


async def handle_correspondents(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """List the partners; GET one, POST an act of one; GET the corpus, POST it into a mailbox."""
    if request.method not in ("GET", "POST"):
        raise Refusal(405, f"{request.method} sur mss/correspondents : seuls GET et POST sont possibles")
    posts = request.method == "POST"
    if not request.tail:
        if posts:
            raise Refusal(405, f"POST sans correspondant ; attendu : POST mss/correspondents/{{{_partner_ids()}}}")
        return [_partner(session, one) for one in PARTNERS.values()]
    if request.tail == CORPUS_TAIL:
        return await _post_corpus(session, request.body) if posts else list(map(case_json, CORPUS.values()))
    partner = PARTNERS.get(request.tail)
    if partner is None:
        raise Refusal(
            404, f"aucun correspondant {quoted(request.tail[:40])} ; attendu : {_partner_ids()}, ou {CORPUS_TAIL}"
        )
    if posts:
        return await _post_act(session, partner, request.body)
    return {**_partner(session, partner), "done": [one.to_json() for one in done(session.db, partner.id)]}


def _partner_ids() -> str:
    return ", ".join(PARTNERS)


def _partner(session: Session, one: Partner) -> dict[str, Any]:
    who = session.people.persona(one.persona)
    structure = session.people.structure(who.structure)
    sender, reply_to = _boxes(session, one)
    return {
        "id": one.id,
        "title": one.title,
        "persona": one.persona,
        "name": who.name,
        "structure": structure.name,
        "mailbox": sender,
        "reply_to": reply_to,
        "acts": [{"act": act.value, "title": ACT_TITLES[act]} for act in one.acts],
    }


def _boxes(session: Session, one: Partner) -> tuple[str, str]:
    """Return from which mailbox a partner writes, and to which other an answer goes, if to another."""
    who = session.people.persona(one.persona)
    if not one.software:
        return who.mailbox.lower(), ""
    structure = session.people.structure(who.structure)
    return application_mailbox(structure).address, structure.mailbox.lower()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every request says: for which patient, to which mailbox, with which receipts, when (None: now)."""

    patient: Patient
    to: str
    receipts: tuple[Receipt, ...]
    due: datetime | None


async def _post_act(session: Session, partner: Partner, body: Any) -> dict[str, Any]:
    values = _object(body, _OF_PARTNER)
    act = _value(Act, partner.acts, values, "act", f"un acte de « {partner.id} »")
    former, address = _former(session, partner, act, values)
    asked = _asked(session, {"to": address, **values} if address else values)
    order = _order(session, partner, act, asked, former=former)
    composed = await made(order)
    (posted,) = post(session, [(order, composed)], asked.due)
    return _posted(order, composed, posted)


def _former(session: Session, partner: Partner, act: Act, values: dict[str, Any]) -> tuple[Sent | None, str]:
    """Return what an act is about, and who received that."""
    document = str(values.get("document", ""))
    if act not in _ABOUT:
        if document:
            raise Refusal(INVALID, f"document : seuls {' et '.join(_ABOUT)} portent sur un document déjà envoyé")
        return None, ""
    patient = _patient(session, values)
    found = last_sent(session.db, partner.id, patient.id, document)
    if found is None:
        named = f"le document {quoted(document[:80])}" if document else "aucun document"
        raise Refusal(
            409,
            f"{act} : {named} n'a été envoyé par « {partner.id} » pour {patient.birth_name} ; attendu : un document "
            f"déjà envoyé (GET mss/correspondents/{partner.id} les montre). Envoyez d'abord le document.",
        )
    return found


async def _post_corpus(session: Session, body: Any) -> list[dict[str, Any]]:
    values = _object(body, _OF_CORPUS)
    asked = _asked(session, values)
    cases = needed(_several(Case, values, "cases") or CORPUS)
    if not asked.patient.matricule:
        raise Refusal(INVALID, f"patient : {asked.patient.id} n'a pas de matricule ; attendu : un patient qui a un INS")
    mails: dict[Case, tuple[Order, Composed]] = {}
    for one in cases:
        order = _case_order(session, one, asked, lambda case: mails[case][1].sent)
        mails[one.case] = (order, await made(order))
    posted = post(session, list(mails.values()), asked.due)
    return [{**case_json(one), **_posted(*mails[one.case], place)} for one, place in zip(cases, posted, strict=True)]


def _case_order(session: Session, one: CorpusCase, asked: _Asked, earlier: Callable[[Case], Sent | None]) -> Order:
    former = earlier(one.of) if one.of else None
    other = other_than(session.people, asked.patient) if one.case is Case.OTHER_PATIENT else None
    partner = PARTNERS[one.partner]
    return _order(session, partner, one.act, asked, former=former, case=one.case, other=other)


def _order(
    session: Session,
    partner: Partner,
    act: Act,
    asked: _Asked,
    *,
    former: Sent | None = None,
    case: Case | None = None,
    other: Patient | None = None,
) -> Order:
    writer = session.people.persona(partner.persona)
    sender, reply_to = _boxes(session, partner)
    return Order(
        partner=partner,
        writer=writer,
        structure=session.people.structure(writer.structure),
        sender=sender,
        reply_to=reply_to,
        act=act,
        patient=asked.patient,
        to=asked.to,
        receipts=asked.receipts,
        identity=session.ids.uuid(),
        at=session.clock.wire(),
        former=former,
        case=case,
        other=other,
    )


def _posted(order: Order, composed: Composed, posted: Posted) -> dict[str, Any]:
    versions = [{"title": v.title, "unique_id": v.unique_id, "version": v.number} for v in composed.versions]
    return {
        **asdict(posted),
        "due": posted.due.isoformat(),
        "state": posted.state.value,
        "partner": order.partner.id,
        "act": order.act.value,
        "patient": order.patient.id,
        "from": order.sender,
        "to": order.to,
        "subject": composed.subject,
        "message_id": composed.message_id,
        "documents": versions,
    }


# What a request says


def _object(body: Any, members: frozenset[str]) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Refusal(INVALID, f"un objet JSON est attendu, de membres {', '.join(sorted(members))}")
    if unknown := sorted(str(name)[:40] for name in body if name not in members):
        raise Refusal(INVALID, f"membres reçus : {', '.join(unknown)} ; attendus : {', '.join(sorted(members))}")
    return body


def _asked(session: Session, values: dict[str, Any]) -> _Asked:
    return _Asked(
        patient=_patient(session, values),
        to=_address(session, values),
        receipts=tuple(_several(Receipt, values, "receipts")) if "receipts" in values else (Receipt.READING,),
        due=_due(session, values),
    )


def _patient(session: Session, values: dict[str, Any]) -> Patient:
    named = values.get("patient")
    if not isinstance(named, str) or not named:
        raise Refusal(
            INVALID, "patient absent ; attendu : le matricule ou l'identifiant court d'un patient du bac à sable"
        )
    found = session.people.patient(named.upper())
    if found is None:
        found = next((one for one in session.people.patients if one.id == named), None)
    if found is None:
        raise Refusal(
            INVALID,
            f"patient : {quoted(named[:40])} n'est celui de personne ; attendu : le matricule ou l'identifiant court "
            "d'un patient du bac à sable (GET people les montre)",
        )
    return found


def _address(session: Session, values: dict[str, Any]) -> str:
    named = values.get("to")
    box = mailbox_of(session.people, named) if isinstance(named, str) else None
    if box is None or box.kind is BoxKind.CITIZEN:
        given = quoted(str(named)[:120]) if named else "absent"
        raise Refusal(
            INVALID,
            f"to : {given} ; attendu : la boîte d'un professionnel, d'une structure ou de son logiciel "
            "(GET mss/mailboxes les montre)",
        )
    return box.address


def _due(session: Session, values: dict[str, Any]) -> datetime | None:
    if "at" in values and "delay" in values:
        raise Refusal(INVALID, "at et delay ensemble ; attendu : l'un des deux, ou aucun pour un envoi immédiat")
    now = session.clock.age()
    if "delay" in values:
        minutes = str(values["delay"])
        if not _DIGITS.fullmatch(minutes) or int(minutes) > MAX_DELAY:
            expected = f"un nombre de minutes d'heure d'âge, de 0 à {MAX_DELAY}"
            raise Refusal(INVALID, f"delay : {quoted(minutes[:40])} ; attendu : {expected}")
        return now + timedelta(minutes=int(minutes)) if int(minutes) else None
    if "at" not in values:
        return None
    try:
        at = datetime.fromisoformat(str(values["at"]))
    except ValueError:
        at = None
    if at is None or at.utcoffset() is None or at <= now:
        raise Refusal(
            INVALID,
            f"at : {quoted(str(values['at'])[:40])} ; attendu : une date et heure ISO 8601 avec fuseau, après l'heure "
            f"d'âge de la session ({now.isoformat(timespec='seconds')})",
        )
    return at


def _value(kind: type[Value], among: Iterable[Value], values: dict[str, Any], name: str, expected: str) -> Value:
    known = {one.value for one in among}
    if values.get(name) not in known:
        given = quoted(str(values[name])[:40]) if name in values else "absent"
        raise Refusal(INVALID, f"{name} : {given} ; attendu : {expected} parmi {', '.join(sorted(known))}")
    return kind(values[name])


def _several(kind: type[Value], values: dict[str, Any], name: str) -> list[Value]:
    given = values.get(name, [])
    known = [one.value for one in kind]
    if not isinstance(given, list) or any(one not in known for one in given):
        raise Refusal(INVALID, f"{name} : {quoted(str(given)[:80])} ; attendu : une liste de {', '.join(known)}")
    return [kind(one) for one in dict.fromkeys(given)]
