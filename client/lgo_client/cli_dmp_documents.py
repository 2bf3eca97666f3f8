"""``lgo dmp``, documents: feed, replace, list, read, hide, archive, delete, synchronise, the queue, scenarios (French).

Source: specs/dmp.md §3.6, §4.1; specs/requirements.md §2.4 (ALI/PROG). Knows the desk, no service.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from lgo_client.cli_dmp_desk import (
    Document,
    Named,
    Ready,
    Who,
    Workstation,
    at_desk,
    console,
    document_id,
    ins_of,
    plain,
    waiting_for,
)
from lgo_client.cli_guard import Guarded
from lgo_client.cli_words import counted, moment

if TYPE_CHECKING:
    from lgo_client.dmp.desk import Desk
    from lgo_client.dmp.queue import Waiting
    from lgo_client.environment import Environment, Patient

__all__ = ["add_document_commands"]

MASKED, UNSEEN, UNSEEN_BY_PARENTS = "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"
STATES = {
    "Approved": "en vigueur",
    "Deprecated": "remplacé",
    "Archived": "archivé",
    "Deleted": "supprimé",
}

Source = Annotated[
    Path | None,
    typer.Argument(metavar="FICHIER", help="Un CDA ; sans fichier, un bilan de médication d'essai."),
]
ByCard = Annotated[bool, typer.Option("--carte", help="Alimenter par la carte au lieu du certificat de la structure.")]
Later = Annotated[bool, typer.Option("--differer", help="Mettre en file sans envoyer.")]
Mask = Annotated[bool, typer.Option("--masquer", help="Masqué aux professionnels.")]
Unseen = Annotated[bool, typer.Option("--invisible-patient", help="Invisible au patient.")]
ByParents = Annotated[bool, typer.Option("--invisible-representants", help="Invisible aux représentants légaux.")]

queue_app = typer.Typer(
    cls=Guarded, invoke_without_command=True, help="La file d'attente : la montrer, relancer ou retirer un lot."
)


def add_document_commands(app: typer.Typer) -> None:
    """Add the commands on documents to ``lgo dmp``."""
    for name, command in _COMMANDS.items():
        app.command(name)(command)
    app.add_typer(queue_app, name="file")


# --- feeding


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be fed: for whom, from which file, hidden how, in place of which document."""

    patient: str
    source: Path | None
    hidden: tuple[str, ...] = ()
    replaces: str = ""


def alimenter(
    patient: Named,
    source: Source = None,
    masked: Mask = False,
    unseen: Unseen = False,
    by_parents: ByParents = False,
    later: Later = False,
    by_card: ByCard = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """TD2.1 : verser un document ; si le DMP ne répond pas, il attend dans la file."""
    flags = {MASKED: masked, UNSEEN: unseen, UNSEEN_BY_PARENTS: by_parents}
    hidden = tuple(code for code, wanted in flags.items() if wanted)
    with at_desk(who, folder, ready, by_card=by_card) as (environment, desk):
        _feed(environment, desk, who, Wanted(patient, source, hidden), later)


def remplacer(
    patient: Named,
    document: Document,
    source: Source = None,
    later: Later = False,
    by_card: ByCard = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """TD2.1 : remplacer un document par une nouvelle version."""
    with at_desk(who, folder, ready, by_card=by_card) as (environment, desk):
        _feed(environment, desk, who, Wanted(patient, source, replaces=document_id(document)), later)


def _feed(environment: Environment, desk: Desk, who: str, wanted: Wanted, later: bool) -> None:
    from health_documents.identifiers import OID_INS_NIR_TEST
    from lgo_client.authoring import traits_of_patient
    from lgo_client.dmp.documents import entry_of_file, example, lot_with
    from lgo_client.dmp.opening import OID, writer_of

    writer, place = writer_of(environment, who), desk.workplace
    cx = ins_of(environment, wanted.patient)
    if wanted.source is None:
        traits = traits_of_patient(_seeded(environment, cx), OID_INS_NIR_TEST)
        with waiting_for("Rédaction du bilan"):
            entry, octets = example(writer, traits, place, replaces=wanted.replaces, hidden=wanted.hidden)
    else:
        octets = wanted.source.read_bytes()
        entry = entry_of_file(octets, writer, place, wanted.hidden)
        if entry.patient_id.partition("^")[0] != cx.partition("^")[0]:
            raise ValueError(f"{wanted.source} est le document d'un autre patient")
    number = desk.feed(entry.patient_id, lot_with(writer, entry, octets, place, OID), wanted.replaces)
    console.print(f"lot {number}, document {entry.unique_id}", soft_wrap=True)
    if not later:
        _send(desk)


def _seeded(environment: Environment, cx: str) -> Patient:
    matricule = cx.partition("^")[0]
    found = [one["id"] for one in environment.document["patients"] if one.get("matricule") == matricule]
    if not found:
        raise ValueError("ce patient n'est pas dans la fiche : donnez le CDA à verser")
    return environment.patient(found[0])


def _send(desk: Desk, pause: Callable[[float], None] | None = None) -> None:
    from lgo_client.outbox import State
    from lgo_client.unanswered import START

    with waiting_for("Envoi au DMP"):
        if pause is not None:
            desk.send_all(pause, _told)
        elif not desk.send(_told):
            console.print("le DMP ne répond pas : la file attend (« lgo dmp envoyer --attendre »)")
            console.print(f"si aucun bac à sable n'est en marche à cette adresse, {START}", soft_wrap=True)
            raise typer.Exit(1)
    if desk.queue.all(State.ASIDE):
        console.print("des lots sont mis de côté : « lgo dmp file »")
        raise typer.Exit(1)


def _told(lot: Waiting) -> None:
    console.print(f"lot {lot.number}, {plain(lot.title)} : {lot.state}{f' – {plain(lot.said)}' if lot.said else ''}")


def envoyer(
    waits: Annotated[bool, typer.Option("--attendre", help="Attendre que le DMP réponde, puis tout envoyer.")] = False,
    pause: Annotated[float, typer.Option("--pause", min=0.0, help="Secondes au plus entre deux essais.")] = 30.0,
    by_card: ByCard = False,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Envoyer ce qui attend dans la file, dans l'ordre, une seule fois."""
    from lgo_client.outbox import State

    def wait(seconds: float) -> None:
        console.print(f"le DMP ne répond pas : nouvel essai dans {min(seconds, pause):.0f} s")
        time.sleep(min(seconds, pause))

    with at_desk(who, folder, ready, by_card=by_card) as (_environment, desk):
        if not desk.queue.all(State.WAITING, State.LEAVING):
            console.print("rien n'attend")
        _send(desk, wait if waits else None)


@queue_app.callback()
def montrer(context: typer.Context, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None) -> None:
    """La file d'attente : la montrer, relancer ou retirer un lot."""
    from lgo_client.outbox import State

    if context.invoked_subcommand is not None:
        return
    with at_desk(who, folder, ready) as (_environment, desk):
        lots = desk.queue.all()
    table = Table("lot", "document", "état", "essais", "dernière réponse", title=counted(len(lots), "lot"))
    for one in lots:
        table.add_row(str(one.number), plain(one.title), one.state, str(one.tries), plain(one.said))
    console.print(table)
    raise typer.Exit(1 if any(one.state is State.ASIDE for one in lots) else 0)


@queue_app.command()
def relancer(number: int, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None) -> None:
    """Remettre en attente un lot mis de côté."""
    with at_desk(who, folder, ready) as (_environment, desk):
        _done(desk.queue.retry(number), f"lot {number} remis en attente", f"aucun lot {number} mis de côté")


@queue_app.command()
def retirer(number: int, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None) -> None:
    """Retirer un lot qui n'est pas parti."""
    with at_desk(who, folder, ready) as (_environment, desk):
        _done(desk.queue.withdraw(number), f"lot {number} retiré", f"aucun lot {number} à retirer : parti, ou inconnu")


def _done(done: bool, yes: str, no: str) -> None:
    console.print(yes if done else no)
    raise typer.Exit(0 if done else 1)


# --- reading


def lister(
    patient: Named,
    since: Annotated[str, typer.Option("--depuis", help="Actes depuis AAAA, AAAAMM ou AAAAMMJJ.")] = "",
    types: Annotated[list[str] | None, typer.Option("--type", help="Un typeCode (56445-0) ; répétable.")] = None,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """TD3.1 : lister les documents, par date et par type."""
    from health_documents.codes.systems import document_types

    if since and not (since.isdecimal() and 4 <= len(since) <= 14):
        raise ValueError(f"--depuis {since} ; attendu : AAAA, AAAAMM ou AAAAMMJJ")
    known = [document_types()[code] for code in types or ()]
    with at_desk(who, folder, ready) as (environment, desk), waiting_for("Recherche des documents"):
        wanted = [f"{code.code}^^{code.system}" for code in known]
        found = desk.documents(ins_of(environment, patient), since=since, types=wanted)
    table = Table("n°", "titre", "type", "fait le", "auteur", "état", title=counted(len(found), "document"))
    for number, one in enumerate(found, 1):
        state = STATES.get(one.status.rpartition(":")[2], one.status)
        made = moment(one.creation_time, utc=True)
        table.add_row(str(number), plain(one.title), one.type_code, made, plain(one.author), state)
    console.print(table)
    for number, one in enumerate(found, 1):
        console.print(f"n° {number} : {one.unique_id}", soft_wrap=True)


def consulter(
    patient: Named,
    document: Document,
    target: Annotated[Path | None, typer.Option("--vers", help="Fichier où l'écrire, à l'octet près.")] = None,
    who: Who = "titulaire",
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """TD3.2 : lire un document."""
    from health_documents.cda.read.reader import read_document
    from health_documents.errors import DocumentError

    with at_desk(who, folder, ready) as (environment, desk), waiting_for("Lecture du document"):
        octets = desk.read(ins_of(environment, patient), document_id(document))
    if target is not None:
        target.write_bytes(octets)
    try:
        read = read_document(octets)
    except DocumentError:
        console.print(f"{len(octets)} octets, qui ne sont pas un CDA")
        return
    authors = ", ".join(f"{one.given_name} {one.family_name}" for one in read.authors)
    console.print(f"« {plain(read.title)} », du {plain(moment(read.effective_time))}, par {plain(authors)}")
    for section in read.sections:
        console.print(f"  {plain(section.name)}")
    console.print(f"{len(octets)} octets{f', écrits dans {target}' if target else ''}", soft_wrap=True)


def synchroniser(patient: Named, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None) -> None:
    """Apprendre ce qui a changé depuis la dernière visite : nouveau, remplacé, masqué, archivé, supprimé."""
    with at_desk(who, folder, ready) as (environment, desk), waiting_for("Synchronisation"):
        visit = desk.visit(ins_of(environment, patient))
    if visit.first:
        console.print(f"première visite : {counted(len(visit.documents), 'document')} des deux dernières années")
    for one in visit.changes:
        by = f" par {one.by}" if one.by else ""
        console.print(f"{one.change} : {plain(one.document.title)} ({one.document.unique_id}){by}", soft_wrap=True)
    if not visit.first and not visit.changes:
        console.print("rien de nouveau")


# --- changing


def _hide(change: Callable[[set[str]], set[str]], said: str) -> Callable[..., None]:
    def command(
        patient: Named, document: Document, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None
    ) -> None:
        with at_desk(who, folder, ready) as (environment, desk), waiting_for("Mise à jour du document"):
            cx, unique_id = ins_of(environment, patient), document_id(document)
            codes = change(set(desk.hidden(cx, unique_id)))
            desk.set_visibility(cx, unique_id, sorted(codes))
        console.print(said)

    return command


def _act(act: Callable[[Desk, str, str], None], said: str) -> Callable[..., None]:
    def command(
        patient: Named, document: Document, who: Who = "titulaire", folder: Workstation = None, ready: Ready = None
    ) -> None:
        with at_desk(who, folder, ready) as (environment, desk), waiting_for("Mise à jour du document"):
            act(desk, ins_of(environment, patient), document_id(document))
        console.print(said)

    return command


def _documented(command: Callable[..., None], text: str) -> Callable[..., None]:
    command.__doc__ = text
    return command


_COMMANDS: dict[str, Callable[..., None]] = {
    "alimenter": alimenter,
    "remplacer": remplacer,
    "lister": lister,
    "consulter": consulter,
    "masquer": _documented(
        _hide(lambda codes: codes | {MASKED}, "document masqué aux professionnels"),
        "TD3.3a : masquer un document aux professionnels.",
    ),
    "demasquer": _documented(
        _hide(lambda codes: codes - {MASKED}, "document montré aux professionnels"),
        "TD3.3a : montrer de nouveau un document aux professionnels.",
    ),
    "rendre-visible": _documented(
        _hide(lambda codes: codes - {UNSEEN, UNSEEN_BY_PARENTS}, "document visible du patient et des représentants"),
        "TD3.3b : rendre un document visible du patient et de ses représentants légaux.",
    ),
    "archiver": _documented(
        _act(lambda desk, cx, unique_id: desk.registry.archive(cx, unique_id), "document archivé"),
        "TD3.3d : archiver un document.",
    ),
    "desarchiver": _documented(
        _act(lambda desk, cx, unique_id: desk.registry.unarchive(cx, unique_id), "document désarchivé"),
        "TD3.3d : sortir un document des archives.",
    ),
    "supprimer": _documented(
        _act(lambda desk, cx, unique_id: desk.registry.delete(cx, unique_id), "document supprimé"),
        "TD3.3c : supprimer un document que l'on a versé.",
    ),
    "synchroniser": synchroniser,
    "envoyer": envoyer,
}
