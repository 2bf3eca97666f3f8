"""Reading the HL7 v2 types that XDS metadata and the VIHF carry: CX, XCN, XON and DTM.

Source: docs/sources/dmp.md#vihf and #metadonnees (formats, high); HL7 v2.5 §2.A; IHE ITI TF-3 table 4.2.3.1.7-2.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from health_documents.dtm import EARLIEST, moment_of_digits
from health_documents.identifiers import ROOTS_OF_INS

__all__ = [
    "Cx",
    "dtm_floor",
    "exists",
    "ins_c",
    "is_after",
    "is_dtm",
    "is_oid",
    "is_ps_id",
    "organisation_id",
    "person_id",
    "read_cx",
    "read_ins",
]

MAX_OID = 64
_CX = re.compile(
    r"(?P<id>[^\^]*)\^\^\^([^&\^]*)&(?P<root>[0-9.]+)&ISO(?:\^(?P<type>[A-Z]+)(?:\^\^(?P<since>[0-9]*))?)?"
)
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_DTM = re.compile(r"[0-9]{4}([0-9]{2}){0,5}")
_TS = re.compile(r"([0-9]{4}(?:[0-9]{2}){0,5})(?:\.[0-9]+)?(?:([+-])([0-9]{2})([0-9]{2}))?")
_MATRICULE = re.compile(r"[0-9]{6}[0-9AB][0-9]{8}")
_INS_C_DIGITS, _INS_C_KEY = 20, 97
_PS_ID = re.compile(r"8[0-9]{11}|0[0-9AB]{9}")


class Cx(NamedTuple):
    """An identifier of a patient: number and root of its domain. The date that may follow takes no part."""

    number: str
    root: str


def read_cx(text: str, *, typed: bool = True) -> Cx | None:
    """Return the identifier in ``id^^^&root&ISO^TYPE[^^date]``, None when it is none.

    The type is the DMP's wish; IHE's own tools leave it out of queries: ``typed`` False takes both.
    """
    match = _CX.fullmatch(text)
    return Cx(match["id"], match["root"]) if match and match["id"] and (match["type"] or not typed) else None


def read_ins(text: str, *, typed: bool = True) -> Cx | None:
    """Return a matricule INS (fifteen characters, one of the four INS roots), None when it is none."""
    found = read_cx(text, typed=typed)
    well_formed = found and _MATRICULE.fullmatch(found.number) and found.root in ROOTS_OF_INS
    return found if well_formed else None


def ins_c(matricule: str) -> str:
    """Return the INS-C that stands for a person: twenty digits of a digest, then their key.

    The real one is made of the traits of the carte Vitale; this one is of the sandbox, the same for the same matricule.
    """
    number = int.from_bytes(hashlib.sha256(matricule.encode()).digest()) % 10**_INS_C_DIGITS
    return f"{number:0{_INS_C_DIGITS}d}{_INS_C_KEY - number % _INS_C_KEY:02d}"


def person_id(xcn: str) -> str:
    """Return the identifier of a person (first component of an XCN)."""
    return xcn.split("^", 1)[0]


def is_ps_id(text: str) -> bool:
    """Tell whether an identifier is that of a professional: 8 and an RPPS, or 0 and an ADELI."""
    return _PS_ID.fullmatch(text) is not None


def organisation_id(xon: str) -> str:
    """Return the identifier of a structure (tenth component of an XON), "" when absent."""
    parts = xon.split("^")
    return parts[9] if len(parts) > 9 else ""


def is_oid(text: str) -> bool:
    """Tell whether a text is an OID of at most 64 characters, without an extension."""
    return len(text) <= MAX_OID and _OID.fullmatch(text) is not None


def is_dtm(text: str) -> bool:
    """Tell whether a text is a DTM: a year, then pairs of digits down to the second."""
    return _DTM.fullmatch(text) is not None


def exists(dtm: str) -> bool:
    """Tell whether a DTM names a moment of the calendar."""
    return _moment(dtm) is not None


def _moment(dtm: str) -> datetime | None:
    try:
        return moment_of_digits(dtm)
    except ValueError:
        return None


def is_after(text: str, moment: datetime, *, unzoned: timedelta = timedelta(0)) -> bool:
    """Tell whether a date of HL7 (a DTM, or a TS with its offset) is after a moment, at the earliest that it can mean.

    Without an offset it is UTC, or up to ``unzoned`` later. What is no date is after nothing.
    """
    match = _TS.fullmatch(text)
    floor = None if match is None else _moment(match[1])
    if match is None or floor is None:
        return False
    told = floor.replace(tzinfo=UTC)
    if match[2]:
        sign = -1 if match[2] == "-" else 1
        return told - sign * timedelta(hours=int(match[3]), minutes=int(match[4])) > moment
    return told - unzoned > moment


def dtm_floor(text: str) -> str:
    """Return a DTM completed to the second by its earliest moment, to compare DTMs of different precision."""
    return text + EARLIEST[len(text) :]
