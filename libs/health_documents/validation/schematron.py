"""Runs ISO Schematrons of query binding XSLT 2 by ``saxonche``, an optional extra; each is compiled once.

Source: specs/cda.md §1.3 (order of the official validation) and §10 (saxonche is the only way in process); ISO/IEC
19757-3. The folder must hold the skeleton stylesheets that make a schematron an XSLT (``moteur/``), as TestContenuCDA
has; confidence high for the pipeline, the schematrons themselves are not ours. Messages are those of their authors.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any

from lxml import etree

from health_documents.errors import ArtefactsError
from health_documents.validation.rules import Fault, Faults
from health_documents.xml import MalformedXml, parse

__all__ = ["Schematrons", "saxon_is_installed"]

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_ENGINE = "moteur"
_STEPS = ("iso_dsdl_include.xsl", "iso_abstract_expand.xsl", "iso_svrl_for_xslt2.xsl")
_GENERIC = (
    "profils/IHE.sch",
    "profils/terminologies/schematron/terminologie.sch",
    "profils/CI-SIS_ModelesDeContenusCDA.sch",
    "profils/structurationMinimale/ASIP-STRUCT-MIN-StrucMin.sch",
    "profils/CI-SIS_Modeles_ANS.sch",
)


def saxon_is_installed() -> bool:
    """Tell whether the optional extra ``schematron`` (saxonche) is there."""
    return importlib.util.find_spec("saxonche") is not None


class Schematrons:
    """The schematrons of a folder. Not for several threads at once: a lock keeps Saxon to one document at a time."""

    def __init__(self, folder: Path, engine: Path | None = None) -> None:
        """Name the folder; ``engine`` is where the skeleton stylesheets are (default: ``moteur`` in the folder)."""
        self.folder = folder
        self._engine = engine or folder / _ENGINE
        self._compiled: dict[Path, Any] = {}
        self._lock = Lock()
        self._processor: Any = None

    @property
    def available(self) -> str:
        """Empty when schematrons can run, else the reason, in French."""
        if not any(self.folder.glob("**/*.sch")):
            return "schématrons absents du dossier d'artefacts"
        if not saxon_is_installed():
            return "schématrons non joués : installer l'option « schematron » (saxonche)"
        missing = [name for name in _STEPS if not (self._engine / name).is_file()]
        return f"moteur des schématrons incomplet : {', '.join(missing)}" if missing else ""

    def chosen(self, model: str, version: str) -> list[Path]:
        """Return the schematrons for a document: the generic ones, then that of its model and version."""
        generic = [self.folder / name for name in _GENERIC if (self.folder / name).is_file()]
        named = sorted(self.folder.glob(f"CI-SIS_*{model}_{version}.sch")) if model and version else []
        return generic + named

    def faults(self, data: bytes, schematron: Path) -> Faults:
        """Yield the failed assertions of one schematron. Raises ArtefactsError when it cannot be run."""
        with self._lock:
            report = self._run(data, schematron)
        yield from _failed(report, schematron.stem)

    def _run(self, data: bytes, schematron: Path) -> bytes:
        saxon = importlib.import_module("saxonche")
        try:
            executable = self._compiled.get(schematron) or self._compile(schematron)
            node = self._processor.parse_xml(xml_text=data.decode("utf-8-sig"))
            result: str = executable.transform_to_string(xdm_node=node)
        except (saxon.PySaxonApiError, UnicodeDecodeError) as error:
            raise ArtefactsError(f"schématron {schematron.name} : {error}") from error
        return result.encode("utf-8")

    def _compile(self, schematron: Path) -> Any:
        saxon = importlib.import_module("saxonche")
        self._processor = self._processor or saxon.PySaxonProcessor(license=False)
        compiler = self._processor.new_xslt30_processor()
        node = self._processor.parse_xml(xml_file_name=str(schematron))
        for step in _STEPS:
            stylesheet = compiler.compile_stylesheet(stylesheet_file=str(self._engine / step))
            node = stylesheet.transform_to_value(xdm_node=node).item_at(0)
        self._compiled[schematron] = compiler.compile_stylesheet(stylesheet_node=node)
        return self._compiled[schematron]


def _failed(report: bytes, name: str) -> Iterator[Fault]:
    try:
        root = parse(report)
    except MalformedXml as error:
        raise ArtefactsError(f"rapport du schématron {name} illisible : {error.reason}") from error
    for element in root.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
        message = " ".join("".join(element.itertext()).split())
        yield Fault("CDA-SCH-01", message[:500], name, _line(element), element.get("location", "")[:300])


def _line(element: etree._Element) -> int:
    line = element.get("line", "")
    return int(line) if line.isdigit() else 0
