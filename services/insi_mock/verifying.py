"""Whether a claim conforms in a session: as the tester decided, else as INSi knows the person; alone or in a batch.

A batch is judged when its time comes: an event of the session's agenda, which writes the results in the commit that
ends it. Source: docs/sources/insi.md#verification, #verification-en-masse (ours). Joins rules, seeds and store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from insi_mock import lookup, store
from insi_mock.domain import Claim, Identity, Known, Traits, mismatches
from insi_mock.seeds import VERIFIED_KO
from lgo_sandbox.tenant.session import Session

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

    from lgo_sandbox.tenant.agenda import Event

__all__ = ["BATCH", "conforms", "current", "judge_batch", "take_batch"]

BATCH = "batch"
"""The event of a batch whose time has come; its payload: the number, the claims, the number of generated people."""


def conforms(decided: Mapping[str, bool], claim: Claim, known: Known | None) -> bool:
    """Tell whether a claim is right; what the tester decided of a matricule comes first."""
    if claim.matricule in decided:
        return decided[claim.matricule]
    return claim.matricule not in VERIFIED_KO and not mismatches(claim, current(claim, known))


def current(claim: Claim, known: Known | None) -> Identity | None:
    """Return the person of a claim, when the matricule is the one he has now."""
    return known.key if known and known.key.matricule == claim.matricule else None


def take_batch(session: Session, claims: Sequence[Claim], generated: int) -> tuple[str, datetime]:
    """Keep a batch to be judged after the delay of the session; return its number, and when that will be."""
    number = session.ids.uuid()
    ready = session.clock.age() + timedelta(seconds=int(session.option("insi.batch_delay")))
    payload = {"number": number, "generated": generated, "claims": [astuple(claim) for claim in claims]}
    with session.db.transaction() as transaction:
        store.keep(transaction, number, ready)
        session.agenda.at(ready, f"insi.{BATCH}", payload, within=transaction)
    return number, ready


def judge_batch(transaction: Transaction, session: Session, event: Event) -> None:
    """Judge a batch whose time has come."""
    decided = store.forced(session.db)
    results = []
    for claim in map(_claim, event.payload["claims"]):
        known = lookup.person_numbered(session, claim.matricule, event.payload["generated"])
        results.append((claim.ref, conforms(decided, claim, known)))
    store.judged(transaction, event.payload["number"], results)


def _claim(values: Sequence[Any]) -> Claim:
    matricule, oid, traits, ref = values
    return Claim(matricule, oid, Traits(*traits), ref)
