"""What a session adds to the ApCV service: codes that were used, contexts that were opened, signatures that were made.

Source: own choice (design of the project, State). Queries only; what may be done is decided by ``domain``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select
from sqlmodel import Session as Transaction

__all__ = ["Base", "Context", "contexts", "destroy", "find", "open_context", "signatures", "signed", "use_code", "used"]


class Base(SQLModel, registry=registry()):
    """The tables of this service."""


class UsedCode(Base, table=True):
    """A code that opened a context: it opens no other."""

    __tablename__ = "apcv_code"

    text: str = Field(primary_key=True)


class ContextRow(Base, table=True):
    """A context. ``opened`` and ``ends`` are age times; ``owner`` is the professional's national id, or ""."""

    __tablename__ = "apcv_context"

    id: str = Field(primary_key=True)
    token: str
    persona: str
    owner: str = Field(index=True)
    opened: str
    ends: str
    destroyed: bool = False


class SignatureRow(Base, table=True):
    """A bill that was signed within a context: digests only."""

    __tablename__ = "apcv_signature"

    id: str = Field(primary_key=True)
    context: str = Field(index=True)
    signed: str
    fse: str
    dre: str


@dataclass(frozen=True, slots=True)
class Context:
    """A context: its identifier and token, whose phone, who opened it, when it was opened and ends (age time)."""

    id: str
    token: str
    persona: str
    owner: str
    opened: datetime
    ends: datetime
    destroyed: bool


def used(transaction: Transaction, text: str) -> bool:
    """Tell whether a code opened a context."""
    return transaction.get(UsedCode, text) is not None


def use_code(transaction: Transaction, text: str) -> None:
    """Keep that a code opened a context."""
    transaction.add(UsedCode(text=text))


def open_context(transaction: Transaction, context: Context) -> None:
    """Keep a new context."""
    transaction.add(
        ContextRow(
            id=context.id,
            token=context.token,
            persona=context.persona,
            owner=context.owner,
            opened=_text(context.opened),
            ends=_text(context.ends),
        )
    )


def find(transaction: Transaction, identifier: str, owner: str) -> Context | None:
    """Return the context that a professional opened under an identifier."""
    row = transaction.get(ContextRow, identifier)
    return _context(row) if row is not None and row.owner == owner else None


def destroy(transaction: Transaction, identifier: str) -> None:
    """End a context."""
    row = transaction.get(ContextRow, identifier)
    if row is not None:
        row.destroyed = True
        transaction.add(row)


def contexts(transaction: Transaction, owner: str | None = None) -> Sequence[Context]:
    """Return the contexts, newest first; those of one professional when given."""
    query = select(ContextRow).order_by(col(ContextRow.opened).desc(), col(ContextRow.id))
    if owner is not None:
        query = query.where(ContextRow.owner == owner)
    return [_context(row) for row in transaction.exec(query).all()]


def signed(transaction: Transaction, identifier: str, context: str, moment: datetime, fse: str, dre: str) -> None:
    """Keep a signature."""
    transaction.add(SignatureRow(id=identifier, context=context, signed=_text(moment), fse=fse, dre=dre))


def signatures(transaction: Transaction) -> Sequence[SignatureRow]:
    """Return the signatures, oldest first."""
    return transaction.exec(select(SignatureRow).order_by(col(SignatureRow.signed), col(SignatureRow.id))).all()


def _context(row: ContextRow) -> Context:
    opened, ends = datetime.fromisoformat(row.opened), datetime.fromisoformat(row.ends)
    return Context(row.id, row.token, row.persona, row.owner, opened, ends, row.destroyed)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
