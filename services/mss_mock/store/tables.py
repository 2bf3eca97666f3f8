"""The tables of the operator: folders, subscriptions, messages, their exact octets, and what was derived from these.

Source: RFC 3501 §2.3 (UIDs and UIDVALIDITY never go back; flags), RFC 7162 §3.1 (change numbers). A copy shares the
octets of its original, and what was derived from them. The text of a message has a table of its own, so that what is
asked of whole folders stays small. Must not know protocols nor people.
"""

from __future__ import annotations

from sqlalchemy.orm import registry
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

__all__ = ["Base", "contents", "folders", "messages", "subscriptions"]


class Base(SQLModel, registry=registry()):
    """The tables of this service only."""


class Folder(Base, table=True):
    """A folder, with what its messages add up to. ``expunged`` is the change number of the last removal.

    Messages from UID ``recent_from`` on are recent: no session was told of them. 0: an older release wrote the folder.
    """

    __tablename__ = "mss_folder"
    __table_args__ = (UniqueConstraint("mailbox", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str = Field(index=True)
    name: str
    special_use: str = ""
    uidvalidity: int
    uidnext: int = 1
    modseq: int = 1
    recent_from: int = 0
    expunged: int = 0
    messages: int = 0
    unseen: int = 0
    octets: int = 0


class Subscription(Base, table=True):
    __tablename__ = "mss_subscription"

    mailbox: str = Field(primary_key=True)
    name: str = Field(primary_key=True)


class Content(Base, table=True):
    __tablename__ = "mss_content"

    id: int | None = Field(default=None, primary_key=True)
    octets: bytes


class Shown(Base, table=True):
    """What FETCH shows of a message: see ``values.Derived``."""

    __tablename__ = "mss_shown"

    content_id: int = Field(primary_key=True, foreign_key="mss_content.id", ondelete="CASCADE")
    envelope: bytes
    body: bytes
    structure: bytes
    header: bytes
    parts: str


class Searched(Base, table=True):
    """What SEARCH looks at in every message: see ``values.Derived``."""

    __tablename__ = "mss_searched"

    content_id: int = Field(primary_key=True, foreign_key="mss_content.id", ondelete="CASCADE")
    sent: str
    head: str


class Text(Base, table=True):
    """What SEARCH looks at for BODY and TEXT: see ``values.Derived``."""

    __tablename__ = "mss_text"

    content_id: int = Field(primary_key=True, foreign_key="mss_content.id", ondelete="CASCADE")
    deep: str
    text: str


class Message(Base, table=True):
    __tablename__ = "mss_message"
    __table_args__ = (
        UniqueConstraint("folder_id", "uid"),
        Index("ix_mss_message_content", "content_id"),
        Index("ix_mss_message_change", "folder_id", "modseq"),
    )

    id: int | None = Field(default=None, primary_key=True)
    folder_id: int = Field(foreign_key="mss_folder.id")
    uid: int
    content_id: int = Field(foreign_key="mss_content.id")
    size: int
    received: str
    flags: str = ""
    modseq: int


folders, subscriptions = Folder.__table__, Subscription.__table__  # type: ignore[attr-defined]
contents, messages = Content.__table__, Message.__table__  # type: ignore[attr-defined]
