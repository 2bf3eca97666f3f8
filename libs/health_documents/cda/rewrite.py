"""Turns a document as read into the header to write: a new version, a replacement, the same document again.

Source: specs/cda.md §4 (header, relatedDocument RPLC); confidence high. Knows no body.
"""

from __future__ import annotations

from dataclasses import replace

from health_documents.cda.read.parts import moment_of
from health_documents.cda.read.values import ReadDocument, ServiceEvent
from health_documents.errors import InvalidContent
from health_documents.values.document import Act, DocumentHeader

__all__ = ["header_of", "next_version"]


def header_of(document: ReadDocument) -> DocumentHeader:
    """Return the header that writes a document again.

    Raises InvalidContent when it lacks what a writer asks for: complete time, author, signatory, custodian, event.
    """
    event = next((one for one in document.service_events if one.start), None)
    moment = document.moment
    start = moment_of(event.start) if event else None
    if not (moment and start and event and document.legal_authenticator and document.custodian and document.authors):
        raise InvalidContent(
            "en-tête incomplet : date et heure, auteur, signataire, organisation et acte sont attendus"
        )
    return DocumentHeader(
        id=document.id.root,
        set_id=document.set_id.root if document.set_id else document.id.root,
        version=int(document.version) if document.version.isdigit() and len(document.version) < 10 else 0,
        title=document.title,
        code=document.code,
        effective_time=moment,
        patient=document.patient,
        authors=document.authors,
        custodian=document.custodian,
        legal_authenticator=document.legal_authenticator,
        event_start=start,
        event_stop=moment_of(event.stop),
        event_id=next(iter(event.ids), None),
        event_code=event.code,
        performer=event.performer,
        recipients=document.recipients,
        practice_setting=document.practice_setting.code if document.practice_setting else "",
        facility_type=document.facility_type.code if document.facility_type else "",
        replaces=document.replaces.root if document.replaces else "",
        language=document.language,
        confidentiality=document.confidentiality,
        data_enterer=document.data_enterer,
        informants=document.informants,
        authenticators=document.authenticators,
        participants=document.participants,
        orders=document.orders,
        acts=tuple(_act(one) for one in document.service_events if one is not event and one.code),
        consents=document.consents,
        encounter=document.encounter.code if document.encounter else "",
        encounter_id=document.encounter_id,
        responsible=document.responsible,
    )


def next_version(header: DocumentHeader, new_id: str) -> DocumentHeader:
    """Return the header of a version that replaces a document: same set, next number, RPLC."""
    return replace(header, id=new_id, version=header.version + 1, replaces=header.id)


def _act(event: ServiceEvent) -> Act:
    if event.code is None:
        raise InvalidContent("un acte complémentaire a un code")
    return Act(event.code, next(iter(event.ids), None))
