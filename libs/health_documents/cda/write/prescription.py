"""Writes e-prescriptions of medicines and devices: CDA eP-MED-DM 2024.01, level 3, posology as text or structured.

Source: specs/cda.md §6.2, specs/eprescription.md §3.1 and §3.3; confidence high. Knows neither the prescription
service nor who may prescribe: numbers, dates and lines are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree

from health_documents import oids
from health_documents.cda.write.elements import add, add_binary, add_templates
from health_documents.cda.write.header import new_document
from health_documents.cda.write.prescription_extras import (
    add_comment_section,
    add_devices,
    add_pregnancy,
    add_vital_signs,
)
from health_documents.cda.write.prescription_lines import add_lines
from health_documents.cda.write.sections import add_pdf_copy, add_section, structured_body
from health_documents.codes.prescription import (
    BARCODE_SECTION,
    DRUGS_SECTION,
    MODEL_VERSION,
    PRESCRIPTION,
    REPLACED_DOCTOR,
    SUB_TYPES,
)
from health_documents.codes.systems import document_types
from health_documents.errors import InvalidContent, refuse_bad_text
from health_documents.identifiers import OID_EPU
from health_documents.values.clinical import DeviceLine
from health_documents.values.document import Act, Author, DocumentHeader, DrugLine, Identifier, Participant
from health_documents.xml import serialize

__all__ = ["Extras", "write_prescription"]

_TEMPLATES = (
    Identifier(oids.T_IHE_PRE),
    Identifier(oids.T_PCC_DOCUMENT),
    Identifier(oids.T_EP_MED_DM, MODEL_VERSION),
)
_BARCODE_ANCHOR = "code-2d"


@dataclass(frozen=True, slots=True)
class Extras:
    """What a prescription may say beside its drug lines.

    ``sub_types`` are codes of SUB_TYPES (``MED-1098`` ordonnance sécurisée…); ``replaced`` is the doctor whom the
    author replaces, ``dispenser`` the pharmacist whom the prescription names, ``before`` the wished date of execution.
    """

    devices: tuple[DeviceLine, ...] = ()
    sub_types: tuple[str, ...] = ()
    replaced: Author | None = None
    dispenser: Author | None = None
    before: datetime | None = None
    comment: str = ""
    weight_kg: str = ""
    height_cm: str = ""
    pregnant: bool = False


def write_prescription(
    header: DocumentHeader,
    lines: Sequence[DrugLine],
    *,
    epu_number: str,
    qr_png: bytes | None,
    pdf: bytes,
    validity_end: datetime | None,
    extras: Extras | None = None,
) -> bytes:
    """Return an eP-MED-DM 2024.01 document (UTF-8, with declaration).

    The number and the validity (from ``header.event_start`` to ``validity_end``, None: not known) take the place of
    the event of the header. Raises InvalidContent for a header of another type, no number, no line or no PDF copy.
    """
    extras = extras or Extras()
    if header.code.code != PRESCRIPTION:
        raise InvalidContent(f"une e-prescription porte le code {PRESCRIPTION}, pas {header.code.code}")
    if not ((lines or extras.devices) and pdf and epu_number):
        raise InvalidContent("une e-prescription a un numéro, au moins une ligne et une copie PDF")
    completed = _completed(header, epu_number, validity_end, extras)
    with refuse_bad_text():
        document = new_document(completed, _TEMPLATES, unknown_stop=validity_end is None)
        body = structured_body(document)
        if qr_png:
            _barcode(add_section(body, header.id, BARCODE_SECTION), qr_png)
        if lines:
            add_lines(add_section(body, header.id, DRUGS_SECTION), lines, header)
        _add_extras(body, header, extras)
        add_pdf_copy(body, header.id, pdf)
        return serialize(document, declaration=True)


def _completed(header: DocumentHeader, number: str, end: datetime | None, extras: Extras) -> DocumentHeader:
    if unknown := set(extras.sub_types) - SUB_TYPES.keys():
        raise InvalidContent(f"sous-type de prescription inconnu : {', '.join(sorted(unknown))}")
    return replace(
        header,
        event_id=Identifier(OID_EPU, number),
        event_code=document_types()[PRESCRIPTION],
        event_stop=end,
        participants=(*header.participants, *_participants(extras)),
        acts=(*header.acts, *(Act(SUB_TYPES[code]) for code in extras.sub_types)),
    )


def _participants(extras: Extras) -> list[Participant]:
    found = []
    if extras.replaced:
        found.append(Participant("CON", extras.replaced, REPLACED_DOCTOR))
    if extras.dispenser or extras.before:
        found.append(Participant("PRF", extras.dispenser, stop=extras.before))
    return found


def _add_extras(body: etree._Element, header: DocumentHeader, extras: Extras) -> None:
    if extras.devices:
        add_devices(body, extras.devices, header)
    if extras.comment:
        add_comment_section(body, header.id, extras.comment)
    if extras.weight_kg or extras.height_cm:
        add_vital_signs(body, header, extras.weight_kg, extras.height_cm)
    if extras.pregnant:
        add_pregnancy(body, header)


def _barcode(section: etree._Element, image: bytes) -> None:
    add(add(section, "text"), "renderMultiMedia", referencedObject=_BARCODE_ANCHOR)
    entry = add(section, "entry")
    media = add(entry, "observationMedia", classCode="OBS", moodCode="EVN", ID=_BARCODE_ANCHOR)
    add_templates(media, oids.T_E_BARCODE)
    add_binary(media, "value", image, "image/png")
