"""What the store takes and gives: folders and messages as values, and its one error.

Must not know tables, protocols nor people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mss_mock.codes import INBOX

__all__ = ["Copied", "FolderError", "FolderRow", "MessageRow", "New"]

NO_FLAGS = frozenset[str]()


class FolderError(Exception):
    """A folder cannot be made, renamed or removed. ``code`` is an IMAP response code (RFC 5530)."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder as it stood when it was read."""

    id: int
    mailbox: str
    name: str
    special_use: str
    uidvalidity: int
    uidnext: int
    modseq: int


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message without its octets; ``flags`` without \\Recent."""

    uid: int
    content_id: int
    size: int
    received: datetime
    flags: frozenset[str]
    recent: bool


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
