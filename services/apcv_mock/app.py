"""The routes of the ApCV service and what happens to a request: read, named, authenticated, given to its operation.

Source: docs/sources/apcv.md#operations (two addresses, routing by action). Knows the other rooms; holds no rule and no
octet of its own.
"""

from __future__ import annotations

from apcv_mock import wire
from apcv_mock.answering import OUTAGE, fail, refuse
from apcv_mock.caller import authenticate
from apcv_mock.codes import ERRORS
from apcv_mock.facts import Addressing, SoftwareTold
from apcv_mock.handlers import HANDLERS
from apcv_mock.options import cps_required
from apcv_mock.pages import PHONE_PATH, phone
from lgo_sandbox.contract import Problem, ProblemKind
from lgo_sandbox.gate.asgi import Call, FaultInjected
from lgo_sandbox.gate.record import refuse as refuse_for_the_sandbox
from lgo_sandbox.gate.web import Application, Route, service_app
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.watch.exchange import FAULTED
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.media import read_media_type
from lgo_sandbox.wire.soap import Envelope

__all__ = ["DESCRIBE", "create_app"]

DESCRIBE = "wsdl"
DESCRIBED_BY = (DESCRIBE, "singlewsdl")


def create_app(_sandbox: Sandbox) -> Application:
    """Return the application of the door ``apcv``."""
    routes = (
        Route("POST", wire.AUTH_PATH, receive),
        Route("POST", wire.SIGN_PATH, receive),
        Route("GET", wire.AUTH_PATH, describe),
        Route("GET", wire.SIGN_PATH, describe),
        Route("GET", PHONE_PATH, phone),
    )
    return service_app("ApCV", routes, wire.problem)


async def receive(call: Call) -> RawResponse:
    """Answer a SOAP request."""
    shape = None
    try:
        envelope = wire.read(call.body)
        shape = _named(call, envelope)
        return await _struck(call, shape.name) or await _perform(call, envelope, shape)
    except Refused as refused:
        struck = None if shape else await _struck(call, "")
        return struck or refuse(call, refused)


async def describe(call: Call) -> RawResponse:
    """Answer ``?wsdl`` with the description of the service."""
    if call.query.lower().partition("=")[0] not in DESCRIBED_BY:
        refuse_for_the_sandbox(
            call.exchange,
            "SANDBOX-METHODE",
            received=f"{call.method} {call.scope['path']}",
            expected=f"POST {call.scope['path']}, ou GET {call.scope['path']}?wsdl",
            remedy="Envoyez l'enveloppe SOAP par POST.",
            where="méthode HTTP",
        )
        return wire.problem(Problem(ProblemKind.INTERNAL, 405, "POST, ou GET ?wsdl", {"Allow": "POST"}))
    await call.enter(DESCRIBE)
    call.summarise("ApCV : description du service (WSDL)")
    return wire.wsdl(call.url(tls=call.tls))


def _named(call: Call, envelope: Envelope) -> wire.OperationShape:
    """Return the operation of a request, once it is noted how the request names it."""
    content_type = call.headers.get("content-type")
    shape = wire.operation_of(envelope, content_type, call.scope["path"])
    call.note(
        Addressing(
            message_id=envelope.message_id or "",
            action=envelope.action or "",
            expected_action=shape.action,
            media_type=read_media_type(content_type).name,
            version=wire.version_of(envelope),
            stray=wire.stray_of(envelope),
        )
    )
    return shape


async def _struck(call: Call, operation: str) -> RawResponse | None:
    """Enter an operation; return the fault that the tester armed, if one strikes."""
    try:
        await call.enter(operation)
    except FaultInjected as injected:
        return _armed(call, OUTAGE, injected.problem.status)
    for code in sorted(call.struck & ERRORS.keys()):
        return _armed(call, code)
    return None


def _armed(call: Call, code: str, status: int = 500) -> RawResponse:
    """Play an armed fault, which the sandbox explains: the checks do not look at what they would not see all of."""
    response = fail(call, code, status)
    call.exchange.outcome = FAULTED
    return response


async def _perform(call: Call, envelope: Envelope, shape: wire.OperationShape) -> RawResponse:
    software = wire.software_of(envelope)
    clock = call.session.clock
    instant = wire.instant_of(software.time)
    age = (clock.age() - clock.age_of(instant)).total_seconds() if instant else None
    call.note(SoftwareTold(software=software, age=age))
    required = shape is wire.SIGN_BILL or cps_required(call.session)
    caller = authenticate(call, envelope, required=required)
    call.note(caller)
    return await HANDLERS[shape](call, envelope, caller)
