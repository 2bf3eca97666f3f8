"""Looks up the narrative of a section by the ids that entries refer to.

Source: specs/cda.md §3.4 (62 of 107 official samples have references that lead nowhere), §6; confidence high. Lenient:
a reference without ``#`` is followed, one that leads nowhere is empty. Knows no entry.
"""

from __future__ import annotations

from lxml import etree

from health_documents import oids
from health_documents.cda.read.parts import attribute, child, children, text_of

__all__ = ["Narrative"]

_NOTHING = ("", "-")
_POSOLOGY_HEADINGS = ("Posologie", "Fréquence", "Dose", "Rythme")


class Narrative:
    """The text of a section, by id."""

    def __init__(self, section: etree._Element) -> None:
        """Index the ids of the narrative of a section."""
        self._by_id: dict[str, etree._Element] = {}
        for element in section.iterfind(f"{{{oids.NS_HL7}}}text//*[@ID]"):
            self._by_id.setdefault(element.get("ID", ""), element)

    def text(self, reference: str) -> str:
        """Return the text behind a reference; official samples forget the ``#`` now and then."""
        text = text_of(self._by_id.get(reference.removeprefix("#")))
        return "" if text in _NOTHING else text

    def of(self, parent: etree._Element | None, path: str = "text") -> str:
        """Return the text of an element: what it refers to, or what it holds itself."""
        element = child(parent, path)
        return self.text(attribute(element, "reference", "value")) or text_of(element)

    def posology(self, reference: str) -> str:
        """Return the cells of the line's row that tell frequency and dose, joined."""
        if text := self.text(f"{reference}-posologie"):
            return text
        row = self._row(reference)
        return " ; ".join(
            text for heading, text in row if heading.startswith(_POSOLOGY_HEADINGS) and text not in _NOTHING
        )

    def _row(self, reference: str) -> list[tuple[str, str]]:
        element = self._by_id.get(reference.removeprefix("#"))
        row = None if element is None else next(element.iterancestors(f"{{{oids.NS_HL7}}}tr"), None)
        table = None if row is None else next(row.iterancestors(f"{{{oids.NS_HL7}}}table"), None)
        headings = [text_of(one) for one in children(table, "thead/tr/th")]
        return list(zip(headings, [text_of(one) for one in children(row, "td")], strict=False))
