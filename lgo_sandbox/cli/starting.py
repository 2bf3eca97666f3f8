"""What a start is given, refused before anything heavy is imported when it cannot lead to a sandbox.

Source: design of the project (Commands).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lgo_sandbox.cli.errors import CommandError
from lgo_sandbox.installed import found
from lgo_sandbox.run.hosts import PublicBindRefused, check_host
from lgo_sandbox.settings import Settings

__all__ = ["CONTROL", "StartOptions"]

CONTROL = "control"


@dataclass(frozen=True, slots=True)
class StartOptions:
    """The options of a start as given; what is absent comes from the environment or the defaults of ``Settings``."""

    port_base: int | None = None
    state: Path | None = None
    session: str | None = None
    ready_file: Path | None = None
    host: str | None = None
    public: bool = False
    no_plain: bool = False
    bad_servers: bool = False
    services: tuple[str, ...] = ()

    def checked(self, *, asking: bool = False) -> Settings:
        """Return the settings of a start that may succeed; ``asking``: with the control API. Raises CommandError."""
        if asking and self.services and CONTROL not in self.services:
            raise CommandError("exec a besoin de l'API de contrôle : ajoutez --service control")
        settings = self._settings()
        try:
            check_host(settings)
            found(name for name in self.services if name != CONTROL)
        except (PublicBindRefused, LookupError) as error:
            raise CommandError(str(error)) from None
        return settings

    def _settings(self) -> Settings:
        given: dict[str, Any] = {
            "port_base": self.port_base,
            "state": self.state,
            "session": self.session,
            "host": self.host,
            "public": self.public or None,
            "plain_ports": False if self.no_plain else None,
            "bad_servers": self.bad_servers or None,
        }
        try:
            return Settings(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            names = ", ".join(f"LGO_SANDBOX_{str(e['loc'][0]).upper()}" for e in error.errors() if e["loc"])
            raise CommandError(f"réglage invalide : {names}") from None
