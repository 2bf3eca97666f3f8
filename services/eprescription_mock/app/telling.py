"""What the service tells of itself and of a prescription: capabilities, contract, a prescription that is read only.

Source: docs/sources/eprescription.md#lecture, #contrat-simule; HL7 FHIR R4 http.html#capabilities.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException

from eprescription_mock import codes
from eprescription_mock.app.pipeline import current, operation
from eprescription_mock.domain.operations import refuse_stranger
from eprescription_mock.domain.values import Actor
from eprescription_mock.options import rules_of
from eprescription_mock.wire import rendering
from eprescription_mock.wire.contract import capability_statement, openapi
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Handler
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.json import write_json

__all__ = ["contract", "metadata", "read"]

JSON = "application/json"


async def metadata(call: Call) -> RawResponse:
    """Tell the capabilities, to anybody."""
    await call.enter(codes.METADATA)
    return rendering.answer(capability_statement(_root(call)))


async def contract(call: Call) -> RawResponse:
    """Tell the contract as OpenAPI, to anybody."""
    await call.enter(codes.OPENAPI)
    headers = ((codes.SIMULATION_HEADER, codes.SIMULATION),)
    return RawResponse(200, write_json(openapi(_root(call))), JSON, headers)


def _root(call: Call) -> str:
    return call.url(tls=call.scope.get("scheme") == "https") + codes.BASE


async def read(call: Call) -> RawResponse:
    """Give a prescription. What begins with a dollar is an operation, asked for by the wrong method."""
    if call.path_params["numero"].startswith("$"):
        raise HTTPException(405, headers={"Allow": "POST"})
    return await _READ(call)


async def _read(call: Call, actor: Actor) -> RawResponse:
    now, rules = call.session.clock.age(), rules_of(call.session)
    prescription = current(call, call.path_params["numero"], now, rules)
    refuse_stranger(prescription, actor, now, rules)
    hidden = prescription.opposed and actor.profession in codes.PRESCRIBERS
    call.summarise(f"Ordonnance {prescription.numero} lue")
    return rendering.answer(rendering.prescription_bundle(prescription, hidden=hidden))


_READ: Handler = operation(codes.READ, _read)
