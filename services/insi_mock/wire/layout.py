"""Elements that are not where the schema has them: of another name or namespace, out of order, given twice.

Source: docs/sources/insi.md#ordre-des-elements (schemas, high; whether the service refuses a wrong order is not
public), #contexte. The service takes them all; the checks say so. Reads, never judges a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from lxml import etree

from insi_mock.domain import Stray, Why
from insi_mock.wire.names import (
    BATCH_REQUEST,
    CONTEXT_BAM,
    CONTEXT_LPS,
    REQUEST_BY_CARD,
    REQUEST_BY_TRAITS,
    VERIFICATION_REQUEST,
    WSSE,
)
from lgo_sandbox.wire.soap import WSA, Envelope

__all__ = ["resembling", "strays_of"]

MAX_STRAYS = 20


class _Node:
    """An element of the schema: what it holds, in order; whether it may be there several times."""

    __slots__ = ("children", "many", "places")

    def __init__(self, children: Mapping[str, _Node], many: bool = False) -> None:
        self.children = children
        self.many = many
        self.places = {name: place for place, name in enumerate(children)}


_LEAF = _Node({})


def _sequence(*names: str, **children: _Node) -> _Node:
    """Return a sequence of texts and of elements with content, in the order of ``names``."""
    return _Node({name: children.get(name, _LEAF) for name in names})


_MATRICULE = _sequence("NumIdentifiant", "Cle", "TypeMatricule")
_TRAITS = _sequence("NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance", Prenom=_Node({}, many=True))
_CARD = _sequence(
    *("MatriculeIndividu", "MatriculeOD", "NomNaissance", "DateNaissance", "RangNaissance"),
    MatriculeIndividu=_MATRICULE,
    MatriculeOD=_MATRICULE,
)
_CLAIMED = _sequence("NomNaissance", "Prenom", "ListePrenom", "Sexe", "DateNaissance", "LieuNaissance")
_GIVEN = _sequence("IdIndividu", "OID", IdIndividu=_MATRICULE)
_PERSON = _sequence("INSFourni", "TraitsIdentiteIndividu", INSFourni=_GIVEN, TraitsIdentiteIndividu=_CLAIMED)
_SOFTWARE = _sequence("IDAM", "Version", "Instance", "Nom")
_HOLDER = _sequence("Id", Id=_sequence("Num", "Cle"))
_COVERED = _sequence("Nir", "DateNai", "Rang", "Porteur", Nir=_sequence("Num", "Cle", "DateCertification"))
_COVER = _sequence(
    *("GrandRegime", "Organisme", "CodeCentre", "ASSURE", "BENEFICIAIRE"), ASSURE=_HOLDER, BENEFICIAIRE=_COVERED
)

_BODIES = {
    f"{{{REQUEST_BY_TRAITS}}}RECSANSVITALE": _TRAITS,
    f"{{{REQUEST_BY_CARD}}}RECVITALE": _CARD,
    f"{{{VERIFICATION_REQUEST}}}Requete": _sequence("IndividuVerifie", IndividuVerifie=_PERSON),
    f"{{{BATCH_REQUEST}}}Depot": _Node({"IndividuVerifie": _Node(_PERSON.children, many=True)}),
    f"{{{BATCH_REQUEST}}}Releve": _sequence("NumeroDepot"),
}
_HEADERS = {
    f"{{{CONTEXT_LPS}}}ContexteLPS": _sequence("Id", "Temps", "Emetteur", "LPS", LPS=_SOFTWARE),
    f"{{{CONTEXT_BAM}}}ContexteBAM": _sequence("Id", "Temps", "Emetteur", "DateRef", "COUVERTURE", COUVERTURE=_COVER),
}
_BLOCKS = {
    "ContexteLPS": CONTEXT_LPS,
    "ContexteBAM": CONTEXT_BAM,
    "Security": WSSE,
    "MessageID": WSA,
    "Action": WSA,
}
"""The header blocks of the contract, and their namespaces."""
_RIGHT_BLOCKS = frozenset(f"{{{namespace}}}{name}" for name, namespace in _BLOCKS.items())


def strays_of(envelope: Envelope) -> tuple[Stray, ...]:
    """Return what is out of place in a request, the first ones of many."""
    return tuple(islice(_strays(envelope), MAX_STRAYS))


def _strays(envelope: Envelope) -> Iterator[Stray]:
    yield from _of_blocks(envelope)
    for block in envelope.headers:
        if node := _HEADERS.get(str(block.tag)):
            yield from _within(block, node)
    if envelope.body is not None and (node := _BODIES.get(str(envelope.body.tag))):
        yield from _within(envelope.body, node)


def _of_blocks(envelope: Envelope) -> Iterator[Stray]:
    for name in sorted(envelope.repeated):
        yield Stray("Header", name, WSA, Why.REPEATED)
    for block in envelope.headers:
        if block.tag in _RIGHT_BLOCKS:
            continue
        qname = etree.QName(block)
        if like := _like(qname.localname, _BLOCKS):
            yield _odd("Header", qname, like, _BLOCKS[like])


def resembling(elements: Iterable[etree._Element], name: str, namespace: str) -> Stray | None:
    """Return the first of some elements whose name is this one but for its case or its namespace."""
    for element in elements:
        if isinstance(element.tag, str) and (qname := etree.QName(element)).localname.casefold() == name.casefold():
            return _odd("Header", qname, name, namespace)
    return None


def _within(parent: etree._Element, node: _Node) -> Iterator[Stray]:
    prefix, brace, where = str(parent.tag).rpartition("}")
    prefix, namespace, last = prefix + brace, prefix[1:], -1
    for child in parent:
        tag = child.tag
        if not isinstance(tag, str):
            continue
        name = tag.removeprefix(prefix)
        place = node.places.get(name) if tag.startswith(prefix) else None
        if place is None:
            qname = etree.QName(child)
            yield _odd(where, qname, _like(qname.localname, node.children), namespace)
            continue
        if place < last or (place == last and not node.children[name].many):
            yield Stray(where, name, namespace, _why(place, last))
        last = max(place, last)
        if len(child):
            yield from _within(child, node.children[name])


def _why(place: int, last: int) -> Why:
    return Why.REPEATED if place == last else Why.MISPLACED


def _like(name: str, known: Iterable[str]) -> str:
    return next((one for one in known if one.casefold() == name.casefold()), "")


def _odd(parent: str, qname: etree.QName, like: str, wanted: str) -> Stray:
    namespace = qname.namespace or ""
    why = Why.NAMESPACE if like and namespace != wanted else Why.UNKNOWN
    return Stray(parent, qname.localname, namespace, why, like, wanted if namespace != wanted else "")
