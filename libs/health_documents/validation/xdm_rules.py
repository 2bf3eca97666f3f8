"""Rules on XDM archives: tree, files and metadata, and metadata that say what their documents say.

Source: specs/mssante.md §3.1–3.2, specs/cda.md §9; confidence high. The documents inside are judged by the validator.
"""

from __future__ import annotations

from health_documents import oids
from health_documents.cda.read.reader import ReadDocument
from health_documents.codes.systems import class_of, format_of_media, format_of_model
from health_documents.errors import InvalidContent
from health_documents.validation.comparing import Said, differences
from health_documents.validation.rules import Fault, Faults
from health_documents.values.document import Code
from health_documents.values.xdm import XdmFault
from health_documents.values.xds import DocumentEntry
from health_documents.xdm.read import XdmArchive

__all__ = ["entry_rules", "xdm_rules"]

_COMPARED = {Said.PATIENT: "XDM-05", Said.TYPE: "XDM-06", Said.ID: "XDM-07"}

_RULES = {
    XdmFault.EMPTY: "XDM-01",
    XdmFault.SUBMISSION_SET: "XDM-01",
    XdmFault.UNDESCRIBED: "XDM-01",
    XdmFault.TREE: "XDM-02",
    XdmFault.PATIENTS: "XDM-04",
    XdmFault.PATIENT: "XDM-05",
}


def xdm_rules(archive: XdmArchive) -> Faults:
    """Yield the faults of an archive as a whole and of its files."""
    for problem in archive.problems:
        yield Fault(_RULES.get(problem.fault, "XDM-03"), problem.text, problem.expected)
    for entry in archive.entries:
        for problem in entry.problems:
            yield Fault("XDM-03", problem.text, problem.expected, path=entry.metadata.uri)


def entry_rules(entry: DocumentEntry, document: ReadDocument) -> Faults:
    """Yield what the metadata of a document do not say like the document."""
    for one in differences(entry, document):
        if one.kind in _COMPARED:
            yield Fault(_COMPARED[one.kind], one.metadata, one.document, path=entry.uri)
    yield from _class_and_format(entry, document)


def _class_and_format(entry: DocumentEntry, document: ReadDocument) -> Faults:
    try:
        expected = class_of(document.code.code)
    except InvalidContent:
        return
    if entry.class_code.code != expected.code:
        yield Fault("XDM-08", f"classCode {entry.class_code.code}", expected.code, path=entry.uri)
    form = _format(document)
    if form and entry.format_code.code != form.code:
        yield Fault("XDM-08", f"formatCode {entry.format_code.code}", form.code, path=entry.uri)


def _format(document: ReadDocument) -> Code | None:
    if document.level == 1 and any(one.root == oids.T_XDS_SD for one in document.templates):
        try:
            return format_of_media(document.body_media_type)
        except InvalidContent:
            return None
    return next((found for one in document.templates if (found := format_of_model(one.root))), None)
