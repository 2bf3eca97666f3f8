"""Reads the GS1 DataMatrix of a drug box: product code, lot, expiry, serial number.

Source: GS1 General Specifications §3 (identifiers 01, 10, 17, 21, FNC1 as a separator), specs/requirements.md §2.5
(VACC/NOTE.04: the code of the box fills the note), specs/eprescription.md §6 (CIP13); confidence high. A French GTIN is
``0`` and the CIP13. Knows no image: see ``barcodes``.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from health_documents.errors import DrugCodeError
from health_documents.identifiers import gtin_check_digit
from health_documents.quoting import quoted

__all__ = ["DrugCode", "decode_drug_code", "encode_drug_code"]

_GS = "\x1d"
_PREFIXES = ("]d2", "]Q3", "]C1")
_GTIN, _LOT, _EXPIRY, _SERIAL, _REIMBURSEMENT = "01", "10", "17", "21", "710"
_FIXED = {_GTIN: 14, "11": 6, _EXPIRY: 6}
_VARIABLE = {_LOT: 20, _SERIAL: 20, _REIMBURSEMENT: 20, "711": 20, "712": 20, "713": 20, "714": 20}
_CIP13 = re.compile(r"0(34009[0-9]{8})")
_TEXT = re.compile(r"[!-\"%-?A-Z_a-z]+")
_MAX_LENGTH = 200
_CENTURY = 2000
_LAST_FUTURE = 51


@dataclass(frozen=True, slots=True)
class DrugCode:
    """What a box says: GTIN, CIP13 (empty for a foreign box), lot, expiry ``AAAA-MM-JJ``, serial number."""

    gtin: str
    cip13: str
    lot: str
    expiry: str
    serial: str = ""


def decode_drug_code(text: str) -> DrugCode:
    """Return what the text of a DataMatrix says, with or without its symbology prefix.

    A day ``00`` is the last of the month. Raises DrugCodeError for text of another form, a wrong check digit, no GTIN.
    """
    if len(text) > _MAX_LENGTH:
        raise DrugCodeError("code trop long pour une boîte de médicament")
    values = _elements(text[3:] if text.startswith(_PREFIXES) else text)
    gtin = values.get(_GTIN, "")
    if not (gtin.isascii() and gtin.isdigit()):
        raise DrugCodeError("code produit (01) absent ou non numérique")
    if gtin_check_digit(gtin[1:13]) != gtin[13] and gtin.startswith("0"):
        raise DrugCodeError(f"clé du code produit {gtin} fausse")
    match = _CIP13.fullmatch(gtin)
    expiry = _day(values[_EXPIRY]) if _EXPIRY in values else ""
    return DrugCode(gtin, match[1] if match else "", values.get(_LOT, ""), expiry, values.get(_SERIAL, ""))


def encode_drug_code(code: DrugCode) -> str:
    """Return the text of a DataMatrix, to print test boxes. Raises DrugCodeError for values that have no form."""
    if len(code.gtin) != _FIXED[_GTIN] or not _TEXT.fullmatch(code.lot or "-"):
        raise DrugCodeError("GTIN de 14 chiffres et lot imprimable attendus")
    expiry = code.expiry.replace("-", "")[2:]
    text = _GTIN + code.gtin + (_EXPIRY + expiry if expiry else "") + _LOT + code.lot
    return text + (_GS + _SERIAL + code.serial if code.serial else "")


def _elements(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    while text:
        text = text.lstrip(_GS)
        identifier = next((one for one in (*_FIXED, *_VARIABLE) if text.startswith(one)), None)
        if identifier is None or identifier in values:
            raise DrugCodeError(f"identifiant {quoted(text[:3])} inconnu ou répété")
        values[identifier], text = _value(identifier, text[len(identifier) :])
    return values


def _value(identifier: str, text: str) -> tuple[str, str]:
    if length := _FIXED.get(identifier):
        value, rest = text[:length], text[length:]
        if len(value) != length or _GS in value:
            raise DrugCodeError(f"élément {identifier} incomplet")
        return value, rest
    value, _, rest = text.partition(_GS)
    if not value or len(value) > _VARIABLE[identifier] or not _TEXT.fullmatch(value):
        raise DrugCodeError(f"élément {identifier} : {quoted(value, 30)} hors format")
    return value, rest


def _day(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise DrugCodeError(f"péremption {quoted(text)} : AAMMJJ attendu")
    short, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    year = _CENTURY + short - (100 if short >= _LAST_FUTURE else 0)
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1]).isoformat()
    except (ValueError, calendar.IllegalMonthError) as error:
        raise DrugCodeError(f"péremption {quoted(text)} impossible") from error
