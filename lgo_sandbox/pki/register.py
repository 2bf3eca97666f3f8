"""Which certificates were ever signed here: the serial numbers of each authority, one a line, never taken back.

An OCSP responder says « good » only of what its authority issued. A certificate stays good when its session is gone, so
the files of certificates do not tell. Source: RFC 6960 §2.2; own choice of the form. Knows no certificate.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lgo_sandbox.pki.names import Ca

__all__ = ["Register"]


class Register:
    """The serial numbers of one installation; read again when another process added some."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read: dict[Ca, tuple[int, frozenset[int]]] = {}

    @property
    def begun(self) -> bool:
        """Tell whether anything was ever recorded."""
        return self._directory.exists()

    def add(self, ca: Ca, serials: Iterable[int]) -> None:
        """Record what an authority signed; a line is written whole (POSIX appends of this size are atomic)."""
        self._directory.mkdir(parents=True, exist_ok=True)
        with self._path(ca).open("a", encoding="ascii") as lines:
            lines.write("".join(f"{serial:x}\n" for serial in serials))

    def has(self, ca: Ca, serial: int) -> bool:
        """Tell whether an authority signed a certificate of this number."""
        try:
            size = self._path(ca).stat().st_size
        except FileNotFoundError:
            return False
        if ca not in self._read or self._read[ca][0] != size:
            lines = self._path(ca).read_text(encoding="ascii").split()
            self._read[ca] = size, frozenset(int(line, 16) for line in lines)
        return serial in self._read[ca][1]

    def _path(self, ca: Ca) -> Path:
        return self._directory / f"{ca}.txt"
