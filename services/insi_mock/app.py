"""The routes of INSi and what happens to a request: read, named, authenticated, then given to its operation.

Source: docs/sources/insi.md#point-d-acces (one address, routing by action; 200 for a business answer, 500 for a fault).
Knows the other rooms; holds no rule and no octet of its own.
"""

from __future__ import annotations

from insi_mock import wire
from insi_mock.answering import fail, refuse
from insi_mock.caller import authenticate
from insi_mock.codes import ERRORS
from insi_mock.domain import Context, Mode, check_idam
from insi_mock.facts import Addressing, Contexts, Message
from insi_mock.handlers import HANDLERS, strays_of
from insi_mock.tokens import authenticate_by_token
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

__all__ = ["DESCRIBE", "PATH", "create_app"]

PATH = "/lps"
"""The path of every téléservice of the national health insurance behind this gateway."""
DESCRIBE = "wsdl"
DESCRIBED_BY = (DESCRIBE, "singlewsdl")
"""The queries that ask for the description: ours is one document, so that both have the same answer."""
RECONSTRUCTED = "reconstituee"
"""Their value, to have the reconstructed operations too."""
FOR_WSIMPORT = "wsimport"
"""Their value, to have a port from a ``wsimport`` without options."""
SIMULATED_TRANSPORTS = {Mode.PSC: "INSI-PSC-TRANSPORT-NON-PUBLIC", Mode.API: "INSI-API-TRANSPORT-NON-PUBLIC"}
METHODS = "GET POST PUT PATCH DELETE OPTIONS TRACE"


def create_app(_sandbox: Sandbox) -> Application:
    """Return the application of the door ``insi``."""
    routes = (
        Route("POST", PATH, receive),
        Route("GET", PATH, describe),
        Route(METHODS, "/{path:path}", elsewhere),
    )
    return service_app("INSi", routes, wire.problem)


async def receive(call: Call) -> RawResponse:
    """Answer a SOAP request."""
    message_id, shape = None, None
    try:
        envelope = wire.read(call.body, call.headers.get("content-type"), call.headers.get("content-encoding"))
        message_id = envelope.message_id
        shape = _named(call, envelope)
        return await _struck(call, shape.name, message_id) or await _perform(call, envelope, shape)
    except Refused as refused:
        struck = None if shape else await _struck(call, "", message_id)
        return struck or refuse(call, refused, message_id)


async def describe(call: Call) -> RawResponse:
    """Answer ``?wsdl`` or ``?singleWsdl`` with the description of the service."""
    name, _, value = call.query.lower().partition("=")
    if name not in DESCRIBED_BY:
        return _wrong_method(call)
    await call.enter(DESCRIBE)
    call.summarise("INSi : description du service (WSDL)")
    return wire.wsdl(call.url() + PATH, reconstructed=value == RECONSTRUCTED, for_wsimport=value == FOR_WSIMPORT)


async def elsewhere(call: Call) -> RawResponse:
    """Refuse another path than that of the service, or another method at it."""
    path = f"/{call.path_params['path']}"
    if path == PATH:
        return _wrong_method(call)
    refuse_for_the_sandbox(
        call.exchange,
        "SANDBOX-CHEMIN",
        received=path,
        expected=PATH,
        remedy=f"Remplacez « {path} » par « {PATH} » dans l'adresse configurée.",
        where="URL",
    )
    return wire.problem(Problem(ProblemKind.INTERNAL, 404, "Not Found"))


def _wrong_method(call: Call) -> RawResponse:
    refuse_for_the_sandbox(
        call.exchange,
        "SANDBOX-METHODE",
        received=f"{call.method} {PATH}",
        expected=f"POST {PATH}, ou GET {PATH}?wsdl",
        remedy=f"Envoyez l'enveloppe SOAP par POST {PATH}.",
        where="méthode HTTP",
    )
    return wire.problem(Problem(ProblemKind.INTERNAL, 405, "POST, ou GET ?wsdl", {"Allow": "POST"}))


def _named(call: Call, envelope: Envelope) -> wire.OperationShape:
    """Return the operation of a request, once it is known how the request is written."""
    content_type = call.headers.get("content-type")
    shape = wire.operation_of(envelope, content_type)
    media_type = read_media_type(content_type)
    call.note(
        Addressing(
            message_id=envelope.message_id or "",
            action=envelope.action or "",
            expected_action=shape.action,
        ),
        Message(
            media_type=media_type.name,
            charset=(media_type.parameters.get("charset") or "").upper(),
            encoding=wire.encoding_of(envelope, call.body),
            coding=wire.coding_of(call.headers.get("content-encoding")),
            strays=wire.strays_of(envelope),
        ),
    )
    return shape


async def _struck(call: Call, operation: str, message_id: str | None) -> RawResponse | None:
    """Enter an operation; return the fault that the tester armed, if one strikes."""
    try:
        await call.enter(operation)
    except FaultInjected as injected:
        return _armed(call, "desir_1020", message_id, injected.problem.status)
    for code in sorted(call.struck & ERRORS.keys()):
        return _armed(call, code, message_id)
    return None


def _armed(call: Call, code: str, message_id: str | None, status: int = 500) -> RawResponse:
    """Play an armed fault, which the sandbox explains: the checks do not look at what they would not see all of."""
    response = fail(call, code, message_id, status)
    call.exchange.outcome = FAULTED
    return response


async def _perform(call: Call, envelope: Envelope, shape: wire.OperationShape) -> RawResponse:
    caller = await authenticate_by_token(call, envelope) or authenticate(call, envelope)
    call.note(caller)
    context = wire.context_of(envelope)
    call.note(Contexts(context=context, ages=_ages(call, context)))
    check_idam(context.idam, call.session.option("insi.any_idam"), strays_of(call))
    response = await HANDLERS[shape](call, envelope)
    simulated = SIMULATED_TRANSPORTS.get(caller.mode)
    return _with_header(response, ("X-Simulation", simulated)) if simulated else response


def _ages(call: Call, context: Context) -> tuple[tuple[str, float], ...]:
    """Return how old each block is whose Temps is an instant, in seconds of the session."""
    clock = call.session.clock
    now = clock.age()
    told = ((block, wire.instant_of(stamp.time)) for block, stamp in context.stamps)
    return tuple((block, (now - clock.age_of(instant)).total_seconds()) for block, instant in told if instant)


def _with_header(response: RawResponse, header: tuple[str, str]) -> RawResponse:
    return RawResponse(response.status, response.body, response.content_type, (*response.headers, header))
