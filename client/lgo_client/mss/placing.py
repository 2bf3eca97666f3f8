"""Where a mail that came goes: to a patient's file, among the receipts, to whoever reads, or into quarantine.

Source: specs/requirements.md §2.3; specs/mssante.md §3.3. Knows no transport; what it learns of a mail that was sent it
tells to whoever keeps that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lgo_client.environment import Patient
from lgo_client.mss.errors import NotFiled
from lgo_client.mss.inbound import CRITICAL_MARK, Opened, documents_of, key_of, opened
from lgo_client.mss.receipts import Receipt, read_receipts
from lgo_client.mss.records import NewDocument, NewMail, Where

__all__ = ["PATIENT_DOMAIN", "About", "placed"]

About = Callable[[str, Sequence[str]], "tuple[str, str] | None"]
"""Whose document, and which one in words, a sender speaks of who answers mails of these Message-IDs; None: of none."""

PATIENT_DOMAIN = "patient.mssante.fr"
ALARM = "résultat critique, à voir aussitôt"


def _of_nothing(_sender: str, _ids: Sequence[str]) -> tuple[str, str] | None:
    return None


def placed(
    raw: bytes,
    mailbox: str,
    patients: Mapping[str, Patient],
    told: Callable[[str, str], str],
    about: About = _of_nothing,
) -> tuple[NewMail, list[NewDocument]]:
    """Return a mail as it is kept, and its documents.

    ``told`` learns of which Message-ID a receipt says what, and returns the title of that mail, "" if it is not ours.
    A mail without documents whose sender speaks of one that was filed (a correction in words, the pre-set mail of a
    deletion: specs/requirements.md, LGO.MSS.16) is left to read, with the document named.
    """
    mail = opened(raw)
    new = NewMail(
        mailbox=mailbox,
        key=key_of(raw),
        message_id=mail.message_id,
        refs=mail.references,
        sender=mail.sender,
        subject=mail.subject,
        at=mail.date,
        place=Where.INBOX,
        reason="",
        code="",
        patient=_writes_himself(mail),
        due=False,
        octets=raw,
    )
    receipts = read_receipts(raw)
    if receipts:
        said, message_id = _shown(receipts), receipts[0].message_id
        title = told(message_id, said) or message_id
        return replace(new, place=Where.RECEIPT, reason=f"{said} : {title}" if title else said), []
    if not mail.has_documents:
        spoken = about(mail.sender, _answered(mail))
        if spoken is None:
            return new, []
        return replace(new, patient=spoken[0], reason=f"à propos de {spoken[1]}"), []
    may_tell = mail.automatic and bool(mail.archives) and bool(mail.message_id)
    try:
        patient, documents = documents_of(mail, patients)
    except NotFiled as error:
        code = error.code if mail.archives else ""
        return replace(new, place=Where.QUARANTINE, reason=error.reason, code=code, due=may_tell), []
    alarm = ALARM if any(one.kind.endswith(CRITICAL_MARK) for one in documents) else ""
    return replace(new, place=Where.FILED, reason=alarm, patient=patient.matricule, due=may_tell), documents


def _answered(mail: Opened) -> list[str]:
    """Return the Message-IDs that a mail answers, the nearest first."""
    return [*mail.headers.get("In-Reply-To", "").split(), *reversed(mail.references.split())]


def _shown(receipts: Sequence[Receipt]) -> str:
    """Return what a report says; of several recipients, of whom it says what."""
    if len(receipts) == 1:
        return receipts[0].shown
    return " ; ".join(f"{one.recipient} {one.shown}" for one in receipts)


def _writes_himself(mail: Opened) -> str:
    local, _, domain = mail.sender.partition("@")
    return local.upper() if domain.lower() == PATIENT_DOMAIN else ""
