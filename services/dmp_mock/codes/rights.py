"""The DMP's rights: who may do what in which access mode, and which document types officine professionals may not read.

Source: docs/sources/dmp.md#droits (matrices 526 v1.8 and 606 v1.3, high) and #droits-par-type (mapping of types,
medium). The table is laid out as in the source, one letter a column; a digit is the note that conditions the right.
Knows no caller.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

__all__ = [
    "AIR_CELLS",
    "AIR_NEVER",
    "AIR_ONLY",
    "BREAKING",
    "FORBIDDEN_TYPES",
    "MATRIX",
    "NORMAL",
    "OCCUPATIONAL_SKILLS",
    "PATIENT_CLASS",
    "READING_EXCLUSIONS",
    "REGULATION",
    "Cell",
    "Condition",
    "Profile",
    "Reader",
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
    OCCUPATIONAL = "médecin du travail"


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


_OCCUPATIONAL = {
    **dict.fromkeys(("TD0.2", "TD1.3a", "TD0.4", "TD0.9", "TD0.10"), "o"),
    **dict.fromkeys(("TD2.1", "TD3.1-metadata", "TD3.1-reference", "TD3.3a-mask", "TD3.3b"), "o"),
    **dict.fromkeys(("TD3.3a-unmask", "TD3.3c", "TD3.3d"), "o6"),
}
"""The occupational physician, who has no access mode: feeds and lists, and reads no document."""

MATRIX: dict[str, dict[tuple[Profile, str], Cell]] = dict(map(_line, _TABLE.strip().splitlines()))
"""Action → (profile, access mode) → right; a pair that is not there is a refusal."""
for _action, _mark in _OCCUPATIONAL.items():
    MATRIX[_action][Profile.OCCUPATIONAL, NORMAL] = _cell(_mark)

AIR_CELLS: dict[tuple[str, Profile, str], Cell] = {("TD3.3d", Profile.DOCTOR, NORMAL): Cell(True)}
"""Where the matrix of AIR (606 v1.3) gives a professional more than that of the card."""

AIR_NEVER = frozenset({"TD2.1", "TD2.2", "TD0.9"})
"""What nobody may do with AIR (matrix 606 v1.3)."""

AIR_ONLY = frozenset({"TD0.10"})
"""What exists with AIR alone."""

OCCUPATIONAL_SKILLS = frozenset({"SM25", "C41", "CAPA11"})
"""The savoir-faire of an occupational physician (docs/sources/dmp.md#droits; their choice is ours, low)."""

PATIENT_CLASS = "90"
"""The class of what the patient brought himself: only he and the médecin traitant archive or delete it."""


class Reader(StrEnum):
    """Whose reading rights by document type are known."""

    OFFICINE = "officine"
    DOCTOR = "médecin"
    OTHER = "autre"


READING_EXCLUSIONS: dict[Reader, frozenset[str]] = {
    Reader.OFFICINE: frozenset(
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
    ),
    Reader.DOCTOR: frozenset({"ATTEST-RESID"}),
    Reader.OTHER: frozenset(),
}
"""Types that somebody may not read (arrêté 26/10/2023, docs/sources/dmp.md#droits-par-type). Officine: pharmacists and
préparateurs. The cells of the other professions are not public: nothing is kept from them."""

FORBIDDEN_TYPES = READING_EXCLUSIONS[Reader.OFFICINE]
