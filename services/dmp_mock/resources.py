"""What the control API publishes of the DMP: patients with the state of their DMP, and documents.

Source: design of the project (Control API). Answers are the project's own JSON; nothing of it is the real DMP's.
"""

from __future__ import annotations

from typing import Any

from sqlmodel import Session as Transaction
from sqlmodel import select

from dmp_mock import registry_store, store
from dmp_mock.authorisations import moment, put_authorisation
from dmp_mock.codes.patients import Authorisation, DmpStatus
from dmp_mock.codes.xds import Status
from dmp_mock.domain.rights import shown_to_patient, shown_to_representative
from dmp_mock.domain.values import Entry
from lgo_sandbox.contract import Refusal, Resource, ResourceRequest
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.http import RawResponse

__all__ = ["RESOURCES"]

_FLAGS = ("feed_opposed", "breaking_opposed", "emergency_opposed")
_CHANGES = frozenset({"status", "mt", "authorisations", *_FLAGS})
_CONTENT = "/content"
_SUMMARY = ("unique_id", "entry_uuid", "lid", "version", "matricule", "status", "is_signature")


def patients(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """GET all or one; PUT or PATCH one, to set its state. Raises Refusal."""
    matricule = request.tail.strip("/")
    if matricule and session.people.patient(matricule) is None:
        raise Refusal(404, "patient inconnu du bac à sable")
    if request.method in ("PUT", "PATCH") and matricule:
        _change(session, matricule, request.body)
    elif request.method != "GET":
        raise Refusal(405, "GET, ou PUT sur dmp/patients/{matricule}")
    entries = registry_store.entries_of(session.db, matricule) if matricule else []
    with session.db.transaction() as db:
        if matricule:
            known = _patient(db, matricule)
            return {**known, "documents": list(map(_shown, entries))} if "mt" in known else known
        return [_patient(db, p.matricule) for p in session.people.patients if p.matricule]


def _shown(entry: Entry) -> dict[str, Any]:
    """Return an entry, and to whom of the patient's side it is shown: not one that is replaced or deleted."""
    there = entry.status in (Status.APPROVED, Status.ARCHIVED)
    eyes = {"patient": shown_to_patient(entry), "representants": shown_to_representative(entry)}
    return {**entry.to_json(), "visible": {who: there and sees for who, sees in eyes.items()}}


def _patient(db: Transaction, matricule: str) -> dict[str, Any]:
    row = db.get(store.PatientRow, matricule)
    state = {"matricule": matricule, "status": row.status if row else DmpStatus.ABSENT.value}
    if row is None:
        return state
    holders = db.exec(select(store.AuthorisationRow).where(store.AuthorisationRow.matricule == matricule))
    flags = {name: getattr(row, name) for name in _FLAGS}
    return {**state, "mt": row.mt, **flags, "authorisations": {holder.holder: holder.value for holder in holders}}


def _change(session: Session, matricule: str, body: Any) -> None:
    if not isinstance(body, dict) or not body or set(body) - _CHANGES:
        raise Refusal(422, f"attendu un objet JSON parmi : {', '.join(sorted(_CHANGES))}")
    with session.db.transaction() as db:
        _set_state(db, matricule, body)
        for holder, value in _members(body.get("authorisations", {})).items():
            put_authorisation(db, matricule, str(holder), _one_of(Authorisation, value), moment(session.clock.age()))


def _members(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refusal(422, "authorisations : un objet {identifiant: valeur}")
    return value


def _set_state(db: Transaction, matricule: str, body: dict[str, Any]) -> None:
    row = db.get(store.PatientRow, matricule) or store.PatientRow(matricule=matricule, status=DmpStatus.ACTIVE.value)
    status = _one_of(DmpStatus, body.get("status", row.status))
    if status is DmpStatus.ABSENT:
        db.delete(row) if row in db else None
        return
    row.status, row.mt = status.value, str(body.get("mt", row.mt))
    for name in _FLAGS:
        if not isinstance(value := body.get(name, getattr(row, name)), bool):
            raise Refusal(422, f"{name} : true ou false")
        setattr(row, name, value)
    db.add(row)


def _one_of(kind: Any, value: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise Refusal(422, f"« {str(value)[:60]} » n'est pas parmi : {', '.join(kind)}") from None


def documents(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    """GET the metadata of all documents, of one, or ``{uniqueId}/content``: its octets. Raises Refusal."""
    if request.method != "GET":
        raise Refusal(405, "GET seulement")
    tail = request.tail.strip("/")
    if not tail:
        return [dict(zip(_SUMMARY, row, strict=True)) for row in registry_store.summaries(session.db)]
    unique_id = tail.removesuffix(_CONTENT)
    found = registry_store.entry_of(session.db, unique_id)
    content = registry_store.content_of(session.db, unique_id) if found else None
    if found is None or content is None:
        raise Refusal(404, "document inconnu")
    if tail.endswith(_CONTENT):
        return RawResponse(200, content, found[1].mime_type)
    return {"matricule": found[0], **found[1].to_json()}


RESOURCES = (
    Resource("patients", "DMP des patients : état, autorisations, documents", patients),
    Resource("documents", "Documents des DMP", documents),
)
