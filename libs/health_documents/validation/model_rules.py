"""Rules of the level 3 models that a pharmacy writes or executes: VAC-NOTE, eP-MED-DM, eDISP-MED, TROD.

Source: specs/cda.md §3.4 and §6.1–6.4, specs/eprescription.md §3.3; confidence high. Each model has one function,
found by its template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType

from lxml import etree

from health_documents import oids
from health_documents.cda.read.body import sections_of
from health_documents.cda.read.narrative import Narrative
from health_documents.cda.read.parts import attribute, child, children, has_template, text_of
from health_documents.cda.write.trod import TITLE
from health_documents.codes.prescription import FLAGS, OLD_FLAG_TEMPLATES, SUBSTITUTION_REFUSED
from health_documents.codes.value_sets import SUBSTITUTIONS
from health_documents.identifiers import OID_EPU
from health_documents.quoting import quoted
from health_documents.validation.rules import Faults, fault
from health_documents.validation.source import HL7, CdaSource, descend

__all__ = ["model_rules"]

_ALD = FLAGS[0].template
_DEVICE_FLAGS = tuple(flag for flag in FLAGS if flag.field != "off_label")
_DISPENSER = "G15_21"
_SCREENING = "DEPISTAGE"
_TYPE = f"{{{oids.NS_XSI}}}type"
_UNIT_ATOM = r"(?:[A-Za-zµ%\[\]'*_0-9^+\-]{1,16}(?:\{[^{}]{0,40}\})?|\{[^{}]{0,40}\})"
_UCUM = re.compile(rf"/?{_UNIT_ATOM}(?:[./]{_UNIT_ATOM})*")
_NOT_UCUM = re.compile(r"[a-zé]*(?:gramme|litre|minute|heure|jour|unite|unité|comprime|comprimé|boite)s?")
_MATERIAL = "manufacturedProduct/manufacturedMaterial"


def model_rules(source: CdaSource) -> Faults:
    """Yield the faults that the model of a document makes."""
    for template, judge in _MODELS.items():
        if has_template(source.root, template):
            yield from judge(source.root)
    yield from _units(source.root)


def _with_template(root: etree._Element, name: str, template: str) -> Iterator[etree._Element]:
    return (one for one in descend(root, name) if has_template(one, template))


def _vaccination_note(root: etree._Element) -> Faults:
    section = next((one for one in sections_of(root) if has_template(one, oids.T_S_VACCINATIONS)), None)
    entries = children(section, "entry")
    if section is not None and len(entries) != 1:
        yield fault("CDA-VAC-01", section, f"{len(entries)} entrées", "une seule")
    for act in _with_template(root, "substanceAdministration", oids.T_E_VACCINATION_FR):
        yield from _injection(act)


def _injection(act: etree._Element) -> Faults:
    material = child(act, f"consumable/{_MATERIAL}")
    codes = [*children(material, "code"), *children(material, "code/translation")]
    systems = {one.get("codeSystem") for one in codes}
    for system, label in ((oids.CIS, "CIS"), (oids.ATC, "ATC")):
        if system not in systems:
            yield fault("CDA-VAC-02", act if material is None else material, f"code {label} absent", label)
    if not text_of(child(material, "lotNumberText")):
        yield fault("CDA-VAC-03", act if material is None else material, "lotNumberText absent")
    for name in ("effectiveTime", "author"):
        if child(act, name) is None:
            yield fault("CDA-VAC-04", act, f"{name} absent")
    for rank in _with_template(act, "observation", oids.T_E_RANK_FR):
        value = child(rank, "value")
        if value is None or value.get(_TYPE) != "INT":
            yield fault("CDA-VAC-05", rank, "absent" if value is None else value.get(_TYPE, "sans type"), "INT")


def _prescription(root: etree._Element) -> Faults:
    events = children(root, "documentationOf/serviceEvent")
    ids = [one for event in events for one in children(event, "id")]
    old = attribute(root, "id", "root") == OID_EPU
    if not old and not any(one.get("root") == OID_EPU and one.get("extension") for one in ids):
        yield fault("CDA-PRE-01", events[0] if events else root, "identifiant EPU absent", OID_EPU)
    for bound in ("low", "high"):
        if not events or child(events[0], f"effectiveTime/{bound}") is None:
            yield fault("CDA-PRE-02", events[0] if events else root, f"effectiveTime/{bound} absent")
    role = child(root, "recordTarget/patientRole")
    for name in ("addr", "telecom"):
        if child(role, name) is None:
            yield fault("CDA-PRE-11", role, f"{name} absent")
    yield from _prescription_sections(root)
    for line in _with_template(root, "substanceAdministration", oids.T_E_TREATMENT_FR):
        yield from _drug_line(line)
    for device in _with_template(root, "supply", oids.T_E_DEVICE_FR):
        yield from _device_line(device)


def _prescription_sections(root: etree._Element) -> Faults:
    templates = {one.get("root") for section in sections_of(root) for one in children(section, "templateId")}
    version = next(one.get("extension") for one in children(root, "templateId") if one.get("root") == oids.T_EP_MED_DM)
    if oids.T_S_PDF_COPY not in templates and version != "2022.01":
        yield fault("CDA-PRE-03", root, "section absente", oids.T_S_PDF_COPY)
    if oids.T_S_BARCODE not in templates:
        yield fault("CDA-PRE-04", root, "section absente", oids.T_S_BARCODE)


def _flags(line: etree._Element) -> set[str]:
    found = (
        one.get("root", "")
        for flag in children(line, "entryRelationship/observation")
        for one in children(flag, "templateId")
    )
    return {OLD_FLAG_TEMPLATES.get(one, one) for one in found}


def _drug_line(line: etree._Element) -> Faults:
    if _ALD not in _flags(line):
        yield fault("CDA-PRE-05", line, "observation ALD absente", _ALD)
    if child(line, "repeatNumber") is None:
        yield fault("CDA-PRE-06", line, "repeatNumber absent")
    for act in _with_template(line, "act", oids.T_E_SUBSTITUTION_FR):
        code = attribute(act, "code", "code")
        if code not in SUBSTITUTIONS:
            yield fault("CDA-PRE-09", child(act, "code"), code or "absent", "N ou G")
        section = next(act.iterancestors(f"{HL7}section"), None)
        if code == SUBSTITUTION_REFUSED.code and section is not None:
            told = Narrative(section).text(attribute(act, "code/originalText/reference", "value"))
            if not (told or text_of(child(act, "code/originalText"))):
                yield fault("CDA-PRE-07", act, "motif absent")


def _device_line(device: etree._Element) -> Faults:
    if device.get("moodCode") != "INT":
        return
    code = child(device, "participant/participantRole/playingDevice/code")
    if code is None or code.get("codeSystem") != oids.EMDN:
        yield fault("CDA-PRE-08", device, "code EMDN absent", oids.EMDN)
    flags = _flags(device)
    for flag in _DEVICE_FLAGS:
        if flag.template not in flags:
            yield fault("CDA-PRE-08", device, f"indication {quoted(flag.heading)} absente", flag.template)
    if child(device, "repeatNumber") is None:
        yield fault("CDA-PRE-06", device, "repeatNumber absent")


def _dispensation(root: etree._Element) -> Faults:
    if child(root, "inFulfillmentOf/order/id") is None:
        yield fault("CDA-DIS-02", root, "inFulfillmentOf absent")
    for line in _with_template(root, "supply", oids.T_E_DISPENSED_FR):
        for name in ("text", "quantity", "product"):
            if child(line, name) is None:
                yield fault("CDA-DIS-01", line, f"{name} absent")
    for section in sections_of(root):
        code = child(section, "author/assignedAuthor/code")
        if code is not None and code.get("code") != _DISPENSER:
            yield fault("CDA-DIS-03", code, code.get("code", ""), _DISPENSER)


def _trod(root: etree._Element) -> Faults:
    title = text_of(child(root, "title"))
    if not title.casefold().startswith(TITLE.strip(" :").casefold()):
        yield fault("CDA-TRO-01", child(root, "title"), title, TITLE)
    setting = child(root, "documentationOf/serviceEvent//standardIndustryClassCode")
    if setting is not None and setting.get("code") != _SCREENING:
        yield fault("CDA-TRO-02", setting, setting.get("code", ""), _SCREENING)
    for result in _with_template(root, "observation", oids.T_E_LAB_RESULT_FR):
        value = child(result, "value")
        if value is None or value.get(_TYPE) not in ("CD", "CE", "PQ", "INT", "REAL"):
            yield fault("CDA-TRO-03", result, "absent" if value is None else value.get(_TYPE, "sans type"), "CD ou PQ")


def _units(root: etree._Element) -> Faults:
    for element in root.iter(tag=etree.Element):
        unit = element.get("unit")
        if unit and not unit.isdigit() and (_NOT_UCUM.fullmatch(unit) or not _UCUM.fullmatch(unit)):
            yield fault("CDA-PRE-10", element, unit, "une unité UCUM")


_MODELS: MappingProxyType[str, Callable[[etree._Element], Faults]] = MappingProxyType(
    {
        oids.T_VAC_NOTE: _vaccination_note,
        oids.T_VAC: lambda root: (
            one
            for act in _with_template(root, "substanceAdministration", oids.T_E_VACCINATION_FR)
            for one in _injection(act)
            if one.rule != "CDA-VAC-03"
        ),
        oids.T_EP_MED_DM: _prescription,
        oids.T_EDISP: _dispensation,
        oids.T_TROD: _trod,
    }
)
