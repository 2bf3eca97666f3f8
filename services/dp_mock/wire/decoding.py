"""Decodes an exchange for people: what was asked and answered, in French.

Source: design of the project. Reads bodies leniently: a journal also keeps what nobody could read. Knows no rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from dp_mock import codes, facts
from lgo_sandbox.contract import Decoded
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Noted
from lgo_sandbox.watch.refusals import Refusal
from lgo_sandbox.wire.json import BadJson, read_json

__all__ = ["LABELS", "decode"]

LABELS = {
    codes.IDENTITY: "Échange d'identité",
    codes.STATE: "État du dossier",
    codes.OPPOSE: "Opposition du patient",
    codes.CLOSE: "Clôture du dossier",
    codes.HISTORY: "Consultation de l'historique",
    codes.VACCINES: "Consultation des vaccins",
    codes.FEED: "Alimentation",
    codes.REFUSE: "Refus du patient",
    codes.TRACES: "Traces des interventions",
    codes.PRINT: "Impression pour le patient",
    codes.MESSAGES: "Messages de rappel",
    codes.ACKNOWLEDGE: "Acquittement d'un rappel",
    codes.LOT: "Contrôle d'un lot",
    codes.SHORTAGE: "Ruptures et conduite à tenir",
    codes.SUPPLY: "Demande de dépannage d'urgence",
    codes.SUPPLY_STATE: "Suivi d'un dépannage",
    codes.CONTRACT: "Contrat OpenAPI",
}
LONG = 2_000


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
    if caller := noted.get(facts.Caller):
        yield "Professionnel", f"{caller.professional} (profession {caller.profession})"
        yield "Structure", caller.structure
    if target := noted.get(facts.Target):
        yield "Matricule INS", target.matricule
        yield "État avant", target.state
    if change := noted.get(facts.Change):
        yield "État après", change.state
    if asked := noted.get(facts.Asked):
        yield "Portée du refus", asked.scope
    if looked := noted.get(facts.LotLooked):
        yield "Lot", f"{looked.cip13}, {looked.lot} : {'rappelé' if looked.recalled else 'sans rappel'}"
    if shortage := noted.get(facts.ShortageLooked):
        yield "Rupture", f"{shortage.cip13 or 'tous'} : {'signalée' if shortage.found else 'aucune'}"
    if refusal := noted.get(Refusal):
        yield "Refus", f"{refusal.code} : {refusal.message}"


def _body(body: bytes) -> tuple[tuple[str, str], ...]:
    if not body:
        return ()
    try:
        return (("Corps", json.dumps(read_json(body), ensure_ascii=False, indent=1)),)
    except BadJson:
        return (("Corps", body[:LONG].decode("utf-8", "replace")),)
