"""A process that plans three events, runs them, and kills itself on the way: ``python -m support.dying_agenda``.

Arguments: the state directory; ``within`` (an event, before its transaction ends) or ``between`` (two events).
A process that ends by its own signal came where it should.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sixth_mock import SERVICE, Greeting

from lgo_sandbox.population.people import population
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.agenda import Event
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import Sessions

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

__all__ = ["main"]


def main(state: Path, when: str) -> None:
    """Plan, unless that was done, and run until the end."""

    def greet(transaction: Transaction, _session: Session, event: Event) -> None:
        transaction.add(Greeting(name=str(event.payload)))
        transaction.flush()
        if when == "within" and event.payload == "b":
            _die()

    sessions = Sessions(Settings(state=state), population(), [replace(SERVICE, events={"saluer": greet})])
    session = sessions.get("default")
    now = session.clock.age()
    if not session.agenda.waiting():
        for name in "abc":
            session.agenda.at(now, "sixieme.saluer", name)
    if when == "between":
        session.agenda.run_due(2)
        _die()
    session.agenda.run_due()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
