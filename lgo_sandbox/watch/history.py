"""The past of a session, for the rules that need it: facts of the last exchanges and markers, in memory, bounded.

Shared by the checks of all services. Rebuilt from the journal when the past of a session is first needed. Nothing here
reads a store after that. Source: design of the project (Evidence). Must not know any service.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Facts, Noted
from lgo_sandbox.watch.markers import Marker, Markers, plain

__all__ = ["History", "Past"]

F = TypeVar("F", bound=Facts)

REMEMBERED = 1_000
"""How many exchanges of the journal are read again when a session is opened."""
PER_KIND = 200
"""How many exchanges are remembered for each type of facts: one chatty service makes no other forget."""
SUBJECTS = 2_000
PER_SUBJECT = 100


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier exchange: ``at`` is age time."""

    id: str
    service: str
    operation: str
    outcome: str
    status: int
    at: datetime
    noted: Noted


def _nothing(_limit: int) -> Iterable[Exchange]:
    return ()


class History:
    """The last exchanges of a session by type of facts and by subject, newest first, and its markers."""

    def __init__(self, markers: Markers, journaled: Callable[[int], Iterable[Exchange]] = _nothing) -> None:
        """``journaled`` gives the last exchanges, oldest first; it is asked once, when the past is first needed."""
        self._markers = markers
        self._journaled: Callable[[int], Iterable[Exchange]] | None = journaled
        self._kinds: dict[str, deque[tuple[Past, Facts | None]]] = {}
        """By the name of a type: the exchange, and its facts of that type where they were noted in this process."""
        self._subjects: OrderedDict[str, deque[Past]] = OrderedDict()

    def add(self, exchange: Exchange) -> None:
        """Remember a finished exchange, if it has facts."""
        noted = exchange.noted
        if not noted.kinds:
            return
        at = datetime.fromisoformat(exchange.age)
        past = Past(exchange.id, exchange.service, exchange.operation, exchange.outcome, exchange.status, at, noted)
        here = {type(facts).__name__: facts for facts in noted}
        for kind in noted.kinds:
            self._kinds.setdefault(kind, deque(maxlen=PER_KIND)).appendleft((past, here.get(kind)))
        for subject in noted.subjects:
            self._remember(subject, past)

    def forget(self) -> None:
        """Drop what is remembered: the journal was emptied or replaced."""
        self._kinds.clear()
        self._subjects.clear()
        self._journaled = None

    def reread(self, journaled: Callable[[int], Iterable[Exchange]]) -> None:
        """Read the journal again when the past is next needed."""
        self.forget()
        self._journaled = journaled

    def _read_once(self) -> None:
        journaled, self._journaled = self._journaled, None
        if journaled is None:
            return
        kept = list(journaled(REMEMBERED))
        self.forget()
        for exchange in kept:
            self.add(exchange)

    def all(self, kind: type[F], *, about: str = "") -> Iterator[tuple[Past, F]]:
        """Yield the earlier exchanges with facts of a type, newest first; about one subject when given."""
        return self._all(kind, about, None)

    def first(self, kind: type[F]) -> tuple[Past, F] | None:
        """Return the oldest of ``all`` without looking at the others."""
        return self._first(kind, None)

    def concerning(self, subject: str) -> Iterator[Past]:
        """Yield the earlier exchanges with facts of any type about a subject, newest first."""
        return self._concerning(subject, None)

    def _concerning(self, subject: str, until: datetime | None) -> Iterator[Past]:
        self._read_once()
        return (past for past in self._subjects.get(subject, ()) if until is None or past.at <= until)

    def _all(self, kind: type[F], about: str, until: datetime | None) -> Iterator[tuple[Past, F]]:
        self._read_once()
        if about:
            for past in self._concerning(about, until):
                facts = past.noted.get(kind)
                if facts is not None and about in facts.subjects:
                    yield past, facts
        else:
            yield from _of(kind, self._kinds.get(kind.__name__, ()), until)

    def _first(self, kind: type[F], until: datetime | None) -> tuple[Past, F] | None:
        self._read_once()
        return next(_of(kind, reversed(self._kinds.get(kind.__name__, ())), until), None)

    def last(self, kind: type[F], *, about: str = "") -> tuple[Past, F] | None:
        """Return the newest of ``all``."""
        return next(self.all(kind, about=about), None)

    def until(self, moment: datetime) -> History:
        """Return the past as it was at a moment of age time: what began or was told later is left out.

        An exchange that is judged some time after its answer has left must not be judged by what came after it.
        """
        return _Until(self, moment)

    @property
    def marked(self) -> bool:
        """Tell whether the session has any marker: most have none."""
        return bool(self._markers.known())

    def markers(self, *names: str, about: Iterable[str] | None = None) -> list[Marker]:
        """Return the markers of some names (all without any), oldest first; about some subjects when given.

        Accents, case and punctuation of names do not count.
        """
        wanted = {plain(name) for name in names}
        subjects = None if about is None else set(about)
        return [
            marker
            for marker in self._markers.known()
            if (not wanted or marker.plain_name in wanted) and (subjects is None or marker.subject in subjects)
        ]

    def _remember(self, subject: str, past: Past) -> None:
        known = self._subjects.setdefault(subject, deque(maxlen=PER_SUBJECT))
        known.appendleft(past)
        self._subjects.move_to_end(subject)
        if len(self._subjects) > SUBJECTS:
            self._subjects.popitem(last=False)


def _of(kind: type[F], known: Iterable[tuple[Past, Facts | None]], until: datetime | None) -> Iterator[tuple[Past, F]]:
    """Yield the exchanges that began by a moment and have facts of a type; another service may have one of its name."""
    for past, noted in known:
        if until is None or past.at <= until:
            facts = noted if isinstance(noted, kind) else past.noted.get(kind)
            if facts is not None:
                yield past, facts


class _Until(History):
    """A past that ends at a moment."""

    def __init__(self, whole: History, moment: datetime) -> None:
        self._whole, self._moment = whole, moment

    def all(self, kind: type[F], *, about: str = "") -> Iterator[tuple[Past, F]]:
        """Yield what the whole past has of it, and began by then."""
        return self._whole._all(kind, about, self._moment)

    def concerning(self, subject: str) -> Iterator[Past]:
        """Yield what the whole past has of it, and began by then."""
        return self._whole._concerning(subject, self._moment)

    def first(self, kind: type[F]) -> tuple[Past, F] | None:
        """Return the oldest of ``all``."""
        return self._whole._first(kind, self._moment)

    @property
    def marked(self) -> bool:
        """Tell the same of the whole past."""
        return self._whole.marked

    def markers(self, *names: str, about: Iterable[str] | None = None) -> list[Marker]:
        """Return those of the whole past that were put by then."""
        told = self._whole.markers(*names, about=about)
        return [one for one in told if datetime.fromisoformat(one.at) <= self._moment]
