"""What the store takes and gives: folders and messages as values, and its one error.

Must not know tables, protocols nor people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mss_mock.codes import INBOX

__all__ = ["Copied", "Derived", "FolderError", "FolderRow", "Found", "MessageRow", "New", "Shown", "State"]

NO_FLAGS = frozenset[str]()
SEEN = "\\Seen"


class FolderError(Exception):
    """A folder cannot be made, renamed or removed. ``code`` is an IMAP response code (RFC 5530)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder as it stood when it was read: ``messages`` of ``octets`` in all, recent from UID ``recent_from`` on.

    ``unseen`` is how many of them have no \\Seen.
    """

    id: int
    mailbox: str
    name: str
    special_use: str
    uidvalidity: int
    uidnext: int
    modseq: int
    recent_from: int
    messages: int
    unseen: int
    octets: int


@dataclass(frozen=True, slots=True)
class State:
    """Where a folder stands: its change number, that of the last removal, and from which UID on messages are recent."""

    modseq: int
    expunged: int
    recent_from: int


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message without its octets; ``flags`` without \\Recent."""

    uid: int
    content_id: int
    size: int
    received: datetime
    flags: frozenset[str]
    modseq: int


@dataclass(frozen=True, slots=True)
class Derived:
    """All that commands need of a message, derived from its octets once, when it comes.

    ``envelope``, ``body`` and ``structure`` are the answers of IMAP; ``header`` the octets of the header and the blank
    line after it; ``parts`` where the parts are, as JSON. ``head`` has the decoded fields in lower case, a line each,
    ``deep`` those of the parts, ``text`` the decoded texts; ``sent`` is the day of Date and
    its seconds since 1970, empty without.
    """

    envelope: bytes
    body: bytes
    structure: bytes
    header: bytes
    parts: str
    sent: str
    head: str
    deep: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What FETCH shows of a message: see ``Derived``."""

    envelope: bytes
    body: bytes
    structure: bytes
    header: bytes
    parts: str


@dataclass(slots=True)
class Found:
    """What SEARCH looks at in a message without reading it: see ``Derived``. ``received`` is written as ISO 8601."""

    uid: int
    content_id: int
    size: int
    received: str
    modseq: int
    sent: str
    head: str

    @property
    def day(self) -> date:
        """The day of its arrival, in the zone it was given in."""
        return date.fromisoformat(self.received[:10])


@dataclass(frozen=True, slots=True)
class New:
    """A message to put in a folder of a mailbox."""

    mailbox: str
    octets: bytes
    received: datetime
    folder: str = INBOX
    flags: frozenset[str] = NO_FLAGS


@dataclass(frozen=True, slots=True)
class Copied:
    """Where messages went: UIDVALIDITY of the target, UIDs before and after, in step."""

    uidvalidity: int
    sources: tuple[int, ...]
    targets: tuple[int, ...]
