"""Npm packages that are relying parties nobody here wrote; openid-client in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from lgo_sandbox.state.locks import locked

__all__ = ["NotInstalled", "OpenidClient", "installed"]

PACKAGE = "openid-client@6"
INSTALL_SECONDS = 120


class NotInstalled(Exception):
    """The package cannot be had here; the message says why."""


def installed(folder: Path, package: str = PACKAGE) -> Path:
    """Return the folder with a package, installed there unless somebody did, or tried. Raises NotInstalled."""
    name = package.partition("@")[0]
    place = folder / name
    with locked(folder / f"{name}.lock"):
        if not place.exists():
            place.mkdir()
            _install(place, package)
    if not (place / "node_modules" / name).is_dir():
        raise NotInstalled(f"npm cannot install {name} here (offline?)")
    return place


def _install(place: Path, package: str) -> None:
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(place), package]
    try:
        subprocess.run(command, capture_output=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotInstalled(f"npm did not answer: {package} cannot be installed") from error


class OpenidClient:
    """A process that plays orders, one after the other."""

    def __init__(self, script: Path, modules: Path, ca: Path) -> None:
        known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = {**known, "NODE_EXTRA_CA_CERTS": str(ca), "OIDC_MODULES": str(modules)}
        self._process = subprocess.Popen(
            ["node", str(script)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def play(self, **order: Any) -> dict[str, Any]:
        """Send one order and wait for its answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
