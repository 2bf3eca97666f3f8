"""From a table of routes to a service's FastAPI application: one handler per route, one place for every error.

A handler gets a ``Call`` and returns a ``RawResponse``. What a service refuses it renders itself; what nobody
foresaw (an unknown path, an armed fault, a defect) goes through ``Service.problem`` into the service's own
dialect. A defect is answered 500 without detail and raised again, so that tests and logs see it. Knows services
by their contract only.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from itertools import zip_longest
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from lgo_sandbox.contract import Handler, Problem, ProblemKind
from lgo_sandbox.gate.call import Call, FaultInjected, Receive, Scope, Send
from lgo_sandbox.gate.paths import nearest
from lgo_sandbox.gate.record import refuse, refuse_store, store_problem
from lgo_sandbox.state.errors import StoreError
from lgo_sandbox.watch.exchange import ERROR, REFUSED
from lgo_sandbox.wire.http import RawResponse

__all__ = ["Application", "Errors", "Handler", "Route", "send_raw", "service_app"]

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

INNER = "/sandbox/"
"""How paths begin that services of a sandbox ask each other: no client is led there."""

Render = Callable[[Problem], RawResponse]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of a service's route table. ``path`` is a Starlette path; ``methods`` separated by spaces."""

    methods: str
    path: str
    handler: Handler


def service_app(title: str, routes: Sequence[Route], problem: Render) -> Application:
    """Return the application of a service; ``problem`` renders what no handler renders."""
    return Application(title, routes, problem)


class Application:
    """What answers behind the gate: a right path goes straight to its handler, all else through FastAPI's router.

    The framework's way in costs as much as the gate; a request that the table of routes knows has no need of it.
    """

    def __init__(self, title: str, routes: Sequence[Route], problem: Render) -> None:
        told = dict.fromkeys(route.path for route in routes if not route.path.startswith(INNER))
        self._errors = Errors(problem, tuple(told))
        self._fixed: dict[tuple[str, str], Handler] = {}
        self._patterns = [(pattern_of(route.path), frozenset(route.methods.split()), route.handler) for route in routes]
        self._title, self._routes = title, routes
        for route in routes:
            if "{" not in route.path:
                for method in route.methods.split():
                    self._fixed.setdefault((method, route.path), route.handler)

    def handler_of(self, scope: Scope) -> Handler | None:
        """Return the handler of a request, the path's parameters put into its scope; None leaves it to the router."""
        method, path = scope["method"], scope["path"]
        fixed = self._fixed.get((method, path))
        if fixed is not None:
            return fixed
        for pattern, methods, handler in self._patterns:
            if method in methods and (found := pattern.fullmatch(path)):
                scope["path_params"] = found.groupdict()
                return handler
        return None

    @cached_property
    def router(self) -> FastAPI:
        """The framework's application, made when the first request needs it: its import is half of a start."""
        from fastapi import FastAPI

        app = FastAPI(title=self._title, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
        for route in self._routes:
            endpoint = _endpoint(route.handler, self._errors)
            app.router.add_route(route.path, endpoint, methods=route.methods.split(), include_in_schema=False)
        app.add_exception_handler(HTTPException, self._on_http)
        app.add_exception_handler(Exception, self._on_defect)
        return app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self.handler_of(scope)
        if handler is None:
            await self.router(scope, receive, send)
            return
        call = Call.of(scope)
        try:
            raw = await self._errors.answered(handler, call)
        except Exception:
            await send_raw(send, self._errors.defect(call))
            raise
        await send_raw(send, raw)

    async def _on_http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _response(self._errors.http(Call.of(request.scope), error))

    async def _on_defect(self, request: Request, _error: Exception) -> Response:
        return _response(self._errors.defect(Call.of(request.scope)))


def pattern_of(path: str) -> re.Pattern[str]:
    """Return the pattern of a route's path: ``{name}`` is one segment, ``{name:path}`` is all that follows."""
    texts, names, rest = (re.split(r"\{(\w+)(:path)?\}", path)[start::3] for start in range(3))
    groups = (f"(?P<{name}>{'.*' if whole else '[^/]+'})" for name, whole in zip(names, rest, strict=True))
    pairs = zip_longest(map(re.escape, texts), groups, fillvalue="")
    return re.compile("".join(text + group for text, group in pairs), re.DOTALL)


class Errors:
    """What nobody foresaw, in the dialect of a service. ``paths`` are its routes, for whoever missed one."""

    def __init__(self, render: Render, paths: Sequence[str] = ()) -> None:
        self._render = render
        self._paths = paths

    async def answered(self, handler: Handler, call: Call) -> RawResponse:
        """Return what a handler answers, or its error. A defect passes."""
        try:
            return await handler(call)
        except FaultInjected as fault:
            return self._render(fault.problem)
        except HTTPException as error:
            return self.http(call, error)
        except StoreError as error:
            refuse_store(call.exchange, error)
            return self._render(store_problem(error, call.body))

    def http(self, call: Call, error: HTTPException) -> RawResponse:
        """Return what is answered to a wrong path or method."""
        _refuse(call, error, self._paths)
        headers = dict(error.headers or {})
        return self._render(Problem(ProblemKind.INTERNAL, error.status_code, error.detail, headers))

    def defect(self, call: Call) -> RawResponse:
        """Return what is answered when we failed."""
        call.exchange.outcome = ERROR
        return self._render(Problem(ProblemKind.INTERNAL, 500, "erreur interne"))


def _endpoint(handler: Handler, errors: Errors) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return _response(await errors.answered(handler, Call.of(request.scope)))

    return endpoint


def _refuse(call: Call, error: HTTPException, paths: Sequence[str]) -> None:
    """Explain what the router refuses: a path or a method. A handler that raises has noted its own reason."""
    asked = call.exchange.target.partition("?")[0]
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        remedy = f"Appelez cette adresse par la méthode {' ou '.join(allowed.split(', '))}." if allowed else ""
        refuse(call.exchange, "SANDBOX-METHODE", received=asked, expected=allowed, remedy=remedy, where="méthode")
    elif error.status_code == HTTPStatus.NOT_FOUND:
        expected, remedy = nearest(call, paths)
        refuse(call.exchange, "SANDBOX-CHEMIN", received=asked, expected=expected, remedy=remedy, where="URL")
    call.exchange.outcome = REFUSED


def _response(raw: RawResponse) -> Response:
    from starlette.responses import Response

    response = Response(raw.body, raw.status)
    response.raw_headers = header_lines(raw)
    return response


async def send_raw(send: Send, raw: RawResponse) -> None:
    """Send an answer."""
    await send({"type": "http.response.start", "status": raw.status, "headers": header_lines(raw)})
    await send({"type": "http.response.body", "body": raw.body})


def header_lines(raw: RawResponse) -> list[tuple[bytes, bytes]]:
    """Return the header lines of an answer."""
    typed = [(b"content-type", raw.content_type.encode("latin-1"))] if raw.content_type else []
    further = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in raw.headers]
    return [*typed, (b"content-length", str(len(raw.body)).encode("ascii")), *further]
