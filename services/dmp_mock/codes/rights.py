"""The DMP's rights: who may do what in which access mode, and which document types officine professionals may not read.

Source: docs/sources/dmp.md#droits (matrices 526 v1.8 and 606 v1.3, high) and #droits-par-type (mapping of types,
medium). The table is laid out as in the source, one letter a column; a digit is the note that conditions the right.
Knows no caller.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

__all__ = [
    "AIR_NEVER",
    "AIR_ONLY",
    "BREAKING",
    "FORBIDDEN_TYPES",
    "MATRIX",
    "NORMAL",
    "REGULATION",
    "Cell",
    "Condition",
    "Profile",
]

NORMAL, REGULATION, BREAKING = "normal", "centre_15", "bris_de_glace"


class Profile(StrEnum):
    """The columns of the matrix."""

    PS = "PS non médecin"
    DOCTOR = "médecin"
    MT = "médecin traitant"
    CPE = "CPE"
    INDIRECT = "authentification indirecte"
    AIR_CPE = "personne non PS en AIR"


class Condition(StrEnum):
    """What a right depends on."""

    GIVEN_TO_STRUCTURE = "1"
    SAME_STRUCTURE = "2"
    BY_DATE = "3"
    IMPUTED_TO_STRUCTURE = "4"
    REFERENCE_ONLY = "5"
    OWN = "6"
    PATIENT_ALLOWS = "7"
    STRUCTURE_OWN = "9"


class Cell(NamedTuple):
    """One right: granted, and under which condition (none: without)."""

    granted: bool
    condition: Condition | None = None


_COLUMNS = (
    (Profile.PS, NORMAL),
    (Profile.PS, REGULATION),
    (Profile.PS, BREAKING),
    (Profile.DOCTOR, NORMAL),
    (Profile.DOCTOR, REGULATION),
    (Profile.DOCTOR, BREAKING),
    (Profile.MT, NORMAL),
    (Profile.MT, BREAKING),
    (Profile.CPE, NORMAL),
    (Profile.INDIRECT, NORMAL),
    (Profile.INDIRECT, REGULATION),
    (Profile.AIR_CPE, NORMAL),
)

_TABLE = """
TD0.2            o  o  o   o  o  o   o  o   o   o  o   o
TD1.3a           o  o  o   o  o  o   o  o   o   o  o   o
TD0.3-add        o  n  n   o  n  n   o  n   o1  n  n   o1
TD0.3-remove     o  n  n   o  n  n   o  n   n   n  n   n
TD0.4            o  o  o   o  o  o   o  o   o2  o3 n   o
TD0.5            n  o  n   n  o  n   n  n   n   n  o   n
TD0.9            o  o  o   o  o  o   o  o   o   n  n   n
TD0.10           o  o  o   o  o  o   o  o   o   n  n   o
TD1.6            o  n  n   o  n  n   o  n   n   n  n   n
TD2.1            o  o  o   o  o  o   o  o   n   o4 o4  n
TD2.2            n  n  n   n  n  n   n  n   o4  n  n   n
TD3.1-metadata   o  o  o   o  o  o   o  o   n   n  n   n
TD3.1-reference  o  o  o   o  o  o   o  o   o5  o5 o5  o5
TD3.2            o  o  o   o  o  o   o  o   n   n  n   n
TD3.2-masked     o6 o7 o7  o6 o7 o7  o  o7  n   n  n   n
TD3.3a-mask      o  n  n   o  n  n   o  n   n   n  n   n
TD3.3a-unmask    o6 n  n   o6 n  n   o  n   n   n  n   n
TD3.3b           o  n  n   o  n  n   o  n   n   n  n   n
TD3.3c           o6 o6 o6  o6 o6 o6  o6 o6  o9  o9 o9  o9
TD3.3d           o6 n  n   o6 o  o   o  o   n   n  n   n
"""


def _cell(mark: str) -> Cell:
    return Cell(mark[0] == "o", Condition(mark[1:]) if mark[1:] else None)


def _line(text: str) -> tuple[str, dict[tuple[Profile, str], Cell]]:
    action, *marks = text.split()
    cells = dict(zip(_COLUMNS, map(_cell, marks), strict=True))
    return action, cells | {(Profile.MT, REGULATION): cells[Profile.DOCTOR, REGULATION]}


MATRIX: dict[str, dict[tuple[Profile, str], Cell]] = dict(map(_line, _TABLE.strip().splitlines()))
"""Action → (profile, access mode) → right; a pair that is not there is a refusal."""

AIR_NEVER = frozenset({"TD2.1", "TD2.2", "TD0.9"})
"""What nobody may do with AIR (matrix 606 v1.3)."""

AIR_ONLY = frozenset({"TD0.10"})
"""What exists with AIR alone."""

FORBIDDEN_TYPES = frozenset(
    {
        "75496-0",
        "34842-5",
        "68599-0",
        "83901-9",
        "68817-6",
        "89601-9",
        "CERT_DECL",
        "EXPPAT_3",
        "ATTEST-RESID",
        "ATTEST-HEBGT",
        "86531-1",
    }
)
"""Types that officine pharmacists and préparateurs may not read (arrêté 26/10/2023, docs/sources/dmp.md#droits-par-
type).
"""
