"""What the commands of ``lgo mss`` share: the mail desk they open, how they log in and how they tell.

A person's mailbox opens by a token of Pro Santé Connect: the one of ``LGO_MSS_JETON``, else that of a log-in, which
happens when the operator is called and not before: unattended, accepted in the e-CPS simulator, or in the workstation's
browser where ``LGO_MSS_CONNEXION`` says ``navigateur``. Knows no command.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
import typer

from lgo_client.cli_dmp_desk import FOLDER, NO_SESSION, console, environment_of, ins_of, plain
from lgo_client.clock import Workplace
from lgo_client.control import Control
from lgo_client.environment import Environment, Patient
from lgo_client.transport import http_client, tls_context
from lgo_client.unanswered import START

if TYPE_CHECKING:
    from lgo_client.mss.book import Book
    from lgo_client.mss.desk import MailDesk
    from lgo_client.outbox import Waiting
    from lgo_client.psc import PscSession

__all__ = ["AsSoftware", "at_book", "at_mail", "patient_of", "send_now", "told"]

TOKEN, HOW, BROWSER = "LGO_MSS_JETON", "LGO_MSS_CONNEXION", "navigateur"
CLIENT = "lgo-demo"
BOOK = "annuaire-mss.sqlite"

AsSoftware = Annotated[
    bool, typer.Option("--applicative", help="Par la boîte applicative de la structure (certificat), sans connexion.")
]


def _folder(environment: Environment, folder: Path | None) -> Path:
    session = re.sub(r"[^A-Za-z0-9_-]", "_", str(environment.document.get("session", NO_SESSION)))
    return (folder or FOLDER) / session


@contextmanager
def at_mail(
    who: str, folder: Path | None, ready: Path | None, *, software: bool = False
) -> Iterator[tuple[Environment, MailDesk]]:
    """Give the mail desk of a professional, or of the pharmacy's software."""
    from lgo_client.mss.opening import opened_desk
    from lgo_client.mss.trust import trust_of

    environment = environment_of(ready)
    with ExitStack() as stack:
        token = None if software else _token(environment, who, stack)
        files = _folder(environment, folder)
        trust = trust_of(environment, files, Workplace(), strict=False, told=_warn)
        desk = stack.enter_context(opened_desk(environment, who, files, token, trust=trust))
        yield environment, desk


def _warn(said: str) -> None:
    console.print(f"attention : {plain(said)}", soft_wrap=True)


@contextmanager
def at_book(folder: Path | None, ready: Path | None) -> Iterator[tuple[Environment, Book]]:
    """Give the directory of the workstation."""
    from lgo_client.mss.book import Book

    environment = environment_of(ready)
    book = Book(_folder(environment, folder) / BOOK, Workplace())
    try:
        yield environment, book
    finally:
        book.close()


def _token(environment: Environment, who: str, stack: ExitStack) -> Callable[[], str]:
    given = os.environ.get(TOKEN)
    sessions: list[PscSession] = []

    def token() -> str:
        if given:
            return given
        if not sessions:
            sessions.append(_logged_in(environment, who, stack))
        return sessions[0].access_token()

    return token


def _logged_in(environment: Environment, who: str, stack: ExitStack) -> PscSession:
    from lgo_client.browsers import external_browser, unattended_browser
    from lgo_client.psc import ProSanteConnect, PscRefused

    http = stack.enter_context(http_client(environment.ca))
    provider = ProSanteConnect(http, environment.url("psc"), environment.client(CLIENT), Workplace())
    try:
        if os.environ.get(HOW) == BROWSER:
            session = provider.login(external_browser)
        else:
            browser = stack.enter_context(
                httpx.Client(verify=tls_context(environment.ca), trust_env=False, timeout=30.0)
            )
            session = provider.login(unattended_browser(browser, lambda: _accept(environment, who)), hint=who)
    except (RuntimeError, TimeoutError) as error:
        raise PscRefused("connexion", str(error)) from error
    stack.callback(_leave, session)
    return session


def _leave(session: PscSession) -> None:
    from lgo_client.psc import PscRefused

    with suppress(PscRefused, httpx.HTTPError):  # what was done is done
        session.logout()


def _accept(environment: Environment, who: str) -> None:
    control = Control(environment.control, environment.session)
    try:
        for waiting in control.resource("psc/ecps", persona=who)["requests"]:
            control.resource("psc/ecps", "POST", {"id": waiting["id"], "action": "accept"})
    finally:
        control.close()


def patient_of(environment: Environment, desk: MailDesk, named: str) -> Patient:
    """Return a patient whom the pharmacy knows. Raises ValueError."""
    if not named[:1].isdecimal():
        return environment.patient(named)
    matricule = ins_of(environment, named).partition("^")[0]
    if matricule not in desk.patients:
        raise ValueError(f"le matricule {matricule} n'est celui d'aucun patient de la fiche")
    return desk.patients[matricule]


def told(lot: Waiting) -> None:
    """Tell what became of a mail of the queue."""
    said = f" – {plain(lot.said)}" if lot.said else ""
    console.print(f"message {lot.number}, {plain(lot.title)}, à {plain(lot.patient)} : {lot.state}{said}")


def send_now(desk: MailDesk, pause: Callable[[float], None] | None = None) -> None:
    """Send what waits, and end the command with 1 where something stays."""
    from lgo_client.outbox import State

    if pause is not None:
        desk.send_all(pause, told)
    elif not desk.send(told):
        console.print("la file attend (« lgo mss file envoyer --attendre »)")
        console.print(f"si aucun bac à sable n'est en marche à cette adresse, {START}", soft_wrap=True)
        raise typer.Exit(1)
    if desk.queue.all(State.ASIDE):
        console.print("des messages sont mis de côté : « lgo mss file »")
        raise typer.Exit(1)
