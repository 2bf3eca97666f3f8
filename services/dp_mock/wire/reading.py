"""Reads the bodies of requests into values.

Source: docs/sources/dp.md#contrat-simule: the contract is ours, its OpenAPI is in ``openapi``. Knows no store.
"""

from __future__ import annotations

from dataclasses import dataclass

from dp_mock import codes
from dp_mock.domain.values import Contact, Identity
from dp_mock.facts import Tolerance
from dp_mock.wire.parts import Reader, reader_of

__all__ = ["Given", "Item", "read_identity", "read_items", "read_refusal", "read_supply", "read_unused"]


@dataclass(frozen=True, slots=True)
class Given:
    """An identity that was sent; ``asked``: at the wish of the patient."""

    identity: Identity
    asked: bool
    tolerances: tuple[Tolerance, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A dispensation as it was sent, before what it says is judged; ``at`` is the text of its moment."""

    where: str
    identifier: str
    at: str
    cip13: str
    boxes: int
    split: bool
    units: int
    lot: str
    expiry: str


def read_identity(body: bytes) -> Given:
    """Read an identity exchange. Raises Refused."""
    reader = reader_of(body)
    ins, contact = reader.member("ins"), reader.member("contact")
    identity = Identity(
        matricule=ins.text("matricule", required=True),
        root=ins.text("oid", required=True),
        quality=reader.choice("statutIdentite", codes.IDENTITY_STATES),
        birth_name=reader.text("nomNaissance", required=True),
        first_name=reader.text("prenomNaissance", required=True),
        sex=reader.choice("sexe", ("M", "F", "I")),
        birth_date=reader.text("dateNaissance", required=True),
        contact=Contact(contact.text("courriel"), contact.text("telephone"), contact.text("adresse")),
    )
    asked = reader.flag("demandePatient")
    return Given(identity, asked, _told(ins, contact, reader))


def read_items(body: bytes) -> tuple[list[Item], tuple[Tolerance, ...]]:
    """Read what is sent to a dossier. Raises Refused."""
    reader = reader_of(body)
    readers = reader.objects("dispensations")
    items = [_item(one, f"dispensations[{number}]") for number, one in enumerate(readers, 1)]
    return items, _told(*readers, reader)


def _item(reader: Reader, where: str) -> Item:
    return Item(
        where=where,
        identifier=reader.text("identifiant", required=True),
        at=reader.text("date"),
        cip13=reader.text("cip13", required=True),
        boxes=reader.whole("boites", 1),
        split=reader.flag("deconditionne"),
        units=reader.whole("unites", 0),
        lot=reader.text("lot"),
        expiry=reader.text("peremption"),
    )


def read_refusal(body: bytes) -> tuple[str, tuple[Tolerance, ...]]:
    """Read a refusal of the patient: its scope. Raises Refused."""
    reader = reader_of(body)
    scope = reader.choice("portee", codes.REFUSAL_SCOPES)
    return scope, reader.done()


def read_supply(body: bytes) -> tuple[int, tuple[Tolerance, ...]]:
    """Read a request for an emergency supply: how many boxes. Raises Refused."""
    reader = reader_of(body)
    boxes = reader.whole("boites", 1)
    return boxes, reader.done()


def read_unused(body: bytes) -> tuple[Tolerance, ...]:
    """Read the body of an operation that wants none. Raises Refused."""
    return reader_of(body, optional=True).done()


def _told(*readers: Reader) -> tuple[Tolerance, ...]:
    """Return what all these readers passed over: they share one list."""
    return [reader.done() for reader in readers][-1]
