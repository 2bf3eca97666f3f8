"""Reads what is prescribed or delivered: a code, a Medication contained or beside, a compound and its ingredients.

Source: docs/sources/eprescription.md#codes-produits; HL7 FHIR R4 medication.html. Knows no rule but the form of codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eprescription_mock import codes
from eprescription_mock.codes.products import ADMITTED, KIND_OF_SYSTEM, KINDS, ProductKind
from eprescription_mock.domain.values import Refused
from eprescription_mock.wire.parts import Json, References, codings, invalid, member, objects, text
from health_documents.identifiers import gtin_check_digit

__all__ = ["Product", "read_product", "required_product"]

DEVICES = (codes.SYSTEM_LPP, codes.SYSTEM_EMDN)


@dataclass(frozen=True, slots=True)
class Product:
    """A product as it was named: ``found`` are (system, code), ``parts`` those of its ingredients."""

    name: str
    found: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...] = ()

    def code(self, kind: str) -> str:
        """Return the code of a kind, empty when there is none."""
        return next((code for system, code in self.found if system in KINDS[kind].systems), "")

    @property
    def device(self) -> str:
        """The code of a device, of LPP before EMDN."""
        return next((code for wanted in DEVICES for system, code in self.found if system == wanted), "")

    @property
    def other(self) -> str:
        """What names the product when neither CIS nor CIP does: a kind and its code, or that it is a compound."""
        named = (f"{KIND_OF_SYSTEM[s].name} {c}" for s, c in self.found if s in KIND_OF_SYSTEM and c)
        return next(named, "préparation" if self.parts else "")


def read_product(resource: Json, references: References, where: str) -> Product:
    """Return the product of a request or a dispense. Raises Refused for a form or a reference that is wrong."""
    place = f"{where}.medication"
    concept = member(resource, "medicationCodeableConcept", where) or member(resource, "codeCodeableConcept", where)
    link = member(resource, "medicationReference", where) or member(resource, "codeReference", where)
    if concept and link:
        detail = "un seul de medicationCodeableConcept et medicationReference est attendu"
        raise invalid(place, detail, "les deux")
    medication = _resolved(link, resource, references, place) if link else {}
    named = concept or member(medication, "code", place)
    found = list(codings(named, place))
    name = text(named, "text", where) or next((display for _, _, display in found if display), "")
    coded = tuple((system, code) for system, code, _ in found if code)
    return Product(name, coded, tuple(_ingredients(medication, resource, references, place)))


def required_product(resource: Json, references: References, where: str) -> Product:
    """Return the product of a request: of a code that the service knows, in its form. Raises Refused."""
    product, place = read_product(resource, references, where), f"{where}.medication"
    for system, code in (*product.found, *product.parts):
        if system in KIND_OF_SYSTEM:
            _refuse_bad_form(KIND_OF_SYSTEM[system], code, place)
    for kind in KINDS.values():
        _refuse_two(kind, product, place)
    if not (product.other or product.device):
        raise _unknown(product, place)
    return product


def _resolved(link: Json, holder: Json, references: References, where: str) -> Json:
    reference = text(link, "reference", where)
    found = references.resolved(reference, holder)
    if not found:
        received = f"« {reference} »" if reference else "une référence sans adresse"
        raise Refused("reference-non-resolue", reference[:60], received=received, where=f"{where}Reference")
    return found


def _ingredients(medication: Json, holder: Json, references: References, where: str) -> Iterator[tuple[str, str]]:
    for one in objects(medication, "ingredient", where):
        concept = member(one, "itemCodeableConcept", f"{where}.ingredient")
        link = member(one, "itemReference", f"{where}.ingredient")
        if link:
            concept = member(_resolved(link, holder, references, f"{where}.ingredient.item"), "code", where)
        found = [(system, code) for system, code, _ in codings(concept, f"{where}.ingredient") if code]
        if not found and not text(concept, "text", where):
            raise invalid(f"{where}.ingredient", "un composant codé ou nommé est attendu", concept or None)
        yield from found or [("", "")]


def _refuse_bad_form(kind: ProductKind, code: str, where: str) -> None:
    if kind.name == "CIP":
        return  # The rules refuse it, with the key that it should have.
    keyed = kind.keyed and code.isascii() and code.isdigit()
    if kind.pattern.fullmatch(code) and (not keyed or code[-1] == gtin_check_digit(code[:-1])):
        return
    received = f"{kind.name} « {code} »"
    raise Refused("medicament-invalide", received[:60], received=received, expected=kind.form, where=where)


def _refuse_two(kind: ProductKind, product: Product, where: str) -> None:
    named = dict.fromkeys(code for system, code in product.found if system in kind.systems)
    if len(named) > 1:
        received = f"{kind.name} {' et '.join(named)}"
        expected = f"un seul code {kind.name}, ou une ligne par produit"
        raise Refused("medicament-invalide", received[:80], received=received, expected=expected, where=where)


def _unknown(product: Product, where: str) -> Refused:
    systems = ", ".join(f"{system or 'sans système'}|{code}" for system, code in product.found)
    named = f"« {product.name} » sans code" if product.name else "absent"
    received = f"{systems}, d'un système inconnu" if systems else named
    return Refused("medicament-invalide", received[:120], received=received, expected=ADMITTED, where=where)
