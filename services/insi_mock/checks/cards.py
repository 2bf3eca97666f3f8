"""What we reproach a search with a carte Vitale: what it recopies of the card, and that it tells one card, one person.

Source: docs/sources/insi.md#recherche-par-carte-vitale, #couverture. Reads the facts of a search.
"""

from __future__ import annotations

from collections.abc import Iterator

from insi_mock.checks.operations import ON_CARDS, ON_TRAITS
from insi_mock.checks.traits import told
from insi_mock.domain import CardRequest, CoverCard, Traits
from insi_mock.domain.matching import words
from insi_mock.facts import CardAsked, Contexts, Searched, TraitsAsked
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation

__all__ = ["CARDS"]

_NUMBER = 13


def _well_formed(seen: Observed[CardAsked]) -> Outcome:
    return told(seen.facts.broken) if seen.facts.broken else True


def _cover(seen: Observed[CardAsked]) -> Outcome:
    """Compare what the contexte BAM and the request tell of the card, in what both tell. The key is of no account."""
    contexts = seen.also(Contexts)
    if contexts is None:
        return None
    for element, asked, covered in _told_twice(seen.facts.request, contexts.context.card):
        if asked != covered:
            where = f"ContexteBAM/COUVERTURE/{element}"
            remedy = f"Envoyez « {asked} » dans COUVERTURE/{element}, comme dans la demande."
            return Violation(covered or "absent", asked, "", remedy, where)
    return True


def _told_twice(request: CardRequest, card: CoverCard) -> list[tuple[str, str, str]]:
    """Return the elements that the request gives: what it says, what COUVERTURE says."""
    told = [("BENEFICIAIRE/DateNai", request.birth_date, card.birth_date)]
    if request.holder:
        told.insert(0, ("ASSURE/Id/Num", request.holder[:_NUMBER], card.number[:_NUMBER]))
    if request.rank and card.rank:
        told.append(("BENEFICIAIRE/Rang", request.rank, card.rank.lstrip("0")))
    return told


_SEXES = {"1": "M", "2": "F"}
_PERSON = "ContexteBAM/COUVERTURE/BENEFICIAIRE"


def _same_person(seen: Observed[TraitsAsked]) -> Outcome:
    """Compare the card of the contexte BAM with the traits of the request: they tell one person."""
    contexts = seen.also(Contexts)
    if contexts is None or contexts.context.card == CoverCard():
        return None
    compared = list(_beside(seen.facts.traits, contexts.context.card))
    wrong = next(((element, asked, told, at) for element, asked, told, at in compared if asked != told), None)
    if wrong is None:
        return bool(compared) or None
    element, asked, told, where = wrong
    remedy = (
        f"Contrôlez que la carte et les traits sont d'une même personne ({element} « {asked} », carte « {told} »), "
        "ou laissez COUVERTURE vide."
    )
    return Violation(f"{element} « {asked} », « {told} » sur la carte", f"« {told} » des deux côtés", "", remedy, where)


def _beside(traits: Traits, card: CoverCard) -> Iterator[tuple[str, str, str, str]]:
    """Yield what both tell: the element, what is asked, what the card says and where."""
    if card.birth_date and traits.birth_date:
        yield "DateNaissance", traits.birth_date, card.birth_date, f"{_PERSON}/DateNai"
    if traits.sex in _SEXES.values() and card.person[:1] in _SEXES:
        yield "Sexe", traits.sex, _SEXES[card.person[0]], f"{_PERSON}/Nir/Num"


def _named(seen: Observed[CardAsked]) -> Outcome:
    """Compare the name that goes with the card and that of whom it designates: the card is only a key."""
    asked, searched = seen.facts.request.birth_name, seen.also(Searched)
    if not asked or searched is None or searched.identity is None:
        return None
    known = searched.identity.birth_name
    if not known or words(asked) == words(known):
        return True
    remedy = (
        f"Contrôlez à qui est la carte : INSi rend « {known} ». "
        "Si c'est un nom d'usage, envoyez le nom de naissance, ou pas de NomNaissance."
    )
    return Violation(f"NomNaissance « {asked} »", f"« {known} », que la carte désigne", "", remedy, "NomNaissance")


CARDS = (
    Check(
        id="INSI-VITALE",
        title="Recherche par la carte Vitale bien formée",
        reads=CardAsked,
        test=_well_formed,
        requirements=("INS/va1.34",),
        source="docs/sources/insi.md#recherche-par-carte-vitale",
        remedy="Recopiez de la carte le matricule avec sa clé, la date de naissance (AAAA-MM-JJ) et le rang.",
        operations=ON_CARDS,
        explains=frozenset({"insi_simule_matricule", "insi_simule_date_naissance", "insi_simule_rang"}),
    ),
    Check(
        id="INSI-COUVERTURE",
        title="La même carte dans le contexte BAM et dans la demande",
        reads=CardAsked,
        test=_cover,
        source="docs/sources/insi.md#couverture",
        remedy="Remplissez COUVERTURE (ASSURE, BENEFICIAIRE) avec la carte lue.",
        confidence="L",
        operations=ON_CARDS,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-CARTE-TRAITS",
        title="La carte du contexte BAM et les traits demandés, d'une même personne",
        reads=TraitsAsked,
        test=_same_person,
        source="docs/sources/insi.md#couverture",
        remedy="Laissez COUVERTURE vide dans une recherche par traits, ou remplissez-la avec la carte de la personne.",
        confidence="L",
        operations=ON_TRAITS,
        severity=Severity.WARNING,
    ),
    Check(
        id="INSI-CARTE-NOM",
        title="Le nom envoyé avec la carte, celui de la personne qu'elle désigne",
        reads=CardAsked,
        test=_named,
        source="docs/sources/insi.md#recherche-par-carte-vitale",
        remedy="Contrôlez à qui est la carte avant de reprendre l'identité rendue.",
        confidence="L",
        operations=ON_CARDS,
        severity=Severity.WARNING,
    ),
)
