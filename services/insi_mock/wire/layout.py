"""What of a request is not as the schema has it: elements of another name or namespace, out of order, given twice;
attributes and texts that it does not allow.

Source: docs/sources/insi.md#ordre-des-elements (schemas, high; whether the service refuses a wrong order is not
public), #contexte. The service takes them all; the checks say so. Reads, never judges a value.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from insi_mock.wire.schema import conforms
from lgo_sandbox.wire.soap import WSA, Envelope

__all__ = ["resembling", "strays_of"]

MAX_STRAYS = 20
MAX_TEXT = 40

DATE = "une date AAAA-MM-JJ"
_XSD_DATE = r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})?"


class _Node:
    """An element of the schema: what it holds, in order, its attributes, the format of its text.

    ``many``: it may be there several times. ``form`` is a pattern of the whole text, and what it is for people.
    """

    __slots__ = ("attributes", "children", "form", "many", "places")

    def __init__(
        self,
        children: Mapping[str, _Node],
        *,
        many: bool = False,
        form: tuple[str, str] | None = None,
        attributes: Mapping[str, _Node] | None = None,
    ) -> None:
        self.children = children
        self.many = many
        self.form = form and (re.compile(form[0]), form[1])
        self.attributes = attributes or {}
        self.places = {name: place for place, name in enumerate(children)}


_LEAF = _Node({})


def _text(pattern: str, expected: str) -> _Node:
    return _Node({}, form=(pattern, expected))


def _sequence(*names: str, **children: _Node) -> _Node:
    """Return a sequence of texts and of elements with content, in the order of ``names``."""
    return _Node({name: children.get(name, _LEAF) for name in names})


def _context(*names: str, nature: str, **children: _Node) -> _Node:
    attributes = {"Nature": _text(nature, nature), "Version": _LEAF}
    return _Node(_sequence(*names, **children).children, attributes=attributes)


_MOMENT = _text(
    r"\s*-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?\s*",
    "une date et une heure AAAA-MM-JJThh:mm:ssZ",
)
_MATRICULE = _sequence("NumIdentifiant", "Cle", "TypeMatricule")
_TRAITS = _sequence("NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance", Prenom=_Node({}, many=True))
_CARD = _sequence(
    *("MatriculeIndividu", "MatriculeOD", "NomNaissance", "DateNaissance", "RangNaissance"),
    MatriculeIndividu=_MATRICULE,
    MatriculeOD=_MATRICULE,
)
_CLAIMED = _sequence("NomNaissance", "Prenom", "ListePrenom", "Sexe", "DateNaissance", "LieuNaissance")
_GIVEN = _sequence("IdIndividu", "OID", IdIndividu=_MATRICULE)
_PARTS = _sequence("INSFourni", "TraitsIdentiteIndividu", INSFourni=_GIVEN, TraitsIdentiteIndividu=_CLAIMED).children
_PERSON = _Node(_PARTS, attributes={"ref": _LEAF})
_SOFTWARE = _sequence("IDAM", "Version", "Instance", "Nom", IDAM=_Node({}, attributes={"R": _LEAF}))
_NUM = _text("[0-9]{6}[AB0-9][0-9]{6}", "treize caractères : des chiffres, A ou B au septième en Corse")
_KEY = _text("[0-9]{2}", "deux chiffres")
_HOLDER = _sequence("Id", Id=_sequence("Num", "Cle", Num=_NUM, Cle=_KEY))
_CERTIFIED = _sequence("Num", "Cle", "DateCertification", Num=_NUM, Cle=_KEY, DateCertification=_text(_XSD_DATE, DATE))
_COVERED = _sequence(
    *("Nir", "DateNai", "Rang", "Porteur"),
    Nir=_CERTIFIED,
    DateNai=_text("[0-9]{4}-[0-9]{2}-[0-9]{2}", DATE),
    Rang=_text(r"\s*[+-]?[0-9]+\s*", "un nombre entier"),
    Porteur=_text("[0-9]", "un chiffre"),
)
_COVER = _sequence(
    *("GrandRegime", "Organisme", "CodeCentre", "ASSURE", "BENEFICIAIRE"), ASSURE=_HOLDER, BENEFICIAIRE=_COVERED
)

_BODIES = {
    f"{{{REQUEST_BY_TRAITS}}}RECSANSVITALE": _TRAITS,
    f"{{{REQUEST_BY_CARD}}}RECVITALE": _CARD,
    f"{{{VERIFICATION_REQUEST}}}Requete": _sequence("IndividuVerifie", IndividuVerifie=_PERSON),
    f"{{{BATCH_REQUEST}}}Depot": _Node({"IndividuVerifie": _Node(_PARTS, many=True, attributes={"ref": _LEAF})}),
    f"{{{BATCH_REQUEST}}}Releve": _sequence("NumeroDepot"),
}
_HEADERS = {
    f"{{{CONTEXT_LPS}}}ContexteLPS": _context(*("Id", "Temps", "Emetteur", "LPS"), nature="CTXLPS", LPS=_SOFTWARE),
    f"{{{CONTEXT_BAM}}}ContexteBAM": _context(
        *("Id", "Temps", "Emetteur", "DateRef", "COUVERTURE"), nature="CTXBAM", DateRef=_MOMENT, COUVERTURE=_COVER
    ),
}
_PARTS_OF_THE_CONTRACT = {**_HEADERS, **_BODIES}
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
    parts = (*envelope.headers, *([] if envelope.body is None else [envelope.body]))
    for part in parts:
        node = _PARTS_OF_THE_CONTRACT.get(str(part.tag))
        if node is not None and not conforms(part):
            yield from _within(part, node)


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
    prefix, namespace = prefix + brace, prefix[1:]
    if parent.keys():
        yield from _attributes_of(parent, node, where, namespace)
    texts, names = [parent.text], []
    for child in parent:
        texts.append(child.tail)
        tag = child.tag
        if not isinstance(tag, str):
            continue
        name = tag.removeprefix(prefix)
        inside = node.children.get(name) if tag.startswith(prefix) else None
        if inside is None:
            qname = etree.QName(child)
            yield _odd(where, qname, _like(qname.localname, node.children), namespace)
            continue
        if name in names and not inside.many:
            yield Stray(where, name, namespace, Why.REPEATED)
        else:
            names.append(name)
        if inside.children or len(child):
            yield from _within(child, inside)
        elif inside.form or child.keys():
            yield from _attributes_of(child, inside, name, namespace)
            yield from _malformed(child.text or "", inside, where, name, namespace)
    if node.children:
        yield from _texts_between(texts, where, namespace)
        yield from _displaced(names, node, where, namespace)


def _texts_between(texts: Iterable[str | None], where: str, namespace: str) -> Iterator[Stray]:
    """Yield the first text, cut, that stands beside the elements of a sequence."""
    for text in texts:
        if text and not text.isspace():
            yield Stray(where, "texte", namespace, Why.TEXT, value=text.strip()[:MAX_TEXT])
            return


def _attributes_of(element: etree._Element, node: _Node, where: str, namespace: str) -> Iterator[Stray]:
    """Yield the attributes of the schema's own kind (without namespace) that are unknown or malformed."""
    for name, value in element.attrib.items():
        if str(name) in node.attributes:
            yield from _malformed(str(value), node.attributes[str(name)], where, f"@{name}", namespace)
        elif not str(name).startswith("{"):
            yield Stray(where, f"@{name}", namespace, Why.ATTRIBUTE, _like(str(name), node.attributes))


def _malformed(value: str, node: _Node, where: str, name: str, namespace: str) -> Iterator[Stray]:
    if node.form and not node.form[0].fullmatch(value):
        yield Stray(where, name, namespace, Why.VALUE, value=value, expected=node.form[1])


def _displaced(names: Sequence[str], node: _Node, where: str, namespace: str) -> Iterator[Stray]:
    """Yield the elements that stand out of order, each with the right order of them all."""
    places = [node.places[name] for name in names]
    ordered = sorted(places)
    if places == ordered:
        return
    known = list(node.children)
    right = ", ".join(dict.fromkeys(known[place] for place in ordered))
    kept = _in_order(places)
    for index, name in enumerate(names):
        if index not in kept:
            yield Stray(where, name, namespace, Why.MISPLACED, expected=right)


def _in_order(places: Sequence[int]) -> set[int]:
    """Return the indexes of the longest run in order: the others were moved, rather than all that follow them."""
    tails: list[int] = []
    before: list[int] = []
    for index, place in enumerate(places):
        length = bisect_right(tails, place, key=places.__getitem__)
        before.append(tails[length - 1] if length else -1)
        tails[length : length + 1] = [index]
    kept, last = set(), tails[-1]
    while last >= 0:
        kept.add(last)
        last = before[last]
    return kept


def _like(name: str, known: Iterable[str]) -> str:
    return next((one for one in known if one.casefold() == name.casefold()), "")


def _odd(parent: str, qname: etree.QName, like: str, wanted: str) -> Stray:
    namespace = qname.namespace or ""
    why = Why.NAMESPACE if like and namespace != wanted else Why.UNKNOWN
    return Stray(parent, qname.localname, namespace, why, like, wanted if namespace != wanted else "")
