"""All that the sandbox may know of the simulated Dossier pharmaceutique.

Source: docs/sources/dp.md#contrat-simule: the contract of the central server is not public; this one is ours and says
so in every answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dp_mock import codes
from dp_mock.checks import CHECKS
from dp_mock.events import EVENTS
from dp_mock.options import OPTIONS
from dp_mock.resources import RESOURCES
from dp_mock.seeds import SITUATIONS, seed
from dp_mock.wire.decoding import LABELS, decode
from dp_mock.wire.openapi import CONTRACT_PATH
from dp_mock.wire.outcomes import problem
from lgo_sandbox.contract import Door, Operation, Service
from lgo_sandbox.settings import KIB

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from lgo_sandbox.sandbox import Sandbox
    from lgo_sandbox.tenant.session import Session

__all__ = ["SERVICE"]

MAX_BODY = 256 * KIB
SPEC_VERSION = "simulation-1"


def _create_app(sandbox: Sandbox) -> Any:
    from dp_mock.app import create_app

    return create_app(sandbox)


def _tables() -> tuple[MetaData, ...]:
    from dp_mock.store import tables

    return tables()


def _connection_facts(_sandbox: Sandbox, _session: Session) -> Mapping[str, Any]:
    return {"dp": {"path": codes.BASE, "openapi": f"{codes.BASE}{CONTRACT_PATH}"}}


SERVICE = Service(
    name="dp",
    title="Dossier pharmaceutique",
    create_app=_create_app,
    doors=(Door("dp", 11, "Dossier pharmaceutique"),),
    operations=tuple(Operation(name, title) for name, title in LABELS.items()),
    checks=CHECKS,
    prefix="DP",
    page="dp",
    options=OPTIONS,
    situations=SITUATIONS,
    resources=RESOURCES,
    events=EVENTS,
    spec_version=SPEC_VERSION,
    simulated=(
        "Tout le contrat : adresses, états, messages, codes d'erreur, textes des rappels et des ruptures sont ceux du "
        "bac à sable, le serveur central du DP n'étant pas public. Les durées, le délai d'opposition et les droits du "
        "patient sont ceux de la loi ; les médicaments sont réels."
    ),
    max_body=MAX_BODY,
    tables=_tables,
    seed=seed,
    problem=problem,
    decode=decode,
    connection_facts=_connection_facts,
)
