"""The answers of ApCV: ours, in the namespaces of the public requests, each labelled as a simulation.

Source: docs/sources/apcv.md#donnees (what is told: medium; the elements: ours, low). Knows no rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

from apcv_mock.codes import GENERAL_REGIME, QUALITIES, SIMULATED
from apcv_mock.domain import Beneficiary, Right, certified_of
from apcv_mock.wire.names import CONTENT_TYPE, DECLARATION
from apcv_mock.wire.shapes import AUTHENTICATE, DESTROY, RESTORE, SIGN_BILL, OperationShape
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.soap import addressing_headers, write_envelope

__all__ = ["STAMP", "Told", "authenticated", "destroyed", "restored", "signed"]

STAMP = "%Y%m%d%H%M%S"
"""How a moment is written (docs/sources/apcv.md#contexte)."""
SIMULATION = ("X-Simulation", SIMULATED)

Node: TypeAlias = "tuple[str, str | Sequence[Node]] | tuple[str, str | Sequence[Node], dict[str, str]]"
"""An element: its name, its text or its children, its attributes if any."""


@dataclass(frozen=True, slots=True)
class Told:
    """A context as it is told: its end in wire time; ``people`` with the rights in force, None: their rights are kept
    back."""

    id: str
    token: str
    ends: datetime
    insured: str
    people: Sequence[tuple[Beneficiary, Sequence[Right] | None]]


def authenticated(told: Told, message_id: str, relates_to: str | None) -> RawResponse:
    """Return the answer that opens a context."""
    return _answer(AUTHENTICATE, _context(told), message_id, relates_to)


def restored(all_told: Iterable[Told], message_id: str, relates_to: str | None) -> RawResponse:
    """Return the answer that gives contexts back."""
    return _answer(RESTORE, [node for told in all_told for node in _context(told)], message_id, relates_to)


def destroyed(context: str, message_id: str, relates_to: str | None) -> RawResponse:
    """Return the answer to a destruction."""
    content: list[Node] = [("ContexteApCV", [("Identifiant", context), ("Etat", "DETRUIT")])]
    return _answer(DESTROY, content, message_id, relates_to)


def signed(context: str, signature: str, moment: datetime, message_id: str, relates_to: str | None) -> RawResponse:
    """Return the answer to a signature: a proof that binds nobody."""
    content: list[Node] = [
        ("ContexteApCV", [("Identifiant", context)]),
        ("SignatureVitale", [("Valeur", signature), ("DateSignature", moment.strftime(STAMP))]),
    ]
    return _answer(SIGN_BILL, content, message_id, relates_to)


def _answer(shape: OperationShape, content: Sequence[Node], message_id: str, relates_to: str | None) -> RawResponse:
    stem = f"{shape.stem}Rep"
    body = f'<{stem} xmlns="{shape.namespace}" version="1.0" simulation="SIMULE">{_written(content)}</{stem}>'
    head = addressing_headers(f"{shape.action}Response", message_id, relates_to, prefix="wsa")
    return RawResponse(200, DECLARATION + write_envelope(body.encode(), headers=head), CONTENT_TYPE, (SIMULATION,))


def _context(told: Told) -> list[Node]:
    context: Node = (
        "ContexteApCV",
        [("Identifiant", told.id), ("Jeton", told.token), ("DateFinValidite", told.ends.strftime(STAMP))],
    )
    insured: Node = ("Assure", [_nir("NIRAssure", told.insured), ("GrandRegime", GENERAL_REGIME)])
    people = [_person(number, person, rights) for number, (person, rights) in enumerate(told.people, 1)]
    return [context, ("DonneesBeneficiaires", [insured, *people])]


def _person(number: int, person: Beneficiary, rights: Sequence[Right] | None) -> Node:
    certified = certified_of(person)
    identity: list[Node] = [
        ("NomUsage", person.used_name),
        ("NomFamille", person.birth_name),
        ("Prenom", person.first_names[0]),
        ("ListePrenoms", " ".join(person.first_names)),
        ("Sexe", person.sex),
        ("DateNaissance", person.birth_date),
        ("LieuNaissance", person.birth_place),
        ("RangNaissance", person.rank),
        _nir("NIRCertifie", certified),
        ("DateCertification", person.certified_on if certified else ""),
    ]
    told: list[Node] = [("Qualite", QUALITIES[person.quality], {"code": person.quality}), *identity]
    if rights is not None:
        told += [("DroitAMO", _right(right)) for right in rights]
        if person.complementary is not None:
            amc = person.complementary
            told.append(("ContratAMC", [("Numero", amc.number), ("Nom", amc.name), ("Fin", amc.end)]))
    return "Beneficiaire", told, {"numero": str(number)}


def _right(right: Right) -> list[Node]:
    return [("Couverture", right.coverage.value), ("Debut", right.start), ("Fin", right.end)]


def _nir(name: str, matricule: str) -> Node:
    return name, matricule[:13], {"cle": matricule[13:]}


def _written(nodes: Sequence[Node]) -> str:
    """Write elements; one without text is left out."""
    return "".join(map(_element, nodes))


def _element(node: Node) -> str:
    name, content = node[0], node[1]
    attributes = node[2] if len(node) == 3 else {}
    if not content:
        return ""
    told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{told}>{escape(content) if isinstance(content, str) else _written(content)}</{name}>"
