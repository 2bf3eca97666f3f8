"""Reads health products: codes, name, form, lot, expiry, class, substances.

Source: specs/cda.md §6.1–6.3 (FR-Produit-de-sante); confidence high. Lenient. Shares constants with the writer, and no
code.
"""

from __future__ import annotations

from lxml import etree

from health_documents import oids
from health_documents.cda.read.parts import child, children, read_code
from health_documents.cda.read.posology import read_quantity
from health_documents.values.document import Code, Ingredient

__all__ = ["class_of_product", "code_in", "coded_in", "ingredients_of"]


def coded_in(material: etree._Element | None, system: str) -> Code | None:
    """Return the code of a product in a code system: its own, a translation's or its package's."""
    elements = [*children(material, "code"), *children(material, "code/translation")]
    elements += children(material, "pharm:asContent/pharm:containerPackagedMedicine/pharm:code")
    return next((read_code(one) for one in elements if one.get("codeSystem") == system), None)


def code_in(material: etree._Element | None, system: str) -> str:
    """Return the same as text, empty when there is none."""
    found = coded_in(material, system)
    return found.code if found else ""


def class_of_product(material: etree._Element | None) -> Code | None:
    """Return the ATC class of a product."""
    path = "pharm:asSpecializedKind/pharm:generalizedMedicineClass/pharm:code"
    return read_code(child(material, path)) or coded_in(material, oids.ATC)


def ingredients_of(material: etree._Element | None) -> tuple[Ingredient, ...]:
    """Return the active substances and their strengths."""
    found = []
    for outer in children(material, "pharm:ingredient"):
        substance = read_code(child(outer, "pharm:ingredient/pharm:code"))
        if substance:
            amount = read_quantity(child(outer, "pharm:quantity/numerator"))
            found.append(Ingredient(substance, amount, read_quantity(child(outer, "pharm:quantity/denominator"))))
    return tuple(found)
