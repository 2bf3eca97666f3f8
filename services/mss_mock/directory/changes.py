"""What a tester changed in the directory of a session: somebody who stops, moves, marries, or gets another mailbox.

Source: own choice, for the DELTA calls of docs/sources/annuaire.md#appels. Only the directory sees a change; it is
dated by the age time of the session. Queries and values; ``directory_resource`` decides what may be changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert, select, update

from lgo_sandbox.population.people import Population, Professional
from lgo_sandbox.state.port import Store

__all__ = ["CHANGEABLE", "STRUCK_OFF", "TABLES", "Change", "change", "changed_people", "changes_of", "restore"]

STRUCK_OFF = "radie"
CHANGEABLE = ("family_name", "given_name", "mailbox", "structure")
"""The members of a professional that may be changed, beside whether he is active."""

TABLES = MetaData()
_changes = Table(
    "mss_directory_change",
    TABLES,
    Column("national_id", String, primary_key=True),
    Column("at", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("values", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed of a professional, since when (age time), how often it was: ``values`` are (member, value)."""

    national_id: str
    at: datetime
    version: int
    values: tuple[tuple[str, Any], ...]


_ALL = 'SELECT national_id, at, version, "values" FROM mss_directory_change ORDER BY national_id'


def changes_of(db: Store) -> tuple[Change, ...]:
    """Return the changes of a session; every call of the directory asks, most sessions have none."""
    return tuple(
        Change(number, datetime.fromisoformat(at), version, tuple(sorted(json.loads(values).items())))
        for number, at, version, values in db.rows(_ALL)
    )


def change(db: Store, national_id: str, values: Mapping[str, Any], at: datetime) -> None:
    """Change a professional once more."""
    mine = _changes.c.national_id == national_id
    with db.begin() as connection:
        known = connection.execute(select(_changes).where(mine)).mappings().one_or_none()
        before = json.loads(known["values"]) if known else {}
        row = {
            "at": at.isoformat(),
            "version": known["version"] + 1 if known else 2,
            "values": json.dumps({**before, **values}),
        }
        if known:
            connection.execute(update(_changes).where(mine).values(row))
        else:
            connection.execute(insert(_changes).values(national_id=national_id, **row))


def restore(db: Store, national_id: str) -> bool:
    """Take the changes of a professional back; tell whether there were any."""
    with db.begin() as connection:
        return connection.execute(delete(_changes).where(_changes.c.national_id == national_id)).rowcount > 0


def changed_people(people: Population, changes: tuple[Change, ...]) -> Population:
    """Return the people as the directory has them."""
    by_number = {one.national_id: dict(one.values) for one in changes}
    professionals = tuple(_changed(p, by_number.get(p.national_id)) for p in people.professionals)
    return replace(people, professionals=professionals)


def _changed(professional: Professional, values: Mapping[str, Any] | None) -> Professional:
    if values is None:
        return professional
    tags = professional.tags
    if "active" in values:
        tags = tags - {STRUCK_OFF} if values["active"] else tags | {STRUCK_OFF}
    return replace(professional, tags=tags, **{name: values[name] for name in CHANGEABLE if name in values})
