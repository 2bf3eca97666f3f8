"""The reference client's mail desks in a session of the operator, and the connection document they open by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lgo_client.environment import Environment
from lgo_client.mss.desk import MailDesk
from lgo_client.mss.opening import opened_desk
from lgo_sandbox.control.ready import people_document
from support.mss_operator import MailTenant

__all__ = ["connection", "desk_of", "ready_file"]


def connection(tenant: MailTenant) -> dict[str, Any]:
    """Return the connection document of a session."""
    operator = tenant.operator
    issued = operator.app_certificate(session=tenant.name)
    return {
        "session": tenant.name,
        "smtp": f"127.0.0.1:{operator.smtp_port}",
        "imap": f"127.0.0.1:{operator.imap_port}",
        "services": {"annuaire": {"http": f"{operator.annuaire}/s/{tenant.name}"}},
        "annuaire_api_key": "cle-annuaire-sandbox",
        "nil": "SBX-LGO-000001",
        "ca": str(operator.ca),
        "certificates": {"mss-app": {"chain": str(issued.chain), "key": str(issued.key)}},
        **people_document(operator.runner.people),
    }


def ready_file(tenant: MailTenant, folder: Path) -> Path:
    """Write the connection document of a session into a folder, and return its path."""
    path = folder / "ready.json"
    path.write_text(json.dumps(connection(tenant)), encoding="utf-8")
    return path


@contextmanager
def desk_of(
    tenant: MailTenant, folder: Path, who: str = "titulaire", *, application: bool = False, token: str = ""
) -> Iterator[MailDesk]:
    """Give the desk of a persona (with a token that is not hers, if one is given), or of the pharmacy's software."""
    way = None if application else (lambda: token or tenant.token(who))
    with opened_desk(Environment(connection(tenant)), who, folder, way) as desk:
        yield desk
