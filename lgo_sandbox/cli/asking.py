"""The commands that ask a running sandbox, through its control API and nothing else.

The control URL is given, else ``LGO_SANDBOX_CONTROL``, else in ``<state>/ready.json``.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import typer

from lgo_sandbox.cli.connect import write_connection
from lgo_sandbox.cli.control import REFUSED, UNREACHABLE, Answer, ask
from lgo_sandbox.cli.errors import CommandError
from lgo_sandbox.tenant.ids import Ids
from lgo_sandbox.wire.system import reason

__all__ = ["Asking", "control_url"]

DEFAULT_STATE = ".lgo-sandbox"
READY_NAME = "ready.json"
EXTENSIONS = {"text": "txt", "json": "json", "junit": "xml", "html": "html"}
NONE_RUNNING = "aucun bac à sable en marche"


def control_url(given: str | None, state: Path | None) -> str:
    """Return the control URL of the sandbox that is meant. Raises CommandError when none can be found."""
    url = given or (None if state else os.environ.get("LGO_SANDBOX_CONTROL"))
    if url:
        return url.rstrip("/")
    ready = Path(state or os.environ.get("LGO_SANDBOX_STATE", DEFAULT_STATE)) / READY_NAME
    try:
        return str(json.loads(ready.read_text(encoding="utf-8"))["control"]).rstrip("/")
    except (OSError, ValueError, KeyError, TypeError):
        start = f"lgo-sandbox up --state {shlex.quote(str(state))}" if state else "lgo-sandbox up"
        what = f"{ready} est illisible" if ready.exists() else f"{ready} n'existe pas"
        kept = " (ce qui y a été observé est gardé)" if (ready.parent / "sessions").is_dir() else ""
        raise CommandError(f"{NONE_RUNNING} : {what}. Démarrez avec « {start} »{kept}, ou donnez --control.") from None


class Asking:
    """One command's conversation with a running sandbox."""

    def __init__(self, control: str | None, state: Path | None, session: str | None = None) -> None:
        self._url = control_url(control, state)
        self._session = session

    def status(self) -> None:
        """Print what runs."""
        health = self._get("/health")
        typer.echo(f"lgo-sandbox {health['version']} : {self._url}/ (session {health['session']})")
        for service in self._get("/services"):
            for door in service["doors"]:
                where = "  ".join(door["addresses"].values()) or "(servi ailleurs)"
                typer.echo(f"  {service['name']:<14} {door['title']:<40} {where}")
        for trouble in health["troubles"]:
            typer.echo(f"Dégradé : {trouble['session']} ({trouble['what']}) : {trouble['message']}")
        typer.echo("Sessions : " + ", ".join(session["session"] for session in self._get("/sessions")))
        typer.echo(f"Constats : {len(self._get('/findings'))} dans la session {health['session']}")

    def reset(self) -> None:
        """Reset a session and say so."""
        session = self._session or self._get("/health")["session"]
        self._ask("POST", f"/sessions/{quote(session, safe='')}/reset")
        typer.echo(f"La session {session} est remise à ses valeurs de départ.")

    def report(self, form: str, output: Path | None) -> None:
        """Write the report to a file or the standard output."""
        if form not in EXTENSIONS:
            raise CommandError(f"format inconnu : {form} (formats : {', '.join(EXTENSIONS)})")
        octets = self._ask("GET", f"/report.{EXTENSIONS[form]}").content
        if output is None:
            sys.stdout.buffer.write(octets)
            sys.stdout.flush()
            return
        try:
            output.write_bytes(octets)
        except OSError as error:
            raise CommandError(f"{output} ne peut pas être écrit : {reason(error)}") from None

    def connect(self, folder: Path) -> None:
        """Write the ready-file and the certificates in a folder of this machine, and print where."""
        try:
            typer.echo(write_connection(self._ask("GET", "/connection.zip").content, folder))
        except OSError as error:
            raise CommandError(f"{folder} ne peut pas être écrit : {reason(error)}") from None

    def add_client(self, client_id: str, redirect_uris: Sequence[str], *, mtls: bool, replace: bool) -> None:
        """Add an OIDC client, with a new secret or bound to the pharmacy's certificate, and print what it is.

        One that is there is replaced only when that is asked: whoever uses its secret would be locked out.
        """
        known = {client["client_id"] for client in self._get("/psc/clients")["clients"]}
        if client_id in known and not replace:
            raise CommandError(
                f"le client {client_id} existe déjà, rien n'a changé : "
                "donnez --replace pour le remplacer (l'ancien secret ne vaudra plus), ou un autre --client-id"
            )
        body: dict[str, Any] = {"client_id": client_id, "redirect_uris": list(redirect_uris)}
        shown: dict[str, str] = {}
        if mtls:
            issued = self._issued("psc-client")
            names = {"certificate_cn": "common_name", "certificate_ou": "organisational_unit"}
            body |= {name: issued[source] for name, source in names.items()}
            shown = {name: issued[name] for name in ("cert", "key", "p12", "password")}
        else:
            body["secret"] = Ids().token()
        self._print(self._ask("POST", "/psc/clients", body).json() | shown)

    def issue(self, kind: str, variant: str, persona: str | None) -> None:
        """Have a certificate made and print where it is."""
        issued = self._issued(kind, variant=variant, persona=persona)
        self._print({name: value for name, value in issued.items() if not name.endswith("_pem")})

    def _issued(self, kind: str, **wanted: str | None) -> dict[str, Any]:
        body = {"kind": kind, "session": self._session, **wanted}
        given = {name: value for name, value in body.items() if value is not None}
        issued: dict[str, Any] = self._ask("POST", "/pki/issue", given, in_session=False).json()
        return issued

    def _get(self, path: str) -> Any:
        return self._ask("GET", path).json()

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, in_session: bool = True) -> Answer:
        query = {"session": self._session} if self._session and in_session else None
        try:
            answer = ask(self._url, method, path, body, query)
        except UNREACHABLE as error:
            raise CommandError(f"{NONE_RUNNING} : {self._url} ne répond pas ({type(error).__name__})") from None
        if answer.status >= REFUSED:
            raise CommandError(answer.refusal())
        return answer

    @staticmethod
    def _print(values: Mapping[str, Any]) -> None:
        typer.echo(json.dumps(values, ensure_ascii=False, indent=1))
