"""Tables against which a VIHF is compared with the card, the certificate and the directory.

Source: docs/sources/dmp.md#vihf-authentification (classes and declared methods: samples and kits, high; what the real
service does with another, unknown), #vihf-motif, #vihf-secrete. Knows no rule.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "CLASSES",
    "DECLARED",
    "OFFICINE_SECTORS",
    "SIMPLIFIED",
    "SMARTCARD",
    "WEAK_CLASSES",
    "Topic",
]


class Topic(StrEnum):
    """What a contradiction is about: one check tells each."""

    ROLE = "rôles"
    SECTOR = "secteur"
    NAME = "nom"
    AUTHENTICATION = "authentification"
    SECRET = "connexion secrète"
    PURPOSE = "motif"
    ISSUER = "émetteur"


CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
SMARTCARD = f"{CLASSES}SmartcardPKI"
WEAK_CLASSES = frozenset(
    f"{CLASSES}{name}" for name in ("Password", "PasswordProtectedTransport", "PreviousSession", "unspecified")
)
"""One factor, or none that is told: not what AIR (renforcée) means."""

SIMPLIFIED = "CONF_EXI_PGSSIS"
"""AIR simplifié (EX_AIR-050): its single value, for a structure whose own authentication conforms to the PGSSI-S."""
DECLARED = frozenset({SIMPLIFIED, "APP_BROWSER_AUTH"})
"""Methods that a VIHF in AIR was seen or said to declare, beside a SAML class."""

OFFICINE_SECTORS = frozenset({"SA33", "SA38", "SA39", "SA65"})
"""Pharmacies, which regulate no emergency calls (centre_15)."""
