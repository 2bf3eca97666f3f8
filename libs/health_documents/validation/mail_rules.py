"""Rules on MSSanté mails that carry health documents.

Source: specs/mssante.md §3.1 (ECO.2.x) and §3.2 (limits); RFC 5322; confidence high. The archive and the PDFs are
judged by the validator.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses

from health_documents.cda.read.reader import ReadDocument
from health_documents.validation.rules import Fault, Faults

__all__ = ["MAX_MAIL_BYTES", "Mail", "mail_rules", "parse_mail"]

MAX_MAIL_BYTES = 25 * 1024 * 1024
MAX_PARTS = 200
_SUBJECT = re.compile(r"XDM/1\.0/DDM\+(?P<label>.*\S) +(?P<date>[0-9]{2}/[0-9]{2}/[0-9]{4})\s*")
_PDF_NAME = re.compile(r"[0-9]{8}_[^_]+_[^_]+_[^_]+(?:_[^_]+)?\.pdf", re.I)
_ARCHIVE = "ihe_xdm.zip"
_PATIENT = re.compile(r"(?P<matricule>[0-9AB]{15})@patient\.mssante\.fr", re.I)
_PATIENT_DOMAIN = "@patient.mssante.fr"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as parsed: the message, its archives and its PDFs with their names."""

    message: EmailMessage
    archives: tuple[tuple[str, bytes], ...]
    pdfs: tuple[tuple[str, bytes], ...]


def parse_mail(data: bytes) -> Mail | None:
    """Return a mail, None when it cannot be read."""
    try:
        message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(data)
        parts = [part for part in message.walk() if not part.is_multipart()][:MAX_PARTS]
        files = [(part.get_filename() or "", _content(part)) for part in parts]
    except (MessageError, ValueError, LookupError, IndexError, TypeError, AttributeError, RecursionError):
        return None
    archives = tuple((name, data) for name, data in files if name.lower().endswith(".zip"))
    return Mail(message, archives, tuple((name, data) for name, data in files if name.lower().endswith(".pdf")))


def _content(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def mail_rules(mail: Mail, documents: Sequence[ReadDocument]) -> Faults:
    """Yield the faults of a mail; ``documents`` are the CDAs of its archive."""
    try:
        yield from _all(mail, documents)
    except (MessageError, ValueError, LookupError, IndexError, TypeError, AttributeError) as error:
        # The standard parser reads headers lazily and fails on some broken ones (bpo-27258 and others).
        yield Fault("MSS-01", f"en-tête illisible : {error}")


def _all(mail: Mail, documents: Sequence[ReadDocument]) -> Faults:
    yield from _headers(mail.message)
    yield from _texts(mail.message)
    named = [name for name, _ in mail.archives if name.lower() == _ARCHIVE]
    if len(named) != 1:
        yield Fault("MSS-03", f"{len(named)} archive(s) IHE_XDM.zip", "une")
    if documents:
        yield from _of_documents(mail, documents)


def _headers(message: EmailMessage) -> Faults:
    if not _SUBJECT.fullmatch(subject := str(message["Subject"] or "")):
        yield Fault("MSS-02", subject or "objet absent", "XDM/1.0/DDM+libellé NOM prénom JJ/MM/AAAA")
    if not message["Message-ID"]:
        yield Fault("MSS-09", "Message-ID absent")
    if not message["X-MSS-NIL"]:
        yield Fault("MSS-08", "X-MSS-NIL absent")
    if not any(name for name, _ in getaddresses([str(message["From"] or "")])):
        yield Fault("MSS-10", str(message["From"] or "From absent"))


def _texts(message: EmailMessage) -> Faults:
    bodies = [part for part in message.walk() if part.get_content_maintype() == "text" and not part.get_filename()]
    if bodies and bodies[0].get_content_subtype() != "plain":
        yield Fault("MSS-12", bodies[0].get_content_type(), "text/plain d'abord")
    for body in bodies:
        charset = (body.get_content_charset() or "us-ascii").lower()
        if charset not in ("utf-8", "us-ascii"):
            yield Fault("MSS-12", charset, "utf-8")


def _of_documents(mail: Mail, documents: Sequence[ReadDocument]) -> Faults:
    message = mail.message
    codes = ",".join(dict.fromkeys(one.code.code for one in documents))
    said = "".join(str(message["X-MSS-CODECDA"] or "").split())
    if set(said.split(",")) != set(codes.split(",")):
        yield Fault("MSS-06", said or "X-MSS-CODECDA absent", codes)
    expected = "O" if any(one.patient.is_qualified for one in documents) else "N"
    if (ins := str(message["X-MSS-INS"] or "").strip()) != expected:
        yield Fault("MSS-07", ins or "X-MSS-INS absent", expected)
    if len(mail.pdfs) != len(documents):
        yield Fault("MSS-04", f"{len(mail.pdfs)} PDF", f"{len(documents)}")
    for name, _ in mail.pdfs:
        if not _PDF_NAME.fullmatch(name):
            yield Fault("MSS-05", name, "date_type_NOM_prénom_dossier.pdf")
    yield from _patient_addresses(message, documents)
    yield from _subject_names(str(message["Subject"] or ""), documents[0])


def _patient_addresses(message: EmailMessage, documents: Sequence[ReadDocument]) -> Faults:
    known = {one.patient.matricule.upper() for one in documents if one.patient.is_qualified}
    for _, address in getaddresses([str(one) for name in ("To", "Cc") for one in message.get_all(name, [])]):
        if address.lower().endswith(_PATIENT_DOMAIN):
            match = _PATIENT.fullmatch(address)
            if match is None or match["matricule"].upper() not in known:
                yield Fault("MSS-13", address, ", ".join(sorted(known)) or "une identité qualifiée")


def _subject_names(subject: str, document: ReadDocument) -> Faults:
    match = _SUBJECT.fullmatch(subject)
    born = "/".join(reversed(document.patient.birth_date.split("-")))
    if match and match["date"] != born:
        yield Fault("MSS-02", match["date"], born)
    if match and document.patient.birth_name.upper() not in match["label"].upper():
        used = document.patient.used_name.upper()
        if not used or used not in match["label"].upper():
            yield Fault("MSS-02", match["label"], document.patient.birth_name)
