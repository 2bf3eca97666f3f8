"""What the control API offers of citizens: their state, whom they may write to, a mail in their name, their robots.

Source: design of the project (Control API, ``mss/citizens``, ``mss/robots``). For testers; no national contract. What
the messaging of Mon espace santé would not let a citizen do is refused here too.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from enum import StrEnum
from typing import Any, TypeVar

from lgo_sandbox.contract import Refusal, ResourceRequest
from lgo_sandbox.population.people import Patient
from lgo_sandbox.population.representatives import Representative, representatives_of
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from mss_mock.citizens.letters import Letter, write_letter
from mss_mock.citizens.rights import Arrival, is_child, representative_of, signature_of
from mss_mock.citizens.robots import kept, posted, robot_of, why_not, write_later
from mss_mock.citizens.table import acts, contacts, put, settings
from mss_mock.codes import SIZE_MES
from mss_mock.codes.citizens import ROBOT_TITLES, CitizenState, Robot
from mss_mock.delivery import box_of, store_of
from mss_mock.domain import Mailbox, mailbox_of

__all__ = ["handle_citizens", "handle_robots"]

INVALID = 422
FORBIDDEN = 403
Value = TypeVar("Value", bound=StrEnum)


def handle_citizens(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """List citizens; POST on a matricule sets ``state``, or writes in the citizen's name (``to``, ``subject``…)."""
    if not request.tail:
        _only_get(request)
        return [_citizen(session, one) for one in session.people.patients if one.mailbox]
    patient = _patient(session, request.tail)
    if request.method == "POST":
        body = _object(request.body, {"state"}, {"to", "subject", "text", "answers", "representative"})
        if "state" in body:
            known = settings(session.db, patient.mailbox.lower())
            put(session.db, patient.mailbox.lower(), replace(known, state=_value(CitizenState, body, "state")))
        else:
            return _write(session, patient, body)
    elif request.method != "GET":
        raise Refusal(405, "seuls GET et POST sont possibles sur un usager")
    return {**_citizen(session, patient), "contacts": _contacts(session, patient)}


def handle_robots(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """List the robots; POST on a matricule sets one (``robot``), DELETE leaves it to the option again.

    With ``contact``, the robot ``first`` writes to that address when its delay has passed, whoever wrote before.
    """
    if not request.tail:
        _only_get(request)
        return {"default": session.option("mss.robot"), "robots": {one.value: ROBOT_TITLES[one] for one in Robot}}
    address = _patient(session, request.tail).mailbox.lower()
    known = settings(session.db, address)
    if request.method == "POST":
        body = _object(request.body, {"robot"}, {"robot", "contact"})
        robot = _value(Robot, body, "robot")
        if "contact" in body:
            _write_first(session, address, robot, body["contact"])
        put(session.db, address, replace(known, robot=robot))
    elif request.method == "DELETE":
        put(session.db, address, replace(known, robot=None))
    elif request.method != "GET":
        raise Refusal(405, "seuls GET, POST et DELETE sont possibles sur un robot")
    done = [asdict(one) for one in acts(session.db, address)]
    return {"address": address, "robot": robot_of(session, address).value, "acts": done}


def _only_get(request: ResourceRequest) -> None:
    if request.method != "GET":
        raise Refusal(405, "seul GET est possible sans matricule")


def _patient(session: Session, tail: str) -> Patient:
    patient = session.people.patient(tail.partition("@")[0].upper())
    if patient is None:
        raise Refusal(404, f"aucun patient du bac à sable n'a le matricule « {tail[:40]} »")
    return patient


def _object(body: Any, *forms: set[str]) -> dict[str, Any]:
    if not isinstance(body, dict) or not body or not any(set(body) <= form for form in forms):
        shapes = ", ou ".join(f"{{{', '.join(sorted(form))}}}" for form in forms)
        raise Refusal(INVALID, f"un objet JSON est attendu : {shapes}")
    if not all(isinstance(value, str) for value in body.values()):
        raise Refusal(INVALID, "chaque membre est un texte")
    return body


def _value(kind: type[Value], body: dict[str, Any], name: str) -> Value:
    if body.get(name) not in {one.value for one in kind}:
        raise Refusal(INVALID, f"{name} : l'un de {', '.join(kind)} est attendu")
    return kind(body[name])


def _citizen(session: Session, patient: Patient) -> dict[str, Any]:
    address = patient.mailbox.lower()
    box = box_of(session, address)
    return {
        "matricule": patient.matricule,
        "address": address,
        "name": signature_of(patient),
        "state": box.state.value if box else CitizenState.ABSENT.value,
        "child": is_child(patient),
        "robot": robot_of(session, address).value,
    }


def _contacts(session: Session, patient: Patient) -> list[dict[str, Any]]:
    return [asdict(one) for one in contacts(session.db, patient.mailbox.lower())]


def _contact(session: Session, address: str) -> Mailbox:
    box = mailbox_of(session.people, address)
    if box is None:
        raise Refusal(404, f"aucune boîte n'a l'adresse « {address[:120]} »")
    return box


def _write(session: Session, patient: Patient, body: dict[str, str]) -> dict[str, Any]:
    citizen, contact = patient.mailbox.lower(), _contact(session, body.get("to", "")).address
    representative = _representative(patient, body.get("representative", ""))
    why = why_not(session, citizen, contact)
    if why:
        raise Refusal(FORBIDDEN, why)
    letter = Letter(
        sender=citizen,
        name=signature_of(patient, representative),
        to=contact,
        subject=body.get("subject", ""),
        text=body.get("text", ""),
        identity=session.ids.uuid(),
        date=session.clock.wire().replace(microsecond=0),
        answers=body.get("answers", ""),
    )
    octets = write_letter(letter)
    if len(octets) > SIZE_MES:
        raise Refusal(INVALID, f"message de {len(octets)} octets : Mon espace santé en admet {SIZE_MES}")
    news = [posted(session, citizen, contact, octets), kept(session, citizen, octets)]
    uidvalidity, uid = store_of(session).add(news)[0]
    return {"address": contact, "folder": "INBOX", "uid": uid, "uidvalidity": uidvalidity}


def _representative(patient: Patient, said: str) -> Representative | None:
    if not said:
        return None
    if not is_child(patient):
        raise Refusal(INVALID, "representative : cet usager n'est pas un enfant, il écrit lui-même")
    if (found := representative_of(patient, said)) is None:
        known = ", ".join(f"{one.name} ({one.id})" for one in representatives_of(patient))
        raise Refusal(
            INVALID, f"representative : « {said[:80]} » ne représente pas cet enfant ; attendu : {known or 'personne'}"
        )
    return found


def _write_first(session: Session, citizen: str, robot: Robot, address: str) -> None:
    if robot is not Robot.FIRST:
        raise Refusal(INVALID, "contact : seul le robot « first » écrit à un correspondant choisi")
    contact = _contact(session, address).address
    write_later(session, citizen, Arrival("", contact, False, "", "", "", "", ""), robot)
