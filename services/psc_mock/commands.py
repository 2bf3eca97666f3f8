"""The commands of this service on the command line: ``lgo-sandbox psc …``. They need no running sandbox.

Source: design of the project (Commands). Texts are French. What is heavy is imported by the command that needs it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

UNREADABLE = 2

app = typer.Typer(help="Pro Santé Connect : comparer un document relevé.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``diff`` a command of a group, be it the only one."""


@app.command()
def diff(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Découverte, réponse de jetons, jeton ou userinfo.")],
    profile: Annotated[
        str | None, typer.Option("--profile", help="2023, 2025 ou 2026 (défaut : le plus proche de chaque document).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Rapport en JSON.")] = False,
) -> None:
    """Comparer un document relevé (JSON ou JWT) aux nôtres, sans en montrer les secrets.

    Rend 0 : aucune différence, ou des différences connues ; 1 : une différence inconnue ou un membre manquant ;
    2 : fichier illisible ou non reconnu, profil inconnu.
    """
    from psc_mock import diff as reports
    from psc_mock.codes.profiles import PROFILES
    from psc_mock.recorded import NotRecognised

    if profile is not None and profile not in PROFILES:
        raise _refused(f"profil inconnu (profils : {', '.join(sorted(PROFILES))})")
    try:
        comparisons = reports.compared(_octets(file), profile or "")
    except NotRecognised as error:
        raise _refused(f"{file.name} : {error.reason}") from None
    if as_json:
        typer.echo(json.dumps(reports.as_json(file.name, comparisons), ensure_ascii=False, indent=1))
    else:
        typer.echo(reports.as_text(file.name, comparisons))
    raise typer.Exit(max(one.code for one in comparisons))


def _octets(file: Path) -> bytes:
    from psc_mock.recorded import MAX_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(f"{file.name} ne peut pas être lu : {error.strerror}") from None


def _refused(message: str) -> typer.Exit:
    typer.echo(f"lgo-sandbox : {message}", err=True)
    return typer.Exit(UNREADABLE)
