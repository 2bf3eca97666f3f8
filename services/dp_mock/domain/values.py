"""The values of the service: who calls, the dossier, what was dispensed, a recall; and the refusal.

Source: docs/sources/dp.md (#identite, #creation, #alimentation). Moments are age time. Knows no wire, no store.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from dp_mock.codes import MONTHS_SHOWN, OPPOSITION_DAYS, Kind, Place
from dp_mock.codes.errors import ERRORS, Error
from dp_mock.codes.states import State
from lgo_sandbox.watch import refusals

__all__ = ["Actor", "Contact", "Dispensation", "Dossier", "Identity", "Recall", "Refused", "Rules", "Supply", "Trace"]


class Refused(refusals.Refused):
    """A request is refused. ``code`` is of ``ERRORS``, which says what is expected where the rule says nothing nearer.

    ``where`` is the path of a member (``dispensations[1].lot``), a header, a parameter, an address.
    """

    def __init__(
        self, code: str, detail: str = "", *, received: str, where: str, expected: str = "", remedy: str = ""
    ) -> None:
        expected = expected or ERRORS[code].expected
        super().__init__(code, detail, received=received, expected=expected, where=where, remedy=remedy)

    @property
    def error(self) -> Error:
        """The status and sentence of this refusal."""
        return ERRORS[self.code]

    def explained(self) -> refusals.Refusal:
        """Return the facts of this refusal."""
        error = self.error
        return self.refusal(remedy=error.remedy, message=error.text, source=error.source, severity=error.severity)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the session's options decide. ``floor``: no vaccine before September 2016; ``holds_up``: 423 for recalls."""

    opposition_days: int = OPPOSITION_DAYS
    months: int = MONTHS_SHOWN
    floor: bool = True
    holds_up: bool = True


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: PS_IdNat, profession code, Struct_IdNat, and what kind of place it is."""

    national_id: str
    profession: str
    structure: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Where the Ordre can reach the patient; empty when not given."""

    email: str = ""
    phone: str = ""
    address: str = ""

    @property
    def given(self) -> bool:
        """Tell whether the patient can be informed."""
        return bool(self.email or self.phone or self.address)


@dataclass(frozen=True, slots=True)
class Identity:
    """The traits of a patient, with the state of the identity as the software declares it."""

    matricule: str
    root: str
    quality: str
    birth_name: str
    first_name: str
    sex: str
    birth_date: str
    contact: Contact = field(default_factory=Contact)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier. ``until`` ends the delay of opposition, ``event`` is its number in the agenda; None and 0 without."""

    matricule: str
    state: State
    since: datetime
    identity: Identity | None = None
    until: datetime | None = None
    event: int = 0


@dataclass(frozen=True, slots=True)
class Dispensation:
    """A product given to the patient. ``units`` is 0 unless the box was split (``split``)."""

    identifier: str
    matricule: str
    structure: str
    actor: str
    at: datetime
    cip13: str
    name: str
    kind: Kind
    boxes: int
    split: bool = False
    units: int = 0
    lot: str = ""
    expiry: str = ""


@dataclass(frozen=True, slots=True)
class Recall:
    """A recall of lots. ``structure`` empty: it is for every officine; ``lots`` empty: all of them."""

    number: str
    at: datetime
    cip13: str
    name: str
    lots: tuple[str, ...]
    title: str
    conduct: str
    structure: str = ""
    acknowledged_at: datetime | None = None

    def hits(self, cip13: str, lot: str) -> bool:
        """Tell whether a box is recalled."""
        return cip13 == self.cip13 and (not self.lots or lot in self.lots)


@dataclass(frozen=True, slots=True)
class Supply:
    """An emergency supply request to a laboratory; ``answer`` is empty until it comes."""

    number: str
    structure: str
    cip13: str
    boxes: int
    at: datetime
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """An intervention on a dossier."""

    at: datetime
    structure: str
    actor: str
    operation: str
    detail: str = ""
