"""The routes of the simulated Ordonnance numérique.

Source: docs/sources/eprescription.md#contrat-simule. Knows handlers, no rule.
"""

from __future__ import annotations

from eprescription_mock import codes
from eprescription_mock.app.billing import bill
from eprescription_mock.app.creation import create
from eprescription_mock.app.execution import abandon, cancel_execution, consult, execute
from eprescription_mock.app.pipeline import operation
from eprescription_mock.app.searching import search
from eprescription_mock.app.state import cancel, status
from eprescription_mock.wire.outcomes import problem
from lgo_sandbox.gate.web import Application, Route, service_app
from lgo_sandbox.sandbox import Sandbox

__all__ = ["create_app"]


def create_app(_sandbox: Sandbox) -> Application:
    """Return the application of the service."""
    base, one = codes.BASE, codes.BASE + "/{numero}"
    routes = (
        Route("POST", f"{base}/$ep4-enregistrer", operation(codes.CREATE, create)),
        Route("POST", f"{base}/$ep3-consulter", operation(codes.CONSULT, consult)),
        Route("POST", f"{one}/$ep1-executer", operation(codes.EXECUTE, execute)),
        Route("POST", f"{base}/$ep2-rechercher", operation(codes.SEARCH, search)),
        Route("POST", f"{one}/$ep6-facturer", operation(codes.BILL, bill)),
        Route("POST", f"{one}/$abandonner", operation(codes.ABANDON, abandon)),
        Route("POST", f"{one}/$annuler", operation(codes.CANCEL, cancel)),
        Route("POST", f"{one}/$annuler-execution", operation(codes.CANCEL_EXECUTION, cancel_execution)),
        Route("GET", f"{one}/$statut", operation(codes.STATUS, status)),
    )
    return service_app("Ordonnance numérique (simulation)", routes, problem)
