"""What an LGO (or a doctor's software) puts in the documents it writes: identities, authors, headers, lots.

Source: specs/cda.md §4 (header), specs/dmp.md §3.2–3.5 (submission set, lot signature entry). Knows no transport.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from health_documents.codes.systems import CONFIDENTIALITY, document_types
from health_documents.values.document import Author, Code, DocumentHeader, Organization, PatientIdentity, Recipient
from health_documents.xds.formats import dtm
from health_documents.xds.write import DocumentEntry, SubmissionSet
from lgo_client.dmp import Lot
from lgo_client.environment import Patient, Person, Structure
from lgo_client.identity import LocalIdentity
from lgo_client.lot_signature import SIGNATURE_PURPOSE

__all__ = ["Writer", "lot_of", "recipient_of", "traits_of_identity", "traits_of_patient"]

CIVILITIES = {"M": "M", "MME": "MME"}
SIGNATURE_CLASS = Code("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "Digital Signature", "URN")
SIGNATURE_TYPE = Code("E1762", "Full Document", "ASTM")
SIGNATURE_FORMAT = Code("http://www.w3.org/2000/09/xmldsig#", "Default Signature Style", "URN")
SIGNATURE_EVENT = Code(SIGNATURE_PURPOSE, "Source", "1.2.840.10065.1.12")


def traits_of_patient(patient: Patient, oid: str) -> PatientIdentity:
    """Return the identity of a patient whose INS the software has qualified before."""
    return PatientIdentity(
        matricule=patient.matricule,
        oid=oid,
        birth_name=patient.birth_name,
        first_names=patient.first_names,
        sex=patient.sex,
        birth_date=patient.birth_date,
        birth_place=patient.birth_place,
        used_name=patient.used_name,
        address=patient.address,
        postal_code=patient.postal_code,
        city=patient.city,
        phone=patient.phone,
    )


def traits_of_identity(identity: LocalIdentity, patient: Patient) -> PatientIdentity:
    """Return the strict traits that INSi gave, with the contact data of the counter. Needs a qualified identity."""
    found = identity.transmissible
    return PatientIdentity(
        matricule=found.active.number,
        oid=found.active.oid,
        birth_name=found.birth_name,
        first_names=tuple(found.first_names.split()),
        sex=found.sex,
        birth_date=found.birth_date,
        birth_place=found.birth_place,
        used_name=patient.used_name,
        address=patient.address,
        postal_code=patient.postal_code,
        city=patient.city,
        phone=patient.phone,
    )


def recipient_of(person: Person) -> Recipient:
    """Return a professional as the addressee of a document."""
    return Recipient(
        person.national_id, person.family_name, person.given_name, person.civility, person.title, person.mailbox
    )


@dataclass(frozen=True, slots=True)
class Writer:
    """A professional in a structure, as author of documents."""

    person: Person
    structure: Structure

    @property
    def organization(self) -> Organization:
        """The structure as documents name it."""
        s = self.structure
        return Organization(s.id_nat, s.name, s.sector, s.address, s.postal_code, s.city, s.phone)

    @property
    def author(self) -> Author:
        """The professional as documents name him."""
        p = self.person
        return Author(
            national_id=p.national_id,
            family_name=p.family_name,
            given_name=p.given_name,
            specialty_code=p.specialty,
            specialty_label=p.label,
            structure=self.organization,
            prefix=CIVILITIES.get(p.civility.upper(), ""),
            suffix=p.title,
        )

    def header(
        self,
        type_code: str,
        patient: PatientIdentity,
        at: datetime,
        unique_id: str,
        recipients: Sequence[Recipient] = (),
    ) -> DocumentHeader:
        """Return the header of a first version of a document; ``type_code`` is a typeCode of the DMP."""
        code = document_types()[type_code]
        return DocumentHeader(
            id=unique_id,
            set_id=unique_id,
            version=1,
            title=code.label,
            code=code,
            effective_time=at,
            patient=patient,
            authors=(self.author,),
            custodian=self.organization,
            legal_authenticator=self.author,
            event_start=at,
            recipients=tuple(recipients),
            facility_type=self.structure.sector,
        )


def lot_of(
    entry: DocumentEntry, octets: bytes, *, at: datetime, set_id: str, signature_id: str, source: str, content: Code
) -> Lot:
    """Return a lot of one document with the entry of its signature. ``source`` is the OID of the software."""
    submission = SubmissionSet(
        unique_id=set_id,
        source_id=source,
        patient_id=entry.patient_id,
        submission_time=dtm(at),
        content_type=content,
        authors=entry.authors,
        title=entry.title,
    )
    return Lot(submission, (entry,), (octets,), _signature_entry(entry, signature_id))


def _signature_entry(signed: DocumentEntry, unique_id: str) -> DocumentEntry:
    return DocumentEntry(
        id="Signature01",
        unique_id=unique_id,
        patient_id=signed.patient_id,
        source_patient_id=signed.patient_id,
        title="Source",
        mime_type="text/xml",
        creation_time=signed.creation_time,
        service_start=signed.service_start,
        authors=signed.authors,
        legal_authenticator=signed.legal_authenticator,
        class_code=SIGNATURE_CLASS,
        type_code=SIGNATURE_TYPE,
        format_code=SIGNATURE_FORMAT,
        facility_type=signed.facility_type,
        practice_setting=signed.practice_setting,
        confidentiality=tuple(CONFIDENTIALITY[code] for code in ("N", "MASQUE_PS", "INVISIBLE_PATIENT")),
        event_codes=(SIGNATURE_EVENT,),
        language="art",
    )
