"""What is to be written, as values: by whom, for which patient, to whom, when, and about which earlier document.

Source: own choice of means. An order holds all that a mail is made of, so that it can be made anywhere, and the same
order gives the same octets. Knows no store, no session and no format.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from lgo_sandbox.population.people import Patient, Professional, Structure
from mss_mock.codes.correspondents import Act, Case, Partner, Receipt

__all__ = ["Composed", "Order", "Sent", "Version"]


@dataclass(frozen=True, slots=True)
class Version:
    """A document that was sent, as a later one names it: ``entry`` is its id in the archive, ``at`` its moment."""

    act: Act
    title: str
    unique_id: str
    set_id: str
    number: int
    entry: str
    at: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that was sent, as a later one names it, with the first of its documents."""

    message_id: str
    references: str
    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A mail to write. ``at`` is wire time, ``identity`` what its identifiers derive from.

    ``former`` is what a new version or a withdrawal is about. ``case`` makes it one of the corpus, whose document may
    be that of ``other``.
    """

    partner: Partner
    writer: Professional
    structure: Structure
    sender: str
    reply_to: str
    act: Act
    patient: Patient
    to: str
    receipts: tuple[Receipt, ...]
    identity: str
    at: datetime
    former: Sent | None = None
    case: Case | None = None
    other: Patient | None = None

    def uuid(self, of: str) -> str:
        """Return the UUID of something in this mail."""
        return str(uuid5(NAMESPACE_OID, f"{self.identity}/{of}"))

    def oid(self, of: str) -> str:
        """Return the OID of something in this mail (ITU-T X.667: ``2.25.`` and the integer of a UUID)."""
        return f"2.25.{uuid5(NAMESPACE_OID, f'{self.identity}/{of}').int}"


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail that waits to be delivered; ``versions`` are its documents."""

    octets: bytes
    message_id: str
    references: str
    subject: str
    versions: tuple[Version, ...]

    @property
    def sent(self) -> Sent | None:
        """What a later mail names; None for a mail without documents."""
        return Sent(self.message_id, self.references, self.versions[0]) if self.versions else None
