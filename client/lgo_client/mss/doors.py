"""The operator's two doors: submission (SMTP, STARTTLS) and reading (IMAP, STARTTLS), for a person or a software.

A person's mailbox opens by XOAUTH2 with the Pro Santé Connect access token, an application's by the certificate of its
structure and PLAIN. The submission dialogue is led by hand, because it decides whether a message may have been taken:
before its last line, surely not; after it, only the operator knows. Source: specs/mssante.md §1.1; RFC 5321, RFC 3461,
RFC 3501. Knows no message format.
"""

from __future__ import annotations

import imaplib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import getaddresses

from lgo_client.environment import Certificate, Environment
from lgo_client.mss.errors import MssRefused, MssUnavailable
from lgo_client.mss.mails import written
from lgo_client.mss.trust import Trust
from lgo_client.transport import tls_context

__all__ = ["Account", "Envelope", "Mailbox", "Place", "send", "submit"]

TIMEOUT_SECONDS = 30.0
INBOX, SENT = "INBOX", "Sent"
_REPLIES = range(200, 600)
_XTEXT = re.compile(r"[^!-*,-<>-~]")
_NUMBERS = re.compile(rb"(UIDVALIDITY|UIDNEXT) (\d+)")
_AWAY = (smtplib.SMTPServerDisconnected, OSError, EOFError)


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox and what opens it: ``token`` gives a fresh access token; a certificate stands for a software.

    ``trust`` judges the operator; without it, only its authority, its dates and its name are.
    """

    mailbox: str
    token: Callable[[], str] | None = None
    certificate: Certificate | None = None
    trust: Trust | None = None

    def context(self, environment: Environment) -> ssl.SSLContext:
        """Return the TLS context of a connection. Raises MssUnavailable when the operator cannot be judged."""
        if self.trust is not None:
            return self.trust.context(self.certificate)
        return tls_context(environment.ca, self.certificate)

    def fresh(self) -> None:
        """See that there is a token that the operator can take. Raises NotLoggedIn; never for a certificate."""
        if self.token is not None:
            self.token()

    def xoauth2(self) -> str:
        """Return the response of XOAUTH2."""
        assert self.token is not None
        return f"user={self.mailbox}\x01auth=Bearer {self.token()}\x01\x01"

    def plain(self) -> str:
        """Return the response of PLAIN: the certificate decides, no password is needed."""
        return f"\0{self.mailbox}\0-"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What travels around a message: ``identity`` comes back in reports (ENVID); ``receipt`` asks for a DSN."""

    sender: str
    recipients: tuple[str, ...]
    identity: str = ""
    receipt: bool = False


# --- submission


def submit(environment: Environment, account: Account, envelope: Envelope, octets: bytes) -> None:
    """Send a message to all its recipients, or to none. Raises MssRefused and MssUnavailable."""
    with _submission(environment, account) as server:
        _checked(server.mail(envelope.sender, _mail_options(server, envelope, octets)), envelope.sender)
        asked = ["NOTIFY=SUCCESS,FAILURE,DELAY"] if envelope.receipt and server.has_extn("dsn") else []
        for recipient in envelope.recipients:
            _checked(server.rcpt(recipient, asked), recipient)
        _checked(server.docmd("DATA"), "DATA", wanted=354)
        try:
            server.send(_stuffed(octets))
            reply = server.getreply()
        except _AWAY as error:
            raise MssUnavailable(_why(error), left=True) from error
        _checked(reply, "", last=True)


@contextmanager
def _submission(environment: Environment, account: Account) -> Iterator[smtplib.SMTP]:
    context = account.context(environment)
    host, port = environment.socket("smtp")
    try:
        server = smtplib.SMTP(host, port, local_hostname="lgo", timeout=TIMEOUT_SECONDS)
    except smtplib.SMTPResponseException as error:
        raise _refused((error.smtp_code, _octets(error.smtp_error)), "") from error
    except (smtplib.SMTPException, OSError) as error:
        raise MssUnavailable(_why(error)) from error
    try:
        server.starttls(context=context)
        server.ehlo()
        _authenticate(server, account)
        yield server
    except smtplib.SMTPResponseException as error:
        raise _refused((error.smtp_code, _octets(error.smtp_error)), "") from error
    except (smtplib.SMTPException, OSError) as error:
        raise MssUnavailable(_why(error)) from error
    finally:
        _leave(server)


def _authenticate(server: smtplib.SMTP, account: Account) -> None:
    if account.certificate is not None:
        server.auth("PLAIN", lambda _challenge=None: account.plain(), initial_response_ok=True)
        return
    try:
        server.auth("XOAUTH2", lambda _challenge=None: account.xoauth2(), initial_response_ok=True)
    except smtplib.SMTPServerDisconnected as error:
        # Seen at a real operator: the reason in a 334, then the line drops.
        raise MssRefused("connexion coupée après AUTH", 535) from error


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _mail_options(server: smtplib.SMTP, envelope: Envelope, octets: bytes) -> list[str]:
    wide = ["BODY=8BITMIME"] if not octets.isascii() and server.has_extn("8bitmime") else []
    if not (envelope.receipt and envelope.identity and server.has_extn("dsn")):
        return wide
    identity = _XTEXT.sub(lambda found: f"+{ord(found[0]):02X}", envelope.identity)
    return [*wide, "RET=HDRS", f"ENVID={identity}"]


def _checked(reply: tuple[int, bytes], about: str, wanted: int = 250, *, last: bool = False) -> None:
    if reply[0] not in _REPLIES:
        raise MssUnavailable("réponse illisible", left=last)
    if reply[0] != wanted and not (wanted == 250 and reply[0] == 251):
        raise _refused(reply, about)


def _refused(reply: tuple[int, bytes], about: str) -> MssRefused:
    return MssRefused(reply[1].decode("utf-8", "replace"), reply[0], about)


def _octets(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def _stuffed(octets: bytes) -> bytes:
    whole = octets if octets.endswith(b"\r\n") else octets + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", whole) + b".\r\n"


def _why(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificat de l'opérateur refusé : {error.verify_message}"
    if isinstance(error, ssl.SSLError) and error.reason:
        return f"connexion TLS refusée : {error.reason}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "STARTTLS ou l'authentification ne sont pas offerts"
    if isinstance(error, ConnectionRefusedError):
        return "connexion impossible"
    if isinstance(error, TimeoutError):
        return "délai dépassé"
    return "connexion coupée"


def send(environment: Environment, message: EmailMessage, mailbox: str, token: str) -> bytes:
    """Send a message as ``mailbox``; return the octets sent. Raises MssRefused and MssUnavailable."""
    octets = written(message)
    recipients = tuple(address for _, address in getaddresses([str(message["To"])]))
    submit(environment, Account(mailbox, lambda: token), Envelope(mailbox, recipients), octets)
    return octets


# --- reading


@dataclass(frozen=True, slots=True)
class Place:
    """How far a folder was read: its UIDVALIDITY and the last UID."""

    validity: int
    last: int


class Mailbox:
    """A mailbox read over IMAP, as a context manager. Raises MssRefused and MssUnavailable."""

    def __init__(self, environment: Environment, mailbox: str, token: str, account: Account | None = None) -> None:
        used = account or Account(mailbox, lambda: token)
        context = used.context(environment)
        host, port = environment.socket("imap")
        with _told():
            self._imap = imaplib.IMAP4(host, port, timeout=TIMEOUT_SECONDS)
        try:
            with _told():
                self._imap.starttls(context)
                if used.certificate is not None:
                    self._imap.authenticate("PLAIN", lambda _challenge: used.plain().encode())
                else:
                    self._imap.authenticate("XOAUTH2", lambda _challenge: used.xoauth2().encode())
        except BaseException:
            with suppress(OSError):  # a handshake that failed has closed the socket already
                self._imap.shutdown()
            raise

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Take leave, of an operator that is there or not."""
        try:
            self._imap.logout()
        except (imaplib.IMAP4.error, OSError):
            with suppress(OSError):
                self._imap.shutdown()

    def lives(self) -> bool:
        """Tell whether the operator still answers on this connection."""
        try:
            return self._imap.noop()[0] == "OK"
        except (imaplib.IMAP4.error, OSError):
            return False

    def unread(self, folder: str = INBOX) -> list[bytes]:
        """Return the raw octets of the unread messages of a folder, and mark them read."""
        self.open(folder)
        uids = self._search("UNSEEN")
        found = [self.octets(uid) for uid in uids]
        for uid in uids:
            self.mark(uid, "\\Seen")
        return found

    def open(self, folder: str = INBOX) -> Place:
        """Select a folder; return its UIDVALIDITY, and the last UID that it gave out."""
        with _told():
            _good(self._imap.select(folder))
            # As the server sent them when the folder was selected.
            _, answer = self._imap.status(folder, "(UIDVALIDITY UIDNEXT)")
        numbers = {name: int(value) for name, value in _NUMBERS.findall(answer[0] or b"")}
        if len(numbers) < 2:
            raise MssRefused("réponse STATUS sans UIDVALIDITY ni UIDNEXT", about=folder)
        return Place(numbers[b"UIDVALIDITY"], numbers[b"UIDNEXT"] - 1)

    def after(self, uid: int) -> list[int]:
        """Return the UIDs beyond one, in order. « n:* » names the last message even when it is before n."""
        return sorted(one for one in self._search("UID", f"{uid + 1}:*") if one > uid)

    def naming(self, text: str) -> list[int]:
        """Return the UIDs of the messages that name a text."""
        return self._search("TEXT", f'"{text}"')

    def octets(self, uid: int) -> bytes:
        """Return a message, byte for byte; it stays unread."""
        with _told():
            answer = _good(self._imap.uid("FETCH", str(uid), "(BODY.PEEK[])"))
        for part in answer:
            if isinstance(part, tuple):
                return bytes(part[1])
        raise MssRefused("message disparu", about=str(uid))

    def mark(self, uid: int, flag: str) -> None:
        """Add a flag to a message."""
        with _told():
            _good(self._imap.uid("STORE", str(uid), "+FLAGS.SILENT", f"({flag})"))

    def keep(self, octets: bytes, folder: str = SENT) -> None:
        """Put a message that was sent in the folder of those."""
        with _told():
            _good(self._imap.append(folder, "(\\Seen)", "", octets))

    def _search(self, *keys: str) -> list[int]:
        with _told():
            answer = _good(self._imap.uid("SEARCH", *keys))
        return [int(one) for part in answer if isinstance(part, bytes) for one in part.split()]


def _good(reply: tuple[str, Sequence[object]]) -> Sequence[object]:
    status, answer = reply
    if status != "OK":
        said = answer[0] if answer else b""
        raise MssRefused(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said))
    return answer


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except imaplib.IMAP4.abort as error:
        raise MssUnavailable(f"connexion coupée : {error}") from error
    except imaplib.IMAP4.error as error:
        said = error.args[0] if error.args else ""
        raise MssRefused(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)) from error
    except OSError as error:
        raise MssUnavailable(_why(error)) from error
