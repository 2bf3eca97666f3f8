"""Writes health products: code CIS with translations, name, form, lot, expiry, class, substances.

Source: specs/cda.md §6.1–6.3 (FR-Produit-de-sante), IHE Pharmacy extension ``urn:ihe:pharm:medication``; confidence
high. Knows no document.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lxml import etree

from health_documents import oids
from health_documents.cda.write.elements import XSI_TYPE, add, add_code, add_quantity, add_reference, add_templates
from health_documents.errors import InvalidContent
from health_documents.quoting import quoted
from health_documents.values.document import Code, Ingredient
from health_documents.values.posology import Quantity

__all__ = ["Product", "add_product"]


@dataclass(frozen=True, slots=True)
class Product:
    """What a product entry says. Without ``cis`` nor ``translations`` it is a preparation that the narrative names."""

    name: str
    cis: str
    anchor: str
    translations: tuple[Code, ...] = ()
    brand: str = ""
    form: Code | None = None
    lot: str = ""
    expiry: str = ""
    atc: Code | None = None
    ingredients: tuple[Ingredient, ...] = ()


def add_product(parent: etree._Element, product: Product, *, of_kind: bool = True) -> None:
    """Append a manufactured product; ``of_kind`` writes the attributes and template of IHE Pharmacy."""
    attributes = {"classCode": "MANU"} if of_kind else {}
    holder = add(parent, "manufacturedProduct", **attributes)
    add_templates(holder, oids.T_E_PRODUCT)
    material = _material(holder) if of_kind else add(holder, "manufacturedMaterial")
    _code(material, product)
    if product.cis or product.translations:
        add(material, "name", product.brand or product.name)
    else:
        add(material, "name", nullFlavor="NA")
    if product.form:
        add_code(material, product.form, name="formCode", ns=oids.NS_PHARM)
    if product.lot:
        add(material, "lotNumberText", product.lot)
    if product.expiry:
        add(material, "expirationTime", ns=oids.NS_PHARM, value=_day(product.expiry))
    if product.atc and of_kind:
        _class(material, product.atc)
    _ingredients(material, product.ingredients)


def _material(holder: etree._Element) -> etree._Element:
    material = add(holder, "manufacturedMaterial", classCode="MMAT", determinerCode="KIND")
    add_templates(material, (oids.T_E_MATERIAL,))
    return material


def _code(material: etree._Element, product: Product) -> None:
    if product.cis:
        code = add_code(material, Code(product.cis, product.name, oids.CIS))
    elif product.translations:
        code = add(material, "code")
    else:
        code = add(material, "code", nullFlavor="NA")
    add_reference(code, product.anchor, name="originalText")
    for translation in product.translations:
        add_code(code, translation, name="translation")


def _class(material: etree._Element, atc: Code) -> None:
    kind = add(material, "asSpecializedKind", ns=oids.NS_PHARM, classCode="GRIC")
    medicine = add(kind, "generalizedMedicineClass", ns=oids.NS_PHARM, classCode="MMAT")
    add_code(medicine, atc, ns=oids.NS_PHARM)
    add(medicine, "name", atc.label, ns=oids.NS_PHARM)


def _ingredients(material: etree._Element, ingredients: Iterable[Ingredient]) -> None:
    for ingredient in ingredients:
        outer = add(material, "ingredient", ns=oids.NS_PHARM, classCode="ACTI")
        if ingredient.amount:
            strength = add(outer, "quantity", ns=oids.NS_PHARM)
            for name, quantity in (("numerator", ingredient.amount), ("denominator", ingredient.per or Quantity("1"))):
                add_quantity(strength, name, quantity).set(XSI_TYPE, "PQ")
        inner = add(outer, "ingredient", ns=oids.NS_PHARM, classCode="MMAT", determinerCode="KIND")
        add_code(inner, ingredient.substance, ns=oids.NS_PHARM)
        add(inner, "name", ingredient.substance.label, ns=oids.NS_PHARM)


def _day(text: str) -> str:
    try:
        return f"{date.fromisoformat(text):%Y%m%d}"
    except ValueError as error:
        raise InvalidContent(f"date de péremption {quoted(text)} : AAAA-MM-JJ attendu") from error
