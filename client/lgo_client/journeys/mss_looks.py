"""What a card demands of a mail that came: who sends, its body, its thread, the documents that it carries.

Source: specs/mssante.md §3.1 (ECO.2.x); specs/requirements.md §2.2, §2.3. Reads mails as they stand in the mailbox;
raises JourneyFailed, in French. Knows no transport.
"""

from __future__ import annotations

import re
from email.message import EmailMessage, Message

from health_documents.cda.read.reader import read_document
from health_documents.pdf.write import pdf_file_name
from lgo_client.journeys.mss_office import Came
from lgo_client.journeys.steps import expect
from lgo_client.mss.desk import RECORD_NUMBER, Document, MailDesk
from lgo_client.mss.mails import ARCHIVE_NAME, PREFIX, attached

__all__ = ["body_kept", "check_documents", "check_reply", "check_sender", "text_of"]

MESSAGE_ID = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")
PDF_A1 = re.compile(rb"pdfaid:part\s*(>|=\s*[\"'])\s*1")


def check_sender(mail: Came, desk: MailDesk) -> None:
    """Demand what each mail has: Message-ID, a From: that says who writes, the product's number, receipts asked."""
    expect(bool(MESSAGE_ID.fullmatch(mail.header("Message-ID"))), f"Message-ID: {mail.header('Message-ID')}")
    sender = mail.message["From"].addresses[0]
    person, place = desk.writer.person, desk.writer.structure
    for part in (person.title, person.given_name, person.family_name.upper(), place.name):
        expect(part in sender.display_name, f"From: {sender.display_name} : « {part} » manque")
    expect(sender.addr_spec == desk.mailbox, f"From: {sender.addr_spec} au lieu de {desk.mailbox}")
    expect(mail.header("X-MSS-NIL") == desk.sender.nil, f"X-MSS-NIL: {mail.header('X-MSS-NIL') or 'absent'}")
    body_kept(mail)


def body_kept(mail: Came) -> str:
    """Return the form of a body: plain text, or plain text then HTML that says the same."""
    body = _body(mail.message)
    kind = body.get_content_type()
    if kind == "multipart/alternative":
        kinds = [part.get_content_type() for part in body.walk() if not part.is_multipart()]
        expect(kinds == ["text/plain", "text/html"], f"corps : {', '.join(kinds)}")
        return "corps en texte puis en HTML"
    expect(kind == "text/plain", f"corps en {kind}")
    return "corps en texte"


def _body(message: EmailMessage) -> Message:
    parts: list[Message] = [*message.iter_parts()] if message.get_content_type() == "multipart/mixed" else [message]
    return parts[0]


def text_of(mail: Came) -> str:
    """Return the text of a mail."""
    body = mail.message.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def check_reply(mail: Came, answered: str, *before: str) -> None:
    """Demand that a mail answers another, and names in its References the thread, oldest first."""
    expect(mail.header("In-Reply-To") == answered, f"In-Reply-To: {mail.header('In-Reply-To') or 'absent'}")
    chain = mail.header("References").split()
    wanted = [*before, answered]
    kept = [one for one in chain if one in wanted]
    expect(kept == wanted and chain[-1] == answered, f"References: {' '.join(chain) or 'absent'}")


def check_documents(mail: Came, document: Document, nil: str) -> bytes:
    """Demand an archive and a PDF/A-1 of one patient, the subject and headers that go with them; return the archive."""
    patient, code = document.patient, document.entry.type_code.code
    subject = mail.header("Subject")
    birth = "/".join(reversed(patient.birth_date.split("-")))
    expect(subject.startswith(PREFIX), f"objet « {subject} »")
    for part in (patient.birth_name, patient.first_names[0], birth):
        expect(part in subject, f"objet « {subject} » : « {part} » manque")
    headers = {"X-MSS-INS": "O", "X-MSS-CODECDA": code, "X-MSS-NIL": nil}
    for name, value in headers.items():
        expect(mail.header(name) == value, f"{name}: {mail.header(name) or 'absent'} au lieu de {value}")
    found = attached(mail.message)
    names = ", ".join(one.name for one in found)
    archives = [one for one in found if one.name == ARCHIVE_NAME]
    pdfs = [one for one in found if one.sub_type == "pdf"]
    expect((len(archives), len(pdfs), len(found)) == (1, 1, 2), f"pièces : {names or 'aucune'}")
    wanted = _pdf_name(document)
    expect(pdfs[0].name == wanted, f"PDF nommé {pdfs[0].name} au lieu de {wanted}")
    expect(bool(PDF_A1.search(pdfs[0].content)), f"{wanted} n'est pas du PDF/A-1")
    return archives[0].content


def _pdf_name(document: Document) -> str:
    read, patient = read_document(document.octets), document.patient
    assert read.moment is not None
    return pdf_file_name(read.moment.date(), read.title, patient.birth_name, patient.first_names[0], RECORD_NUMBER)
