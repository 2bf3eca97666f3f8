"""The root of the tables of this service: one MetaData for what ``store`` and ``authorisations`` keep.

Source: docs/decisions/0008-own-migrations.md. Knows nothing.
"""

from __future__ import annotations

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

__all__ = ["Base"]


class Base(SQLModel, registry=registry()):
    """Root of the tables of this service."""
