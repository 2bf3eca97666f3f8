"""The text of the « datamatrix INS »: the identity of a patient, printed on paper for a scanner.

Source: specs/insi.md §4 (Format datamatrix INS 2.2), with its test vector; confidence high for the blocks, medium for
the absence of a signature. A fixed header, then blocks of an identifier and a value; GS ends a variable value that is
shorter than its maximum and not the last. Writing takes an identity of the INS only: right key, capitals, a date of the
calendar; reading takes what is printed, with what a scanner puts around it, and ``flaws_of`` says what is wrong there.
Knows no image: see ``images``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from health_documents.errors import InsDatamatrixError
from health_documents.identifiers import matricule_is_valid, nir_key
from health_documents.quoting import quoted
from health_documents.values.document import PatientIdentity

__all__ = ["HEADER", "decode_ins", "encode_ins", "flaws_of"]

HEADER = "IS01" + 22 * "0"
_GS = "\x1d"
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9]")
"""What a scanner may say before the text (ISO/IEC 15424): ``]d2`` for a DataMatrix."""
_NAME_OF_THE_INS = re.compile(r"[A-Z](?:[A-Z' -]*[A-Z'])?")
_NUMBER = 13


@dataclass(frozen=True, slots=True)
class _Block:
    identifier: str
    minimum: int
    maximum: int
    pattern: re.Pattern[str]

    @property
    def is_fixed(self) -> bool:
        return self.minimum == self.maximum


_NAME = re.compile(r"[^\x00-\x1f\x7f]+")
_BLOCKS = {
    block.identifier: block
    for block in (
        _Block("S1", 15, 15, re.compile(r"[0-9]{6}[0-9AB][0-9]{8}")),
        _Block("S2", 19, 20, re.compile(r"[0-9.]+")),
        _Block("S3", 1, 100, _NAME),
        _Block("S4", 1, 100, _NAME),
        _Block("S5", 1, 1, re.compile(r"[MF]")),
        _Block("S6", 10, 10, re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{4}")),
        _Block("S7", 5, 5, re.compile(r"[0-9][0-9AB][0-9]{3}")),
    )
}
_OPTIONAL = {"S7"}


def encode_ins(patient: PatientIdentity) -> str:
    """Return the text of the datamatrix.

    Raises InsDatamatrixError for an identity not qualified, not complete, or with a flaw: a scanner would spread it.
    """
    if not patient.is_qualified:
        raise InsDatamatrixError("seule une identité qualifiée (matricule et OID) a un datamatrix INS")
    if flaws := flaws_of(patient):
        raise InsDatamatrixError(" ; ".join(flaws))
    values = {
        "S1": patient.matricule,
        "S2": patient.oid,
        "S3": " ".join(patient.first_names),
        "S4": patient.birth_name,
        "S5": patient.sex,
        "S6": "-".join(reversed(patient.birth_date.split("-"))),
        "S7": patient.birth_place,
    }
    present = {name: value for name, value in values.items() if value or name not in _OPTIONAL}
    last = max(present)
    return HEADER + "".join(_write(_BLOCKS[name], value, last) for name, value in present.items())


def decode_ins(text: str) -> PatientIdentity:
    """Return the identity that a datamatrix carries, blocks in any order, as it is printed: see ``flaws_of``.

    What a scanner adds is left out: the symbology before the text, the end of line after it. Raises InsDatamatrixError
    for other text.
    """
    text = _SYMBOLOGY.sub("", text, count=1) if _SYMBOLOGY.match(text) else text
    text = text.rstrip("\r\n")
    if not text.startswith(HEADER):
        raise InsDatamatrixError("l'en-tête n'est pas celui d'un datamatrix INS")
    values = _read_all(text[len(HEADER) :])
    if missing := _BLOCKS.keys() - values.keys() - _OPTIONAL:
        raise InsDatamatrixError(f"blocs absents : {', '.join(sorted(missing))}")
    return PatientIdentity(
        matricule=values["S1"],
        oid=values["S2"],
        birth_name=values["S4"],
        first_names=tuple(values["S3"].split()),
        sex=values["S5"],
        birth_date="-".join(reversed(values["S6"].split("-"))),
        birth_place=values.get("S7", ""),
    )


def flaws_of(patient: PatientIdentity) -> tuple[str, ...]:
    """Return what no datamatrix should say (French): a wrong key, letters that the INS has not, an odd date."""
    names = (("nom", patient.birth_name), ("prénoms", " ".join(patient.first_names)))
    told = (_wrong_key(patient.matricule), *(_wrong_name(*name) for name in names), _wrong_date(patient.birth_date))
    return tuple(flaw for flaw in told if flaw)


def _wrong_name(what: str, name: str) -> str:
    right = not name or _NAME_OF_THE_INS.fullmatch(name)
    return "" if right else f"{what} « {name} » : A à Z, espace, apostrophe et tiret seulement"


def _wrong_key(matricule: str) -> str:
    if not matricule or matricule_is_valid(matricule):
        return ""
    try:
        right = nir_key(matricule[:_NUMBER])
    except ValueError:
        return f"matricule « {matricule} » : pas la forme d'un matricule INS"
    return f"matricule {matricule} : clé {matricule[_NUMBER:] or 'absente'}, {right} serait juste"


def _wrong_date(birth_date: str) -> str:
    try:
        right = date.fromisoformat(birth_date).isoformat() == birth_date
    except ValueError:
        right = False
    return "" if right else f"date de naissance « {birth_date} » : pas un jour du calendrier"


def _write(block: _Block, value: str, last: str) -> str:
    _check(block, value)
    open_ended = not block.is_fixed and len(value) < block.maximum and block.identifier != last
    return block.identifier + value + (_GS if open_ended else "")


def _check(block: _Block, value: str) -> None:
    if not (block.minimum <= len(value) <= block.maximum and block.pattern.fullmatch(value)):
        raise InsDatamatrixError(f"bloc {block.identifier} : valeur {quoted(value, 30)} hors format")


def _read_all(rest: str) -> dict[str, str]:
    values: dict[str, str] = {}
    while rest:
        block = _BLOCKS.get(rest[:2])
        if block is None or block.identifier in values:
            raise InsDatamatrixError(f"bloc {quoted(rest[:2])} inconnu ou répété")
        values[block.identifier], rest = _read(block, rest[2:])
    return values


def _read(block: _Block, rest: str) -> tuple[str, str]:
    value, separator, _ = rest[: block.maximum + 1].partition(_GS)
    if block.is_fixed or not separator:
        value = rest[: block.maximum]
        separator = ""
    _check(block, value)
    return value, rest[len(value) + len(separator) :]
