"""What a page and its browser exchange beside the page: cookies, redirects, forms with files, parameters of addresses.

Source: RFC 6265bis §4.1 (SameSite, HttpOnly), RFC 9110 §15.4, RFC 7578 (multipart/form-data); confidence high. Knows no
service and no rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.mime import MimeError, MimeLimits, read_mail
from lgo_sandbox.wire.oauth import BadForm, read_form

__all__ = ["NO_STORE", "File", "cookie", "read_fields", "redirect", "set_cookie", "with_parameters"]

NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
_MULTIPART = "multipart/form-data"
_PART_NAME = re.compile(r'(?:^|;)\s*name="([^"]*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a form. ``name`` is as sent, so never a path to write to."""

    name: str
    media_type: str
    content: bytes


def cookie(headers: Mapping[str, str], name: str) -> str:
    """Return the value of a cookie, empty when there is none."""
    pairs = (pair.strip().partition("=") for pair in headers.get("cookie", "").split(";"))
    return next((value for key, _, value in pairs if key == name), "")


def set_cookie(name: str, value: str, path: str, *, secure: bool) -> str:
    """Return a Set-Cookie value: HttpOnly, SameSite=Lax, for the browser's session; an empty value removes it."""
    ending = "" if value else "; Max-Age=0"
    return f"{name}={value}; Path={path}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}{ending}"


def with_parameters(uri: str, members: Mapping[str, str | None], *, fragment: bool = False) -> str:
    """Return an address with further parameters, absent ones left out."""
    added = urlencode({name: value for name, value in members.items() if value is not None}, quote_via=quote)
    if not added:
        return uri
    return f"{uri}#{added}" if fragment else f"{uri}{'&' if '?' in uri else '?'}{added}"


def redirect(location: str, cookies: Sequence[str] = (), status: int = 302) -> RawResponse:
    """Return a redirect that nobody may cache."""
    headers = [("Location", location), *(("Set-Cookie", value) for value in cookies), *NO_STORE]
    return RawResponse(status, b"", "", (*headers, ("Referrer-Policy", "no-referrer")))


def read_fields(
    content_type: str, body: bytes, *, max_bytes: int, max_fields: int = 100
) -> tuple[dict[str, str], dict[str, File]]:
    """Return the texts and the files of a form, URL-encoded or multipart. Raises BadForm."""
    if not content_type.lower().startswith(_MULTIPART):
        return read_form(body, max_bytes=max_bytes, max_fields=max_fields), {}
    head = content_type.replace("\r", "").replace("\n", "").encode("latin-1", "replace")
    limits = MimeLimits(total=max_bytes, parts=max_fields, containers=2, depth=2, fields=20)
    try:
        message = read_mail(b"Content-Type: " + head + b"\r\n\r\n" + body, limits=limits)
    except MimeError as error:
        raise BadForm(error.reason) from error
    texts: dict[str, str] = {}
    files: dict[str, File] = {}
    for part in message.children:
        named = _PART_NAME.search(part.header("Content-Disposition") or "")
        if named is None:
            continue
        if part.filename is not None:
            files[named[1]] = File(part.filename, part.content_type, part.body)
        else:
            texts[named[1]] = part.text()
    return texts, files
