"""TD0.5, the search of a patient without an INS, for those who regulate emergencies.

Source: docs/sources/dmp.md#recherche-sans-ins (messages, high; how names are compared, low). Whom the VIHF names
decides nothing. Only open DMPs are found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from dmp_mock import options, store
from dmp_mock.checks.remarks import tolerated
from dmp_mock.codes.names import NS_HL7
from dmp_mock.codes.patients import DmpStatus
from dmp_mock.domain.errors import Refused, XdsError, as_fault
from dmp_mock.domain.hl7 import Cx, is_dtm
from dmp_mock.domain.searching import fits
from dmp_mock.facts import PatientsSought, Remark
from dmp_mock.transaction import Actions, Body, Described, PageRow, Shown, Transaction
from dmp_mock.wire.candidates import CANDIDATES, Candidate, Sought, read_sought, write_candidates
from dmp_mock.wire.messages import Answer
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity
from lgo_sandbox.watch.facts import Noted
from lgo_sandbox.watch.wording import counted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["MAX_CANDIDATES", "TRANSACTION"]

NAME = "td0.5"
MAX_CANDIDATES = 50
"""Ours: the limit of the real service is not public."""
_SEXES = ("F", "M", "U")
_LIST = f"{CANDIDATES.asked}, parameterList"


def serve(request: Admitted) -> Answer:
    """Answer the patients that fit, at most fifty of them. Raises Refused."""
    call, sought = request.call, read_sought(request.message.body, options.latest(request.call.session))
    oddities = (*sought.message.oddities, *_unknown(sought), *_sex(sought))
    asked = PatientsSought(family=sought.criteria["family"], found=None, oddities=oddities)
    call.note(asked)
    _check(sought)
    found = list(_candidates(request, sought))
    call.note(PatientsSought(family=asked.family, found=len(found), oddities=oddities))
    call.summarise(f"TD0.5 : {counted(len(found), 'patient')}")
    given = found[:MAX_CANDIDATES]
    return Answer(write_candidates(sought, given, len(found), call.session.clock.wire(), call.session.ids.uuid))


def _unknown(sought: Sought) -> Iterator[Remark]:
    for name in sought.unknown[:10]:
        where = f"{_LIST}/{name}"
        yield Remark(where=where, received=f"{name}, passé outre", expected="nom, naissance, sexe ou adresse")


def _sex(sought: Sought) -> Iterator[Remark]:
    told = sought.criteria.get("sex", "")
    if told and told not in _SEXES:
        where = f"{_LIST}/livingSubjectAdministrativeGender/value"
        yield Remark(where=where, received=f"{told[:100]}, que personne n'a", expected=" ou ".join(_SEXES))


def _check(sought: Sought) -> None:
    criteria = sought.criteria
    if not criteria["family"]:
        raise Refused(
            "request",
            "livingSubjectName absent",
            received="aucun nom de famille",
            expected="un nom de famille",
            where=f"{_LIST}/livingSubjectName/value/family",
            remedy="Ajoutez livingSubjectName, avec family dans value.",
        )
    if criteria["birth"] and not is_dtm(criteria["birth"]):
        raise Refused(
            "request",
            f"date de naissance {criteria['birth']}",
            received=criteria["birth"],
            expected="AAAAMMJJ",
            where=f"{_LIST}/livingSubjectBirthTime/value",
        )


def _candidates(request: Admitted, sought: Sought) -> Iterator[Candidate]:
    session = request.call.session
    fitting = (p for p in session.people.patients if p.matricule and fits(p, sought.criteria))
    for patient in islice(fitting, 10 * MAX_CANDIDATES):
        state = store.state_of(session.db, patient.matricule, request.caller.holder)
        if state.status is DmpStatus.ACTIVE:
            yield Candidate(patient, Cx(patient.matricule, patient.oid), state.emergency_opposed)


def fail(_request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """HL7v3 answers have no RegistryErrorList: an XDS error is a fault. Raises Refused."""
    raise as_fault(errors)


def decode(noted: Noted) -> Shown:
    """Show who was sought, and how many were found."""
    sought = noted.get(PatientsSought)
    if sought is None:
        return Shown(asked=(), answered=())
    found = (("Patients trouvés", str(sought.found)),) if sought.found is not None else ()
    return Shown(asked=(("Nom cherché", sought.family),), answered=found)


def form(seen: Observed[PatientsSought]) -> Outcome:
    """The HL7v3 message is written as the guide writes it, with criteria that are known."""
    return tolerated(seen.facts.oddities)


TRANSACTION = Transaction(
    name=NAME,
    title="Recherche d'un patient sans INS",
    path="patientsPDQ",
    body=Body(qname=f"{{{NS_HL7}}}{CANDIDATES.asked}", is_meant=lambda _body: True),
    actions=Actions(
        request=f"{NS_HL7}:{CANDIDATES.asked}", response=f"{NS_HL7}:{CANDIDATES.answered}", also=frozenset()
    ),
    right="TD0.5",
    one_patient=False,
    serve=serve,
    fail=fail,
    describe=Described(
        port="PatientsPDQ",
        operation="findCandidatesQuery",
        asked=f"{{{NS_HL7}}}{CANDIDATES.asked}",
        answered=f"{{{NS_HL7}}}{CANDIDATES.answered}",
        schemas=(),
    ),
    decode=decode,
    page=PageRow(wire="PRPA_IN201305UV02 → 201306", serves="by name, birth, sex, address; access mode centre_15 alone"),
    checks=(
        Check(
            id="DMP-SEARCH-FORM",
            title="Message HL7v3 de TD0.5 hors du guide, et toléré",
            reads=PatientsSought,
            test=form,
            source="docs/sources/dmp.md#recherche-sans-ins",
            remedy="Reprenez interactionId, receiver, sender et les paramètres de l'exemple du guide.",
            confidence="M",
            severity=Severity.WARNING,
            operations=frozenset({NAME}),
        ),
    ),
)
