"""Files of the installation: atomic writes, private keys readable by their owner only.

Source: own choice. Knows nothing of certificates.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

__all__ = ["PkiError", "read_json", "write_atomically", "write_json"]

_PRIVATE_MODE = 0o600
_PUBLIC_MODE = 0o644


class PkiError(Exception):
    """The installation's PKI directory cannot be used: incomplete, damaged, or made by another version."""


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
