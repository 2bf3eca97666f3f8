"""Whether the DMP's directory knows the professional and the structure of a VIHF, and links them.

Source: docs/sources/dmp.md#structure (fault texts, medium). An unknown NameID is right in indirect authentication,
where it may be internal to the structure.
"""

from __future__ import annotations

from dmp_mock.codes.vihf import STRUCTURE, Mode
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.rights import Caller
from lgo_sandbox.population.people import Population, Professional, Structure

__all__ = ["check_directory", "has_left"]

_STRUCK_OFF = "radie"
_STRUCTURE, _NAME = f"VIHF, attribut {STRUCTURE}", "VIHF, Subject/NameID"


def check_directory(caller: Caller, people: Population) -> None:
    """Raise Refused for an unknown structure, a professional unknown or struck off, and one of another structure."""
    structure = people.structure_numbered(caller.structure)
    if structure is None:
        raise Refused(
            "structure", received=caller.structure, expected="une structure de la fiche des personnes", where=_STRUCTURE
        )
    professional = people.professional(caller.national_id)
    if professional is None and caller.mode is Mode.INDIRECT:
        return
    if professional is None or has_left(professional):
        raise Refused(
            "professional",
            caller.national_id,
            received=f"{caller.national_id}, {'radié' if professional else 'inconnu'}",
            expected="l'identifiant national d'un professionnel en activité",
            where=_NAME,
        )
    if not _linked(professional, structure):
        own = people.structure(professional.structure).id_nat
        raise Refused(
            "unlinked",
            received=f"{caller.structure} pour {caller.national_id}",
            expected=own,
            where=_STRUCTURE,
            remedy=f"Mettez {own} dans Identifiant_Structure, ou prenez un professionnel de {caller.structure}.",
        )


def has_left(professional: Professional | None) -> bool:
    """Tell whether the directory has a professional no more, or never had him."""
    return professional is None or _STRUCK_OFF in professional.tags


def _linked(professional: Professional, structure: Structure) -> bool:
    return structure.id in (professional.structure, *professional.also_at)
