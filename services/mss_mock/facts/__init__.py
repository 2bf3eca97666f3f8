"""What a mail exchange was, as frozen typed values: the only thing that doors tell and checks read.

Source: docs/sources/mssante.md, docs/sources/annuaire.md. What costs (reading the mail, its archive, its documents) is
a ``Lazy`` member: taken after the answer has left. Knows no rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lgo_sandbox.watch.facts import Facts, Lazy
from mss_mock.codes import PATIENT_DOMAIN, BoxKind
from mss_mock.facts.content import MailContent, Unreadable

__all__ = [
    "Autoconfigured",
    "DirectoryAsked",
    "DirectoryFormat",
    "DirectoryPace",
    "DirectoryRead",
    "DirectorySearch",
    "Extraction",
    "Fate",
    "ImapCommand",
    "Mail",
    "MailConnection",
    "MailEnvelope",
    "MailFates",
    "MailLogin",
    "MailRecipient",
    "Outlived",
    "SmtpCommand",
    "WhiteListRead",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailConnection(Facts):
    """The connection of a mail door; ``tls_version`` is empty before STARTTLS."""

    tls_version: str
    tls_cipher: str
    bare_lf: bool
    """Whether the client ended a line by LF alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlived(Facts):
    """A connection that the operator left open when the Pro Santé Connect session behind it ended.

    ``used``: the software went on with it; else it took leave by itself. ``because`` is French.
    """

    because: str
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLogin(Facts):
    """Credentials shown for a mailbox; ``opened_by`` is who opened it, empty when it was refused: so is its kind."""

    mechanism: str
    mailbox: str
    kind: BoxKind | None
    initial_response: bool
    opened_by: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """The mailbox."""
        return (self.mailbox,)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpCommand(Facts):
    """A line of SMTP that was refused; secrets are left out."""

    verb: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapCommand(Facts):
    """A command of IMAP: on which folder (and which other), on which messages."""

    name: str
    mailbox: str
    folder: str
    target: str
    uids: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRecipient:
    """Somebody to whom a mail was accepted."""

    address: str
    kind: BoxKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MailEnvelope(Facts):
    """What travelled around a mail: the open mailbox, its kind, the return path (empty: null), the recipients."""

    mailbox: str
    kind: BoxKind
    helo: str
    sender: str
    recipients: tuple[MailRecipient, ...]
    notify: tuple[str, ...]
    eight_bit: bool
    """Whether BODY=8BITMIME was declared."""
    spaced: bool
    """Whether a space came between the colon and the address of a path."""

    @property
    def citizens(self) -> tuple[str, ...]:
        """The addresses of the recipients who are citizens."""
        return tuple(one.address for one in self.recipients if one.kind is BoxKind.CITIZEN)

    @property
    def professionals(self) -> tuple[str, ...]:
        """The addresses of the recipients who are no citizens."""
        return tuple(one.address for one in self.recipients if one.kind is not BoxKind.CITIZEN)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The recipients, and the matricules that citizens' addresses are made of."""
        matricules = (address.removesuffix(f"@{PATIENT_DOMAIN}").upper() for address in self.citizens)
        return (*(one.address for one in self.recipients), *matricules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail(Facts):
    """A mail that was taken: its octets in numbers, and what is in it."""

    size: int
    longest_line: int
    content: Lazy[MailContent | Unreadable]

    @property
    def read(self) -> MailContent | None:
        """What is in the mail, None when it cannot be read."""
        value = self.content.value
        return value if isinstance(value, MailContent) else None

    @property
    def subjects(self) -> tuple[str, ...]:
        """Its Message-ID, and the patients of its documents."""
        return tuple(self._subjects())

    def _subjects(self) -> Iterator[str]:
        if self.read is not None:
            yield self.read.head.message_id
            yield from self.read.matricules


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of a mail for one recipient: ``delivered``, or the status of RFC 3463 it came back with."""

    address: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFates(Facts):
    """What became of a mail that was accepted."""

    fates: tuple[Fate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryAsked(Facts):
    """What was asked of the directory, path and query, whatever came of it."""

    request: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """The request: a client that tries again asks the same."""
        return (self.request,)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySearch(Facts):
    """A search in the directory: criteria in their order, matches, and what was let pass (see ``directory``)."""

    resource: str
    criteria: tuple[tuple[str, str], ...]
    total: int
    without_data: tuple[str, ...]
    """Parameters that are documented, and match nobody here."""
    capped: str
    """The ``_count`` that was asked, when it was more than is served."""
    page: int
    """Which page of the matches was answered, from 1."""
    last: bool
    """Whether no page follows."""
    delta_days: int
    """How many days back updates are asked for (``_lastUpdated``); -1: no such bound."""
    elsewhere: int
    """How many professionals of the page have a mailbox on a situation of theirs only, which was not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPace(Facts):
    """More calls came within a second than the real directory takes."""

    calls: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction(Facts):
    """An extraction file of the directory was read."""

    name: str
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryFormat(Facts):
    """The format that was asked of the directory, as it was written, when JSON is not among it; else empty."""

    unserved: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRead(Facts):
    """One resource of the directory, or its capabilities (no identity)."""

    resource: str
    identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Autoconfigured(Facts):
    """The configuration of a domain was read; ``asked`` is empty when no domain was named."""

    asked: str
    domain: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """The domain."""
        return (self.domain,)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhiteListRead(Facts):
    """The white list was read."""

    domains: int
