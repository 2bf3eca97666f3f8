"""What is wrong with a request that the HTTP parser does not read: the line, the octet, and what to write instead.

Looks again, at leisure, at the head that was refused: names the first of the usual faults, and nothing when it sees
none. Source: RFC 9112 §2.2 to §7.1; docs/sources/transport.md#ligne-illisible. Knows no connection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lgo_sandbox.gate.handshakes import Failure

__all__ = ["misread", "misread_chunk"]

CAUSE = "SANDBOX-LIGNE-ILLISIBLE"
SHOWN = 200
VERSIONS = (b"HTTP/1.1", b"HTTP/1.0")
WORDS = 3
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


def misread(head: bytes) -> Failure:
    """Return what is wrong with the beginning of a request, as a cause with its fact and its remedy."""
    lines = head.partition(b"\r\n\r\n")[0].split(b"\n")
    looks: tuple[Callable[[list[bytes], bytes], Failure | None], ...] = (
        _another_protocol,
        _a_proxy_s,
        _line_ends,
        _controls,
        _request_line,
        _headers,
        _length,
    )
    found = (look(lines, head) for look in looks)
    return next((one for one in found if one), Failure(CAUSE, shown(head)))


def misread_chunk(octets: bytes) -> Failure:
    """Return what is wrong with a body in chunks, from what came last."""
    return Failure(
        CAUSE,
        f"dans un corps « chunked », {shown(octets)}",
        "Écrivez devant chaque morceau sa taille en hexadécimal et CRLF, après lui CRLF, et à la fin « 0 » et deux "
        "CRLF ; ou envoyez Content-Length sans Transfer-Encoding.",
        "la taille du morceau en hexadécimal, CRLF, le morceau, CRLF",
    )


def shown(octets: bytes) -> str:
    """Return octets as text, those that cannot be printed escaped, the first ones of many."""
    return f"« {octets[:SHOWN].decode('latin-1').encode('unicode_escape').decode('ascii')} »"


def _another_protocol(lines: list[bytes], head: bytes) -> Failure | None:
    if TOKEN.match(head) and not head.startswith(b"SSH-"):
        return None
    return Failure(
        CAUSE,
        f"{shown(head[:40])}, qui ne commence par aucune méthode HTTP",
        "Vérifiez le protocole et le port configurés dans le logiciel : ce port parle HTTP/1.1.",
    )


def _a_proxy_s(lines: list[bytes], head: bytes) -> Failure | None:
    if not head.startswith(b"CONNECT "):
        return None
    return Failure(
        CAUSE,
        f"{shown(lines[0].rstrip())}, que l'on demande à un mandataire (proxy)",
        "Retirez le mandataire HTTP de la configuration du logiciel, ou exceptez-en 127.0.0.1 et localhost.",
        "une requête adressée au service lui-même",
    )


def _line_ends(lines: list[bytes], head: bytes) -> Failure | None:
    alone = next((number for number, line in enumerate(lines[:-1], 1) if not line.endswith(b"\r")), 0)
    if not alone:
        return None
    return Failure(
        CAUSE,
        f"la ligne {alone} ({shown(lines[alone - 1])}) finit par LF (0x0A) seul",
        "Terminez chaque ligne de la tête par CR LF (0x0D 0x0A).",
        "CR LF à la fin de chaque ligne",
    )


def _controls(lines: list[bytes], head: bytes) -> Failure | None:
    for number, line in enumerate(lines, 1):
        if found := CONTROL.search(line.rstrip(b"\r")):
            octet = found[0][0]
            return Failure(
                CAUSE,
                f"l'octet 0x{octet:02X}, le {found.start() + 1}e de la ligne {number} ({shown(line.rstrip())})",
                "Retirez ce caractère de contrôle, ou encodez-le (« %XX » dans l'adresse).",
                "aucun caractère de contrôle dans la tête",
            )
    return None


def _request_line(lines: list[bytes], head: bytes) -> Failure | None:
    words = lines[0].rstrip().split(b" ")
    if len(words) != WORDS:
        return Failure(
            CAUSE,
            f"une première ligne de {len(words)} mot{'s' if len(words) > 1 else ''} : {shown(lines[0].rstrip())}",
            "Encodez l'espace de l'adresse (« %20 »), et séparez méthode, adresse et version par un seul espace.",
            "trois mots : la méthode, l'adresse, HTTP/1.1",
        )
    if words[2] not in VERSIONS:
        return Failure(
            CAUSE, f"la version {shown(words[2])}", "Réglez le client HTTP du logiciel sur HTTP/1.1.", "HTTP/1.1"
        )
    return None


def _headers(lines: list[bytes], head: bytes) -> Failure | None:
    for number, line in enumerate(lines[1:], 2):
        name, colon, _ = line.rstrip(b"\r").partition(b":")
        if line.strip() and not (colon and TOKEN.fullmatch(name)):
            return Failure(
                CAUSE,
                f"la ligne {number}, {shown(line.rstrip())}",
                "Écrivez chaque en-tête sur une ligne : un nom sans espace, deux-points, la valeur.",
                "« Nom: valeur »",
            )
    return None


def _length(lines: list[bytes], head: bytes) -> Failure | None:
    said = dict(_said(lines))
    lengths = [value for name, value in _said(lines) if name == b"content-length"]
    if lengths and b"transfer-encoding" in said:
        return Failure(
            CAUSE,
            f"Content-Length: {lengths[0].decode('latin-1')} et Transfer-Encoding: "
            f"{said[b'transfer-encoding'].decode('latin-1')} à la fois",
            "N'envoyez que l'un des deux : Content-Length, ou Transfer-Encoding: chunked.",
            "une seule longueur du corps",
        )
    if len(lengths) > 1 or any(not value.isdigit() for value in lengths):
        received = ", ".join(f"Content-Length: {value.decode('latin-1')}" for value in lengths)
        return Failure(
            CAUSE, received, "Écrivez une fois le nombre d'octets du corps, en chiffres.", "un nombre, une seule fois"
        )
    return None


def _said(lines: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            yield name.lower(), value.strip()
