"""What a tester set of operators and domains: taken off the white list, how they take mail. Queries only.

Source: design of the project (state). What was never touched has no row; a domain's own setting goes before that of its
operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert

from lgo_sandbox.state.port import Store
from mss_mock.codes.operators import Course

__all__ = ["TABLES", "Setting", "put", "settings"]

TABLES = MetaData()
_operators = Table(
    "mss_operator",
    TABLES,
    Column("name", String, primary_key=True),
    Column("listed", Integer, nullable=False),
    Column("delivery", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What is set of a domain, or of an operator by its id. ``delivery`` None: as nothing else says."""

    listed: bool = True
    delivery: Course | None = None


def settings(db: Store) -> Mapping[str, Setting]:
    """Return all that was set."""
    rows = db.rows("SELECT name, listed, delivery FROM mss_operator")
    return {name: Setting(bool(listed), Course(course) if course else None) for name, listed, course in rows}


def put(db: Store, name: str, new: Setting) -> None:
    """Set what a tester wants of a domain or an operator, in the place of what was set before."""
    with db.begin() as connection:
        connection.execute(delete(_operators).where(_operators.c.name == name))
        if new != Setting():
            row = {"name": name, "listed": int(new.listed), "delivery": new.delivery or ""}
            connection.execute(insert(_operators).values(row))
