"""Shows a journey in a terminal: each step as it happens, then the exchanges and what an own client needs.

Plain lines where there is no terminal. Source: the project's main job. Knows results, not services.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from lgo_client.cli_words import counted
from lgo_client.environment import Environment
from lgo_client.journeys.officine_day import Told
from lgo_client.journeys.steps import Step

__all__ = ["ConsoleNarrator", "show_connection", "show_exchanges", "show_outcome"]

INFORMATION = "information"
"""The severity of a finding that reproaches nothing."""
VERDICTS = {
    "PASS": "[green]réussi[/green]",
    "FAIL": "[red]échec[/red]",
    "NOT_OBSERVED": "non observé",
    "NOT_CHECKED": "pas encore contrôlé",
    "NOT_APPLICABLE": "sans objet",
    "MANUAL": "preuve manuelle",
}


class ConsoleNarrator:
    """Tells a journey on a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None

    def chapter(self, number: int, title: str) -> None:
        """Print a chapter's title."""
        self._console.print(f"\n[bold]{number}. {escape(title)}[/bold]")

    def begun(self, step: Step) -> None:
        """Show that a step runs, where that can be taken back."""
        if self._console.is_terminal:
            self._status = self._console.status(f"   {_who(step)}  {escape(step.title)}…")
            self._status.start()

    def ended(self, step: Step) -> None:
        """Print a step's line."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        mark = "[red]✗[/red]" if step.failed else "[green]✓[/green]"
        self._console.print(f" {mark} {_who(step)}  {escape(step.title)}  [dim]{step.milliseconds:.0f} ms[/dim]")
        self._console.print(f"     [dim]{escape(step.outcome)}[/dim]")


def show_exchanges(console: Console, exchanges: Sequence[Mapping[str, Any]]) -> None:
    """Print the table of the exchanges."""
    table = Table(title="Échanges enregistrés par le bac à sable", title_justify="left")
    for heading in ("n°", "service", "opération", "réponse", "durée", "constats", "résumé"):
        table.add_column(heading, overflow="fold")
    for number, exchange in enumerate(exchanges, 1):
        table.add_row(
            str(number),
            str(exchange["service"]),
            escape(str(exchange["operation"])),
            str(exchange["status"]),
            f"{exchange['duration_ms']:.0f} ms",
            str(len(exchange["findings"]) or ""),
            escape(str(exchange["summary"])),
        )
    console.print()
    console.print(table)


def show_connection(console: Console, environment: Environment) -> None:
    """Print addresses, personas, patients' number and the authority: what an own client connects with."""
    document = environment.document
    table = Table(title="Pour votre propre logiciel", title_justify="left")
    table.add_column("service")
    table.add_column("adresse TLS")
    table.add_column("adresse sans TLS")
    for name, urls in document["services"].items():
        table.add_row(name, urls.get("https", ""), urls.get("http", ""))
    for name in ("smtp", "imap"):
        table.add_row(name, f"{document[name]} (STARTTLS)", "")
    console.print()
    console.print(table)
    console.print(f"Console      {document['control']}")
    console.print(f"Autorité     {document['ca']}", soft_wrap=True)
    console.print("Personnes    " + ", ".join(str(p["id"]) for p in document["personas"]))
    console.print(f"Patients     {len(document['patients'])}, décrits sur la console et dans docs/fr/personnes.md")


def show_outcome(console: Console, told: Told, what: str = "La journée") -> None:
    """Print findings, evidence folder, and how it ended; ``what`` was played."""
    console.print()
    lines = Counter(f"{_kind(one)} {one['check_id']} : {escape(str(one['message']))}" for one in told.findings)
    for line, times in lines.items():
        console.print(f"{line} ({times} fois)" if times > 1 else line)
    _show_verdicts(console, told)
    remarks = sum(finding["severity"] == INFORMATION or _wanted(finding) for finding in told.findings)
    found = f"{counted(len(told.findings) - remarks, 'constat')}, {counted(remarks, 'remarque')}"
    console.print(f"{counted(len(told.steps), 'étape')}, {counted(len(told.exchanges), 'échange')}, {found}")
    console.print(f"Preuves : {told.folder} ({counted(len(told.files), 'fichier')})", soft_wrap=True)
    if told.failure:
        console.print(f"[red]{what} s'arrête : {escape(told.failure)}[/red]")


def _wanted(finding: Mapping[str, Any]) -> bool:
    return bool(finding.get("expected_here"))


def _kind(finding: Mapping[str, Any]) -> str:
    if finding["severity"] == INFORMATION:
        return "remarque"
    return "provoqué" if _wanted(finding) else "[yellow]constat[/yellow]"


def _show_verdicts(console: Console, told: Told) -> None:
    """Print what the sandbox says of the requirements that were played."""
    if not told.verdicts:
        return
    table = Table(title="Exigences couvertes", title_justify="left")
    for heading in ("exigence", "verdict", "pourquoi"):
        table.add_column(heading, overflow="fold")
    for one in told.verdicts:
        table.add_row(one.requirement, VERDICTS.get(one.verdict, one.verdict), escape(one.why))
    console.print(table)


def _who(step: Step) -> str:
    caller, callee = (f"[cyan]{escape(name)}[/cyan]" for name in (step.caller, step.callee))
    return caller if step.callee == step.caller else f"{caller} → {callee}"
