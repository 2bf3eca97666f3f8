"""Who a certificate is made out to, and how the reference people become holders.

Source: specs/psc.md §5 (subject of a legal person and of a card), profession labels of table G15 (specs/psc.md §2.5).
Knows the people as values that the caller gives; reads no data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from lgo_sandbox.population.people import Professional, Structure

__all__ = [
    "MAIN_STRUCTURE",
    "SANDBOX_OPERATOR",
    "Holder",
    "OrganisationHolder",
    "PersonHolder",
    "card_holders",
    "organisation_holder",
    "person_holder",
]

MAIN_STRUCTURE = "officine"
"""The structure whose certificates bear the short names of the ready-file (``org-auth``…)."""

_PROFESSIONS = {
    "10": "Médecin",
    "21": "Pharmacien",
    "39": "Préparateur en pharmacie",
    "40": "Chirurgien-Dentiste",
    "50": "Sage-Femme",
    "60": "Infirmier",
}

_DEPARTMENTS = (
    "01 Ain|02 Aisne|03 Allier|04 Alpes-de-Haute-Provence|05 Hautes-Alpes|06 Alpes-Maritimes|07 Ardèche|08 Ardennes|"
    "09 Ariège|10 Aube|11 Aude|12 Aveyron|13 Bouches-du-Rhône|14 Calvados|15 Cantal|16 Charente|17 Charente-Maritime|"
    "18 Cher|19 Corrèze|20 Corse|21 Côte-d'Or|22 Côtes-d'Armor|23 Creuse|24 Dordogne|25 Doubs|26 Drôme|27 Eure|"
    "28 Eure-et-Loir|29 Finistère|30 Gard|31 Haute-Garonne|32 Gers|33 Gironde|34 Hérault|35 Ille-et-Vilaine|36 Indre|"
    "37 Indre-et-Loire|38 Isère|39 Jura|40 Landes|41 Loir-et-Cher|42 Loire|43 Haute-Loire|44 Loire-Atlantique|"
    "45 Loiret|46 Lot|47 Lot-et-Garonne|48 Lozère|49 Maine-et-Loire|50 Manche|51 Marne|52 Haute-Marne|53 Mayenne|"
    "54 Meurthe-et-Moselle|55 Meuse|56 Morbihan|57 Moselle|58 Nièvre|59 Nord|60 Oise|61 Orne|62 Pas-de-Calais|"
    "63 Puy-de-Dôme|64 Pyrénées-Atlantiques|65 Hautes-Pyrénées|66 Pyrénées-Orientales|67 Bas-Rhin|68 Haut-Rhin|"
    "69 Rhône|70 Haute-Saône|71 Saône-et-Loire|72 Sarthe|73 Savoie|74 Haute-Savoie|75 Paris|76 Seine-Maritime|"
    "77 Seine-et-Marne|78 Yvelines|79 Deux-Sèvres|80 Somme|81 Tarn|82 Tarn-et-Garonne|83 Var|84 Vaucluse|85 Vendée|"
    "86 Vienne|87 Haute-Vienne|88 Vosges|89 Yonne|90 Territoire de Belfort|91 Essonne|92 Hauts-de-Seine|"
    "93 Seine-Saint-Denis|94 Val-de-Marne|95 Val-d'Oise|971 Guadeloupe|972 Martinique|973 Guyane|974 La Réunion|"
    "976 Mayotte"
)
_DEPARTMENT_NAMES = dict(entry.split(" ", 1) for entry in _DEPARTMENTS.split("|"))


@dataclass(frozen=True, slots=True)
class OrganisationHolder:
    """A legal person. ``id`` is a slug, ``id_nat`` the Struct_IdNat, ``department`` like ``Paris (75)`` or empty."""

    id: str
    id_nat: str
    name: str
    department: str = ""


@dataclass(frozen=True, slots=True)
class PersonHolder:
    """A professional with a card. ``id`` is the persona, ``national_id`` the PS_IdNat, ``title`` the profession."""

    id: str
    national_id: str
    family_name: str
    given_name: str
    title: str


Holder: TypeAlias = OrganisationHolder | PersonHolder

SANDBOX_OPERATOR = OrganisationHolder("sandbox", "300000000000000", "LGO SANDBOX", "Paris (75)")
"""The holder of the servers' certificates."""


def _department(postal_code: str) -> str:
    code = postal_code[:3] if postal_code.startswith("97") else postal_code[:2]
    name = _DEPARTMENT_NAMES.get(code)
    return f"{name} ({code})" if name else ""


def organisation_holder(structure: Structure) -> OrganisationHolder:
    """Return a structure as the holder of organisation certificates."""
    return OrganisationHolder(structure.id, structure.id_nat, structure.name, _department(structure.postal_code))


def person_holder(professional: Professional) -> PersonHolder:
    """Return a professional as the holder of a card; names in capitals, as cards have them."""
    return PersonHolder(
        id=professional.id,
        national_id=professional.national_id,
        family_name=professional.family_name.upper(),
        given_name=professional.given_name.upper(),
        title=_PROFESSIONS.get(professional.profession, professional.label),
    )


def card_holders(professionals: Iterable[Professional]) -> tuple[PersonHolder, ...]:
    """Return the holders among professionals: those who have a card."""
    return tuple(person_holder(professional) for professional in professionals if professional.has_card)
