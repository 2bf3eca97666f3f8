"""``/connection.zip``: the ready document and every file it names, for clients elsewhere (another host, a container).

In the archive the paths of ``ready.json`` are relative to it. Source: design « Ready-file ». Knows no service.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response

from lgo_sandbox.control.access import CurrentLauncher, CurrentSession
from lgo_sandbox.control.listeners import connection_document

__all__ = ["router"]

router = APIRouter(tags=["connexion"])

READY = "ready.json"
FILES = ("cert", "key", "p12")
CHAIN = "chain"


@router.get("/connection.zip", response_class=Response)
async def connection(launcher: CurrentLauncher, session: CurrentSession) -> Response:
    """Télécharger le document de connexion avec la CA et les certificats de la session."""
    document = await connection_document(launcher, session.name)
    disposition = f'attachment; filename="lgo-sandbox-{session.name}.zip"'
    return Response(_archive(document), media_type="application/zip", headers={"content-disposition": disposition})


def _archive(document: Mapping[str, Any]) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        moved = {name: _put(archive, Path(document[name])) for name in ("ca", "ca_p12")}
        certificates = {name: _put_all(archive, entry) for name, entry in document["certificates"].items()}
        ready = {**document, **moved, "certificates": certificates}
        archive.writestr(READY, json.dumps(ready, ensure_ascii=False, indent=1))
    return octets.getvalue()


def _put_all(archive: zipfile.ZipFile, entry: Mapping[str, str]) -> dict[str, str]:
    files = {name: _put(archive, Path(value)) for name, value in entry.items() if name in (*FILES, CHAIN)}
    return {**entry, **files}


def _put(archive: zipfile.ZipFile, path: Path) -> str:
    name = f"pki/{path.name}"
    if name not in archive.namelist():
        archive.write(path, name)
    return name
