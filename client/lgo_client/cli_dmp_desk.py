"""What the commands of ``lgo dmp`` share: the desk they open, how they name patients, documents and what they wait for.

Knows no command.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from lgo_client.environment import Environment

if TYPE_CHECKING:
    from lgo_client.dmp.desk import Desk

__all__ = [
    "Document",
    "Named",
    "Ready",
    "Who",
    "Workstation",
    "at_desk",
    "console",
    "document_id",
    "environment_of",
    "ins_of",
    "plain",
    "waiting_for",
    "yes",
]

console = Console()

FOLDER = Path(".lgo")
NO_SESSION = "default"
_MATRICULE = re.compile(r"[0-9][0-9AB]{14}")
_OID = re.compile(r"[0-9]+(\.[0-9]+)+")

Who = Annotated[str, typer.Option("--par", help="Le professionnel : titulaire, adjoint, generaliste…")]
Ready = Annotated[Path | None, typer.Option("--ready", help="Fichier de connexion (ready.json).")]
Workstation = Annotated[
    Path | None,
    typer.Option("--dossier", envvar="LGO_DOSSIER", help="Dossier du poste : choix, file d'attente (défaut : .lgo)."),
]
Named = Annotated[
    str, typer.Argument(metavar="PATIENT", help="Un nom de la fiche (martin-claire), ou un matricule INS.")
]
Document = Annotated[str, typer.Argument(metavar="DOCUMENT", help="Le uniqueId du document, que « lister » montre.")]


def environment_of(ready: Path | None) -> Environment:
    """Return the connection document of a command."""
    return Environment.load(ready)


@contextmanager
def at_desk(
    who: str, folder: Path | None, ready: Path | None, *, by_card: bool = False
) -> Iterator[tuple[Environment, Desk]]:
    """Give the desk of a professional; each session of a sandbox has its own files."""
    from lgo_client.dmp.opening import opened

    environment = environment_of(ready)
    session = re.sub(r"[^A-Za-z0-9_-]", "_", str(environment.document.get("session", NO_SESSION)))
    with opened(environment, who, (folder or FOLDER) / session, by_card=by_card) as desk:
        yield environment, desk


def ins_of(environment: Environment, patient: str) -> str:
    """Return the identifier of a patient, whom the sheet names or who is given by his matricule. Raises ValueError."""
    from lgo_client.vihf import ins_cx

    if not patient[:1].isdecimal():
        return ins_cx(environment.patient(patient).matricule)
    if not _MATRICULE.fullmatch(patient):
        raise ValueError(f"matricule INS {patient} ; attendu : quinze caractères, clé comprise")
    return ins_cx(patient)


def document_id(text: str) -> str:
    """Return a uniqueId that was typed. Raises ValueError."""
    if not _OID.fullmatch(text):
        raise ValueError(f"document {text} ; attendu : un uniqueId (un OID), que « lgo dmp lister » montre")
    return text


def waiting_for(what: str) -> AbstractContextManager[object]:
    """Show that something takes time, where that can be taken back."""
    return console.status(f"{what}…") if console.is_terminal else nullcontext()


def plain(text: str) -> str:
    """Return a text of others as it is, without what the terminal would take for a style."""
    return escape("".join(sign if sign.isprintable() else " " for sign in text))


def yes(value: bool) -> str:
    """Return an answer in French."""
    return "oui" if value else "non"
