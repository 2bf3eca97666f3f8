"""What the store takes and gives: folders and messages as values, and its one error.

Must not know tables, protocols nor people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from mss_mock.codes import INBOX

__all__ = ["Copied", "Derived", "FolderError", "FolderRow", "Found", "MessageRow", "New", "Shown", "State", "flag_set"]

NO_FLAGS = frozenset[str]()
SEEN = "\\Seen"


@lru_cache(maxsize=4096)
def flag_set(text: str) -> frozenset[str]:
    """Return stored flags as a set."""
    return frozenset(text.split())


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


class MessageRow(NamedTuple):
    """A message without its octets, as it is stored: ``arrived`` is ISO 8601, ``marks`` its flags without \\Recent."""

    uid: int
    content_id: int
    size: int
    arrived: str
    marks: str
    modseq: int

    @property
    def received(self) -> datetime:
        """When it arrived."""
        return datetime.fromisoformat(self.arrived)

    @property
    def flags(self) -> frozenset[str]:
        """Its flags, without \\Recent."""
        return flag_set(self.marks)


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


class Shown(NamedTuple):
    """What FETCH shows of a message: see ``Derived``."""

    envelope: bytes
    body: bytes
    structure: bytes
    header: bytes
    parts: str


class Found(NamedTuple):
    """What SEARCH looks at in a message without reading it: see ``Derived``. ``arrived`` is ISO 8601."""

    uid: int
    content_id: int
    size: int
    arrived: str
    modseq: int
    sent: str
    head: str

    @property
    def day(self) -> date:
        """The day of its arrival, in the zone it was given in."""
        return date.fromisoformat(self.arrived[:10])


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
