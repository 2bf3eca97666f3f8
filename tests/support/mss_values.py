"""Right mails as typed facts, for tests that then break one thing; a past; what the checks say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from health_documents.validation.comparing import Person
from lgo_sandbox.tenant.session import open_core
from lgo_sandbox.watch.checks import Evaluation, evaluate
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Facts, Lazy
from lgo_sandbox.watch.history import History
from lgo_sandbox.watch.markers import Marker, Markers
from mss_mock.checks import CHECKS
from mss_mock.codes import BoxKind
from mss_mock.facts import Mail, MailConnection, MailEnvelope, MailRecipient
from mss_mock.facts.content import Archive, Attachment, Document, MailContent, MailHead, TextBody, Unreadable
from mss_mock.flows import flow_of

MATRICULE, OTHER = "256036330091838", "155128002194517"
DOCTOR = MailRecipient(address="isabelle.delorme@medecin.mssante.fr", kind=BoxKind.PERSON)
CITIZEN = MailRecipient(address=f"{MATRICULE}@patient.mssante.fr", kind=BoxKind.CITIZEN)
SENDER = "helene.valmont@pharmacien.mssante.fr"
NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)

PERSON = Person(matricule=MATRICULE, names=("martin",), first_names=("claire",), birth_date="1956-03-12")
DOCUMENT = Document(
    place="DOC00001.XML",
    title="BPM",
    code="51969-4",
    qualified=True,
    matricule=MATRICULE,
    said=PERSON,
    told=PERSON,
    differences=(),
    act_days=("20260105",),
    replaces=False,
    replacing=False,
    printed_ins=None,
)
ARCHIVE = Archive(
    name="IHE_XDM.zip",
    patient_id=MATRICULE,
    patient_root="1.2.250.1.213.1.4.8",
    problems=(),
    count=1,
    documents=(DOCUMENT,),
)
PDF = Attachment(
    name="20260105_BPM_MARTIN_Claire_12.pdf",
    content_type="application/pdf",
    size=9,
    is_pdf=True,
    is_pdf_a1=True,
    is_archive=False,
    executable="",
)
ZIP = replace(PDF, name="IHE_XDM.zip", content_type="application/zip", is_pdf=False, is_pdf_a1=False, is_archive=True)
TEXT = TextBody(
    content_type="text/plain", charset="utf-8", misread=False, automatic=False, announced="", withdraws=False
)
HEAD = MailHead(
    subject="Bonjour",
    date="Mon, 05 Jan 2026 11:00:00 +0100",
    message_id="<1@x.fr>",
    in_reply_to="",
    references="",
    sender_label="DR Helene VALMONT - PHARMACIE DE LA FONTAINE",
    sender_address=SENDER,
    reply_to=(),
    nil="N1",
    ins=None,
    code_cda=None,
    mes=None,
    read_receipt="",
    delivery_receipt="",
    content_type="text/plain",
    repeated=(),
    eight_bit=(),
)
CONTENT = MailContent(
    fingerprint="a",
    head=HEAD,
    bodies=(TEXT,),
    alternative=False,
    reports_reading=False,
    reported_message="",
    report=None,
    eight_bit=False,
    bare_newlines=False,
    defects=(),
    unlike_html="",
    attachments=(),
    archives=(),
    pages=(),
    doubled_pdfs=(),
)
WITH_DOCUMENTS = replace(
    CONTENT,
    head=replace(HEAD, subject="XDM/1.0/DDM+Bilan partagé MARTIN Claire 12/03/1956", ins="O", code_cda="51969-4"),
    attachments=(ZIP, PDF),
    archives=(ARCHIVE,),
)
ENVELOPE = MailEnvelope(
    mailbox=SENDER,
    kind=BoxKind.PERSON,
    helo="lgo.test",
    sender=SENDER,
    recipients=(DOCTOR,),
    notify=(),
    eight_bit=False,
    spaced=False,
)
TLS = MailConnection(tls_version="TLSv1.3", tls_cipher="TLS_AES_256_GCM_SHA384", bare_lf=False)


def with_head(content: MailContent, **changes: Any) -> MailContent:
    """Return a content with another head."""
    return replace(content, head=replace(content.head, **changes))


def mailed(
    content: MailContent | Unreadable, envelope: MailEnvelope = ENVELOPE, *, longest_line: int = 76
) -> list[Facts]:
    """Return the facts of a mail that was taken."""
    mail = Mail(size=900, longest_line=longest_line, content=Lazy.known(content))
    return [mail, envelope, TLS, flow_of(mail, [one.address for one in envelope.recipients])]


def exchange_of(facts: Iterable[Facts], operation: str = "smtp-message", status: int = 250) -> Exchange:
    """Return an exchange with these facts."""
    door = operation.partition("-")[0]
    made = Exchange(
        id="x1",
        service="mss",
        door=door,
        transport=door,
        started=NOW.isoformat(),
        age=NOW.isoformat(),
        operation=operation,
        status=status,
    )
    for one in facts:
        made.noted.put(one)
    return made


def past(*exchanges: Exchange, markers: Iterable[tuple[str, str]] = ()) -> History:
    """Return a session's past: markers are (name, subject), an hour before the exchanges."""
    known = Markers(open_core(None))
    for name, subject in markers:
        known.put(Marker(NOW.replace(hour=9).isoformat(), name, subject))
    history = History(known)
    history.forget()
    for one in exchanges:
        history.add(one)
    return history


def judged(
    facts: Iterable[Facts], operation: str = "smtp-message", *, history: History | None = None, status: int = 250
) -> Evaluation:
    """Return what the checks say."""
    return evaluate(CHECKS, exchange_of(facts, operation, status), history or past(), {}, NOW)


def broken(facts: Iterable[Facts], operation: str = "smtp-message", **more: Any) -> list[str]:
    """Return the ids of the checks that are broken."""
    return [check.id for check in judged(facts, operation, **more).broken]


def kept(facts: Iterable[Facts], operation: str = "smtp-message", **more: Any) -> set[str]:
    """Return the ids of the checks that are kept."""
    return {check.id for check in judged(facts, operation, **more).kept}
