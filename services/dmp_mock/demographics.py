"""Answering a demographics query: what TD0.2 and TD1.3a share.

Source: docs/sources/dmp.md#hl7v3. The reason code of the message tells one from the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmp_mock import options
from dmp_mock.codes import patients as codes
from dmp_mock.codes.names import NS_HL7
from dmp_mock.codes.patients import DmpStatus
from dmp_mock.domain.errors import Refused
from dmp_mock.transaction import Actions, Described
from dmp_mock.wire.demographics import DEMOGRAPHICS, Demographics, read_demographics
from lgo_sandbox.population.people import Patient

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["ACTIONS", "ASKED", "DESCRIBED", "asked_of", "patient_of"]


ASKED = f"{{{NS_HL7}}}{DEMOGRAPHICS.asked}"
ACTIONS = Actions(
    request=f"{NS_HL7}:{DEMOGRAPHICS.asked}", response=f"{NS_HL7}:{DEMOGRAPHICS.answered}", also=frozenset()
)
DESCRIBED = Described(
    port="Patients",
    operation="PatientGetDemographics_PRPA_IN201307UV02",
    asked=ASKED,
    answered=f"{{{NS_HL7}}}{DEMOGRAPHICS.answered}",
    schemas=(),
)


def asked_of(request: Admitted, reason: str) -> Demographics:
    """Return what is asked. Raises Refused for another patient than the VIHF's, and for another reason."""
    asked = read_demographics(request.message.body, options.latest(request.call.session))
    _check_patient(asked, request)
    _check_reason(asked, reason)
    return asked


def patient_of(request: Admitted) -> Patient | None:
    """Return the patient, None when he has no DMP."""
    if request.state.status is DmpStatus.ABSENT:
        return None
    return request.call.session.people.patient(request.ins.number)


def _check_patient(asked: Demographics, request: Admitted) -> None:
    ins = request.ins
    if asked.patient != ins:
        raise Refused(
            "patient",
            received=f"{asked.patient.number} ({asked.patient.root})",
            expected=f"{ins.number} ({ins.root}), le patient du VIHF",
            where=f"{DEMOGRAPHICS.asked}, patientIdentifier/value",
        )


def _check_reason(asked: Demographics, reason: str) -> None:
    if (asked.reason, asked.reason_system) != (reason, codes.REASON_SYSTEM):
        received = f"{asked.reason} ({asked.reason_system})"
        raise Refused(
            "request",
            f"reasonCode {received}",
            received=received,
            expected=f"{reason} ({codes.REASON_SYSTEM})",
            where=f"{DEMOGRAPHICS.asked}, controlActProcess/reasonCode",
            remedy=f"Mettez code={reason} et codeSystem={codes.REASON_SYSTEM} dans reasonCode.",
        )
