"""What the sandbox itself refuses (too large, unknown path or session, armed fault, defect), as SOAP faults of the DMP.

Source: design of the project. The texts are the sandbox's; no code of the DMP is pretended.
"""

from __future__ import annotations

from collections.abc import Callable

from dmp_mock.codes.names import FAULT_ACTION
from dmp_mock.wire.messages import Message, http_answer
from lgo_sandbox.contract import Problem
from lgo_sandbox.wire import soap
from lgo_sandbox.wire.http import RawResponse

__all__ = ["problem", "rendered"]

_SOAP_TYPE = "application/soap+xml; charset=UTF-8"
_CLIENT_ERRORS = range(400, 500)


def problem(of: Problem) -> RawResponse:
    """Render a refusal before any message was read."""
    octets = soap.write_fault(_fault(of))
    return RawResponse(of.status, octets, _SOAP_TYPE, tuple(of.headers.items()))


def rendered(of: Problem, message: Message | None, *, packaged: bool, new_uuid: Callable[[], str]) -> RawResponse:
    """Render a refusal of an opened message: addressed, and a package on /repository."""
    relates_to = message.envelope.message_id if message else None
    addressing = soap.addressing_headers(FAULT_ACTION, f"urn:uuid:{new_uuid()}", relates_to)
    octets = soap.write_fault(_fault(of), headers=addressing)
    return http_answer(
        octets, packaged=packaged, status=of.status, new_uuid=new_uuid, headers=tuple(of.headers.items())
    )


def _fault(of: Problem) -> soap.Fault:
    code = soap.FaultCode.SENDER if of.status in _CLIENT_ERRORS else soap.FaultCode.RECEIVER
    return soap.Fault(code, of.message)
