"""Playing a scenario: a card in a session, its evidence kept, what the sandbox finds and what it says of requirements.

Source: specs/requirements.md §3. Knows cards and their stage, not what they do.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from lgo_client.control import Control
from lgo_client.environment import Environment
from lgo_client.journeys.officine_day import JOURNAL, Judged, Told
from lgo_client.journeys.stage import Stage
from lgo_client.journeys.steps import JourneyFailed

__all__ = ["Card", "in_fresh_session", "in_own_session", "play_on"]

VERDICTS = "verdicts.json"
Scene = TypeVar("Scene", bound=Stage)


@dataclass(frozen=True, slots=True)
class Card(Generic[Scene]):
    """A scenario: its French title, what plays it, the requirements that it covers.

    ``provokes`` are the checks whose findings belong to the scenario: they reproach nothing.
    """

    title: str
    play: Callable[[Scene], None]
    covers: tuple[str, ...] = ()
    provokes: tuple[str, ...] = ()


def in_fresh_session(environment: Environment) -> Environment:
    """Return the environment of a new session, in which nothing has happened yet."""
    control = Control(environment.control, environment.session)
    try:
        return Environment(control.fresh_session())
    finally:
        control.close()


def in_own_session(environment: Environment) -> Environment:
    """Return the environment of the session that the sandbox's own doors are of."""
    control = Control(environment.control, environment.session)
    try:
        return Environment(control.own_session())
    finally:
        control.close()


def play_on(stage: Scene, card: Card[Scene], heading: str) -> Told:
    """Play a card on its stage, which is closed in the end."""
    failure = ""
    try:
        before = len(_exchanges(stage))
        stage.teller.chapter(heading)
        try:
            card.play(stage)
        except JourneyFailed as error:
            failure = str(error)
        exchanges = _exchanges(stage)[before:]
        lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in exchanges)
        stage.evidence.save(JOURNAL, lines.encode())
        verdicts = _verdicts(stage, card.covers)
    finally:
        stage.close()
    findings = tuple(
        {**finding, "exchange": one["id"], "expected_here": finding["check_id"] in card.provokes}
        for one in exchanges
        for finding in one["findings"]
    )
    return Told(
        tuple(stage.teller.steps),
        failure,
        exchanges,
        findings,
        stage.folder,
        tuple(stage.evidence.names),
        verdicts,
    )


def _exchanges(stage: Stage) -> tuple[dict[str, Any], ...]:
    text = str(stage.control.of_session("exchanges.jsonl"))
    # splitlines() would also cut at the rare line ends that a body may hold.
    return tuple(json.loads(line) for line in text.split("\n") if line)


def _verdicts(stage: Stage, covers: tuple[str, ...]) -> tuple[Judged, ...]:
    """Return what the session's report says of requirements, in their order."""
    if not covers:
        return ()
    report = stage.control.of_session("report.json")
    found = {name: one for one in report["requirements"] for name in (one["id"], *one["aliases"])}
    wanted = [found[name] for name in covers]
    stage.evidence.save(VERDICTS, json.dumps(wanted, ensure_ascii=False, indent=1).encode())
    return tuple(Judged(str(one["id"]), str(one["verdict"]), str(one["explanation"])) for one in wanted)
