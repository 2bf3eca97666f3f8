"""``/{service}/{resource}[/{tail}]``: what each service publishes of a session.

Knows services by their contract only. ``?session=`` names the session.
"""

from __future__ import annotations

import inspect
import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from lgo_sandbox.contract import Resource, ResourceRequest
from lgo_sandbox.control.access import CurrentSandbox, CurrentSession
from lgo_sandbox.control.errors import INVALID, ControlError
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.quoting import quoted

__all__ = ["router"]

router = APIRouter(tags=["ressources"])

METHODS = ("GET", "POST", "PUT", "DELETE")
PATHS = {"resource": "/{service}/{resource}", "resource_tail": "/{service}/{resource}/{tail:path}"}


async def resource(
    sandbox: CurrentSandbox, session: CurrentSession, request: Request, service: str, resource: str, tail: str = ""
) -> Response:
    """Appeler une ressource publiée par un service (voir /_sandbox/v1/services)."""
    found = _resource(sandbox, service, resource)
    query = {name: value for name, value in request.query_params.items() if name != "session"}
    answer = found.handle(sandbox, session, ResourceRequest(request.method, tail, query, await _body(request)))
    if inspect.isawaitable(answer):
        answer = await answer
    return _response(answer)


for _name, _path in PATHS.items():
    for _method in METHODS:
        router.add_api_route(_path, resource, methods=[_method], operation_id=f"{_method.lower()}_{_name}")


def _resource(sandbox: Sandbox, service: str, name: str) -> Resource:
    if service not in sandbox.services:
        raise ControlError(404, f"ni chemin de l'API, ni service : {quoted(service)}")
    resources = {resource.name: resource for resource in sandbox.services[service].resources}
    if name not in resources:
        raise ControlError(
            404, f"{service} ne publie pas {quoted(name)} (il publie : {', '.join(resources) or 'rien'})"
        )
    return resources[name]


async def _body(request: Request) -> Any:
    octets = await request.body()
    if not octets:
        return None
    try:
        return json.loads(octets)
    except (ValueError, RecursionError):
        raise ControlError(INVALID, "le corps de la requête n'est pas du JSON") from None


def _response(answer: Any) -> Response:
    if isinstance(answer, RawResponse):
        response = Response(answer.body, answer.status, media_type=answer.content_type)
        for name, value in answer.headers:
            response.headers.append(name, value)
        return response
    return Response(status_code=204) if answer is None else JSONResponse(answer)
