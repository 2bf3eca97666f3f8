"""The application of Pro Santé Connect: its routes as a table. One app serves both doors, each its own routes.

Source: docs/sources/psc.md#hote-d-autorisation, #decouverte. Knows the rooms of its service and the core.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lgo_sandbox.gate.web import Handler, Route
from lgo_sandbox.sandbox import Sandbox
from psc_mock.app.answers import guarded
from psc_mock.app.api import api_discovery, api_introspect, api_token
from psc_mock.app.authorization import authorize, forward_authorization
from psc_mock.app.carried import push_request
from psc_mock.app.ciba import call_back
from psc_mock.app.dead import conformance_api, dead_endpoint, status_iframe
from psc_mock.app.ecps import ecps_answer, ecps_page
from psc_mock.app.explaining import FOR_PEOPLE, ExplainingApplication
from psc_mock.app.introspection import introspect, revoke
from psc_mock.app.login import login_page, login_state, login_step
from psc_mock.app.logout import logout
from psc_mock.app.metadata import certs, discovery
from psc_mock.app.origins import open_to_all, open_to_clients
from psc_mock.app.paths import only_on, preflight, stock_discovery
from psc_mock.app.portal import change_card, portal
from psc_mock.app.token import token
from psc_mock.app.userinfo import userinfo
from psc_mock.codes import (
    API_PATHS,
    CONFORMANCE_PATHS,
    DEAD_ENDPOINTS,
    DOOR_AUTH,
    DOOR_WALLET,
    ISSUER_PATH,
    PROTOCOL_PATH,
)
from psc_mock.wire import problem_answer

__all__ = ["ROUTES", "api_introspect_guarded", "create_app", "introspect_guarded"]


PUBLIC = (
    ".well-known/wallet-openid-configuration",
    ".well-known/openid-configuration",
    "protocol/openid-connect/certs",
)
"""The ends of the paths whose answers any page may read."""

TABLE: Sequence[tuple[str, str, str, Handler]] = (
    (DOOR_AUTH, "GET", f"{ISSUER_PATH}/.well-known/wallet-openid-configuration", discovery),
    (DOOR_AUTH, "GET", f"{PROTOCOL_PATH}/certs", certs),
    (DOOR_AUTH, "GET POST", f"{PROTOCOL_PATH}/auth", forward_authorization),
    (DOOR_AUTH, "POST", f"{PROTOCOL_PATH}/token", token),
    (DOOR_AUTH, "POST", f"{PROTOCOL_PATH}/token/introspect", introspect),
    (DOOR_AUTH, "GET POST", f"{PROTOCOL_PATH}/userinfo", userinfo),
    (DOOR_AUTH, "GET POST", f"{PROTOCOL_PATH}/logout", logout),
    (DOOR_AUTH, "POST", f"{PROTOCOL_PATH}/revoke", revoke),
    (DOOR_AUTH, "POST", f"{PROTOCOL_PATH}/ext/ciba/auth", call_back),
    (DOOR_AUTH, "POST", f"{PROTOCOL_PATH}/ext/par/request", push_request),
    (DOOR_AUTH, "GET", f"{PROTOCOL_PATH}/login-status-iframe.html", status_iframe),
    *((DOOR_AUTH, "POST", path, dead_endpoint) for path in DEAD_ENDPOINTS),
    *((DOOR_AUTH, "POST", path, conformance_api) for path in CONFORMANCE_PATHS),
    *((DOOR_AUTH, "GET", f"{path}/.well-known/openid-configuration", api_discovery) for path in API_PATHS),
    *((DOOR_AUTH, "POST", f"{path}/protocol/openid-connect/token", api_token) for path in API_PATHS),
    *((DOOR_AUTH, "POST", f"{path}/protocol/openid-connect/token/introspect", api_introspect) for path in API_PATHS),
    (DOOR_WALLET, "GET POST", "/auth", authorize),
    (DOOR_WALLET, "GET", "/login/{request_id}", login_page),
    (DOOR_WALLET, "POST", "/login/{request_id}", login_step),
    (DOOR_WALLET, "GET", "/login/{request_id}/state", login_state),
    (DOOR_WALLET, "GET", "/ecps", ecps_page),
    (DOOR_WALLET, "POST", "/ecps/{request_id}", ecps_answer),
    (DOOR_WALLET, "GET", "/", portal),
    (DOOR_WALLET, "POST", "/", change_card),
)
"""Door, methods, path and handler of everything that is served."""


def _served(door: str, path: str, handler: Handler) -> Handler:
    """Return a handler whose refusals are answers, and whose answers the right pages of other sites may read."""
    answering = guarded(handler)
    if door == DOOR_AUTH and path not in FOR_PEOPLE:
        answering = open_to_all(answering) if path.endswith(PUBLIC) else open_to_clients(answering)
    return only_on(door, answering)


ROUTES = [
    *(Route(methods, path, _served(door, path, handler)) for door, methods, path, handler in TABLE),
    Route("GET", f"{ISSUER_PATH}/.well-known/openid-configuration", open_to_all(stock_discovery)),
    *(Route("OPTIONS", p, preflight(methods, door=d, public=p.endswith(PUBLIC))) for d, methods, p, _ in TABLE),
]

introspect_guarded = guarded(introspect)
api_introspect_guarded = guarded(api_introspect)
"""What a resource server of the same process asks without a socket."""


def create_app(_sandbox: Sandbox) -> Any:
    """Return the application behind both doors."""
    return ExplainingApplication("Pro Santé Connect (simulation)", ROUTES, problem_answer)
