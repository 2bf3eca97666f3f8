"""Why a TLS handshake failed, as one of the sandbox's causes, with the fact that says it.

Source: RFC 8446 §6.2 (alerts), RFC 8996, RFC 5280 §6; docs/sources/transport.md (TLS). The reasons are those of
OpenSSL, as Python's ``ssl`` names them. A certificate that is not for clients may have been let through the handshake
(``purposes``): the same cause then. Knows no connection.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from lgo_sandbox.pki import Family, PeerCertificate
from lgo_sandbox.watch.bad_servers import BAD_SERVERS, Weakness

__all__ = [
    "CLIENT_HELLO",
    "Asked",
    "Failure",
    "as_refusal_of_bad",
    "handshake_failure",
    "is_client_hello",
    "misnamed",
    "not_for_clients",
    "refused_in_silence",
]

CLIENT_HELLO = 0x16
"""The first octet of a TLS record that carries a handshake (RFC 8446 §5.1)."""
TLS_MAJOR = 3

AUTHORITY = "SANDBOX-AUTORITE-INCONNUE"
SUITE = "SANDBOX-SUITE"
VERSION = "SANDBOX-VERSION-TLS"
CERTIFICATE = "SANDBOX-CERTIFICAT-CLIENT"
BROKEN = "SANDBOX-POIGNEE-ROMPUE"
NAME = "SANDBOX-NOM-DU-SERVEUR"
EXPECTED = "SANDBOX-TLS-ATTENDU"
BAD_REFUSED = "SANDBOX-SERVEUR-FAUTIF-REFUSE"


@dataclass(frozen=True, slots=True)
class Failure:
    """A cause of ``watch.causes`` with what was received and, where nearer than the cause's own, the remedy.

    ``refused``: the weakness of a bad server that a client has shown to refuse by it.
    """

    cause: str
    received: str
    remedy: str = ""
    expected: str = ""
    refused: Weakness | None = None


def _alert(name: str, number: int) -> str:
    return f"l'alerte TLS « {name} » ({number}) du client"


_BY_REASON = {
    "TLSV1_ALERT_UNKNOWN_CA": Failure(AUTHORITY, _alert("unknown_ca", 48)),
    "SSLV3_ALERT_BAD_CERTIFICATE": Failure(AUTHORITY, _alert("bad_certificate", 42)),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": Failure(AUTHORITY, _alert("certificate_unknown", 46)),
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": Failure(AUTHORITY, _alert("certificate_expired", 45)),
    "NO_SHARED_CIPHER": Failure(SUITE, "des suites dont aucune n'est admise ici"),
    "NO_SUITABLE_SIGNATURE_ALGORITHM": Failure(SUITE, "des algorithmes de signature dont aucun n'est admis ici"),
    "NO_SHARED_SIGNATURE_ALGORITHMS": Failure(SUITE, "des algorithmes de signature dont aucun n'est admis ici"),
    "NO_SUITABLE_GROUPS": Failure(SUITE, "des courbes dont aucune n'est admise ici"),
    "SSLV3_ALERT_HANDSHAKE_FAILURE": Failure(SUITE, _alert("handshake_failure", 40)),
    "UNSUPPORTED_PROTOCOL": Failure(VERSION, "une version de TLS antérieure à 1.2"),
    "VERSION_TOO_LOW": Failure(VERSION, "une version de TLS antérieure à 1.2"),
    "TLSV1_ALERT_PROTOCOL_VERSION": Failure(VERSION, _alert("protocol_version", 70)),
    "NO_PROTOCOLS_AVAILABLE": Failure(VERSION, "une version de TLS antérieure à 1.2"),
    "SSLV3_ALERT_UNEXPECTED_MESSAGE": Failure(BROKEN, _alert("unexpected_message", 10)),
}
"""Reason → cause. Reasons that are missing here are a handshake that broke."""

_AFTER_STARTTLS = {
    "WRONG_VERSION_NUMBER": Failure(EXPECTED, "autre chose qu'une poignée de main TLS"),
    "HTTP_REQUEST": Failure(EXPECTED, "une requête HTTP au lieu de la poignée de main TLS"),
}
"""Reasons that only mean this where a dialogue in clear came before: elsewhere the first octets were looked at."""

UNSUITABLE_PURPOSE = 26
UNTRUSTED = frozenset({18, 19, 20, 21, 2})
"""Verification results of OpenSSL (``openssl-verification-options``): a wrong purpose; an unknown or missing issuer."""

_WRONG_PURPOSE = Failure(
    CERTIFICATE,
    "un certificat client dont l'usage étendu n'admet pas « clientAuth » : un certificat de signature, sans doute",
    "Présentez à la connexion le certificat d'authentification (« …-auth »), et gardez celui de signature (« …-sign ») "
    "pour signer.",
    "un certificat client d'usage étendu « clientAuth », ou aucun",
)
_SIGNING = frozenset({Family.ORGANISATION_SIGN, Family.PROFESSIONAL_SIGN})
_UNTRUSTED = Failure(
    CERTIFICATE,
    "un certificat client d'une autorité que le bac à sable ne connaît pas",
    "Présentez un certificat émis par le bac à sable (« certificates » du fichier de démarrage, ou pki issue) : un "
    "certificat réel ou d'un autre bac à sable n'y est pas reconnu.",
)


def not_for_clients(peer: PeerCertificate | None) -> Failure | None:
    """Return what to say of a certificate that may not authenticate a client: the signature certificate, above all."""
    if peer is None or peer.is_for_clients:
        return None
    usages = ", ".join(sorted(peer.key_usages)) or "aucun"
    extended = ", ".join(sorted(peer.extended_key_usages)) or "aucun"
    what = "un certificat de signature" if peer.family in _SIGNING else "un certificat"
    received = f"{what} « {peer.subject} » : keyUsage {usages}, extendedKeyUsage {extended}, sans « clientAuth »"
    return Failure(
        CERTIFICATE,
        received,
        _WRONG_PURPOSE.remedy if peer.family in _SIGNING else "",
        "un certificat client dont keyUsage contient digitalSignature et extendedKeyUsage « clientAuth », ou aucun",
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """The name of the server that a client asked for (SNI, RFC 6066 §3; empty when none), and those it could have."""

    name: str = ""
    known: tuple[str, ...] = ()


_MAY_BE_THE_NAME = frozenset({"SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_CERTIFICATE_UNKNOWN"})
"""What clients say of a certificate for another name: Python and Java; others leave without a word."""


def misnamed(error: Exception | None, asked: Asked) -> Failure | None:
    """Return the failure of a client that asked for a name which the certificate does not bear, else None."""
    if not asked.name or asked.name.lower() in asked.known:
        return None
    if error is not None and getattr(error, "reason", "") not in _MAY_BE_THE_NAME:
        return None
    known = ", ".join(asked.known)
    return Failure(
        NAME,
        f"« {asked.name} », demandé comme nom du serveur, puis la fin de la connexion",
        f"Écrivez dans l'adresse configurée l'un des noms du certificat ({known}), ou démarrez le bac à sable avec "
        f"LGO_SANDBOX_PUBLIC_NAMES='[\"{asked.name}\"]'.",
        f"l'un des noms du certificat : {known}",
    )


def handshake_failure(error: Exception | None, *, after_starttls: bool = False) -> Failure:
    """Return why a handshake failed; None is a connection that was closed meanwhile."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _refused_certificate(error.verify_code, error.verify_message)
    if after_starttls and isinstance(error, ssl.SSLError) and error.reason in _AFTER_STARTTLS:
        return _AFTER_STARTTLS[error.reason]
    if isinstance(error, ssl.SSLError) and error.reason:
        return _BY_REASON.get(error.reason) or Failure(BROKEN, _in_words(error.reason))
    if isinstance(error, ConnectionAbortedError):  # what the event loops raise when a handshake takes too long
        return Failure(BROKEN, "aucune poignée de main dans le délai")
    return Failure(BROKEN, "la fin de la connexion pendant la poignée de main, sans alerte TLS")


_OUGHT_TO_BE_UNKNOWN = frozenset({Weakness.WRONG_CA, Weakness.SELF_SIGNED})
_UNKNOWN_CA = _BY_REASON["TLSV1_ALERT_UNKNOWN_CA"]


_ANY_CERTIFICATE = frozenset({"SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_CERTIFICATE_UNKNOWN"})
"""What clients say of whatever is wrong with a certificate: Go and Python the first, Java the second."""
_OLD = frozenset(reason for reason, failure in _BY_REASON.items() if failure.cause == VERSION)
_SHOWS = {
    Weakness.TLS_1_0: _OLD,
    Weakness.TLS_1_1: _OLD,
    Weakness.WEAK_SUITES: frozenset({"NO_SHARED_CIPHER", "TLSV1_ALERT_INSUFFICIENT_SECURITY"}),
    Weakness.EXPIRED: _ANY_CERTIFICATE | {"SSLV3_ALERT_CERTIFICATE_EXPIRED"},
    Weakness.NOT_YET_VALID: _ANY_CERTIFICATE | {"SSLV3_ALERT_CERTIFICATE_EXPIRED"},
    Weakness.REVOKED: _ANY_CERTIFICATE | {"SSLV3_ALERT_CERTIFICATE_REVOKED"},
    Weakness.WRONG_CA: _ANY_CERTIFICATE | {"TLSV1_ALERT_UNKNOWN_CA"},
    Weakness.SELF_SIGNED: _ANY_CERTIFICATE | {"TLSV1_ALERT_UNKNOWN_CA"},
    Weakness.WRONG_NAME: _ANY_CERTIFICATE,
    Weakness.UNREACHABLE: _ANY_CERTIFICATE,
}
"""Weakness → how a handshake fails with a client that refuses just that. A certificate that is refused at an old TLS or
under a weak suite says that these were taken; a connection that merely ends says nothing."""
_BY_PROTOCOL = frozenset({Weakness.TLS_1_0, Weakness.TLS_1_1, Weakness.WEAK_SUITES})


def as_refusal_of_bad(failure: Failure, weakness: Weakness, error: Exception | None) -> Failure:
    """Return the same failure as what it is at a server that had to be refused: right.

    A client that does not know the authority refuses the good servers too: that stays what it is.
    """
    if failure is _UNKNOWN_CA and weakness not in _OUGHT_TO_BE_UNKNOWN:
        return failure
    shown = getattr(error, "reason", None) in _SHOWS[weakness]
    received = f"{failure.received}, devant un {BAD_SERVERS[weakness].title}"
    return Failure(BAD_REFUSED, received, refused=weakness if shown else None)


def refused_in_silence(weakness: Weakness) -> Failure:
    """Return what to say of a client that left a bad server after the handshake, before it had said anything."""
    received = f"la fin de la connexion après la poignée de main, devant un {BAD_SERVERS[weakness].title}"
    return Failure(BAD_REFUSED, received, refused=None if weakness in _BY_PROTOCOL else weakness)


def _refused_certificate(code: int, message: str) -> Failure:
    if code == UNSUITABLE_PURPOSE:
        return _WRONG_PURPOSE
    if code in UNTRUSTED:
        return _UNTRUSTED
    return Failure(CERTIFICATE, f"un certificat client refusé par OpenSSL (code {code} : {message})")


def _in_words(reason: str) -> str:
    if "_ALERT_" in reason:
        return f"l'alerte TLS « {reason.partition('_ALERT_')[2].lower()} » du client"
    return f"un message TLS qu'OpenSSL refuse ({reason.lower()})"


def is_client_hello(octets: bytes) -> bool:
    """Tell whether octets begin a TLS handshake."""
    return octets[:1] == bytes([CLIENT_HELLO]) and (len(octets) == 1 or octets[1] == TLS_MAJOR)
