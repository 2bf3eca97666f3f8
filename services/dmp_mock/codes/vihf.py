"""Names and value sets of the VIHF (SAML 2.0 assertion of the DMP).

Source: docs/sources/dmp.md#vihf (attributes, high; VIHF 4.0, medium). Which attribute is required in which mode is this
table; how each value is judged is the domain's.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "ATTRIBUTES_REQUIRED",
    "CONFIDENTIALITY",
    "DOCTOR",
    "G05",
    "G15",
    "G16",
    "ISSUER_FORMAT",
    "LPS_HOMOLOGATION",
    "LPS_ID",
    "LPS_NAME",
    "LPS_VERSION",
    "MODE_SPELLINGS",
    "OTHER_ACTORS",
    "PHARMACIST",
    "PREPARATEUR",
    "PURPOSE",
    "PURPOSES",
    "PURPOSE_SYSTEM",
    "R01",
    "RESOURCE_ID",
    "RESOURCE_URN",
    "ROLE",
    "SECTOR",
    "SECTOR_SYSTEM",
    "STRUCTURE",
    "SUBJECT_ID",
    "URN_DMP",
    "VERSION",
    "VERSIONS",
    "Mode",
]


class Mode(StrEnum):
    """How the user is authenticated; AIR is ``INDIRECTE_RENFORCEE``."""

    DIRECT = "DIRECTE"
    INDIRECT = "INDIRECTE"
    AIR = "INDIRECTE_RENFORCEE"


STRUCTURE = "Identifiant_Structure"
SECTOR = "Secteur_Activite"
SUBJECT_ID = "urn:oasis:names:tc:xspa:1.0:subject:subject-id"
ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
VERSION = "VIHF_Version"
MODE_SPELLINGS = ("Authentification_mode", "Authentification_Mode")
RESOURCE_ID = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
RESOURCE_URN = "Ressource_URN"
PURPOSE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
CONFIDENTIALITY = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"
LPS_ID = "LPS_ID"
LPS_NAME = "LPS_Nom"
LPS_VERSION = "LPS_Version"
LPS_HOMOLOGATION = "LPS_ID_HOMOLOGATION_DMP"

_ALL = frozenset(Mode)
ATTRIBUTES_REQUIRED: dict[str, frozenset[Mode]] = {
    STRUCTURE: _ALL,
    SECTOR: _ALL,
    SUBJECT_ID: frozenset({Mode.INDIRECT, Mode.AIR}),
    ROLE: _ALL,
    VERSION: _ALL,
    RESOURCE_URN: _ALL,
    PURPOSE: _ALL,
    LPS_NAME: _ALL,
    LPS_VERSION: _ALL,
    LPS_HOMOLOGATION: _ALL,
}

ISSUER_FORMAT = "X509SubjectName"
URN_DMP = "urn:dmp"
VERSIONS = frozenset({"3.0", "4.0"})
PURPOSES = frozenset({"normal", "bris_de_glace", "centre_15"})
PURPOSE_SYSTEM = "1.2.250.1.213.1.1.4.248"
SECTOR_SYSTEM = "1.2.250.1.71.4.2.4"

G15 = "1.2.250.1.71.1.2.7"
G16 = "1.2.250.1.71.1.2.8"
R01 = "1.2.250.1.71.4.2.5"
G05 = "1.2.250.1.71.4.2.6"
OTHER_ACTORS = "1.2.250.1.213.1.1.4.6"
"""TRE_A00: AUTOMATE, SECRETARIAT_MEDICAL…"""

DOCTOR, PHARMACIST, PREPARATEUR = "10", "21", "39"
