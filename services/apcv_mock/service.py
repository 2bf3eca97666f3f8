"""All that control, console, CLI and launcher may know of the ApCV service.

Source: design of the project (« Every service has the same rooms »). Imports its own rooms only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from apcv_mock import wire
from apcv_mock.app import DESCRIBE, create_app
from apcv_mock.checks import CHECKS
from apcv_mock.codes import ERRORS
from apcv_mock.domain import MAGIC_CODES
from apcv_mock.options import OPTIONS
from apcv_mock.pages import OPERATION, PHONE_PATH
from apcv_mock.resources import RESOURCES
from apcv_mock.seeds import personas
from lgo_sandbox.contract import Door, NamedFault, Operation, PersonPage, Service, Situation
from lgo_sandbox.population.people import population
from lgo_sandbox.settings import KIB

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from lgo_sandbox.sandbox import Sandbox
    from lgo_sandbox.tenant.session import Session

__all__ = ["SERVICE"]

MAX_BODY = 256 * KIB
"""Far above any request, the assertion included."""

SITUATIONS = (
    *(
        Situation(one.id, one.situation, f"{PHONE_PATH}?persona={one.id} : {one.name}")
        for one in personas(population()).values()
    ),
    *(
        Situation(code.partition(":")[2].lower(), ERRORS[error].label, f"Donnees « {code} »")
        for code, error in MAGIC_CODES.items()
    ),
    Situation("cps-absente", ERRORS["apcv_simule_cps_absente"].label, "un appel sans assertion dans wsse:Security"),
)


def _tables() -> tuple[MetaData, ...]:
    from apcv_mock.store import Base

    return (Base.metadata,)


def _connection_facts(_sandbox: Sandbox, session: Session) -> Mapping[str, Any]:
    phones = list(personas(session.people))
    return {"apcv": {"auth": wire.AUTH_PATH, "sign": wire.SIGN_PATH, "appli": PHONE_PATH, "personas": phones}}


SERVICE = Service(
    name="apcv",
    title="ApCV, appli carte Vitale",
    create_app=create_app,
    doors=(Door("apcv", 7, "ApCV (SOAP 1.2) et téléphone du patient"),),
    operations=(
        Operation(wire.AUTHENTICATE.name, "Lire le code de l'appli et ouvrir un contexte"),
        Operation(wire.RESTORE.name, "Redonner le contexte en cours"),
        Operation(wire.DESTROY.name, "Détruire un contexte"),
        Operation(wire.SIGN_BILL.name, "Signer une facture au nom du patient"),
        Operation(DESCRIBE, "Lire la description du service (WSDL)"),
        Operation(OPERATION, "Téléphone simulé d'un patient"),
    ),
    checks=CHECKS,
    prefix="APCV",
    page="apcv",
    options=OPTIONS,
    faults=tuple(NamedFault(error.code, "*", error.label) for error in ERRORS.values()),
    situations=SITUATIONS,
    resources=RESOURCES,
    person_pages=(PersonPage("Appli carte Vitale simulée", "apcv", f"{PHONE_PATH}?persona={{id}}"),),
    spec_version="simulation-1",
    simulated=(
        "Le contenu des réponses, le code affiché, les codes d'erreur, les durées et le téléphone sont ceux du bac à "
        "sable : en-tête X-Simulation. Les actions, les adresses et les éléments des demandes sont publics. Rien de la "
        "facturation SESAM-Vitale n'est imité."
    ),
    max_body=MAX_BODY,
    tables=_tables,
    problem=wire.problem,
    decode=wire.decode,
    connection_facts=_connection_facts,
)
