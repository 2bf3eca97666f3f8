"""What the commands that play scenarios share: which cards, in which session, where the evidence goes, how they end.

Knows no service: a command gives its cards and what plays one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lgo_client.cli_dmp_desk import console
from lgo_client.clock import Workplace

if TYPE_CHECKING:
    from lgo_client.environment import Environment
    from lgo_client.journeys.officine_day import Told
    from lgo_client.journeys.steps import Narrator

__all__ = ["Here", "Output", "play_scenarios"]

ALL = "tous"
FAILED = "FAIL"
INFORMATION = "information"

Output = Annotated[Path, typer.Option("--vers", help="Dossier des preuves.")]
Here = Annotated[bool, typer.Option("--ici", help="Dans cette session, au lieu d'une session neuve.")]


def play_scenarios(
    named: str,
    cards: Collection[str],
    prefix: str,
    play: Callable[[str, Environment, Narrator, Path], Told],
    environment: Environment,
    output: Path,
    *,
    here: bool = False,
    among_listeners: Collection[str] = (),
) -> None:
    """Play the card that is named, or all; end with 1 where one stops, or is reproached something. Raises ValueError.

    ``among_listeners`` are the cards that only the sandbox's own session can hold, whatever ``here`` says.
    """
    from lgo_client.journeys.playing import in_fresh_session, in_own_session
    from lgo_client.show import ConsoleNarrator, show_outcome

    wanted = named.upper().removeprefix(f"{prefix.upper()}-")
    chosen = list(cards) if named.lower() == ALL else [wanted]
    if not set(chosen) <= {*cards}:
        raise ValueError(f"scénario {named} ; scénarios : {', '.join(cards)}, {ALL}")
    folder = output / f"{prefix}-{Workplace().local():%Y%m%d-%H%M%S}"
    outcomes = []
    for one in chosen:
        enter = in_own_session if one in among_listeners else in_fresh_session
        stage = environment if here and one not in among_listeners else enter(environment)
        console.print(f"\nSession [bold]{stage.session}[/bold]")
        outcomes.append(play(one, stage, ConsoleNarrator(console), folder / one))
        show_outcome(console, outcomes[-1], what=f"Le scénario {prefix.upper()}-{one}")
    raise typer.Exit(1 if any(map(_goes_wrong, outcomes)) else 0)


def _goes_wrong(told: Told) -> bool:
    reproached = any(one["severity"] != INFORMATION and not one.get("expected_here") for one in told.findings)
    return bool(told.failure) or reproached or any(one.verdict == FAILED for one in told.verdicts)
