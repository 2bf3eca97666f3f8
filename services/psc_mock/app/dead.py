"""Addresses that the discovery document announces and that serve nobody.

Source: docs/sources/psc.md#adresses-hors-service (announced: high; what the real ones answer: low, Keycloak's wording).
The iframe of session checks is a page without effect.
"""

from __future__ import annotations

from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse
from psc_mock.codes import DEAD_ENDPOINTS
from psc_mock.domain.refusals import Refused
from psc_mock.facts import DeadEndpointCalled
from psc_mock.pages import page

__all__ = ["dead_endpoint", "status_iframe"]


async def dead_endpoint(call: Call) -> RawResponse:
    """Refuse; the finding says that the announcement is not to be trusted."""
    path = str(call.scope["path"])
    call.note(DeadEndpointCalled(path=path))
    await call.enter("dead-endpoint")
    raise Refused(DEAD_ENDPOINTS[path], received=f"{call.method} {path}", where="URL")


async def status_iframe(call: Call) -> RawResponse:
    """Show an empty page."""
    await call.enter("portal")
    return page("message", title="État de session", text="Sans effet dans cette simulation.", link="", link_text="")
