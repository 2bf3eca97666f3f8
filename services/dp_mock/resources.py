"""What the control API publishes of a session: its dossiers, recalls (a tester publishes one), supply requests.

Source: design of the project (Control API).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from dp_mock import codes
from dp_mock.domain.feeding import check_box
from dp_mock.domain.history import name_of
from dp_mock.domain.values import Dispensation, Dossier, Recall, Refused
from dp_mock.wire.parts import Reader
from lgo_sandbox.contract import Refusal, Resource, ResourceRequest
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session

__all__ = ["RESOURCES"]


def _dossiers(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    from dp_mock import store

    _only(request, "GET")
    matricule = request.tail.strip("/")
    with store.exclusive(session) as transaction:
        if not matricule:
            return [_summary(one) for one in store.dossiers(transaction)]
        one = store.dossier(transaction, matricule, session.clock.age())
        given = store.dispensations(transaction, matricule)
        done = store.traces(transaction, matricule)
    identity = asdict(one.identity) if one.identity else None
    traces = [{**asdict(trace), "at": _shown(trace.at)} for trace in done]
    return {**_summary(one), "identite": identity, "dispensations": [_given(each) for each in given], "traces": traces}


def _summary(one: Dossier) -> dict[str, Any]:
    until = _shown(one.until) if one.until else None
    return {"matricule": one.matricule, "etat": one.state.value, "depuis": _shown(one.since), "fin_opposition": until}


def _given(one: Dispensation) -> dict[str, Any]:
    return {**asdict(one), "at": _shown(one.at), "kind": one.kind.value}


def _recalls(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    from dp_mock import store

    _only(request, "GET", "POST")
    if request.method == "POST":
        return _published(session, request.body)
    with store.exclusive(session) as transaction:
        return [_recall(one) for one in store.recalls(transaction, request.query.get("structure", ""))]


def _published(session: Session, body: Any) -> dict[str, Any]:
    from dp_mock import store

    if not isinstance(body, dict):
        raise Refusal(400, "un objet JSON est attendu : cip13, lots, titre, conduite, structure")
    try:
        one = _read_recall(session, body)
        with store.exclusive(session) as transaction:
            store.add_recall(transaction, one)
    except Refused as refused:
        raise Refusal(422, f"{refused.where} : {refused.received} ; attendu : {refused.expected}") from refused
    return _recall(one)


def _read_recall(session: Session, body: dict[str, Any]) -> Recall:
    reader = Reader(body, "", [])
    cip13, lots = reader.text("cip13", required=True), reader.texts("lots")
    for lot in lots or ("",):
        check_box(cip13, lot)
    structure = reader.text("structure")
    known = [one.id_nat for one in session.people.structures if one.sector in codes.PLACES]
    if structure and structure not in known:
        raise Refused("element-invalide", received=structure, expected="un Struct_IdNat d'officine", where="structure")
    unread = reader.text("titre"), reader.text("conduite")
    return Recall(
        f"RAPPEL-{session.ids.pick('23456789ABCDEFGHJKLMNPQRSTUVWXYZ', 8)}",
        session.clock.age(),
        cip13,
        name_of(cip13),
        lots,
        unread[0] or f"Rappel de {name_of(cip13)} (fictif)",
        unread[1] or "[Fictif] Cesser la délivrance et isoler les boîtes.",
        structure,
    )


def _recall(one: Recall) -> dict[str, Any]:
    read = _shown(one.acknowledged_at) if one.acknowledged_at else None
    return {**asdict(one), "at": _shown(one.at), "acknowledged_at": read}


def _supplies(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    from dp_mock import store

    _only(request, "GET")
    with store.exclusive(session) as transaction:
        return [{**asdict(one), "at": _shown(one.at)} for one in store.supplies(transaction)]


def _only(request: ResourceRequest, *methods: str) -> None:
    if request.method not in methods:
        raise Refusal(405, f"cette ressource s'appelle par {' ou '.join(methods)}")


def _shown(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


RESOURCES = (
    Resource("dossiers", "Dossiers pharmaceutiques de la session", _dossiers),
    Resource("rappels", "Rappels de lots ; POST en publie un", _recalls),
    Resource("depannages", "Demandes de dépannage d'urgence", _supplies),
)
