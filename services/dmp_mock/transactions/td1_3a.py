"""TD1.3a, the administrative data of a DMP: identity, address, oppositions to access in an emergency.

Source: docs/sources/dmp.md#donnees-administratives (elements, observations; high). Its message is that of TD0.2, told
apart by its reason. The person's own traits must not be shown by the software (RG_0320). The legal representatives of
minors are those who open their record in Mon espace santé (``population.representatives``), at the child's address.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lxml import etree

from dmp_mock.checks.remarks import tolerated
from dmp_mock.codes import patients as codes
from dmp_mock.codes.citizens import PARENTS, RELATIONSHIPS
from dmp_mock.demographics import ACTIONS, ASKED, DESCRIBED, asked_of, patient_of
from dmp_mock.domain.errors import XdsError, as_fault
from dmp_mock.domain.patients import DmpState, check_not_blocked
from dmp_mock.facts import DemographicsRead
from dmp_mock.registering import is_minor
from dmp_mock.transaction import Body, PageRow, Shown, Transaction
from dmp_mock.wire.demographics import Found, write_demographics
from dmp_mock.wire.hl7v3 import add
from dmp_mock.wire.messages import Answer, hl7_reason
from lgo_sandbox.population.people import Patient
from lgo_sandbox.population.representatives import Representative, representatives_of
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity
from lgo_sandbox.watch.facts import Noted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["TRANSACTION"]

NAME = "td1.3a"
REASON = "CNSLT_DATA"


def serve(request: Admitted) -> Answer:
    """Answer what the DMP knows of the person. Raises Refused."""
    call, asked, patient = request.call, asked_of(request, REASON), patient_of(request)
    check_not_blocked(request.state)
    found = None if patient is None else _found(request, patient)
    call.note(
        DemographicsRead(matricule=request.ins.number, found=patient is not None, oddities=asked.message.oddities)
    )
    call.summarise(f"TD1.3a : {'données administratives' if found else 'pas de DMP'}")
    return Answer(write_demographics(asked, found, call.session.clock.wire(), call.session.ids.uuid))


def _found(request: Admitted, patient: Patient) -> Found:
    minor = is_minor(request.call.session, patient.matricule)
    parents = representatives_of(patient) if minor else ()

    def more(person: etree._Element) -> None:
        write_person(person, patient, parents)

    return Found(patient, request.ins, request.state.status, _observations(request.state), more)


def _observations(state: DmpState) -> dict[str, bool]:
    return {codes.BREAKING_OPPOSED: state.breaking_opposed, codes.EMERGENCY_OPPOSED: state.emergency_opposed}


def write_person(person: etree._Element, patient: Patient, parents: Sequence[Representative] = ()) -> None:
    """Append what the existence test does not tell of a person; ``parents`` are his legal representatives."""
    add(person, "deceasedInd", value="false")
    _address(person, patient)
    for one in parents:
        code, label = PARENTS[one.sex]
        relationship = add(person, "personalRelationship", classCode="PRS")
        add(relationship, "code", code=code, codeSystem=RELATIONSHIPS, displayName=label)
        _address(relationship, patient)
        if patient.phone:
            add(relationship, "telecom", value=f"tel:{patient.phone}", use="MC")
        holder = add(relationship, "relationshipHolder1", classCode="PSN", determinerCode="INSTANCE")
        name, (given, _, family) = add(holder, "name"), one.name.partition(" ")
        add(name, "given", given)
        add(name, "family", family)
    add(add(person, "birthPlace", classCode="BIRTHPL"), "addr")


def _address(parent: etree._Element, patient: Patient) -> None:
    told = {"streetAddressLine": patient.address, "postalCode": patient.postal_code, "city": patient.city}
    if patient.address or patient.city:
        address = add(parent, "addr")
        for name, text in told.items():
            if text:
                add(address, name, text)


def fail(_request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """HL7v3 answers have no RegistryErrorList: an XDS error is a fault. Raises Refused."""
    raise as_fault(errors)


def decode(noted: Noted) -> Shown:
    """Show whether there was something to tell."""
    read = noted.get(DemographicsRead)
    return Shown(asked=(), answered=(("Données", "rendues" if read.found else "pas de DMP"),) if read else ())


def form(seen: Observed[DemographicsRead]) -> Outcome:
    """The HL7v3 message names its interaction, its receiver and its sender as the guide does."""
    return tolerated(seen.facts.oddities)


TRANSACTION = Transaction(
    name=NAME,
    title="Données administratives du DMP",
    path="patients",
    body=Body(qname=ASKED, is_meant=lambda body: hl7_reason(body) == REASON),
    actions=ACTIONS,
    right="TD1.3a",
    one_patient=True,
    serve=serve,
    fail=fail,
    describe=DESCRIBED,
    decode=decode,
    page=PageRow(
        wire="PRPA_IN201307UV02 → 201308",
        serves="identity, address, legal representatives of minors, oppositions in an emergency",
    ),
    checks=(
        Check(
            id="DMP-DEMOGRAPHICS",
            title="Message HL7v3 de TD1.3a hors du guide, et toléré",
            reads=DemographicsRead,
            test=form,
            requirements=("LGO.DMP.01",),
            source="docs/sources/dmp.md#donnees-administratives",
            remedy="Reprenez interactionId, receiver et sender de l'exemple du guide.",
            confidence="M",
            severity=Severity.WARNING,
            operations=frozenset({NAME}),
        ),
    ),
)
