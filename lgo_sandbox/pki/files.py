"""Files of the installation: atomic writes, private keys readable by their owner only, one writer at a time.

Source: own choice. A lock of the operating system, because it dies with the process that held it.
Knows nothing of certificates.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

__all__ = ["PkiError", "locked", "read_json", "write_atomically", "write_json"]

_PRIVATE_MODE = 0o600
_PUBLIC_MODE = 0o644


class PkiError(Exception):
    """The installation's PKI directory cannot be used: incomplete, damaged, or made by another version."""


if sys.platform == "win32":
    import msvcrt

    def _acquire(handle: IO[bytes]) -> None:
        handle.seek(0)
        while True:
            try:
                msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
            except OSError:  # LK_LOCK gives up after ten seconds
                continue
            return

    def _release(handle: IO[bytes]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _acquire(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _release(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at ``path``, against other threads and other processes; not re-entrant."""
    with path.open("a+b") as handle:
        _acquire(handle)
        try:
            yield
        finally:
            _release(handle)


def write_atomically(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    mode = _PRIVATE_MODE if private else _PUBLIC_MODE
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode), "wb") as handle:
        handle.write(content)
    os.replace(draft, path)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically, keys sorted."""
    write_atomically(path, json.dumps(value, indent=1, sort_keys=True).encode())


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file, empty when there is no file; PkiError when it is not a JSON object."""
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise PkiError(f"{path} is not JSON: delete the pki directory to have it made again") from error
    if not isinstance(value, dict):
        raise PkiError(f"{path} is not a JSON object: delete the pki directory to have it made again")
    return value
