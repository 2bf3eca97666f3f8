"""Whom INSi knows in a session: the reference people, those it added, the generated ones; and their cards.

Source: design of the project (reference data is shared, a session holds changes only). Joins seeds, store and crowd;
decides nothing.
"""

from __future__ import annotations

from dataclasses import replace

from insi_mock import store
from insi_mock.domain import Beneficiary, Card, Identity, Key, Known, key_of
from insi_mock.seeds import reference
from insi_mock.seeds.people import NUMBER, identity_of
from lgo_sandbox.population.crowd import Crowd
from lgo_sandbox.tenant.session import Session

__all__ = ["candidates", "card_numbered", "person_numbered"]


def candidates(session: Session, birth_name: str, sex: str, birth_date: str, generated: int) -> list[Known]:
    """Return everybody whom a search with this name, sex and date may designate."""
    key: Key = key_of(birth_name, sex, birth_date)
    found = [*reference(session.people).by_key.get(key, ()), *store.having(session.db, key)]
    size = store.population_size(session.db, generated)
    if size:
        crowd = Crowd(size).having(birth_name, sex, birth_date)
        found += (Known(identity, identity) for identity in map(identity_of, crowd))
    return found


def person_numbered(session: Session, matricule: str, generated: int) -> Known | None:
    """Return the person of a matricule, of now or before, given with its key or without."""
    known = reference(session.people).by_number.get(matricule[:NUMBER])
    if known is not None:
        return known if _is_one_of(matricule, known.key) else None
    added = store.known_as(session.db, matricule) or _generated(session, matricule, generated)
    return None if added is None else Known(added, added)


def _is_one_of(matricule: str, identity: Identity) -> bool:
    matricules = (identity.matricule, *(former.matricule for former in identity.history))
    return any(one.startswith(matricule) for one in matricules)


def _generated(session: Session, matricule: str, generated: int) -> Identity | None:
    size = store.population_size(session.db, generated)
    found = Crowd(size).with_matricule(matricule) if size else None
    return None if found is None else identity_of(found)


def card_numbered(session: Session, number: str, generated: int) -> Card | None:
    """Return the card of a holder: one of the seeds, or the card that everybody known has for himself."""
    card = reference(session.people).cards.get(number[:NUMBER])
    if card is not None:
        return card if card.number.startswith(number) else None
    known = person_numbered(session, number, generated)
    if known is None:
        return None
    own = Card(known.key.matricule, (Beneficiary(known.key.matricule, known.key.birth_date),))
    return replace(own, number=number)
