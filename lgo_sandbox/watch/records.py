"""An exchange as rows of the journal, and back. Must not know any service."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from health_documents.findings import Finding
from lgo_sandbox.watch.checks import Check, Evaluation
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Noted, text_of

__all__ = [
    "LAST_EXCHANGES",
    "OVERHEAD",
    "REMEMBERED",
    "Observation",
    "Record",
    "exchange_of",
    "finding_of",
    "observation_of",
    "remembered",
    "tally",
]

LAST_EXCHANGES = 5
OVERHEAD = 1024
"""What a record weighs beside its bodies, about."""
PLAIN_COLUMNS = (
    *("id", "service", "door", "operation", "transport", "started", "age", "duration_ms", "peer", "certificate"),
    *("target", "status", "outcome", "summary", "fault", "request_size", "response_size"),
)
REMEMBERED = ("id", "service", "door", "operation", "transport", "started", "age", "status", "outcome", "facts")


@dataclass(frozen=True, slots=True)
class Observation:
    """How often a check was kept and broken; the last exchanges that broke it, then the last that kept it."""

    check_id: str
    requirements: tuple[str, ...]
    passed: int
    failed: int
    exchanges: tuple[str, ...]


class Record:
    """A finished exchange that waits to be written: its rows, and nothing of the request that may be let go."""

    __slots__ = ("evaluation", "findings", "row")

    def __init__(self, exchange: Exchange, evaluation: Evaluation, body_limit: int) -> None:
        self.row = _row(exchange, body_limit)
        self.findings = [_finding_row(exchange, finding) for finding in exchange.findings]
        self.evaluation = evaluation

    @property
    def weight(self) -> int:
        """About how many octets the record takes."""
        return int(self.row["weight"])

    def drop_bodies(self) -> None:
        """Let go of the bodies; their sizes stay."""
        self.row.update(request_body=b"", response_body=b"", weight=OVERHEAD)

    def numbered(self, seq: int) -> dict[str, Any]:
        """Return the row of the exchange under its number."""
        return {**self.row, "seq": seq}

    def findings_of(self, seq: int) -> list[dict[str, Any]]:
        """Return the rows of the findings under the number of their exchange."""
        return [{**finding, "seq": seq} for finding in self.findings]


def _row(exchange: Exchange, body_limit: int) -> dict[str, Any]:
    request, response = exchange.request_body[:body_limit], exchange.response_body[:body_limit]
    row = dict(zip(PLAIN_COLUMNS, _plain(exchange), strict=True))
    row.update(
        request_headers=text_of(exchange.request_headers),
        response_headers=text_of(exchange.response_headers),
        request_body=request,
        response_body=response,
        facts=exchange.noted.to_text(),
        findings=len(exchange.findings),
        weight=len(request) + len(response) + OVERHEAD,
    )
    return row


_plain = attrgetter(*PLAIN_COLUMNS)


def _finding_row(exchange: Exchange, finding: Finding) -> dict[str, Any]:
    return {
        "exchange": exchange.id,
        "check_id": finding.check_id,
        "severity": finding.severity,
        "value": text_of(finding.to_json()),
    }


def exchange_of(row: dict[str, Any], found: tuple[Finding, ...]) -> Exchange:
    """Return the exchange of a row, with its findings."""
    row.pop("weight")
    row["findings"] = found
    for name in ("request_headers", "response_headers"):
        row[name] = [(key, value) for key, value in json.loads(row[name])]
    return remembered(row)


def remembered(row: dict[str, Any]) -> Exchange:
    """Return the exchange of a row that has only the columns ``REMEMBERED``."""
    facts = json.loads(row.pop("facts"))
    return Exchange(**row, noted=Noted(facts))


def finding_of(value: Mapping[str, Any]) -> Finding:
    """Return a finding from its JSON values."""
    return Finding(**{**value, "requirements": tuple(value["requirements"])})


def tally(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Count records, newest first, per check: a group of one client breaks and keeps the same checks."""
    rows: dict[str, dict[str, Any]] = {}
    for record in records:
        kept, broken = record.evaluation.kept, record.evaluation.broken
        for check, failed in [*((c, 0) for c in kept), *((c, 1) for c in broken)]:
            row = rows.get(check.id) or rows.setdefault(check.id, _empty_row(check))
            row["failed" if failed else "passed"] += 1
            last = row["failing" if failed else "passing"]
            if len(last) < LAST_EXCHANGES:
                last.append(record.row["id"])
    return [{**row, "failing": " ".join(row["failing"]), "passing": " ".join(row["passing"])} for row in rows.values()]


def _empty_row(check: Check[Any]) -> dict[str, Any]:
    requirements = json.dumps(check.requirements)
    return {"check_id": check.id, "requirements": requirements, "passed": 0, "failed": 0, "failing": [], "passing": []}


def observation_of(row: Mapping[str, Any], gone: frozenset[str]) -> Observation:
    """Return an observation, without the exchanges that are gone."""
    cited = [
        [one for one in row[column].split()[:LAST_EXCHANGES] if one not in gone] for column in ("failing", "passing")
    ]
    requirements = tuple(json.loads(row["requirements"]))
    return Observation(row["check_id"], requirements, row["passed"], row["failed"], (*cited[0], *cited[1]))
