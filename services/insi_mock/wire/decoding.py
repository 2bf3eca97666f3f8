"""An exchange with INSi for people: labelled values, from the facts that were noted of it.

Source: own choice; the labels are French, for whoever reads the console. Knows no XML: the facts are values already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from insi_mock.domain import Identity, Traits
from insi_mock.facts import (
    Addressing,
    Authentication,
    CardAsked,
    Collected,
    Contexts,
    Deposited,
    Failed,
    Searched,
    TraitsAsked,
    Verified,
)
from lgo_sandbox.contract import Decoded
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Noted

__all__ = ["decode"]

Line = tuple[str, str]


def decode(exchange: Exchange) -> Decoded:
    """Return an exchange as a summary and labelled values of the request and of the answer."""
    noted = exchange.noted
    request = (*_head(noted), *_asked(noted))
    return Decoded(exchange.summary or exchange.target, _given(request), _given(_told(noted)))


def _given(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple((label, value) for label, value in lines if value)


def _head(noted: Noted) -> Iterator[Line]:
    if caller := noted.get(Authentication):
        yield "Authentification", caller.mode.value
        yield "Appelant", caller.caller
    if contexts := noted.get(Contexts):
        yield "Logiciel", contexts.context.software
        yield "Numéro d'autorisation (IDAM)", contexts.context.idam
    if addressing := noted.get(Addressing):
        yield "MessageID", addressing.message_id


def _asked(noted: Noted) -> Iterator[Line]:
    if asked := noted.get(TraitsAsked):
        yield from _traits(asked.traits)
    if card := noted.get(CardAsked):
        yield "Numéro de la carte", card.request.number
        yield "Matricule de la personne", card.request.individual
        yield "Date de naissance", card.request.birth_date
        yield "Rang de naissance", card.request.rank
    if verified := noted.get(Verified):
        yield "Matricule à vérifier", verified.claim.matricule
        yield "OID", verified.claim.oid
        yield from _traits(verified.claim.traits)


def _traits(traits: Traits) -> Iterator[Line]:
    yield "Nom de naissance", traits.birth_name
    yield "Prénom demandé", traits.first_names
    yield "Sexe", traits.sex
    yield "Date de naissance", traits.birth_date
    yield "Lieu de naissance (COG)", traits.birth_place


def _told(noted: Noted) -> Iterator[Line]:
    if failed := noted.get(Failed):
        yield "Erreur", failed.code
        yield "Libellé", failed.label
    elif searched := noted.get(Searched):
        yield "Code retour", searched.code
        yield "Libellé", searched.label
        if searched.identity:
            yield from _identity(searched.identity)
    elif verified := noted.get(Verified):
        yield "Code retour", verified.code
        yield "Libellé", verified.label
        yield "Éléments qui diffèrent", ", ".join(verified.differs)
    elif deposited := noted.get(Deposited):
        yield "Numéro du dépôt", deposited.number
        yield "Identités", str(deposited.count)
        yield "Disponible à partir du", f"{deposited.ready:%Y-%m-%d %H:%M:%S}"
    elif collected := noted.get(Collected):
        yield "Numéro du dépôt", collected.number
        yield "État", "en cours" if collected.early else "terminé"


def _identity(identity: Identity) -> Iterator[Line]:
    yield "Matricule INS", identity.matricule
    yield "OID", identity.oid
    yield "Nom de naissance", identity.birth_name
    yield "Liste des prénoms", " ".join(identity.first_names)
    yield "Sexe", identity.sex
    yield "Date de naissance", identity.birth_date
    yield "Lieu de naissance (COG)", identity.birth_place
    yield "Matricules antérieurs", ", ".join(f"{former.matricule} ({former.oid})" for former in identity.history)
