"""All that control, console, CLI and launcher may know of INSi.

Source: design of the project (« Every service has the same rooms »). Imports its own rooms only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from health_documents.identifiers import OID_INS_NIR, OID_INS_NIR_DEMO, OID_INS_NIR_TEST
from insi_mock import wire
from insi_mock.app import DESCRIBE, create_app
from insi_mock.checks import CHECKS
from insi_mock.codes import ERRORS, PUBLISHED_IDAM
from insi_mock.resources import IDENTITIES, POPULATION, VERIFICATIONS
from insi_mock.seeds import MAGIC
from insi_mock.showing import how
from insi_mock.verifying import BATCH, judge_batch
from lgo_sandbox.contract import Door, NamedFault, Operation, Option, Service, Situation

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from lgo_sandbox.sandbox import Sandbox
    from lgo_sandbox.tenant.session import Session

__all__ = ["SERVICE"]

MAX_BODY = 512 * 1024
"""Far above any request, assertions or a batch included."""

OPTIONS = (
    Option("first_names", "leading", ("leading", "any"), "Prénoms demandés : au début de la liste, ou n'importe où"),
    Option(
        "birth_name",
        "exact",
        ("exact", "separators"),
        "Nom de naissance : au caractère près, ou tiret et apostrophe valant espace",
    ),
    Option(
        "birth_date",
        "exact",
        ("exact", "completed"),
        "Date partielle ou lunaire : telle quelle, ou aussi complétée selon le RNIV",
    ),
    Option(
        "not_found",
        "01",
        ("01", "failure"),
        "Personne introuvable : réponse 01, ou erreur technique comme l'environnement de test officiel",
    ),
    Option(
        "history",
        "live",
        ("live", "plan"),
        "Historique d'ECETINSI : comme l'environnement de test (un matricule), ou du plan de tests, cas 2.04-2 (deux)",
    ),
    Option(
        "serialisation",
        "G3",
        tuple(wire.GENERATIONS),
        "Mise en forme des réponses : actuelle (G3), d'avant 2022 (G1), des fichiers officiels (INJECTION)",
    ),
    Option("gateway", "current", ("current", "former"), "Fautes de la passerelle : actuelles, ou d'avant 2023"),
    Option("cn_rule", "enforced", ("enforced", "off"), "Certificat d'organisation : CN INSI-AUTO ou INSI-MANU exigé"),
    Option("psc", "accepted", ("accepted", "refused"), "Assertion Pro Santé Connect (non signée)"),
    Option("api_token", "accepted", ("accepted", "required"), "Jeton de l'API Pro Santé Connectée : accepté, ou exigé"),
    Option(
        "vitale_assertion",
        "ignored",
        ("ignored", "checked", "required"),
        "Assertion de la carte Vitale (contenu simulé) : ignorée, contrôlée si présente, exigée",
    ),
    Option("batch_delay", "3600", ("3600", "0", "60", "86400"), "Délai d'un dépôt, en secondes de la session"),
    Option(
        "any_idam",
        "yes",
        ("yes", "no", "free"),
        "IDAM acceptés : tout numéro de 12 caractères, celui du bac à sable seul, ou tout ; jamais ceux en REFUS…",
    ),
    Option(
        "nir_root",
        OID_INS_NIR,
        (OID_INS_NIR, OID_INS_NIR_TEST, OID_INS_NIR_DEMO),
        "Racine des INS-NIR rendus : réelle (.8, comme la qualification), de test (.10) ou de démonstration (.11)",
    ),
)

FAULTS = tuple(NamedFault(error.code, "*", error.label) for error in ERRORS.values())


def _tables() -> tuple[MetaData, ...]:
    from insi_mock.store import Base

    return (Base.metadata,)


def _connection_facts(_sandbox: Sandbox, _session: Session) -> Mapping[str, Any]:
    return {"idam": PUBLISHED_IDAM}


SERVICE = Service(
    name="insi",
    title="INSi, téléservice de l'identité nationale de santé",
    create_app=create_app,
    doors=(Door("insi", 2, "INSi (SOAP 1.2)"),),
    operations=(
        Operation(wire.BY_TRAITS.name, "Rechercher l'INS par les traits d'identité (WS_INS2)"),
        Operation(wire.BY_CARD.name, "Rechercher l'INS par la carte Vitale (WS_INS1)"),
        Operation(wire.VERIFY.name, "Vérifier un INS et des traits (WS_INS3, reconstitué)"),
        Operation(wire.DEPOSIT.name, "Déposer un lot à vérifier (WS_INS4, reconstitué)"),
        Operation(wire.COLLECT.name, "Relever un lot vérifié (WS_INS5, reconstitué)"),
        Operation(DESCRIBE, "Lire la description du service (WSDL)"),
    ),
    checks=CHECKS,
    prefix="INSI",
    page="insi",
    options=OPTIONS,
    situations=tuple(Situation(magic.id, f"{magic.title} → {magic.code}", how(magic.asked)) for magic in MAGIC),
    resources=(IDENTITIES, VERIFICATIONS, POPULATION),
    faults=FAULTS,
    spec_version="1.5.0",
    simulated=(
        "Codes d'erreur non publics, vérification unitaire et en masse, transport de l'assertion PSC : "
        "en-tête X-Simulation."
    ),
    max_body=MAX_BODY,
    judges_coding=True,
    tables=_tables,
    problem=wire.problem,
    decode=wire.decode,
    connection_facts=_connection_facts,
    events={BATCH: judge_batch},
)
