"""Servers that a client must refuse: what is wrong with each, and what to say of a client that did not.

Source: docs/sources/transport.md#serveur-fautif-accepte (RFC 5280 §6, RFC 8996, RFC 9525; ECO.1.1.1 to ECO.1.1.10 as
cited there). Data only; knows no listener.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from health_documents.findings import Severity
from lgo_sandbox.watch.facts import Facts

__all__ = ["BAD_SERVERS", "BadServer", "BadServerMet", "Weakness"]


class Weakness(StrEnum):
    """What a listener made to be refused does wrong: one thing only."""

    TLS_1_0 = "tls1.0"
    TLS_1_1 = "tls1.1"
    WEAK_SUITES = "weak-suites"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    REVOKED = "revoked"
    WRONG_CA = "wrong-ca"
    SELF_SIGNED = "self-signed"
    WRONG_NAME = "wrong-name"
    UNREACHABLE = "revocation-unreachable"


@dataclass(frozen=True, slots=True)
class BadServer:
    """What is told of one; the texts are French."""

    title: str
    remedy: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class BadServerMet(Facts):
    """A client met a server that it should refuse. ``refused``: for this very weakness; else it spoke to it."""

    weakness: Weakness
    refused: bool


_DATES = (
    "Faites vérifier au logiciel les dates du certificat du serveur : c'est l'affaire de sa bibliothèque TLS, s'il "
)
_DATES += "n'en désactive pas la vérification."

BAD_SERVERS = {
    Weakness.TLS_1_0: BadServer("serveur en TLS 1.0", "Fixez TLS 1.2 comme version minimale dans le logiciel."),
    Weakness.TLS_1_1: BadServer("serveur en TLS 1.1", "Fixez TLS 1.2 comme version minimale dans le logiciel."),
    Weakness.WEAK_SUITES: BadServer(
        "serveur aux suites sans confidentialité persistante (RSA, CBC, SHA-1)",
        "N'offrez que des suites ECDHE, AES-GCM de préférence, ou TLS 1.3 : retirez les suites à échange de clé RSA.",
    ),
    Weakness.EXPIRED: BadServer("serveur au certificat expiré", _DATES),
    Weakness.NOT_YET_VALID: BadServer("serveur au certificat pas encore valable", _DATES),
    Weakness.REVOKED: BadServer(
        "serveur au certificat révoqué",
        "Consultez la liste de révocation (CRL) ou le répondeur OCSP que nomme le certificat, avant d'envoyer la "
        "première donnée.",
    ),
    Weakness.WRONG_CA: BadServer(
        "serveur au certificat d'une autre autorité",
        "Ne faites confiance qu'aux autorités configurées (« ca » du fichier de démarrage), et ne désactivez jamais la "
        "vérification.",
    ),
    Weakness.SELF_SIGNED: BadServer(
        "serveur au certificat signé par lui-même",
        "Ne faites confiance qu'aux autorités configurées, et n'acceptez aucun certificat de serveur à la main.",
    ),
    Weakness.WRONG_NAME: BadServer(
        "serveur au certificat d'un autre nom",
        "Faites comparer au logiciel le nom appelé et ceux du certificat (subjectAltName) : vérifier l'autorité ne "
        "suffit pas.",
    ),
    Weakness.UNREACHABLE: BadServer(
        "serveur dont ni la CRL ni l'OCSP ne répondent",
        "Refusez le serveur tant que sa révocation ne peut pas être vérifiée, à moins que le logiciel ne garde une CRL "
        "de cette autorité qui n'a pas expiré : gardez-en alors la trace.",
        Severity.WARNING,
    ),
}
