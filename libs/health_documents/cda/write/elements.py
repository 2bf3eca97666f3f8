"""Small pieces that the CDA writers share: elements, identifiers, codes, times, names, places.

Source: specs/cda.md §4, HL7 CDA R2 data types (CI-SIS XSD); confidence high. Knows no document type; readers do not
use it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from lxml import etree

from health_documents import oids
from health_documents.errors import InvalidContent
from health_documents.quoting import quoted
from health_documents.values.document import Author, Code, Organization, PatientIdentity, Recipient, RelatedPerson
from health_documents.values.posology import Quantity

__all__ = [
    "XSI_TYPE",
    "add",
    "add_address",
    "add_binary",
    "add_code",
    "add_id",
    "add_person_name",
    "add_phone",
    "add_quantity",
    "add_reference",
    "add_templates",
    "add_time",
    "derived_uid",
    "timestamp",
]

XSI_TYPE = f"{{{oids.NS_XSI}}}type"
_UID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")

_SYSTEM_NAMES = {
    oids.LOINC: "LOINC",
    oids.TA_ASIP: "TerminologieCISIS",
    oids.EDQM: "StandardTermsEDQM",
    oids.ATC: "ATC",
    oids.CIS: "CIS",
    oids.CIP: "CIP",
    oids.MEDICABASE: "MEDICABASE",
    oids.EMDN: "EMDN",
    oids.LPP: "LPP",
    oids.SMS: "SMS",
    oids.CIM10: "CIM-10",
    oids.SNOMED: "SNOMED CT",
}


def add(
    parent: etree._Element, name: str, text: str = "", *, ns: str = oids.NS_HL7, **attributes: str
) -> etree._Element:
    """Append an element, with its text and its non-empty attributes, and return it."""
    element = etree.SubElement(parent, f"{{{ns}}}{name}", {key: value for key, value in attributes.items() if value})
    if text:
        element.text = text
    return element


def add_id(parent: etree._Element, root: str, extension: str = "", *, name: str = "id") -> None:
    """Append an instance identifier; InvalidContent when its root is no OID or UUID."""
    if not _UID.fullmatch(root):
        raise InvalidContent(f"{quoted(root)} n'est ni un OID ni un UUID")
    add(parent, name, root=root, extension=extension)


def add_templates(parent: etree._Element, roots: Iterable[str]) -> None:
    """Append the template ids, in order."""
    for root in roots:
        add(parent, "templateId", root=root)


def add_code(parent: etree._Element, code: Code, *, name: str = "code", ns: str = oids.NS_HL7) -> etree._Element:
    """Append a coded element, with the name of its code system when it is usual."""
    return add(
        parent,
        name,
        ns=ns,
        code=code.code,
        displayName=code.label,
        codeSystem=code.system,
        codeSystemName=_SYSTEM_NAMES.get(code.system, ""),
    )


def timestamp(moment: datetime) -> str:
    """Return an HL7 time with its zone, ``AAAAMMJJhhmmss+hhmm``; InvalidContent for a naive datetime."""
    if moment.utcoffset() is None:
        raise InvalidContent("une date et heure sans fuseau ne peut pas être écrite")
    return f"{moment:%Y%m%d%H%M%S%z}"


def add_time(parent: etree._Element, name: str, moment: datetime | None) -> None:
    """Append a time; an unknown one becomes ``nullFlavor="UNK"``."""
    if moment is None:
        add(parent, name, nullFlavor="UNK")
    else:
        add(parent, name, value=timestamp(moment))


def add_address(parent: etree._Element, place: PatientIdentity | Organization | RelatedPerson) -> None:
    """Append the postal address, or its absence."""
    if not (place.address or place.postal_code or place.city):
        add(parent, "addr", nullFlavor="NAV")
        return
    address = add(parent, "addr")
    for name, value in (("streetAddressLine", place.address), ("postalCode", place.postal_code), ("city", place.city)):
        if value:
            add(address, name, value)


def add_phone(parent: etree._Element, phone: str, *, use: str) -> None:
    """Append a telephone number, or its absence."""
    if phone:
        add(parent, "telecom", value=f"tel:{''.join(phone.split())}", use=use)
    else:
        add(parent, "telecom", nullFlavor="NAV")


def add_person_name(parent: etree._Element, person: Author | Recipient | RelatedPerson) -> None:
    """Append the name of a person: civility, given name, family name, title."""
    name = add(parent, "name")
    parts = (
        ("prefix", person.prefix),
        ("given", person.given_name),
        ("family", person.family_name),
        ("suffix", getattr(person, "suffix", "")),
    )
    for part, value in parts:
        if value:
            add(name, part, value)


def add_quantity(parent: etree._Element, name: str, quantity: Quantity, anchor: str = "") -> etree._Element:
    """Append a physical quantity; ``anchor`` is where the narrative says it. InvalidContent for no decimal number."""
    if not _DECIMAL.fullmatch(quantity.value):
        raise InvalidContent(f"{quoted(quantity.value, 30)} n'est pas un nombre décimal")
    element = add(parent, name, value=quantity.value, unit=quantity.unit)
    if anchor:
        add_reference(add(element, "translation"), anchor, name="originalText")
    return element


def add_reference(parent: etree._Element, anchor: str, *, name: str = "text") -> None:
    """Append a text that refers to the narrative."""
    add(add(parent, name), "reference", value=f"#{anchor}")


def add_binary(parent: etree._Element, name: str, content: bytes, media_type: str) -> None:
    """Append a file in base 64."""
    text = base64.b64encode(content).decode("ascii")
    add(parent, name, text, mediaType=media_type, representation="B64")


def derived_uid(document_id: str, path: str) -> str:
    """Return the UUID of a part of a document: the same part of the same document always has the same one."""
    return str(uuid5(NAMESPACE_OID, f"{document_id}/{path}")).upper()
