"""The answers of INSi to a search, octet by octet.

Source: docs/sources/insi.md#reponse (captures of two generations of the service and the official files, high); the
layout of an answer 01 is ours by analogy with 02 (low). The octets are a contract: clients compare prefixes as text, so
they are written, not serialised. Knows no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias
from xml.sax.saxutils import escape

from insi_mock.codes import LABELS
from insi_mock.domain import Answer, Identity
from insi_mock.wire.names import CONTENT_TYPE, DECLARATION, REQUEST_BY_CARD, REQUEST_BY_TRAITS, RESULT, SOAP
from lgo_sandbox.population.people import FormerMatricule
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.soap import Dialect, write_envelope

__all__ = ["GENERATIONS", "answer"]

Node: TypeAlias = "tuple[str, str | Sequence[Node]]"
"""An element: its name, then its text or its children."""

G3 = Dialect(prefix="soap", body_prefix="env", body_namespaces={"S": SOAP, "env": SOAP})
INJECTION = Dialect(prefix="soap", body_prefix="S", body_namespaces={"S": SOAP})


def answer(found: Answer, serialisation: str = "G3") -> RawResponse:
    """Return the answer in the layout of a generation of the service: a key of GENERATIONS."""
    write, single = GENERATIONS[serialisation]
    content = [_return_code(found), *(_individual(found.identity, single=single) if found.identity else ())]
    return RawResponse(200, write(content), CONTENT_TYPE)


def _g3(content: Sequence[Node]) -> bytes:
    declared = f'xmlns="{RESULT}" xmlns:ns0="{REQUEST_BY_CARD}" xmlns:ns1="{REQUEST_BY_TRAITS}"'
    return DECLARATION + write_envelope(_result(declared, content), dialect=G3)


def _g1(content: Sequence[Node]) -> bytes:
    declared = f'xmlns:ns3="{REQUEST_BY_CARD}" xmlns:ns2="{RESULT}" xmlns="{REQUEST_BY_TRAITS}"'
    return write_envelope(_result(declared, content, "ns2:"))


def _injection(content: Sequence[Node]) -> bytes:
    declared = f'xmlns:ns3="{REQUEST_BY_CARD}" xmlns:ns2="{REQUEST_BY_TRAITS}" xmlns="{RESULT}"'
    return DECLARATION + write_envelope(_result(declared, content), dialect=INJECTION)


def _result(declared: str, content: Sequence[Node], prefix: str = "") -> bytes:
    return f"<{prefix}RESULTAT {declared}>{_written(content, prefix)}</{prefix}RESULTAT>".encode()


GENERATIONS: Mapping[str, tuple[Callable[[Sequence[Node]], bytes], bool]] = {
    "G3": (_g3, False),
    "G1": (_g1, True),
    "INJECTION": (_injection, True),
}
"""Current layout, that before October 2022, that of the official injection files; whether Prenom is told."""


def _written(nodes: Sequence[Node], prefix: str = "") -> str:
    """Write elements; one without text is left out, as the schema has it absent rather than empty."""
    return "".join(
        f"<{prefix}{name}>{escape(content) if isinstance(content, str) else _written(content, prefix)}</{prefix}{name}>"
        for name, content in nodes
        if content
    )


def _return_code(found: Answer) -> Node:
    return "CR", [("CodeCR", found.code.value), ("LibelleCR", LABELS[found.code])]


def _individual(identity: Identity, *, single: bool) -> list[Node]:
    active: Node = ("INSACTIF", _matricule(identity.matricule, identity.oid))
    history: list[Node] = [("INSHISTO", _former(former)) for former in identity.history]
    return [("INDIVIDU", [active, *history, ("TIQ", _traits(identity, single=single))])]


def _traits(identity: Identity, *, single: bool) -> list[Node]:
    """Return the traits; ``single``: with the first name alone, beside the list."""
    return [
        ("NomNaissance", identity.birth_name),
        ("Prenom", identity.first_names[0] if single and identity.first_names else ""),
        ("ListePrenom", " ".join(identity.first_names)),
        ("Sexe", identity.sex),
        ("DateNaissance", identity.birth_date),
        ("LieuNaissance", identity.birth_place),
    ]


def _former(former: FormerMatricule) -> list[Node]:
    return [*_matricule(former.matricule, former.oid), ("DateDeb", former.start), ("DateFin", former.end)]


def _matricule(matricule: str, oid: str) -> list[Node]:
    return [("IdIndividu", [("NumIdentifiant", matricule[:13]), ("Cle", matricule[13:])]), ("OID", oid)]
