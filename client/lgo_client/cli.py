"""The ``lgo`` command: the reference LGO in a terminal (French).

``lgo demo`` plays a pharmacy's day; ``lgo insi`` and ``lgo identite`` follow identities, ``lgo dmp`` asks the DMP,
``lgo mss`` sends and receives; ``lgo login`` logs in and out. Knows journeys and clients, not the services. A command
imports what it alone needs: the day writes PDF and draws fonts.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from lgo_client.cli_dmp import dmp_app
from lgo_client.cli_guard import Guarded
from lgo_client.cli_insi import identite_app, insi_app
from lgo_client.cli_mss import mss_app
from lgo_client.clock import Workplace
from lgo_client.environment import Environment
from lgo_client.transport import http_client

if TYPE_CHECKING:
    from lgo_client.journeys.officine_day import Told
    from lgo_client.psc import ProSanteConnect, PscSession

__all__ = ["app", "main"]

app = typer.Typer(
    cls=Guarded, no_args_is_help=True, add_completion=False, help="Le LGO de référence, en ligne de commande."
)
app.add_typer(insi_app, name="insi")
app.add_typer(identite_app, name="identite")
app.add_typer(dmp_app, name="dmp")
app.add_typer(mss_app, name="mss")
console = Console()

GC_THRESHOLD = 100_000
"""Objects made before the collector looks at them: at the default of 700, it looks again and again at the imports."""

ReadyFile = Annotated[Path | None, typer.Option("--ready", help="Fichier de connexion (ready.json).")]


@app.command()
def demo(
    ready: ReadyFile = None,
    output: Annotated[Path, typer.Option(help="Dossier des preuves.")] = Path("lgo-output"),
    once: Annotated[bool, typer.Option(envvar="ONCE", help="Finir avec la journée.")] = False,
    auth: Annotated[
        str, typer.Option(help="certificats, ou psc-api : les services appelés avec un jeton de leur API.")
    ] = "certificats",
) -> None:
    """Jouer la journée d'une pharmacie contre les services."""
    from lgo_client.journeys.day import Auth
    from lgo_client.journeys.officine_day import play
    from lgo_client.show import ConsoleNarrator, show_connection, show_exchanges, show_outcome

    if auth not in [*Auth]:
        console.print(f"mode inconnu : {auth} ; modes : {', '.join(Auth)}")
        raise typer.Exit(2)
    environment = Environment.load(ready)
    console.print("[bold]Une journée à la pharmacie[/bold] – simulation, données fictives")
    folder = output / Workplace().local().strftime("%Y%m%d-%H%M%S")
    told = play(environment, ConsoleNarrator(console), folder, Auth(auth))
    show_exchanges(console, told.exchanges)
    show_connection(console, environment)
    show_outcome(console, told)
    if not once and not told.failure:
        _wait()
    raise typer.Exit(_exit_code(told))


@app.command()
def login(
    ciba: Annotated[str, typer.Option(help="Identifiant national : se connecter par CIBA, sans navigateur.")] = "",
    carte: Annotated[bool, typer.Option(help="Avec --ciba : par la carte au lieu de l'e-CPS.")] = False,
    client: Annotated[str, typer.Option(help="client_id.")] = "lgo-demo",
    ready: ReadyFile = None,
) -> None:
    """Se connecter par Pro Santé Connect (navigateur du poste, ou CIBA), dire qui, se déconnecter."""
    from lgo_client.browsers import external_browser
    from lgo_client.psc import ProSanteConnect, PscRefused

    environment = Environment.load(ready)
    with http_client(environment.ca, environment.certificate("psc-client")) as http:
        try:
            provider = ProSanteConnect(http, environment.url("psc"), environment.client(client), Workplace())
            session = _by_ciba(provider, ciba, carte) if ciba else provider.login(external_browser)
            _show_identity(session.userinfo())
            session.logout()
        except (PscRefused, TimeoutError) as refusal:
            console.print(f"refus {refusal}")
            raise typer.Exit(1) from None
    console.print("Sessions fermées.")


@app.command()
def proxy(
    port: Annotated[int, typer.Option(help="Port d'écoute (0 : un port libre).")] = 8500,
    client: Annotated[str, typer.Option(help="client_id, enrôlé pour les API.")] = "lgo-api",
    ready: ReadyFile = None,
) -> None:
    """Tenir un petit proxy e-Santé : /connect (CIBA), /send/<route>/… (INSi, DMP, ordonnance), /traces, /disconnect."""
    from lgo_client.proxy.starting import opened

    with opened(Environment.load(ready), client, port) as server:
        console.print(f"Proxy e-Santé : [bold]{server.url}[/bold]")
        console.print(
            "POST /connect, GET|POST /send/insi/… /send/dmp/… /send/eprescription/…, GET /traces, /disconnect"
        )
        _wait()


def _by_ciba(provider: ProSanteConnect, national_id: str, carte: bool) -> PscSession:
    from lgo_client.ciba import CARD, MOBILE, ciba_login

    def show(digits: str) -> None:
        console.print(f"Nombre à comparer : [bold]{digits}[/bold]")

    return ciba_login(provider, national_id, show, channel=CARD if carte else MOBILE)


def _show_identity(identity: Mapping[str, Any]) -> None:
    console.print(f"{identity.get('given_name')} {identity.get('family_name')} ({identity['SubjectNameID']})")
    for exercise in identity.get("SubjectRefPro", {}).get("exercices", []):
        for activity in exercise["activities"]:
            console.print(f"  {exercise['codeProfession']} – {activity['raisonSocialeSite']}")


def main() -> None:
    """Run the command line."""
    gc.set_threshold(GC_THRESHOLD, 20, 20)
    app(prog_name="lgo")


def _wait() -> None:
    console.print("\nLes services restent ouverts ; Ctrl-C pour finir.")
    try:
        if sys.platform == "win32":
            while True:
                input()
        signal.pause()
    except (KeyboardInterrupt, EOFError):
        return


def _exit_code(told: Told) -> int:
    return 1 if told.failure else 0
