"""The parameters of MAIL and RCPT, their case kept.

Source: RFC 5321 §4.1.1.2, RFC 1870 (SIZE), RFC 6152 (BODY), RFC 3461 §4 (RET, ENVID, NOTIFY, ORCPT); confidence high.
Values in, values out: knows no connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mss_mock.codes import MAIL_PARAMETERS, NOTIFY_VALUES, POSTMASTER, RCPT_PARAMETERS
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
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class RcptPath:
    """What RCPT TO said; ``notify`` is None when not named, empty for NEVER; ``original`` is ``type;address``."""

    address: str
    notify: frozenset[str] | None = None
    original: str = ""
    spaced: bool = False


def read_mail(argument: str | None) -> MailPath:
    """Read ``FROM:<…> parameters``. Raises Refused."""
    address, parameters = _read(argument, "FROM:", MAIL_PARAMETERS)
    size = parameters.get("SIZE", "0")
    if not (size.isascii() and size.isdigit() and len(size) <= 20):
        raise _bad("smtp-size", f"SIZE={size}", "SIZE=<nombre d'octets>")
    body = parameters.get("BODY", "7BIT").upper()
    if body not in ("7BIT", "8BITMIME"):
        raise _bad("smtp-body", f"BODY={body}", "BODY=7BIT ou BODY=8BITMIME")
    ret = parameters.get("RET", "FULL").upper()
    if ret not in ("FULL", "HDRS"):
        raise _bad("smtp-ret", f"RET={ret}", "RET=FULL ou RET=HDRS")
    envelope_id = _xtext(parameters.get("ENVID", ""), _MAX_ENVID)
    return MailPath(address, int(size), body, ret == "FULL", envelope_id, _spaced(argument))


def read_rcpt(argument: str | None) -> RcptPath:
    """Read ``TO:<…> parameters``. Raises Refused."""
    address, parameters = _read(argument, "TO:", RCPT_PARAMETERS)
    if not address:
        raise _bad("smtp-destinataire-vide", "RCPT TO:<>", "l'adresse du destinataire entre chevrons")
    kind, separator, original = parameters.get("ORCPT", "").partition(";")
    if "ORCPT" in parameters and not (separator and kind and original):
        raise _bad("smtp-orcpt", f"ORCPT={parameters['ORCPT']}", "ORCPT=rfc822;<adresse>")
    told = f"{kind};{_xtext(original, _MAX_ORCPT)}" if separator else ""
    return RcptPath(address, _notify(parameters), told, _spaced(argument))


def _spaced(argument: str | None) -> bool:
    return (argument or "").partition(":")[2].startswith(" ")


def _bad(key: str, received: str, expected: str) -> Refused:
    return Refused(key, received=received, expected=expected, where="paramètres de la commande")


def _notify(parameters: Mapping[str, str]) -> frozenset[str] | None:
    if "NOTIFY" not in parameters:
        return None
    values = parameters["NOTIFY"].upper().split(",")
    if values == ["NEVER"]:
        return frozenset()
    if not set(values) <= NOTIFY_VALUES:
        raise _bad("smtp-notify", f"NOTIFY={parameters['NOTIFY']}", "NEVER seul, ou SUCCESS, FAILURE, DELAY")
    return frozenset(values)


def _read(argument: str | None, keyword: str, known: frozenset[str]) -> tuple[str, dict[str, str]]:
    text = argument or ""
    path = _PATH.fullmatch(text[len(keyword) :].strip()) if text[: len(keyword)].upper() == keyword else None
    if path is None:
        verb = "MAIL" if keyword == "FROM:" else "RCPT"
        raise Refused(
            "smtp-chemin",
            f"Syntax: {verb} {keyword}<address> [parameters]",
            received=f"{verb} {text}".strip(),
            expected=f"{verb} {keyword}<nom@domaine>, puis les paramètres",
            where=f"{verb} {keyword.removesuffix(':')}",
        )
    address = _ROUTE.sub("", path[1], count=1) if path[1].startswith("@") else path[1]
    always = keyword == "TO:" and address.lower() == POSTMASTER
    if len(address) > _MAX_ADDRESS or (address and not always and not _has_domain(address)):
        key = "smtp-adresse-destinataire" if keyword == "TO:" else "smtp-adresse-expediteur"
        raise _bad(key, f"<{address}>", f"<nom@domaine> de {_MAX_ADDRESS} octets au plus")
    return address, _parameters((path[2] or "").split(), known)


def _has_domain(address: str) -> bool:
    local, at, domain = address.rpartition("@")
    return bool(local and at and domain)


def _parameters(words: list[str], known: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        match = _PARAMETER.fullmatch(word)
        if match is None or match[1].upper() in found:
            raise _bad("smtp-parametre", word, "NOM=valeur, une seule fois")
        if match[1].upper() not in known:
            raise Refused(
                "smtp-parametre-inconnu",
                f"Unsupported parameter: {match[1]}",
                received=word,
                expected=", ".join(sorted(known)),
                where="paramètres",
            )
        found[match[1].upper()] = match[2] or ""
    return found


def _xtext(value: str, longest: int) -> str:
    expected = f"du xtext imprimable, {longest} caractères au plus"
    if not _XTEXT.fullmatch(value) or len(value) > longest:
        raise _bad("smtp-xtext", value, expected)
    decoded = _HEX.sub(lambda match: chr(int(match[1], 16)), value)
    if not (decoded.isascii() and decoded.isprintable()):
        raise _bad("smtp-xtext", value, expected)
    return decoded
