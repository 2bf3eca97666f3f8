"""What waits to be sent by MSSanté: the outbox of a workstation, with the ways of mail.

Nobody can ask an operator whether a message came whose last answer was lost. But whoever asked for a delivery report
finds it in his own mailbox: that is looked for first. Without one, the same octets leave again under the same
Message-ID, by which whoever receives both knows that they are one. Source: RFC 5321 §6.1 (duplicates), RFC 3461
(reports); specs/requirements.md §2.2. Knows no scenario and no command.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import ClassVar, Protocol

from lgo_client.environment import Environment
from lgo_client.mss.doors import Account, Envelope, Mailbox, submit
from lgo_client.mss.errors import MssError, heals_by_itself, in_french, never_came
from lgo_client.mss.receipts import Receipt, read_receipt
from lgo_client.outbox import Outbox, State, Waiting

__all__ = ["MailQueue", "Operator", "Parcel", "Way"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message as it leaves: its envelope and its octets."""

    envelope: Envelope
    octets: bytes

    def to_json(self) -> str:
        """Return it as text."""
        e = self.envelope
        return json.dumps(
            {
                "sender": e.sender,
                "recipients": e.recipients,
                "identity": e.identity,
                "receipt": e.receipt,
                "octets": base64.b64encode(self.octets).decode("ascii"),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Parcel:
        """Read it again. Raises ValueError."""
        try:
            known = json.loads(text)
            envelope = Envelope(
                str(known["sender"]),
                tuple(str(one) for one in known["recipients"]),
                str(known["identity"]),
                bool(known["receipt"]),
            )
            return cls(envelope, base64.b64decode(known["octets"], validate=True))
        except (KeyError, TypeError) as error:
            raise ValueError("no parcel") from error


class Way(Protocol):
    """What takes messages."""

    def send(self, parcel: Parcel) -> None:
        """Send a message. Raises MssRefused and MssUnavailable."""

    def came(self, identity: str) -> bool:
        """Tell whether a delivery report of a message has come back."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A mailbox at an operator, as a way for messages."""

    environment: Environment
    account: Account

    def send(self, parcel: Parcel) -> None:
        """Send a message. Raises MssRefused and MssUnavailable."""
        submit(self.environment, self.account, parcel.envelope, parcel.octets)

    def came(self, identity: str) -> bool:
        """Tell whether a delivery report of a message has come back. Raises MssRefused and MssUnavailable."""
        with self.open() as box:
            box.open()
            reports = (read_receipt(box.octets(uid)) for uid in box.naming(identity))
            return any(report is not None and _says(report, identity) for report in reports)

    def open(self) -> Mailbox:
        """Return the mailbox, opened. Raises MssRefused and MssUnavailable."""
        return Mailbox(self.environment, self.account.mailbox, "", self.account)


def _says(report: Receipt, identity: str) -> bool:
    return report.delivery and identity in (report.envelope_id, report.message_id.strip("<>"))


class MailQueue(Outbox[Way, Parcel]):
    """The messages that a workstation has to send, in a SQLite file; ``patient`` of a lot is whom it is written to."""

    done: ClassVar[State] = State.SENT
    expected: ClassVar[tuple[type[Exception], ...]] = (MssError,)

    def put(self, parcel: Parcel, title: str, replaces: str = "") -> int:
        """Add a message; return its number. ``replaces`` is the Message-ID of the one that it replaces."""
        recipients = ", ".join(parcel.envelope.recipients)
        return self.put_text(recipients, parcel.envelope.identity, title, replaces, parcel.to_json())

    def _came(self, way: Way, lot: Waiting) -> bool:
        return way.came(lot.unique_id)

    def _ready(self, way: Way, lot: Waiting, text: str) -> Parcel:
        try:
            return Parcel.from_json(text)
        except ValueError:
            raise LookupError("le message gardé dans la file n'est plus lisible") from None

    def _deliver(self, way: Way, lot: Waiting, content: Parcel) -> None:
        way.send(content)

    def _in_french(self, error: Exception) -> str:
        return in_french(error)

    def _heals(self, error: Exception) -> bool:
        return heals_by_itself(error)

    def _never_came(self, error: Exception) -> bool:
        return never_came(error)

    def _refused(self, error: Exception) -> bool:
        return False
