"""The files of a mail in Mon espace santé: reading, opening, keeping, filing into the DMP.

Source: docs/sources/mssante.md (Courriel qui porte des documents, Un seul patient); how the real page shows them is not
public: ours. A file is judged by what it holds, never by its name; a program is neither opened nor given. An archive
that names another patient is shown with a warning, and never filed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dmp_mock.web import reading, visits
from dmp_mock.web.mes.documents import Form, pdf_of_file, unusable
from dmp_mock.web.mes.filing import file_document, filed_at, source_of
from dmp_mock.web.mes.mailbox import asked, mailbox_of
from dmp_mock.web.mes.space import Space, opened
from dmp_mock.web.refusals import Told
from dmp_mock.web.site import MES
from health_documents.cda.read.reader import read_document
from health_documents.errors import DocumentError
from health_documents.xdm.read import XdmArchive, XdmEntry, XdmLimits, read_xdm
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.gate.citizen_mail import MailFile
from lgo_sandbox.settings import MIB
from lgo_sandbox.wire.browsing import File
from lgo_sandbox.wire.http import RawResponse

__all__ = [
    "content",
    "download",
    "download_document",
    "file_away",
    "page_of_document",
    "page_of_file",
    "piece_of_document",
]

LIMITS = XdmLimits(archive=26 * MIB, members=200, member=16 * MIB, total=48 * MIB)
"""What an archive of a mail of 25 Mo may hold: less than a service takes, since a reader waits."""
MAX_TEXT = 100_000
_ZIP = b"PK\x03\x04"
_CDA = "text/xml"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a mail: ``link`` is the address of its page, ``source`` its name among what was filed."""

    space: Space
    mail: str
    file: MailFile
    content: bytes
    link: str
    source: str

    @property
    def kind(self) -> str:
        """What can be done with it: ``program``, ``archive``, ``pdf``, ``image``, ``text`` or ``other``."""
        if self.file.program:
            return "program"
        sniffed = reading.sniffed(self.content)
        if sniffed:
            return "pdf" if sniffed == reading.PDF else "image"
        if self.content.startswith(_ZIP):
            return "archive"
        return "text" if self.file.media_type == "text/plain" else "other"

    @property
    def can_be_filed(self) -> bool:
        """Tell whether it is a PDF, or an image that becomes one."""
        return self.kind in ("pdf", "image") and reading.sniffed(self.content) != "image/gif"

    def text(self) -> str:
        """Return the beginning of a text."""
        return self.content[: 4 * MAX_TEXT].decode("utf-8", "replace")[:MAX_TEXT] if self.kind == "text" else ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document of an archive. ``stranger`` is another patient whom it names; ``pdf`` what can be filed of it."""

    number: str
    title: str
    kind: str
    date: str
    content: bytes
    pdf: bytes
    stranger: str


async def _attached(call: Call) -> Attached:
    space = opened(call)
    mail, part = call.path_params["id"], call.path_params["part"]
    with asked():
        file, mark, octets = await mailbox_of(space).file(mail, part)
    return Attached(space, mail, file, octets, f"/messages/{mail}/pieces/{part}", source_of(mark, part))


async def page_of_file(call: Call) -> RawResponse:
    """Show a file: what can be read of it, and what can be done with it."""
    await call.enter(MES.operation)
    one = await _attached(call)
    call.summarise(f"Mon espace santé : pièce jointe « {one.file.name[:60]} »")
    if one.kind != "archive":
        return _page(one, "attached")
    try:
        documents = _documents(one)
    except DocumentError as error:
        return _page(one, "attached", trouble=f"Cette archive ne se lit pas : {error}.")
    if len(documents) == 1:
        return _document_page(one, documents[0], alone=True)
    return _page(one, "attached", documents=documents)


def _page(one: Attached, template: str, **values: Any) -> RawResponse:
    shown: dict[str, Any] = {"documents": [], "trouble": "", **values}
    filed = filed_at(one.space, [one.source]).get(one.source, "")
    return one.space.page(template, tab="messages", one=one, filed=filed, title=_title_of(one.file.name), **shown)


def _title_of(name: str) -> str:
    """Return the title that a file would have as a document: its name as a sentence."""
    stem = name.rpartition(".")[0] or name
    return " ".join(stem.replace("_", " ").split())[:120] or "Document"


async def content(call: Call) -> RawResponse:
    """Answer a PDF or an image, to be shown."""
    await call.enter(MES.operation)
    one = await _attached(call)
    call.summarise(f"Mon espace santé : ouverture de « {one.file.name[:60]} »")
    kind = reading.sniffed(one.content) if one.kind in ("pdf", "image") else ""
    return reading.shown(_title_of(one.file.name), kind, one.content)


async def download(call: Call) -> RawResponse:
    """Give a file to be kept."""
    await call.enter(MES.operation)
    one = await _attached(call)
    _check_no_program(one)
    call.summarise(f"Mon espace santé : téléchargement de « {one.file.name[:60]} »")
    return reading.kept("", "", one.content, _safe(one.file.name))


def _safe(name: str) -> str:
    """Return the name of a file without its folder, and without signs that turn it round."""
    last = name.replace("\\", "/").rpartition("/")[2].strip(" .")
    return "".join(one for one in last if one.isprintable())[:100] or "piece.bin"


def _check_no_program(one: Attached) -> None:
    if one.file.program:
        raise Told(
            "mail-program",
            "Ce fichier est un programme",
            received=f"« {one.file.name[:80]} » : {one.file.program}",
            expected="un document : PDF, image, texte ou archive IHE_XDM.zip",
            where="pièce jointe",
            remedy="Il n'est ni ouvert ni téléchargé. Si vous attendiez un document, demandez-le à son expéditeur.",
            link=f"/messages/{one.mail}",
            label="Le message",
        )


# --- documents of an archive


def _documents(one: Attached) -> list[Document]:
    """Return the documents of an archive. Raises DocumentError."""
    archive = read_xdm(one.content, LIMITS)
    entries = [entry for entry in archive.entries if entry.content is not None]
    return [_document(one.space, archive, entry, str(rank)) for rank, entry in enumerate(entries, start=1)]


def _document(space: Space, archive: XdmArchive, entry: XdmEntry, number: str) -> Document:
    octets, metadata = entry.content or b"", entry.metadata
    said, pdf, kind = archive.patient_id.partition("^")[0], b"", ""
    stranger = _stranger(space, said)
    if reading.sniffed(octets) == reading.PDF:
        pdf = octets
    elif entry.is_cda:
        try:
            read = read_document(octets)
            stranger = stranger or _stranger(space, read.patient.matricule)
            kind = read.code.label
            pdf = reading.pdf_of(octets)
        except DocumentError:
            pdf = b""
    when = metadata.service_start or metadata.creation_time
    return Document(number, metadata.title[:120] or "Document", kind[:120], when, octets, pdf, stranger)


def _stranger(space: Space, matricule: str) -> str:
    """Return a matricule that is not the patient's; one that is not told is nobody's."""
    own = {space.patient.matricule, *(one.matricule for one in space.patient.history)}
    return "" if not matricule or matricule in own else matricule[:40]


async def _opened_document(call: Call) -> tuple[Attached, Document]:
    one, number = await _attached(call), call.path_params["number"]
    return one, _numbered(one, number)


def _numbered(one: Attached, number: str) -> Document:
    _check_no_program(one)
    try:
        found = next((document for document in _documents(one) if document.number == number), None)
        trouble = f"document {number[:20]}"
    except DocumentError as error:
        found, trouble = None, str(error)
    if found is None:
        raise Told(
            "mail-document",
            "Cette pièce n'a pas ce document",
            received=trouble,
            expected="un document de l'archive IHE_XDM.zip",
            where="pièce jointe",
            remedy="Revenez au message, et choisissez dans la liste.",
            status=404,
            link=f"/messages/{one.mail}",
            label="Le message",
        )
    return found


async def page_of_document(call: Call) -> RawResponse:
    """Show a document of an archive for reading."""
    await call.enter(MES.operation)
    one, document = await _opened_document(call)
    call.summarise(f"Mon espace santé : lecture de « {document.title[:60]} », reçu par messagerie")
    return _document_page(one, document)


def _document_page(one: Attached, document: Document, *, alone: bool = False) -> RawResponse:
    address = f"{one.space.call.prefix}{one.link}/documents/{document.number}"
    source = f"{one.source}/{document.number}"
    return one.space.page(
        "enclosed",
        tab="messages",
        one=one,
        document=document,
        alone=alone,
        body=reading.rendered(document.content, address),
        filed=filed_at(one.space, [source]).get(source, ""),
    )


async def piece_of_document(call: Call) -> RawResponse:
    """Show a file in a document of an archive."""
    await call.enter(MES.operation)
    _one, document = await _opened_document(call)
    call.summarise("Mon espace santé : pièce d'un document reçu par messagerie")
    media_type, octets = reading.file_in(document.content, call.path_params["inner"])
    return reading.shown(document.title, media_type, octets)


async def download_document(call: Call) -> RawResponse:
    """Give a document of an archive to be kept."""
    await call.enter(MES.operation)
    _one, document = await _opened_document(call)
    call.summarise(f"Mon espace santé : téléchargement de « {document.title[:60]} », reçu par messagerie")
    return reading.kept(document.title, *reading.readable_of(document.content, _CDA))


# --- filing


async def file_away(call: Call) -> RawResponse:
    """File a file of a mail, or a document of an archive, into the DMP."""
    await call.enter(MES.operation)
    space = opened(call)
    fields, _files = visits.form(call, space.visit.csrf)
    if not space.is_open:
        raise _unfit(call, "dossier fermé", "un dossier ouvert", "Rouvrez votre espace, puis rangez le document.")
    one, title = await _attached(call), fields.get("titre", "").strip()[:120]
    _check_no_program(one)
    number = fields.get("document", "")
    pdf, octets = _fileable(one, number)
    source = f"{one.source}/{number}" if number else one.source
    filed = file_document(space, title or _title_of(one.file.name), pdf, octets, source)
    call.summarise(f"Mon espace santé : « {title[:60]} », reçu par messagerie, rangé dans le DMP")
    return visits.see_other(call, f"/documents/{filed}", fait="range")


def _fileable(one: Attached, number: str) -> tuple[bytes, bytes]:
    """Return the PDF to file, and the content that tells whether it was filed. Raises Told."""
    call = one.space.call
    if not number:
        given = File(one.file.name, one.file.media_type, one.content)
        return pdf_of_file(given, _filing(call)), one.content
    document = _numbered(one, number)
    if document.stranger:
        raise _unfit(
            call,
            f"un document au nom du matricule {document.stranger}",
            f"un document du patient {one.space.patient.matricule}",
            "Ce document n'est pas le vôtre : prévenez le professionnel qui vous l'a envoyé.",
        )
    if not document.pdf:
        raise _unfit(
            call,
            "un document sans PDF",
            "un PDF, joint au message ou contenu dans le document",
            "Rangez le PDF qui accompagne ce document.",
        )
    return document.pdf, document.pdf


def _filing(call: Call) -> Form:
    link = f"/messages/{call.path_params['id']}"
    return Form("mail-filing", "Ce document n'a pas été rangé", "document joint", link, "Le message")


def _unfit(call: Call, received: str, expected: str, remedy: str) -> Told:
    return unusable(received, expected, remedy, _filing(call))
