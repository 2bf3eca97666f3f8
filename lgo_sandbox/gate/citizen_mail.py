"""Asking the service that keeps the citizens' mailboxes for what a page of another service shows and does in one.

A citizen's mailbox is opened by no protocol: only the portal reads it, and the portal is another service than the
operator. What they say to each other is ours (design of the project: services meet only on the wire): one POST, a line
of JSON and then the octets of a file, both ways. When the mailboxes are kept in this process it goes through their gate
without a socket, else over HTTP; the caller does not see which. It is sealed by a secret of the session, which
processes on the same state share, so that no client can ask. Knows no service and no rule.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import TYPE_CHECKING, Any

from lgo_sandbox.gate.inside import ask_inside
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.http import RawResponse

if TYPE_CHECKING:
    from lgo_sandbox.gate.call import Call

__all__ = [
    "MAIL_PATH",
    "Asked",
    "CitizenMailbox",
    "Correspondent",
    "Mail",
    "MailFile",
    "MailHead",
    "MailRefused",
    "MailUnreachable",
    "NotSealed",
    "Opened",
    "read_asked",
    "refused",
    "told",
]

# Exception
#   MailUnreachable   nobody keeps the mailboxes, or no answer came that can be used
#   MailRefused       the rules of the mailbox say no
#   NotSealed         what asks is no service of this sandbox

MAIL_PATH = "/sandbox/citizen-mail"
"""Where the keeper of the mailboxes answers other services of its sandbox, never a client."""

SEAL = "x-sandbox-seal"
MEDIA = "application/octet-stream"
OK = 200
_SILENCES = {
    0: "la messagerie ne répond pas",
    404: "la messagerie n'est pas de ce bac à sable : son répertoire d'état (--state) est un autre (HTTP 404)",
}


class MailUnreachable(Exception):
    """No answer that can be used; the message is French."""


class NotSealed(Exception):
    """Not asked by a service of this sandbox."""


class MailRefused(Exception):
    """The mailbox refuses an act; ``code`` says which rule, the rest is French."""

    def __init__(self, code: str, received: str, expected: str, remedy: str) -> None:
        super().__init__(code)
        self.code, self.received, self.expected, self.remedy = code, received, expected, remedy


# What a mailbox holds


@dataclass(frozen=True, slots=True)
class MailHead:
    """A mail of a list. ``name`` and ``address`` are of the other side, ``at`` is ISO 8601.

    ``sent``: the citizen wrote it. ``thread`` is the same for all mails of one conversation.
    """

    id: str
    sent: bool
    name: str
    address: str
    subject: str
    at: str
    seen: bool
    files: bool
    thread: str


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Whom the citizen may write to while the exchange is ``open``, as it is ``since`` a moment (age time)."""

    address: str
    name: str
    open: bool
    since: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox: its state and why it takes no mail (French), its mails from the last one on, its correspondents.

    ``left_off`` older mails are there and not listed.
    """

    state: str
    because: str
    mails: tuple[MailHead, ...]
    left_off: int
    correspondents: tuple[Correspondent, ...]


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file of a mail: ``part`` is its IMAP number, ``name`` as sent, ``size`` near enough.

    ``program`` says in French why it can be run; it is empty when it cannot.
    """

    part: str
    name: str
    media_type: str
    size: int
    program: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it is read: plain text only, cut or not; ``mark`` tells it from all others.

    ``contact`` is whom an answer goes to, empty for nobody; ``barred`` says why none may be written ("" when one may).
    ``receipt`` is who was told now that it was read.
    """

    id: str
    mark: str
    text: str
    from_html: bool
    cut: bool
    files: tuple[MailFile, ...]
    contact: str
    barred: str
    receipt: str


# Who asks


class CitizenMailbox:
    """The mailbox of one citizen behind a door, as a page of another service uses it.

    Every function raises MailUnreachable and MailRefused.
    """

    def __init__(self, sandbox: Sandbox, session: Session, door: str, address: str) -> None:
        self._sandbox, self._session, self._door, self._address = sandbox, session, door, address

    async def opened(self) -> Opened:
        """Return what the mailbox holds."""
        answer, _ = await self._ask("open")
        return Opened(
            answer["state"],
            answer["because"],
            tuple(MailHead(**one) for one in answer["mails"]),
            answer["left_off"],
            tuple(Correspondent(**one) for one in answer["correspondents"]),
        )

    async def read(self, mails: Sequence[str], reader: str = "") -> list[Mail]:
        """Read mails, by a representative of a child or by the citizen: they are read from now on, and it is told."""
        answer, _ = await self._ask("read", mails=list(mails), representative=reader)
        return [Mail(**{**one, "files": tuple(MailFile(**file) for file in one["files"])}) for one in answer["mails"]]

    async def file(self, mail: str, part: str) -> tuple[MailFile, str, bytes]:
        """Return a file of a mail, the mark of the mail and the content."""
        answer, octets = await self._ask("file", mail=mail, part=part)
        return MailFile(**answer["file"]), answer["mark"], octets

    async def write(
        self,
        to: str,
        subject: str,
        text: str,
        *,
        answers: str = "",
        representative: str = "",
        pdf: bytes = b"",
        name: str = "",
    ) -> str:
        """Write to a correspondent, or answer a mail (``to`` and ``subject`` are then of that mail); say to whom."""
        answer, _ = await self._ask(
            "write",
            pdf,
            to=to,
            subject=subject,
            text=text,
            answers=answers,
            representative=representative,
            name=name,
        )
        return str(answer["to"])

    async def delete(self, mail: str) -> None:
        """Take a mail away for good."""
        await self._ask("delete", mail=mail)

    async def set_open(self, *, taking: bool) -> None:
        """Open the mailbox, or close it, with the space that it belongs to."""
        await self._ask("state", taking=taking)

    async def _ask(self, act: str, octets: bytes = b"", **members: Any) -> tuple[dict[str, Any], bytes]:
        body = _framed({"act": act, "mailbox": self._address, **members}, octets)
        headers = {SEAL: _seal(self._session, body), "content-type": MEDIA}
        status, answer = await self._posted(headers, body)
        if status != OK:
            raise MailUnreachable(_SILENCES.get(status, f"la messagerie a répondu HTTP {status}"))
        try:
            said, more = _unframed(answer)
        except ValueError as error:
            raise MailUnreachable("la messagerie a répondu autre chose que ce qui est attendu") from error
        if "refused" in said:
            raise MailRefused(**said["refused"])
        return said, more

    async def _posted(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        inside = await ask_inside(self._sandbox, self._session.name, self._door, MAIL_PATH, headers, body)
        if inside is not None:
            return inside.status, bytes(inside.body)
        # At the first call, not at start: a sandbox that keeps everything in one process does without the client.
        import httpx

        try:
            url = self._sandbox.url(self._door, self._session.name) + MAIL_PATH
        except KeyError as error:
            raise MailUnreachable("le service MSSanté n'est pas démarré, ou son adresse n'est pas connue") from error
        try:
            answer = await self._sandbox.http.post(url, content=body, headers=dict(headers))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise MailUnreachable(f"le service MSSanté ne répond pas ({type(error).__name__})") from error
        return answer.status_code, answer.content


# Who is asked


@dataclass(frozen=True, slots=True)
class Asked:
    """What a service asks of a mailbox."""

    act: str
    mailbox: str
    members: Mapping[str, Any]
    octets: bytes


def read_asked(call: Call) -> Asked:
    """Return what is asked. Raises NotSealed when no service of this sandbox asks."""
    if not hmac.compare_digest(_seal(call.session, call.body).encode(), call.headers.get(SEAL, "").encode()):
        raise NotSealed
    members, octets = _unframed(call.body)
    return Asked(members.pop("act"), members.pop("mailbox"), members, octets)


def told(value: Opened | Mapping[str, Any], octets: bytes = b"") -> RawResponse:
    """Return an answer."""
    return RawResponse(OK, _framed(value, octets), MEDIA)


def refused(error: MailRefused) -> RawResponse:
    """Return what is answered when the rules of the mailbox say no."""
    members = {name: getattr(error, name) for name in ("code", "received", "expected", "remedy")}
    return told({"refused": members})


def _seal(session: Session, body: bytes) -> str:
    return hmac.digest(session.secret("between-services").encode(), body, "sha256").hex()


def _framed(members: Opened | Mapping[str, Any], octets: bytes) -> bytes:
    return json.dumps(members, default=_members).encode() + b"\n" + octets


def _members(value: object) -> dict[str, Any]:
    assert is_dataclass(value)
    assert not isinstance(value, type)
    return asdict(value)


def _unframed(body: bytes) -> tuple[dict[str, Any], bytes]:
    line, _, octets = body.partition(b"\n")
    members = json.loads(line)
    if not isinstance(members, dict):
        raise ValueError("no object")
    return members, octets
