"""Rules on the header: what every CDA of the CI-SIS must say, whatever its type.

Source: specs/cda.md §4 (table) and §3.4; confidence high. Knows neither people nor bodies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from health_documents import oids
from health_documents.cda.read.parts import attribute, child, children, has_template, text_of
from health_documents.codes.systems import PRACTICE_SETTINGS
from health_documents.codes.value_sets import ENCOUNTERS, FUNCTIONS, PARTICIPATIONS
from health_documents.identifiers import OID_STRUCT_IDNAT
from health_documents.validation.rules import Faults, fault
from health_documents.validation.source import CdaSource, descend
from health_documents.values.document import Code

__all__ = ["header_rules"]

UID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_PATIENT_HOST = "1.2.250.1.213.4.1"
_LEVELS = ("N", "R", "V")
_SCHEMES = ("tel:", "mailto:", "fax:", "http:", "https:", "ftp:", "mllp:")
_NEEDS_RECIPIENTS = frozenset({"bilan-partage-de-medication", "entretien-pharmaceutique"})


def header_rules(source: CdaSource) -> Faults:
    """Yield the faults of the header."""
    root = source.root
    yield from _constants(root)
    yield from _identity(root)
    yield from _signatures(root)
    yield from _act(root)
    yield from _encounter(root)
    yield from _replacement(root)
    yield from _recipients(source)
    yield from _telecoms(root)
    yield from _participants(root)


def _constants(root: etree._Element) -> Faults:
    if (realm := attribute(root, "realmCode", "code")) != "FR":
        yield fault("CDA-HDR-01", child(root, "realmCode"), realm or "realmCode absent", "FR")
    kind = child(root, "typeId")
    found = "" if kind is None else f"{kind.get('root')}^{kind.get('extension')}"
    if found != f"{oids.TYPE_ID_ROOT}^{oids.TYPE_ID_EXTENSION}":
        yield fault("CDA-HDR-02", kind, found or "typeId absent", f"{oids.TYPE_ID_ROOT}^{oids.TYPE_ID_EXTENSION}")
    for template in (oids.T_HL7_FRANCE, oids.T_CI_SIS):
        if not has_template(root, template):
            yield fault("CDA-HDR-03", root, "templateId absent", template)
    level = attribute(root, "confidentialityCode", "code")
    if level not in _LEVELS:
        yield fault("CDA-HDR-09", child(root, "confidentialityCode"), level or "absent", "N, R ou V")
    if (language := attribute(root, "languageCode", "code")) != "fr-FR":
        yield fault("CDA-HDR-10", child(root, "languageCode"), language or "absent", "fr-FR")


def _identity(root: etree._Element) -> Faults:
    identifier = child(root, "id")
    if identifier is None or identifier.get("nullFlavor") or not UID.fullmatch(identifier.get("root", "")):
        received = "absent" if identifier is None else identifier.get("root", "") or "sans root"
        yield fault("CDA-HDR-04", identifier, received, "un OID ou un UUID")
    if not text_of(child(root, "title")):
        yield fault("CDA-HDR-07", child(root, "title"), "titre absent ou vide")
    if not UID.fullmatch(attribute(root, "setId", "root")):
        yield fault("CDA-HDR-11", child(root, "setId"), attribute(root, "setId", "root") or "setId absent", "un OID")
    version = attribute(root, "versionNumber", "value")
    if not (version.isascii() and version.isdigit() and int(version[:9]) > 0):
        yield fault("CDA-HDR-11", child(root, "versionNumber"), version or "versionNumber absent", "un entier positif")


def _signatures(root: etree._Element) -> Faults:
    custodian = child(root, "custodian/assignedCustodian/representedCustodianOrganization")
    where = attribute(custodian, "id", "root")
    if not where or where not in (OID_STRUCT_IDNAT, _PATIENT_HOST):
        yield fault("CDA-HDR-12", custodian, where or "identifiant absent", f"{OID_STRUCT_IDNAT} ou {_PATIENT_HOST}")
    signatory = child(root, "legalAuthenticator")
    missing = [name for name, path in (("time", "time"), ("id", "assignedEntity/id")) if child(signatory, path) is None]
    if signatory is None or missing or attribute(signatory, "signatureCode", "code") != "S":
        received = "absent" if signatory is None else f"{', '.join(missing) or 'signatureCode'} absent ou faux"
        yield fault("CDA-HDR-13", signatory, f"legalAuthenticator : {received}", "time, signatureCode S, id")
    if child(root, "author") is None:
        yield fault("CDA-HDR-14", root, "author absent")
    for author in children(root, "author"):
        for name in ("time", "assignedAuthor/id"):
            if child(author, name) is None:
                yield fault("CDA-HDR-14", author, f"{name} absent")


def _act(root: etree._Element) -> Faults:
    event = child(root, "documentationOf/serviceEvent")
    if event is None:
        yield fault("CDA-HDR-15", root, "documentationOf absent")
        return
    if child(event, "effectiveTime/low") is None and not attribute(event, "effectiveTime", "value"):
        yield fault("CDA-HDR-15", event, "effectiveTime/low absent")
    performer = child(event, "performer[@typeCode='PRF']/assignedEntity")
    if child(performer, "id") is None:
        yield fault("CDA-HDR-15", event, "performer PRF sans identifiant")
        return
    setting = child(performer, "representedOrganization/standardIndustryClassCode")
    code = "" if setting is None else setting.get("code", "")
    if code not in PRACTICE_SETTINGS:
        yield fault("CDA-HDR-15", setting if setting is not None else performer, code or "absent", "un code de JDV_J04")


def _encounter(root: etree._Element) -> Faults:
    encounter = child(root, "componentOf/encompassingEncounter")
    if encounter is None:
        yield fault("CDA-HDR-16", root, "componentOf absent")
        return
    if child(encounter, "effectiveTime") is None:
        yield fault("CDA-HDR-16", encounter, "effectiveTime absent")
    facility = child(encounter, "location/healthCareFacility/code")
    if facility is None or not facility.get("code"):
        yield fault("CDA-HDR-16", encounter, "secteur d'activité absent", "SA33 pour une officine")
    code = child(encounter, "code")
    if code is not None and code.get("code") and not _known(ENCOUNTERS.codes, code):
        yield fault("CDA-HDR-21", code, code.get("code", ""), ", ".join(ENCOUNTERS.codes))


def _known(codes: Mapping[str, Code], element: etree._Element) -> bool:
    known = codes.get(element.get("code", ""))
    return known is not None and known.system == element.get("codeSystem", "")


def _replacement(root: etree._Element) -> Faults:
    related = children(root, "relatedDocument")
    if len(related) > 1:
        yield fault("CDA-HDR-17", related[1], f"{len(related)} relatedDocument", "un seul")
    for one in related:
        parent = child(one, "parentDocument/id")
        if one.get("typeCode") == "RPLC" and parent is None:
            yield fault("CDA-HDR-17", one, "parentDocument/id absent")
        if parent is not None and _same(parent, child(root, "id")):
            yield fault("CDA-HDR-17", parent, parent.get("root", ""), "l'identifiant d'une autre version")


def _same(one: etree._Element, other: etree._Element | None) -> bool:
    return other is not None and all(one.get(name) == other.get(name) for name in ("root", "extension"))


def _recipients(source: CdaSource) -> Faults:
    wanted = source.model is not None and source.model.key in _NEEDS_RECIPIENTS
    if wanted and child(source.root, "informationRecipient") is None:
        yield fault("CDA-HDR-18", source.root, "aucun informationRecipient")


def _telecoms(root: etree._Element) -> Faults:
    for telecom in descend(root, "telecom"):
        value = telecom.get("value", "")
        if value and not value.startswith(_SCHEMES):
            yield fault("CDA-HDR-19", telecom, value, "tel:…, mailto:…")


def _participants(root: etree._Element) -> Faults:
    for participant in children(root, "participant"):
        if (kind := participant.get("typeCode", "")) not in PARTICIPATIONS:
            yield fault("CDA-HDR-20", participant, kind or "typeCode absent", ", ".join(PARTICIPATIONS.codes))
    for function in descend(root, "functionCode"):
        if function.get("code") and not _known(FUNCTIONS.codes, function):
            yield fault("CDA-HDR-20", function, function.get("code", ""), "un code de JDV_J47")
