"""Puts a sandbox together: settings, the installed services, the control application and the launcher.

Knows services by their entry point only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from lgo_sandbox.control import create_app
from lgo_sandbox.control.ready import ready_document
from lgo_sandbox.run.holding import holding
from lgo_sandbox.run.launcher import CONTROL, Launcher
from lgo_sandbox.run.ready import remove_ready_file, write_ready_file
from lgo_sandbox.sandbox import installed_services
from lgo_sandbox.settings import Settings

__all__ = ["READY_NAME", "running"]

READY_NAME = "ready.json"


@asynccontextmanager
async def running(settings: Settings, served: Sequence[str] = ()) -> AsyncIterator[Launcher]:
    """Run a sandbox within the block; ``served`` names services and ``control`` (none: everything).

    Raises LookupError for a service that is not installed, StateTaken, StoreError, PortTaken, PublicBindRefused.
    """
    named = [name for name in served if name != CONTROL]
    services = installed_services(() if not named or CONTROL in served else named)
    names = frozenset(served) if served else frozenset({CONTROL, *(service.name for service in services)})
    with holding(settings.state, () if settings.replica else names) as held:
        launcher = Launcher(settings, services, names)
        try:
            await launcher.start(create_app)
            held.tell(launcher.sandbox.addresses.control)
            document = ready_document(launcher.sandbox, launcher.sandbox.addresses)
            if CONTROL in names:
                write_ready_file(settings.state / READY_NAME, document)
            yield launcher
        finally:
            if hasattr(launcher, "sandbox"):
                if CONTROL in names:
                    remove_ready_file(settings.state / READY_NAME, launcher.sandbox.addresses.control)
                await launcher.close()
