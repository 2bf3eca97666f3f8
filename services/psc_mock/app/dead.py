"""Addresses that the discovery document announces and that serve nobody.

Source: docs/sources/psc.md#adresses-hors-service (announced: high; what the real ones answer: low, Keycloak's wording).
The iframe of session checks is a page without effect.
"""

from __future__ import annotations

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from psc_mock import wire
from psc_mock.app.answers import refuse
from psc_mock.codes import DEAD_ENDPOINTS, SIMULATION
from psc_mock.domain.refusals import Refused
from psc_mock.facts import DeadEndpointCalled
from psc_mock.pages import page

__all__ = ["conformance_api", "dead_endpoint", "status_iframe"]


async def dead_endpoint(call: Call) -> RawResponse:
    """Refuse; the finding says that the announcement is not to be trusted."""
    path = str(call.scope["path"])
    call.note(DeadEndpointCalled(path=path))
    await call.enter("dead-endpoint")
    raise Refused(DEAD_ENDPOINTS[path], received=f"{call.method} {path}", where="URL")


async def conformance_api(call: Call) -> RawResponse:
    """Say that the API of the conformity tests is not simulated: nobody knows what its signature is made of.

    Source: docs/sources/psc.md#api-de-conformite.
    """
    await call.enter("dead-endpoint")
    refused = Refused("conformance_api_absent", received=f"{call.method} {call.scope['path']}", where="URL")
    refuse(call, refused)
    return wire.with_headers(wire.error_answer(refused), SIMULATION)


async def status_iframe(call: Call) -> RawResponse:
    """Show an empty page."""
    await call.enter("portal")
    return page("message", title="État de session", text="Sans effet dans cette simulation.", link="", link_text="")
