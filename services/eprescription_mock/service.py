"""All that the sandbox may know of the simulated Ordonnance numérique.

Source: docs/sources/eprescription.md#contrat-simule: the national contract is not public; this one is ours and says so
in every answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from eprescription_mock import codes
from eprescription_mock.checks import CHECKS
from eprescription_mock.options import OPTIONS
from eprescription_mock.resources import RESOURCES
from eprescription_mock.seeds import NUMBERS, SEEDS, UNKNOWN_NUMBER, seed
from eprescription_mock.wire.decoding import LABELS, decode
from eprescription_mock.wire.outcomes import problem
from lgo_sandbox.contract import Door, Operation, Service, Situation
from lgo_sandbox.settings import KIB

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from lgo_sandbox.sandbox import Sandbox
    from lgo_sandbox.tenant.session import Session

__all__ = ["SERVICE"]

MAX_BODY = 512 * KIB
SPEC_VERSION = "simulation-1"

SITUATIONS = (
    *(Situation(f"{one.suffix}-{one.index}", one.title, f"{one.numero} : {one.how}") for one in SEEDS),
    Situation("INC-1", "Numéro inconnu", f"{UNKNOWN_NUMBER} : consulter : 404"),
)


def _create_app(sandbox: Sandbox) -> Any:
    from eprescription_mock.app import create_app

    return create_app(sandbox)


def _tables() -> tuple[MetaData, ...]:
    from eprescription_mock.store import tables

    return tables()


def _connection_facts(_sandbox: Sandbox, _session: Session) -> Mapping[str, Any]:
    return {"eprescription": {"path": codes.BASE, "numbers": dict(NUMBERS)}}


SERVICE = Service(
    name="eprescription",
    title="Ordonnance numérique",
    create_app=_create_app,
    doors=(Door("eprescription", 4, "Ordonnance numérique"),),
    operations=tuple(Operation(name, title) for name, title in LABELS.items()),
    checks=CHECKS,
    prefix="EPRESC",
    page="eprescription",
    options=OPTIONS,
    situations=SITUATIONS,
    resources=RESOURCES,
    spec_version=SPEC_VERSION,
    simulated=(
        "Tout le contrat : adresses, états, numéros, QR code, codes d'erreur et motifs sont ceux du bac à sable, "
        "le téléservice national n'étant pas public. Les systèmes de codes, les OID, la base de médicaments et "
        "l'authentification Pro Santé Connect sont réels."
    ),
    max_body=MAX_BODY,
    tables=_tables,
    seed=seed,
    problem=problem,
    decode=decode,
    connection_facts=_connection_facts,
)
