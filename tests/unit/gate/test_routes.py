"""The table of routes finds what the framework's router would find, and leaves it what it does not know."""

from __future__ import annotations

import pytest
from starlette.routing import compile_path

from lgo_sandbox.gate.call import Call
from lgo_sandbox.gate.web import Application, Route, pattern_of
from lgo_sandbox.wire.http import RawResponse

PATHS = ["/", "/a", "/a/", "/a/b", "/a/b/$statut", "/a//$statut", "/a/b/c/$statut", "/é/x.y", "/s/a+b"]
ROUTES = [
    "/",
    "/a",
    "/a/{number}",
    "/a/{number}/$statut",
    "/{path:path}",
    "/s/{name}",
    "/{one}/{two}",
    "/a/{rest:path}",
]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_matched_as_by_the_framework(route: str, path: str) -> None:
    theirs, _, _ = compile_path(route)
    expected, found = theirs.match(path), pattern_of(route).fullmatch(path)
    assert (found and found.groupdict()) == (expected and expected.groupdict())


async def _first(_call: Call) -> RawResponse:
    return RawResponse(200, b"first")


async def _second(_call: Call) -> RawResponse:
    return RawResponse(200, b"second")


TABLE = Application(
    "Essai",
    [
        Route("GET POST", "/a/{number}", _first),
        Route("GET", "/a/fixed", _second),
        Route("PUT", "/{path:path}", _second),
    ],
    lambda problem: RawResponse(problem.status, b""),
)


@pytest.mark.parametrize(
    ("method", "path", "handler"),
    [
        ("GET", "/a/1", _first),
        ("POST", "/a/1", _first),
        ("GET", "/a/fixed", _second),
        ("PUT", "/a/1", _second),
        ("DELETE", "/a/1", None),
        ("HEAD", "/a/1", None),
        ("GET", "/b", None),
    ],
)
def test_a_method_out_of_the_table_is_left_to_the_router(method: str, path: str, handler: object) -> None:
    assert TABLE.handler_of({"method": method, "path": path}) is handler


def test_the_parameters_of_a_path_are_in_its_scope() -> None:
    scope = {"method": "GET", "path": "/a/1"}
    TABLE.handler_of(scope)
    assert scope["path_params"] == {"number": "1"}
