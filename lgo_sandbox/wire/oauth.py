"""What OAuth 2.0 puts on HTTP: credentials in ``Authorization``, form parameters, PKCE, comparison of secrets.

Source: RFC 6749 §2.3.1, §3.2 and appendix B, RFC 6750 §2.1, RFC 7617, RFC 7636 §4, RFC 9110 §11.1 (scheme names in any
case, docs/sources/transport.md#oauth); confidence high. Tokens are in ``jwt``. Knows no grant, no client and no
service.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from urllib.parse import unquote_plus

__all__ = [
    "FORM",
    "BadAuthorization",
    "BadForm",
    "Basic",
    "Bearer",
    "pkce_matches",
    "read_authorization",
    "read_form",
    "same_secret",
]

FORM = "application/x-www-form-urlencoded"

_MAX_HEADER = 64 * 1024
_BEARER = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class BadAuthorization(ValueError):
    """The Authorization header is unreadable; ``scheme`` in lower case, ``reason`` in French."""

    def __init__(self, reason: str, scheme: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.scheme = scheme


class BadForm(ValueError):
    """The form is unreadable; ``parameter`` names the one given twice, ``reason`` in French."""

    def __init__(self, reason: str, parameter: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Basic:
    """An identifier and a secret as sent, decoded from base64 only; ``form_decoded`` undoes what OAuth adds."""

    identifier: str
    secret: str

    def form_decoded(self) -> Basic:
        """Return both undone of form encoding (RFC 6749 §2.3.1), which many clients do not apply."""
        return Basic(unquote_plus(self.identifier), unquote_plus(self.secret))


@dataclass(frozen=True, slots=True)
class Bearer:
    """A bearer token."""

    token: str


def read_authorization(header: str | None) -> Basic | Bearer | None:
    """Return the credentials of an Authorization header, None when there is no header.

    Raises BadAuthorization for another scheme than Basic and Bearer, and for credentials against its grammar.
    """
    if header is None:
        return None
    scheme, _, credentials = header.strip().partition(" ")
    scheme, credentials = scheme.lower(), credentials.strip()
    if len(header) > _MAX_HEADER:
        raise BadAuthorization("en-tête Authorization trop long", scheme)
    if scheme == "bearer" and _BEARER.fullmatch(credentials):
        return Bearer(credentials)
    if scheme == "basic":
        return _basic(credentials)
    raise BadAuthorization("en-tête Authorization illisible ou d'un schéma inconnu", scheme[:20])


def _basic(credentials: str) -> Basic:
    try:
        text = base64.b64decode(credentials, validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise BadAuthorization("identifiants Basic illisibles", "basic") from error
    identifier, colon, secret = text.partition(":")
    if not colon:
        raise BadAuthorization("identifiants Basic sans deux-points", "basic")
    return Basic(identifier, secret)


def read_form(data: bytes, *, max_bytes: int = 256 * 1024, max_fields: int = 200) -> dict[str, str]:
    """Return the parameters of a form body or of a query string, in order, empty values included.

    Raises BadForm for a form beyond the limits, a bad percent escape, text that is no UTF-8, or a parameter given
    twice, which OAuth forbids (RFC 6749 §3.1 and §3.2).
    """
    if len(data) > max_bytes or data.count(b"&") >= max_fields:
        raise BadForm("formulaire trop long")
    form: dict[str, str] = {}
    for field in filter(None, data.split(b"&")):
        name, _, value = field.partition(b"=")
        if (parameter := _decoded(name)) in form:
            raise BadForm("paramètre donné deux fois", parameter)
        form[parameter] = _decoded(value)
    return form


def _decoded(octets: bytes) -> str:
    try:
        if _BAD_ESCAPE.search(octets):
            raise BadForm("échappement illisible dans le formulaire")
        return unquote_plus(octets.decode("utf-8"), errors="strict")
    except UnicodeDecodeError as error:
        raise BadForm("le formulaire n'est pas en UTF-8") from error


def pkce_matches(verifier: str, challenge: str, method: str = "S256") -> bool:
    """Tell whether a well-formed code verifier answers the challenge (RFC 7636 §4.6); an unknown method never does."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    if method == "plain":
        return same_secret(verifier, challenge)
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    return method == "S256" and same_secret(expected, challenge)


def same_secret(first: str, second: str) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(first.encode("utf-8", "surrogatepass"), second.encode("utf-8", "surrogatepass"))
