"""Feeding a document that already exists (received, or from another software): its metadata read from its header.

Source: specs/dmp.md §3.3 (each XDS attribute and its origin in the CDA), specs/cda.md §9. Knows no transport.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from health_documents.cda.read.reader import ReadDocument, read_document
from health_documents.codes.systems import (
    CONFIDENTIALITY,
    FACILITY_TYPES,
    PRACTICE_SETTINGS,
    class_of,
    format_of_media,
    format_of_model,
)
from health_documents.values.document import Code
from health_documents.xds.formats import cx_ins, patient_info, xcn, xds_author
from health_documents.xds.write import DocumentEntry
from lgo_client.environment import Structure

__all__ = ["entry_of_document"]

DEFAULT_SETTING = "AMBULATOIRE"


def entry_of_document(octets: bytes, structure: Structure, unique_id: str) -> DocumentEntry:
    """Return the metadata of a CDA fed by a structure, under a uniqueId (an OID). Raises DocumentError."""
    document = read_document(octets)
    people = [author for author in document.authors if author.national_id and not author.device]
    signer = document.legal_authenticator or people[0]
    event = next((event for event in document.service_events if event.start), None)
    return DocumentEntry(
        id="Document01",
        unique_id=unique_id,
        patient_id=cx_ins(document.patient),
        source_patient_id=cx_ins(document.patient),
        title=document.title or document.code.label,
        mime_type="text/xml",
        creation_time=_dtm(document.effective_time),
        service_start=_dtm(event.start if event else document.effective_time),
        authors=tuple(xds_author(author) for author in people or [signer]),
        legal_authenticator=xcn(signer),
        class_code=class_of(document.code.code),
        type_code=document.code,
        format_code=_format(document),
        facility_type=document.facility_type or FACILITY_TYPES[structure.sector],
        practice_setting=document.practice_setting or PRACTICE_SETTINGS[DEFAULT_SETTING],
        confidentiality=(CONFIDENTIALITY["N"],),
        source_patient_info=patient_info(document.patient),
        hash=hashlib.sha1(octets, usedforsecurity=False).hexdigest(),
        size=len(octets),
    )


def _format(document: ReadDocument) -> Code:
    models = (format_of_model(template.root) for template in document.templates)
    return next((found for found in models if found), None) or format_of_media(document.body_media_type)


def _dtm(written: str) -> str:
    """Return an HL7 v3 time (offset optional) as XDS wants it: UTC, no offset, as precise as it was written."""
    digits, sign, offset = written[:14].partition("+")[0].partition("-")[0], "", ""
    for mark in "+-":
        if mark in written:
            digits, _, offset = written.partition(mark)
            sign = mark
    if len(digits) < len("AAAAMMJJhhmm") or not offset:
        return digits
    moment = datetime.strptime(f"{digits:0<14}"[:14] + sign + offset, "%Y%m%d%H%M%S%z")
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")
