"""What we reproach a search by carte Vitale: what it recopies of the card, and that it tells the same card twice.

Source: docs/sources/insi.md#recherche-par-carte-vitale, #couverture. Reads the facts of a search.
"""

from __future__ import annotations

from insi_mock.checks.operations import ON_CARDS
from insi_mock.checks.traits import told
from insi_mock.domain import CardRequest, CoverCard
from insi_mock.facts import CardAsked, Contexts
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
)
