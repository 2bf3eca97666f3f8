"""Writes what a prescription holds beside drugs: devices, comment, weight and height, pregnancy.

Source: specs/cda.md §6.2, specs/eprescription.md §3.1; confidence high. A device line must carry all its four flags.
Knows no header but what entries repeat of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lxml import etree

from health_documents import oids
from health_documents.cda.write.elements import (
    XSI_TYPE,
    add,
    add_code,
    add_id,
    add_quantity,
    add_reference,
    add_templates,
    derived_uid,
)
from health_documents.cda.write.prescription_lines import add_flag, add_renewals
from health_documents.cda.write.sections import add_section, add_table
from health_documents.codes.prescription import (
    COMMENT_SECTION,
    DEVICES_SECTION,
    FLAGS,
    HEIGHT,
    PREGNANCY_SECTION,
    PREGNANCY_STATUS,
    PREGNANT,
    VITAL_SIGNS,
    VITAL_SIGNS_SECTION,
    WEIGHT,
)
from health_documents.errors import InvalidContent
from health_documents.quoting import quoted
from health_documents.values.clinical import DeviceLine
from health_documents.values.document import Code, DocumentHeader
from health_documents.values.posology import Quantity

__all__ = ["add_comment_section", "add_devices", "add_pregnancy", "add_vital_signs"]

_DEVICE_FLAGS = tuple(flag for flag in FLAGS if flag.field in DeviceLine.__slots__)
_HEADINGS = ("Dispositif médical", "Durée de location", "Nombre", "Renouvellements")


def add_devices(body: etree._Element, devices: Sequence[DeviceLine], header: DocumentHeader) -> None:
    """Append the section of devices. Raises InvalidContent for a device without name, code or quantity."""
    section = add_section(body, header.id, DEVICES_SECTION)
    rows = add_table(add(section, "text"), (*_HEADINGS, *(flag.heading for flag in _DEVICE_FLAGS)))
    for rank, device in enumerate(devices, start=1):
        _device_row(add(rows, "tr", ID=f"dm-{rank:03d}"), device, f"dm-{rank:03d}")
    for rank, device in enumerate(devices, start=1):
        _device(add(section, "entry"), device, f"dm-{rank:03d}", header)


def add_comment_section(body: etree._Element, document_id: str, comment: str) -> None:
    """Append a comment without code."""
    add(add_section(body, document_id, COMMENT_SECTION), "text", comment)


def add_vital_signs(body: etree._Element, header: DocumentHeader, weight_kg: str, height_cm: str) -> None:
    """Append weight and height; either may be empty."""
    section = add_section(body, header.id, VITAL_SIGNS_SECTION)
    signs = [(WEIGHT, Quantity(weight_kg, "kg"), "poids"), (HEIGHT, Quantity(height_cm, "cm"), "taille")]
    present = [sign for sign in signs if sign[1].value]
    rows = add_table(add(section, "text"), ("Date", "Signe vital", "Valeur"))
    for code, quantity, anchor in present:
        row = add(rows, "tr")
        add(row, "td", f"{header.effective_time:%d/%m/%Y}")
        add(row, "td", code.label)
        add(add(row, "td"), "content", str(quantity), ID=anchor)
    organizer = add(add(section, "entry"), "organizer", classCode="CLUSTER", moodCode="EVN")
    add_templates(organizer, oids.T_E_VITAL_SIGNS)
    add_id(organizer, derived_uid(header.id, "signes"))
    add_code(organizer, VITAL_SIGNS)
    add(organizer, "statusCode", code="completed")
    add(organizer, "effectiveTime", value=f"{header.effective_time:%Y%m%d}")
    for code, quantity, anchor in present:
        observation = _observation(
            add(organizer, "component", typeCode="COMP"), oids.T_E_VITAL_SIGN, code, anchor, header
        )
        add_quantity(observation, "value", quantity).set(XSI_TYPE, "PQ")


def add_pregnancy(body: etree._Element, header: DocumentHeader) -> None:
    """Append that the patient is pregnant."""
    section = add_section(body, header.id, PREGNANCY_SECTION)
    rows = add_table(add(section, "text"), ("Statut",))
    add(add(add(rows, "tr"), "td"), "content", "Enceinte", ID="grossesse")
    observation = _observation(add(section, "entry"), oids.T_E_PREGNANCY, PREGNANCY_STATUS, "grossesse", header)
    add_code(observation, PREGNANT, name="value").set(XSI_TYPE, "CE")


def _observation(
    parent: etree._Element, templates: tuple[str, ...], code: Code, anchor: str, header: DocumentHeader
) -> etree._Element:
    observation = add(parent, "observation", classCode="OBS", moodCode="EVN")
    add_templates(observation, templates)
    add_id(observation, derived_uid(header.id, anchor))
    add_code(observation, code)
    add_reference(observation, anchor)
    add(observation, "statusCode", code="completed")
    add(observation, "effectiveTime", value=f"{header.effective_time:%Y%m%d}")
    return observation


def _device_row(row: etree._Element, device: DeviceLine, anchor: str) -> None:
    add(add(row, "td"), "content", device.name, ID=f"{anchor}-nom")
    add(row, "td", f"{device.rental_days} jours" if device.rental_days else "-")
    add(row, "td", str(device.quantity))
    add(row, "td", "Illimité" if device.renewals is None else str(device.renewals))
    for flag in _DEVICE_FLAGS:
        add(add(row, "td"), "content", "Oui" if getattr(device, flag.field) else "Non", ID=f"{anchor}-{flag.anchor}")


def _device(entry: etree._Element, device: DeviceLine, anchor: str, header: DocumentHeader) -> None:
    if not (device.name and device.emdn.code and device.quantity > 0):
        raise InvalidContent("un dispositif médical a un nom, un code EMDN et une quantité positive")
    supply = add(entry, "supply", classCode="SPLY", moodCode="INT")
    add_templates(supply, oids.T_E_DEVICE)
    add_id(supply, device.id or derived_uid(header.id, anchor))
    add_reference(supply, anchor)
    _use(supply, device)
    add_renewals(supply, device.renewals)
    add(supply, "quantity", value=str(device.quantity))
    if device.rental_days:
        add(add(supply, "expectedUseTime"), "width", value=str(device.rental_days), unit="d")
    role = add(add(supply, "participant", typeCode="DEV"), "participantRole", classCode="MANU")
    code = add_code(add(role, "playingDevice", classCode="DEV", determinerCode="INSTANCE"), device.emdn)
    if device.lpp:
        add_reference(add_code(code, device.lpp, name="translation"), f"{anchor}-nom", name="originalText")
    for flag in _DEVICE_FLAGS:
        add_flag(supply, flag, on=getattr(device, flag.field), anchor=anchor, header=header)


def _use(supply: etree._Element, device: DeviceLine) -> None:
    if not (device.start or device.end):
        return
    period = add(supply, "effectiveTime")
    period.set(XSI_TYPE, "IVL_TS")
    for name, day in (("low", device.start), ("high", device.end)):
        try:
            written = f"{date.fromisoformat(day):%Y%m%d}" if day else ""
        except ValueError as error:
            raise InvalidContent(f"date d'utilisation {quoted(day)} : AAAA-MM-JJ attendu") from error
        add(period, name, value=written, nullFlavor="" if written else "UNK")
