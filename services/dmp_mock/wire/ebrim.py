"""Reading ebRIM 3.0 objects into the values of the domain.

Source: docs/sources/dmp.md#metadonnees (envelope conventions: symbolic ids, free slot order, authors with or without
empty ``nodeRepresentation``, Classifications without ``classifiedObject``; high); OASIS ebRIM 3.0 §2. Reads, never
judges.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from dmp_mock.codes import xds
from dmp_mock.domain.values import Author, Coded, Entry, Link, SubmissionSet
from health_documents import oids

__all__ = ["RIM", "read_entry", "read_link", "read_objects", "read_set"]

RIM = oids.NS_RIM
_SET_EXTERNALS = {
    oids.U_SET_UNIQUE_ID: "unique_id",
    oids.U_SET_SOURCE_ID: "source_id",
    oids.U_SET_PATIENT_ID: "patient_id",
}
_MAX_DIGITS = 9
_AUTHOR_SLOTS = ("authorPerson", "authorInstitution", "authorRole", "authorSpecialty")


def _rim(name: str) -> str:
    return f"{{{RIM}}}{name}"


_LIST, _VALUE, _SLOT, _LOCALIZED = map(_rim, ("ValueList", "Value", "Slot", "LocalizedString"))
_CLASSIFICATION = _rim("Classification")


def read_objects(registry_list: etree._Element) -> tuple[list[SubmissionSet], list[Entry], list[Link]]:
    """Return the submission sets, entries and associations of a RegistryObjectList.

    Another package beside the set (a folder, or of no kind) counts as a set too: a lot has room for one package.
    """
    classified = {c.get("classifiedObject") for c in registry_list.iterchildren(_CLASSIFICATION) if _is_set(c)}
    packages = list(registry_list.iterchildren(_rim("RegistryPackage")))
    sets = [
        read_set(package)
        for package in packages
        if package.get("id") in classified or any(map(_is_set, package.iterchildren(_CLASSIFICATION)))
    ]
    if sets and len(packages) > len(sets):
        sets = [*map(read_set, packages)]
    entries = [read_entry(each) for each in registry_list.iterchildren(_rim("ExtrinsicObject"))]
    return sets, entries, [read_link(each) for each in registry_list.iterchildren(_rim("Association"))]


def _is_set(classification: etree._Element) -> bool:
    return classification.get("classificationNode") == oids.U_SUBMISSION_SET


def read_entry(element: etree._Element) -> Entry:
    """Return a document entry from an ExtrinsicObject."""
    externals = _externals(element)
    return Entry(
        id=element.get("id") or "",
        unique_id=externals.get(oids.U_DOC_UNIQUE_ID, ""),
        patient_id=externals.get(oids.U_DOC_PATIENT_ID, ""),
        mime_type=element.get("mimeType") or "",
        object_type=element.get("objectType") or "",
        title=_label(element, "Name"),
        comments=_label(element, "Description"),
        lid=element.get("lid") or "",
        version=_version(element),
        slots=_slots(element),
        authors=tuple(_authors(element, oids.U_DOC_AUTHOR)),
        codes=_codes(element),
    )


def read_set(element: etree._Element) -> SubmissionSet:
    """Return a submission set from a RegistryPackage."""
    externals = {
        _SET_EXTERNALS[scheme]: value for scheme, value in _externals(element).items() if scheme in _SET_EXTERNALS
    }
    return SubmissionSet(
        id=element.get("id") or "",
        title=_label(element, "Name"),
        comments=_label(element, "Description"),
        submission_time=next(iter(_slots(element).get("submissionTime", ())), ""),
        authors=tuple(_authors(element, oids.U_SET_AUTHOR)),
        content_types=_codes(element).get("contentType", ()),
        **externals,
    )


def _version(element: etree._Element) -> int:
    told = element.find(_rim("VersionInfo"))
    name = "" if told is None else told.get("versionName") or ""
    return int(name) if name.isdecimal() and len(name) < _MAX_DIGITS else 1


def read_link(element: etree._Element) -> Link:
    """Return an association."""
    slots = _slots(element)

    def first(name: str) -> str:
        return next(iter(slots.get(name, ())), "")

    return Link(
        element.get("associationType") or "",
        element.get("sourceObject") or "",
        element.get("targetObject") or "",
        slots.get("SubmissionSetStatus", ()),
        original=first("OriginalStatus"),
        new=first("NewStatus"),
        previous=first("PreviousVersion"),
    )


def _slots(element: etree._Element) -> dict[str, tuple[str, ...]]:
    return {
        slot.get("name") or "": tuple(
            (value.text or "").strip() for listed in slot.iterchildren(_LIST) for value in listed.iterchildren(_VALUE)
        )
        for slot in element.iterchildren(_SLOT)
    }


def _label(element: etree._Element, name: str) -> str:
    localized = (text for label in element.iterchildren(_rim(name)) for text in label.iterchildren(_LOCALIZED))
    return next((text.get("value") or "" for text in localized), "")


def _externals(element: etree._Element) -> dict[str, str]:
    return {
        each.get("identificationScheme") or "": (each.get("value") or "").strip()
        for each in element.iterchildren(_rim("ExternalIdentifier"))
    }


def _codes(element: etree._Element) -> dict[str, tuple[Coded, ...]]:
    found: dict[str, tuple[Coded, ...]] = {}
    for each in element.iterchildren(_CLASSIFICATION):
        name = xds.CLASSIFICATIONS.get(each.get("classificationScheme") or "")
        if name:
            scheme = next(iter(_slots(each).get("codingScheme", ())), "")
            found[name] = (
                *found.get(name, ()),
                Coded(each.get("nodeRepresentation") or "", scheme, _label(each, "Name")),
            )
    return found


def _authors(element: etree._Element, scheme: str) -> Iterator[Author]:
    for each in element.iterchildren(_CLASSIFICATION):
        if each.get("classificationScheme") == scheme:
            slots = _slots(each)
            yield Author(*(slots.get(name, ()) for name in _AUTHOR_SLOTS))
