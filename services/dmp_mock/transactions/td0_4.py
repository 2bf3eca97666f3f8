"""TD0.4, the list of the DMPs that a professional may read: those authorised, or fed, since a date.

Source: docs/sources/dmp.md#liste-autorisations (messages, high; which date is which, read off an example, medium). A
VIHF may name a patient, which decides nothing. Administrative persons list the DMPs of professionals of their
structure, software without a person lists new authorisations only (matrix, notes 2 and 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree
from sqlmodel import Session as Database

from dmp_mock import registry_store, store
from dmp_mock.authorisations import Held, held_by
from dmp_mock.checks.remarks import tolerated
from dmp_mock.codes.habilitations import DMP_OK, NS_PATIENTS, DateKind
from dmp_mock.codes.patients import Authorisation, DmpStatus
from dmp_mock.codes.rights import Condition
from dmp_mock.domain.errors import Refused, XdsError, as_fault
from dmp_mock.domain.hl7 import Cx, dtm_floor
from dmp_mock.domain.rights import demand
from dmp_mock.facts import DmpsListed, Remark
from dmp_mock.transaction import Actions, Body, Described, PageRow, Shown, Transaction
from dmp_mock.wire.hl7v3 import patient_ids
from dmp_mock.wire.messages import Answer
from dmp_mock.wire.webservice import Fields, append, output_of, read_fields
from lgo_sandbox.population.people import Patient
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity
from lgo_sandbox.watch.facts import Noted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["TRANSACTION"]

NAME = "td0.4"
_ASKED, _ANSWERED = "patientList", "patientListResponse"
_ACTION = f"{NS_PATIENTS}:PatientSpecificEndPoint:{_ASKED}"
_DATE_LENGTH = 14


@dataclass(frozen=True, slots=True)
class Asked:
    """Since when, by which date, of whom; what was tolerated."""

    since: str
    kind: DateKind
    owner: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A DMP of the list."""

    patient: Patient
    is_mt: bool
    held: Held
    updated: str


def serve(request: Admitted) -> Answer:
    """List the DMPs of the caller, or of the professional he may ask for. Raises Refused."""
    asked = _read(read_fields(request.message.body, ("startDate", "dateType", "psOwnerId")))
    owner = _owner(request, asked)
    session = request.call.session
    with session.db.transaction() as db:
        held = list(_authorised(db, owner, request.caller.structure))
        updated = registry_store.last_fed(session.db, [one.matricule for one in held])
        states = {one.matricule: store.state_of(db, one.matricule, owner) for one in held}
    listed = []
    for one in held:
        patient, state = session.people.patient(one.matricule), states[one.matricule]
        if patient is not None and state.status is DmpStatus.ACTIVE:
            listed.append(Listed(patient, state.caller_is_mt, one, updated.get(one.matricule, "")))
    found = [one for one in listed if _is_recent(one, asked)]
    numbers = tuple(one.patient.matricule for one in found)
    request.call.note(DmpsListed(holder=owner, since=asked.since, listed=numbers, remarks=asked.remarks))
    request.call.summarise(f"TD0.4 : {len(found)} DMP")
    return Answer(_written(found))


def _read(fields: Fields) -> Asked:
    since, kind = fields["startDate"], fields["dateType"]
    if since and not (since.isdecimal() and len(since) <= _DATE_LENGTH and len(since) % 2 == 0):
        raise Refused(
            "request",
            f"startDate {since}",
            received=since,
            expected="AAAAMMJJhhmmss",
            where=f"{_ASKED}/startDate",
        )
    if kind and kind not in {*DateKind}:
        raise Refused(
            "request", f"dateType {kind}", received=kind, expected=" ou ".join(DateKind), where=f"{_ASKED}/dateType"
        )
    return Asked(dtm_floor(since), DateKind(kind or DateKind.AUTHORISATION), fields["psOwnerId"], _remarks(fields))


def _remarks(fields: Fields) -> tuple[Remark, ...]:
    found = list(fields.remarks)
    since = fields["startDate"]
    if len(since) != _DATE_LENGTH:
        received = since or "absente, tous les DMP sont rendus"
        found.append(Remark(where=f"{_ASKED}/startDate", received=received, expected="AAAAMMJJhhmmss"))
    if not fields["dateType"]:
        received = f"absent, lu comme {DateKind.AUTHORISATION}"
        found.append(Remark(where=f"{_ASKED}/dateType", received=received, expected=" ou ".join(DateKind)))
    return tuple(found)


def _owner(request: Admitted, asked: Asked) -> str:
    """Return whose DMPs are listed. Raises Refused for those of somebody else, and for what the matrix conditions."""
    caller, condition = request.caller, demand("TD0.4", request.caller, is_mt=request.state.caller_is_mt).condition
    if condition is Condition.BY_DATE and (asked.since == dtm_floor("") or asked.kind is DateKind.DOCUMENT):
        received = f"{asked.kind} depuis {asked.since}"
        raise _denied("nouvelles autorisations seulement", received, "LASTAUTORIZATION et startDate", "dateType")
    if not asked.owner or asked.owner == caller.holder:
        return caller.holder
    owner = request.call.session.people.professional(asked.owner)
    own = request.call.session.people.structure_numbered(caller.structure)
    if condition is not Condition.SAME_STRUCTURE or owner is None or own is None or owner.structure != own.id:
        expected = "le vôtre, ou, avec une CPE, celui d'un professionnel de la structure"
        raise _denied("DMP d'un autre professionnel", asked.owner, expected, "psOwnerId")
    return asked.owner


def _denied(reason: str, received: str, expected: str, where: str) -> Refused:
    return Refused("rights", reason, received=received, expected=expected, where=f"{_ASKED}/{where}")


def _authorised(db: Database, owner: str, structure: str) -> Iterator[Held]:
    """Yield what is authorised to a professional, then to his structure where he himself has no line."""
    own = held_by(db, owner)
    known = {one.matricule for one in own}
    shared = [] if structure == owner else [one for one in held_by(db, structure) if one.matricule not in known]
    yield from (one for one in [*own, *shared] if one.value is Authorisation.VALID)


def _is_recent(one: Listed, asked: Asked) -> bool:
    date = one.updated if asked.kind is DateKind.DOCUMENT else one.held.started
    return bool(date) and date >= asked.since


def _written(found: Iterable[Listed]) -> etree._Element:
    root, output = output_of(NS_PATIENTS, _ANSWERED)
    for one in found:
        _dmp(append(output, "patientlistData"), one)
    append(output, "status", DMP_OK)
    return root


def _dmp(element: etree._Element, one: Listed) -> None:
    patient = one.patient
    for root, number in patient_ids(Cx(patient.matricule, patient.oid)):
        identifier = append(element, "patientIdentifier")
        append(identifier, "nationalId", number)
        append(identifier, "nationalIdType", root)
    told = {
        "lastName": patient.used_name or patient.birth_name,
        "firstName": patient.used_first_name or patient.first_names[0],
        "dateOfBirth": patient.birth_date.replace("-", ""),
        "MT": "true" if one.is_mt else "false",
        "message": "false",
        "lastAccessDate": one.held.acted,
        "lastUpdateDate": one.updated,
        "lastAddDate": one.held.started,
    }
    for name, text in told.items():
        if text:
            append(element, name, text)


def fail(_request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """Say that it failed: this service has no list of XDS errors. Raises Refused."""
    raise as_fault(errors)


def decode(noted: Noted) -> Shown:
    """Show whose list was wanted, and how long it is."""
    listed = noted.get(DmpsListed)
    if listed is None:
        return Shown(asked=(), answered=())
    asked = f"{listed.holder} depuis {listed.since}"
    return Shown(asked=(("DMP de", asked),), answered=(("DMP", str(len(listed.listed))),))


def form(seen: Observed[DmpsListed]) -> Outcome:
    """The request is written as the schema and the guide write it."""
    return tolerated(seen.facts.remarks)


TRANSACTION = Transaction(
    name=NAME,
    title="Liste des DMP autorisés",
    path="patientsSpecific",
    body=Body(qname=f"{{{NS_PATIENTS}}}{_ASKED}", is_meant=lambda _body: True),
    actions=Actions(request=_ACTION, response=f"{_ACTION}Response", also=frozenset({""})),
    right="TD0.4",
    one_patient=False,
    serve=serve,
    fail=fail,
    describe=Described(
        port="PatientsSpecific",
        operation=_ASKED,
        asked=f"{{{NS_PATIENTS}}}{_ASKED}",
        answered=f"{{{NS_PATIENTS}}}{_ANSWERED}",
        schemas=(),
        soap_action="",
    ),
    decode=decode,
    page=PageRow(wire="patientList", serves="DMPs authorised (LASTAUTORIZATION) or fed (LASTDOC) since a date"),
    checks=(
        Check(
            id="DMP-LIST-FORM",
            title="Liste des DMP demandée autrement que dans le guide, et tolérée",
            reads=DmpsListed,
            test=form,
            source="docs/sources/dmp.md#liste-autorisations",
            remedy="Écrivez startDate (AAAAMMJJhhmmss) et dateType dans l'espace de noms urn:si-dmp-patients.",
            confidence="M",
            severity=Severity.INFO,
            operations=frozenset({NAME}),
        ),
    ),
)
