"""Synthetic cartes Vitale that cover several people, and the relatives whom INSi knows beside the reference patients.

Everybody else with a NIR has a card of his own, derived from his matricule. Source: docs/sources/insi.md#couverture
(what a card tells: number, birth date, rank), #identites-de-test (the card of RUTH DE VINCI); all people here are
invented.
"""

from __future__ import annotations

from health_documents.identifiers import OID_INS_NIR, nir_key
from insi_mock.domain.cards import Beneficiary, Card
from insi_mock.domain.values import Identity

__all__ = ["CARDS", "RELATIVES", "VERIFIED_KO"]


def _invented(name: str, first_names: str, sex: str, date: str, place: str, order: int) -> Identity:
    nir = f"{'MF'.index(sex) + 1}{date[2:4]}{date[5:7]}{place}{order}"
    return Identity(nir + nir_key(nir), OID_INS_NIR, name, tuple(first_names.split()), sex, date, place)


MOTHER = _invented("MOULIN", "CELINE AGNES", "F", "1985-04-17", "63113", 950)
FATHER = _invented("LAMBERT", "YANN", "M", "1982-08-02", "63113", 951)
TWINS = (
    _invented("LAMBERT", "JULES", "M", "2019-05-11", "63113", 952),
    _invented("LAMBERT", "JULIEN", "M", "2019-05-11", "63113", 953),
)
DONATELLO = _invented("DE VINCI", "DONATELLO", "M", "2011-06-05", "63220", 954)
COUSINS = (
    _invented("JACQUET", "LINA", "F", "2012-09-09", "63300", 955),
    _invented("JACQUET", "LUNA", "F", "2012-09-09", "63300", 956),
)
TRICHET = _invented("TRICHET", "ODETTE", "F", "1948-10-03", "63113", 957)

RELATIVES = (MOTHER, FATHER, *TWINS, DONATELLO, *COUSINS, TRICHET)

VERIFIED_KO = frozenset({TRICHET.matricule})
"""Found by every search, never confirmed by a verification (docs/sources/insi.md#ko)."""

HUGO, ALBA = "114096330092306", "226106311392446"
RUTH = "276076322091669"


def _of(identity: Identity, rank: str = "1") -> Beneficiary:
    return Beneficiary(identity.matricule, identity.birth_date, rank)


CARDS = (
    Card(MOTHER.matricule, (_of(MOTHER), Beneficiary(HUGO, "2014-09-23"), Beneficiary(ALBA, "2026-10-19"))),
    Card(FATHER.matricule, (_of(FATHER), _of(TWINS[0], "1"), _of(TWINS[1], "2"))),
    Card(RUTH, (Beneficiary(RUTH, "1976-07-14"), _of(DONATELLO))),
    Card(COUSINS[0].matricule, (_of(COUSINS[0]), _of(COUSINS[1]))),
)
"""The last one is wrong on purpose: two people of the same date and the same rank."""
