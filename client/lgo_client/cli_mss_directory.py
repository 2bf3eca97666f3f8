"""``lgo mss annuaire`` and ``lgo mss carnet``: who has a mailbox, the directory kept here, the address book (French).

Source: specs/mssante.md §4. Knows the directory's client, no service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from lgo_client.cli_dmp_desk import Ready, Workstation, console, environment_of, plain, waiting_for
from lgo_client.cli_guard import Guarded
from lgo_client.cli_mss_desk import at_book
from lgo_client.cli_words import counted
from lgo_client.transport import http_client

if TYPE_CHECKING:
    from lgo_client.environment import Environment
    from lgo_client.mss.book import Book, Changes
    from lgo_client.mss.directory import Directory, Entry

__all__ = ["add_directory_commands"]

directory_app = typer.Typer(
    cls=Guarded, no_args_is_help=True, help="L'Annuaire Santé : chercher une boîte, le charger, apprendre le delta."
)
book_app = typer.Typer(cls=Guarded, invoke_without_command=True, help="Le carnet d'adresses de l'officine.")

City = Annotated[str, typer.Option("--ville", help="Une commune, ou une partie de son nom.")]


def add_directory_commands(app: typer.Typer) -> None:
    """Add the commands on the directory to ``lgo mss``."""
    app.add_typer(directory_app, name="annuaire")
    app.add_typer(book_app, name="carnet")


@contextmanager
def _directory(environment: Environment) -> Iterator[Directory]:
    from lgo_client.mss.directory import Directory

    with http_client(environment.ca) as http:
        yield Directory(http, environment.url("annuaire"), environment.fact("annuaire_api_key"))


@directory_app.command()
def chercher(
    name: Annotated[str, typer.Argument(metavar="NOM", help="Un professionnel ou une structure.")],
    city: City = "",
    here: Annotated[bool, typer.Option("--ici", help="Dans l'annuaire chargé sur ce poste.")] = False,
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Chercher les boîtes MSSanté d'un professionnel ou d'une structure."""
    if here:
        with at_book(folder, ready) as (_environment, book):
            found = book.search(name, city)
    else:
        with _directory(environment_of(ready)) as directory, waiting_for("Annuaire Santé"):
            found = directory.search(name, city)
    _show(found)
    raise typer.Exit(0 if found else 1)


def _show(found: list[Entry]) -> None:
    table = Table("boîte", "type", "nom", "profession", "structure", "commune", title=counted(len(found), "boîte"))
    for one in found:
        where = f"{one.postal_code} {one.city}".strip()
        row = (one.address, one.kind, one.name, one.profession, one.structure, where)
        table.add_row(*map(plain, row))
    console.print(table)


@directory_app.command()
def charger(
    source: Annotated[
        Path | None, typer.Argument(metavar="FICHIER", help="Une extraction des BAL (zip ou texte) ; sinon l'API.")
    ] = None,
    extraction: Annotated[
        bool, typer.Option("--extraction", help="Télécharger l'extraction, au lieu de l'API.")
    ] = False,
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Charger l'annuaire entier sur ce poste, ou une extraction : ce qui diffère de la dernière est dit."""
    if source is not None or extraction:
        octets = source.read_bytes() if source is not None else _downloaded(ready)
        with at_book(folder, ready) as (_environment, book):
            _tell(book.load_extraction(octets))
        return
    _load(folder, ready, lambda book, directory: book.load(directory))


def _downloaded(ready: Path | None) -> bytes:
    with _directory(environment_of(ready)) as directory, waiting_for("Extraction"):
        return directory.extraction()


@directory_app.command()
def delta(folder: Workstation = None, ready: Ready = None) -> None:
    """Apprendre ce qui a changé depuis le dernier chargement (tout, au-delà de trente jours)."""
    _load(folder, ready, lambda book, directory: book.delta(directory))


def _load(folder: Path | None, ready: Path | None, load: Callable[[Book, Directory], Changes]) -> None:
    with at_book(folder, ready) as (environment, book), _directory(environment) as directory:
        with waiting_for("Annuaire Santé"):
            changes = load(book, directory)
        _tell(changes)


def _tell(changes: Changes) -> None:
    how = "chargement entier" if changes.whole else "delta"
    unread = f" ; {counted(changes.unread, 'ligne')} illisibles" if changes.unread else ""
    console.print(
        f"{how} : {counted(changes.came, 'boîte')} de plus, {changes.went} de moins, {changes.changed} autres"
        f" qu'avant{unread}"
    )


@book_app.callback()
def montrer(context: typer.Context, folder: Workstation = None, ready: Ready = None) -> None:
    """Le carnet d'adresses de l'officine."""
    if context.invoked_subcommand is not None:
        return
    with at_book(folder, ready) as (_environment, book):
        found = book.contacts()
    table = Table("boîte", "nom", title=counted(len(found), "adresse"))
    for one in found:
        table.add_row(plain(one.address), plain(one.name))
    console.print(table)


@book_app.command()
def ajouter(
    address: Annotated[str, typer.Argument(metavar="ADRESSE")],
    name: Annotated[str, typer.Argument(metavar="NOM")],
    folder: Workstation = None,
    ready: Ready = None,
) -> None:
    """Garder une adresse MSSanté."""
    if not address.lower().endswith(".mssante.fr") or address.count("@") != 1:
        raise ValueError(f"{address} ; attendu : une adresse MSSanté, en …@….mssante.fr")
    with at_book(folder, ready) as (_environment, book):
        book.keep(address, name)
    console.print(f"{plain(address)} gardée")


@book_app.command()
def oublier(
    address: Annotated[str, typer.Argument(metavar="ADRESSE")], folder: Workstation = None, ready: Ready = None
) -> None:
    """Oublier une adresse."""
    with at_book(folder, ready) as (_environment, book):
        known = book.forget(address)
    console.print(f"{plain(address)} oubliée" if known else f"{plain(address)} n'est pas dans le carnet")
    raise typer.Exit(0 if known else 1)
