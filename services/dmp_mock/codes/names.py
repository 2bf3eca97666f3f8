"""Names that several transactions share: namespaces, paths, aliases.

Source: docs/sources/dmp.md#chemin (paths, high). A transaction stands in ``dmp_mock.transactions`` and nowhere else.
Knows no rule.
"""

from __future__ import annotations

__all__ = [
    "ALIASES",
    "DESCRIBE",
    "FAULT_ACTION",
    "FEEDS",
    "NS_HL7",
    "NS_LCM",
    "NS_QUERY",
    "NS_XDSB",
    "PARTNER",
    "REPOSITORY",
]

NS_HL7 = "urn:hl7-org:v3"
NS_XDSB = "urn:ihe:iti:xds-b:2007"
NS_QUERY = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
NS_LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"

DESCRIBE = "wsdl"
"""The operation that no transaction is: reading the description of the service."""

REPOSITORY = "repository"
"""The path whose SOAP faults are multipart (docs/sources/dmp.md#refus)."""

FEEDS = frozenset({"td2.1", "td2.2"})
"""The operations that feed."""

ALIASES = {"PatientSpecific": "patientsSpecific", "Habilitation": "habilitations"}
"""Suffixes that an official kit writes → those of the description."""

PARTNER = "DMP"
"""With whom an INS is exchanged here."""

FAULT_ACTION = "http://www.w3.org/2005/08/addressing/soap/fault"
"""WS-Addressing SOAP binding §6; which action the real faults carry is not public (low)."""
