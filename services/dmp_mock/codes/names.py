"""Names that several transactions share: namespaces, paths, actions, what is recognised without being simulated.

Source: docs/sources/dmp.md#transactions and #chemin (catalogue and paths, high). A transaction that is simulated stands
in ``dmp_mock.transactions`` and nowhere else; its line here is then passed over. Knows no rule.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ALIASES",
    "ANNOUNCED",
    "DESCRIBE",
    "FAULT_ACTION",
    "NS_HL7",
    "NS_LCM",
    "NS_QUERY",
    "NS_XDSB",
    "PARTNER",
    "REPOSITORY",
    "Announced",
]

NS_HL7 = "urn:hl7-org:v3"
NS_XDSB = "urn:ihe:iti:xds-b:2007"
NS_QUERY = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
NS_LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"

DESCRIBE = "wsdl"
"""The operation that no transaction is: reading the description of the service."""

REPOSITORY = "repository"
"""The path whose SOAP faults are multipart (docs/sources/dmp.md#refus)."""

ALIASES = {"PatientSpecific": "patientsSpecific", "Habilitation": "habilitations"}
"""Suffixes that an official kit writes → those of the description."""

PARTNER = "DMP"
"""With whom an INS is exchanged here."""

FAULT_ACTION = "http://www.w3.org/2005/08/addressing/soap/fault"
"""WS-Addressing SOAP binding §6; which action the real faults carry is not public (low)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A TD that is recognised, and refused by a fault that says so.

    ``reason`` is the HL7 reason code that tells it; ``instead`` what to do in place of one that is retired, "" of one
    that this version does not serve yet.
    """

    name: str
    title: str
    qname: str
    path: str
    action: str
    also: frozenset[str] = frozenset()
    reason: str = ""
    instead: str = ""


ANNOUNCED: tuple[Announced, ...] = ()
