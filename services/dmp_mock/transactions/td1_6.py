"""TD1.6, who may read a DMP: the professionals that are authorised or blocked, with their dates.

Source: docs/sources/dmp.md#liste-autorisations (messages, modes; high). The patient is the one of the VIHF. Without a
mode all are listed, which is remarked: the schema lets it be absent, the guide's example gives it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lxml import etree

from dmp_mock.authorisations import Held, held_on
from dmp_mock.checks.remarks import tolerated
from dmp_mock.codes.habilitations import (
    DMP_OK,
    DOCTOR_IN_CHARGE,
    MODES,
    NS_HABILITATIONS,
    PERSON_ID_SYSTEM,
    STRUCTURE_ID_SYSTEM,
    ListMode,
)
from dmp_mock.domain.errors import Refused, XdsError, as_fault
from dmp_mock.domain.patients import check_not_blocked, check_open
from dmp_mock.facts import AuthorisationsListed, Remark
from dmp_mock.store import doctor_in_charge
from dmp_mock.transaction import Actions, Body, Described, PageRow, Shown, Transaction
from dmp_mock.wire.messages import Answer
from dmp_mock.wire.webservice import Fields, append, output_of, read_fields
from lgo_sandbox.population.people import Population
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity
from lgo_sandbox.watch.facts import Noted
from lgo_sandbox.watch.wording import counted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["TRANSACTION"]

NAME = "td1.6"
_ASKED, _ANSWERED = "listAuthorizationByPatient", "listAuthorizationByPatientResponse"
_ACTION = f"{NS_HABILITATIONS}:HabilitationsEndPoint:{_ASKED}"
_SOAP_ACTION = f"urn:hl7-org:v3:{_ASKED}"


def serve(request: Admitted) -> Answer:
    """List the professionals of a DMP. Raises Refused and XdsFailure."""
    mode, remarks = _mode(read_fields(request.message.body, ("mode",)))
    check_open(request.state)
    check_not_blocked(request.state)
    session = request.call.session
    with session.db.transaction() as db:
        lines = [line for line in held_on(db, request.ins.number) if _is_wanted(line, mode)]
        treating = doctor_in_charge(db, request.ins.number)
    listed = tuple(line.holder for line in lines)
    request.call.note(
        AuthorisationsListed(matricule=request.ins.number, mode=mode, listed=listed, remarks=remarks),
    )
    request.call.summarise(f"TD1.6 : {counted(len(lines), 'professionnel')} ({mode})")
    return Answer(_written(lines, treating, session.people))


def _mode(fields: Fields) -> tuple[ListMode, tuple[Remark, ...]]:
    given, expected = fields["mode"], " ou ".join(ListMode)
    if not given:
        absent = Remark(where=f"{_ASKED}/mode", received="absent, lu comme TOUTE", expected=expected)
        return ListMode.ALL, (*fields.remarks, absent)
    if given not in {*ListMode}:
        raise Refused("request", f"mode {given}", received=given, expected=expected, where=f"{_ASKED}/mode")
    return ListMode(given), fields.remarks


def _is_wanted(line: Held, mode: ListMode) -> bool:
    kind = MODES.get(line.value)
    return kind is not None and mode in (kind, ListMode.ALL)


def _written(lines: Sequence[Held], treating: str, people: Population) -> etree._Element:
    root, output = output_of(NS_HABILITATIONS, _ANSWERED)
    for line in lines:
        _line(append(output, "listOfAuthorizationByPatient"), line, treating, people)
    append(output, "status", DMP_OK)
    append(output, "context")
    return root


def _line(element: etree._Element, line: Held, treating: str, people: Population) -> None:
    append(element, "nationalId", line.holder)
    professional, structure = people.professional(line.holder), people.structure_numbered(line.holder)
    append(element, "nationalIdType", STRUCTURE_ID_SYSTEM if structure else PERSON_ID_SYSTEM)
    if professional:
        append(element, "firstName", professional.given_name)
        append(element, "lastName", professional.family_name)
    elif structure:
        append(element, "lastName", structure.name)
    if professional and professional.specialty:
        append(element, "codeSpeciality", professional.specialty)
        append(element, "libSpeciality", professional.label)
    append(element, "startOfAuthorization", line.started)
    append(element, "lastActionDate", line.acted)
    append(element, "mode", MODES[line.value])
    if line.holder == treating:
        append(element, "specificRight", DOCTOR_IN_CHARGE)


def fail(_request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """Say that there is no DMP: this service has no list of XDS errors. Raises Refused."""
    raise as_fault(errors)


def decode(noted: Noted) -> Shown:
    """Show which list was wanted, and how long it is."""
    listed = noted.get(AuthorisationsListed)
    if listed is None:
        return Shown(asked=(), answered=())
    names = ", ".join(listed.listed) or "personne"
    return Shown(asked=(("Liste", listed.mode),), answered=(("Professionnels", names),))


def form(seen: Observed[AuthorisationsListed]) -> Outcome:
    """The request is written as the schema and the guide write it."""
    return tolerated(seen.facts.remarks)


TRANSACTION = Transaction(
    name=NAME,
    title="Liste des professionnels autorisés",
    path="habilitations",
    body=Body(qname=f"{{{NS_HABILITATIONS}}}{_ASKED}", is_meant=lambda _body: True),
    actions=Actions(request=_ACTION, response=f"{_ACTION}Response", also=frozenset({_SOAP_ACTION})),
    right="TD1.6",
    one_patient=True,
    serve=serve,
    fail=fail,
    describe=Described(
        port="Habilitations",
        operation=_ASKED,
        asked=f"{{{NS_HABILITATIONS}}}{_ASKED}",
        answered=f"{{{NS_HABILITATIONS}}}{_ANSWERED}",
        schemas=(),
        soap_action=_SOAP_ACTION,
    ),
    decode=decode,
    page=PageRow(wire="listAuthorizationByPatient", serves="who is authorised (ACTIVE), blocked (INTERDITE), all"),
    checks=(
        Check(
            id="DMP-AUTHORISED-FORM",
            title="Liste des professionnels demandée autrement que dans le guide, et tolérée",
            reads=AuthorisationsListed,
            test=form,
            source="docs/sources/dmp.md#liste-autorisations",
            remedy="Écrivez mode (ACTIVE, INTERDITE ou TOUTE) dans l'espace de noms urn:si-dmp-habilitations.",
            confidence="M",
            severity=Severity.INFO,
            operations=frozenset({NAME}),
        ),
    ),
)
