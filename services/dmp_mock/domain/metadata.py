"""The rules of XDS metadata, attribute by attribute, as a table.

Source: docs/sources/dmp.md#metadonnees (attributes, R/O and value sets; high) and #type-et-classe (ASS_X16, high).
A rule gives what it received when broken. Value sets that are public only in part are not refused but remarked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dmp_mock.codes import xds
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsError
from dmp_mock.domain.hl7 import is_dtm, is_oid, person_id, read_cx, read_ins
from dmp_mock.domain.values import Author, Entry, SubmissionSet
from health_documents import oids
from health_documents.codes import systems as code_systems

__all__ = ["ENTRY_RULES", "SET_RULES", "entry_errors", "entry_remarks", "set_errors"]

_FACILITY = re.compile(r"SA[0-9]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_MAX_CONFIDENTIALITY = 4


@dataclass(frozen=True, slots=True)
class EntryRule:
    """One rule on one attribute of a document entry; ``signature``: the signature of the lot obeys it too."""

    attribute: str
    expected: str
    received: Callable[[Entry], str | None]
    signature: bool = False


@dataclass(frozen=True, slots=True)
class SetRule:
    """One rule on one attribute of a submission set."""

    attribute: str
    expected: str
    received: Callable[[SubmissionSet], str | None]


def _unless(kept: object, received: str) -> str | None:
    return None if kept else received or "absent"


def _slot(name: str) -> EntryRule:
    alike = name == "sourcePatientId" or name == "languageCode"
    return EntryRule(name, "obligatoire", lambda e: _unless(e.slot(name), ""), signature=alike)


def _coded(name: str) -> EntryRule:
    alike = name in ("class", "type", "format", "confidentiality")
    return EntryRule(f"{name}Code", "obligatoire", lambda e: _unless(e.code(name), ""), signature=alike)


def _time(name: str) -> EntryRule:
    return EntryRule(
        name,
        "date AAAA[MM[JJ[hh[mm[ss]]]]], en UTC",
        lambda e: _unless(all(map(is_dtm, e.slots.get(name, ()))), e.slot(name)),
    )


def _authors(authors: tuple[Author, ...]) -> str | None:
    return _unless(any(person_id(person) for author in authors for person in author.persons), "aucun authorPerson")


def _class(entry: Entry) -> str | None:
    type_code, class_code = entry.code("type"), entry.code("class")
    if type_code in code_systems.document_types():
        wanted = code_systems.class_of(type_code).code
        return _unless(class_code == wanted, f"{type_code} avec la classe {class_code} au lieu de {wanted}")
    return _unless(type_code in xds.RETIRED_OR_CI_SIS_TYPES and class_code in code_systems.CLASSES, type_code)


def _facility(entry: Entry) -> str | None:
    coded = entry.codes.get("facility", ())
    kept = all(
        (c.scheme == oids.FACILITY and _FACILITY.fullmatch(c.code)) or c.code in ("EXP_PATIENT", "SNR") for c in coded
    )
    return _unless(kept, entry.code("facility"))


def _practice(entry: Entry) -> str | None:
    table = code_systems.PRACTICE_SETTINGS
    kept = all(c.code in table and table[c.code].system == c.scheme for c in entry.codes.get("practice", ()))
    return _unless(kept, entry.code("practice"))


def _confidentiality(entry: Entry) -> str | None:
    coded, table = entry.codes.get("confidentiality", ()), code_systems.CONFIDENTIALITY
    shown = ", ".join(c.code for c in coded)
    known = all(c.code in table and table[c.code].system == c.scheme for c in coded)
    return _unless(known and len(coded) <= _MAX_CONFIDENTIALITY and entry.has_code("confidentiality", "N"), shown)


def _visibility(entry: Entry) -> str | None:
    both = entry.has_code("confidentiality", "INVISIBLE_PATIENT") and entry.has_code("confidentiality", "MASQUE_PS")
    return _unless(not both, "INVISIBLE_PATIENT et MASQUE_PS")


def _signature(entry: Entry) -> str | None:
    right = (
        entry.code("class") == xds.SIGNATURE_CLASS
        and entry.code("type") == xds.SIGNATURE_TYPE
        and entry.code("format") == xds.SIGNATURE_FORMAT
    )
    return _unless(
        right or not entry.is_signature, f"{entry.code('class')}, {entry.code('type')}, {entry.code('format')}"
    )


ENTRY_RULES: tuple[EntryRule, ...] = (
    EntryRule(
        "uniqueId",
        "un OID sans extension, 64 caractères au plus",
        lambda e: _unless(is_oid(e.unique_id), e.unique_id),
        True,
    ),
    EntryRule("patientId", "INS^^^&racine INS&ISO^NH", lambda e: _unless(read_ins(e.patient_id), e.patient_id), True),
    EntryRule(
        "mimeType",
        "text/xml, application/xslt+xml ou application/dicom",
        lambda e: _unless(e.mime_type in xds.MEDIA_TYPES, e.mime_type),
        True,
    ),
    EntryRule(
        "objectType",
        oids.U_STABLE_DOCUMENT,
        lambda e: _unless(e.object_type == oids.U_STABLE_DOCUMENT, e.object_type),
        True,
    ),
    EntryRule("title", "obligatoire", lambda e: _unless(e.title, ""), True),
    EntryRule("author", "au moins un authorPerson", lambda e: _authors(e.authors)),
    *map(_slot, xds.ENTRY_SLOTS_REQUIRED),
    *map(_coded, xds.ENTRY_CODES_REQUIRED),
    *map(_time, ("creationTime", "serviceStartTime", "serviceStopTime")),
    EntryRule(
        "languageCode",
        "fr-FR",
        lambda e: _unless(_LANGUAGE.fullmatch(e.slot("languageCode")), e.slot("languageCode")),
        True,
    ),
    EntryRule(
        "legalAuthenticator",
        "un XCN",
        lambda e: _unless(person_id(e.slot("legalAuthenticator")), e.slot("legalAuthenticator")),
    ),
    EntryRule(
        "sourcePatientId",
        "IPP^^^&OID&ISO^PI",
        lambda e: _unless(read_cx(e.slot("sourcePatientId")), e.slot("sourcePatientId")),
        True,
    ),
    EntryRule("classCode", "la classe que ASS_X16 donne au typeCode", _class),
    EntryRule("healthcareFacilityTypeCode", "un code du JDV_J02", _facility),
    EntryRule("practiceSettingCode", "un code du JDV_J04", _practice),
    EntryRule("confidentialityCode", "N, et au plus trois codes du JDV_J58", _confidentiality, True),
    EntryRule("confidentialityCode", "pas INVISIBLE_PATIENT avec MASQUE_PS (EX_2.1-1050)", _visibility),
    EntryRule("signature", "classe, type et format d'une signature de lot", _signature, True),
)

SET_RULES: tuple[SetRule, ...] = (
    SetRule("uniqueId", "un OID", lambda s: _unless(is_oid(s.unique_id), s.unique_id)),
    SetRule("sourceId", "un OID", lambda s: _unless(is_oid(s.source_id), s.source_id)),
    SetRule("patientId", "INS^^^&racine INS&ISO^NH", lambda s: _unless(read_ins(s.patient_id), s.patient_id)),
    SetRule("submissionTime", "une date", lambda s: _unless(is_dtm(s.submission_time), s.submission_time)),
    SetRule("author", "au moins un authorPerson", lambda s: _authors(s.authors)),
    SetRule("contentTypeCode", "obligatoire", lambda s: _unless(any(c.code for c in s.content_types), "")),
)


def entry_errors(entry: Entry) -> Iterator[XdsError]:
    """Yield what is wrong with a document entry."""
    for rule in ENTRY_RULES:
        received = rule.received(entry) if rule.signature or not entry.is_signature else None
        if received is not None:
            yield _error(entry.id, rule.attribute, rule.expected, received)


def set_errors(submission: SubmissionSet) -> Iterator[XdsError]:
    """Yield what is wrong with a submission set."""
    for rule in SET_RULES:
        if (received := rule.received(submission)) is not None:
            yield _error(submission.id, rule.attribute, rule.expected, received)


def _error(owner: str, attribute: str, expected: str, received: str) -> XdsError:
    context = f"{attribute} : reçu « {received[:200]} », attendu {expected}"
    return XdsError(
        XdsCode.REGISTRY_METADATA,
        context,
        f"{owner[:100]}/{attribute}",
        received=f"{attribute} « {received[:200]} »",
        expected=f"{attribute} : {expected}",
        remedy=f"Corrigez {attribute} de {owner[:100]} : {expected}.",
    )


def entry_remarks(entry: Entry) -> Iterator[str]:
    """Yield, in French, what is tolerated though no public value set holds it."""
    if entry.is_signature:
        return
    if entry.code("format") not in xds.KNOWN_FORMATS:
        yield f"formatCode {entry.code('format')} hors des formats publiés du JDV_J60"
    if entry.code("type") in xds.RETIRED_OR_CI_SIS_TYPES:
        yield f"typeCode {entry.code('type')} retiré ou absent de ASS_X16"
