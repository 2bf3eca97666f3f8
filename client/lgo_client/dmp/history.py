"""Feeding what a pharmacy wrote before it fed the DMP: whom to leave out, at which rate, with what result.

Source: specs/requirements.md §2.4 (DMP/HISTO.01, .03 to .06): not for the deceased, nor without a qualified INS, nor
for those who oppose, nor twice; at a limited rate. Knows no transport.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lgo_client.dmp.desk import Desk, NoDmp, Opposed
from lgo_client.dmp.lots import Lot
from lgo_client.dmp.queue import State

__all__ = ["Past", "Report", "feed_history"]

RATE = 4.0
"""Lots a second at most."""


@dataclass(frozen=True, slots=True)
class Past:
    """A document of the past, and what the pharmacy knows of its patient."""

    patient: str
    lot: Lot
    qualified: bool = True
    deceased: bool = False

    @property
    def unique_id(self) -> str:
        """The uniqueId of the document."""
        return self.lot.entries[0].unique_id


@dataclass(slots=True)
class Report:
    """What came of it: how many were fed, how many were left out and why (French), how many were refused."""

    fed: int = 0
    refused: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def feed_history(desk: Desk, documents: Iterable[Past], pause: Callable[[float], None], rate: float = RATE) -> Report:
    """Feed what may be fed, slowly, and return the report; what the DMP does not take now waits in the queue."""
    report, fed = Report(), {one.unique_id for one in desk.queue.all(State.FED)}
    for document in documents:
        why = _left_out(document, fed)
        if not why:
            try:
                number = desk.feed(document.patient, document.lot)
            except (Opposed, NoDmp) as error:
                why = "opposé" if isinstance(error, Opposed) else "sans DMP ouvert"
        if why:
            report.left_out[why] += 1
            continue
        desk.send()
        state = next(one.state for one in desk.queue.all() if one.number == number)
        report.fed += state is State.FED
        report.refused += state is State.ASIDE
        pause(1 / rate)
    return report


def _left_out(document: Past, fed: set[str]) -> str:
    if document.deceased:
        return "décédé"
    if not document.qualified:
        return "INS non qualifié"
    return "déjà versé" if document.unique_id in fed else ""
