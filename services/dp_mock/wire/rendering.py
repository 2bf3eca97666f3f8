"""Writes the answers as JSON; each says that it is simulated, in its header and in its body.

Source: docs/sources/dp.md#contrat-simule. Knows no rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from dp_mock import codes
from dp_mock.codes.shortages import Shortage
from dp_mock.codes.states import State
from dp_mock.domain.history import name_of
from dp_mock.domain.values import Dispensation, Dossier, Recall, Supply, Trace
from dp_mock.wire.moments import shown
from lgo_sandbox.population.people import Population
from lgo_sandbox.tenant.clock import Clock
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.json import write_json

__all__ = ["LABELLED", "answer", "dispensed", "dossier", "place", "recall", "shortage", "supply", "trace"]

LABELLED = ((codes.SIMULATION_HEADER, codes.SIMULATION),)
Json = dict[str, Any]


def answer(members: Json, status: int = 200) -> RawResponse:
    """Return an answer of the service."""
    return RawResponse(status, write_json({**members, "simulation": codes.SIMULATION}), codes.JSON_MEDIA, LABELLED)


def dossier(one: Dossier, clock: Clock) -> Json:
    """Return a dossier: its state, until when the patient may oppose, the attestation that the officine hands over."""
    members: Json = {"matricule": one.matricule, "etat": one.state.value}
    if one.state is not State.UNKNOWN:
        members["depuis"] = shown(one.since, clock)
    if one.state is State.INFORMING and one.until is not None:
        members["finOpposition"] = shown(one.until, clock)
    if one.state in (State.INFORMING, State.CREATED):
        members["attestation"] = _attestation(one)
    return members


def _attestation(one: Dossier) -> str:
    what = "est créé" if one.state is State.CREATED else "sera créé, sauf opposition de votre part dans le délai"
    return f"SIMULATION, données fictives. Votre Dossier pharmaceutique {what} (INS {one.matricule})."


def dispensed(given: Sequence[Dispensation], people: Population, clock: Clock) -> list[Json]:
    """Return dispensations, each with its place."""
    return [_dispensation(one, people, clock) for one in given]


def _dispensation(one: Dispensation, people: Population, clock: Clock) -> Json:
    split: Json = {"deconditionne": True, "unites": one.units} if one.split else {}
    labels = {"lot": one.lot, "peremption": one.expiry}
    return {
        "identifiant": one.identifier,
        "date": shown(one.at, clock),
        "cip13": one.cip13,
        "nom": one.name,
        "categorie": one.kind.value,
        "boites": one.boxes,
        **split,
        **{name: value for name, value in labels.items() if value},
        "etablissement": place(one.structure, people),
    }


def place(structure: str, people: Population) -> Json:
    """Return name, contact and type of a dispensing place."""
    found = people.structure_numbered(structure)
    if found is None:
        return {"numero": structure}
    return {
        "numero": structure,
        "nom": found.name,
        "type": codes.PLACES[found.sector].value if found.sector in codes.PLACES else found.sector,
        "telephone": found.phone,
        "adresse": f"{found.address}, {found.postal_code} {found.city}",
    }


def recall(one: Recall, clock: Clock) -> Json:
    """Return a recall message."""
    read = {"acquitteLe": shown(one.acknowledged_at, clock)} if one.acknowledged_at else {}
    return {
        "id": one.number,
        "publieLe": shown(one.at, clock),
        "cip13": one.cip13,
        "nom": one.name,
        "lots": list(one.lots),
        "titre": one.title,
        "conduite": one.conduct,
        "bloquant": one.acknowledged_at is None,
        **read,
    }


def shortage(one: Shortage, now: datetime, clock: Clock) -> Json:
    """Return a shortage with the conduct to hold."""
    alternatives = [{"cip13": cip13, "nom": name_of(cip13)} for cip13 in one.alternatives]
    return {
        "cip13": one.cip13,
        "nom": name_of(one.cip13),
        "statut": one.status,
        "conduite": one.conduct,
        "alternatives": alternatives,
        "depannage": one.supply,
        "retourPrevu": shown(now + timedelta(days=one.back_in_days), clock)[:10],
    }


def supply(one: Supply, clock: Clock) -> Json:
    """Return a request for an emergency supply."""
    return {
        "numero": one.number,
        "cip13": one.cip13,
        "nom": name_of(one.cip13),
        "boites": one.boxes,
        "demandeLe": shown(one.at, clock),
        "etat": one.answer or "en-attente",
    }


def trace(found: Iterable[Trace], people: Population, clock: Clock) -> list[Json]:
    """Return interventions."""
    return [_trace(one, people, clock) for one in found]


def _trace(one: Trace, people: Population, clock: Clock) -> Json:
    person, structure = people.professional(one.actor), people.structure_numbered(one.structure)
    members = {
        "date": shown(one.at, clock),
        "operation": one.operation,
        "professionnel": person.name if person else one.actor,
        "etablissement": structure.name if structure else "",
        "detail": one.detail,
    }
    return {name: value for name, value in members.items() if value}
