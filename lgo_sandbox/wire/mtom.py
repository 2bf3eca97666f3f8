"""MTOM packages as they come: a SOAP message and its binary parts in one ``multipart/related`` body.

Source: RFC 2046 §5.1, RFC 2387, W3C XOP 1.0 and MTOM; what real senders do beside the rules, and what we therefore
accept (bare LF, bare boundaries with colons, content ids that are file names, base64 parts, a length counted in
characters): specs/dmp.md §1.5; confidence high. Knows no operation and no service, and judges no declared charset:
a part is its exact octets.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from lgo_sandbox.wire.media import MediaType, read_media_type
from lgo_sandbox.wire.quoting import quoted

__all__ = [
    "XOP",
    "Limits",
    "MtomError",
    "Package",
    "Part",
    "attachments",
    "included",
    "inline",
    "read_package",
]

XOP = "http://www.w3.org/2004/08/xop/include"

_INCLUDE = f"{{{XOP}}}Include"
_SINGLE = frozenset({"content-id", "content-type", "content-transfer-encoding"})
_VERBATIM = frozenset({"", "7bit", "8bit", "binary"})
_MAX_BOUNDARY = 200
_MAX_LOOKALIKES = 10_000
_MAX_SHOWN = 5
_HEADER_NAME = re.compile(r"[!-9;-~]+")
_DELIMITER_END = re.compile(rb"(--)?[ \t]*(\r?\n|\Z)")


class MtomError(ValueError):
    """The body is no package that we accept; ``reason`` in French, and, where they are known, what came, what was
    expected, where, and what to change.
    """

    def __init__(
        self, reason: str, *, received: str = "", expected: str = "", where: str = "", remedy: str = ""
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.received = received or reason
        self.expected = expected
        self.where = where
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Limits:
    """What a package may cost: octets in all (also of what ``inline`` writes), parts, octets of a part's headers."""

    total: int = 64 * 1024 * 1024
    parts: int = 100
    headers: int = 16 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its id without angle brackets ("" when absent), its headers by lower-case name, its decoded octets."""

    content_id: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> MediaType:
        """The part's own Content-Type."""
        return read_media_type(self.headers.get("content-type"))


@dataclass(frozen=True, slots=True)
class Package:
    """The SOAP message, its Content-Type as received, and the other parts by content id.

    ``nameless`` are the parts that nothing can refer to. ``truncated`` says that the closing delimiter was cut, which
    a sender does who counts its Content-Length in characters.
    """

    root: bytes
    root_type: str
    parts: Mapping[str, Part] = field(default_factory=dict)
    nameless: tuple[Part, ...] = ()
    truncated: bool = False
    _by_name: Mapping[str, Part] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {unquote(content_id): part for content_id, part in self.parts.items()}
        object.__setattr__(self, "_by_name", by_name)

    def part(self, href: str) -> Part:
        """Return the part a ``cid:`` reference names, percent-encoded or not. Raises MtomError when there is none."""
        scheme, _, name = href.strip().partition(":")
        part = self.parts.get(unquote(name)) or self._by_name.get(unquote(name))
        if part is None or scheme.lower() != "cid":
            known = ", ".join(f"cid:{one[:100]}" for one in list(self.parts)[:_MAX_SHOWN])
            raise MtomError(
                f"aucune partie ne répond à la référence {quoted(href, 200)}",
                received=f"href {quoted(href, 200)}",
                expected=f"une partie du paquet : {known or '(le paquet n’en a pas)'}",
                where="xop:Include/@href",
                remedy="Mettez dans xop:Include/@href « cid: » suivi du Content-ID de la partie, sans ses chevrons.",
            )
        return part


class _Slices(NamedTuple):
    parts: list[bytes]
    truncated: bool


def read_package(content_type: str | None, body: bytes, *, limits: Limits | None = None) -> Package:
    """Return the package in an HTTP body; a body that is not multipart is a package of its root alone.

    Raises MtomError for a body beyond the limits, without boundary or end, with headers that are unreadable or given
    twice, with two parts of one id, without the root that ``start`` names, or with an unknown transfer encoding.
    """
    limits = limits or Limits()
    media = read_media_type(content_type)
    if len(body) > limits.total:
        raise MtomError(f"corps de {len(body)} octets, plus que les {limits.total} admis")
    if not media.name.startswith("multipart/"):
        return Package(body, content_type or "")
    if media.name != "multipart/related":
        raise MtomError(f"type {media.name} au lieu de multipart/related")
    slices = _split(body, _boundary(media), limits)
    return _package([_part(each, limits) for each in slices.parts], media, slices.truncated)


def _boundary(media: MediaType) -> bytes:
    boundary = media.parameters.get("boundary", "").encode("latin-1", "replace")
    if not 0 < len(boundary) <= _MAX_BOUNDARY:
        raise MtomError("paramètre boundary absent, vide ou trop long")
    return boundary


class _Mark(NamedTuple):
    start: int
    end: int
    closing: bool
    line_end: bytes


def _marks(body: bytes, boundary: bytes) -> Iterator[_Mark]:
    """Yield the delimiter lines. A search for the plain octets: a regular expression over megabytes is slow."""
    token = b"--" + boundary
    start = body.find(token)
    while start >= 0:
        match = _DELIMITER_END.match(body, start + len(token))
        if match and (start == 0 or body[start - 1] == 0x0A):
            yield _Mark(start, match.end(), bool(match[1]), match[2])
        start = body.find(token, start + 1)


def _split(body: bytes, boundary: bytes, limits: Limits) -> _Slices:
    if body.count(b"--" + boundary) > _MAX_LOOKALIKES:
        raise MtomError("délimiteur répété à l'excès dans le paquet")
    parts: list[bytes] = []
    opening: _Mark | None = None
    line_end = b"\r\n"
    for mark in _marks(body, boundary):
        if opening is None:
            line_end = mark.line_end
        else:
            parts.append(_content(body[opening.end : mark.start], line_end))
        if mark.closing or not mark.line_end:
            return _Slices(parts, truncated=not mark.closing)
        if len(parts) >= limits.parts:
            raise MtomError(f"plus de {limits.parts} parties")
        opening = mark
    return _Slices([*parts, _cut_tail(body, opening, boundary, line_end)], truncated=True)


def _content(raw: bytes, line_end: bytes) -> bytes:
    """Take off the line end that belongs to the delimiter: a sender of bare LF owns the CR that may precede one."""
    return raw.removesuffix(line_end) if raw.endswith(line_end) else raw.removesuffix(b"\n")


def _cut_tail(body: bytes, opening: _Mark | None, boundary: bytes, line_end: bytes) -> bytes:
    """Return the last part of a body whose closing delimiter lacks its end."""
    tail = body.rfind(b"\n--") + 1
    rest = body[tail:]
    if opening and tail > opening.end and len(rest) > 2 and (b"--" + boundary + b"--").startswith(rest):
        return _content(body[opening.end : tail], line_end)
    raise MtomError("paquet multipart tronqué ou sans délimiteur")


def _part(raw: bytes, limits: Limits) -> Part:
    headers, body = _headers(raw, limits)
    content_id = headers.get("content-id", "").strip().removeprefix("<").removesuffix(">")
    return Part(content_id, headers, _decoded(headers.get("content-transfer-encoding", ""), body))


def _headers(raw: bytes, limits: Limits) -> tuple[dict[str, str], bytes]:
    headers: dict[str, str] = {}
    name, position = "", 0
    while position < len(raw):
        end = raw.find(b"\n", position, limits.headers) + 1 or len(raw)
        if end > limits.headers:
            raise MtomError(f"en-têtes de partie de plus de {limits.headers} octets")
        line, position = _text(raw[position:end]), end
        if not line:
            break
        name = _add_header(headers, line, name)
    return headers, raw[position:]


def _text(line: bytes) -> str:
    line = line.removesuffix(b"\n").removesuffix(b"\r")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _add_header(headers: dict[str, str], line: str, previous: str) -> str:
    if line[0] in " \t" and previous:
        headers[previous] += " " + line.strip()
        return previous
    name, colon, value = line.partition(":")
    if not colon or not _HEADER_NAME.fullmatch(name.rstrip()):
        raise MtomError(f"ligne d'en-tête de partie illisible : {quoted(line, 80)}")
    name = name.rstrip().lower()
    if name in headers and name in _SINGLE:
        raise MtomError(f"en-tête {name} donné deux fois dans une partie")
    headers[name] = value.strip()
    return name


def _decoded(encoding: str, body: bytes) -> bytes:
    encoding = encoding.lower()
    if encoding in _VERBATIM:
        return body
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    if encoding != "base64":
        raise MtomError(f"Content-Transfer-Encoding inconnu : {quoted(encoding, 40)}")
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error as error:
        raise MtomError("partie annoncée en base64 qui n'en est pas") from error


def _package(parts: list[Part], media: MediaType, truncated: bool) -> Package:
    root = _root(parts, media.parameters.get("start", ""))
    others: dict[str, Part] = {}
    for number, part in enumerate(parts, 1):
        if part is not root and part.content_id and others.setdefault(part.content_id, part) is not part:
            raise _doubled(part.content_id, number, 1 + parts.index(others[part.content_id]))
    nameless = tuple(part for part in parts if part is not root and not part.content_id)
    return Package(root.body, root.headers.get("content-type", ""), others, nameless, truncated)


def _doubled(content_id: str, number: int, former: int) -> MtomError:
    return MtomError(
        f"deux parties de même Content-ID {quoted(content_id, 200)}",
        received=f"Content-ID {quoted(content_id, 200)}, celui des parties {former} et {number}",
        expected="un Content-ID par partie",
        where=f"paquet MIME, partie {number}",
        remedy="Donnez à cette partie un Content-ID qui n'est qu'à elle, et citez-le dans son xop:Include.",
    )


def _root(parts: list[Part], start: str) -> Part:
    wanted = _utf8(start).strip().removeprefix("<").removesuffix(">")
    for part in parts:
        if not wanted or unquote(part.content_id) == unquote(wanted):
            return part
    raise MtomError(f"aucune partie racine {quoted(wanted, 200)}")


def _utf8(parameter: str) -> str:
    """Return an HTTP parameter as the part's own header reads: HTTP hands octets over as Latin 1."""
    try:
        return parameter.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return parameter


def attachments(root: etree._Element, package: Package) -> dict[etree._Element, bytes]:
    """Return the octets of every element that holds an ``xop:Include``, without touching the tree.

    Raises MtomError for an Include that is not alone in its element or names no part.
    """
    return {parent: part.body for parent, part in included(root, package).items()}


def included(root: etree._Element, package: Package) -> dict[etree._Element, Part]:
    """Return the part of every element that holds an ``xop:Include``. Raises MtomError as ``attachments`` does."""
    return {parent: package.part(include.get("href") or "") for parent, include in _includes(root)}


def inline(root: etree._Element, package: Package, *, limits: Limits | None = None) -> None:
    """Replace every ``xop:Include`` in the tree by the base64 text of its part.

    Raises MtomError as ``attachments`` does, and when a part named many times would grow the tree beyond the limit.
    """
    budget = (limits or Limits()).total
    for parent, octets in attachments(root, package).items():
        budget -= len(octets)
        if budget < 0:
            raise MtomError("les références répétées dépassent la taille admise")
        parent[:] = []
        parent.text = base64.b64encode(octets).decode("ascii")


def _includes(root: etree._Element) -> Iterator[tuple[etree._Element, etree._Element]]:
    for include in root.iter(_INCLUDE):
        parent = include.getparent()
        beside = f"{'' if parent is None else parent.text or ''}{include.tail or ''}".strip()
        if parent is None or len(parent) != 1 or beside:
            raise _not_alone(parent, beside)
        yield parent, include


def _not_alone(parent: etree._Element | None, beside: str) -> MtomError:
    reason, where, received = "xop:Include n'est pas seul dans son élément", "xop:Include", "un xop:Include sans parent"
    if parent is not None:
        where = f"{etree.QName(parent).localname} {quoted(parent.get('id') or parent.get('Id') or 'sans id', 100)}"
        hrefs = [quoted(one.get("href") or "", 100) for one in parent.iterchildren(_INCLUDE)]
        others = [etree.QName(one).localname for one in parent.iterchildren(etree.Element) if one.tag != _INCLUDE]
        received = f"{len(hrefs)} xop:Include ({', '.join(hrefs[:_MAX_SHOWN])})"
        if len(hrefs) == 1:
            received = (
                f"xop:Include et {quoted(beside) if beside else ', '.join(others[:_MAX_SHOWN]) or 'un commentaire'}"
            )
        reason = f"{reason} : {received} dans {where}"
    return MtomError(
        reason,
        received=received,
        expected="un seul xop:Include, et rien d'autre",
        where=where,
        remedy="Gardez un xop:Include par élément ; un second document va dans un élément Document à lui.",
    )
