"""The official artefacts that a user may have: schemas, value sets, schematrons. Read once, kept warm.

Source: specs/cda.md §1.1 (tree of TestContenuCDA) and §7 (versions differ: the folder is a setting); confidence high.
Nothing of them ships with the library.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from pathlib import Path

from lxml import etree

from health_documents.codes.value_sets import OfficialSet, official_value_sets
from health_documents.errors import ArtefactsError
from health_documents.validation.rules import Fault, Faults
from health_documents.validation.schematron import Schematrons

__all__ = ["Artefacts", "artefacts_in"]

SCHEMA = Path("infrastructure") / "cda" / "CDA_extended.xsd"
SCHEMATRONS = "schematrons"
_TREE = "TestContenuCDA-3-0"
_MAX_FAULTS = 200
_NAMESPACE = re.compile(r"\{[^}]*\}")


class Artefacts:
    """A folder with the tree of TestContenuCDA, or some of it. Everything is loaded when first asked for."""

    def __init__(self, folder: Path) -> None:
        """Name the folder, or the folder that holds it. Raises ArtefactsError when it is none of both."""
        inner = folder / _TREE
        self.folder = inner if inner.is_dir() else folder
        if not self.folder.is_dir():
            raise ArtefactsError(f"dossier d'artefacts introuvable : {folder}")

    @cached_property
    def schema(self) -> etree.XMLSchema | None:
        """The official schema, None when the folder has none. Raises ArtefactsError when it cannot be used."""
        path = self.folder / SCHEMA
        if not path.is_file():
            return None
        try:
            return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))
        except (etree.LxmlError, OSError) as error:
            raise ArtefactsError(f"schéma {path.name} inutilisable : {error}") from error

    @cached_property
    def value_sets(self) -> dict[str, OfficialSet]:
        """The official value sets by OID, empty when the folder has none."""
        try:
            return official_value_sets(self.folder)
        except ArtefactsError:
            return {}

    @cached_property
    def schematrons(self) -> Schematrons:
        """The schematrons of the folder, compiled when first used."""
        return Schematrons(self.folder / SCHEMATRONS)

    def schema_faults(self, root: etree._Element) -> Faults:
        """Yield what the official schema says of a document."""
        if self.schema is None or self.schema.validate(root):
            return
        for entry in list(self.schema.error_log)[:_MAX_FAULTS]:
            yield Fault("CDA-XSD-01", _NAMESPACE.sub("", entry.message)[:300], "", entry.line)


@cache
def artefacts_in(folder: Path) -> Artefacts:
    """Return the artefacts of a folder, always the same object: schemas and schematrons stay compiled."""
    return Artefacts(folder)
