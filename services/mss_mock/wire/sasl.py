"""SASL responses: XOAUTH2 and PLAIN.

Source: specs/mssante.md §1.1 and specs/requirements.md MSS/CONF.07 (XOAUTH2: ``user=<BAL>^Aauth=Bearer <jeton>^A^A``),
RFC 4616 (PLAIN); confidence high. Knows no mailbox and no token.
"""

from __future__ import annotations

import re

from lgo_sandbox.watch.wording import counted

__all__ = ["SaslError", "read_plain", "read_xoauth2", "without_secret"]

_XOAUTH2 = re.compile(rb"user=([^\x00\x01]+)\x01auth=Bearer ([A-Za-z0-9\-._~+/=]+)\x01\x01", re.IGNORECASE)


class SaslError(ValueError):
    """The response is against the grammar. ``code`` is a key of ``codes.replies``; the texts are French."""

    def __init__(self, code: str, received: str, expected: str) -> None:
        super().__init__(code)
        self.code = code
        self.received = received
        self.expected = expected


def read_xoauth2(response: bytes) -> tuple[str, str]:
    """Return (mailbox, token). Raises SaslError."""
    match = _XOAUTH2.fullmatch(response)
    if match is None:
        expected = "« user=<BAL>^Aauth=Bearer <jeton>^A^A », ^A étant l'octet 01"
        raise SaslError("sasl-xoauth2", _shown(response), expected)
    return _text(match[1]), match[2].decode("ascii")


def read_plain(response: bytes) -> tuple[str, str, str]:
    """Return (authorization identity, mailbox, password). Raises SaslError."""
    fields = response.split(b"\0")
    if len(fields) != 3 or not fields[1]:
        received = counted(len(fields), "champ") + (", le deuxième vide" if len(fields) == 3 else "")
        raise SaslError("sasl-plain", received, "trois champs : [identité], BAL, mot de passe")
    return _text(fields[0]), _text(fields[1]), _text(fields[2])


def _shown(response: bytes) -> str:
    """Return what was said, without the token."""
    head = response.partition(b"Bearer")[0][:120].replace(b"\x01", b"^A")
    rest = "Bearer …" if b"Bearer" in response else ""
    return f"« {head.decode('ascii', 'backslashreplace')}{rest} » ({len(response)} octets)"


def without_secret(response: bytes) -> bytes:
    """Return a response fit for the journal: the claims of the token matter, its signature is a secret."""
    token = response.rpartition(b"Bearer ")[2] if b"Bearer " in response else b""
    head, found, _ = response.rpartition(b"." if b"." in token else b"\0")
    return head + found + b"***"


def _text(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        received = octets[:80].decode("ascii", "backslashreplace")
        raise SaslError("sasl-utf8", received, "une adresse en UTF-8") from error
