"""What ``up`` prints when every port answers: all that a person needs to connect. Plain lines without a terminal.

Knows services by their contract only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lgo_sandbox import __version__
from lgo_sandbox.contract import Door
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.sandbox import Addresses

__all__ = ["lines", "show_banner"]

FICTITIOUS = "SIMULATION – données fictives. Ne remplace aucune homologation officielle."


@dataclass(frozen=True, slots=True)
class _Table:
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def show_banner(launcher: Launcher) -> None:
    """Print the banner on the standard output."""
    if sys.stdout.isatty():
        _show_rich(launcher)
    else:
        print("\n".join(lines(launcher)), flush=True)


def lines(launcher: Launcher) -> Iterator[str]:
    """Yield the banner as plain lines."""
    yield f"lgo-sandbox {__version__} – {FICTITIOUS}"
    for table in _tables(launcher):
        yield ""
        yield table.title
        widths = [max(len(cell) for cell in column) for column in zip(*table.rows, strict=True)]
        for row in table.rows:
            padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            yield ("  " + "  ".join(padded)).rstrip()
    yield ""
    yield "Prêt. Ctrl-C pour arrêter."


def _show_rich(launcher: Launcher) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(f"lgo-sandbox {__version__}", style="bold"), Text(FICTITIOUS, style="yellow"))
    for table in _tables(launcher):
        shown = Table(*table.columns, title=table.title, title_justify="left", title_style="bold", box=None)
        for row in table.rows:
            shown.add_row(*(Text(cell, overflow="fold") for cell in row))
        console.print()
        console.print(shown)
    console.print("\nPrêt. Ctrl-C pour arrêter.", style="green")


def _tables(launcher: Launcher) -> Iterator[_Table]:
    sandbox, addresses = launcher.sandbox, launcher.sandbox.addresses
    doors = _door_rows(launcher, addresses)
    if doors:
        yield _Table("Adresses", ("service", "sans TLS", "TLS"), doors)
    if addresses.bad:
        yield _Table("Serveurs que le logiciel doit refuser", ("défaut", "où"), tuple(_bad_rows(addresses)))
    yield _Table("Pour commencer", ("quoi", "où"), tuple(_places(launcher, addresses)))
    personas = tuple((p.id, p.name, p.label) for p in sandbox.people.professionals)
    yield _Table("Personnes (fictives)", ("persona", "nom", "rôle"), personas)


def _door_rows(launcher: Launcher, addresses: Addresses) -> tuple[tuple[str, ...], ...]:
    doors = [door for service in launcher.sandbox.services.values() for door in service.doors]
    rows = (_door_row(door, addresses) for door in doors)
    return tuple(row for row in rows if any(row[1:]))


def _bad_rows(addresses: Addresses) -> Iterator[tuple[str, ...]]:
    """Yield what is wrong with each server that is there to be refused, and where it is."""
    for weakness, doors in addresses.bad.items():
        yield f"à refuser : {weakness}", "  ".join(f"{door} {address}" for door, address in doors.items())
    for weakness, why in addresses.bad_absent.items():
        yield f"absent : {weakness}", why


def _door_row(door: Door, addresses: Addresses) -> tuple[str, ...]:
    if door.protocol != "http":
        return door.title, addresses.sockets.get(door.name, ""), ""
    return door.title, addresses.plain.get(door.name, ""), addresses.tls.get(door.name, "")


def _places(launcher: Launcher, addresses: Addresses) -> Sequence[tuple[str, str]]:
    places = [
        ("Session", addresses.session),
        ("Console", addresses.control and f"{addresses.control}/"),
        ("API de contrôle", addresses.control and f"{addresses.control}/_sandbox/v1"),
        ("Autorité (CA)", str(launcher.sandbox.pki.ca_bundle.resolve())),
        ("État", str(launcher.settings.state.resolve())),
    ]
    return [(name, where) for name, where in places if where]
