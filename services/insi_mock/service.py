"""All that control, console, CLI and launcher may know of INSi.

Source: design of the project (« Every service has the same rooms »). Imports its own rooms only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from insi_mock import wire
from insi_mock.app import DESCRIBE, create_app
from insi_mock.checks import CHECKS
from insi_mock.codes import PUBLISHED_IDAM
from insi_mock.domain import Traits
from insi_mock.resources import IDENTITIES
from insi_mock.seeds import MAGIC
from lgo_sandbox.contract import Door, Operation, Option, Service, Situation
from lgo_sandbox.identifiers import OID_INS_NIR, OID_INS_NIR_DEMO, OID_INS_NIR_TEST

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from lgo_sandbox.sandbox import Sandbox
    from lgo_sandbox.session import Session

__all__ = ["SERVICE"]

MAX_BODY = 512 * 1024
"""Far above any request, assertions included."""

OPTIONS = (
    Option("first_names", "leading", ("leading", "any"), "Prénoms demandés : au début de la liste, ou n'importe où"),
    Option("serialisation", "G3", ("G3", "G1"), "Mise en forme des réponses : actuelle (G3) ou d'avant 2022 (G1)"),
    Option("any_idam", "yes", ("yes", "no"), "Accepter tout IDAM de 12 caractères, sauf ceux qui commencent par REFUS"),
    Option(
        "nir_root",
        OID_INS_NIR,
        (OID_INS_NIR, OID_INS_NIR_TEST, OID_INS_NIR_DEMO),
        "Racine des INS-NIR rendus : réelle (.8, comme la qualification), de test (.10) ou de démonstration (.11)",
    ),
)


def _tables() -> tuple[MetaData, ...]:
    from insi_mock.store import Base

    return (Base.metadata,)


def _connection_facts(_sandbox: Sandbox, _session: Session) -> Mapping[str, Any]:
    return {"idam": PUBLISHED_IDAM}


def _how(traits: Traits) -> str:
    place = f", LieuNaissance {traits.birth_place}" if traits.birth_place else ""
    return (
        f"NomNaissance {traits.birth_name}, Prenom {traits.first_names}, Sexe {traits.sex}, "
        f"DateNaissance {traits.birth_date}{place}"
    )


SITUATIONS = tuple(
    Situation(magic.id, f"{magic.title} → {magic.code}", f"Chercher par traits : {_how(magic.traits)}")
    for magic in MAGIC
)

SERVICE = Service(
    name="insi",
    title="INSi, téléservice de l'identité nationale de santé",
    create_app=create_app,
    doors=(Door("insi", 2, "INSi (SOAP 1.2)"),),
    operations=(
        Operation(wire.BY_TRAITS.name, "Rechercher l'INS par les traits d'identité (WS_INS2)"),
        Operation(wire.BY_CARD.name, "Rechercher l'INS par la carte Vitale (WS_INS1), pas encore simulé"),
        Operation(DESCRIBE, "Lire la description du service (WSDL)"),
    ),
    checks=CHECKS,
    options=OPTIONS,
    situations=SITUATIONS,
    resources=(IDENTITIES,),
    spec_version="1.5.0",
    simulated="Codes d'erreur non publics (en-tête X-Simulation) ; recherche par carte Vitale pas encore simulée.",
    max_body=MAX_BODY,
    tables=_tables,
    problem=wire.problem,
    decode=wire.decode,
    connection_facts=_connection_facts,
)
