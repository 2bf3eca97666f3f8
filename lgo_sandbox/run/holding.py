"""Who serves a state directory: a lock for each service, so that two processes never serve the same one of it.

Processes that serve different services of one sandbox (containers on a shared volume) join; one that would serve what
another serves is told who that is. Source: design of the project (Commands, State). Knows services by their names only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from lgo_sandbox.state.errors import of_system
from lgo_sandbox.state.locks import Held, Lock
from lgo_sandbox.tenant.clock import real_now

__all__ = ["Holding", "StateTaken", "holding"]

FOLDER = "running"


class StateTaken(Exception):
    """Another process serves this state directory already; the message is French."""


class Holding:
    """The locks that this process holds."""

    def __init__(self, locks: Iterable[Lock], served: Iterable[str]) -> None:
        self._locks = tuple(locks)
        self._note: dict[str, Any] = {"pid": os.getpid(), "since": real_now().isoformat(), "served": sorted(served)}
        self.tell("")

    def tell(self, control: str) -> None:
        """Say at which address this process, or its sandbox, is controlled."""
        for lock in self._locks:
            lock.note({**self._note, "control": control})


@contextmanager
def holding(state: Path, served: Iterable[str]) -> Iterator[Holding]:
    """Hold a state directory for some services within the block. Raises StateTaken, StoreError."""
    names = sorted(served)
    with ExitStack() as stack:
        try:
            folder = state / FOLDER
            folder.mkdir(parents=True, exist_ok=True)
            locks = [_locked(stack, folder / f"{name}.lock") for name in names]
            held = Holding(locks, names)
        except Held as error:
            raise StateTaken(_told(state, error.note)) from error
        except OSError as error:
            raise of_system(error, f"le dossier de l'état ({state})") or error from error
        yield held


def _locked(stack: ExitStack, path: Path) -> Lock:
    lock = Lock(path)
    stack.callback(lock.release)
    return lock


def _told(state: Path, note: Mapping[str, Any]) -> str:
    told = [f"le processus {note['pid']}"] if "pid" in note else ["un autre processus"]
    if note.get("control"):
        told.append(f"contrôle : {note['control']}")
    if "since" in note:
        told.append(f"depuis le {datetime.fromisoformat(note['since']).astimezone():%d/%m/%Y à %H:%M:%S}")
    if note.get("served"):
        told.append(f"services : {', '.join(note['served'])}")
    return (
        f"l'état {state} est déjà servi par {' ; '.join(told)}. "
        "Arrêtez ce processus, ou choisissez un autre dossier avec --state."
    )
