"""Writes the report of a rapid test in pharmacy: CDA TROD 2024.01, level 3.

Source: specs/cda.md §6.4; confidence high. The title is fixed in its beginning, the act is done in the setting
« Dépistage », the consent is GEN-366. Knows no service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
    add_time,
    derived_uid,
)
from health_documents.cda.write.header import new_document
from health_documents.cda.write.sections import add_comment, add_pdf_copy, add_section, add_table, structured_body
from health_documents.codes.prescription import SectionKind
from health_documents.errors import InvalidContent, refuse_bad_text
from health_documents.values.clinical import RapidTest
from health_documents.values.document import Code, Consent, DocumentHeader, Identifier
from health_documents.values.posology import Quantity
from health_documents.xml import serialize

__all__ = ["CONSENT", "RAPID_TEST", "TITLE", "write_trod"]

RAPID_TEST = "96173-0"
MODEL_VERSION = "2024.01"
TITLE = "Test rapide d'orientation diagnostique : "
CONSENT = Code(
    "GEN-366",
    "Le patient (ou son représentant légal) a donné son consentement pour la réalisation du test.",
    oids.TA_ASIP,
)

_SETTING = "DEPISTAGE"
_TEMPLATES = (Identifier(oids.T_PCC_DOCUMENT), Identifier(oids.T_TROD, MODEL_VERSION))
_MICROBIOLOGY = Code("18725-2", "Microbiologie", oids.LOINC)
_RESULTS_TITLE = "Résultat du test rapide d'orientation diagnostique"


def write_trod(
    header: DocumentHeader,
    tests: Sequence[RapidTest],
    *,
    chapter: Code = _MICROBIOLOGY,
    consent: bool = True,
    pdf: bytes = b"",
) -> bytes:
    """Return a TROD 2024.01 document (UTF-8, with declaration).

    The event of the header is the diagnosis that was sought. The practice setting becomes DEPISTAGE, the consent is
    added unless refused. Raises InvalidContent for a header of another type or title, no event code or no test.
    """
    if header.code.code != RAPID_TEST or not header.title.startswith(TITLE.strip(" :")):
        raise InvalidContent(f"un TROD porte le code {RAPID_TEST} et un titre « {TITLE}… »")
    if not tests or header.event_code is None:
        raise InvalidContent("un TROD a au moins un test et le diagnostic recherché comme acte")
    given = Consent(CONSENT)
    consents = (*header.consents, given) if consent and given not in header.consents else header.consents
    completed = replace(header, practice_setting=_SETTING, consents=consents)
    with refuse_bad_text():
        document = new_document(completed, _TEMPLATES)
        body = structured_body(document)
        kind = SectionKind((oids.T_S_LAB_CHAPTER_IHE, oids.T_S_LAB_CHAPTER), chapter, _RESULTS_TITLE)
        section = add_section(body, header.id, kind)
        _narrative(add(section, "text"), tests)
        _results(section, tests, header)
        if pdf:
            add_pdf_copy(body, header.id, pdf)
        return serialize(document, declaration=True)


def _found(value: Code | Quantity) -> str:
    return value.label if isinstance(value, Code) else str(value)


def _narrative(text: etree._Element, tests: Sequence[RapidTest]) -> None:
    rows = add_table(text, ("Pathologie/Substance dépistée", "Résultat", "Commentaire / Contexte"))
    for rank, test in enumerate(tests, start=1):
        row = add(rows, "tr")
        cells = (("examen", test.label), ("resultat", _found(test.value)), ("commentaire", test.comment))
        for name, value in cells:
            add(add(row, "td"), "content", value, ID=f"{name}-{rank}")
    devices = add_table(text, ("Code UDI du dispositif utilisé", "Fabricant | Référence | N° de lot | Péremption"))
    for rank, test in enumerate(tests, start=1):
        row = add(devices, "tr")
        add(row, "td", test.udi)
        add(add(row, "td"), "content", test.device, ID=f"dispositif-{rank}")


def _results(section: etree._Element, tests: Sequence[RapidTest], header: DocumentHeader) -> None:
    for rank, test in enumerate(tests, start=1):
        entry = add(section, "entry", typeCode="DRIV")
        add_templates(entry, oids.T_E_LAB_RESULTS)
        act = add(entry, "act", classCode="ACT", moodCode="EVN")
        add_code(act, test.family)
        add(act, "statusCode", code="completed")
        if test.udi or test.device:
            _device(act, test, rank)
        _observation(add(act, "entryRelationship", typeCode="COMP"), test, rank, header)


def _device(act: etree._Element, test: RapidTest, rank: int) -> None:
    role = add(add(act, "participant", typeCode="DEV"), "participantRole", classCode="MANU")
    if test.udi:
        add_id(role, oids.UDI, test.udi)
    device = add(role, "playingDevice", classCode="DEV", determinerCode="INSTANCE")
    add_reference(add(device, "code"), f"dispositif-{rank}", name="originalText")


def _observation(relation: etree._Element, test: RapidTest, rank: int, header: DocumentHeader) -> None:
    observation = add(relation, "observation", classCode="OBS", moodCode="EVN")
    add_templates(observation, oids.T_E_LAB_RESULT)
    add_id(observation, derived_uid(header.id, f"examen-{rank}"))
    add_reference(add_code(observation, test.examination), f"examen-{rank}", name="originalText")
    add(observation, "statusCode", code="completed")
    add_time(observation, "effectiveTime", test.at)
    if isinstance(test.value, Code):
        value = add_code(observation, test.value, name="value")
        value.set(XSI_TYPE, "CD")
        add_reference(value, f"resultat-{rank}", name="originalText")
    else:
        add_quantity(observation, "value", test.value).set(XSI_TYPE, "PQ")
    if test.comment:
        add_comment(observation, f"commentaire-{rank}")
