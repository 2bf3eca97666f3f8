"""``lgo mss``, what comes: receive, read, reply, acknowledge, filed documents, quarantine (French).

Source: specs/requirements.md §2.3; specs/mssante.md §3.1 (ECO.3.1.x), §3.3. Knows the mail desk, no service.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from lgo_client.cli_dmp_desk import Named, Ready, Who, Workstation, console, plain
from lgo_client.cli_guard import Guarded
from lgo_client.cli_mss_desk import AsSoftware, at_mail, patient_of, send_now
from lgo_client.cli_words import counted, moment

if TYPE_CHECKING:
    from lgo_client.mss.records import Arrived, Filed

__all__ = ["add_inbox_commands"]

quarantine_app = typer.Typer(
    cls=Guarded, invoke_without_command=True, help="La quarantaine : la montrer, rattacher ou écarter un message."
)
PATIENT_DOMAIN = "@patient."

Number = Annotated[int, typer.Argument(metavar="N", help="Le numéro du message, que « lgo mss messages » montre.")]
Target = Annotated[Path | None, typer.Option("--vers", help="Fichier où l'écrire, à l'octet près.")]


def add_inbox_commands(app: typer.Typer) -> None:
    """Add the commands on what comes to ``lgo mss``."""
    for command in (relever, messages, lire, repondre, accuser, documents, ouvrir):
        app.command(command.__name__)(command)
    app.add_typer(quarantine_app, name="quarantaine")


def relever(
    folder_name: Annotated[str, typer.Option("--boite", help="Le dossier IMAP.")] = "INBOX",
    no_receipts: Annotated[bool, typer.Option("--sans-accuses", help="Laisser les accusés en file.")] = False,
    waits: Annotated[bool, typer.Option("--attendre", help="Rouvrir la boîte si l'opérateur coupe.")] = False,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Relever la boîte : classer par INS ce qui peut l'être, le reste en quarantaine avec sa raison."""
    from lgo_client.outbox import OPEN

    with at_mail(who, folder, ready, software=software) as (_environment, desk):
        count = desk.receive_all(time.sleep, _told, folder_name) if waits else desk.receive(_told, folder_name)
        console.print(counted(count, "message") if count else "rien de nouveau")
        if not no_receipts and desk.queue.all(*OPEN):
            send_now(desk)


def _told(mail: Arrived) -> None:
    console.print(f"message {mail.number}, {plain(_line(mail))} : {mail.place}{_why(mail)}", soft_wrap=True)


def _why(mail: Arrived) -> str:
    whose = f" (patient {mail.patient})" if mail.patient else ""
    return f"{whose} – {plain(mail.reason)}" if mail.reason else whose


def _line(mail: Arrived) -> str:
    from lgo_client.mss.inbound import shown_subject

    return f"« {shown_subject(mail.subject)} », de {mail.sender}{' (patient)' if PATIENT_DOMAIN in mail.sender else ''}"


def messages(
    software: AsSoftware = False, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None
) -> None:
    """Les messages reçus dans la boîte et ce qu'ils sont devenus."""
    with at_mail(who, folder, ready, software=software) as (_environment, desk):
        found = desk.mails()
    _show(found, counted(len(found), "message"))


def _show(found: list[Arrived], title: str) -> None:
    from lgo_client.mss.inbound import shown_subject

    table = Table("n°", "de", "objet", "patient", "lieu", "raison", title=title)
    for one in found:
        row = (str(one.number), plain(one.sender), plain(shown_subject(one.subject)), one.patient, one.place)
        table.add_row(*row, plain(one.reason))
    console.print(table)


def lire(
    number: Number, target: Target = None, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None
) -> None:
    """Lire un message : son texte, ses pièces jointes, s'il demande un accusé."""
    from lgo_client.mss.inbound import opened

    with at_mail(who, folder, ready) as (_environment, desk):
        arrived, raw = desk.records.mail(number), desk.records.octets(number)
    if target is not None:
        target.write_bytes(raw)
    mail = opened(raw)
    console.print(f"{plain(_line(arrived))}, {plain(mail.date)}", soft_wrap=True)
    console.print("\n".join(plain(line) for line in mail.text.splitlines()), soft_wrap=True)
    for one in (*mail.archives, *mail.pdfs):
        console.print(f"pièce jointe : {plain(one.name)} ({len(one.content)} octets)", soft_wrap=True)
    if mail.receipt_to and not arrived.acknowledged:
        console.print(f"un accusé est demandé : « lgo mss accuser {number} »")


def repondre(
    number: Number,
    text: Annotated[str, typer.Option("--texte", help="Le corps de la réponse.")],
    closed: Annotated[bool, typer.Option("--fin", help="Sans réponse attendue (X-MSS-MES: FIN).")] = False,
    later: Annotated[bool, typer.Option("--differer", help="Mettre en file sans envoyer.")] = False,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Répondre à un message, dans son fil."""
    with at_mail(who, folder, ready, software=software) as (_environment, desk):
        desk.reply(number, text, closed=closed)
        if not later:
            send_now(desk)


def accuser(
    number: Number,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Renvoyer l'accusé de lecture qu'un message demande."""
    with at_mail(who, folder, ready, software=software) as (_environment, desk):
        desk.acknowledge(number)
        send_now(desk)


def documents(
    patient: Annotated[str, typer.Argument(metavar="PATIENT", help="Un nom de la fiche, ou un matricule.")] = "",
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Les documents reçus et classés, d'un patient ou de tous."""
    with at_mail(who, folder, ready) as (environment, desk):
        matricule = patient_of(environment, desk, patient).matricule if patient else ""
        found = desk.records.documents(matricule)
    table = Table("n°", "patient", "titre", "genre", "fait le", "auteur", "état", title=counted(len(found), "document"))
    for one in found:
        made = moment(one.made)
        table.add_row(str(one.number), one.patient, plain(one.title), plain(one.kind), plain(made), *_by(one))
    console.print(table)


def _by(one: Filed) -> tuple[str, str]:
    return plain(one.author), "remplacé" if one.replaced else "en vigueur"


def ouvrir(
    number: Annotated[int, typer.Argument(metavar="N", help="Le numéro du document, que « documents » montre.")],
    target: Target = None,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Ouvrir un document classé : N1, N3, ou PDF seul."""
    from health_documents.cda.read.reader import read_document
    from health_documents.errors import DocumentError

    with at_mail(who, folder, ready) as (_environment, desk):
        octets = desk.records.content(number)
    if target is not None:
        target.write_bytes(octets)
    try:
        read = read_document(octets)
    except DocumentError:
        console.print(f"{'un PDF' if octets.startswith(b'%PDF') else 'un fichier'} de {len(octets)} octets")
        return
    authors = ", ".join(f"{one.given_name} {one.family_name}" for one in read.authors)
    console.print(f"« {plain(read.title)} », du {plain(moment(read.effective_time))}, par {plain(authors)}")
    for section in read.sections:
        console.print(f"  {plain(section.name)}")
    pdf = f", PDF de {len(read.pdf)} octets" if read.pdf else ""
    console.print(f"CDA de niveau {read.level}, {len(octets)} octets{pdf}")


# --- quarantine


@quarantine_app.callback()
def montrer(
    context: typer.Context,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """La quarantaine : la montrer, rattacher ou écarter un message."""
    from lgo_client.mss.records import Where

    if context.invoked_subcommand is not None:
        return
    with at_mail(who, folder, ready, software=software) as (_environment, desk):
        found = desk.mails(Where.QUARANTINE)
    _show(found, f"{counted(len(found), 'message')} en quarantaine")
    raise typer.Exit(1 if found else 0)


@quarantine_app.command()
def rattacher(
    number: Number, patient: Named, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None
) -> None:
    """Classer à la main, pour un patient, les documents d'un message en quarantaine."""
    with at_mail(who, folder, ready) as (environment, desk):
        count = desk.file_by_hand(number, patient_of(environment, desk, patient))
    console.print(f"{counted(count, 'document')} du message {number} : classé à la main")


@quarantine_app.command()
def ecarter(number: Number, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None) -> None:
    """Écarter un message : il est gardé, et classé nulle part."""
    with at_mail(who, folder, ready) as (_environment, desk):
        desk.discard(number)
    console.print(f"message {number} écarté")
