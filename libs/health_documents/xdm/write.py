"""Writes the archive of a MSSanté mail: IHE_XDM.zip, documents and their metadata.

Source: specs/mssante.md §3.1–3.2 (tree, 8.3 names, one patient), IHE ITI TF-2 §3.32 (XDM); confidence high. PDFs
travel beside the archive, not in it. The same values give the same bytes. Reading is in ``xdm_reader``, exported here.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from health_documents.errors import InvalidContent
from health_documents.values.xds import Association, DocumentEntry, SubmissionSet
from health_documents.xdm.read import XdmArchive, XdmEntry, XdmLimits, read_xdm
from health_documents.xds.write import submit_objects_request
from health_documents.xml import serialize

__all__ = ["FILE_NAME", "XdmArchive", "XdmDocument", "XdmEntry", "XdmLimits", "read_xdm", "write_xdm"]

FILE_NAME = "IHE_XDM.zip"
_SUBSET = "IHE_XDM/SUBSET01/"
_EXTENSIONS = {"text/xml": "XML", "application/pdf": "PDF"}
_FIRST_ZIP_YEAR = 1980
_UNIX = 3
_README = (
    "Archive IHE XDM produite par {producer}.\r\n"
    "Le fichier INDEX.HTM decrit le contenu ; les documents et leurs metadonnees (METADATA.XML) sont dans "
    "IHE_XDM/SUBSET01.\r\n"
)


@dataclass(frozen=True, slots=True)
class XdmDocument:
    """A document to put in an archive. Its name, hash and size are set when it is written."""

    entry: DocumentEntry
    content: bytes


def write_xdm(
    submission: SubmissionSet,
    documents: Sequence[XdmDocument],
    *,
    made_at: datetime,
    producer: str = "lgo-sandbox",
    associations: Sequence[Association] = (),
) -> bytes:
    """Return the archive: README.TXT, INDEX.HTM and IHE_XDM/SUBSET01 with METADATA.XML and DOC00001.XML…

    ``made_at`` dates the files. Raises InvalidContent for no document, several patients, or text that XML does
    not admit.
    """
    if not documents:
        raise InvalidContent("une archive XDM contient au moins un document")
    if {document.entry.patient_id for document in documents} != {submission.patient_id}:
        raise InvalidContent("une archive XDM ne concerne qu'un patient")
    entries = [_described(document, rank) for rank, document in enumerate(documents, start=1)]
    metadata = serialize(submit_objects_request(submission, entries, associations), declaration=True)
    members = [
        ("README.TXT", _README.format(producer=producer).encode("ascii", "replace")),
        ("INDEX.HTM", _index(submission, entries, producer)),
        (f"{_SUBSET}METADATA.XML", metadata),
        *((_SUBSET + entry.uri, document.content) for entry, document in zip(entries, documents, strict=True)),
    ]
    return _zip(members, made_at)


def _described(document: XdmDocument, rank: int) -> DocumentEntry:
    extension = _EXTENSIONS.get(document.entry.mime_type, "BIN")
    return replace(
        document.entry,
        uri=f"DOC{rank:05d}.{extension}",
        hash=hashlib.sha1(document.content, usedforsecurity=False).hexdigest(),
        size=len(document.content),
    )


def _index(submission: SubmissionSet, entries: Sequence[DocumentEntry], producer: str) -> bytes:
    items = "".join(
        f'<li><a href="{escape(_SUBSET + entry.uri)}">{escape(entry.title)}</a> ({escape(entry.type_code.label)})</li>'
        for entry in entries
    )
    title = escape(submission.title or "Documents de santé")
    page = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN" '
        '"http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr"><head>'
        f"<title>{title}</title></head><body><h1>{title}</h1><ul>{items}</ul>"
        f'<p>Produit par {escape(producer)}. <a href="README.TXT">README.TXT</a></p></body></html>\n'
    )
    return page.encode("utf-8")


def _zip(members: Sequence[tuple[str, bytes]], made_at: datetime) -> bytes:
    date = (max(made_at.year, _FIRST_ZIP_YEAR), *made_at.timetuple()[1:6])
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, date)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = _UNIX
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return output.getvalue()
