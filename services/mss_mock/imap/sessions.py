"""Commands of the connection itself: capabilities, TLS, login, idling, the end.

Source: RFC 3501 §6.1–6.2, RFC 4959 (SASL-IR), RFC 2177 (IDLE), RFC 2971 (ID), RFC 5161 (ENABLE), RFC 2342 (NAMESPACE);
specs/mssante.md §1.1 (XOAUTH2; how IMAP refuses a token: high).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from typing import Any

from lgo_sandbox.pki import Family
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.exchange import FAULTED
from mss_mock.codes import DELIMITER, REFUSED_TOKEN
from mss_mock.dialogue import Ended
from mss_mock.domain import Refused
from mss_mock.facts import MailLogin
from mss_mock.imap.connection import Connection, State
from mss_mock.imap.output import paren, string
from mss_mock.imap.syntax import LIMIT, Cursor
from mss_mock.journaling import Record, strike
from mss_mock.login import Login, LoginRefused, refused_by_fault
from mss_mock.store import waiting
from mss_mock.wire.sasl import without_secret

__all__ = [
    "authenticate",
    "capability",
    "enable",
    "greeting",
    "identify",
    "idle",
    "login",
    "logout",
    "namespace",
    "noop",
    "starttls",
]

MAX_LOGINS = 10
MAX_ID_FIELDS = 30
_ALWAYS = ("IMAP4rev1", "LITERAL+", "SASL-IR", "ID", "ENABLE")
_OPEN = (
    "IDLE",
    "NAMESPACE",
    "UIDPLUS",
    "MOVE",
    "UNSELECT",
    "CHILDREN",
    "LIST-EXTENDED",
    "LIST-STATUS",
    "SPECIAL-USE",
    "ESEARCH",
    "CONDSTORE",
    "MULTIAPPEND",
    "SORT",
    "QUOTA",
    "QUOTA=RES-STORAGE",
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}|=")


def capabilities(connection: Connection) -> bytes:
    """Return what the server can do at this moment, and nothing else."""
    names = [*_ALWAYS]
    if connection.state is not State.NOT_AUTHENTICATED:
        names += _OPEN
    elif not connection.stream.tls:
        names += ["STARTTLS", "LOGINDISABLED"]
    else:
        names += ["AUTH=XOAUTH2", *(["AUTH=PLAIN"] if _may_use_plain(connection) else ["LOGINDISABLED"])]
    return " ".join(["CAPABILITY", *names]).encode("ascii")


def _may_use_plain(connection: Connection) -> bool:
    certificate = connection.stream.certificate
    return connection.stream.tls and certificate is not None and certificate.family is Family.ORGANISATION_AUTH


def greeting(connection: Connection) -> bytes:
    """Return the first line."""
    return b"* OK [" + capabilities(connection) + b"] LGO sandbox IMAP (SIMULATION)"


async def capability(connection: Connection, cursor: Cursor) -> bytes:
    """CAPABILITY."""
    cursor.end()
    await connection.send(b"* " + capabilities(connection))
    return b"OK CAPABILITY completed"


async def noop(_connection: Connection, cursor: Cursor) -> bytes:
    """NOOP, and CHECK: every change is committed already."""
    cursor.end()
    return b"OK completed"


async def logout(connection: Connection, cursor: Cursor) -> bytes:
    """LOGOUT."""
    cursor.end()
    connection.deselect()
    connection.state = State.LOGOUT
    await connection.send(b"* BYE Logging out")
    return b"OK LOGOUT completed"


async def identify(connection: Connection, cursor: Cursor) -> bytes:
    """ID: our name only, for a value that is NIL, as the standard allows, breaks several clients."""
    cursor.space()
    if not cursor.skip(b"NIL"):
        cursor.expect(b"(")
        count = 0
        while not cursor.skip(b")"):
            if count:
                cursor.space()
            if not cursor.skip(b"NIL"):
                cursor.astring()
            count += 1
            if count > MAX_ID_FIELDS * 2:
                raise cursor.bad("too many fields", f"{MAX_ID_FIELDS} champs au plus", LIMIT)
    cursor.end()
    await connection.send(b"* ID " + paren((string(b"name"), string(b"lgo-sandbox"))))
    return b"OK ID completed"


async def enable(connection: Connection, cursor: Cursor) -> bytes:
    """ENABLE: CONDSTORE only; other names are let pass, as the standard wants (RFC 5161 §3.1)."""
    names: list[str] = []
    while not names or not cursor.at_end:
        cursor.space()
        names.append(cursor.word())
    enabled = b" CONDSTORE" if "CONDSTORE" in names else b""
    await connection.send(b"* ENABLED" + enabled)
    if enabled:
        await connection.enable_condstore()
    return b"OK ENABLE completed"


async def namespace(connection: Connection, cursor: Cursor) -> bytes:
    """NAMESPACE: personal folders only."""
    cursor.end()
    await connection.send(f'* NAMESPACE (("" "{DELIMITER}")) NIL NIL'.encode("ascii"))
    return b"OK NAMESPACE completed"


async def starttls(connection: Connection, cursor: Cursor) -> None:
    """STARTTLS."""
    cursor.end()
    if connection.stream.tls:
        raise Refused("imap-tls-deja", received="STARTTLS dans TLS", expected="la suite du dialogue, dans TLS")
    await connection.send(connection.tag + b" OK Begin TLS negotiation now")
    await connection.stream.flush()
    connection.doing = "la poignée de main TLS"
    await connection.stream.start_tls(connection.port.tls, connection.port.handshake_seconds)


async def idle(connection: Connection, cursor: Cursor) -> bytes:
    """IDLE: what this process commits is told at once, what another does as soon as somebody looks."""
    cursor.end()
    await connection.stream.send(b"+ idling\r\n")
    await connection.stream.flush()
    if connection.stream.spoiled:
        return b"OK IDLE terminated"
    done = asyncio.ensure_future(connection.stream.line())
    try:
        async with asyncio.timeout(connection.port.idle_seconds):
            await _tell_until(done, connection)
            said = await done
        if said.upper() != b"DONE":
            received = said[:80].decode("ascii", "backslashreplace")
            raise Refused("imap-done", received=received, expected="DONE", where="IDLE")
    finally:
        done.cancel()
    return b"OK IDLE terminated"


async def _tell_until(done: asyncio.Future[bytes], connection: Connection) -> None:
    """Tell the client the news of its folder, whenever there are some, until it has said something."""
    view = connection.view
    if view is None:
        await asyncio.wait({done})
        return
    with waiting(view.store.db, view.folder.id, connection.port.poll_seconds) as event:
        while not done.done():
            event.clear()
            await connection.send_all(view.news(expunge=True, with_modseq=connection.condstore))
            await connection.stream.flush()
            changed = asyncio.ensure_future(event.wait())
            try:
                either: set[asyncio.Future[Any]] = {done, changed}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            finally:
                changed.cancel()


# Login


async def authenticate(connection: Connection, cursor: Cursor) -> bytes:
    """AUTHENTICATE XOAUTH2, or PLAIN with an application's certificate."""
    cursor.space()
    mechanism = cursor.word()
    initial = None
    if not cursor.at_end:
        cursor.space()
        initial = cursor.take(_BASE64, "base64")[0]
    cursor.end()
    if not connection.stream.tls:
        raise Refused("imap-starttls-d-abord", expected="STARTTLS d'abord", where="AUTHENTICATE")
    if mechanism != "XOAUTH2" and not (mechanism == "PLAIN" and _may_use_plain(connection)):
        expected = "XOAUTH2 ou PLAIN" if _may_use_plain(connection) else "XOAUTH2"
        raise Refused("imap-mecanisme", received=f"AUTHENTICATE {mechanism[:40]}", expected=expected)
    response = await _response(connection, initial)
    return await _open(connection, mechanism, response, "imap-authenticate", initial=initial is not None)


async def login(connection: Connection, cursor: Cursor) -> bytes:
    """LOGIN: the same as PLAIN, so for an application's certificate only."""
    cursor.space()
    user = cursor.astring()
    cursor.space()
    password = cursor.astring()
    cursor.end()
    if not connection.stream.tls:
        raise Refused("imap-starttls-d-abord", "LOGIN is disabled", expected="STARTTLS d'abord", where="LOGIN")
    if not _may_use_plain(connection):
        received = "LOGIN sans certificat client ORG AUTH_CLI"
        raise Refused("imap-login-ferme", received=received, expected="AUTHENTICATE XOAUTH2", where="LOGIN")
    return await _open(connection, "PLAIN", b"\0" + user + b"\0" + password, "imap-login", initial=False)


async def _response(connection: Connection, initial: bytes | None) -> bytes:
    if initial is None:
        connection.doing = "l'authentification"
        await connection.stream.send(b"+ \r\n")
        await connection.stream.flush()
        async with asyncio.timeout(connection.port.login_seconds):
            initial = await connection.stream.line()
        if initial == b"*":
            raise Refused("imap-auth-annulee", received="*", expected="la réponse en base 64", where="réponse SASL")
    try:
        return b"" if initial == b"=" else base64.b64decode(initial, validate=True)
    except binascii.Error as error:
        received = f"{len(initial)} octets, dont d'étrangers au base 64 ou sans remplissage"
        raise Refused("imap-base64", received=received, expected="du base 64 entier", where="réponse SASL") from error


async def _open(connection: Connection, mechanism: str, response: bytes, operation: str, *, initial: bool) -> bytes:
    keeper = connection.port.doorkeeper
    try:
        if mechanism == "XOAUTH2":
            opened = await keeper.by_token(response)
        else:
            opened = keeper.by_certificate(response, connection.stream.certificate)
    except LoginRefused as refused:
        record = _record(connection, keeper.session(refused.session), mechanism, response, operation)
        record.note(_facts(mechanism, refused.user, initial=initial))
        record.refuse(refused.seen_in("", record.exchange.target))
        record.finish(0, refused.imap.encode(), f"Ouverture de boîte IMAP refusée : {refused.known.title}")
        refused.told = True
        await _refuse(connection, refused, mechanism)
        raise
    record = _record(connection, keeper.session(opened.session), mechanism, response, operation)
    record.note(_facts(mechanism, opened.mailbox.address, initial=initial, opened=opened))
    return await _opened(connection, opened, record)


async def _opened(connection: Connection, opened: Login, record: Record) -> bytes:
    address = opened.mailbox.address
    try:
        named = await strike(
            record.session, record.exchange.operation, address, lambda: record.exchange, connection.stream
        )
    except Exception:
        record.finish(0, b"NO", f"Ouverture de la boîte {address} : panne simulée", outcome=FAULTED)
        raise
    if named:
        refused = refused_by_fault(record, named[0], address)
        await _refuse(connection, refused, opened.mechanism)
        raise refused
    connection.logged_in(opened)
    record.finish(0, b"OK", f"{address} ouvre sa boîte en IMAP ({opened.mechanism})")
    return b"OK [" + capabilities(connection) + b"] Logged in"


def _record(connection: Connection, session: Session, mechanism: str, response: bytes, operation: str) -> Record:
    record = connection.open_record(operation, session)
    record.exchange.target = "LOGIN" if operation == "imap-login" else f"AUTHENTICATE {mechanism}"
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


async def _refuse(connection: Connection, refused: LoginRefused, mechanism: str) -> None:
    connection.failed_logins += 1
    if connection.failed_logins > MAX_LOGINS:
        received = f"{connection.failed_logins} refus"
        raise Ended(Refused("imap-trop-d-echecs", received=received, expected=f"{MAX_LOGINS} au plus"))
    if mechanism == "XOAUTH2" and not refused.temporary:
        await connection.stream.send(b"+ " + base64.b64encode(REFUSED_TOKEN) + b"\r\n")
        await connection.stream.flush()
        async with asyncio.timeout(connection.port.login_seconds):
            await connection.stream.line()
