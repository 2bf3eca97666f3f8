"""The routes of INSi and what happens to a request: read, named, authenticated, then given to its operation.

Source: specs/insi.md §0 (one address, routing by action) and §1.1 (200 for a business answer, 500 for a fault). Knows
the other rooms; holds no rule and no octet of its own.
"""

from __future__ import annotations

from fastapi import FastAPI

from insi_mock import wire
from insi_mock.authentication import BY_PSC, authenticate
from insi_mock.codes import ERRORS
from insi_mock.domain import Refused, as_facts, check_idam
from insi_mock.handlers import HANDLERS, fail
from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.gate.asgi import Call, FaultInjected
from lgo_sandbox.gate.web import Route, service_app
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.watch.exchange import FAULTED
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.media import read_media_type
from lgo_sandbox.wire.soap import Envelope

__all__ = ["DESCRIBE", "PATH", "create_app"]

PATH = "/lps"
"""The path of every téléservice of the national health insurance behind this gateway."""
DESCRIBE = "wsdl"
RECONSTRUCTED = "wsdl=reconstituee"
"""The query that asks for the description with the reconstructed operations."""
PSC_TRANSPORT = ("X-Simulation", "INSI-PSC-TRANSPORT-NON-PUBLIC")


def create_app(_sandbox: Sandbox) -> FastAPI:
    """Return the application of the door ``insi``."""
    routes = (
        Route("POST", PATH, receive),
        Route("GET", PATH, describe),
    )
    return service_app("INSi", routes, wire.problem)


async def receive(call: Call) -> RawResponse:
    """Answer a SOAP request."""
    message_id = None
    try:
        envelope = wire.read(call.body)
        message_id = envelope.message_id
        return await _perform(call, envelope)
    except wire.WrongVersion as wrong:
        _refuse(call, wrong, message_id)
        return wire.version_mismatch(wrong.answered_in)
    except wire.NotUnderstood as refused:
        _refuse(call, refused, message_id)
        return wire.not_understood(refused.blocks)
    except Refused as refused:
        return _refuse(call, refused, message_id)


async def describe(call: Call) -> RawResponse:
    """Answer ``?wsdl`` with the description of the service."""
    query = call.query.lower()
    if not query.startswith(DESCRIBE):
        call.exchange.outcome = "refused"
        return wire.problem(Problem(ProblemKind.INTERNAL, 405, "POST, ou GET ?wsdl", {"Allow": "POST"}))
    await call.enter(DESCRIBE)
    call.summarise("INSi : description du service (WSDL)")
    return wire.wsdl(call.url() + PATH, reconstructed=query == RECONSTRUCTED)


async def _perform(call: Call, envelope: Envelope) -> RawResponse:
    content_type = call.headers.get("content-type")
    shape = wire.operation_of(envelope, content_type)
    try:
        await call.enter(shape.name)
    except FaultInjected as injected:
        return _outage(call, "desir_1020", envelope.message_id, injected.problem.status)
    for code in sorted(call.struck & ERRORS.keys()):
        return _outage(call, code, envelope.message_id)
    call.note(
        message_id=envelope.message_id or "",
        action=envelope.action or "",
        expected_action=shape.action,
        media_type=read_media_type(content_type).name,
    )
    caller = authenticate(call, envelope)
    call.note(authentication=caller.mode, caller=caller.name)
    context = wire.context_of(envelope)
    call.note(context=as_facts(context))
    check_idam(context.idam, any_idam=call.session.option("insi.any_idam") == "yes")
    response = await HANDLERS[shape](call, envelope)
    return _with_header(response, PSC_TRANSPORT) if caller.mode == BY_PSC else response


def _with_header(response: RawResponse, header: tuple[str, str]) -> RawResponse:
    return RawResponse(response.status, response.body, response.content_type, (*response.headers, header))


def _refuse(call: Call, refused: Refused, message_id: str | None) -> RawResponse:
    call.note(refusal={"code": refused.code, "received": refused.received, "expected": refused.expected})
    return fail(call, refused.code, message_id)


def _outage(call: Call, code: str, message_id: str | None, status: int = 500) -> RawResponse:
    """Play an armed fault: the checks do not look at what they would not see all of."""
    response = fail(call, code, message_id, status)
    call.exchange.outcome = FAULTED
    return response
