"""Decodes an exchange for people: what was asked and answered, in French, images left out.

Source: design of the project. Reads bodies leniently: a journal also keeps what nobody could read. Knows no rule.
"""

from __future__ import annotations

import json
from typing import Any

from eprescription_mock import codes
from lgo_sandbox.contract import Decoded
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.wire.json import BadJson, read_json

__all__ = ["decode"]

LABELS = {
    codes.CREATE: "Création d'une ordonnance numérique",
    codes.CONSULT: "Consultation",
    codes.EXECUTE: "Exécution",
    codes.ABANDON: "Abandon de la consultation",
    codes.CANCEL: "Annulation par le prescripteur",
    codes.CANCEL_EXECUTION: "Annulation d'une exécution",
    codes.STATUS: "Lecture du statut",
}
FACTS = {
    "numero": "Numéro",
    "par": "Consultée par",
    "professionnel": "Professionnel",
    "structure": "Structure",
    "matricule": "Matricule INS",
    "motif": "Motif",
    "etat": "État avant",
    "etat_apres": "État après",
    "recu": "Reçu",
    "erreur": "Refus",
}
LONG = 400


def decode(exchange: Exchange) -> Decoded:
    """Return an exchange for people."""
    facts = [(label, str(exchange.facts[name])) for name, label in FACTS.items() if exchange.facts.get(name)]
    summary = exchange.summary or LABELS.get(exchange.operation, exchange.target)
    return Decoded(
        summary,
        (("Opération", LABELS.get(exchange.operation, exchange.operation)), *facts, *_body(exchange.request_body)),
        (("Statut HTTP", str(exchange.status)), *_body(exchange.response_body)),
    )


def _body(body: bytes) -> tuple[tuple[str, str], ...]:
    if not body:
        return ()
    try:
        return (("Corps", json.dumps(_shortened(read_json(body)), ensure_ascii=False, indent=1)),)
    except BadJson:
        return (("Corps illisible", body[:LONG].decode("utf-8", "replace")),)


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shortened(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    if isinstance(value, str) and len(value) > LONG:
        return f"{value[:40]}… ({len(value)} caractères)"
    return value
