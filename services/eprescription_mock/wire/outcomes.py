"""Every refusal as an OperationOutcome: those of the service, and those of the sandbox itself.

Source: HL7 FHIR R4 operationoutcome.html; the detail codes are ours (docs/sources/eprescription.md#erreurs). Knows no
rule.
"""

from __future__ import annotations

from eprescription_mock import codes
from eprescription_mock.codes.errors import ERROR_OF_STATUS, ERRORS
from eprescription_mock.domain.values import Refused
from eprescription_mock.wire.rendering import answer
from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.wire.fhir import Resource, operation_outcome
from lgo_sandbox.wire.http import RawResponse

__all__ = ["problem", "refusal"]

FURTHER_HEADERS = {
    401: (("WWW-Authenticate", "Bearer"),),
    429: (("Retry-After", "5"),),
    503: (("Retry-After", "5"),),
}


ROUTED = frozenset({404, 405})
"""What the router refuses: its words are English and say nothing more."""


def refusal(refused: Refused) -> RawResponse:
    """Return a refusal of the service."""
    status = refused.error.status
    outcome = _outcome(refused.code, refused.detail, refused.expression)
    return answer(outcome, status, FURTHER_HEADERS.get(status, ()))


def problem(met: Problem) -> RawResponse:
    """Return a refusal of the sandbox (size, session, fault, unknown address, defect) in the service's dialect."""
    code = ERROR_OF_STATUS.get(met.status, "indisponible")
    if met.kind is ProblemKind.CERTIFICATE:
        code = "certificat-refuse"
    further = FURTHER_HEADERS.get(met.status, ())
    return answer(
        _outcome(code, "" if met.status in ROUTED else met.message), met.status, (*met.headers.items(), *further)
    )


def _outcome(code: str, detail: str = "", expression: str = "") -> Resource:
    error = ERRORS[code]
    text = f"{error.text} ({detail})" if detail else error.text
    outcome = operation_outcome(
        "error", error.issue, details_text=text, diagnostics="simulation", expression=[expression] if expression else ()
    )
    coding = {"system": codes.SYSTEM_ERRORS, "code": code, "display": error.text}
    outcome["issue"][0]["details"] = {"coding": [coding], "text": text}
    return outcome
