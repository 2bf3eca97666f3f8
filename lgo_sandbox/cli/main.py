"""The table of commands and their options. The work is in ``run`` (a sandbox of our own) and ``asking`` (another's).

Source: design of the project (Commands). Texts are French: they are read by testers.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lgo_sandbox.cli.errors import CANNOT, explained
from lgo_sandbox.cli.service_commands import WithServices

if TYPE_CHECKING:
    from lgo_sandbox.cli.starting import StartOptions
    from lgo_sandbox.settings import Settings

__all__ = ["answered", "main"]

app = typer.Typer(
    cls=WithServices,
    name="lgo-sandbox",
    help="Les services nationaux de santé, simulés sur un poste. Données fictives uniquement.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
client = typer.Typer(help="Clients OIDC du fournisseur d'identité simulé.", no_args_is_help=True)
pki = typer.Typer(help="Certificats du bac à sable.", no_args_is_help=True)
app.add_typer(client, name="client")
app.add_typer(pki, name="pki")

PortBase = Annotated[
    int | None,
    typer.Option("--port-base", min=0, max=60_000, help="Premier port (contrôle) ; 0 : ports libres.", metavar="N"),
]
State = Annotated[Path | None, typer.Option("--state", help="Dossier de l'état (défaut : ./.lgo-sandbox).")]
StartSession = Annotated[str | None, typer.Option("--session", help="Session des requêtes qui n'en nomment pas.")]
ReadyFile = Annotated[Path | None, typer.Option("--ready-file", help="Fichier JSON écrit quand tout répond.")]
Host = Annotated[str | None, typer.Option("--host", help="Adresse d'écoute (défaut : 127.0.0.1).")]
Public = Annotated[bool, typer.Option("--public", help="Autoriser une adresse visible du réseau.")]
NoPlain = Annotated[bool, typer.Option("--no-plain", help="Fermer les ports sans TLS.")]
BadServers = Annotated[
    bool, typer.Option("--bad-servers", help="Ouvrir aussi les serveurs fautifs que le logiciel doit refuser.")
]
Services = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SERVICE…]", help="Services à ouvrir, et « control » (défaut : tout)."),
]
ServiceOption = Annotated[list[str] | None, typer.Option("--service", help="Ne servir que ce service (répétable).")]

Control = Annotated[str | None, typer.Option("--control", help="URL de contrôle d'un bac à sable en marche.")]
AskSession = Annotated[str | None, typer.Option("--session", help="Session (défaut : celle du bac à sable).")]

COMMAND_CONTEXT = {"allow_interspersed_args": False}
REST_CONTEXT = {"ignore_unknown_options": True, "allow_interspersed_args": False}

GROUPS = ("client", "pki")
"""Without a command of theirs they show their help."""

ABORTED = 1

GC_THRESHOLD = 100_000
"""Objects made before the collector looks at them: at the default of 700, imports alone cost 0.1 s of collections."""


def main() -> None:
    """Run the command line."""
    gc.set_threshold(GC_THRESHOLD, 20, 20)
    sys.exit(answered(sys.argv[1:]))


def answered(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; what the parser says is said in French."""
    command = typer.main.get_command(app)
    if "--help" in arguments or not arguments or arguments[-1] in GROUPS:
        from french_commands import translate_help

        translate_help(command, typer.Context)
    try:
        return int(command.main(list(arguments), prog_name=app.info.name, standalone_mode=False) or 0)
    except typer.Abort:
        return ABORTED
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _misused(error)


def _misused(error: Any) -> int:
    from french_commands import usage_error

    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
    else:
        typer.echo(f"lgo-sandbox : {usage_error(error)}", err=True)
    return CANNOT


def _begin(options: StartOptions, *, asking: bool = False) -> Settings:
    """Begin what takes time beside the imports to come, for a start that is not refused. Raises CommandError."""
    settings = options.checked(asking=asking)
    from lgo_sandbox.pki.ahead import begin_keys

    begin_keys(settings.state)
    return settings


@app.command()
def up(
    services: Services = None,
    port_base: PortBase = None,
    state: State = None,
    session: StartSession = None,
    ready_file: ReadyFile = None,
    host: Host = None,
    public: Public = False,
    no_plain: NoPlain = False,
    bad_servers: BadServers = False,
) -> None:
    """Démarrer le bac à sable, jusqu'à Ctrl-C."""
    from lgo_sandbox.cli.starting import StartOptions

    options = StartOptions(
        port_base, state, session, ready_file, host, public, no_plain, bad_servers, tuple(services or ())
    )
    with explained():
        settings = _begin(options)
        from lgo_sandbox.cli.run import up_until_stopped

        up_until_stopped(options, settings)


@app.command("exec", context_settings=COMMAND_CONTEXT)
def exec_(
    command: Annotated[list[str], typer.Argument(metavar="-- COMMANDE…", help="Programme à lancer et ses arguments.")],
    service: ServiceOption = None,
    port_base: PortBase = None,
    state: State = None,
    session: StartSession = None,
    ready_file: ReadyFile = None,
    host: Host = None,
    public: Public = False,
    no_plain: NoPlain = False,
    bad_servers: BadServers = False,
) -> None:
    """Démarrer, lancer un programme avec LGO_SANDBOX_READY, _CONTROL et _CA, arrêter ; rend son code de retour."""
    from lgo_sandbox.cli.starting import StartOptions

    options = StartOptions(
        port_base, state, session, ready_file, host, public, no_plain, bad_servers, tuple(service or ())
    )
    with explained():
        settings = _begin(options, asking=True)
        from lgo_sandbox.cli.run import run_command

        code = run_command(options, settings, command)
    raise typer.Exit(code)


@app.command(context_settings=REST_CONTEXT)
def demo(
    arguments: Annotated[list[str] | None, typer.Argument(metavar="[ARGUMENT…]", help="Arguments de lgo demo.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Une seule journée, puis arrêt (comme ONCE=1).")] = False,
    port_base: PortBase = None,
    state: State = None,
    session: StartSession = None,
    ready_file: ReadyFile = None,
    host: Host = None,
    public: Public = False,
    no_plain: NoPlain = False,
    bad_servers: BadServers = False,
) -> None:
    """Jouer la journée d'une officine avec le logiciel de référence (exec -- lgo demo)."""
    from lgo_sandbox.cli.starting import StartOptions

    options = StartOptions(port_base, state, session, ready_file, host, public, no_plain, bad_servers)
    with explained():
        settings = _begin(options)
        from lgo_sandbox.cli.run import beside_python, run_command

        more = {"ONCE": "1"} if once else {}
        code = run_command(options, settings, [beside_python("lgo"), "demo", *(arguments or ())], more)
    raise typer.Exit(code)


@app.command()
def status(control: Control = None, state: State = None) -> None:
    """Dire ce qui tourne : services, adresses, sessions, constats."""
    from lgo_sandbox.cli.asking import Asking

    with explained():
        Asking(control, state).status()


@app.command()
def reset(session: AskSession = None, control: Control = None, state: State = None) -> None:
    """Remettre une session à ses valeurs de départ."""
    from lgo_sandbox.cli.asking import Asking

    with explained():
        Asking(control, state, session).reset()


@app.command()
def report(
    form: Annotated[str, typer.Option("--format", help="text, json, junit ou html.")] = "text",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Fichier (défaut : sortie standard).")] = None,
    session: AskSession = None,
    control: Control = None,
    state: State = None,
) -> None:
    """Écrire le verdict par exigence Ségur."""
    from lgo_sandbox.cli.asking import Asking

    with explained():
        Asking(control, state, session).report(form, output)


@app.command()
def connect(
    folder: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Où écrire ready.json et les certificats.")],
    session: AskSession = None,
    control: Control = None,
    state: State = None,
) -> None:
    """Écrire ici le fichier de connexion et les certificats d'un bac à sable qui tourne ailleurs (conteneur)."""
    from lgo_sandbox.cli.asking import Asking

    with explained():
        Asking(control, state, session).connect(folder)


@app.command()
def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FICHIER…", help="CDA, PDF, archive XDM ou message .eml.")],
    form: Annotated[str, typer.Option("--format", help="text, json ou junit.")] = "text",
    artefacts: Annotated[
        Path | None, typer.Option("--artefacts", help="Dossier des schémas officiels (ou LGO_SANDBOX_ARTEFACTS).")
    ] = None,
    schematrons: Annotated[bool, typer.Option("--schematrons/--no-schematrons", help="Jouer les schématrons.")] = True,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Fichier (défaut : sortie standard).")] = None,
) -> None:
    """Vérifier des documents de santé. Rend 0 : aucune erreur ; 1 : au moins une erreur ; 2 : fichier illisible."""
    from lgo_sandbox.cli.validating import validate_files

    with explained():
        code = validate_files(files, form, artefacts, output, schematrons=schematrons)
    raise typer.Exit(code)


@client.command("add")
def client_add(
    client_id: Annotated[str, typer.Option("--client-id", help="Identifiant du client.")],
    redirect_uri: Annotated[list[str], typer.Option("--redirect-uri", help="Adresse de retour (répétable).")],
    mtls: Annotated[bool, typer.Option("--mtls", help="Authentification par certificat, sans secret.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Remplacer le client de ce nom, et son secret.")] = False,
    session: AskSession = None,
    control: Control = None,
    state: State = None,
) -> None:
    """Ajouter un client OIDC et afficher ses identifiants."""
    from lgo_sandbox.cli.asking import Asking

    with explained():
        Asking(control, state, session).add_client(client_id, redirect_uri, mtls=mtls, replace=replace)


@pki.command("issue")
def pki_issue(
    name: Annotated[str, typer.Argument(metavar="NOM", help="org-auth, org-sign, psc-client, mss-app, cps-auth…")],
    variant: Annotated[str, typer.Option("--variant", help="good, expired, revoked, wrongca, not-yet-valid…")] = "good",
    persona: Annotated[
        str | None, typer.Option("--persona", help="Titulaire de la carte (cps-auth, cps-sign).")
    ] = None,
    session: AskSession = None,
    control: Control = None,
    state: State = None,
) -> None:
    """Émettre un certificat et afficher où il est."""
    from lgo_sandbox.cli.asking import Asking

    with explained():
        Asking(control, state, session).issue(name, variant, persona)
