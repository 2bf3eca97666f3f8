"""The routes of the simulated Dossier pharmaceutique.

Source: docs/sources/dp.md#contrat-simule. Knows handlers, no rule.
"""

from __future__ import annotations

from dp_mock import codes
from dp_mock.app.alerts import acknowledge, ask_supply, check_lot, messages, shortages, supply_state
from dp_mock.app.dossiers import close, exchange_identity, oppose, refuse, state
from dp_mock.app.feeding import feed
from dp_mock.app.history import history, print_out, traces, vaccines
from dp_mock.app.pipeline import operation
from dp_mock.wire.openapi import CONTRACT_PATH, contract
from dp_mock.wire.outcomes import problem
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.web import Application, Route, service_app
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.wire.http import RawResponse

__all__ = ["ROUTES", "create_app"]

BASE, ONE = codes.BASE, f"{codes.BASE}/patients/{{matricule}}"


async def _contract(call: Call) -> RawResponse:
    await call.enter(codes.CONTRACT)
    call.summarise("Contrat OpenAPI")
    return contract(call.url())


ROUTES = (
    Route("POST", f"{BASE}/patients", operation(codes.IDENTITY, exchange_identity)),
    Route("GET", ONE, operation(codes.STATE, state)),
    Route("DELETE", ONE, operation(codes.CLOSE, close)),
    Route("POST", f"{ONE}/opposition", operation(codes.OPPOSE, oppose)),
    Route("POST", f"{ONE}/refus", operation(codes.REFUSE, refuse)),
    Route("GET", f"{ONE}/historique", operation(codes.HISTORY, history)),
    Route("GET", f"{ONE}/vaccins", operation(codes.VACCINES, vaccines)),
    Route("POST", f"{ONE}/dispensations", operation(codes.FEED, feed)),
    Route("GET", f"{ONE}/traces", operation(codes.TRACES, traces)),
    Route("GET", f"{ONE}/impression", operation(codes.PRINT, print_out)),
    Route("GET", f"{BASE}/messages", operation(codes.MESSAGES, messages)),
    Route("POST", f"{BASE}/messages/{{id}}/acquittement", operation(codes.ACKNOWLEDGE, acknowledge)),
    Route("GET", f"{BASE}/rappels", operation(codes.LOT, check_lot)),
    Route("GET", f"{BASE}/ruptures", operation(codes.SHORTAGE, shortages)),
    Route("POST", f"{BASE}/ruptures/{{cip13}}/depannages", operation(codes.SUPPLY, ask_supply)),
    Route("GET", f"{BASE}/depannages/{{numero}}", operation(codes.SUPPLY_STATE, supply_state)),
    Route("GET", f"{BASE}{CONTRACT_PATH}", _contract),
)


def create_app(_sandbox: Sandbox) -> Application:
    """Return the application of the service."""
    return service_app("Dossier pharmaceutique (simulation)", ROUTES, problem)
