"""The routes of the simulated Ordonnance numérique.

Source: docs/sources/eprescription.md#contrat-simule. Knows handlers, no rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from eprescription_mock import codes
from eprescription_mock.app.billing import bill
from eprescription_mock.app.creation import create
from eprescription_mock.app.execution import abandon, cancel_execution, consult, execute
from eprescription_mock.app.pipeline import Work, operation
from eprescription_mock.app.searching import search
from eprescription_mock.app.state import cancel, status
from eprescription_mock.app.telling import contract, metadata, read
from eprescription_mock.codes.contract import OPERATIONS
from eprescription_mock.wire.outcomes import problem
from lgo_sandbox.gate.web import Application, Handler, Route, service_app
from lgo_sandbox.sandbox import Sandbox

__all__ = ["create_app"]

WORKS: Mapping[str, Work] = MappingProxyType(
    {
        codes.CREATE: create,
        codes.CONSULT: consult,
        codes.SEARCH: search,
        codes.EXECUTE: execute,
        codes.BILL: bill,
        codes.ABANDON: abandon,
        codes.CANCEL: cancel,
        codes.CANCEL_EXECUTION: cancel_execution,
        codes.STATUS: status,
    }
)
OTHERS: Mapping[str, Handler] = MappingProxyType({codes.READ: read, codes.METADATA: metadata, codes.OPENAPI: contract})


def create_app(_sandbox: Sandbox) -> Application:
    """Return the application of the service: a route for each operation of the contract."""
    routes = [Route(one.method, codes.BASE + one.path, _handler(one.name)) for one in OPERATIONS]
    return service_app("Ordonnance numérique (simulation)", routes, problem)


def _handler(name: str) -> Handler:
    return OTHERS[name] if name in OTHERS else operation(name, WORKS[name])
