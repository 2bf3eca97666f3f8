"""Every refusal as a problem document: those of the service, and those of the sandbox itself.

Source: RFC 9457; the types are ours (docs/sources/dp.md#erreurs). Knows no rule.
"""

from __future__ import annotations

from dp_mock import codes
from dp_mock.codes.errors import ERROR_OF_STATUS, ERRORS
from dp_mock.domain.values import Refused
from dp_mock.wire.rendering import LABELLED
from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.json import write_json

__all__ = ["problem", "refusal"]

FURTHER_HEADERS = {429: (("Retry-After", "5"),), 503: (("Retry-After", "5"),)}
ROUTED = frozenset({404, 405})
"""What the router refuses: its words are English and say nothing more."""


def refusal(refused: Refused) -> RawResponse:
    """Return a refusal of the service."""
    return _document(refused.code, refused.error.status, refused.detail, refused.where)


def problem(met: Problem) -> RawResponse:
    """Return a refusal of the sandbox (size, session, fault, unknown address, defect) in the service's dialect."""
    code = ERROR_OF_STATUS.get(met.status, "indisponible")
    if met.kind is ProblemKind.CERTIFICATE:
        code = "certificat-refuse"
    detail = "" if met.status in ROUTED and met.kind is ProblemKind.INTERNAL else met.message
    return _document(code, met.status, detail, "", tuple(met.headers.items()))


def _document(
    code: str, status: int, detail: str, where: str, headers: tuple[tuple[str, str], ...] = ()
) -> RawResponse:
    error = ERRORS[code]
    members = {
        "type": f"{codes.ERROR_TYPE}{code}",
        "title": error.text,
        "status": status,
        "code": code,
        "detail": detail,
        "element": where,
        "simulation": codes.SIMULATION,
    }
    body = write_json({name: value for name, value in members.items() if value != ""})
    return RawResponse(status, body, codes.PROBLEM_MEDIA, (*LABELLED, *headers, *FURTHER_HEADERS.get(status, ())))
