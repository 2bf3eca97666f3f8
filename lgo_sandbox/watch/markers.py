"""Markers: what the user did in the software under test, told to the sandbox so that checks and verdicts can know.

« document validé », « patient opposé », « pièce d'identité contrôlée », the start and end of a scenario. Source:
specs/requirements.md §3 (scenario sessions) and §6.3. Must not know any service.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import insert, select

from lgo_sandbox.state.port import Store
from lgo_sandbox.state.tables import markers

__all__ = ["Marker", "Markers", "dated", "plain"]


@lru_cache(maxsize=1024)
def plain(name: str) -> str:
    """Return a marker's name without accents, case and punctuation."""
    letters = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", " ", letters.lower()).strip()


def dated(at: datetime) -> str:
    """Return the moment of a marker, cut to the millisecond as that of an exchange is: what follows is not before."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000).isoformat()


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker: when (age time, ISO), its name, whom it is about (a matricule, a document…), free detail."""

    at: str
    name: str
    subject: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def plain_name(self) -> str:
        """The name without accents, case and punctuation."""
        return plain(self.name)

    def to_json(self) -> dict[str, Any]:
        """Return the marker as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


class Markers:
    """The markers of one session, in order."""

    def __init__(self, db: Store) -> None:
        self._db = db
        self._known: tuple[Marker, ...] | None = None

    def refresh(self) -> None:
        """Forget what was read: another process may have put a marker."""
        self._known = None

    def put(self, marker: Marker) -> None:
        """Add a marker."""
        row = {**marker.to_json(), "detail": json.dumps(marker.detail, ensure_ascii=False)}
        with self._db.begin() as connection:
            connection.execute(insert(markers).values(row))
        self.refresh()

    def all(self, name: str = "", subject: str = "") -> list[Marker]:
        """Return the markers, of one name or about one subject when given."""
        return [m for m in self.known() if (not name or m.name == name) and (not subject or m.subject == subject)]

    def known(self) -> tuple[Marker, ...]:
        """Return all markers, oldest first."""
        if self._known is None:
            self._known = self._read()
        return self._known

    def _read(self) -> tuple[Marker, ...]:
        with self._db.reading() as connection:
            rows = connection.execute(select(markers).order_by(markers.c.id)).mappings().all()
        return tuple(Marker(row["at"], row["name"], row["subject"], json.loads(row["detail"])) for row in rows)
