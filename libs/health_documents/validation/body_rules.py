"""Rules on bodies: the file of level 1; sections, narratives and references of level 3.

Source: specs/cda.md §3.4, §5, §6 and §6.8; confidence high. Knows no model in particular: required sections are data.
"""

from __future__ import annotations

import base64
import binascii
from types import MappingProxyType

from lxml import etree

from health_documents import oids
from health_documents.cda.read.body import sections_of
from health_documents.cda.read.parts import child, children, has_template, text_of
from health_documents.codes.models import document_models
from health_documents.codes.systems import FORMAT_OF_MEDIA
from health_documents.quoting import quoted
from health_documents.validation.rules import Faults, fault
from health_documents.validation.source import HL7, CdaSource

__all__ = ["body_rules", "level_1_file"]

_MAGIC = MappingProxyType(
    {
        "application/pdf": (b"%PDF",),
        "text/rtf": (b"{\\rtf",),
        "image/jpeg": (b"\xff\xd8",),
        "image/tiff": (b"II", b"MM"),
    }
)
_LEVEL_1_TEMPLATES = frozenset({oids.T_HL7_FRANCE, oids.T_CI_SIS, oids.T_XDS_SD})

_REQUIRED = MappingProxyType(
    {
        oids.T_VAC_NOTE: (oids.T_S_VACCINATIONS,),
        oids.T_VAC: (oids.T_S_VACCINATIONS,),
        oids.T_EDISP: (oids.T_S_DISPENSED,),
        oids.T_TROD: (oids.T_S_LAB_CHAPTER,),
        oids.T_CR_BIO: (oids.T_S_LAB_CHAPTER,),
        oids.T_IPS_FR: (
            "1.2.250.1.213.1.1.2.143",
            "1.2.250.1.213.1.1.2.137",
            "1.2.250.1.213.1.1.2.132",
            "1.2.250.1.213.1.1.2.136",
            "1.2.250.1.213.1.1.2.1",
        ),
        oids.T_VSM: ("1.2.250.1.213.1.1.2.29", "1.2.250.1.213.1.1.2.32"),
        oids.T_LDL_SES: (
            "1.2.250.1.213.1.1.2.35.1",
            "1.2.250.1.213.1.1.2.127",
            "1.2.250.1.213.1.1.2.163.1",
            "1.2.250.1.213.1.1.2.146",
        ),
        oids.T_LDL_EES: ("1.2.250.1.213.1.1.2.144", "1.2.250.1.213.1.1.2.137", oids.T_S_COMMENT),
        oids.T_CR_IMG: ("1.2.250.1.213.1.1.2.205", "1.2.250.1.213.1.1.2.206", "1.2.250.1.213.1.1.2.209"),
    }
)
"""The sections that a model must have, by their French template (specs/cda.md §6)."""

_IHE_OF_FRENCH = MappingProxyType(
    {
        oids.T_S_DRUGS: oids.T_S_DRUGS_IHE,
        oids.T_S_DISPENSED: oids.T_S_DISPENSED_IHE,
        oids.T_S_LAB_CHAPTER: oids.T_S_LAB_CHAPTER_IHE,
        oids.T_S_VACCINATIONS: "1.3.6.1.4.1.19376.1.5.3.1.3.23",
    }
)


def body_rules(source: CdaSource) -> Faults:
    """Yield the faults of the body."""
    if source.level == 0:
        yield fault("CDA-BDY-01", source.root, "ni nonXMLBody ni structuredBody")
    elif source.level == 1:
        yield from _level_1(source)
    else:
        if source.unreadable:
            yield fault("CDA-BDY-02", source.root, source.unreadable)
        yield from _model(source)
        yield from _sections(source)


def level_1_file(source: CdaSource) -> bytes | None:
    """Return the file of a level 1 document, None when there is none that can be decoded."""
    text = child(source.root, "component/nonXMLBody/text")
    if text is not None and source.document is not None and text.get("representation") == "B64":
        return source.document.body
    try:
        return None if text is None else base64.b64decode("".join(text_of(text).split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _level_1(source: CdaSource) -> Faults:
    text = child(source.root, "component/nonXMLBody/text")
    if text is None:
        yield fault("CDA-BDY-01", source.root, "nonXMLBody sans text")
        return
    media = text.get("mediaType", "")
    if media not in FORMAT_OF_MEDIA:
        yield fault("CDA-N1-01", text, media or "mediaType absent", ", ".join(FORMAT_OF_MEDIA))
    content = level_1_file(source)
    if text.get("representation") != "B64" or not content:
        yield fault("CDA-N1-02", text, text.get("representation") or "representation absente", "B64 et un contenu")
    elif media in _MAGIC and not content.startswith(_MAGIC[media]):
        yield fault("CDA-N1-03", text, f"contenu qui commence par {quoted(content[:4])}", media)
    roots = [one.get("root", "") for one in children(source.root, "templateId")]
    if set(roots) != _LEVEL_1_TEMPLATES or len(roots) != len(_LEVEL_1_TEMPLATES):
        yield fault("CDA-N1-04", source.root, ", ".join(roots), ", ".join(sorted(_LEVEL_1_TEMPLATES)))


def _model(source: CdaSource) -> Faults:
    declared = {one.get("root", ""): one for one in children(source.root, "templateId")}
    models = [one for one in document_models().values() if one.level == 3 and one.template in declared]
    code = child(source.root, "code")
    found = "" if code is None else code.get("code", "")
    if models and found not in {one.code.code for one in models}:
        yield fault("CDA-N3-01", code, found, ", ".join(dict.fromkeys(one.code.code for one in models)))
    expected = [one.template for one in document_models().values() if one.level == 3 and one.code.code == found]
    if expected and not models:
        yield fault("CDA-N3-01", source.root, "aucun templateId de volet connu", " ou ".join(dict.fromkeys(expected)))
    for model in {one.template: one for one in models}.values():
        version = declared[model.template].get("extension", "")
        if version and model.versions and version not in model.versions and not version.isdigit():
            yield fault("CDA-N3-02", declared[model.template], version, ", ".join(model.versions))


def _sections(source: CdaSource) -> Faults:
    sections = sections_of(source.root)
    present = {one.get("root", "") for section in sections for one in children(section, "templateId")}
    for model, needed in _REQUIRED.items():
        if has_template(source.root, model):
            for template in (one for one in needed if one not in present):
                yield fault("CDA-N3-03", source.root, "section absente", template)
    if has_template(source.root, oids.T_EP_MED_DM) and not present & {oids.T_S_DRUGS, oids.T_S_DEVICES}:
        yield fault("CDA-N3-03", source.root, "ni médicaments ni dispositifs", f"{oids.T_S_DRUGS}, {oids.T_S_DEVICES}")
    for section in sections:
        yield from _section(section)


def _section(section: etree._Element) -> Faults:
    roots = {one.get("root", "") for one in children(section, "templateId")}
    for french, ihe in _IHE_OF_FRENCH.items():
        if french in roots and ihe not in roots:
            yield fault("CDA-N3-06", section, french, f"{french} et {ihe}")
    has_sections = child(section, "component/section") is not None
    if not text_of(child(section, "title")) or (child(section, "text") is None and not has_sections):
        yield fault("CDA-N3-05", section, "title ou text absent")
    anchors = {one.get("ID") for one in section.iterfind(f"{HL7}text//*[@ID]")}
    anchors |= {one.get("ID") for one in section.iterfind(f"{HL7}text[@ID]")}
    for entry in children(section, "entry"):
        for reference in entry.iter(f"{HL7}reference"):
            target = reference.get("value", "")
            if target and target.removeprefix("#") not in anchors and not target.startswith("http"):
                yield fault("CDA-N3-04", reference, target, "l'ID d'un élément du texte")
