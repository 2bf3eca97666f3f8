"""Whether the DMP's directory knows the professional and the structure of a VIHF, and links them.

Source: specs/dmp.md §2.2 (fault texts, medium). An unknown NameID is right in indirect authentication, where it may be
internal to the structure.
"""

from __future__ import annotations

from dmp_mock.codes.vihf import Mode
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.rights import Caller
from lgo_sandbox.population.people import Population, Professional, Structure

__all__ = ["check_directory"]

_STRUCK_OFF, _TWO_ACTIVITIES = "radie", "deux-activites"


def check_directory(caller: Caller, people: Population) -> None:
    """Raise Refused for an unknown structure, a professional unknown or struck off, and one of another structure."""
    structure = people.structure_numbered(caller.structure)
    if structure is None:
        raise Refused("structure", rule="structure", received=caller.structure, expected="une structure de l'annuaire")
    professional = people.professional(caller.national_id)
    if professional is None and caller.mode is Mode.INDIRECT:
        return
    if professional is None or _STRUCK_OFF in professional.tags:
        raise Refused(
            "professional",
            caller.national_id,
            rule="professional",
            received=caller.national_id,
            expected="un professionnel en activité",
        )
    if not _linked(professional, structure):
        raise Refused("unlinked", rule="unlinked", received=caller.structure, expected="la structure du professionnel")


def _linked(professional: Professional, structure: Structure) -> bool:
    return professional.structure == structure.id or _TWO_ACTIVITIES in professional.tags
