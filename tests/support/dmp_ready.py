"""The connection document of a session of the DMP, as the reference client reads it."""

from __future__ import annotations

import json
from pathlib import Path

from lgo_sandbox.control.ready import people_document
from support.dmp_door import Dmp

__all__ = ["PERSONAS", "ready_file"]

PERSONAS = ("titulaire", "adjoint", "preparateur", "generaliste", "medecin-voisine")


def ready_file(dmp: Dmp, folder: Path) -> Path:
    """Write the document of a session into a folder, and return its path."""
    runner, session = dmp.doors.runner, dmp.tenant.name
    issued = {f"org-{use}": runner.issue(f"org-{use}", session=session) for use in ("auth", "sign")}
    issued |= {
        f"cps-{who}-{use}": runner.issue(f"cps-{use}", who, session=session)
        for who in PERSONAS
        for use in ("auth", "sign")
    }
    document = {
        "session": session,
        "services": {"dmp": {"https": dmp.tenant.url("dmp")}},
        "ca": str(dmp.sandbox.pki.ca_bundle),
        "certificates": {name: {"chain": str(one.chain), "key": str(one.key)} for name, one in issued.items()},
        **people_document(dmp.people),
    }
    path = folder / "ready.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
