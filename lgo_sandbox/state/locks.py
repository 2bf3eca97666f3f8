"""Locks between processes: of the operating system, because they die with the process that held them.

Source: own choice. A lock file may carry a JSON note on who holds it; the locked octet lies far behind the note,
because Windows forbids others to read what is locked. Knows nothing of stores.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

__all__ = ["Held", "Lock", "locked", "noted"]

FAR = 1 << 30
"""Where the locked octet is, beyond any note."""


class Held(Exception):
    """Another process holds the lock; ``note`` is what it says of itself, empty when it says nothing."""

    def __init__(self, note: Mapping[str, Any]) -> None:
        super().__init__("locked")
        self.note = note


if sys.platform == "win32":
    import msvcrt

    def _acquire(handle: IO[bytes]) -> None:
        while not _try(handle):
            pass  # LK_LOCK gives up after ten seconds

    def _try(handle: IO[bytes], mode: int = msvcrt.LK_LOCK) -> bool:
        handle.seek(FAR)
        try:
            msvcrt.locking(handle.fileno(), mode, 1)
        except OSError:
            return False
        return True

    def _acquire_now(handle: IO[bytes]) -> bool:
        return _try(handle, msvcrt.LK_NBLCK)

    def _release(handle: IO[bytes]) -> None:
        handle.seek(FAR)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _acquire(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _acquire_now(handle: IO[bytes]) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for the lock file at ``path``, against other threads and other processes, and hold it; not re-entrant."""
    with path.open("a+b") as handle:
        _acquire(handle)
        try:
            yield
        finally:
            _release(handle)


class Lock:
    """A lock file that is held until ``release`` or the end of the process, with a note on who holds it."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises Held, OSError."""
        self.path = path
        self._handle = path.open("a+b")
        if not _acquire_now(self._handle):
            self._handle.close()
            raise Held(noted(path))

    def note(self, note: Mapping[str, Any]) -> None:
        """Say who holds the lock, in place of what was said before."""
        octets = json.dumps(note, ensure_ascii=False).encode()
        self._handle.truncate(0)
        self._handle.write(octets)
        self._handle.flush()

    def release(self) -> None:
        """Let go of the lock; the file stays, because others may wait on it."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle.fileno(), 0)
        _release(self._handle)
        self._handle.close()


def noted(path: Path) -> Mapping[str, Any]:
    """Return what the holder of a lock file says of itself, empty when it says nothing."""
    try:
        note = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}
