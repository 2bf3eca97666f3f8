"""Whom a citizen may write to: a professional who wrote first, until he closes the exchange. Pure.

Source: docs/sources/mssante.md#droit-de-repondre, #fin. The header closes the exchange with its message, the older mark
by a message of its own; both take the right from all earlier messages too (of the header: ours).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from lgo_sandbox.population.people import Patient, Population
from lgo_sandbox.population.representatives import Representative, representatives_of
from lgo_sandbox.wire.mime import MimeError, MimePart, read_mail
from mss_mock.codes import PATIENT_DOMAIN, BoxKind
from mss_mock.codes.citizens import CHILD_TAG
from mss_mock.domain import mailbox_of

__all__ = [
    "FIN_SUBJECT",
    "Arrival",
    "arrival_of",
    "is_child",
    "is_citizen",
    "mark_of",
    "representative_of",
    "signature_of",
]

FIN_SUBJECT = "[FIN]"
FIN_HEADER = "FIN"
MAX_HEAD = 64 * 1024
MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a mail to a citizen means for the answer: to whom it goes, whether it may, what receipts are asked.

    ``contact`` is the address of Reply-To when it is a mailbox of the sandbox, else the sender's; it is empty for a
    report, and for a mail of nobody of the sandbox. ``mark`` tells the mail from all others, by its head.
    """

    sender: str
    contact: str
    closes: bool
    subject: str
    message_id: str
    references: str
    read_receipt: str
    delivery_receipt: str
    mark: str = ""


def arrival_of(people: Population, octets: bytes) -> Arrival | None:
    """Return what a delivered mail (below its Return-Path) means; None when its head cannot be read."""
    head, _, _ = octets[:MAX_HEAD].partition(b"\r\n\r\n")
    try:
        mail = read_mail(head + b"\r\n\r\n")
    except MimeError:
        return None
    subject = (mail.header("Subject") or "").strip()
    sender = _first(people, mail, "Return-Path")
    return Arrival(
        sender=sender,
        contact=(_first(people, mail, "Reply-To") or sender) if sender else "",
        closes=subject == FIN_SUBJECT or (mail.header("X-MSS-MES") or "").strip() == FIN_HEADER,
        subject=subject[:MAX_TEXT],
        message_id=(mail.header("Message-ID") or "").strip()[:MAX_TEXT],
        references=(mail.header("References") or "").strip()[:MAX_TEXT],
        read_receipt=_first(people, mail, "Disposition-Notification-To"),
        delivery_receipt=_first(people, mail, "Return-Receipt-To"),
        mark=mark_of(octets),
    )


def mark_of(octets: bytes) -> str:
    """Return what tells a delivered mail from all others, by its head."""
    return hashlib.sha256(octets[:MAX_HEAD].partition(b"\r\n\r\n")[0]).hexdigest()


def _first(people: Population, mail: MimePart, header: str) -> str:
    """Return the first address of a header that is the mailbox of a professional, a structure or its software."""
    boxes = (mailbox_of(people, address) for _, address in mail.addresses(header))
    return next((box.address for box in boxes if box and box.kind is not BoxKind.CITIZEN), "")


def is_citizen(address: str) -> bool:
    """Tell whether an address is in the domain of the citizens."""
    return address.lower().endswith(f"@{PATIENT_DOMAIN}")


def is_child(patient: Patient) -> bool:
    """Tell whether a legal representative writes for this citizen."""
    return CHILD_TAG in patient.tags


def representative_of(patient: Patient, said: str) -> Representative | None:
    """Return the representative of a child with this slug or name, in any case; None when nobody has it."""
    wanted = said.strip().casefold()
    return next(
        (one for one in representatives_of(patient) if wanted in (one.id, one.patient, one.name.casefold())), None
    )


def signature_of(patient: Patient, representative: Representative | None = None) -> str:
    """Return the name before a citizen's address; a child's mail names who wrote it: the first known, unless said."""
    first = patient.used_first_name or (patient.first_names[0] if patient.first_names else "")
    name = f"{first} {patient.used_name or patient.birth_name}".strip()
    if not is_child(patient):
        return name
    writer = representative or next(iter(representatives_of(patient)), None)
    return f"{writer.name if writer else 'Représentant légal'}, pour {name}"
