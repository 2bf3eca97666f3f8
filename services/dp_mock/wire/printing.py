"""The print that the patient may ask for: history, vaccines, interventions, as a page without script or picture.

Source: docs/sources/dp.md#impression: that there is one is known; its form is ours, and says so. Knows no rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dp_mock import codes
from dp_mock.wire.rendering import LABELLED
from lgo_sandbox.wire.http import RawResponse

__all__ = ["printed"]

BANNER = "SIMULATION – données fictives – ce document n'est pas un Dossier pharmaceutique"
HEADS = {
    "historique": ("Médicaments", ("Date", "Médicament", "Quantité", "Lot", "Lieu")),
    "vaccins": ("Vaccins", ("Date", "Vaccin", "Quantité", "Lot", "Lieu")),
    "traces": ("Interventions", ("Date", "Intervention", "Professionnel", "Lieu", "Détail")),
}
PAGE = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Dossier pharmaceutique (simulation)</title>
<style>body{{font:11pt sans-serif}}table{{border-collapse:collapse;width:100%}}
td,th{{border:1px solid;padding:2px 6px;text-align:left}}.s{{border:2px solid;padding:4px;font-weight:bold}}</style>
</head><body><p class="s">{banner}</p><h1>Dossier pharmaceutique</h1><p>{patient}</p>
{tables}</body></html>
"""


def printed(patient: str, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> RawResponse:
    """Return the page of some parts, in their order."""
    tables = "".join(_table(name, rows) for name, rows in parts.items())
    page = PAGE.format(banner=BANNER, patient=escape(patient), tables=tables)
    return RawResponse(200, page.encode(), codes.HTML_MEDIA, LABELLED)


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    title, heads = HEADS[name]
    cells = _trace_cells if name == "traces" else _dispensation_cells
    head = "".join(f"<th>{one}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells(row))}</tr>\n" for row in rows)
    return f"<h2>{title}</h2>\n<table><tr>{head}</tr>\n{body}</table>\n"


def _dispensation_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    quantity = f"{row['unites']} unités" if row.get("deconditionne") else f"{row['boites']} × boîte"
    place = row["etablissement"]
    named = " ".join(str(place[name]) for name in ("nom", "type", "telephone") if name in place)
    return row["date"][:10], row["nom"], quantity, row.get("lot", ""), named


def _trace_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    names = ("date", "operation", "professionnel", "etablissement", "detail")
    return tuple(str(row.get(name, "")) for name in names)
