"""Identifiers of French health care: formats, keys and the OIDs that name their domains.

Source: specs/insi.md §4 (matricule, key, INS roots), specs/psc.md §2.4 (RPPS), specs/cda.md §4 (PS_IdNat,
Struct_IdNat), specs/eprescription.md §6 (CIP13). Confidence high unless a name says otherwise.
Knows nothing of services, sessions or the wire; the reference client may import it.
"""

from __future__ import annotations

import re

__all__ = [
    "OID_EPU",
    "OID_INS_NIA",
    "OID_INS_NIR",
    "OID_INS_NIR_DEMO",
    "OID_INS_NIR_TEST",
    "OID_PS_IDNAT",
    "OID_STRUCT_IDNAT",
    "ROOTS_OF_INS",
    "cip13_of",
    "finess_is_valid",
    "gtin_check_digit",
    "luhn_is_valid",
    "matricule_is_valid",
    "nir_key",
    "rpps_is_valid",
]

OID_INS_NIR = "1.2.250.1.213.1.4.8"
OID_INS_NIA = "1.2.250.1.213.1.4.9"
OID_INS_NIR_TEST = "1.2.250.1.213.1.4.10"
OID_INS_NIR_DEMO = "1.2.250.1.213.1.4.11"
ROOTS_OF_INS = frozenset({OID_INS_NIR, OID_INS_NIA, OID_INS_NIR_TEST, OID_INS_NIR_DEMO})

OID_PS_IDNAT = "1.2.250.1.71.4.2.1"
OID_STRUCT_IDNAT = "1.2.250.1.71.4.2.2"

OID_EPU = "1.2.250.1.215.500.1.1"
"""Root of the number of an electronic prescription (specs/eprescription.md §2)."""

_NIR = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}")
_CORSICA = {"A": "19", "B": "18"}


def nir_key(nir: str) -> str:
    """Return the two-digit key of a 13-character NIR or NIA: 97 − (NIR mod 97), 2A counted 19 and 2B counted 18.

    Raises ValueError when the thirteen characters are not of the form of a NIR.
    """
    if not _NIR.fullmatch(nir):
        raise ValueError(f"not a 13-character NIR: {nir!r}")
    letter = nir[6]
    digits = nir[:5] + _CORSICA[letter] + nir[7:] if letter in _CORSICA else nir
    return f"{97 - int(digits) % 97:02d}"


def matricule_is_valid(matricule: str) -> bool:
    """Tell whether fifteen characters are a matricule INS whose key is right."""
    return (
        len(matricule) == 15
        and _NIR.fullmatch(matricule[:13]) is not None
        and matricule[13:] == nir_key(matricule[:13])
    )


def luhn_is_valid(digits: str) -> bool:
    """Tell whether a string of digits ends in its Luhn check digit."""
    if not digits.isdigit():
        return False
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def rpps_is_valid(national_id: str) -> bool:
    """Tell whether a PS_IdNat is ``8`` followed by an 11-digit RPPS with a right Luhn digit."""
    return len(national_id) == 12 and national_id[0] == "8" and luhn_is_valid(national_id[1:])


def finess_is_valid(struct_idnat: str) -> bool:
    """Tell whether a Struct_IdNat is ``1`` followed by a nine-character FINESS."""
    return re.fullmatch(r"1[0-9][0-9AB][0-9]{7}", struct_idnat) is not None


def gtin_check_digit(digits: str) -> str:
    """Return the EAN-13 check digit of twelve digits."""
    return str(-sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10)


def cip13_of(cip7: str) -> str:
    """Return the CIP13 of a seven-digit CIP: ``34009``, the CIP7 and the EAN-13 check digit."""
    return (stem := f"34009{cip7}") + gtin_check_digit(stem)
