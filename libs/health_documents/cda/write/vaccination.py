"""Writes notes de vaccination: CDA VAC-NOTE 2023.01, level 3, exactly one injection.

Source: specs/cda.md §6.1; confidence high. The vaccine is named by CIS and ATC, the lot is compulsory. Knows no
service.
"""

from __future__ import annotations

from datetime import date

from lxml import etree

from health_documents import oids
from health_documents.cda.write.elements import (
    XSI_TYPE,
    add,
    add_code,
    add_id,
    add_reference,
    add_templates,
    derived_uid,
)
from health_documents.cda.write.header import new_document
from health_documents.cda.write.people import add_assigned_entity, add_author
from health_documents.cda.write.products import Product, add_product
from health_documents.cda.write.sections import add_comment, add_pdf_copy, add_section, add_table, structured_body
from health_documents.codes.prescription import SectionKind
from health_documents.codes.value_sets import IMMUNIZATIONS
from health_documents.errors import InvalidContent, refuse_bad_text
from health_documents.quoting import quoted
from health_documents.values.clinical import Vaccination
from health_documents.values.document import Code, DocumentHeader, Identifier
from health_documents.xml import serialize

__all__ = ["VACCINATION_NOTE", "write_vaccination_note"]

VACCINATION_NOTE = "87273-9"
MODEL_VERSION = "2023.01"

_TEMPLATES = (Identifier(oids.T_PCC_IMMUNIZATION), Identifier(oids.T_VAC_NOTE, MODEL_VERSION))
_SECTION = SectionKind(
    ("2.16.840.1.113883.10.20.1.6", "1.3.6.1.4.1.19376.1.5.3.1.3.23", oids.T_S_VACCINATIONS),
    Code("11369-6", "Historique des vaccinations", oids.LOINC),
    "Note de vaccination",
)
_RANK = Code("30973-2", "Rang de la vaccination", oids.LOINC)
_SYMPTOM = Code("418799008", "symptôme rapporté par le patient ou le répondant", oids.SNOMED)
_DEFAULT_KIND = "IMMUNIZ"
_ANCHOR = "vac-01"
_HEADINGS = (
    "Date",
    "Vaccin",
    "Lot n°",
    "Rang",
    "Voie d'administration",
    "Région d'administration",
    "Réaction observée",
    "Commentaire",
    "Vaccinateur",
)


def write_vaccination_note(header: DocumentHeader, vaccination: Vaccination, *, pdf: bytes = b"") -> bytes:
    """Return a VAC-NOTE 2023.01 document (UTF-8, with declaration); ``pdf`` adds a copy for people.

    Raises InvalidContent for a header of another type, or a vaccination without name, CIS, ATC, lot, day or author.
    """
    if header.code.code != VACCINATION_NOTE:
        raise InvalidContent(f"une note de vaccination porte le code {VACCINATION_NOTE}, pas {header.code.code}")
    if not (vaccination.name and vaccination.cis and vaccination.atc and vaccination.lot and vaccination.author):
        raise InvalidContent("une vaccination a un nom, un CIS, une classe ATC, un numéro de lot et un auteur")
    with refuse_bad_text():
        document = new_document(header, _TEMPLATES)
        body = structured_body(document)
        section = add_section(body, header.id, _SECTION)
        _narrative(add(section, "text"), vaccination)
        _injection(add(section, "entry"), vaccination, header)
        if pdf:
            add_pdf_copy(body, header.id, pdf)
        return serialize(document, declaration=True)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidContent(f"date de vaccination {quoted(text)} : AAAA-MM-JJ attendu") from error


def _narrative(text: etree._Element, one: Vaccination) -> None:
    row = add(add_table(text, _HEADINGS), "tr")
    who = one.performer or one.author
    cells = (
        (f"{_day(one.date):%d/%m/%Y}", ""),
        (one.name, _ANCHOR),
        (one.lot, ""),
        ("" if one.rank is None else str(one.rank), ""),
        (one.route.label if one.route else "", f"{_ANCHOR}-voie"),
        (one.site.label if one.site else "", f"{_ANCHOR}-region"),
        (one.reaction.label if one.reaction else "", f"{_ANCHOR}-reaction"),
        (one.comment, f"{_ANCHOR}-commentaire"),
        (f"{who.given_name} {who.family_name}" if who else "", ""),
    )
    for value, anchor in cells:
        cell = add(row, "td")
        if value and anchor:
            add(cell, "content", value, ID=anchor)
        else:
            cell.text = value


def _injection(entry: etree._Element, one: Vaccination, header: DocumentHeader) -> None:
    act = add(entry, "substanceAdministration", classCode="SBADM", moodCode="EVN", negationInd="false")
    add_templates(act, oids.T_E_VACCINATION)
    add_id(act, one.id or derived_uid(header.id, _ANCHOR))
    add_code(act, one.kind or IMMUNIZATIONS[_DEFAULT_KIND])
    add_reference(act, _ANCHOR)
    add(act, "statusCode", code="completed")
    add(act, "effectiveTime", value=f"{_day(one.date):%Y%m%d}")
    if one.route:
        add_code(act, one.route, name="routeCode")
    if one.site:
        add_reference(add_code(act, one.site, name="approachSiteCode"), f"{_ANCHOR}-region", name="originalText")
    add_product(add(act, "consumable", typeCode="CSM"), _product(one), of_kind=False)
    if one.performer:
        add_assigned_entity(add(act, "performer", typeCode="PRF"), one.performer)
    if one.author:
        at = one.validated or header.effective_time
        add_author(act, one.author, at, typeCode="AUT", contextControlCode="OP")
    _relations(act, one, header)


def _product(one: Vaccination) -> Product:
    translations = [one.atc] if one.atc else []
    if one.cip13:
        translations.append(Code(one.cip13, one.presentation or one.name, oids.CIP))
    return Product(one.name, one.cis, _ANCHOR, tuple(translations), brand=one.brand, lot=one.lot)


def _relations(act: etree._Element, one: Vaccination, header: DocumentHeader) -> None:
    if one.rank is not None:
        relation = add(act, "entryRelationship", typeCode="SUBJ")
        observation = add(relation, "observation", classCode="OBS", moodCode="EVN")
        add_templates(observation, oids.T_E_RANK)
        add_code(observation, _RANK)
        add(observation, "statusCode", code="completed")
        add(observation, "value", value=str(one.rank)).set(XSI_TYPE, "INT")
    if one.reaction:
        _reaction(add(act, "entryRelationship", typeCode="CAUS", inversionInd="false"), one, one.reaction, header)
    if one.comment:
        add_comment(act, f"{_ANCHOR}-commentaire")


def _reaction(relation: etree._Element, one: Vaccination, reaction: Code, header: DocumentHeader) -> None:
    observation = add(relation, "observation", classCode="OBS", moodCode="EVN")
    add_templates(observation, oids.T_E_REACTION)
    add_id(observation, derived_uid(header.id, f"{_ANCHOR}/reaction"))
    add_code(observation, _SYMPTOM)
    add_reference(observation, f"{_ANCHOR}-reaction")
    add(observation, "statusCode", code="completed")
    day = _day(one.reaction_date or one.date)
    add(add(observation, "effectiveTime"), "low", value=f"{day:%Y%m%d}")
    value = add_code(observation, reaction, name="value")
    value.set(XSI_TYPE, "CD")
    add_reference(value, f"{_ANCHOR}-reaction", name="originalText")
