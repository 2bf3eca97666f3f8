"""Writing document entries as ExtrinsicObjects, in the order of the real answers.

Source: docs/sources/dmp.md#requete-xds: attributes, slots in alphabetical order, Name, Description, VersionInfo,
classifications author → class → confidentiality → event → format → facility → practice → type, then external
identifiers patientId and uniqueId, every nested id a fresh ``urn:uuid:``; high. Knows values, not the reader.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from dmp_mock.codes.xds import CLASSIFICATIONS, ENTRY_ORDER
from dmp_mock.domain.values import Author, Coded, Entry
from health_documents import oids

__all__ = ["write_entry", "write_reference"]

NewId = Callable[[], str]

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CHARSET, _LANGUAGE = "UTF8", "FR"
_SCHEMES = {name: scheme for scheme, name in CLASSIFICATIONS.items()}
_SHOWN_SLOTS = frozenset(
    {
        "creationTime",
        "hash",
        "languageCode",
        "legalAuthenticator",
        "repositoryUniqueId",
        "serviceStartTime",
        "serviceStopTime",
        "size",
        "sourcePatientId",
        "sourcePatientInfo",
        "urn:ihe:iti:xds:2013:referenceIdList",
    }
)


def _add(parent: etree._Element, element_name: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{oids.NS_RIM}}}{element_name}", attributes)


def write_entry(parent: etree._Element, entry: Entry, new_id: NewId) -> None:
    """Append an entry to a RegistryObjectList; ``new_id`` gives the ``urn:uuid:`` of nested objects."""
    element = _add(
        parent,
        "ExtrinsicObject",
        id=entry.id,
        isOpaque="false",
        lid=entry.lid,
        mimeType=entry.mime_type,
        objectType=entry.object_type,
        status=entry.status,
    )
    for name in sorted(_SHOWN_SLOTS & entry.slots.keys()):
        _slot(element, name, entry.slots[name])
    _label(element, "Name", entry.title)
    _label(element, "Description", entry.comments)
    _add(element, "VersionInfo", versionName=str(entry.version))
    for author in entry.authors:
        _author(element, entry.id, author, new_id)
    for name in ENTRY_ORDER:
        for coded in entry.codes.get(name, ()):
            _code(element, entry.id, _SCHEMES[name], coded, new_id)
    _external(element, entry.id, oids.U_DOC_PATIENT_ID, entry.patient_id, "XDSDocumentEntry.patientId", new_id)
    _external(element, entry.id, oids.U_DOC_UNIQUE_ID, entry.unique_id, "XDSDocumentEntry.uniqueId", new_id)


def write_reference(parent: etree._Element, entry: Entry) -> None:
    """Append the ObjectRef of an entry."""
    _add(parent, "ObjectRef", id=entry.id)


def _slot(parent: etree._Element, name: str, values: tuple[str, ...]) -> None:
    value_list = _add(_add(parent, "Slot", name=name), "ValueList")
    for value in values:
        _add(value_list, "Value").text = value


def _label(parent: etree._Element, name: str, text: str) -> None:
    label = _add(parent, name)
    if text:
        localized = _add(label, "LocalizedString", charset=_CHARSET, value=text)
        localized.set(_XML_LANG, _LANGUAGE)


def _classification(parent: etree._Element, owner: str, scheme: str, node: str, new_id: NewId) -> etree._Element:
    return _add(
        parent,
        "Classification",
        classificationScheme=scheme,
        classifiedObject=owner,
        id=new_id(),
        nodeRepresentation=node,
    )


def _author(parent: etree._Element, owner: str, author: Author, new_id: NewId) -> None:
    element = _classification(parent, owner, oids.U_DOC_AUTHOR, "", new_id)
    slots = {
        "authorInstitution": author.institutions,
        "authorPerson": author.persons,
        "authorRole": author.roles,
        "authorSpecialty": author.specialties,
    }
    for name, values in slots.items():
        if values:
            _slot(element, name, values)


def _code(parent: etree._Element, owner: str, scheme: str, coded: Coded, new_id: NewId) -> None:
    element = _classification(parent, owner, scheme, coded.code, new_id)
    _slot(element, "codingScheme", (coded.scheme,))
    _label(element, "Name", coded.label)


def _external(parent: etree._Element, owner: str, scheme: str, value: str, name: str, new_id: NewId) -> None:
    element = _add(
        parent,
        "ExternalIdentifier",
        id=new_id(),
        identificationScheme=scheme,
        registryObject=owner,
        value=value,
    )
    _label(element, "Name", name)
