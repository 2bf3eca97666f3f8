"""Why a TLS handshake after STARTTLS failed, as one of the sandbox's causes.

Source: RFC 8446 §6.2 (alerts), RFC 8996; docs/sources/transport.md (TLS). The reasons are those of OpenSSL, as Python's
``ssl`` names them. Knows no connection.
"""

from __future__ import annotations

import ssl

__all__ = ["handshake_failure"]

_CAUSES = {
    "TLSV1_ALERT_UNKNOWN_CA": ("SANDBOX-AUTORITE-INCONNUE", "l'alerte TLS « unknown_ca » (48) du client"),
    "SSLV3_ALERT_BAD_CERTIFICATE": ("SANDBOX-AUTORITE-INCONNUE", "l'alerte TLS « bad_certificate » (42) du client"),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": (
        "SANDBOX-AUTORITE-INCONNUE",
        "l'alerte TLS « certificate_unknown » (46) du client",
    ),
    "NO_SHARED_CIPHER": ("SANDBOX-SUITE", "aucune des suites admises parmi celles du client"),
    "SSLV3_ALERT_HANDSHAKE_FAILURE": ("SANDBOX-SUITE", "l'alerte TLS « handshake_failure » (40) du client"),
    "UNSUPPORTED_PROTOCOL": ("SANDBOX-VERSION-TLS", "une version de TLS antérieure à 1.2"),
    "VERSION_TOO_LOW": ("SANDBOX-VERSION-TLS", "une version de TLS antérieure à 1.2"),
    "TLSV1_ALERT_PROTOCOL_VERSION": ("SANDBOX-VERSION-TLS", "l'alerte TLS « protocol_version » (70) du client"),
    "CERTIFICATE_VERIFY_FAILED": ("SANDBOX-CERTIFICAT-CLIENT", "un certificat client qu'aucune autorité ne garantit"),
    "WRONG_VERSION_NUMBER": ("SANDBOX-TLS-ATTENDU", "autre chose qu'une poignée de main TLS"),
    "HTTP_REQUEST": ("SANDBOX-TLS-ATTENDU", "une requête HTTP au lieu de la poignée de main TLS"),
}
"""Reason → cause, and what was received. Reasons that are missing here are a handshake that broke."""


def handshake_failure(error: Exception) -> tuple[str, str]:
    """Return the cause of a failed handshake, and what was received, in French."""
    reason = getattr(error, "reason", None) if isinstance(error, ssl.SSLError) else None
    if reason in _CAUSES:
        return _CAUSES[reason]
    if isinstance(error, ConnectionAbortedError) or "timed out" in str(error) or "taking longer" in str(error):
        return "SANDBOX-POIGNEE-ROMPUE", "aucune poignée de main dans le délai"
    return "SANDBOX-POIGNEE-ROMPUE", "la fin de la connexion pendant la poignée de main"
