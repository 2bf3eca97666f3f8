"""UserInfo: what Pro Santé Connect says of a professional, from the reference people.

Source: docs/sources/psc.md#userinfo (claims: high; codes assembled for pharmacists and préparateurs, of whom no real
answer was found: medium to low). Which members there are, and where, the dated profile decides. Absent values are empty
strings, never null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lgo_sandbox.population.people import Population, Professional, Structure
from psc_mock.codes import (
    AUTHENTICATION_LEVEL,
    CATEGORY_GENRE,
    FRANCE,
    MODE_CARD,
    MODE_MOBILE,
    OID_LEVEL,
    OID_ROLE,
    OID_SECTOR,
    OTHER_REGISTRAR,
    PSI_LOCALE,
    REGISTRARS,
    SECOND_STRUCTURE,
    STREET_TYPES,
    TAG_STRUCK_OFF,
    TAG_TWO_ACTIVITIES,
)
from psc_mock.codes.profiles import Profile
from psc_mock.domain.claims import AUTH_LEVEL, other_ids, psi

__all__ = ["find_person", "login_obstacle", "userinfo", "workplaces"]


def find_person(people: Population, hint: str) -> Professional | None:
    """Return the professional with this national id or persona id."""
    wanted = hint.strip()
    return next((p for p in people.professionals if wanted in (p.national_id, p.id)), None)


def login_obstacle(person: Professional, means: str = MODE_MOBILE) -> str:
    """Return the code of what keeps a person from logging in by e-CPS or card, empty when nothing does."""
    if TAG_STRUCK_OFF in person.tags:
        return "login_struck_off"
    if means == MODE_CARD:
        return "" if person.has_card else "login_without_card"
    return "" if person.has_ecps else "login_without_ecps"


def workplaces(people: Population, person: Professional) -> list[Structure]:
    """Return where a person works, the first activity first."""
    names = [person.structure, *([SECOND_STRUCTURE] if TAG_TWO_ACTIVITIES in person.tags else [])]
    return [people.structure(name) for name in names]


def userinfo(
    person: Professional, places: Sequence[Structure], auth_mode: str, profile: Profile, sub: str
) -> dict[str, Any]:
    """Return the user information under a profile; ``sub`` is that of the log-in's tokens."""
    known = {
        "sub": sub,
        "SubjectNameID": person.national_id,
        "preferred_username": person.national_id,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "PSISubjectNameID": psi(person.national_id),
        "auth_level": AUTH_LEVEL,
        "codeCivilite": person.civility,
    }
    if not person.profession:
        return _chosen(known, profile.lay_tree)
    professional = {
        **_session_claims(person, places[0], auth_mode),
        "codeGenreActivite": CATEGORY_GENRE,
        "SubjectRefPro": {"codeCivilite": person.civility, "exercices": [_exercise(person, places)]},
    }
    return _chosen({**known, **professional}, profile.userinfo_tree)


def _chosen(known: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that a tree names, in its order."""
    return {name: _within(known[name], branch) for name, branch in tree.items()}


def _within(value: Any, branch: Mapping[str, Any] | None) -> Any:
    if branch is None:
        return value
    return [_chosen(one, branch) for one in value] if isinstance(value, list) else _chosen(value, branch)


def _session_claims(person: Professional, place: Structure, auth_mode: str) -> dict[str, Any]:
    return {
        "otherIds": other_ids(person.national_id),
        "Secteur_Activite": f"{place.sector}^{OID_SECTOR}",
        "SubjectOrganization": place.name,
        "SubjectOrganizationID": _place_id(place),
        "SubjectRole": [f"{person.profession}^{OID_ROLE}"],
        "Mode_Acces_Raison": "",
        "Acces_Regulation_Medicale": "FAUX",
        "UITVersion": "1.0",
        "Palier_Authentification": f"{AUTHENTICATION_LEVEL}^{OID_LEVEL}",
        "PSI_Locale": PSI_LOCALE,
        "authMode": auth_mode,
    }


def _exercise(person: Professional, places: Sequence[Structure]) -> dict[str, Any]:
    return {
        "codeProfession": person.profession,
        "codeCategorieProfessionnelle": person.category,
        "codeCiviliteDexercice": person.title or person.civility,
        "nomDexercice": person.family_name,
        "prenomDexercice": person.given_name,
        "codeTypeSavoirFaire": "S" if person.savoir_faire else "",
        "codeSavoirFaire": person.savoir_faire,
        "activities": [_activity(person, place) for place in places],
    }


def _activity(person: Professional, place: Structure) -> dict[str, str]:
    number, kind, street = _street(place.address)
    return {
        "codeModeExercice": person.exercise_mode,
        "codeSecteurDactivite": place.sector,
        "codeSectionPharmacien": person.section,
        "codeRole": "",
        "codeGenreActivite": CATEGORY_GENRE,
        "numeroSiretSite": "",
        "numeroSirenSite": "",
        "numeroFinessSite": place.finess,
        "numeroFinessetablissementJuridique": "",
        "identifiantTechniqueDeLaStructure": _place_id(place),
        "raisonSocialeSite": place.name,
        "enseigneCommercialeSite": "",
        "complementDestinataire": "",
        "complementPointGeographique": "",
        "numeroVoie": number,
        "indiceRepetitionVoie": "",
        "codeTypeDeVoie": kind,
        "libelleVoie": street,
        "mentionDistribution": "",
        "bureauCedex": f"{place.postal_code} {place.city}",
        "codePostal": place.postal_code,
        "codeCommune": "",
        "codePays": FRANCE,
        "telephone": place.phone,
        "telephone2": "",
        "telecopie": "",
        "adresseEMail": place.mailbox,
        "codeDepartement": place.postal_code[:2],
        "ancienIdentifiantDeLaStructure": "",
        "autoriteDenregistrement": REGISTRARS.get(person.profession, OTHER_REGISTRAR),
    }


def _street(address: str) -> tuple[str, str, str]:
    """Cut ``12 RUE DES TILLEULS`` into number, type code and label."""
    number, _, rest = address.partition(" ")
    kind, _, label = rest.partition(" ")
    return (number, STREET_TYPES[kind], label) if number.isdigit() and kind in STREET_TYPES else ("", "", address)


def _place_id(place: Structure) -> str:
    """Return the technical id of a structure: ``F`` and its FINESS, or the number that it has instead."""
    return f"F{place.finess}" if place.finess else place.id_nat
