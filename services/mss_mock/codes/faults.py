"""The faults of an operator that the service plays itself: name, operation, title; what the wires then say.

Source: docs/sources/mssante.md#pannes-d-un-operateur (what was seen of a real one; RFC 6647 for the grey list; RFC 3463
and RFC 5530 for a full mailbox). Data only.
"""

from __future__ import annotations

from datetime import timedelta

from mss_mock.codes.operators import COURSE_TITLES, Course

__all__ = [
    "DELAYED",
    "DOUBLED",
    "FAULTS",
    "FULL",
    "FULL_IMAP",
    "FULL_SMTP",
    "GREYLISTED",
    "GREYLISTING",
    "GREY_TIME",
    "OPERATOR_DELIVERY",
    "OPERATOR_FAULTS",
    "SESSION_ENDED",
    "TOKEN_REFUSED",
]

DOUBLED = "double-delivery"
DELAYED = "delayed-delivery"
GREYLISTING = "greylisting"
FULL = "mailbox-full"
TOKEN_REFUSED = "token-refused"
OPERATOR_DELIVERY = "operator-delivery"
"""The operation of a delivery to another operator: its client is the recipient, the domain, or the operator."""
OPERATOR_FAULTS = {
    "operator-delayed": Course.DELAYED,
    "operator-refused": Course.REFUSED,
    "operator-unreachable": Course.UNREACHABLE,
}

FAULTS = (
    (DOUBLED, "smtp-message", "Message accepté une fois, remis deux fois"),
    (DELAYED, "smtp-message", "Message accepté, remis plus tard (option delivery_delay, en heure d'âge)"),
    (GREYLISTING, "smtp-rcpt", "Liste grise : 451 au premier essai, accepté une minute d'heure d'âge après"),
    (FULL, "smtp-rcpt", "Boîte du destinataire pleine : 552 5.2.2"),
    (FULL, "imap-append", "Boîte pleine : NO [OVERQUOTA]"),
    (TOKEN_REFUSED, "smtp-auth", "Jeton pourtant bon refusé, comme un mauvais ; accepté au-delà de times"),
    (TOKEN_REFUSED, "imap-authenticate", "Jeton pourtant bon refusé, comme un mauvais ; accepté au-delà de times"),
    *((name, OPERATOR_DELIVERY, f"Message {COURSE_TITLES[course]}") for name, course in OPERATOR_FAULTS.items()),
)

GREY_TIME = timedelta(minutes=1)
GREYLISTED = "451 4.7.1 Recipient address rejected: Greylisted, try again later"
FULL_SMTP = "552 5.2.2 Recipient address rejected: Mailbox full"
FULL_IMAP = "NO [OVERQUOTA] Mailbox is full"
SESSION_ENDED = {"smtp": b"421 4.7.0 Session has ended, log in again", "imap": b"* BYE Session has ended, log in again"}
"""What a connection is told that falls with its Pro Santé Connect session."""
