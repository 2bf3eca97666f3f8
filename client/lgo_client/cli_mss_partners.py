"""``lgo mss correspondant``: the simulated correspondents of the sandbox, made to write to the pharmacy (French).

Source: design of the project (Control API, ``mss/correspondents``); specs/requirements.md §3.2 (MSS-I, MSS-K). A real
LGO has no such command. Knows the control API only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.table import Table

from lgo_client.cli_dmp_desk import Ready, Who, console, environment_of, plain, waiting_for
from lgo_client.cli_guard import Guarded
from lgo_client.cli_words import counted, noted
from lgo_client.control import Control
from lgo_client.environment import Environment

__all__ = ["partners_app"]

RESOURCE = "mss/correspondents"
ABOUT = frozenset({"nouvelle-version", "suppression"})
"""Acts that are about a document sent before: without another address they go to whoever had that."""
BOX, ADDRESSEE = 2, 4
"""The columns of an address, which is of no use when it is cut."""
OUTCOMES = {
    "filed": "classé",
    "replaces": "remplace",
    "alert": "alerte",
    "quarantine": "quarantaine",
    "read": "à lire",
    "withdrawn": "retrait",
}

partners_app = typer.Typer(
    cls=Guarded,
    no_args_is_help=True,
    help="Les correspondants simulés : médecin, hôpital, laboratoire, imagerie ; le corpus de mails reçus.",
)

Address = Annotated[str, typer.Option("--a", help="La boîte qui reçoit (défaut : celle de --par).")]
Delay = Annotated[int | None, typer.Option("--delai", min=0, help="Minutes d'heure d'âge avant l'envoi.")]
Moment = Annotated[str, typer.Option("--le", help="Le moment de l'envoi, en heure d'âge (ISO 8601, avec fuseau).")]
Receipts = Annotated[list[str] | None, typer.Option("--accuse", help="L'accusé demandé : dsn, mdn ; répétable.")]
NoReceipts = Annotated[bool, typer.Option("--sans-accuse", help="Ne demander aucun accusé.")]
Patient = Annotated[str, typer.Argument(metavar="PATIENT", help="Un nom de la fiche (martin-claire), ou un matricule.")]


@contextmanager
def _control(ready: Path | None) -> Iterator[tuple[Environment, Control]]:
    """Give the control API; what it refuses is said in its own words."""
    environment = environment_of(ready)
    control = Control(environment.control, environment.session)
    try:
        yield environment, control
    except httpx.HTTPStatusError as error:
        raise ValueError(_said(error.response)) from error
    finally:
        control.close()


def _said(response: httpx.Response) -> str:
    try:
        return str(response.json()["erreur"])
    except (ValueError, LookupError, TypeError):
        return f"l'API de contrôle répond {response.status_code}"


@partners_app.command()
def liste(
    partner: Annotated[str, typer.Argument(metavar="[CORRESPONDANT]", help="Montrer ce que celui-ci a fait.")] = "",
    ready: Ready = None,
) -> None:
    """Les correspondants et leurs actes ; ou ce que l'un d'eux a fait et fera."""
    with _control(ready) as (_environment, control):
        found = control.resource(f"{RESOURCE}/{partner}" if partner else RESOURCE)
    if partner:
        _show_done(found)
        return
    table = Table("correspondant", "qui", "boîte", "acte", "ce que c'est", title=counted(len(found), "correspondant"))
    table.columns[BOX].overflow = "fold"
    for one in found:
        for rank, act in enumerate(one["acts"]):
            who = (one["id"], f"{one['name']}, {one['structure']}", one["mailbox"]) if rank == 0 else ("", "", "")
            table.add_row(*who, act["act"], act["title"])
    console.print(table)


def _show_done(found: dict[str, Any]) -> None:
    from lgo_client.mss.inbound import shown_subject

    table = Table("n°", "le", "acte", "patient", "à", "objet", "état", title=counted(len(found["done"]), "envoi"))
    table.columns[ADDRESSEE].overflow = "fold"
    for one in found["done"]:
        row = (str(one["number"]), noted(one["due"]), one["act"], one["patient"], one["to"])
        table.add_row(*row, plain(shown_subject(one["subject"])), one["state"])
    console.print(table)
    for document in (document for one in found["done"] for document in one["documents"]):
        console.print(f"document {document['unique_id']}, version {document['version']}", soft_wrap=True)


@partners_app.command()
def envoyer(
    partner: Annotated[
        str, typer.Argument(metavar="CORRESPONDANT", help="generaliste, hopital, laboratoire, imagerie.")
    ],
    act: Annotated[str, typer.Argument(metavar="ACTE", help="Un acte que « lgo mss correspondant liste » montre.")],
    patient: Patient,
    address: Address = "",
    delay: Delay = None,
    moment: Moment = "",
    receipts: Receipts = None,
    no_receipts: NoReceipts = False,
    document: Annotated[str, typer.Option("--document", help="Le uniqueId du document remplacé ou supprimé.")] = "",
    who: Who = "titulaire",
    ready: Ready = None,
) -> None:
    """Faire écrire un correspondant, tout de suite ou plus tard."""
    body: dict[str, Any] = {"act": act, "patient": patient, **_when(delay, moment), **_asked(receipts, no_receipts)}
    if document:
        body["document"] = document
    with _control(ready) as (environment, control), waiting_for("Rédaction"):
        if address or act not in ABOUT:
            body["to"] = address or environment.person(who).mailbox
        said = control.resource(f"{RESOURCE}/{partner}", "POST", body)
    _tell(said)
    for one in said["documents"]:
        console.print(f"document {one['unique_id']}, version {one['version']}", soft_wrap=True)


@partners_app.command()
def corpus(
    patient: Annotated[str, typer.Argument(metavar="[PATIENT]", help="Sans patient, la liste seulement.")] = "",
    cases: Annotated[list[str] | None, typer.Option("--cas", help="Un cas de la liste ; répétable.")] = None,
    address: Address = "",
    delay: Delay = None,
    moment: Moment = "",
    receipts: Receipts = None,
    no_receipts: NoReceipts = False,
    who: Who = "titulaire",
    ready: Ready = None,
) -> None:
    """Le corpus de mails reçus : ce qui est attendu de chacun ; avec un patient, les déposer dans une boîte."""
    with _control(ready) as (environment, control), waiting_for("Rédaction"):
        if not patient:
            found = control.resource(f"{RESOURCE}/corpus")
        else:
            body = {"patient": patient, "to": address or environment.person(who).mailbox, "cases": cases or []}
            body |= {**_when(delay, moment), **_asked(receipts, no_receipts)}
            found = control.resource(f"{RESOURCE}/corpus", "POST", body)
    table = Table("cas", "mail", "attendu", "ce qu'en fait le logiciel", title=counted(len(found), "mail"))
    for one in found:
        expected = one["expected"]
        error = f" ({expected['error']})" if expected["error"] else ""
        table.add_row(one["case"], one["title"], OUTCOMES[expected["outcome"]] + error, expected["text"])
    console.print(table)
    if patient:
        console.print(f"dans {found[0]['to']} ; à relever : « lgo mss relever »", soft_wrap=True)


def _when(delay: int | None, moment: str) -> dict[str, Any]:
    if delay is not None and moment:
        raise ValueError("--delai et --le ensemble ; attendu : l'un des deux")
    if moment:
        return {"at": moment}
    return {"delay": delay} if delay is not None else {}


def _asked(receipts: list[str] | None, no_receipts: bool) -> dict[str, Any]:
    if receipts and no_receipts:
        raise ValueError("--accuse et --sans-accuse ensemble ; attendu : l'un des deux")
    return {"receipts": receipts or []} if receipts or no_receipts else {}


def _tell(said: dict[str, Any]) -> None:
    from lgo_client.mss.inbound import shown_subject

    when = f"prévu le {noted(said['due'])}" if said["uid"] is None else "remis"
    console.print(f"« {plain(shown_subject(said['subject']))} », à {said['to']} : {when}", soft_wrap=True)
