"""The XDM archives of a mail read as values, their documents, and what PDFs beside and inside them print.

Source: docs/sources/mssante.md (Courriel qui porte des documents, Un seul patient). The reading is that of
``health_documents``; what is unreadable becomes a French sentence. It costs some milliseconds a PDF: bounded, and done
after the answer. Knows no rule: see ``checks``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from health_documents.cda.read.reader import read_document
from health_documents.cda.read.values import ReadDocument
from health_documents.errors import DocumentError, PdfError, XdmError
from health_documents.pdf.objects import PdfFile, open_pdf
from health_documents.validation.comparing import (
    Person,
    differences,
    person_of,
    person_of_metadata,
    unlike_print,
    unlike_traits,
)
from health_documents.validation.pdf_rules import text_of
from health_documents.validation.printed_ins import MAX_PDF, PHARMACY_TYPES, identities_of, printed_ins
from health_documents.values.xdm import XdmFault
from health_documents.xdm.read import XdmArchive, XdmEntry, read_xdm
from mss_mock.codes import XDM_NAME
from mss_mock.facts.content import Archive, ArchiveProblem, Document, PrintedPage, Unreadable

__all__ = ["Found", "holds_xdm", "read_archive", "read_pages"]

_CX = re.compile(r"([^^]*)\^\^\^(?:[^&^]*)&([0-9.]+)&ISO")
_MEANT = re.compile(r"[^a-z]")
_DIRECTORY = re.compile(rb"SUBSET\d\d/METADATA\.XML", re.IGNORECASE)
_DIRECTORY_WINDOW = 64 * 1024
_ZIP = b"PK\x03\x04"
_REPLACES = "annule et remplace"
_MAX_TEXT = 500
_MAX_COMPARED, _SHOWN_WORDS = 100_000, 8
_MAX_PRINTED = 4
"""Documents of an archive, and PDFs of a mail, that are looked into."""


@dataclass(frozen=True, slots=True)
class Found:
    """An archive as facts, and the PDFs inside its documents with their places; ``scanned`` were looked at already."""

    archive: Archive | Unreadable
    pdfs: tuple[tuple[str, bytes], ...] = ()
    scanned: tuple[bytes, ...] = ()


def holds_xdm(name: str, body: bytes) -> bool:
    """Tell whether an attached file is an XDM archive: by its name, one like it, or what it holds."""
    if name.upper() == XDM_NAME:
        return True
    meant = name.lower().endswith(".zip") and "xdm" in _MEANT.sub("", name.lower())
    return meant or (body.startswith(_ZIP) and _DIRECTORY.search(body[-_DIRECTORY_WINDOW:]) is not None)


def read_archive(name: str, content: bytes) -> Found:
    """Return what is in an archive, or why it cannot be read."""
    try:
        archive = read_xdm(content)
    except XdmError as error:
        return Found(Unreadable(reason=str(error)[:_MAX_TEXT], name=name, fault=XdmFault(error.fault)))
    except DocumentError as error:
        return Found(Unreadable(reason=str(error)[:_MAX_TEXT], name=name, fault=XdmFault.ZIP))
    identity, root = _cx(archive.patient_id)
    read = [_read(entry) for entry in archive.entries if entry.is_cda and entry.content is not None]
    facts = Archive(
        name=name,
        patient_id=identity,
        patient_root=root,
        problems=tuple(_problems(archive)),
        count=sum(entry.is_cda for entry in archive.entries),
        documents=tuple(
            one if isinstance(one, Unreadable) else _document(*one, archive, printed=rank < _MAX_PRINTED)
            for rank, one in enumerate(read)
        ),
    )
    pdfs = [(f"PDF de {e.metadata.uri[:80]}", d) for e, d in _readable(read)]
    return Found(
        facts,
        tuple((place, document.pdf) for place, document in pdfs if document.pdf),
        tuple(d.pdf for _, d in pdfs if d.pdf and d.code.code in PHARMACY_TYPES and d.patient.is_qualified),
    )


def _problems(archive: XdmArchive) -> Iterator[ArchiveProblem]:
    for one in (*archive.problems, *(problem for entry in archive.entries for problem in entry.problems)):
        yield ArchiveProblem(fault=one.fault, text=one.text[:_MAX_TEXT], expected=one.expected[:_MAX_TEXT])


def _cx(value: str) -> tuple[str, str]:
    match = _CX.match(value)
    return (match[1], match[2]) if match else (value[:_MAX_TEXT], "")


def _read(entry: XdmEntry) -> tuple[XdmEntry, ReadDocument] | Unreadable:
    try:
        return entry, read_document(entry.content or b"")
    except DocumentError as error:
        return Unreadable(reason=f"{entry.metadata.uri[:80]} : {error}"[:_MAX_TEXT])


def _readable(read: Iterable[tuple[XdmEntry, ReadDocument] | Unreadable]) -> list[tuple[XdmEntry, ReadDocument]]:
    return [one for one in read if not isinstance(one, Unreadable)]


def _document(entry: XdmEntry, document: ReadDocument, archive: XdmArchive, *, printed: bool) -> Document:
    metadata, patient = entry.metadata, document.patient
    return Document(
        place=metadata.uri[:80],
        title=metadata.title[:_MAX_TEXT],
        code=document.code.code,
        qualified=patient.is_qualified,
        matricule=patient.matricule,
        said=person_of_metadata(metadata),
        told=person_of(patient),
        differences=tuple(differences(metadata, document)),
        act_days=tuple(_act_days(entry, document)),
        replaces=document.replaces is not None,
        replacing=metadata.id in archive.replacing,
        printed_ins=printed_ins(document) if printed else None,
    )


def _act_days(entry: XdmEntry, document: ReadDocument) -> Iterator[str]:
    metadata = entry.metadata
    times = (document.effective_time, metadata.creation_time, metadata.service_start, metadata.service_stop)
    acts = (time for event in document.service_events for time in (event.start, event.stop))
    yield from dict.fromkeys(time[:8] for time in (*times, *acts) if time)


def read_pages(
    found: Sequence[Found], attached: Sequence[tuple[str, bytes]], people: tuple[Person, ...]
) -> tuple[PrintedPage, ...]:
    """Return what PDFs show: those attached, then those in documents that are others; the first, none too heavy."""
    inside = [one for each in found for one in each.pdfs]
    places: dict[bytes, str] = {}
    for place, pdf in (*attached, *inside):
        places.setdefault(pdf, place)
    seen = [_Seen.of(place, pdf) for pdf, place in places.items() if len(pdf) <= MAX_PDF][:_MAX_PRINTED]
    scanned = {pdf for one in found for pdf in one.scanned}
    texts = {one.content: one.text for one in seen}
    originals = [texts.get(pdf, "") for _, pdf in inside]
    known = originals if originals and all(originals) and len(originals) == sum(map(_count, found)) else []
    own = {pdf for _, pdf in attached}
    return tuple(
        _page(one, people, scan=one.content not in scanned, originals=known if one.content in own else ())
        for one in seen
    )


def _count(one: Found) -> int:
    return one.archive.count if isinstance(one.archive, Archive) else 0


@dataclass(frozen=True, slots=True)
class _Seen:
    """A PDF with its text."""

    place: str
    content: bytes
    pdf: PdfFile | None
    text: str

    @classmethod
    def of(cls, place: str, content: bytes) -> _Seen:
        """Open a PDF; one that cannot be opened has no text."""
        try:
            pdf = open_pdf(content)
        except PdfError:
            return cls(place, content, None, "")
        return cls(place, content, pdf, text_of(pdf))


def _page(seen: _Seen, people: tuple[Person, ...], *, scan: bool, originals: Sequence[str]) -> PrintedPage:
    shown = [person_of(one) for one in identities_of(seen.pdf)] if scan and seen.pdf is not None else []
    other = bool(shown and people) and not any(_same(one, person) for one in shown for person in people)
    return PrintedPage(
        place=seen.place[:_MAX_TEXT],
        readable=bool(seen.text),
        unlike=unlike_print(seen.text, people) if seen.text else "",
        scanned=shown[0].shown if other else "",
        replaces=_REPLACES in seen.text,
        lacks=_lacking(seen.text, originals),
    )


def _lacking(text: str, originals: Sequence[str]) -> str:
    """Return words that a text lacks of the nearest of some others, when these are most of them."""
    words = set(text[:_MAX_COMPARED].split())
    lacks = [[one for one in dict.fromkeys(other[:_MAX_COMPARED].split()) if one not in words] for other in originals]
    if not text or not lacks:
        return ""
    near = min(range(len(lacks)), key=lambda rank: len(lacks[rank]))
    all_words = len(set(originals[near][:_MAX_COMPARED].split()))
    return " ".join(lacks[near][:_SHOWN_WORDS]) if 2 * len(lacks[near]) > all_words else ""


def _same(one: Person, other: Person) -> bool:
    apart = one.matricule and other.matricule and one.matricule != other.matricule
    return not apart and not unlike_traits(one, other)
