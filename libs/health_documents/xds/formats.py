"""The HL7 v2 strings of XDS metadata: CX, XCN, XON, DTM, and what CDA headers give of them.

Source: specs/dmp.md §3.3, specs/mssante.md §3.2 (sourcePatientInfo); confidence high. A delimiter of HL7 v2 inside a
name becomes a space. Knows no XML.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from health_documents.errors import InvalidContent
from health_documents.identifiers import OID_PS_IDNAT, OID_STRUCT_IDNAT
from health_documents.values.document import Author, Organization, PatientIdentity
from health_documents.values.xds import XdsAuthor

__all__ = ["cx_ins", "cx_local", "dtm", "patient_info", "xcn", "xds_author", "xon"]

_DELIMITERS = re.compile(r"[\^&|~\\\x00-\x1f]+")


def dtm(moment: datetime) -> str:
    """Return a time as XDS wants it: UTC, ``AAAAMMJJhhmmss``. Raises InvalidContent for a naive datetime."""
    if moment.utcoffset() is None:
        raise InvalidContent("une date et heure sans fuseau ne peut pas être écrite")
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}"


def cx_ins(patient: PatientIdentity) -> str:
    """Return the matricule as CX, type NH. Raises InvalidContent for an identity that is not qualified."""
    if not patient.is_qualified:
        raise InvalidContent("patientId demande un matricule INS et son OID")
    return f"{patient.matricule}^^^&{patient.oid}&ISO^NH"


def cx_local(patient: PatientIdentity) -> str:
    """Return the local id of the patient as CX, type PI, or the matricule when there is none."""
    if not (patient.local_id and patient.local_oid):
        return cx_ins(patient)
    return f"{_plain(patient.local_id)}^^^&{patient.local_oid}&ISO^PI"


def xcn(author: Author) -> str:
    """Return a professional as XCN; an id out of the national root is of type EI."""
    kind = "IDNPS" if author.root == OID_PS_IDNAT else "EI"
    names = f"{_plain(author.family_name)}^{_plain(author.given_name)}"
    return f"{author.national_id}^{names}^^^^^^&{author.root}&ISO^D^^^{kind}"


def xon(structure: Organization) -> str:
    """Return a structure as XON; an id out of the national root is of type EI."""
    kind = "IDNST" if structure.root == OID_STRUCT_IDNAT else "EI"
    return f"{_plain(structure.name)}^^^^^&{structure.root}&ISO^{kind}^^^{structure.id_nat}"


def xds_author(author: Author) -> XdsAuthor:
    """Return a professional as an XDS author."""
    specialty = f"{author.specialty_code}^{_plain(author.specialty_label)}^{author.specialty_system}"
    return XdsAuthor(
        person=xcn(author),
        institutions=(xon(author.structure),) if author.structure else (),
        specialties=(specialty,) if author.specialty_code else (),
    )


def patient_info(patient: PatientIdentity) -> tuple[str, ...]:
    """Return the values of sourcePatientInfo: birth name (L), used name (D), birth date, sex."""
    lines = [f"PID-5|{_plain(patient.birth_name)}^{_plain(' '.join(patient.first_names))}^^^^^L"]
    if patient.used_name or patient.used_first_name:
        used = (patient.used_name or patient.birth_name, patient.used_first_name or patient.first_name)
        lines.append(f"PID-5|{_plain(used[0])}^{_plain(used[1])}^^^^^D")
    lines.append(f"PID-7|{patient.birth_date.replace('-', '')}")
    lines.append(f"PID-8|{patient.sex}")
    return tuple(lines)


def _plain(text: str) -> str:
    return " ".join(_DELIMITERS.sub(" ", text).split())
