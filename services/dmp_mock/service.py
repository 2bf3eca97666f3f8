"""The DMP as the sandbox knows it.

Source: docs/sources/dmp.md; the version is that of the guide in force for officines
(docs/sources/requirements.md#dmp-profil, LGO.DMP.01).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmp_mock.checks import SHARED_CHECKS
from dmp_mock.codes.names import DESCRIBE
from dmp_mock.codes.parameters import FETCH, PATH
from dmp_mock.codes.retired import RETIRED, SINCE
from dmp_mock.options import OPTIONS
from dmp_mock.problems import problem
from dmp_mock.seeds import MIGRATIONS, seed
from dmp_mock.tables import TRANSACTIONS
from dmp_mock.web.site import MES, WEBPS
from dmp_mock.wire.decode import decode
from lgo_sandbox.contract import Door, Operation, PersonPage, Resource, ResourceRequest, Service, Situation
from lgo_sandbox.settings import MIB

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from lgo_sandbox.gate.asgi import Call
    from lgo_sandbox.sandbox import Sandbox
    from lgo_sandbox.tenant.session import Session
    from lgo_sandbox.wire.http import RawResponse

__all__ = ["SERVICE"]

_RETIRED = f"retired on {SINCE}: a fault says so, and what to do instead"

SITUATIONS = (
    Situation(
        "dmp-ouvert", "DMP ouvert, officine autorisée", "Tout patient sans autre situation, p. ex. martin-claire"
    ),
    Situation("dmp-absent", "Pas de DMP : TD0.2 répond NF", "fournier-ines"),
    Situation("dmp-ferme", "DMP fermé : statusCode terminated, DMPClosed ailleurs", "roux-gerard"),
    Situation("dmp-non-autorise", "DMP ouvert, officine sans autorisation", "blanc-nathalie"),
    Situation("dmp-bloque", "Titulaire bloquée par le patient, adjoint autorisé", "mercier-alain"),
    Situation("dmp-opposition", "Patient opposé à la consultation par l'officine", "moreau-etienne"),
    Situation("dmp-opposition-alimentation", "Patient opposé à l'alimentation", "girard-sophie"),
    Situation("dmp-radie", "Professionnel radié", "VIHF de la persona radie"),
    Situation(
        "dmp-exemples-officiels",
        "Identités des exemples publiés : professionnel, structures, patients",
        "VIHF de la persona officiel, pour pat-trois-dominique-dmp ou patb-quatre-laurence",
    ),
    Situation("dmp-site", "Site (EG) sous le certificat de son entité juridique (EJ)", "hopital, sous hopital-ej"),
)


def _app(sandbox: Sandbox) -> Any:
    from dmp_mock.app import create_app

    return create_app(sandbox)


def _shown(call: Call, answer: RawResponse) -> RawResponse:
    from dmp_mock.web.doors import shown

    return shown(call, answer)


def _tables() -> tuple[MetaData, ...]:
    from dmp_mock import accesses, citizens, registry_store, replays  # noqa: F401 - with every table
    from dmp_mock.base import Base

    return (Base.metadata,)


def _resource(name: str, title: str) -> Resource:
    """Publish a resource without importing the store before it is asked for."""

    def handle(sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
        from dmp_mock import resources

        return {resource.name: resource for resource in resources.RESOURCES}[name].handle(sandbox, session, request)

    return Resource(name, title, handle)


SERVICE = Service(
    name="dmp",
    title="DMP / Mon espace santé",
    create_app=_app,
    doors=(
        Door("dmp", 3, "DMP (SOAP)"),
        Door(WEBPS.door, 8, "DMP : Web-PS du professionnel"),
        Door(MES.door, 9, "Mon espace santé du patient", for_browsers=True),
    ),
    operations=(
        *(Operation(one.name, one.title, one.page.wire, one.page.serves) for one in TRANSACTIONS),
        *(Operation(one.name, one.title, serves=_RETIRED) for one in RETIRED),
        Operation(
            DESCRIBE,
            "Lire la description du service (WSDL)",
            "GET ?wsdl",
            "one service a path, complete in one document",
        ),
        Operation(FETCH, "Lire le fichier de paramètres (param-lps)", f"GET {PATH}", "simulated: its schema is ours"),
        Operation(
            WEBPS.operation,
            "Web-PS (TD0.9, TD0.10)",
            "GET /AccesDirect/…",
            "the professional's pages, by card or by the choice of a persona",
        ),
        Operation(MES.operation, "Mon espace santé", "GET /…", "the patient's pages, behind a simulated log-in"),
    ),
    checks=(*SHARED_CHECKS, *(check for transaction in TRANSACTIONS for check in transaction.checks)),
    prefix="DMP",
    page="dmp",
    options=OPTIONS,
    situations=SITUATIONS,
    resources=(
        _resource("patients", "DMP des patients : état, autorisations, documents"),
        _resource("documents", "Documents des DMP"),
    ),
    person_pages=(
        PersonPage("Mon espace santé", MES.door, f"{MES.login}#{{id}}"),
        PersonPage("Web-PS", WEBPS.door, "/AccesDirect/TableauDeBord/{matricule}"),
    ),
    spec_version="2.6.0",
    simulated="L'annexe des codes d'erreur n'est pas publique : les codes qui manquent sont signalés par X-Simulation.",
    max_body=32 * MIB,
    judges_coding=True,
    tables=_tables,
    seed=seed,
    migrations=MIGRATIONS,
    problem=problem,
    shown=_shown,
    decode=decode,
)
