"""What the control API offers of operators and domains: how they take mail, what waits, who is on the white list.

Source: design of the project (Control API, ``mss/operators``, ``mss/domains``). For testers; no national contract.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lgo_sandbox.contract import Refusal, ResourceRequest
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from mss_mock.codes import OPERATOR_HOST, PATIENT_DOMAIN
from mss_mock.codes.operators import OPERATORS, Course, Operator
from mss_mock.operators.courses import Waiting, waiting_in
from mss_mock.operators.rules import domain_of, operator_of, operators_of
from mss_mock.operators.table import Setting, put, settings

__all__ = ["handle_domains", "handle_operators"]

INVALID = 422


def handle_operators(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """List operators; POST ``delivery`` on one sets how it takes mail, DELETE lets it be prompt again."""
    if not request.tail:
        _only_get(request)
        return [_operator(session, one) for one in OPERATORS.values()]
    operator = OPERATORS.get(request.tail.lower())
    if operator is None:
        raise Refusal(404, f"aucun opérateur « {request.tail[:40]} » ; connus : {', '.join(OPERATORS)}")
    if request.method != "GET" and operator.own:
        raise Refusal(INVALID, "cet opérateur est celui du bac à sable : ses pannes sont celles de smtp-message")
    _change(session, operator.id, request, ("delivery",))
    queued = [
        {**one.shown, "next": due.isoformat()} for one, due in waiting_in(session) if _is_for(session, operator, one)
    ]
    return {**_operator(session, operator), "queued": queued}


def handle_domains(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """List domains; POST on one takes it off the white list (``listed``) or sets ``delivery``; DELETE: as it was."""
    names = _names(session)
    if not request.tail:
        _only_get(request)
        return [_domain(session, name) for name in names]
    name = request.tail.lower()
    if name not in names:
        raise Refusal(404, f"aucun domaine « {request.tail[:80]} » dans la liste blanche du bac à sable")
    operator = operators_of(session.people)[name]
    if operator.own and isinstance(request.body, dict) and "delivery" in request.body:
        raise Refusal(
            INVALID, "delivery : ce domaine est à l'opérateur du bac à sable ; voyez les pannes de smtp-message"
        )
    _change(session, name, request, ("listed", "delivery"))
    return _domain(session, name)


def _names(session: Session) -> Sequence[str]:
    return sorted(name for name in operators_of(session.people) if name != OPERATOR_HOST)


def _only_get(request: ResourceRequest) -> None:
    if request.method != "GET":
        raise Refusal(405, "seul GET est possible sur la liste")


def _change(session: Session, name: str, request: ResourceRequest, known: Sequence[str]) -> None:
    if request.method == "DELETE":
        put(session.db, name, Setting())
    elif request.method == "POST":
        put(session.db, name, _wanted(settings(session.db).get(name, Setting()), request.body, known))
    elif request.method != "GET":
        raise Refusal(405, "seuls GET, POST et DELETE sont possibles ici")


def _wanted(before: Setting, body: Any, known: Sequence[str]) -> Setting:
    if not isinstance(body, dict) or not body or set(body) - set(known):
        raise Refusal(INVALID, f"un objet JSON est attendu, avec : {', '.join(known)}")
    if not isinstance(body.get("listed", True), bool):
        raise Refusal(INVALID, "listed : true ou false est attendu")
    if "delivery" in body and body["delivery"] not in set(Course):
        raise Refusal(INVALID, f"delivery : l'un de {', '.join(Course)} est attendu")
    after = replace(before, listed=body.get("listed", before.listed))
    return replace(after, delivery=Course(body["delivery"])) if "delivery" in body else after


def _operator(session: Session, operator: Operator) -> dict[str, Any]:
    set_of = settings(session.db).get(operator.id, Setting())
    boxes = [one.mailbox for one in session.people.professionals]
    boxes += [one.mailbox for one in session.people.structures]
    people = {PATIENT_DOMAIN, *map(domain_of, boxes)}
    mine = sorted(name for name, one in operators_of(session.people).items() if one is operator and name in people)
    return {
        "id": operator.id,
        "name": operator.name,
        "host": operator.host,
        "certificate": operator.certificate,
        "own": operator.own,
        "delivery": (set_of.delivery or Course.PROMPT).value,
        "domains": mine,
        "queue": sum(_is_for(session, operator, one) for one, _ in waiting_in(session)),
    }


def _is_for(session: Session, operator: Operator, waiting: Waiting) -> bool:
    return operator_of(session.people, waiting.target.address) is operator


def _domain(session: Session, name: str) -> dict[str, Any]:
    known, operator = settings(session.db), operators_of(session.people)[name]
    mine = known.get(name, Setting())
    course = mine.delivery or known.get(operator.id, Setting()).delivery or Course.PROMPT
    return {"domain": name, "operator": operator.id, "listed": mine.listed, "delivery": course.value}
