"""``connect``: fetch the connection document and certificates of a sandbox that runs elsewhere (container, other host).

The files come from the control API (``/connection.zip``); the paths of the written ``ready.json`` are those of this
machine. Source: design of the project (Ready-file).
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from lgo_sandbox.cli.errors import CommandError

__all__ = ["write_connection"]

READY = "ready.json"
PATHS = ("cert", "key", "p12", "chain")
PRIVATE, PRIVATE_FOLDER = 0o600, 0o700
MAX_FILE = 8 * 1024 * 1024


def write_connection(octets: bytes, folder: Path) -> Path:
    """Write the archive's files below ``folder`` and return the ready-file. Raises CommandError."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            files = {entry.filename: _content(archive, entry) for entry in archive.infolist()}
        document = _placed(json.loads(files.pop(READY)), folder.resolve())
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as error:
        raise CommandError(f"archive de connexion illisible ({type(error).__name__})") from error
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    for name, content in files.items():
        _write(folder / "pki" / Path(name).name, content)
    ready = folder / READY
    _write(ready, json.dumps(document, ensure_ascii=False, indent=1).encode())
    return ready.resolve()


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > MAX_FILE:
        raise ValueError(entry.filename)
    return archive.read(entry)


def _placed(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    here = {name: str(folder / document[name]) for name in ("ca", "ca_p12")}
    certificates = {
        name: entry | {key: str(folder / entry[key]) for key in PATHS if key in entry}
        for name, entry in document["certificates"].items()
    }
    return {**document, **here, "certificates": certificates}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.touch(PRIVATE)
    path.write_bytes(content)
