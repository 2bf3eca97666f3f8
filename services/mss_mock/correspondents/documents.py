"""The documents of a correspondent's mail: each as CDA, as PDF/A-1 and as metadata.

Source: specs/cda.md §5 and §6.2 (levels and types), specs/mssante.md §3.1 and §3.2 (archive, names); writers are those
of ``health_documents``. It costs some tens of milliseconds a document. Knows no session and no store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from health_documents import oids
from health_documents.barcodes.images import write_qr
from health_documents.cda.write.biology import write_biology_report
from health_documents.cda.write.n1 import write_n1
from health_documents.cda.write.prescription import write_prescription
from health_documents.codes.biology import BIOLOGY_REPORT, BIOLOGY_TITLE
from health_documents.codes.prescription import PRESCRIPTION
from health_documents.codes.systems import document_types, format_of_media, format_of_model
from health_documents.identifiers import OID_INS_NIR, nir_key
from health_documents.pdf.readable import readable_biology, readable_document, readable_prescription
from health_documents.pdf.write import pdf_file_name, render_pdf
from health_documents.values.document import Author, Code, DocumentHeader, Organization, PatientIdentity
from health_documents.values.xds import DocumentEntry
from health_documents.xds.formats import cx_local, patient_info
from health_documents.xds.write import entry_from_cda
from lgo_sandbox.population.identities import identity_of
from lgo_sandbox.population.people import Patient
from mss_mock.codes.correspondents import Act, Case
from mss_mock.correspondents.contents import CONTENTS, CORRECTED, RESULTS, Content, prescribed_lines
from mss_mock.correspondents.orders import Order, Version

__all__ = ["Written", "identities", "local_time", "written_documents"]

_PARIS = ZoneInfo("Europe/Paris")
_VALIDITY = timedelta(days=365)
_HOSPITAL = "SA01"
_RECORD = "0004711"
"""The number of the patient's file at the sender."""

OID_INS_C = "1.2.250.1.213.1.4.2"
"""The INS calculated, given up: another domain of identification."""
INS_C = "1164485058822081751070"
"""Of the form of an INS-C (22 digits); that of no patient."""

_STRANGER_NIR = "2480563113077"
STRANGER = PatientIdentity(
    matricule=_STRANGER_NIR + nir_key(_STRANGER_NIR),
    oid=OID_INS_NIR,
    birth_name="LEFRANC",
    first_names=("ODETTE",),
    sex="F",
    birth_date="1948-05-17",
    birth_place="63113",
)
"""A patient of the correspondent, and of nobody in the sandbox."""


_BIOLOGY = Content(BIOLOGY_REPORT, BIOLOGY_TITLE, ())
_LEVEL_3 = {
    Act.PRESCRIPTION: Content(PRESCRIPTION, "Ordonnance", ()),
    Act.BIOLOGY: _BIOLOGY,
    Act.CRITICAL_BIOLOGY: _BIOLOGY,
}


@dataclass(frozen=True, slots=True)
class Written:
    """A document in its three forms, and under which name the PDF travels."""

    entry: DocumentEntry
    cda: bytes
    pdf: bytes
    pdf_name: str
    version: Version


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A CDA with the PDF that it holds, and its formatCode."""

    cda: bytes
    pdf: bytes
    format_code: Code


def local_time(moment: datetime) -> datetime:
    """Return a moment as clocks in France show it."""
    return moment.astimezone(_PARIS).replace(microsecond=0)


def identities(order: Order) -> tuple[PatientIdentity, PatientIdentity]:
    """Return whose documents the mail says it carries, and whose they are: the same but in a case of the corpus."""
    told = _identity(order.patient, order)
    if order.case is Case.UNKNOWN_PATIENT:
        told = STRANGER
    elif order.case is Case.NO_INS:
        told = _local(told, order)
    elif order.case is Case.OTHER_DOMAIN:
        told = replace(told, matricule="", oid="", local_id=INS_C, local_oid=OID_INS_C)
    return told, _identity(order.other, order) if order.other is not None else told


def _identity(patient: Patient, order: Order) -> PatientIdentity:
    found = identity_of(patient)
    return found if found.is_qualified else _local(found, order)


def _local(patient: PatientIdentity, order: Order) -> PatientIdentity:
    """Return the patient under the sender's own number."""
    of_structure = f"2.25.{int(order.structure.id_nat, 36)}"
    return replace(patient, matricule="", oid="", local_id=_RECORD, local_oid=of_structure)


def written_documents(order: Order) -> Iterator[Written]:
    """Yield the documents of a mail, in their order."""
    former = order.former.version if order.former else None
    act = former.act if former else order.act
    contents = CONTENTS.get(act) or (_LEVEL_3[act],)
    for rank, content in enumerate(contents[:1] if former else contents, start=1):
        yield _document(order, act, content, rank)


def _document(order: Order, act: Act, content: Content, rank: int) -> Written:
    told, whose = identities(order)
    header = _header(order, content, rank, whose)
    if act is Act.PRESCRIPTION:
        drawn = _prescription(order, header)
    else:
        drawn = _biology(order, header, act) if act in RESULTS else _level_1(order, header, content)
    entry = _entry(replace(header, patient=told), drawn, f"urn:uuid:{order.uuid(f'entry/{rank}')}")
    name = pdf_file_name(header.event_start.date(), header.title, told.birth_name, told.first_name, _RECORD)
    version = Version(act, header.title, header.id, header.set_id, header.version, entry.id, order.at.isoformat())
    return Written(entry, drawn.cda, drawn.pdf, name, version)


def _header(order: Order, content: Content, rank: int, patient: PatientIdentity) -> DocumentHeader:
    former = order.former.version if order.former else None
    unique_id = order.oid(f"document/{rank}")
    at = local_time(order.at - content.age)
    author = _author(order)
    structure = _organization(order)
    return DocumentHeader(
        id=unique_id,
        set_id=former.set_id if former else order.oid(f"set/{rank}"),
        version=former.number + 1 if former else 1,
        title=content.title,
        code=document_types()[content.code],
        effective_time=at,
        patient=patient,
        authors=(author,),
        custodian=structure,
        legal_authenticator=author,
        event_start=at,
        event_stop=at,
        practice_setting="ETABLISSEMENT" if structure.sector == _HOSPITAL else "AMBULATOIRE",
        facility_type=structure.sector,
        replaces=former.unique_id if former else "",
    )


def _organization(order: Order) -> Organization:
    one = order.structure
    return Organization(one.id_nat, one.name, one.sector, one.address, one.postal_code, one.city, one.phone)


def _author(order: Order) -> Author:
    one = order.writer
    return Author(
        national_id=one.national_id,
        family_name=one.family_name,
        given_name=one.given_name,
        specialty_code=one.specialty,
        specialty_label=one.label,
        structure=_organization(order),
        prefix=one.civility,
        suffix=one.title,
    )


def _replaced(order: Order) -> str:
    if order.former is None:
        return ""
    one = order.former.version
    return f"du {local_time(datetime.fromisoformat(one.at)):%d/%m/%Y}, version {one.number}"


def _level_1(order: Order, header: DocumentHeader, content: Content) -> _Drawn:
    sections = (*content.sections, CORRECTED) if order.former else content.sections
    pdf = render_pdf(readable_document(header, sections, replaced=_replaced(order)))
    code = format_of_media("application/pdf")
    assert code is not None
    return _Drawn(write_n1(header, pdf), pdf, code)


def _prescription(order: Order, header: DocumentHeader) -> _Drawn:
    number = f"99SIMU{int(order.uuid('epu')[:8], 16):012d}"
    lines, code = prescribed_lines(corrected=order.former is not None), write_qr(number)
    page = readable_prescription(header, lines, epu_number=number, qr_png=code)
    pdf = render_pdf(replace(page, replaces=_replaced(order)))
    end = header.event_start + _VALIDITY
    cda = write_prescription(header, lines, epu_number=number, qr_png=code, pdf=pdf, validity_end=end)
    form = format_of_model(oids.T_EP_MED_DM)
    assert form is not None
    return _Drawn(cda, pdf, form)


def _biology(order: Order, header: DocumentHeader, act: Act) -> _Drawn:
    pdf = render_pdf(replace(readable_biology(header, RESULTS[act]), replaces=_replaced(order)))
    form = format_of_model(oids.T_CR_BIO)
    assert form is not None
    return _Drawn(write_biology_report(header, RESULTS[act], pdf=pdf), pdf, form)


def _entry(header: DocumentHeader, drawn: _Drawn, entry_id: str) -> DocumentEntry:
    patient = header.patient
    if patient.is_qualified:
        return entry_from_cda(header, drawn.cda, drawn.format_code, entry_id=entry_id)
    stand_in = replace(header, patient=STRANGER)  # the library writes metadata of qualified identities only
    identity = cx_local(patient)
    if patient.local_oid == OID_INS_C:
        identity = identity.removesuffix("PI") + "INS-C"
    return replace(
        entry_from_cda(stand_in, drawn.cda, drawn.format_code, entry_id=entry_id),
        patient_id=identity,
        source_patient_id=identity,
        source_patient_info=patient_info(patient),
    )
