"""Distinguished names, authorities and object identifiers of the sandbox's certificates.

Source: specs/psc.md §5 (DN shapes, order, string types: country PrintableString, the rest UTF8String; high),
specs/insi.md §3 (multi-valued RDN of a card). Every authority says SANDBOX where the test ones of the real
infrastructure say TEST, and keeps ``IGC-SANTE``, which clients look for (specs/mssante.md §1.1).
Policies hang from 2.999, the arc that ITU-T X.660 reserves for examples, so that none can be mistaken for a real one.
"""

from __future__ import annotations

from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import NameOID

__all__ = [
    "CA_SUBJECTS",
    "ISSUING_CAS",
    "OID_ANY_POLICY",
    "OID_POLICY_ORGANISATION",
    "OID_POLICY_PERSON",
    "OID_POLICY_SERVER",
    "OID_SMARTCARD_LOGON",
    "OID_UPN",
    "SESSION_URN",
    "TRUSTED_CAS",
    "Ca",
    "organisation_name",
    "person_name",
    "responder_name",
]

OID_ANY_POLICY = x509.ObjectIdentifier("2.5.29.32.0")
OID_POLICY_ORGANISATION = x509.ObjectIdentifier("2.999.213.1.1")
OID_POLICY_SERVER = x509.ObjectIdentifier("2.999.213.1.2")
OID_POLICY_PERSON = x509.ObjectIdentifier("2.999.213.1.3")
OID_SMARTCARD_LOGON = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.2")
OID_UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")

SESSION_URN = "urn:lgo-sandbox:session:"
"""Prefix of the SAN URI that ties a certificate to a session."""

_COUNTRY = "FR"
_OPERATOR = "ASIP-SANTE"
_OPERATOR_UNIT = "0002 187512751"


class Ca(StrEnum):
    """The authorities; the value names the files and the CRL, as the real CRLs are named."""

    ROOT = "ACR-EL"
    ORGANISATIONS = "ACI-EL-ORG"
    PERSONS = "ACI-FO-PP"
    WRONG = "ACR-ETRANGERE"


TRUSTED_CAS = (Ca.ROOT, Ca.ORGANISATIONS, Ca.PERSONS)
ISSUING_CAS = (Ca.ORGANISATIONS, Ca.PERSONS)


def _name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes if value])


def _igc_name(common_name: str) -> x509.Name:
    return _name(
        (NameOID.COUNTRY_NAME, _COUNTRY),
        (NameOID.ORGANIZATION_NAME, _OPERATOR),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, _OPERATOR_UNIT),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "IGC-SANTE SANDBOX"),
        (NameOID.COMMON_NAME, common_name),
    )


CA_SUBJECTS = {
    Ca.ROOT: _igc_name("SANDBOX AC RACINE IGC-SANTE ELEMENTAIRE"),
    Ca.ORGANISATIONS: _igc_name("SANDBOX AC IGC-SANTE ELEMENTAIRE ORGANISATIONS"),
    Ca.PERSONS: _igc_name("SANDBOX AC IGC-SANTE FORT PERSONNES"),
    Ca.WRONG: _name(
        (NameOID.COUNTRY_NAME, _COUNTRY),
        (NameOID.ORGANIZATION_NAME, "SANDBOX AUTORITE ETRANGERE"),
        (NameOID.COMMON_NAME, "SANDBOX AC RACINE ETRANGERE"),
    ),
}


def responder_name(ca: Ca) -> x509.Name:
    """Return the subject of the OCSP responder of an authority: that of the authority, under its own CN."""
    return x509.Name([*list(CA_SUBJECTS[ca])[:-1], x509.NameAttribute(NameOID.COMMON_NAME, f"SANDBOX OCSP {ca}")])


def organisation_name(*, department: str, name: str, id_nat: str, common_name: str) -> x509.Name:
    """Return the subject of a legal person: C, ST, O, OU = Struct_IdNat, CN."""
    return _name(
        (NameOID.COUNTRY_NAME, _COUNTRY),
        (NameOID.STATE_OR_PROVINCE_NAME, department),
        (NameOID.ORGANIZATION_NAME, name),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, id_nat),
        (NameOID.COMMON_NAME, common_name),
    )


def person_name(*, title: str, family_name: str, given_name: str, national_id: str) -> x509.Name:
    """Return the subject of a professional's card: C, title, then one RDN of SN, GN and CN = PS_IdNat.

    The three are one SET OF; the encoder puts them in DER order.
    """
    identity = [
        x509.NameAttribute(NameOID.SURNAME, family_name),
        x509.NameAttribute(NameOID.GIVEN_NAME, given_name),
        x509.NameAttribute(NameOID.COMMON_NAME, national_id),
    ]
    head = _name((NameOID.COUNTRY_NAME, _COUNTRY), (NameOID.TITLE, title))
    return x509.Name([*head.rdns, x509.RelativeDistinguishedName(identity)])
