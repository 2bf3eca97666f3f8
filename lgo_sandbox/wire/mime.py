"""Reading an Internet message as a tree of parts, for checks; the message itself is never written again.

Source: RFC 5322, RFC 2045–2047, RFC 2231 (file names), specs/mssante.md §3.1 and §3.3; confidence high. The standard
``email`` parser under the policy compat32 does the splitting: the newer policies raise on malformed headers. Headers
are decoded here, since its own decoder stops at malformed words and adds spaces around good ones, and what the parser
recurses on or allocates by is counted before it starts. Knows no rule of mail and no service.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from itertools import groupby, islice

__all__ = ["MimeError", "MimeLimits", "MimePart", "decoded_body", "decoded_text", "decoded_value", "read_mail"]

_CONTAINER = re.compile(rb"content-type:\s*(?:message|multipart)/")
_WORD = r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?="
_GAP_BETWEEN_WORDS = re.compile(rf"({_WORD})\s+(?={_WORD})")
_WORDS = re.compile(rf"(?:{_WORD})+")
_PARTS_OF_WORD = re.compile(r"=\?([^?*\s]*)[^?\s]*\?([bBqQ])\?([^?]*)\?=")
_CHARSET = re.compile(
    r"utf-?8|(?:us-)?ascii|iso-?8859-\d+|latin-?\d+|(?:windows-|cp)\d+|utf-16(?:[bl]e)?|koi8-[ru]", re.IGNORECASE
)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_MAX_LINES = 800_000
_MAX_DASHED_LINES = 20_000
_LONG_HEADER = 32 * 1024


class MimeError(ValueError):
    """The message is beyond what we read; ``reason`` in French."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class MimeLimits:
    """What a message may cost: octets, parts of any kind, parts that hold parts, levels, fields of a header."""

    total: int = 32 * 1024 * 1024
    parts: int = 200
    containers: int = 40
    depth: int = 12
    fields: int = 500


@dataclass(frozen=True, slots=True)
class MimePart:
    """A message, a container or a leaf.

    ``path`` numbers it as IMAP does ("" for the message, then "1", "2.1"…); ``headers`` are decoded, in order, with
    their names as written; ``filename`` is as sent, so never a path to write to; ``body`` is the decoded content of a
    leaf, empty for a container, whose ``children`` are the parts of a multipart or the message inside ``message/*``.
    ``defects`` are the names that the parser gives to what it found malformed.
    """

    path: str
    content_type: str
    charset: str | None
    filename: str | None
    disposition: str | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    children: tuple[MimePart, ...]
    defects: tuple[str, ...]
    _raw_headers: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """Return the decoded values of every header of that name."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())

    def header(self, name: str) -> str | None:
        """Return the decoded value of the first header of that name."""
        return next(iter(self.all(name)), None)

    def addresses(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the (display name, address) pairs of every header of that name, decoded after they are told apart.

        Headers with comments nested beyond reason have no address.
        """
        raw = [value for key, value in self._raw_headers if key.lower() == name.lower()]
        try:
            pairs = getaddresses(raw)
        except RecursionError:
            return ()
        return tuple((_decoded_words(display), address) for display, address in pairs if address)

    def text(self) -> str:
        """Return the body as text in its charset, UTF-8 when that is unknown; what it cannot read becomes U+FFFD."""
        try:
            return _decode(self.body, self.charset or "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def walk(self) -> Iterator[MimePart]:
        """Yield the part itself and all below it, in the order of the message."""
        yield self
        for child in self.children:
            yield from child.walk()

    def leaves(self) -> Iterator[MimePart]:
        """Yield the parts that hold content."""
        return (part for part in self.walk() if not part.children)


def read_mail(data: bytes, *, limits: MimeLimits | None = None) -> MimePart:
    """Return a message as a tree. Whatever is malformed is read as well as can be and named in ``defects``.

    Raises MimeError only for a message beyond the limits.
    """
    limits = limits or MimeLimits()
    if len(data) > limits.total:
        raise MimeError(f"message de {len(data)} octets, plus que les {limits.total} admis")
    _refuse_costly(data.lower(), limits)
    try:
        message = _text_only(data) or BytesParser(policy=policy.compat32).parsebytes(data)
    except RecursionError as error:
        raise MimeError("message trop imbriqué") from error
    return _Reader(limits).part(message, "", 0)


def _text_only(data: bytes) -> Message | None:
    """Return a message that has no parts, without reading its body line by line; None when it is not so plain."""
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator or _CONTAINER.search(head.lower()):
        return None
    message = BytesParser(policy=policy.compat32).parsebytes(head + separator)
    if message.defects or message.get_payload():
        return None
    message.set_payload(body.decode("ascii", "surrogateescape"))
    return message


def decoded_value(octets: bytes) -> str:
    """Return the raw value of a header as people read it; one that is too long to be a header as it was sent."""
    value = _unfolded(octets.decode("ascii", "surrogateescape"))
    return _decoded_words(value) if len(value) <= _LONG_HEADER else value


def decoded_text(octets: bytes, encoding: str, charset: str) -> str:
    """Return the body of a part as text, out of its transfer encoding; what cannot be read becomes U+FFFD."""
    body = decoded_body(octets, encoding.strip().lower())
    try:
        return _decode(body, charset or "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def decoded_body(octets: bytes, encoding: str) -> bytes:
    """Return the body of a part out of its transfer encoding, in small letters; of one that is cut, what is there."""
    if encoding == "quoted-printable":
        return binascii.a2b_qp(octets)
    if encoding != "base64":
        return octets
    try:  # a tenth of what it costs to look for what is no digit
        return binascii.a2b_base64(octets.translate(None, b"\r\n"), strict_mode=True)
    except binascii.Error:
        pass
    digits = _NOT_BASE64.sub(b"", octets).partition(b"=")[0]
    return base64.b64decode(digits[: len(digits) - (len(digits) % 4 == 1)] + b"=" * (-len(digits) % 4))


def _refuse_costly(lowered: bytes, limits: MimeLimits) -> None:
    """Bound what the parser would spend: objects by line, part and field, and time by line times level."""
    if max(lowered.count(b"\n"), lowered.count(b"\r")) > _MAX_LINES:
        raise MimeError(f"plus de {_MAX_LINES} lignes dans le message")
    if lowered.count(b"\n--") + lowered.count(b"\r--") > _MAX_DASHED_LINES:
        raise MimeError("trop de délimiteurs dans le message")
    if sum(1 for _ in islice(_CONTAINER.finditer(lowered), limits.containers + 1)) > limits.containers:
        raise MimeError(f"plus de {limits.containers} parties composées dans le message")


class _Reader:
    def __init__(self, limits: MimeLimits) -> None:
        self.limits = limits
        self.parts = 0

    def part(self, message: Message, path: str, depth: int) -> MimePart:
        self.parts += 1
        if self.parts > self.limits.parts or depth > self.limits.depth:
            raise MimeError("trop de parties ou de niveaux dans le message")
        children = self._children(message, path, depth)
        raw = self._headers(message)
        readable = Message()
        for name, value in raw:
            readable[name] = value
        return MimePart(
            path,
            message.get_content_type(),
            _parameter(readable, "charset"),
            _filename(readable),
            readable.get_content_disposition() or None,
            tuple((name, _decoded_words(value)) for name, value in raw),
            b"" if children else _body(message),
            children,
            tuple(type(defect).__name__ for defect in message.defects),
            raw,
        )

    def _children(self, message: Message, path: str, depth: int) -> tuple[MimePart, ...]:
        if not message.is_multipart():
            return ()
        prefix = f"{path}." if path else ""
        payload = message.get_payload()
        inner = [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []
        return tuple(self.part(each, f"{prefix}{number}", depth + 1) for number, each in enumerate(inner, start=1))

    def _headers(self, message: Message) -> tuple[tuple[str, str], ...]:
        raw = tuple((name, _unfolded(str(value))) for name, value in message.raw_items())
        if len(raw) > self.limits.fields or any(len(value) > _LONG_HEADER for _, value in raw):
            raise MimeError("trop d'en-têtes, ou un en-tête trop long")
        return raw


def _unfolded(value: str) -> str:
    """Return a raw header on one line; octets beyond ASCII are UTF-8 when they can be, else Latin 1."""
    if value.isascii() and "\n" not in value and "\r" not in value:
        return value.strip()
    octets = re.sub(r"\r\n|\r|\n", "", value).encode("utf-8", "surrogateescape")
    try:
        return octets.decode("utf-8").strip()
    except UnicodeDecodeError:
        return octets.decode("latin-1").strip()


def _decoded_words(value: str) -> str:
    """Undo RFC 2047, also where a word touches its neighbours; words that cannot be decoded stay as they are."""
    if "=?" not in value:
        return value
    return _WORDS.sub(_run_of_words, _GAP_BETWEEN_WORDS.sub(r"\1", value))


def _run_of_words(run: re.Match[str]) -> str:
    """Decode words side by side; those of one charset together, since a character may be cut between two."""
    text = ""
    try:
        for charset, words in groupby(_PARTS_OF_WORD.findall(run[0]), key=lambda parts: str(parts[0]).lower()):
            text += _decode(b"".join(_word_octets(kind, content) for _, kind, content in words), charset, "strict")
    except (LookupError, ValueError):
        return run[0]
    return text


def _word_octets(kind: str, content: str) -> bytes:
    if kind in "qQ":
        return binascii.a2b_qp(content.encode("utf-8"), header=True)
    return base64.b64decode(content + "=" * (-len(content) % 4), validate=True)


def _decode(octets: bytes, charset: str, errors: str) -> str:
    """Decode in a charset of mail. Raises LookupError for any other codec of Python, some of which cost or warn."""
    if not _CHARSET.fullmatch(charset):
        raise LookupError(charset)
    return octets.decode(charset, errors)


def _filename(message: Message) -> str | None:
    try:
        name = message.get_filename()
    except (LookupError, ValueError, TypeError):
        return None
    return None if name is None else _decoded_words(name)


def _parameter(message: Message, name: str) -> str | None:
    try:
        value = message.get_param(name)
    except (LookupError, ValueError, TypeError):
        return None
    text = value[2] if isinstance(value, tuple) else value
    return text.lower() if isinstance(text, str) and text else None


def _body(message: Message) -> bytes:
    payload = message.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
