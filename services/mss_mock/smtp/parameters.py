"""The parameters of MAIL and RCPT, their case kept.

Source: RFC 5321 §4.1.1.2, RFC 1870 (SIZE), RFC 6152 (BODY), RFC 3461 §4 (RET, ENVID, NOTIFY, ORCPT); confidence high.
Values in, values out: knows no connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mss_mock.codes import MAIL_PARAMETERS, NOTIFY_VALUES, RCPT_PARAMETERS
from mss_mock.domain import Refused

__all__ = ["MailPath", "RcptPath", "read_mail", "read_rcpt"]

_PATH = re.compile(r"<((?:[^<>\s\"]|\"(?:[^\"\\]|\\.)*\")*)>(?: +(.*))?", re.DOTALL)
_ROUTE = re.compile(r"@[^:]*:")
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~]+))?")
_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*")
_HEX = re.compile(r"\+([0-9A-F]{2})")
_MAX_ADDRESS = 254
_MAX_ENVID = 100
_MAX_ORCPT = 500


@dataclass(frozen=True, slots=True)
class MailPath:
    """What MAIL FROM said; ``size`` 0 when not declared; ``envelope_id`` decoded from xtext."""

    sender: str
    size: int = 0
    body: str = "7BIT"
    whole: bool = True
    envelope_id: str = ""


@dataclass(frozen=True, slots=True)
class RcptPath:
    """What RCPT TO said; ``notify`` is None when not named, empty for NEVER; ``original`` is ``type;address``."""

    address: str
    notify: frozenset[str] | None = None
    original: str = ""


def read_mail(argument: str | None) -> MailPath:
    """Read ``FROM:<…> parameters``. Raises Refused."""
    address, parameters = _read(argument, "FROM:", MAIL_PARAMETERS)
    size = parameters.get("SIZE", "0")
    if not (size.isascii() and size.isdigit() and len(size) <= 20):
        raise Refused(501, "5.5.4", "Bad SIZE value")
    body = parameters.get("BODY", "7BIT").upper()
    if body not in ("7BIT", "8BITMIME"):
        raise Refused(501, "5.5.4", "BODY can only be one of 7BIT, 8BITMIME")
    ret = parameters.get("RET", "FULL").upper()
    if ret not in ("FULL", "HDRS"):
        raise Refused(501, "5.5.4", "Bad RET value")
    envelope_id = _xtext(parameters.get("ENVID", ""), _MAX_ENVID)
    return MailPath(address, int(size), body, ret == "FULL", envelope_id)


def read_rcpt(argument: str | None) -> RcptPath:
    """Read ``TO:<…> parameters``. Raises Refused."""
    address, parameters = _read(argument, "TO:", RCPT_PARAMETERS)
    if not address:
        raise Refused(501, "5.1.3", "Bad recipient address syntax")
    kind, separator, original = parameters.get("ORCPT", "").partition(";")
    if "ORCPT" in parameters and not (separator and kind and original):
        raise Refused(501, "5.5.4", "Bad ORCPT value")
    return RcptPath(address, _notify(parameters), f"{kind};{_xtext(original, _MAX_ORCPT)}" if separator else "")


def _notify(parameters: Mapping[str, str]) -> frozenset[str] | None:
    if "NOTIFY" not in parameters:
        return None
    values = parameters["NOTIFY"].upper().split(",")
    if values == ["NEVER"]:
        return frozenset()
    if not set(values) <= NOTIFY_VALUES:
        raise Refused(501, "5.5.4", "Bad NOTIFY value")
    return frozenset(values)


def _read(argument: str | None, keyword: str, known: frozenset[str]) -> tuple[str, dict[str, str]]:
    text = argument or ""
    path = _PATH.fullmatch(text[len(keyword) :].strip()) if text[: len(keyword)].upper() == keyword else None
    if path is None:
        raise Refused(
            501, "5.5.4", f"Syntax: {'MAIL' if keyword == 'FROM:' else 'RCPT'} {keyword}<address> [parameters]"
        )
    address = _ROUTE.sub("", path[1], count=1) if path[1].startswith("@") else path[1]
    if len(address) > _MAX_ADDRESS or (address and not _has_domain(address)):
        raise Refused(553 if keyword == "TO:" else 501, "5.1.3" if keyword == "TO:" else "5.1.7", "Bad address syntax")
    return address, _parameters((path[2] or "").split(), known)


def _has_domain(address: str) -> bool:
    local, at, domain = address.rpartition("@")
    return bool(local and at and domain)


def _parameters(words: list[str], known: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        match = _PARAMETER.fullmatch(word)
        if match is None or match[1].upper() in found:
            raise Refused(501, "5.5.4", "Bad parameter syntax")
        if match[1].upper() not in known:
            raise Refused(555, "5.5.4", f"Unsupported parameter: {match[1]}")
        found[match[1].upper()] = match[2] or ""
    return found


def _xtext(value: str, longest: int) -> str:
    if not _XTEXT.fullmatch(value) or len(value) > longest:
        raise Refused(501, "5.5.4", "Bad xtext value")
    decoded = _HEX.sub(lambda match: chr(int(match[1], 16)), value)
    if not (decoded.isascii() and decoded.isprintable()):
        raise Refused(501, "5.5.4", "Bad xtext value")
    return decoded
