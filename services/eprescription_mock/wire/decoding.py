"""Decodes an exchange for people: what was asked and answered, in French, images left out.

Source: design of the project. Reads bodies leniently: a journal also keeps what nobody could read. Knows no rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from eprescription_mock import codes, facts
from lgo_sandbox.contract import Decoded
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Noted
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.json import BadJson, read_json

__all__ = ["decode"]

LABELS = {
    codes.CREATE: "EP4 : enregistrement d'une ordonnance numérique",
    codes.CONSULT: "EP3 : consultation",
    codes.SEARCH: "EP2 : recherche des ordonnances d'un patient",
    codes.EXECUTE: "EP1 : transmission de l'exécution",
    codes.BILL: "EP6 : facturation d'une exécution",
    codes.ABANDON: "Abandon de la consultation",
    codes.CANCEL: "Annulation par le prescripteur",
    codes.CANCEL_EXECUTION: "Annulation d'une exécution",
    codes.STATUS: "Lecture du statut",
    codes.READ: "Lecture d'une ordonnance",
    codes.METADATA: "Lecture des capacités",
    codes.OPENAPI: "Lecture du contrat",
}
LONG = 400


def decode(exchange: Exchange) -> Decoded:
    """Return an exchange for people."""
    summary = exchange.summary or LABELS.get(exchange.operation, exchange.target)
    told = [(label, text) for label, text in _told(exchange.noted) if text]
    return Decoded(
        summary,
        (("Opération", LABELS.get(exchange.operation, exchange.operation)), *told, *_body(exchange.request_body)),
        (("Statut HTTP", str(exchange.status)), *_body(exchange.response_body)),
    )


def _told(noted: Noted) -> Iterator[tuple[str, str]]:
    """Yield label and text of what was noted, empty texts included."""
    if target := noted.get(facts.Target):
        yield "Numéro", target.numero
        yield "Matricule INS", target.matricule
        yield "État avant", target.state
    if order := noted.get(facts.Order):
        yield "Matricule INS", order.matricule
    if asked := noted.get(facts.Consultation):
        yield "Consultée par", asked.means
    if caller := noted.get(facts.Caller):
        yield "Professionnel", caller.professional
        yield "Structure", caller.structure
        yield "Client Pro Santé Connect", caller.client_id
    if abandonment := noted.get(facts.Abandonment):
        yield "Motif", abandonment.motive
    if change := noted.get(facts.Change):
        yield "Numéro", "" if noted.get(facts.Target) else change.numero
        yield "État après", change.state
    if receipt := noted.get(facts.Receipt):
        yield "Reçu", receipt.receipt
    if invoice := noted.get(facts.Invoice):
        yield "Facture", invoice.number
    if found := noted.get(facts.Found):
        yield "Matricule INS", found.matricule
        yield "Trouvées", ", ".join(found.numbers)
    if replay := noted.get(facts.Replay):
        yield "Requête rejouée", replay.request_id
    if refusal := noted.get(Refusal):
        yield "Refus", f"{refusal.code} : {refusal.message}"


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
        return f"{value[:40]}… ({counted(len(value), 'caractère')})"
    return value
