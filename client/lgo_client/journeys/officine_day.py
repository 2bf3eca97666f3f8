"""A pharmacy's day, end to end: runs the chapters, keeps the evidence, exports the journal of the exchanges.

Source: the project's main journey. Knows the chapters, not what they do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lgo_client.environment import Environment
from lgo_client.journeys.chapters import CHAPTERS
from lgo_client.journeys.day import Auth, Day
from lgo_client.journeys.steps import Evidence, JourneyFailed, Narrator, Step, Teller

__all__ = ["JOURNAL", "Judged", "Told", "play"]

JOURNAL = "journal.jsonl"
SUMMARY = "etapes.json"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the sandbox says of a requirement: its verdict (``PASS``, ``MANUAL``…) and why, in French."""

    requirement: str
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a journey: steps, failure (French, empty when all is well), exchanges, findings, evidence.

    A finding with ``expected_here`` belongs to what was played; ``verdicts`` are those of the requirements covered.
    """

    steps: tuple[Step, ...]
    failure: str
    exchanges: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]
    folder: Path
    files: tuple[str, ...]
    verdicts: tuple[Judged, ...] = ()


def play(environment: Environment, narrator: Narrator, folder: Path, auth: Auth = Auth.CERTIFICATES) -> Told:
    """Play the day against the services of an environment; evidence goes into ``folder``."""
    teller, evidence = Teller(narrator), Evidence(folder)
    day = Day(environment, teller, evidence, auth)
    failure = ""
    try:
        for chapter in CHAPTERS:
            chapter(day)
    except JourneyFailed as error:
        failure = str(error)
    try:
        exchanges = _journal(day, evidence)
    finally:
        day.close()
    evidence.save(SUMMARY, json.dumps([_plain(step) for step in teller.steps], ensure_ascii=False, indent=1).encode())
    findings = tuple({**finding, "exchange": e["id"]} for e in exchanges for finding in e["findings"])
    return Told(tuple(teller.steps), failure, exchanges, findings, folder, tuple(evidence.names))


def _journal(day: Day, evidence: Evidence) -> tuple[dict[str, Any], ...]:
    # splitlines() would also cut at the rare line ends that a body may hold.
    lines = [line for line in str(day.control.of_session("exchanges.jsonl")).split("\n") if line]
    evidence.save(JOURNAL, "\n".join(lines).encode())
    return tuple(json.loads(line) for line in lines)


def _plain(step: Step) -> dict[str, Any]:
    return {name: getattr(step, name) for name in step.__slots__}
