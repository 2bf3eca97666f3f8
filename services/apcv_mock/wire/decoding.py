"""An exchange with the ApCV service for people: labelled values, from the facts that were noted of it.

Source: own choice; the labels are French. Knows no XML: the facts are values already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apcv_mock.facts import (
    Addressing,
    Authentication,
    ContextUsed,
    Failed,
    Opened,
    PhoneShown,
    Presented,
    Signed,
    SoftwareTold,
)
from lgo_sandbox.contract import Decoded
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Noted

__all__ = ["decode"]

Line = tuple[str, str]


def decode(exchange: Exchange) -> Decoded:
    """Return an exchange as a summary and labelled values of the request and of the answer."""
    noted = exchange.noted
    return Decoded(exchange.summary or exchange.target, _given(_asked(noted)), _given(_told(noted)))


def _given(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple((label, value) for label, value in lines if value)


def _asked(noted: Noted) -> Iterator[Line]:
    if caller := noted.get(Authentication):
        yield "Authentification", caller.mode.value
        yield "Professionnel", caller.caller
    if told := noted.get(SoftwareTold):
        yield "Logiciel", told.software.name
        yield "Numéro d'autorisation (IDAM)", told.software.idam
    if addressing := noted.get(Addressing):
        yield "MessageID", addressing.message_id
    if presented := noted.get(Presented):
        yield "Identifiant de facturation", presented.biller.billing_id
        yield "Spécialité", presented.biller.specialty
        yield "Code affiché par", presented.persona
        yield "Âge du code", "" if presented.age is None else f"{presented.age:.0f} s"
    if used := noted.get(ContextUsed):
        yield "Contexte", used.context
        yield "État du contexte", used.state
    if signed := noted.get(Signed):
        yield "Type de facture", signed.bill.type
        yield "Condensé de la FSE", signed.bill.fse
        yield "Condensé de la DRE", signed.bill.dre
        yield "NIR de l'assuré", signed.bill.insured


def _told(noted: Noted) -> Iterator[Line]:
    if failed := noted.get(Failed):
        yield "Erreur", failed.code
        yield "Libellé", failed.label
    if opened := noted.get(Opened):
        yield "Contexte ouvert", opened.context
        yield "Téléphone de", opened.persona
        yield "Matricules", ", ".join(opened.people)
        yield "INS non certifiés", ", ".join(opened.uncertified)
    if shown := noted.get(PhoneShown):
        yield "Téléphone de", shown.persona
        yield "Code affiché", "oui" if shown.coded else "non"
