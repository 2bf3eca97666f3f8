"""What changes the meaning of a request or a dispense, wherever it stands: looked at in each, refused when unfit.

Source: HL7 FHIR R4 extensibility.html#modifierExtension, medicationrequest.html, medicationdispense.html (modifier
elements); docs/sources/eprescription.md#sens. Knows no rule but these.
"""

from __future__ import annotations

from eprescription_mock import codes
from eprescription_mock.domain.values import Refused
from eprescription_mock.wire.parts import Json, boolean, objects, text

__all__ = ["is_box", "refuse_other_meaning", "refuse_other_unit"]

STATUSES = ("", "active", "draft")
INTENTS = ("", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option")
BOXES = ("", "boîte", "boîtes", "boite", "boites", "bte")


def refuse_other_meaning(order: Json, where: str) -> None:
    """Refuse a request that does not ask for a delivery, or whose sense is turned by what the service cannot read."""
    refuse_modifiers(order, where)
    status, intent = text(order, "status", where), text(order, "intent", where)
    if status not in STATUSES:
        raise Refused("statut-refuse", status[:40], received=status, where=f"{where}.status")
    if intent not in INTENTS:
        raise Refused("intention-refusee", intent[:40], received=intent, where=f"{where}.intent")
    if boolean(order, "doNotPerform", where, False):
        received = "doNotPerform à true : ne pas délivrer"
        raise Refused("element-modificateur", "doNotPerform", received=received, where=f"{where}.doNotPerform")


def refuse_modifiers(resource: Json, where: str) -> None:
    """Refuse what FHIR forbids to pass over: rules of another place, modifier extensions."""
    if rules := text(resource, "implicitRules", where):
        raise Refused("element-modificateur", "implicitRules", received=rules, where=f"{where}.implicitRules")
    for one in objects(resource, "modifierExtension", where):
        url = text(one, "url", where) or "sans url"
        raise Refused("element-modificateur", url[:60], received=url, where=f"{where}.modifierExtension")
    for dosage in objects(resource, "dosageInstruction", where):
        refuse_modifiers_of_dosage(dosage, f"{where}.dosageInstruction")


def refuse_modifiers_of_dosage(dosage: Json, where: str) -> None:
    """Refuse the modifier extension of a posology."""
    for one in objects(dosage, "modifierExtension", where):
        url = text(one, "url", where) or "sans url"
        raise Refused("element-modificateur", url[:60], received=url, where=f"{where}.modifierExtension")


def is_box(quantity: Json, where: str) -> bool:
    """Tell whether a quantity counts boxes: by the code of EDQM, else by the word, or without any unit."""
    code, unit = text(quantity, "code", where), text(quantity, "unit", where)
    if code:
        return code == codes.EDQM_BOX and text(quantity, "system", where) in ("", codes.SYSTEM_EDQM)
    return unit.lower() in BOXES


def refuse_other_unit(quantity: Json, where: str) -> None:
    """Refuse a delivered quantity that does not count boxes."""
    if not is_box(quantity, where):
        unit = text(quantity, "code", where) or text(quantity, "unit", where)
        system = text(quantity, "system", where)
        received = f"{quantity.get('value')} {text(quantity, 'unit', where)} ({system}|{unit})"
        raise Refused("unite-refusee", unit[:40], received=received[:120], where=where)
