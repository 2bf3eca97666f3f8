"""Whether an attached file can be run: by its name, or by its first octets.

Source: docs/sources/mssante.md (Pièce exécutable). Pure functions of a name and octets.
"""

from __future__ import annotations

from mss_mock.codes.files import EXECUTABLE_NAMES, EXECUTABLE_STARTS

__all__ = ["executable"]


def executable(name: str, body: bytes) -> str:
    """Return why a file can be run, in French; empty when it cannot, as far as name and first octets say."""
    extension = name.rstrip(" .").lower().rpartition(".")[2] if "." in name else ""
    if extension in EXECUTABLE_NAMES:
        return f"extension .{extension}"
    return next((what for start, what in EXECUTABLE_STARTS.items() if body.startswith(start)), "")
