"""From a table of routes to a service's FastAPI application: one handler per route, one place for every error.

A handler gets a ``Call`` and returns a ``RawResponse``. What a service refuses it renders itself; what nobody
foresaw (an unknown path, an armed fault, a defect) goes through ``Service.problem`` into the service's own
dialect. A defect is answered 500 without detail and raised again, so that tests and logs see it. Knows services
by their contract only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lgo_sandbox.contract import Handler, Problem, ProblemKind
from lgo_sandbox.gate.asgi import Call, FaultInjected
from lgo_sandbox.gate.record import refuse, refuse_store, store_problem
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.watch.exchange import ERROR, REFUSED
from lgo_sandbox.wire.http import RawResponse

__all__ = ["Handler", "Route", "service_app"]

Render = Callable[[Problem], RawResponse]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of a service's route table. ``path`` is a Starlette path; ``methods`` separated by spaces."""

    methods: str
    path: str
    handler: Handler


def service_app(title: str, routes: Sequence[Route], problem: Render) -> FastAPI:
    """Return the application of a service; ``problem`` renders what no handler renders."""
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None)
    for route in routes:
        app.router.add_route(
            route.path, _endpoint(route.handler), methods=route.methods.split(), include_in_schema=False
        )
    paths = tuple(dict.fromkeys(route.path for route in routes))
    for error, handler in _error_handlers(problem, paths).items():
        app.add_exception_handler(error, handler)
    return app


def _endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return _response(await handler(Call.of(request.scope)))

    return endpoint


def _error_handlers(problem: Render, paths: Sequence[str]) -> Mapping[Any, Any]:
    async def on_fault(_request: Request, error: FaultInjected) -> Response:
        return _response(problem(error.problem))

    async def on_http(request: Request, error: HTTPException) -> Response:
        _refuse(Call.of(request.scope), error, paths)
        headers = dict(error.headers or {})
        return _response(problem(Problem(ProblemKind.INTERNAL, error.status_code, error.detail, headers)))

    async def on_store(request: Request, error: StoreError) -> Response:
        call = Call.of(request.scope)
        refuse_store(call.exchange, error)
        return _response(problem(store_problem(error, call.body)))

    async def on_defect(request: Request, _error: Exception) -> Response:
        Call.of(request.scope).exchange.outcome = ERROR
        return _response(problem(Problem(ProblemKind.INTERNAL, 500, "erreur interne")))

    return {FaultInjected: on_fault, HTTPException: on_http, StoreError: on_store, Exception: on_defect}


def _refuse(call: Call, error: HTTPException, paths: Sequence[str]) -> None:
    """Explain what the router refuses: a path or a method. A handler that raises has noted its own reason."""
    asked = call.exchange.target.partition("?")[0]
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        refuse(call.exchange, "SANDBOX-METHODE", received=asked, expected=allowed, where="méthode")
    elif error.status_code == HTTPStatus.NOT_FOUND:
        expected = "" if error.detail == HTTPStatus.NOT_FOUND.phrase else error.detail
        nearest = get_close_matches(str(call.scope["path"]), paths, 1)
        remedy = f"Corrigez le chemin de l'URL : {nearest[0]} est le plus proche." if nearest else ""
        refuse(call.exchange, "SANDBOX-CHEMIN", received=asked, expected=expected, remedy=remedy, where="URL")
    call.exchange.outcome = REFUSED


def _response(raw: RawResponse) -> Response:
    response = Response(raw.body, raw.status)
    response.raw_headers = [
        *((b"content-type", raw.content_type.encode("latin-1")) for _ in range(bool(raw.content_type))),
        (b"content-length", str(len(raw.body)).encode()),
        *((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in raw.headers),
    ]
    return response
