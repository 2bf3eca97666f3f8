"""``lgo dmp``: existence of a DMP, the patient's choices, authorisations, administrative data, searches (French).

Source: specs/dmp.md §1.6, §1.7. Knows the DMP's client, no journey and no service. Traits of identity that the DMP
gives back are not shown (RG_0320): patients are named by the sheet of patients, or by their INS.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from lgo_client.cli_dmp_desk import (
    Named,
    Ready,
    Who,
    Workstation,
    at_desk,
    console,
    environment_of,
    ins_of,
    plain,
    waiting_for,
    yes,
)
from lgo_client.cli_dmp_documents import add_document_commands
from lgo_client.cli_guard import Guarded
from lgo_client.cli_scenarios import Here, Output, play_scenarios
from lgo_client.cli_words import counted, moment, noted

if TYPE_CHECKING:
    from lgo_client.dmp import Dmp
    from lgo_client.environment import Environment

__all__ = ["dmp_app"]

dmp_app = typer.Typer(
    cls=Guarded, no_args_is_help=True, help="Le DMP : existence, autorisations, documents, file d'attente, scénarios."
)
authorisation_app = typer.Typer(cls=Guarded, no_args_is_help=True, help="TD0.3 : sa propre autorisation d'accès.")
dmp_app.add_typer(authorisation_app, name="autorisation")
add_document_commands(dmp_app)

CARD, ORGANISATION = "carte", "certificat"
EMERGENCY = "centre_15"
LISTED = "TOUTE"
LISTS = ("ACTIVE", "INTERDITE", LISTED)
EVER = "20000101000000"

How = Annotated[str, typer.Option("--avec", help="carte (DIRECTE) ou certificat (INDIRECTE).")]
AsDoctor = Annotated[bool, typer.Option("--medecin-traitant", help="Pour le rôle de médecin traitant.")]


def _state(status: str) -> str:
    """Return the state of a DMP for people, another word as it came."""
    return {"active": "ouvert", "terminated": "fermé"}.get(status, status)


@dmp_app.command()
def existence(patient: Named, who: Who = "titulaire", how: How = CARD, ready: Ready = None) -> None:
    """TD0.2 : dire si le DMP existe, et si le professionnel peut le lire."""
    environment = environment_of(ready)
    with _calling(environment, who, how) as dmp, waiting_for("Test d'existence"):
        access = dmp.existence(ins_of(environment, patient))
    console.print(
        f"DMP {_state(access.status)}, autorisation {access.authorisation}" if access.exists else "pas de DMP"
    )
    raise typer.Exit(0 if access.open_and_authorised else 1)


@dmp_app.command()
def donnees(patient: Named, who: Who = "titulaire", how: How = CARD, ready: Ready = None) -> None:
    """TD1.3a : lire l'état du DMP et les oppositions du patient."""
    environment = environment_of(ready)
    with _calling(environment, who, how) as dmp, waiting_for("Données administratives"):
        found = dmp.administrative(ins_of(environment, patient))
    if not found.exists:
        console.print("pas de DMP")
        raise typer.Exit(1)
    breaking, emergency = (yes(opposed) for opposed in (found.breaking_opposed, found.emergency_opposed))
    console.print(
        f"DMP {_state(found.status)} ; opposé au bris de glace : {breaking} ; à l'accès en urgence : {emergency}"
    )


@dmp_app.command()
def choix(
    patient: Named,
    agreed: Annotated[bool, typer.Option("--accord", help="Le patient est d'accord.")] = False,
    opposed: Annotated[bool, typer.Option("--opposition", help="Le patient s'oppose.")] = False,
    subject: Annotated[str, typer.Option("--pour", help="consultation ou alimentation.")] = "consultation",
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Noter ou montrer ce que le patient a choisi : rien n'est envoyé."""
    from lgo_client.dmp.records import Choice, Subject

    if subject not in [*Subject] or (agreed and opposed):
        raise ValueError("--accord ou --opposition, pour consultation ou alimentation")
    with at_desk(who, folder, ready) as (environment, desk):
        cx = ins_of(environment, patient)
        if agreed or opposed:
            desk.say(cx, Subject(subject), Choice.AGREED if agreed else Choice.OPPOSED)
        table = Table("quoi", "choix", "noté par", "le", title="Choix du patient")
        for said in desk.records.choices(cx):
            table.add_row(said.subject, said.choice, said.said_by, noted(said.at))
    console.print(table)


@authorisation_app.command()
def ajouter(
    patient: Named, doctor: AsDoctor = False, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None
) -> None:
    """Noter l'accord du patient, puis déclarer son autorisation."""
    with at_desk(who, folder, ready) as (environment, desk), waiting_for("Autorisation d'accès"):
        said = desk.authorise(ins_of(environment, patient), doctor_in_charge=doctor)
    console.print(plain(said) or "autorisation enregistrée")


@authorisation_app.command()
def supprimer(
    patient: Named, doctor: AsDoctor = False, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None
) -> None:
    """Retirer son autorisation."""
    with at_desk(who, folder, ready) as (environment, desk), waiting_for("Retrait de l'autorisation"):
        said = desk.withdraw(ins_of(environment, patient), doctor_in_charge=doctor)
    console.print(plain(said) or "retrait enregistré")


@dmp_app.command()
def autorisations(
    patient: Named,
    mode: Annotated[str, typer.Option("--mode", help="ACTIVE, INTERDITE ou TOUTE.")] = LISTED,
    who: Who = "titulaire",
    ready: Ready = None,
) -> None:
    """TD1.6 : lister les professionnels autorisés, ou bloqués."""
    if mode not in LISTS:
        raise ValueError(f"mode {mode} ; modes : {', '.join(LISTS)}")
    environment = environment_of(ready)
    with _calling(environment, who) as dmp, waiting_for("Professionnels autorisés"):
        found = dmp.professionals(ins_of(environment, patient), mode)
    table = Table("identifiant", "professionnel", "depuis", "dernière action", "mode", title="Professionnels du DMP")
    for one in found:
        role = " (médecin traitant)" if one.doctor_in_charge else ""
        table.add_row(one.national_id, plain(f"{one.name}{role}"), moment(one.started), moment(one.acted), one.mode)
    console.print(table)


@dmp_app.command()
def patients(
    since: Annotated[str, typer.Option("--depuis", help="AAAAMMJJhhmmss")] = EVER,
    by_document: Annotated[bool, typer.Option("--alimentes", help="Ceux que quelqu'un a alimentés.")] = False,
    who: Who = "titulaire",
    ready: Ready = None,
) -> None:
    """TD0.4 : lister les DMP que le professionnel peut lire."""
    if not (since.isdecimal() and len(since) == len(EVER)):
        raise ValueError(f"--depuis {since} ; attendu : quatorze chiffres, AAAAMMJJhhmmss")
    with _calling(environment_of(ready), who) as dmp, waiting_for("DMP autorisés"):
        found = dmp.dmps(since, by_document=by_document)
    table = Table("matricule INS", "autorisé le", "dernière action", "dernier lot", title=f"{len(found)} DMP")
    for one in found:
        table.add_row(one.matricule, moment(one.authorised), moment(one.acted), moment(one.fed))
    console.print(table)


@dmp_app.command("rechercher-patient")
def rechercher_patient(
    family: Annotated[str, typer.Argument(metavar="NOM", help="Nom de famille, de naissance ou d'usage.")],
    birth: Annotated[str, typer.Option("--naissance", help="AAAAMMJJ, ou son début.")] = "",
    who: Who = "generaliste",
    ready: Ready = None,
) -> None:
    """TD0.5 : chercher un patient sans INS, au titre de la régulation (centre 15)."""
    environment = environment_of(ready)
    with _calling(environment, who, purpose=EMERGENCY) as dmp, waiting_for("Recherche"):
        found = dmp.search(family, birth)
    table = Table("matricule INS", "OID", "naissance", "opposé à l'urgence", title=counted(len(found), "patient"))
    for one in found:
        table.add_row(one.matricule, one.oid, moment(one.birth), yes(one.emergency_opposed))
    console.print(table)
    raise typer.Exit(0 if found else 1)


@dmp_app.command()
def web(patient: Named, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None) -> None:
    """TD0.9 : donner l'adresse du dossier du patient sur le DMP web, que le navigateur ouvre avec la carte."""
    from lgo_client.dmp.web import Page, page

    with at_desk(who, folder, ready) as (environment, desk), waiting_for("Paramètres"):
        cx = ins_of(environment, patient)
        console.print(page(desk.parameters.current(), Page.FILE, cx.partition("^")[0]), soft_wrap=True)


@dmp_app.command()
def scenario(
    letter: Annotated[str, typer.Argument(metavar="LETTRE", help="De A à K ; « tous » pour les jouer tous.")],
    output: Output = Path("lgo-output"),
    here: Here = False,
    ready: Ready = None,
) -> None:
    """Jouer un scénario DMP-A à DMP-K de bout en bout, et dire ce que le bac à sable en constate."""
    from lgo_client.journeys.dmp_scenarios import CARDS, play_card

    environment = environment_of(ready)
    environment.url("dmp")
    play_scenarios(letter, CARDS, "dmp", play_card, environment, output, here=here)


def _calling(
    environment: Environment, who: str, how: str = CARD, purpose: str = "normal"
) -> AbstractContextManager[Dmp]:
    """Give the DMP to a command that needs nothing else of the desk."""
    from lgo_client.dmp.opening import calling
    from lgo_client.vihf import Mode

    modes = {CARD: Mode.DIRECT, ORGANISATION: Mode.INDIRECT}
    if how not in modes:
        raise ValueError(f"moyen inconnu : {how} ; moyens : {', '.join(modes)}")
    return calling(environment, who, modes[how], purpose=purpose)
