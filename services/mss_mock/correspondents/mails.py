"""The mails of correspondents as octets, by the rules that the pharmacy's own mails are judged by.

Source: specs/mssante.md §3.1 (ECO.* rules), §3.2 (archive). A mail has no ``Date`` and no trace yet: both come when it
is delivered, maybe much later. A mail of the corpus breaks the one rule that its case is about. Knows no store.
"""

from __future__ import annotations

from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from health_documents.codes.systems import CONTENT_TYPES
from health_documents.oids import ASSOCIATION_REPLACES
from health_documents.values.xds import Association, SubmissionSet
from health_documents.xdm.write import FILE_NAME, XdmDocument, write_xdm
from health_documents.xds.formats import dtm
from mss_mock.codes.correspondents import PRODUCT, RECEIPT_HEADERS, Act, Case
from mss_mock.correspondents.documents import Written, identities, local_time, written_documents
from mss_mock.correspondents.orders import Composed, Order

__all__ = ["compose"]

_WIRE = SMTP.clone(max_line_length=998)
"""Folding at 78, the standard library cuts ``filename*`` into pieces."""
_PREFIX = "XDM/1.0/DDM+"
_REPLACES = "Annule et remplace - "
_STAYS = {"SA01": "04", "SA07": "SA07"}
_VISIT = "07"
_HELLO = "Bonjour,\r\n\r\n"
_AUTOMATIC = "\r\nMessage envoyé automatiquement par le logiciel de l'établissement ; répondez à {reply_to}.\r\n"
_NOTICE = "\r\n(SIMULATION, données fictives)\r\n"
_QUESTION = (
    "Un de mes patients me dit avoir cessé son traitement la semaine dernière. Pouvez-vous me dire ce que vous lui "
    "avez dispensé en dernier, et à quelle date ?\r\n"
)
_KEPT_OF_CORRUPT = 0.6


def compose(order: Order) -> Composed:
    """Return the mail of an order."""
    documents = list(written_documents(order)) if order.act not in (Act.QUESTION, Act.WITHDRAWAL) else []
    message = EmailMessage(policy=_WIRE)
    message["From"] = Address(_label(order), addr_spec=order.sender)
    message["To"] = Address(addr_spec=order.to)
    if order.reply_to:
        message["Reply-To"] = Address(addr_spec=order.reply_to)
    subject = _subject(order, documents)
    message["Subject"] = subject
    domain = order.sender.rpartition("@")[2]
    message_id = f"<{order.uuid('message')}@{domain}>"
    message["Message-ID"] = message_id
    references = _thread(message, order)
    message["X-MSS-NIL"] = PRODUCT
    for receipt in order.receipts:
        message[RECEIPT_HEADERS[receipt]] = order.sender
    if documents and order.case is not Case.PDF_ALONE:
        message["X-MSS-CODECDA"] = ",".join(dict.fromkeys(one.entry.type_code.code for one in documents))
        message["X-MSS-INS"] = "O" if identities(order)[1].is_qualified else "N"
    message.set_content(_text(order, documents), charset="utf-8", cte="quoted-printable")
    _attach(message, order, documents)
    return Composed(message.as_bytes(), message_id, references, subject, tuple(one.version for one in documents))


def _label(order: Order) -> str:
    one = order.writer
    if order.partner.software:
        return order.structure.name
    return " ".join(filter(None, (one.title, one.given_name, one.family_name, "-", order.structure.name)))


def _subject(order: Order, documents: Sequence[Written]) -> str:
    if order.act is Act.QUESTION:
        return "Question sur un traitement"
    if order.act is Act.WITHDRAWAL:
        return f"Document supprimé : {order.former.version.title if order.former else ''}"
    label = documents[0].version.title if len(documents) == 1 else "Documents historiques"
    if order.case is Case.PDF_ALONE:
        return label
    told = identities(order)[0]
    born = "/".join(reversed(told.birth_date.split("-")))
    mark = _REPLACES if order.former else ""
    return f"{_PREFIX}{mark}{label} {told.birth_name} {told.first_name} {born}"


def _thread(message: EmailMessage, order: Order) -> str:
    if order.former is None:
        return ""
    references = f"{order.former.references} {order.former.message_id}".strip()
    message["In-Reply-To"] = order.former.message_id
    message["References"] = references
    return references


def _text(order: Order, documents: Sequence[Written]) -> str:
    one = order.writer
    signature = f"\r\n{one.given_name} {one.family_name}, {order.structure.name}\r\n"
    automatic = _AUTOMATIC.format(reply_to=order.reply_to) if order.partner.software else ""
    return _HELLO + _body(order, documents) + signature + automatic + _NOTICE


def _body(order: Order, documents: Sequence[Written]) -> str:
    title = order.former.version.title if order.former else ""
    if order.act is Act.QUESTION:
        return _QUESTION
    if order.act is Act.WITHDRAWAL:
        return (
            f"Le document « {title} » que nous vous avons adressé a été supprimé par son auteur.\r\n"
            "Merci de ne plus en tenir compte et de le retirer du dossier.\r\n"
        )
    if order.act is Act.NEW_VERSION:
        return f"Veuillez trouver une nouvelle version de « {title} », qui annule et remplace la précédente.\r\n"
    listed = "".join(f"- {one.version.title}\r\n" for one in documents)
    return f"Veuillez trouver :\r\n{listed}"


def _attach(message: EmailMessage, order: Order, documents: Sequence[Written]) -> None:
    if not documents:
        return
    if order.case is not Case.PDF_ALONE:
        archive = _archive(order, documents)
        if order.case is Case.CORRUPT:
            archive = archive[: int(len(archive) * _KEPT_OF_CORRUPT)]
        message.add_attachment(archive, maintype="application", subtype="zip", filename=FILE_NAME)
    for one in documents:
        message.add_attachment(one.pdf, maintype="application", subtype="pdf", filename=one.pdf_name)
    message.set_boundary(f"=_{order.uuid('boundary')}")


def _archive(order: Order, documents: Sequence[Written]) -> bytes:
    entries = [one.entry for one in documents]
    submission = SubmissionSet(
        unique_id=order.oid("submission"),
        source_id=f"2.25.{int(order.structure.id_nat, 36)}",
        patient_id=entries[0].patient_id,
        submission_time=dtm(order.at),
        content_type=CONTENT_TYPES[_STAYS.get(order.structure.sector, _VISIT)],
        authors=entries[0].authors,
        title=documents[0].version.title,
    )
    former = order.former.version.entry if order.former else ""
    links = (
        [Association(f"urn:uuid:{order.uuid('link')}", entries[0].id, former, ASSOCIATION_REPLACES)] if former else []
    )
    return write_xdm(
        submission,
        [XdmDocument(one.entry, one.cda) for one in documents],
        made_at=local_time(order.at),
        producer="LGO SANDBOX",
        associations=links,
    )
