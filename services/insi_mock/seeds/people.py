"""The people INSi knows at the start, found by name, sex and year, or by a matricule of now or before.

Source: docs/sources/insi.md#identites-de-test (official identities), #retour-refuse (odd answers). People
come from the sandbox's own reference data; the names that cause an outage are ours. Knows no XML and no store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from insi_mock.domain import Card, Identity, Key, Known, key_of
from insi_mock.seeds.households import CARDS, RELATIVES
from lgo_sandbox.population.people import Patient, Population

__all__ = ["OUTAGES", "Reference", "as_live", "identity_of", "reference"]

OUTAGES = {
    "INSI-PANNE-TECHNIQUE": ("insi_102", "insi_101"),
    "INSI-PANNE-TELESERVICES": ("insi_111", "insi_111"),
    "INSI-PANNE-PASSERELLE": ("desir_1020", "desir_1020"),
}
"""Birth name that causes an outage → the error of a search by traits (or a verification), of a search by card."""

ODD_ANSWERS: Mapping[str, Callable[[Identity], Identity]] = {
    "insi-jour-00": lambda found: replace(found, birth_date=f"{found.birth_date[:8]}00"),
    "insi-mois-00": lambda found: replace(found, birth_date=f"{found.birth_date[:5]}00{found.birth_date[7:]}"),
    "insi-sans-nom": lambda found: replace(found, birth_name=""),
    "insi-sans-prenoms": lambda found: replace(found, first_names=()),
    "insi-sans-sexe": lambda found: replace(found, sex=""),
    "insi-prenoms-incoherents": lambda found: replace(found, first_names=found.first_names[::-1]),
}
"""Tag of a patient → how the answer differs from the person."""

PLANNED_ONLY = frozenset({"209066322012355"})
"""Former matricules that the test plan injects (case 2.04-2) and the live test environment does not answer."""

NUMBER = 13
"""Characters of a matricule without its key."""


def as_live(identity: Identity) -> Identity:
    """Return an identity with the history that the live test environment answers."""
    history = tuple(former for former in identity.history if former.matricule not in PLANNED_ONLY)
    return identity if len(history) == len(identity.history) else replace(identity, history=history)


@dataclass(frozen=True)
class Reference:
    """Everybody known at the start; ``by_number`` has former matricules too, ``cards`` only those of several people."""

    by_key: Mapping[Key, tuple[Known, ...]]
    by_number: Mapping[str, Known]
    cards: Mapping[str, Card]


@cache
def reference(people: Population) -> Reference:
    """Return the people that INSi knows: the patients who have a matricule, and the relatives on their cards."""
    known = [*(_known(patient) for patient in people.patients if patient.matricule), *map(_plain, RELATIVES)]
    by_key: dict[Key, tuple[Known, ...]] = defaultdict(tuple)
    by_number: dict[str, Known] = {}
    for person in known:
        key = person.key
        by_key[key_of(key.birth_name, key.sex, key.birth_date)] += (person,)
        by_number |= {former.matricule[:NUMBER]: person for former in key.history}
    by_number |= {person.key.matricule[:NUMBER]: person for person in known}
    return Reference(dict(by_key), by_number, {card.number[:NUMBER]: card for card in CARDS})


def identity_of(patient: Patient) -> Identity:
    """Return a patient as INSi tells him."""
    return Identity(
        patient.matricule,
        patient.oid,
        patient.birth_name,
        patient.first_names,
        patient.sex,
        patient.birth_date,
        patient.birth_place,
        patient.history,
    )


def _known(patient: Patient) -> Known:
    answer = key = identity_of(patient)
    for tag in patient.tags & ODD_ANSWERS.keys():
        answer = ODD_ANSWERS[tag](answer)
    return Known(key, answer)


def _plain(identity: Identity) -> Known:
    return Known(identity, identity)
