"""What a dispensation must be to enter a dossier; and the codes of boxes wherever they are asked about.

Source: docs/sources/dp.md#alimentation, #unites, #lots. Knows no wire, no store.
"""

from __future__ import annotations

import re

from dp_mock import codes
from dp_mock.domain.values import Dispensation, Refused
from health_documents.identifiers import gtin_check_digit

__all__ = ["check_box", "check_dispensation", "same_dispensation"]

CIP13 = re.compile(r"34009[0-9]{8}", re.ASCII)
LOT = re.compile(r"[!-~]{1,20}", re.ASCII)
"""GS1 identifier 10: twenty characters at most."""


def check_box(cip13: str, lot: str, where: str = "") -> None:
    """Refuse a CIP13 or a lot whose form is wrong; an empty lot is none. ``where`` stands before the members' names."""
    if not CIP13.fullmatch(cip13) or gtin_check_digit(cip13[:-1]) != cip13[-1]:
        right = f"{cip13[:-1]}{gtin_check_digit(cip13[:-1])}" if CIP13.fullmatch(cip13) else ""
        expected = f"{right}, si les douze premiers chiffres sont justes" if right else ""
        received = cip13[:40] or "absent"
        raise Refused("cip-invalide", received, received=received, expected=expected, where=f"{where}cip13")
    if lot and not LOT.fullmatch(lot):
        raise Refused("lot-invalide", lot[:40], received=f"« {lot[:40]} »", where=f"{where}lot")


def check_dispensation(one: Dispensation, where: str) -> None:
    """Refuse a dispensation that breaks a rule; ``where`` is its place in the body."""
    check_box(one.cip13, one.lot, f"{where}.")
    if not 1 <= one.boxes <= codes.MAX_BOXES:
        expected = f"un nombre entier de 1 à {codes.MAX_BOXES}"
        raise Refused(
            "quantite-invalide", f"{one.boxes}", received=f"{one.boxes}", expected=expected, where=f"{where}.boites"
        )
    if one.split and one.units < 1:
        raise Refused("unites-absentes", received=f"{one.units or 'absent'}", where=f"{where}.unites")
    if one.units and not one.split:
        received, expected = f"unites : {one.units}, deconditionne : faux", "deconditionne : vrai, ou aucune unité"
        remedy = "Mettez deconditionne à vrai quand vous donnez un nombre d'unités."
        raise Refused(
            "unites-absentes", received=received, expected=expected, where=f"{where}.deconditionne", remedy=remedy
        )
    if one.units > codes.MAX_UNITS:
        expected = f"un nombre entier de 1 à {codes.MAX_UNITS}"
        raise Refused("quantite-invalide", received=f"{one.units}", expected=expected, where=f"{where}.unites")


def same_dispensation(one: Dispensation, other: Dispensation) -> bool:
    """Tell whether two dispensations of one identifier say the same: the second is the first, sent again."""
    return _said(one) == _said(other)


def _said(one: Dispensation) -> tuple[object, ...]:
    return one.matricule, one.structure, one.cip13, one.boxes, one.split, one.units, one.lot, one.expiry
