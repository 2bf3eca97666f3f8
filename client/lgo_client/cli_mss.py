"""``lgo mss``: send documents and mails, receive and file, reply, refusals, quarantine, queue, directory (French).

Source: specs/requirements.md §2.2, §2.3; specs/mssante.md. Knows the mail desk, no journey and no service.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from lgo_client.cli_dmp_desk import (
    Named,
    Ready,
    Who,
    Workstation,
    console,
    document_id,
    environment_of,
    plain,
    waiting_for,
)
from lgo_client.cli_guard import Guarded
from lgo_client.cli_mss_desk import AsSoftware, at_mail, patient_of, send_now
from lgo_client.cli_mss_directory import add_directory_commands
from lgo_client.cli_mss_inbox import add_inbox_commands
from lgo_client.cli_mss_partners import partners_app
from lgo_client.cli_scenarios import Here, Output, play_scenarios
from lgo_client.cli_words import counted, noted

if TYPE_CHECKING:
    from lgo_client.environment import Environment
    from lgo_client.mss.desk import Document, MailDesk

__all__ = ["mss_app"]

mss_app = typer.Typer(
    cls=Guarded, no_args_is_help=True, help="MSSanté : envoyer, relever, classer, répondre, refus, annuaire."
)
queue_app = typer.Typer(
    cls=Guarded, invoke_without_command=True, help="La file d'attente : la montrer, l'envoyer, relancer ou retirer."
)
mss_app.add_typer(queue_app, name="file")
mss_app.add_typer(partners_app, name="correspondant")
add_inbox_commands(mss_app)
add_directory_commands(mss_app)

QUALIFIED = "qualifiee"
STATUSES = ("provisoire", "recuperee", "validee", QUALIFIED)

Source = Annotated[
    Path | None, typer.Argument(metavar="FICHIER", help="Un CDA ; sans fichier, un bilan de médication d'essai.")
]
To = Annotated[list[str] | None, typer.Option("--a", help="L'adresse MSSanté d'un destinataire ; répétable.")]
Later = Annotated[bool, typer.Option("--differer", help="Mettre en file sans envoyer.")]
Sent = Annotated[
    str, typer.Argument(metavar="DOCUMENT", help="Le uniqueId du document, que « lgo mss envois » montre.")
]
Text = Annotated[str, typer.Option("--texte", help="Le corps du message.")]
Closed = Annotated[bool, typer.Option("--fin", help="Sans réponse attendue du patient (X-MSS-MES: FIN).")]


@mss_app.command()
def envoyer(
    patient: Named,
    source: Source = None,
    to: To = None,
    to_patient: Annotated[bool, typer.Option("--au-patient", help="À la boîte du patient aussi.")] = False,
    status: Annotated[str, typer.Option("--identite", help="Le statut de l'identité dans le LGO.")] = QUALIFIED,
    text: Text = "",
    closed: Closed = False,
    later: Later = False,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Envoyer un document (IHE_XDM.zip et PDF/A-1) à des professionnels, au patient."""
    if status not in STATUSES:
        raise ValueError(f"--identite {status} ; attendu : {', '.join(STATUSES)}")
    with at_mail(who, folder, ready, software=software) as (environment, desk):
        named = patient_of(environment, desk, patient)
        addresses = list(to or ())
        if to_patient:
            addresses.append(desk.address_of(named, qualified=status == QUALIFIED))
        if not addresses:
            raise ValueError("à qui ? --a ADRESSE (répétable), --au-patient, ou les deux")
        document = _document(environment, desk, patient, source)
        desk.send_document(document, addresses, body=text, closed=closed)
        console.print(
            f"document {document.entry.unique_id}, à {counted(len(addresses), 'destinataire')}", soft_wrap=True
        )
        if not later:
            send_now(desk)


@mss_app.command()
def remplacer(
    patient: Named,
    document: Sent,
    source: Source = None,
    later: Later = False,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Envoyer une nouvelle version, qui annule et remplace, à ceux qui ont reçu la première."""
    with at_mail(who, folder, ready, software=software) as (environment, desk):
        new = _document(environment, desk, patient, source, document_id(document))
        numbers = desk.replace(new)
        console.print(f"document {new.entry.unique_id}, à {counted(len(numbers), 'destinataire')}", soft_wrap=True)
        if not later:
            send_now(desk)


@mss_app.command()
def supprimer(
    document: Sent,
    later: Later = False,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Prévenir ceux qui ont reçu un document qu'il est supprimé, par le message préétabli."""
    with at_mail(who, folder, ready, software=software) as (_environment, desk):
        console.print(f"{counted(len(desk.deleted(document_id(document))), 'destinataire')} à prévenir")
        if not later:
            send_now(desk)


def _document(
    environment: Environment, desk: MailDesk, named: str, source: Path | None, replaces: str = ""
) -> Document:
    """Return the document to send, read from a file or written here."""
    from health_documents.identifiers import OID_INS_NIR_TEST
    from lgo_client.authoring import traits_of_patient
    from lgo_client.dmp.documents import entry_of_file, example
    from lgo_client.mss.desk import Document

    patient = patient_of(environment, desk, named)
    if source is None:
        traits = traits_of_patient(patient, OID_INS_NIR_TEST)
        with waiting_for("Rédaction du bilan"):
            entry, octets = example(desk.writer, traits, desk.workplace, replaces=replaces)
    else:
        octets = source.read_bytes()
        entry = entry_of_file(octets, desk.writer, desk.workplace)
    return Document(patient, entry, octets, replaces)


@mss_app.command()
def ecrire(
    address: Annotated[list[str], typer.Argument(metavar="ADRESSE", help="Le ou les destinataires.")],
    subject: Annotated[str, typer.Option("--objet", help="L'objet.")],
    text: Text,
    closed: Closed = False,
    later: Later = False,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Écrire un message sans document."""
    from lgo_client.mss.desk import CLOSED
    from lgo_client.mss.mails import Letter

    with at_mail(who, folder, ready, software=software) as (_environment, desk):
        desk.write(Letter(tuple(address), subject, text, CLOSED if closed else {}))
        if not later:
            send_now(desk)


@mss_app.command()
def envois(who: Who = "titulaire", folder: Workstation = None, ready: Ready = None) -> None:
    """Les documents envoyés, à qui, et les accusés reçus."""
    with at_mail(who, folder, ready) as (_environment, desk):
        found = desk.records.all_sent()
    table = Table("le", "document", "destinataire", "accusés", title=counted(len(found), "envoi"))
    for one in found:
        table.add_row(noted(one.at), plain(one.title), plain(", ".join(one.recipients)), plain(one.said))
    console.print(table)
    for unique_id in dict.fromkeys(one.unique_id for one in found):
        console.print(f"document {unique_id}", soft_wrap=True)


@mss_app.command()
def refus(
    patient: Named,
    by_patient: Annotated[bool, typer.Option("--patient", help="Rien ne lui est envoyé.")] = False,
    to_professionals: Annotated[bool, typer.Option("--professionnels", help="Rien n'est envoyé pour lui.")] = False,
    lifted: Annotated[bool, typer.Option("--lever", help="Lever le refus au lieu de le noter.")] = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Noter, lever ou montrer le refus d'un patient : rien n'est envoyé."""
    from lgo_client.mss.records import Audience

    wanted = [a for a, asked in ((Audience.PATIENT, by_patient), (Audience.PROFESSIONALS, to_professionals)) if asked]
    if lifted and not wanted:
        raise ValueError("--lever demande --patient, --professionnels, ou les deux")
    with at_mail(who, folder, ready) as (environment, desk):
        matricule = patient_of(environment, desk, patient).matricule
        for audience in wanted:
            desk.refuse(matricule, audience, refused=not lifted)
        table = Table("envoi à", "le patient", "noté par", "le", title="Refus du patient")
        for said in desk.records.refusals(matricule):
            table.add_row(said.audience, "refuse" if said.refused else "ne refuse plus", said.said_by, noted(said.at))
    console.print(table)


@mss_app.command()
def scenario(
    letter: Annotated[
        str, typer.Argument(metavar="LETTRE", help="De A à K, ou ANN (l'annuaire) ; « tous » pour les jouer tous.")
    ],
    output: Output = Path("lgo-output"),
    here: Here = False,
    ready: Ready = None,
) -> None:
    """Jouer un scénario MSS-A à MSS-K, ou ANN-A, de bout en bout, et dire ce que le bac à sable en constate."""
    from lgo_client.journeys.mss_scenarios import AMONG_LISTENERS, CARDS, named_card, play_card

    environment = environment_of(ready)
    environment.fact("smtp")
    named = named_card(letter)
    play_scenarios(named, CARDS, "mss", play_card, environment, output, here=here, among_listeners=AMONG_LISTENERS)


# --- the queue


@queue_app.callback()
def montrer(
    context: typer.Context,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """La file d'attente : la montrer, l'envoyer, relancer ou retirer un message."""
    from lgo_client.outbox import State

    if context.invoked_subcommand is not None:
        return
    with at_mail(who, folder, ready, software=software) as (_environment, desk):
        lots = desk.queue.all()
    table = Table("n°", "message", "à", "état", "essais", "dernière réponse", title=counted(len(lots), "message"))
    for one in lots:
        row = (str(one.number), plain(one.title), plain(one.patient), one.state, str(one.tries), plain(one.said))
        table.add_row(*row)
    console.print(table)
    raise typer.Exit(1 if any(one.state is State.ASIDE for one in lots) else 0)


@queue_app.command("envoyer")
def envoyer_la_file(
    waits: Annotated[bool, typer.Option("--attendre", help="Attendre que l'opérateur réponde.")] = False,
    pause: Annotated[float, typer.Option("--pause", min=0.0, help="Secondes au plus entre deux essais.")] = 30.0,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Envoyer ce qui attend, dans l'ordre, une seule fois."""

    def wait(seconds: float) -> None:
        console.print(f"l'opérateur ne répond pas : nouvel essai dans {min(seconds, pause):.0f} s")
        time.sleep(min(seconds, pause))

    with at_mail(who, folder, ready, software=software) as (_environment, desk), waiting_for("Envoi"):
        send_now(desk, wait if waits else None)


@queue_app.command()
def relancer(
    number: int,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Remettre en attente un message mis de côté."""
    with at_mail(who, folder, ready, software=software) as (_environment, desk):
        _done(desk.queue.retry(number), f"message {number} remis en attente", f"aucun message {number} mis de côté")


@queue_app.command()
def retirer(
    number: int,
    software: AsSoftware = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Retirer un message qui n'est pas parti."""
    with at_mail(who, folder, ready, software=software) as (_environment, desk):
        no = f"aucun message {number} à retirer : parti, ou inconnu"
        _done(desk.queue.withdraw(number), f"message {number} retiré", no)


def _done(done: bool, yes: str, no: str) -> None:
    console.print(yes if done else no)
    raise typer.Exit(0 if done else 1)
