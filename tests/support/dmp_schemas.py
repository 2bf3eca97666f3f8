"""XML schemas put together for the tests: those that the descriptions of the DMP serve, and those of a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lxml import etree

__all__ = ["flaws_of", "schema_of", "schema_of_file"]

XSD = "http://www.w3.org/2001/XMLSchema"


def schema_of(description: bytes, folder: Path) -> etree.XMLSchema:
    """Return the types of a description as one schema; each is written to ``folder`` first."""
    folder.mkdir(exist_ok=True)
    driver = etree.Element(f"{{{XSD}}}schema", nsmap={"xsd": XSD})
    for number, schema in enumerate(etree.fromstring(description).iter(f"{{{XSD}}}schema")):
        path = folder / f"{number}.xsd"
        path.write_bytes(etree.tostring(schema))
        namespace = schema.get("targetNamespace") or ""
        etree.SubElement(driver, f"{{{XSD}}}import", namespace=namespace, schemaLocation=path.name)
    whole = folder / "all.xsd"
    whole.write_bytes(etree.tostring(driver))
    return schema_of_file(whole)


def schema_of_file(path: Path) -> etree.XMLSchema:
    """Return the schema of a file, and of those it names beside it."""
    return etree.XMLSchema(etree.parse(str(path)))


def flaws_of(schema: etree.XMLSchema, elements: Iterable[etree._Element]) -> list[str]:
    """Return what a schema finds wrong with messages."""
    found: list[str] = []
    for element in elements:
        alone = etree.fromstring(etree.tostring(element, with_tail=False))
        if not schema.validate(alone):
            found.extend(str(error) for error in schema.error_log)
    return found
