"""The small SOAP services of the DMP (TD0.3, TD0.4, TD1.6): requests of a few texts, answers in an ``output``.

Source: docs/sources/dmp.md#liste-autorisations: children are qualified, although the schema says the contrary of its
elements by default; each may be missing (high). Knows no rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from dmp_mock.facts import Remark

__all__ = ["Fields", "append", "output_of", "read_fields"]

_MAX_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Fields:
    """The texts of a request by name, "" for what is empty or absent, and what was tolerated in reading them."""

    texts: Mapping[str, str]
    remarks: tuple[Remark, ...]

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")


def read_fields(body: etree._Element, names: Iterable[str]) -> Fields:
    """Return the texts of these children; one without its namespace is read too, with a remark."""
    request = etree.QName(body)
    texts: dict[str, str] = {}
    remarks = []
    for name in names:
        qualified = body.find(f"{{{request.namespace}}}{name}")
        bare = body.find(name) if qualified is None else None
        element = bare if qualified is None else qualified
        texts[name] = "" if element is None else (element.text or "").strip()[:_MAX_SHOWN]
        if bare is not None:
            where = f"{request.localname}/{name}"
            remarks.append(Remark(where=where, received="sans espace de noms", expected=str(request.namespace)))
    return Fields(texts, tuple(remarks))


def output_of(namespace: str, name: str) -> tuple[etree._Element, etree._Element]:
    """Return the root of an answer and its ``output``."""
    root = etree.Element(f"{{{namespace}}}{name}", nsmap={"ns1": namespace})
    return root, append(root, "output")


def append(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    """Append a child of the same namespace."""
    element = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    element.text = text or None
    return element
