"""Synchronisation of a folder: what is new, once and in order, whatever happens to the line, the process or the UIDs.

A UID counts under its UIDVALIDITY only: when that changed, the folder is read again from its beginning, and what was
kept already is known by its octets. Source: RFC 3501 §2.3.1.1, RFC 4549 §3; specs/mssante.md §9.2. Knows no store and
no message format.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from lgo_client.mss.doors import Place

__all__ = ["Folder", "synchronise"]


class Folder(Protocol):
    """A mailbox with a folder that can be opened."""

    def open(self, folder: str = ...) -> Place:
        """Return the UIDVALIDITY of a folder and the last UID that it gave out."""

    def after(self, uid: int) -> list[int]:
        """Return the UIDs beyond one, in order."""

    def octets(self, uid: int) -> bytes:
        """Return a message."""


def synchronise(box: Folder, folder: str, before: Place | None) -> Iterator[tuple[Place, int, bytes]]:
    """Yield each message that is new since a place, with the place that it brings.

    Whoever takes one writes it down with its place; then a line that breaks costs nothing.
    """
    now = box.open(folder)
    last = before.last if before is not None and before.validity == now.validity else 0
    if last >= now.last:
        return
    for uid in box.after(last):
        yield Place(now.validity, uid), uid, box.octets(uid)
