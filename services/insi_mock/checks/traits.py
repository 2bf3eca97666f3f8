"""What we reproach a search by traits: each element by its own rule, then the order in which first names are tried.

Source: docs/sources/insi.md#traits, #traits-obligatoires, #date-de-naissance, #lieu-de-naissance, #prenoms-essayes.
Reads the facts of a search and the searches before it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence

from insi_mock.checks.operations import ON_TRAITS
from insi_mock.domain import BrokenRule
from insi_mock.domain.matching import words
from insi_mock.facts import Searched, TraitsAsked
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["TRAITS", "told"]

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_NO_PLACES = ("00000", "99999")
"""What files keep of an unknown place: no place of birth for a search."""
_MONTHS = 12
_DAYS = 31
_POSTAL = re.compile(r"(?!99)[0-9]{5}")
_NO_COG = re.compile(r"[0-9]{2}000|20[0-9]{3}|750(?:0[1-9]|1[0-9]|20)")
"""Postal codes that are no COG of today: of a chief town, of Corsica (2A…, 2B…), of an arrondissement of Paris."""
_CORSICA = {"2A": "20", "2B": "20"}


def told(broken: Sequence[BrokenRule]) -> Violation:
    """Return broken format rules as one violation: each element with its own value and its own remedy."""
    return Violation(
        received=" ; ".join(f"{rule.element} « {rule.value} »" if rule.value else _missing(rule) for rule in broken),
        expected=" ; ".join(f"{rule.element} : {rule.expected}" for rule in broken),
        message=" ; ".join(f"{rule.element} : {rule.what}" for rule in broken),
        remedy=" ".join(dict.fromkeys(rule.remedy for rule in broken)),
        where=", ".join(rule.element for rule in broken),
    )


def _missing(rule: BrokenRule) -> str:
    return f"{rule.element} absent" if rule.received == "absent" else rule.received


def _malformed(seen: Observed[TraitsAsked], *elements: str) -> list[BrokenRule]:
    return [rule for rule in seen.facts.broken if rule.value and rule.element in elements]


def _names(seen: Observed[TraitsAsked]) -> Outcome:
    broken = _malformed(seen, "NomNaissance", "Prenom")
    return told(broken) if broken else True


def _sex(seen: Observed[TraitsAsked]) -> Outcome:
    broken = _malformed(seen, "Sexe")
    return told(broken) if broken else bool(seen.facts.traits.sex) or None


def _date(seen: Observed[TraitsAsked]) -> Outcome:
    broken = _malformed(seen, "DateNaissance")
    if broken:
        return told(broken)
    text = seen.facts.traits.birth_date
    if not text:
        return None
    return _out_of_calendar(text) or _to_come(text, f"{seen.age:%Y-%m-%d}") or True


def _to_come(text: str, today: str) -> Violation | None:
    if text <= today:
        return None
    remedy = f"Corrigez l'année de DateNaissance : la personne est née le {today} au plus tard."
    return Violation(text, f"une date jusqu'au {today}", "date de naissance à venir", remedy, "DateNaissance")


def _out_of_calendar(text: str) -> Violation | None:
    """Return what is wrong with a well-formed date that no calendar has: a lunar date, a day too many."""
    found = _DATE.fullmatch(text)
    assert found is not None
    year, month, day = found.groups()
    if not int(year):
        return _wrong_part(text, "l'année", year, "l'année de naissance", "")
    if _MONTHS < int(month) <= _DAYS and 1 <= int(day) <= _MONTHS:
        remedy = f"Envoyez « {year}-{day}-{month} » dans DateNaissance : le mois d'abord, puis le jour."
        return Violation(
            text, "AAAA-MM-JJ, un mois de 01 à 12", f"le mois {month} n'existe pas", remedy, "DateNaissance"
        )
    if not 1 <= int(month) <= _MONTHS:
        known = f"{year}-12-31" if day == "00" else f"{year}-01-{day}"
        return _wrong_part(text, "le mois", month, "un mois de 01 à 12", known)
    last = monthrange(int(year), int(month))[1]
    if not 1 <= int(day) <= last:
        return _wrong_part(text, "le jour", day, f"un jour de 01 à {last}", f"{year}-{month}-01")
    return None


def _wrong_part(text: str, part: str, value: str, expected: str, completed: str) -> Violation:
    """Return the violation of a date with a wrong part; ``completed`` is what the RNIV makes of an unknown one."""
    unknown = f" ; inconnu de l'état civil, la date s'envoie {completed}" if completed else ""
    remedy = f"Corrigez {part} de DateNaissance{unknown}."
    return Violation(text, expected, f"{part} {value} n'existe pas", remedy, "DateNaissance")


def _place(seen: Observed[TraitsAsked]) -> Outcome:
    place = seen.facts.traits.birth_place
    broken = _malformed(seen, "LieuNaissance")
    if broken:
        return told(broken)
    if place in _NO_PLACES:
        remedy = "Retirez LieuNaissance de la demande : un lieu inconnu ne s'envoie pas, et ce code ne trouve personne."
        return Violation(place, "un code COG, ou pas de LieuNaissance", "", remedy, "LieuNaissance")
    return bool(place) or None


def _postal(seen: Observed[TraitsAsked]) -> Outcome:
    """Tell of a postal code: of a form that no COG has, or that hides the one person of another COG nearby."""
    place, searched = seen.facts.traits.birth_place, seen.also(Searched)
    known = searched.elsewhere if searched else ""
    if not place or place in _NO_PLACES or not _POSTAL.fullmatch(place):
        return bool(place) or None
    near = known and place[:2] in (known[:2], _CORSICA.get(known[:2]))
    if not (near or _NO_COG.fullmatch(place)):
        return True
    right = f"« {known} »" if known else "le code COG de la commune"
    remedy = f"Envoyez {right} dans LieuNaissance, à la place de « {place} », ou retirez LieuNaissance."
    expected = f"{right}, un code officiel géographique"
    return Violation(place, expected, f"{place} : code postal, sans doute", remedy, "LieuNaissance")


def _mandatory(seen: Observed[TraitsAsked]) -> Outcome:
    missing = [rule for rule in seen.facts.broken if not rule.value]
    return told(missing) if missing else True


def _spaces(seen: Observed[TraitsAsked]) -> Outcome:
    """Tell of a space at the end, which the formats do not forbid and which finds nobody."""
    traits = seen.facts.traits
    values = {"NomNaissance": traits.birth_name, "Prenom": traits.first_names}
    ends = {element: value for element, value in values.items() if value.endswith(" ")}
    if not ends:
        return True
    received = " ; ".join(f"{element} « {value} »" for element, value in ends.items())
    remedy = " ".join(f"Envoyez « {value.rstrip()} » dans {element}." for element, value in ends.items())
    return Violation(received, "une valeur sans espace final", "", remedy, ", ".join(ends))


def _first_names(seen: Observed[TraitsAsked]) -> Outcome:
    """Several first names at once come after each of them alone, but to tell homonyms apart or respell one name."""
    asked = seen.facts.traits.first_names.strip()
    if " " not in asked:
        return None
    tried = _tried(seen)
    if "02" in tried.values() or any(name != asked and words(name) == words(asked) for name in tried):
        return None
    missing = [name for name in asked.split(" ") if name and name not in tried]
    if not missing:
        return True
    remedy = f"Cherchez d'abord avec Prenom « {missing[0]} » seul ; sans réponse 00, passez au prénom suivant."
    expected = f"une recherche avec « {missing[0]} » seul, avant « {asked} »"
    return Violation(f"« {asked} », sans essai seul de {', '.join(missing)}", expected, "", remedy, "Prenom")


def _tried(seen: Observed[TraitsAsked]) -> dict[str, str]:
    """Return the first names that were asked of the same person before, with the code that answered."""
    (person,) = seen.facts.subjects
    found: dict[str, str] = {}
    for past, before in seen.history.all(TraitsAsked, about=person):
        answer = past.noted.get(Searched)
        found.setdefault(before.traits.first_names, answer.code if answer else "")
    return found


def _answered(_seen: Observed[Searched]) -> Outcome:
    return True


TRAITS = (
    Check(
        id="INSI-TRAITS",
        title="Nom et prénoms dans le jeu de caractères de l'INS",
        reads=TraitsAsked,
        test=_names,
        requirements=("INS/va1.01",),
        source="docs/sources/insi.md#traits",
        remedy="Translittérez le nom et les prénoms en majuscules sans accent avant l'appel : INSi ne normalise rien.",
        confidence="M",
        operations=ON_TRAITS,
        explains=frozenset({"insi_simule_nom_naissance", "insi_simule_prenom"}),
    ),
    Check(
        id="INSI-SEXE",
        title="Sexe de l'état civil, M ou F",
        reads=TraitsAsked,
        test=_sex,
        requirements=("INS/va1.01",),
        source="docs/sources/insi.md#traits-obligatoires",
        remedy="Envoyez M ou F dans Sexe.",
        confidence="M",
        operations=ON_TRAITS,
        explains=frozenset({"insi_24"}),
    ),
    Check(
        id="INSI-DATE",
        title="Date de naissance du calendrier, AAAA-MM-JJ",
        reads=TraitsAsked,
        test=_date,
        requirements=("INS/va1.01",),
        source="docs/sources/insi.md#date-de-naissance",
        remedy="Écrivez DateNaissance sous la forme AAAA-MM-JJ.",
        confidence="M",
        operations=ON_TRAITS,
        explains=frozenset({"insi_simule_date_naissance"}),
    ),
    Check(
        id="INSI-TRAITS-OBLIGATOIRES",
        title="Recherche avec tous les traits obligatoires",
        reads=TraitsAsked,
        test=_mandatory,
        requirements=("LGO.INS.09",),
        source="docs/sources/insi.md#traits-obligatoires",
        remedy="N'appelez INSi qu'avec nom de naissance, prénom, sexe et date de naissance.",
        operations=ON_TRAITS,
        explains=frozenset({"insi_19", "insi_simule_prenom", "insi_24", "insi_simule_date_naissance"}),
    ),
    Check(
        id="INSI-LIEU",
        title="Lieu de naissance codé par le COG",
        reads=TraitsAsked,
        test=_place,
        requirements=("INS/va1.22",),
        source="docs/sources/insi.md#lieu-de-naissance",
        remedy="Envoyez dans LieuNaissance le code COG de la commune ou du pays de naissance.",
        confidence="M",
        operations=ON_TRAITS,
        explains=frozenset({"insi_simule_lieu_naissance"}),
    ),
    Check(
        id="INSI-CODE-POSTAL",
        title="Lieu de naissance : le code COG, non le code postal",
        reads=TraitsAsked,
        test=_postal,
        source="docs/sources/insi.md#lieu-de-naissance",
        remedy="Envoyez dans LieuNaissance le code COG de la commune de naissance, non son code postal.",
        confidence="L",
        operations=ON_TRAITS,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-ESPACES",
        title="Nom et prénoms sans espace final",
        reads=TraitsAsked,
        test=_spaces,
        source="docs/sources/insi.md#tolerances",
        remedy="Retirez l'espace final.",
        confidence="L",
        operations=ON_TRAITS,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-PRENOMS",
        title="Chaque prénom seul, dans l'ordre, avant tous les prénoms ensemble",
        reads=TraitsAsked,
        test=_first_names,
        requirements=("INS/va1.35",),
        source="docs/sources/insi.md#prenoms-essayes",
        remedy="Cherchez avec chaque prénom de naissance seul ; sans réponse 00, avec tous, séparés par un espace.",
        operations=ON_TRAITS,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-RECHERCHE-TRAITS",
        title="Recherche par les traits aboutie",
        reads=Searched,
        test=_answered,
        requirements=("INS/va1.34",),
        source="docs/sources/insi.md#recherche-par-traits",
        remedy="Cherchez un INS par les traits d'identité.",
        operations=ON_TRAITS,
    ),
)
