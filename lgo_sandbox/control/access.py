"""What a route of the control API needs: the launcher, the sandbox, and the session that the request names.

A session is named by the path (``/sessions/{session}/…``), else by ``?session=``, else it is the process's own.
All dependencies are coroutines: a store belongs to the event loop, and FastAPI would run plain functions in threads.
Knows no route.
"""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Path
from starlette.requests import Request

from lgo_sandbox.control.errors import INVALID, ControlError
from lgo_sandbox.sandbox import Listeners, Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.quoting import quoted

__all__ = [
    "CurrentLauncher",
    "CurrentSandbox",
    "CurrentSession",
    "SessionName",
    "documented_session",
    "known_service",
    "session_named",
]


async def _launcher(request: Request) -> Listeners:
    return cast(Listeners, request.app.state.launcher)


CurrentLauncher = Annotated[Listeners, Depends(_launcher)]


async def _sandbox(launcher: CurrentLauncher) -> Sandbox:
    return launcher.sandbox


CurrentSandbox = Annotated[Sandbox, Depends(_sandbox)]


async def session_named(request: Request, launcher: CurrentLauncher) -> str:
    """Return the name of the session that a request means, known or not."""
    named = request.path_params.get("session") or request.query_params.get("session")
    return named or launcher.settings.session


SessionName = Annotated[str, Depends(session_named)]


async def _session(sandbox: CurrentSandbox, name: SessionName) -> Session:
    """Return the session once every exchange that ended is in its journal, costly looks included."""
    session = sandbox.sessions.get(name)
    await session.looking.settle()
    return session


CurrentSession = Annotated[Session, Depends(_session)]


async def documented_session(session: Annotated[str, Path(description="Nom de la session")]) -> None:
    """Make the OpenAPI document show the path parameter that ``session_named`` reads."""


def known_service(sandbox: Sandbox, name: str) -> None:
    """Raise ControlError when no service has this name."""
    if name not in sandbox.services:
        known = ", ".join(sandbox.services)
        raise ControlError(INVALID, f"service inconnu : {quoted(name)} (services : {known})")
