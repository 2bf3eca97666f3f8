"""Rules on codes: in their value set, with its label, not retired; the type of the document first.

Source: specs/cda.md §3.4 (the official check of labels is switched off), §4 and §9; confidence high. Our own tables are
enough for what is complete in them; the official files, when the user names their folder, decide the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from health_documents import oids
from health_documents.cda.read.parts import child
from health_documents.codes.systems import CONFIDENTIALITY, PRACTICE_SETTINGS, SEXES, CodeTable, document_types
from health_documents.codes.value_sets import ENCOUNTERS, FUNCTIONS, RELATIONS, OfficialSet
from health_documents.validation.rules import Faults, fault
from health_documents.validation.source import HL7, CdaSource

__all__ = ["code_rules"]

J01, J02, J04, J07 = (f"1.2.250.1.213.1.1.5.{number}" for number in (461, 466, 467, 471))


@dataclass(frozen=True, slots=True)
class _Use:
    """Where a value set binds: a path from the root, the OID of the set, our table, the rule of its codes."""

    path: str
    oid: str
    table: CodeTable | None
    rule: str = "CDA-COD-01"


def _uses() -> tuple[_Use, ...]:
    return (
        _Use("confidentialityCode", CONFIDENTIALITY.oid, CONFIDENTIALITY),
        _Use("recordTarget//administrativeGenderCode", SEXES.oid, SEXES),
        _Use("informant/relatedEntity/code", RELATIONS.oid, RELATIONS),
        _Use(".//functionCode", FUNCTIONS.oid, FUNCTIONS),
        _Use("componentOf/encompassingEncounter/code", ENCOUNTERS.oid, ENCOUNTERS),
        _Use(".//standardIndustryClassCode", J04, PRACTICE_SETTINGS),
        _Use("componentOf//healthCareFacility/code", J02, None),
        _Use("author/assignedAuthor/code", J01, None, "CDA-PS-04"),
        _Use("legalAuthenticator/assignedEntity/code", J01, None, "CDA-PS-04"),
        _Use("documentationOf//performer/assignedEntity/code", J01, None, "CDA-PS-04"),
    )


_USES = _uses()
_NAMESPACES = {"": oids.NS_HL7}


def code_rules(source: CdaSource, official: Mapping[str, OfficialSet] | None = None) -> Faults:
    """Yield the faults of codes; ``official`` are the value sets of the user's folder, by OID."""
    sets = official or {}
    yield from _type(source.root, sets)
    for use in _USES:
        for element in source.root.iterfind(use.path, _NAMESPACES):
            yield from _bound(element, use, sets)
    yield from _systems(source.root)


def _type(root: etree._Element, sets: Mapping[str, OfficialSet]) -> Faults:
    element = child(root, "code")
    if element is None or not element.get("code"):
        yield fault("CDA-HDR-05", root if element is None else element, "code absent", "un code de JDV_J07")
        return
    key = element.get("code", ""), element.get("codeSystem", "")
    labels = _labels(document_types(), sets.get(J07))
    if key not in labels:
        yield fault("CDA-HDR-05", element, f"{key[0]} ({key[1] or 'sans système'})", "un code de JDV_J07")
    elif _differs(element.get("displayName", ""), labels[key]):
        yield fault("CDA-HDR-06", element, element.get("displayName") or "absent", labels[key])


def _labels(table: CodeTable | None, official: OfficialSet | None) -> dict[tuple[str, str], str]:
    ours = {(one.code, one.system): one.label for one in table.codes.values()} if table else {}
    return ours | dict(official.labels) if official else ours


def _differs(found: str, expected: str) -> bool:
    return _folded(found) != _folded(expected)


def _folded(label: str) -> str:
    return " ".join(label.replace("’", "'").split()).casefold()


def _bound(element: etree._Element, use: _Use, sets: Mapping[str, OfficialSet]) -> Faults:
    key = element.get("code", ""), element.get("codeSystem", "")
    official = sets.get(use.oid)
    labels = _labels(use.table, official)
    if not key[0] or not labels or element.get("nullFlavor"):
        return
    name = official.name if official else use.table.name if use.table else use.oid
    if key not in labels:
        yield fault(use.rule, element, f"{key[0]} ({key[1] or 'sans système'})", name)
        return
    if official and key in official.retired:
        yield fault("CDA-COD-03", element, key[0], name)
    if (label := element.get("displayName", "")) and _differs(label, labels[key]):
        yield fault("CDA-COD-02", element, label, labels[key])


def _systems(root: etree._Element) -> Faults:
    for element in root.iter(f"{HL7}code", f"{HL7}value", f"{HL7}translation", f"{HL7}routeCode"):
        is_coded = element.get("code") and not element.get("codeSystem")
        if is_coded:
            yield fault("CDA-COD-04", element, element.get("code", ""), "codeSystem")
