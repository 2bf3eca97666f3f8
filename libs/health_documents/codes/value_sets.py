"""Value sets and code systems as data, and the loader of the official files of the CI-SIS.

Source: specs/cda.md §4, §6 and §9; the facts of ``data/value-sets*.csv`` and ``data/code-systems.csv`` (OID, version,
date of the last change) were taken from the value sets of 2025-10-10; confidence high. The official files are read from
the folder that the user names, and never shipped. Knows no document.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from lxml import etree

from health_documents.codes.systems import CodeTable
from health_documents.errors import ArtefactsError
from health_documents.values.document import Code
from health_documents.xml import MalformedXml, parse

__all__ = [
    "CIVILITIES",
    "ENCOUNTERS",
    "FUNCTIONS",
    "IMMUNIZATIONS",
    "IMMUNIZATION_ROUTES",
    "PARTICIPATIONS",
    "RELATIONS",
    "SUBSTITUTIONS",
    "TITLES",
    "CodeSystem",
    "OfficialSet",
    "code_systems",
    "official_value_sets",
    "value_set",
]

VALUE_SETS_FOLDER = "jeuxDeValeurs"
_SVS = "{urn:ihe:iti:svs:2008}"


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """A code system: OID, usual name, what it codes, version (a date, or ``inconnue``), where the fact was read."""

    oid: str
    name: str
    label: str
    version: str
    source: str


@dataclass(frozen=True, slots=True)
class OfficialSet:
    """An official value set: OID, name, day of the last change, labels by (code, system); ``retired`` codes apart."""

    oid: str
    name: str
    version: str
    labels: MappingProxyType[tuple[str, str], str]
    retired: frozenset[tuple[str, str]]


def _rows(name: str) -> list[dict[str, str]]:
    text = files("health_documents").joinpath(f"data/{name}").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def code_systems() -> MappingProxyType[str, CodeSystem]:
    """Return the code systems that documents use, by OID."""
    return MappingProxyType({row["oid"]: CodeSystem(**row) for row in _rows("code-systems.csv")})


@cache
def _all() -> dict[str, CodeTable]:
    codes: dict[str, dict[str, Code]] = {}
    for row in _rows("value-sets.csv"):
        codes.setdefault(row["set"], {})[row["code"]] = Code(row["code"], row["label"], row["system"])
    return {
        row["set"]: CodeTable(row["name"], row["oid"], row["version"], row["file"], MappingProxyType(codes[row["set"]]))
        for row in _rows("value-sets-index.csv")
    }


def value_set(key: str) -> CodeTable:
    """Return one of our value sets by its key in ``data/value-sets-index.csv``; KeyError for another."""
    return _all()[key]


ENCOUNTERS = value_set("encounters")
PARTICIPATIONS = value_set("participations")
FUNCTIONS = value_set("functions")
RELATIONS = value_set("relations")
CIVILITIES = value_set("civilities")
TITLES = value_set("titles")
SUBSTITUTIONS = value_set("substitutions")
IMMUNIZATIONS = value_set("immunizations")
IMMUNIZATION_ROUTES = value_set("immunization_routes")


def official_value_sets(folder: Path) -> dict[str, OfficialSet]:
    """Return the official value sets of a folder (or of its ``jeuxDeValeurs``), by OID.

    Raises ArtefactsError when the folder has none or one of its files is no value set.
    """
    inner = folder / VALUE_SETS_FOLDER
    found = {one.oid: one for one in _official(inner if inner.is_dir() else folder)}
    if not found:
        raise ArtefactsError(f"aucun jeu de valeurs (JDV) dans {folder}")
    return found


def _official(folder: Path) -> Iterator[OfficialSet]:
    for path in sorted(folder.glob("*.xml")):
        try:
            root = parse(path.read_bytes())
        except (MalformedXml, OSError) as error:
            raise ArtefactsError(f"{path.name} : jeu de valeurs illisible ({error})") from error
        for element in root.iter(f"{_SVS}ValueSet"):
            concepts = list(element.iter(f"{_SVS}Concept"))
            yield OfficialSet(
                oid=element.get("id", ""),
                name=element.get("displayName", "").removesuffix(".tabs"),
                version=element.get("dateMaj", "")[:8],
                labels=MappingProxyType({_key(one): one.get("displayName", "").strip() for one in concepts}),
                retired=frozenset(_key(one) for one in concepts if one.get("dateFin")),
            )


def _key(concept: etree._Element) -> tuple[str, str]:
    return concept.get("code", "").strip(), concept.get("codeSystem", "")
