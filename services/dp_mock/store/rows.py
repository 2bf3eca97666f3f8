"""Rows as values of the domain, and back.

Source: design of the project (State). Knows no query, no rule.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from dp_mock.codes import Kind
from dp_mock.codes.states import State
from dp_mock.domain.values import Contact, Dispensation, Dossier, Identity, Recall, Supply
from dp_mock.store.tables import DispensationRow, DossierRow, RecallRow, SupplyRow

__all__ = [
    "dispensation_of",
    "dossier_of",
    "recall_of",
    "row_of_dispensation",
    "row_of_dossier",
    "row_of_recall",
    "supply_of",
]


def dossier_of(row: DossierRow) -> Dossier:
    """Return the dossier of a row."""
    kept = json.loads(row.identity) if row.identity else None
    identity = Identity(**{**kept, "contact": Contact(**kept["contact"])}) if kept else None
    until = datetime.fromisoformat(row.until) if row.until else None
    return Dossier(row.matricule, State(row.state), datetime.fromisoformat(row.since), identity, until, row.event)


def row_of_dossier(one: Dossier) -> DossierRow:
    """Return the row of a dossier."""
    return DossierRow(
        matricule=one.matricule,
        state=one.state.value,
        since=one.since.isoformat(),
        until=one.until.isoformat() if one.until else "",
        event=one.event,
        identity=_json(asdict(one.identity)) if one.identity else "",
    )


def dispensation_of(row: DispensationRow) -> Dispensation:
    """Return the dispensation of a row."""
    return Dispensation(
        row.identifier,
        row.matricule,
        row.structure,
        row.actor,
        datetime.fromisoformat(row.at),
        row.cip13,
        row.name,
        Kind(row.kind),
        row.boxes,
        row.split,
        row.units,
        row.lot,
        row.expiry,
    )


def row_of_dispensation(one: Dispensation) -> DispensationRow:
    """Return the row of a dispensation."""
    return DispensationRow(**{**asdict(one), "at": one.at.isoformat(), "kind": one.kind.value})


def recall_of(row: RecallRow, acknowledged_at: datetime | None) -> Recall:
    """Return the recall of a row, with when the officine that asks acknowledged it."""
    return Recall(
        row.number,
        datetime.fromisoformat(row.at),
        row.cip13,
        row.name,
        tuple(json.loads(row.lots)),
        row.title,
        row.conduct,
        row.structure,
        acknowledged_at,
    )


def row_of_recall(one: Recall) -> RecallRow:
    """Return the row of a recall."""
    values = {name: value for name, value in asdict(one).items() if name != "acknowledged_at"}
    return RecallRow(**{**values, "at": one.at.isoformat(), "lots": _json(one.lots)})


def supply_of(row: SupplyRow) -> Supply:
    """Return the request of a row."""
    return Supply(row.number, row.structure, row.cip13, row.boxes, datetime.fromisoformat(row.at), row.answer)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
