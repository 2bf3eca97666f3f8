"""What is done to documents from a page: hide, show, archive, delete, add. The same lots as TD3.3 and TD2.1 write.

Source: docs/sources/dmp.md#versions, #suppression-et-masquage; IHE ITI TF-2 §3.57. A document that a patient adds has
class 90 (docs/sources/dmp.md#type-et-classe, high); how the real site writes it is not public: labelled, low. Who may
do it is judged by the caller, in the unit of work that changes the document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dmp_mock import registering, registry_store
from dmp_mock.codes.patients import OID_DMP
from dmp_mock.codes.xds import ORIGINAL, VISIBILITIES, Association, Status
from dmp_mock.domain.hl7 import Cx, read_ins
from dmp_mock.domain.lots import MatchedLot
from dmp_mock.domain.registering import register
from dmp_mock.domain.updating import Update, check_update, new_version, registered_update, status_change
from dmp_mock.domain.values import Author, Coded, Entry, Link, Lot, SubmissionSet
from dmp_mock.web.refusals import Told
from health_documents import oids
from health_documents.cda.write.n1 import write_n1
from health_documents.codes.systems import CLASSES, document_types
from health_documents.values import document as values
from lgo_sandbox.population.identities import identity_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from lgo_sandbox.population.people import Patient
    from lgo_sandbox.tenant.session import Session

__all__ = ["Actor", "Beside", "add_document", "author_of_patient", "change_status", "change_visibility"]

PATIENT_SPECIALTY = "EXP_PATIENT"
_SUBMISSION, _DOCUMENT = "SubmissionSet01", "Document01"
_PDF_FORMAT = Coded("urn:ihe:iti:xds-sd:pdf:2008", oids.IHE_FORMAT, "Document CDA au format PDF")


OF_PATIENT = Coded(PATIENT_SPECIALTY, oids.AUTHOR_OTHER, "Expression personnelle du patient")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: for the history and the lots (``holder``), and as the metadata name him."""

    holder: str
    author: Author
    content: Coded = OF_PATIENT


Check = Callable[[Entry], None]
"""Raises Refused or Told when the actor may not do it to this document."""


def author_of_patient(patient: Patient) -> Author:
    """Return a patient as the author of what he writes himself."""
    person = f"{patient.matricule}^{patient.birth_name}^{patient.first_names[0]}^^^^^^&{patient.oid}&ISO^D^^^NH"
    specialty = f"{PATIENT_SPECIALTY}^Expression personnelle du patient^{oids.AUTHOR_OTHER}"
    return Author((person,), (), ("Patient",), (specialty,))


def change_visibility(
    session: Session, patient: Patient, lid: str, code: str, actor: Actor, check: Check, *, on: bool
) -> Entry:
    """Set or take away a code that hides a document; return it as it was. Raises Refused, XdsFailure, Told."""
    registry_store.fill_in(session.db)
    with session.db.begin(alone=True) as connection:
        current = _current(session, patient, lid)
        check(current)
        kept = [one for one in current.codes.get("confidentiality", ()) if one.code != code]
        wanted = (*kept, Coded(code, oids.TRE_A04_VISIBILITY, code)) if on and code in VISIBILITIES else tuple(kept)
        sent = replace(current, id=_DOCUMENT, codes={**current.codes, "confidentiality": tuple(wanted)})
        submission = _lot_of(session, current.patient_id, actor)
        member = Link(Association.HAS_MEMBER, submission.id, sent.id, (ORIGINAL,), previous=str(current.version))
        update = Update((submission,), (sent,), (member,))
        check_update(update, _ins(current, patient))
        new = new_version(sent, current, update, registering.policy_for(session, patient.matricule), [])
        lot = registered_update(update, {sent.id: (current, new)}, (), session.ids.uuid)
        registering.save(session.db, connection, lot, patient.matricule, actor.holder)
    return current


def change_status(session: Session, patient: Patient, lid: str, new: Status, actor: Actor, check: Check) -> Entry:
    """Archive, take out of the archive, or delete a document; return it as it was. Raises like the other."""
    with session.db.begin(alone=True) as connection:
        current = _current(session, patient, lid)
        check(current)
        submission = _lot_of(session, current.patient_id, actor)
        link = Link(
            Association.UPDATES_STATUS,
            submission.id,
            current.id,
            (ORIGINAL,),
            original=current.status,
            new=new.value,
        )
        update = Update((submission,), (), (link,))
        check_update(update, _ins(current, patient))
        change = status_change(link, current, submission.id, [])
        lot = registered_update(update, {}, [change], session.ids.uuid)
        registering.save(session.db, connection, lot, patient.matricule, actor.holder)
    return current


def _current(session: Session, patient: Patient, lid: str) -> Entry:
    found = registry_store.current_entry(session.db, patient.matricule, lid)
    if found is None or found.status not in (Status.APPROVED, Status.ARCHIVED):
        raise Told(
            "document",
            "Ce document n'est plus dans le dossier",
            received=f"document {lid[:60]}",
            expected="un document en vigueur de ce dossier",
            where="adresse de la page",
            remedy="Revenir à la liste des documents, et choisir dans la liste.",
            status=404,
        )
    return found


def _ins(entry: Entry, patient: Patient) -> Cx:
    return read_ins(entry.patient_id) or Cx(patient.matricule, patient.oid)


def _lot_of(session: Session, patient_id: str, actor: Actor) -> SubmissionSet:
    return SubmissionSet(
        id=_SUBMISSION,
        unique_id=session.ids.oid(),
        source_id=OID_DMP,
        patient_id=patient_id,
        title="Mise à jour depuis une page",
        submission_time=session.clock.wire().strftime("%Y%m%d%H%M%S"),
        authors=(actor.author,),
        content_types=(actor.content,),
    )


class Beside:
    """What happens in the unit of work that adds a document."""

    def check(self, connection: Connection) -> None:
        """Raise Told when the document may not be added after all."""

    def keep(self, connection: Connection, added: Entry) -> None:
        """Write down that it was added."""


ALONE = Beside()


def add_document(
    session: Session,
    patient: Patient,
    actor: Actor,
    title: str,
    type_code: str,
    pdf: bytes,
    beside: Beside = ALONE,
) -> Entry:
    """Add a document of the patient's own, a PDF in a CDA of level 1. Raises InvalidContent."""
    unique_id, now = session.ids.oid(), session.clock.wire()
    content = write_n1(_header(patient, unique_id, title, type_code, now), pdf)
    entry = _entry(patient, actor, unique_id, title, type_code, now.strftime("%Y%m%d%H%M%S"))
    submission = replace(_lot_of(session, entry.patient_id, actor), title="Document ajouté par le patient")
    member = Link(Association.HAS_MEMBER, submission.id, entry.id, (ORIGINAL,))
    lot = register(MatchedLot(Lot((submission,), (entry,), (member,), {}), {entry.id: content}), session.ids.uuid)
    with session.db.begin(alone=True) as connection:
        beside.check(connection)
        registering.save(session.db, connection, lot, patient.matricule, actor.holder)
        beside.keep(connection, lot.entries[0][0])
    return lot.entries[0][0]


def _entry(patient: Patient, actor: Actor, unique_id: str, title: str, type_code: str, at: str) -> Entry:
    kind, cx = document_types()[type_code], f"{patient.matricule}^^^&{patient.oid}&ISO^NH"
    own, patients = CLASSES["90"], (actor.content,)
    return Entry(
        id=_DOCUMENT,
        unique_id=unique_id,
        patient_id=cx,
        mime_type="text/xml",
        object_type=oids.U_STABLE_DOCUMENT,
        title=title,
        slots={
            "creationTime": (at,),
            "serviceStartTime": (at,),
            "languageCode": ("fr-FR",),
            "legalAuthenticator": actor.author.persons,
            "sourcePatientId": (f"{patient.matricule}^^^&{patient.oid}&ISO^PI",),
        },
        authors=(actor.author,),
        codes={
            "class": (Coded(own.code, own.system, own.label),),
            "type": (Coded(kind.code, kind.system, kind.label),),
            "format": (_PDF_FORMAT,),
            "facility": patients,
            "practice": patients,
            "confidentiality": (Coded("N", oids.CONFIDENTIALITY, "Normal"),),
        },
    )


def _header(patient: Patient, unique_id: str, title: str, type_code: str, now: datetime) -> values.DocumentHeader:
    keeper = values.Organization(OID_DMP, "Mon espace santé (simulation)", PATIENT_SPECIALTY, root=OID_DMP)
    own = values.Author(
        national_id=patient.matricule,
        family_name=patient.used_name or patient.birth_name,
        given_name=patient.first_names[0],
        specialty_code=PATIENT_SPECIALTY,
        specialty_label="Expression personnelle du patient",
        structure=keeper,
        root=patient.oid,
        specialty_system=oids.AUTHOR_OTHER,
    )
    return values.DocumentHeader(
        id=unique_id,
        set_id=unique_id,
        version=1,
        title=title,
        code=document_types()[type_code],
        effective_time=now,
        patient=identity_of(patient),
        authors=(own,),
        custodian=keeper,
        legal_authenticator=own,
        event_start=now,
        facility_type=PATIENT_SPECIALTY,
        practice_setting="AMBULATOIRE",
    )
