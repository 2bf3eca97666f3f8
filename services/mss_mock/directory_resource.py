"""What the control API offers of the directory: changing a professional of the sandbox in it, and taking that back.

Source: design of the project (Control API, ``mss/directory``). For testers of DELTA calls; no national contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lgo_sandbox.contract import Refusal, ResourceRequest
from lgo_sandbox.population.people import Professional
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from mss_mock.directory.changes import CHANGEABLE, change, changes_of, restore

__all__ = ["handle_directory"]

MAX_TEXT = 200
INVALID = 422


def handle_directory(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """List the changes; POST changes a professional (tail: PS_IdNat), DELETE takes his changes back."""
    if not request.tail:
        if request.method != "GET":
            raise Refusal(405, "seul GET est possible sans numéro de professionnel")
        return _list(session)
    professional = session.people.professional(request.tail)
    if professional is None:
        raise Refusal(404, f"aucun professionnel du bac à sable n'a le numéro « {request.tail[:40]} »")
    if request.method == "DELETE":
        if not restore(session.db, professional.national_id):
            raise Refusal(404, "l'annuaire n'a aucun changement de ce professionnel")
    elif request.method == "POST":
        change(session.db, professional.national_id, _values(session, request.body), session.clock.age())
    elif request.method != "GET":
        raise Refusal(405, "seuls GET, POST et DELETE sont possibles sur un professionnel")
    return next((one for one in _list(session) if one["national_id"] == professional.national_id), _same(professional))


def _list(session: Session) -> list[dict[str, Any]]:
    return [
        {"national_id": one.national_id, "at": one.at.isoformat(), "version": one.version, "values": dict(one.values)}
        for one in changes_of(session.db)
    ]


def _same(professional: Professional) -> dict[str, Any]:
    return {"national_id": professional.national_id, "values": {}}


def _values(session: Session, body: Any) -> Mapping[str, Any]:
    known = ("active", *CHANGEABLE)
    if not isinstance(body, dict) or not body or set(body) - set(known):
        raise Refusal(INVALID, f"un objet JSON est attendu, avec un ou plusieurs de : {', '.join(known)}")
    if not isinstance(body.get("active", True), bool):
        raise Refusal(INVALID, "active : true ou false est attendu")
    for name in CHANGEABLE:
        value = body.get(name, "x")
        if not isinstance(value, str) or len(value) > MAX_TEXT or (name != "mailbox" and not value):
            raise Refusal(INVALID, f"{name} : un texte de {MAX_TEXT} caractères au plus est attendu")
    if "structure" in body and body["structure"] not in {one.id for one in session.people.structures}:
        names = ", ".join(one.id for one in session.people.structures)
        raise Refusal(INVALID, f"structure : l'une de {names}")
    if body.get("mailbox") and body["mailbox"].count("@") != 1:
        raise Refusal(INVALID, "mailbox : une adresse est attendue, ou un texte vide")
    return body
