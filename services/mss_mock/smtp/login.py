"""AUTH: a mailbox opened with a Pro Santé Connect token (XOAUTH2), or an application's certificate (PLAIN).

Source: RFC 4954 §4; docs/sources/mssante.md (XOAUTH2, Jeton refusé, Boîte applicative). Knows no mail.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from lgo_sandbox.tenant.session import Session
from mss_mock.codes import REFUSED_TOKEN
from mss_mock.dialogue import Ended
from mss_mock.domain import Refused
from mss_mock.facts import MailLogin
from mss_mock.journaling import FaultStruck, Record, strike
from mss_mock.login import Login, LoginRefused, refused_by_fault
from mss_mock.wire.sasl import without_secret

if TYPE_CHECKING:
    from mss_mock.smtp.connection import SmtpConnection

__all__ = ["authenticate"]

MAX_LOGINS = 10
AUTHENTICATION_FAILED = 535
CHALLENGE = 334


async def authenticate(connection: SmtpConnection, argument: str) -> None:
    """Open a mailbox."""
    mechanism, _, initial = argument.partition(" ")
    if connection.login is not None:
        raise Refused("smtp-auth-deja", expected="une autre connexion pour une autre boîte", where="AUTH")
    if mechanism.upper() not in connection.mechanisms:
        offered = " ou ".join(connection.mechanisms)
        raise Refused("smtp-mecanisme", received=f"AUTH {mechanism}".strip(), expected=offered, where="AUTH")
    response = await _response(connection, initial.strip())
    await _open(connection, mechanism.upper(), response, initial=bool(initial))


async def _response(connection: SmtpConnection, initial: str) -> bytes:
    text = initial
    if not text:
        connection.doing = "l'authentification"
        await connection.say("334 ")
        text = (await connection.line()).strip().decode("ascii", "replace")
        if text == "*":
            raise Refused("smtp-auth-annulee", received="*", expected="la réponse en base 64", where="réponse SASL")
    try:
        return b"" if text == "=" else base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        shown = f"{len(text)} caractères, dont d'étrangers au base 64 ou sans remplissage"
        raise Refused("smtp-base64", received=shown, expected="du base 64 entier", where="réponse SASL") from error


async def _open(connection: SmtpConnection, mechanism: str, response: bytes, *, initial: bool) -> None:
    keeper = connection.port.doorkeeper
    try:
        if mechanism == "XOAUTH2":
            login = await keeper.by_token(response)
        else:
            login = keeper.by_certificate(response, connection.stream.certificate)
    except LoginRefused as refused:
        record = _record(connection, keeper.session(refused.session), mechanism, response)
        record.note(_facts(mechanism, refused.user, initial=initial))
        await _refuse(connection, record, refused, mechanism)
        return
    record = _record(connection, keeper.session(login.session), mechanism, response)
    record.note(_facts(mechanism, login.mailbox.address, initial=initial, opened=login))
    await _opened(connection, record, login)


async def _opened(connection: SmtpConnection, record: Record, login: Login) -> None:
    try:
        address = login.mailbox.address
        named = await strike(record.session, "smtp-auth", address, lambda: record.exchange, connection.stream)
    except FaultStruck as fault:
        await connection.answer_fault(record, fault, "Authentification SMTP : panne simulée")
        return
    if named:
        refused = refused_by_fault(record, named[0], address)
        await _say_refused(connection, record.session, refused, login.mechanism)
        return
    connection.login = login
    record.finish(235, b"235", f"{login.mailbox.address} ouvre une session SMTP ({login.mechanism})")
    await connection.say("235 2.7.0 Authentication successful")


def _record(connection: SmtpConnection, session: Session, mechanism: str, response: bytes) -> Record:
    record = connection.open_record("smtp-auth", session)
    record.exchange.target = f"AUTH {mechanism}"
    record.request(without_secret(response))
    return record


def _facts(mechanism: str, mailbox: str, *, initial: bool, opened: Login | None = None) -> MailLogin:
    return MailLogin(
        mechanism=mechanism,
        mailbox=mailbox,
        kind=opened.mailbox.kind if opened else None,
        initial_response=initial,
        opened_by=opened.subject if opened else "",
    )


async def _refuse(connection: SmtpConnection, record: Record, refused: LoginRefused, mechanism: str) -> None:
    record.refuse(refused.seen_in("", "AUTH"))
    drops = _is_by_token(refused, mechanism) and _drops(record.session)
    summary = f"Authentification SMTP refusée : {refused.known.title}"
    record.finish(CHALLENGE if drops else refused.status, refused.smtp.encode(), summary)
    await _say_refused(connection, record.session, refused, mechanism)


def _is_by_token(refused: LoginRefused, mechanism: str) -> bool:
    return mechanism == "XOAUTH2" and refused.status == AUTHENTICATION_FAILED


def _drops(session: Session) -> bool:
    return session.option("mss.token_refuse") != "535"


async def _say_refused(connection: SmtpConnection, session: Session, refused: LoginRefused, mechanism: str) -> None:
    connection.failed_logins += 1
    by_token = _is_by_token(refused, mechanism)
    if connection.failed_logins > MAX_LOGINS:
        raise Ended(Refused("smtp-trop-d-echecs", received=f"{connection.failed_logins} refus", expected="moins"))
    if by_token:
        await connection.say(f"334 {base64.b64encode(REFUSED_TOKEN).decode()}")
    if by_token and _drops(session):
        connection.open = False
        return
    if by_token:
        await connection.line()
    await connection.say(refused.smtp)
