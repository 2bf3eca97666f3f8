"""Reading and writing XML without trusting who sent it.

One parser for every XML message of the project: no DTD, no entity, no network, a bounded size and depth.
Source: W3C XML 1.0 (5th ed.) §2.8 and §4.3.3 (prolog, encodings), W3C SOAP 1.2 part 1 §5 (a message holds no DTD);
confidence high. Knows no message, no service and no session.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

from health_documents.xml_errors import said_of

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MalformedXml", "parse", "serialize"]

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 200
_USUAL_DEPTH = 24

_ASCII_BASED = frozenset({"UTF-8", "US-ASCII", "ASCII", "ISO-8859-1", "ISO-8859-15"})
_ENCODINGS = _ASCII_BASED | {"UTF-16", "UTF-16LE", "UTF-16BE"}
_PLAIN_START = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml\s+version\s*=\s*[\"']1\.0[\"'](?:\s+encoding\s*=\s*[\"'](?:%b)[\"'])?"
    rb"(?:\s+standalone\s*=\s*[\"'](?:yes|no)[\"'])?\s*\?>|\s*<(?!\?xml|\0))" % "|".join(sorted(_ASCII_BASED)).encode(),
    re.IGNORECASE,
)


class MalformedXml(ValueError):
    """The bytes are not XML that we accept; ``reason`` says why in French, for the person who reads the finding."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(
    data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, long_texts: bool = False
) -> etree._Element:
    """Return the root element of an XML document.

    A single text is at most 10 MB, which a PDF of 8 MB in base64 exceeds; ``long_texts`` lifts that. Since the same
    limit guards against entities, a DOCTYPE is then looked for before anything is parsed.
    Raises MalformedXml for anything else: too long or too deep, a DOCTYPE even if harmless, an entity that is not one
    of the five predefined, an encoding out of UTF-8, UTF-16, ASCII and Latin 1/9 or bytes that contradict it.
    """
    if len(data) > max_bytes:
        raise MalformedXml(f"document XML de {len(data)} octets, plus que les {max_bytes} admis")
    if long_texts and (b"<!DOCTYPE" in data or not _shows_its_doctype(data)):
        long_texts = False
    try:
        root = etree.fromstring(data, _parser(long_texts=long_texts))
    except (etree.LxmlError, LookupError, ValueError) as error:
        raise MalformedXml(f"XML mal formé : {said_of(error)}") from error
    _refuse_prolog(root.getroottree().docinfo)
    _refuse_depth(root, max_depth)
    return root


def serialize(element: etree._Element, *, declaration: bool) -> bytes:
    """Return the element, without its tail, as UTF-8 bytes, with or without the XML declaration."""
    return etree.tostring(element, encoding="UTF-8", xml_declaration=declaration, with_tail=False)


def _shows_its_doctype(data: bytes) -> bool:
    """Tell whether a DOCTYPE, if any, stands there in plain octets: no encoding can hide it."""
    return _PLAIN_START.match(data) is not None


@lru_cache(maxsize=2)
def _parser(*, long_texts: bool) -> etree.XMLParser:
    return etree.XMLParser(
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=long_texts,
        collect_ids=False,
    )


def _refuse_prolog(info: etree.DocInfo) -> None:
    if info.doctype or info.internalDTD is not None:
        raise MalformedXml("déclaration DOCTYPE interdite")
    if (encoding := (info.encoding or "UTF-8").upper()) not in _ENCODINGS:
        raise MalformedXml(f"encodage {encoding} non admis")


def _refuse_depth(root: etree._Element, max_depth: int) -> None:
    if _has_elements_at(min(_USUAL_DEPTH, max_depth - 1))(root) and _is_beyond(max_depth)(root):
        raise MalformedXml(f"plus de {max_depth} niveaux d'éléments")


@lru_cache(maxsize=8)
def _has_elements_at(depth: int) -> etree.XPath:
    """Return what tells whether an element stands so many levels below the root: a cheap look, no for the most."""
    return etree.XPath(f"boolean(/*{'/*' * depth})")


@lru_cache(maxsize=8)
def _is_beyond(depth: int) -> etree.XPath:
    """Return what tells whether anything but text stands so many levels below the root: libxml2 walks the levels."""
    last = f"/*{'/*' * (depth - 1)}"
    return etree.XPath(
        " or ".join(f"boolean({last}/{kind})" for kind in ("*", "comment()", "processing-instruction()"))
    )
