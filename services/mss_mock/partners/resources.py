"""What the control API offers of simulated correspondents: what each mailbox does with a mail, and what it did.

Source: design of the project (Control API, ``mss/partners``). For testers; no national contract.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lgo_sandbox.contract import Refusal, ResourceRequest
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from mss_mock.codes import BoxKind
from mss_mock.codes.partners import LABELS, PARTNER_TITLES, MdnVersion, PartnerRobot
from mss_mock.domain import Mailbox, mailbox_of
from mss_mock.partners.robots import plan_of
from mss_mock.partners.table import PartnerSetting, acts, put, settings

__all__ = ["handle_partners"]

INVALID = 422
MINUTES = 60 * 24 * 31
KNOWN = ("robot", "code", "version", "delay", "error_to")


def handle_partners(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """List what is set; POST on an address sets its robot, DELETE leaves it to the options again."""
    if not request.tail:
        if request.method != "GET":
            raise Refusal(405, "seul GET est possible sans adresse")
        return {
            "default": session.option("mss.partner_robot"),
            "robots": {one.value: PARTNER_TITLES[one] for one in PartnerRobot},
            "set": [_partner(session, address) for address in settings(session.db)],
        }
    address = _box(session, request.tail).address
    if request.method == "POST":
        put(session.db, address, _wanted(session, request.body))
    elif request.method == "DELETE":
        put(session.db, address, None)
    elif request.method != "GET":
        raise Refusal(405, "seuls GET, POST et DELETE sont possibles sur un correspondant")
    return {**_partner(session, address), "acts": [asdict(one) for one in acts(session.db, address)]}


def _box(session: Session, address: str) -> Mailbox:
    box = mailbox_of(session.people, address)
    if box is None or box.kind is BoxKind.CITIZEN:
        raise Refusal(404, f"aucun professionnel ni structure n'a l'adresse « {address[:120]} » (usagers : mss/robots)")
    return box


def _wanted(session: Session, body: Any) -> PartnerSetting:
    if not isinstance(body, dict) or "robot" not in body or set(body) - set(KNOWN):
        raise Refusal(INVALID, f"un objet JSON est attendu, avec robot, et au choix : {', '.join(KNOWN[1:])}")
    values = {name: str(body.get(name, "")) for name in KNOWN}
    for name, choices in (("robot", set(PartnerRobot)), ("code", set(LABELS)), ("version", set(MdnVersion))):
        if values[name] not in choices and (name == "robot" or values[name]):
            raise Refusal(INVALID, f"{name} : l'un de {', '.join(sorted(choices))} est attendu")
    delay = values["delay"]
    if delay and not (delay.isascii() and delay.isdigit() and int(delay[:6]) <= MINUTES):
        raise Refusal(INVALID, f"delay : des minutes d'heure d'âge, {MINUTES} au plus")
    error_to = _box(session, values["error_to"]).address if values["error_to"] else ""
    return PartnerSetting(**{**values, "error_to": error_to})


def _partner(session: Session, address: str) -> dict[str, Any]:
    plan = plan_of(session, address)
    return {
        "address": address,
        "robot": plan.robot.value,
        "code": plan.code,
        "version": plan.version.value,
        "delay": str(int(plan.delay.total_seconds()) // 60),
        "error_to": plan.error_to,
    }
