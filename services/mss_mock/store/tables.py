"""The tables of the operator: folders, subscriptions, messages, and the exact octets of messages.

Source: RFC 3501 §2.3 (UIDs and UIDVALIDITY never go back; flags). A copy shares the octets of its original.
Must not know protocols nor people.
"""

from __future__ import annotations

from sqlalchemy.orm import registry
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

__all__ = ["Base", "contents", "folders", "messages", "subscriptions"]


class Base(SQLModel, registry=registry()):
    """The tables of this service only."""


class Folder(Base, table=True):
    __tablename__ = "mss_folder"
    __table_args__ = (UniqueConstraint("mailbox", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str = Field(index=True)
    name: str
    special_use: str = ""
    uidvalidity: int
    uidnext: int = 1
    modseq: int = 1


class Subscription(Base, table=True):
    __tablename__ = "mss_subscription"

    mailbox: str = Field(primary_key=True)
    name: str = Field(primary_key=True)


class Content(Base, table=True):
    __tablename__ = "mss_content"

    id: int | None = Field(default=None, primary_key=True)
    octets: bytes


class Message(Base, table=True):
    __tablename__ = "mss_message"
    __table_args__ = (UniqueConstraint("folder_id", "uid"), Index("ix_mss_message_content", "content_id"))

    id: int | None = Field(default=None, primary_key=True)
    folder_id: int = Field(foreign_key="mss_folder.id")
    uid: int
    content_id: int = Field(foreign_key="mss_content.id")
    size: int
    received: str
    flags: str = ""
    recent: bool = True
    modseq: int


folders, subscriptions = Folder.__table__, Subscription.__table__  # type: ignore[attr-defined]
contents, messages = Content.__table__, Message.__table__  # type: ignore[attr-defined]
