"""Which certificates are revoked, and since when: one JSON file, shared by the processes of an installation.

Source: specs/mssante.md §1.1 (a CRL must be published; high). The lists themselves are signed in ``building``.
Knows no certificate, only authorities and serial numbers.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from lgo_sandbox.pki.files import read_json, write_json
from lgo_sandbox.pki.names import Ca
from lgo_sandbox.state.locks import locked

__all__ = ["Revocations"]


class Revocations:
    """The persisted revocations of one installation; read again when another process changed the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state: tuple[int, int] | None = None
        self._by_ca: dict[Ca, dict[int, datetime]] = {}

    def add(self, ca: Ca, serials: dict[int, datetime]) -> None:
        """Record serial numbers with the moment from which they are revoked; an earlier date stands."""
        with locked(self._path.with_suffix(".lock")):
            entries = read_json(self._path)
            known = entries.setdefault(ca.value, {})
            for serial, since in serials.items():
                known.setdefault(f"{serial:x}", since.isoformat())
            write_json(self._path, entries)

    def of(self, ca: Ca) -> dict[int, datetime]:
        """Return the revoked serial numbers of an authority."""
        state = self._file_state()
        if state != self._state:
            self._by_ca = {Ca(name): _parsed(entries) for name, entries in read_json(self._path).items()}
            self._state = state
        return self._by_ca.get(ca, {})

    def since(self, ca: Ca, serial: int) -> datetime | None:
        """Return when a certificate was revoked, None when it was not."""
        return self.of(ca).get(serial)

    def _file_state(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino


def _parsed(entries: dict[str, str]) -> dict[int, datetime]:
    return {int(serial, 16): datetime.fromisoformat(since) for serial, since in entries.items()}
