"""``lgo dmp``: existence of a DMP, authorisations, administrative data and searches in a terminal (French).

Source: specs/dmp.md §1.6, §1.7. Knows the DMP's client, no journey and no service. Traits of identity that the DMP
gives back are not shown (RG_0320): patients are named by the sheet of patients, or by their INS.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from lgo_client.cli_guard import Guarded
from lgo_client.clock import Workplace
from lgo_client.dmp import Dmp
from lgo_client.environment import Environment
from lgo_client.transport import http_client
from lgo_client.vihf import Mode, Software, VihfWriter, ins_cx

__all__ = ["dmp_app"]

dmp_app = typer.Typer(cls=Guarded, no_args_is_help=True, help="Appeler le DMP : existence, autorisations, recherches.")
console = Console()

PRODUCT, VERSION, NUMBER, OID = "LGO-DE-REFERENCE", "1.0", "SANDBOX000001", "2.25.1"
CARD, ORGANISATION = "carte", "certificat"
EMERGENCY = "centre_15"
LISTED = "TOUTE"
EVER = "20000101000000"

Who = Annotated[str, typer.Option("--par", help="Le professionnel : titulaire, adjoint, generaliste…")]
How = Annotated[str, typer.Option("--avec", help="carte (DIRECTE) ou certificat (INDIRECTE).")]
Ready = Annotated[Path | None, typer.Option("--ready", help="Fichier de connexion (ready.json).")]
Named = Annotated[str, typer.Argument(help="Le patient : un nom de la fiche (martin-claire), ou un matricule INS.")]
AsDoctor = Annotated[bool, typer.Option("--medecin-traitant", help="Pour le rôle de médecin traitant.")]


@dmp_app.command()
def existence(patient: Named, who: Who = "titulaire", how: How = CARD, ready: Ready = None) -> None:
    """TD0.2 : dire si le DMP existe, et si le professionnel peut le lire."""
    environment = Environment.load(ready)
    with _calling(environment, who, how) as dmp:
        access = dmp.existence(_ins(environment, patient))
    console.print(f"DMP {access.status}, autorisation {access.authorisation}" if access.exists else "pas de DMP")
    raise typer.Exit(0 if access.open_and_authorised else 1)


@dmp_app.command()
def administratif(patient: Named, who: Who = "titulaire", how: How = CARD, ready: Ready = None) -> None:
    """TD1.3a : lire l'état du DMP et les oppositions du patient."""
    environment = Environment.load(ready)
    with _calling(environment, who, how) as dmp:
        found = dmp.administrative(_ins(environment, patient))
    if not found.exists:
        console.print("pas de DMP")
        raise typer.Exit(1)
    breaking, emergency = (_yes(opposed) for opposed in (found.breaking_opposed, found.emergency_opposed))
    console.print(f"DMP {found.status} ; opposé au bris de glace : {breaking} ; à l'accès en urgence : {emergency}")


@dmp_app.command()
def autoriser(patient: Named, doctor: AsDoctor = False, who: Who = "titulaire", ready: Ready = None) -> None:
    """TD0.3 : déclarer son autorisation, avec l'accord du patient."""
    environment = Environment.load(ready)
    with _calling(environment, who, CARD) as dmp:
        said = dmp.authorise(_ins(environment, patient), doctor_in_charge=doctor)
    console.print(said or "autorisation enregistrée")


@dmp_app.command()
def retirer(patient: Named, doctor: AsDoctor = False, who: Who = "titulaire", ready: Ready = None) -> None:
    """TD0.3 : retirer son autorisation."""
    environment = Environment.load(ready)
    with _calling(environment, who, CARD) as dmp:
        said = dmp.withdraw(_ins(environment, patient), doctor_in_charge=doctor)
    console.print(said or "retrait enregistré")


@dmp_app.command()
def professionnels(
    patient: Named,
    mode: Annotated[str, typer.Option("--mode", help="ACTIVE, INTERDITE ou TOUTE.")] = LISTED,
    who: Who = "titulaire",
    ready: Ready = None,
) -> None:
    """TD1.6 : lister les professionnels autorisés, ou bloqués."""
    environment = Environment.load(ready)
    with _calling(environment, who, CARD) as dmp:
        found = dmp.professionals(_ins(environment, patient), mode)
    table = Table("identifiant", "professionnel", "depuis", "dernière action", "mode", title="Professionnels du DMP")
    for one in found:
        role = " (médecin traitant)" if one.doctor_in_charge else ""
        table.add_row(one.national_id, f"{one.name}{role}", one.started, one.acted, one.mode)
    console.print(table)


@dmp_app.command()
def liste(
    since: Annotated[str, typer.Option("--depuis", help="AAAAMMJJhhmmss")] = EVER,
    by_document: Annotated[bool, typer.Option("--alimentes", help="Ceux que quelqu'un a alimentés.")] = False,
    who: Who = "titulaire",
    ready: Ready = None,
) -> None:
    """TD0.4 : lister les DMP que le professionnel peut lire."""
    environment = Environment.load(ready)
    with _calling(environment, who, CARD) as dmp:
        found = dmp.dmps(since, by_document=by_document)
    table = Table("matricule INS", "autorisé le", "dernière action", "dernier lot", title=f"{len(found)} DMP")
    for one in found:
        table.add_row(one.matricule, one.authorised, one.acted, one.fed)
    console.print(table)


@dmp_app.command()
def chercher(
    family: Annotated[str, typer.Argument(help="Nom de famille, de naissance ou d'usage.")],
    birth: Annotated[str, typer.Option("--naissance", help="AAAAMMJJ, ou son début.")] = "",
    who: Who = "generaliste",
    ready: Ready = None,
) -> None:
    """TD0.5 : chercher un patient sans INS, au titre de la régulation (centre 15)."""
    with _calling(Environment.load(ready), who, CARD, EMERGENCY) as dmp:
        found = dmp.search(family, birth)
    table = Table("matricule INS", "OID", "naissance", "opposé à l'urgence", title=f"{len(found)} patient(s)")
    for one in found:
        table.add_row(one.matricule, one.oid, one.birth, _yes(one.emergency_opposed))
    console.print(table)
    raise typer.Exit(0 if found else 1)


def _yes(value: bool) -> str:
    return "oui" if value else "non"


def _ins(environment: Environment, patient: str) -> str:
    """Return the identifier of a patient, whom the sheet names or who is given by his matricule."""
    return ins_cx(patient if patient[:1].isdecimal() else environment.patient(patient).matricule)


@contextmanager
def _calling(environment: Environment, who: str, how: str, purpose: str = "normal") -> Iterator[Dmp]:
    """Give a client of the DMP that acts for a professional."""
    names = {
        CARD: (Mode.DIRECT, f"cps-{who}-auth", f"cps-{who}-sign"),
        ORGANISATION: (Mode.INDIRECT, "org-auth", "org-sign"),
    }
    if how not in names:
        console.print(f"moyen inconnu : {how} ; moyens : {', '.join(names)}")
        raise typer.Exit(2)
    mode, tls, signature = names[how]
    workplace, person = Workplace(), environment.person(who)
    vihf = VihfWriter(
        mode,
        person,
        environment.structure(person.structure),
        environment.certificate(signature),
        Software(PRODUCT, VERSION, workplace.uuid(), NUMBER),
        workplace,
        purpose,
    )
    with http_client(environment.ca, environment.certificate(tls)) as http:
        yield Dmp(http, environment.url("dmp"), vihf, workplace, OID)
