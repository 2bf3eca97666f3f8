"""Registry objects of ebRIM 3.0 as they are written: slots, identifiers, classifications, names. Reads, never judges.

The one reader of ebRIM: who wants typed metadata (``read``), or all of it to judge (a registry), stands on it. Lenient:
what is absent is empty; the order of slots and empty ``nodeRepresentation`` mean nothing. Source: OASIS ebRIM 3.0 §2;
IHE ITI TF-3 §4.2; confidence high.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from health_documents import oids

__all__ = ["Classified", "Slots", "attribute", "classifications", "externals", "label", "rim", "slots"]

Slots = Mapping[str, tuple[str, ...]]


def rim(name: str) -> str:
    """Return the qualified name of an element of ebRIM."""
    return f"{{{oids.NS_RIM}}}{name}"


@dataclass(frozen=True, slots=True)
class Classified:
    """A Classification: its scheme (or the node it names), the code, the label and its slots."""

    scheme: str
    node: str
    code: str
    label: str
    slots: Slots

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of a slot, none when it is absent."""
        return self.slots.get(name, ())

    def value(self, name: str) -> str:
        """Return the first value of a slot, "" when it is absent."""
        return next(iter(self.values(name)), "")


def attribute(element: etree._Element, name: str) -> str:
    """Return an attribute, "" when it is absent."""
    return element.get(name) or ""


def slots(element: etree._Element) -> dict[str, tuple[str, ...]]:
    """Return the slots of an object, their values without outer white space."""
    return {
        attribute(slot, "name"): tuple(
            (value.text or "").strip() for value in slot.iterfind(f"{rim('ValueList')}/{rim('Value')}")
        )
        for slot in element.iterchildren(rim("Slot"))
    }


def label(element: etree._Element, name: str = "Name") -> str:
    """Return the text of ``Name`` or ``Description``, "" when it is absent."""
    localized = element.find(f"{rim(name)}/{rim('LocalizedString')}")
    return "" if localized is None else attribute(localized, "value")


def externals(element: etree._Element) -> dict[str, str]:
    """Return the external identifiers of an object by scheme."""
    return {
        attribute(each, "identificationScheme"): attribute(each, "value").strip()
        for each in element.iterchildren(rim("ExternalIdentifier"))
    }


def classifications(element: etree._Element) -> Iterator[Classified]:
    """Yield the classifications of an object, in order."""
    for each in element.iterchildren(rim("Classification")):
        yield Classified(
            scheme=attribute(each, "classificationScheme"),
            node=attribute(each, "classificationNode"),
            code=attribute(each, "nodeRepresentation"),
            label=label(each),
            slots=slots(each),
        )
