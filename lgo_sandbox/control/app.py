"""The application on the control port: the control API under ``/_sandbox/v1`` and the console on ``/``.

Every subject is one router. Those that concern a session are there twice: under ``/sessions/{session}`` and, for
brevity, without it (then ``?session=`` or the process's own session).
Source: design of the project (Control API). Knows services by their contract only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute

from lgo_sandbox import __version__
from lgo_sandbox.console import router as console
from lgo_sandbox.control import (
    agenda,
    archives,
    bad_servers,
    clock,
    connection,
    events,
    exchanges,
    faults,
    findings,
    health,
    listeners,
    markers,
    people,
    pki,
    reports,
    resources,
    services,
    sessions,
    tuning,
    validation,
)
from lgo_sandbox.control.access import documented_session
from lgo_sandbox.control.errors import add_error_handlers
from lgo_sandbox.control.guard import Guard
from lgo_sandbox.sandbox import Listeners

__all__ = ["ROOT", "create_app"]

ROOT = "/_sandbox/v1"
ABOUT = "Pilotage du bac à sable : sessions, horloge, pannes, échanges, constats, rapports. Données fictives."

_WHOLE = (health, services, people, pki, sessions, validation)
_OF_A_SESSION = (
    *(
        agenda,
        archives,
        bad_servers,
        clock,
        connection,
        events,
        exchanges,
        faults,
        findings,
        listeners,
        markers,
        reports,
    ),
    tuning,
)


def create_app(launcher: Listeners) -> FastAPI:
    """Return the ASGI application of the control port of a launcher."""
    app = FastAPI(
        title="lgo-sandbox", version=__version__, description=ABOUT, openapi_url=f"{ROOT}/openapi.json",
        docs_url=None, redoc_url=None, routes=list(_routes()),
    )  # fmt: skip
    app.state.launcher = launcher
    app.add_middleware(Guard, settings=launcher.settings)
    add_error_handlers(app)
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """Return every route; none knows its application, and making them is nearly all that an application costs."""
    every = APIRouter()
    every.include_router(console)
    every.include_router(_api(), prefix=ROOT)
    return tuple(every.routes)


def _api() -> APIRouter:
    api = APIRouter()
    for subject in _WHOLE:
        api.include_router(subject.router)
    for subject in _OF_A_SESSION:
        api.include_router(subject.router)
        api.include_router(subject.router, prefix="/sessions/{session}", dependencies=[Depends(documented_session)])
    api.include_router(resources.router)  # last: its paths are any two segments
    return api
