"""A second chance for certificates whose multi-valued RDN is not in DER order, which ``cryptography`` refuses.

Source: specs/dmp.md §2.3 (old CPS certificates; high), X.690 §11.6 (order of a SET OF).
The elements of each SET are sorted where they stand: no length changes, so positions in the copy hold in the original.
"""

from __future__ import annotations

__all__ = ["signed_part", "with_sorted_sets"]

_CONSTRUCTED = 0x20
_SET = 0x31
_LONG_TAG = 0x1F
_LONG_LENGTH = 0x80
_MAX_LENGTH_OCTETS = 4
_MAX_DEPTH = 16


def _element(der: bytes | bytearray, start: int, end: int) -> tuple[int, int]:
    """Return where the content of the element at ``start`` begins and ends; ValueError when it is not DER."""
    if end - start < 2 or der[start] & _LONG_TAG == _LONG_TAG:
        raise ValueError("not a DER element")
    first, content = der[start + 1], start + 2
    length = first
    if first >= _LONG_LENGTH:
        octets = first - _LONG_LENGTH
        if not 1 <= octets <= _MAX_LENGTH_OCTETS:
            raise ValueError("unsupported DER length")
        length, content = int.from_bytes(der[content : content + octets]), content + octets
    if content + length > end:
        raise ValueError("DER element longer than its container")
    return content, content + length


def _sort(der: bytearray, start: int, end: int, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise ValueError("DER nested too deeply")
    while start < end:
        content, stop = _element(der, start, end)
        if der[start] & _CONSTRUCTED:
            _sort(der, content, stop, depth + 1)
        if der[start] == _SET:
            der[content:stop] = b"".join(sorted(_elements(bytes(der), content, stop)))
        start = stop


def _elements(der: bytes, start: int, end: int) -> list[bytes]:
    found = []
    while start < end:
        _, stop = _element(der, start, end)
        found.append(der[start:stop])
        start = stop
    return found


def with_sorted_sets(der: bytes) -> bytes:
    """Return the same DER with every SET sorted; ValueError when it is not DER."""
    copy = bytearray(der)
    _sort(copy, 0, len(copy), 0)
    return bytes(copy)


def signed_part(der: bytes) -> bytes:
    """Return the ``tbsCertificate`` of a certificate, as it was signed; ValueError when it is not DER."""
    content, end = _element(der, 0, len(der))
    return der[content : _element(der, content, end)[1]]
