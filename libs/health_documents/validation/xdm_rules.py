"""Rules on XDM archives: tree, files and metadata, and metadata that say what their documents say.

Source: specs/mssante.md §3.1–3.2, specs/cda.md §9; confidence high. The documents inside are judged by the validator.
"""

from __future__ import annotations

from health_documents import oids
from health_documents.cda.read.reader import ReadDocument
from health_documents.codes.systems import class_of, format_of_media, format_of_model
from health_documents.errors import InvalidContent
from health_documents.validation.rules import Fault, Faults
from health_documents.values.document import Code
from health_documents.values.xds import DocumentEntry
from health_documents.xdm.read import XdmArchive

__all__ = ["entry_rules", "xdm_rules"]

_SEVERAL = "plusieurs patients"
_NO_PATIENT = "patientId"


def xdm_rules(archive: XdmArchive) -> Faults:
    """Yield the faults of an archive as a whole and of its files."""
    for problem in archive.problems:
        if _SEVERAL in problem:
            yield Fault("XDM-04", problem, "un seul patient")
        elif _NO_PATIENT in problem:
            yield Fault("XDM-05", problem)
        else:
            yield Fault("XDM-02", problem)
    for entry in archive.entries:
        for problem in entry.problems:
            yield Fault("XDM-03", problem, path=entry.metadata.uri)


def entry_rules(entry: DocumentEntry, document: ReadDocument) -> Faults:
    """Yield what the metadata of a document do not say like the document."""
    if document.patient.is_qualified and document.patient.matricule not in entry.patient_id:
        yield Fault("XDM-05", entry.patient_id or "patientId absent", document.patient.matricule, path=entry.uri)
    elif document.patient.is_qualified and document.patient.oid not in entry.patient_id:
        yield Fault("XDM-05", entry.patient_id, document.patient.oid, path=entry.uri)
    if entry.type_code.code != document.code.code:
        yield Fault("XDM-06", entry.type_code.code or "typeCode absent", document.code.code, path=entry.uri)
    if "-" not in document.id.root and entry.unique_id.partition("^")[0] != document.id.root:
        yield Fault("XDM-07", entry.unique_id or "uniqueId absent", str(document.id), path=entry.uri)
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
