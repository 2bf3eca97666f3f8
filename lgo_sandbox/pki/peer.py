"""What a certificate that somebody presents says: on a TLS connection, in a SAML signature, in a header.

Source: specs/psc.md §5 and specs/dmp.md §2.2–2.3 (how families differ: high for IGC-Santé, medium for old cards).
Reads, never judges: see ``judging``. Nothing that a stranger sends raises here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lgo_sandbox.pki.lenient import signed_part, with_sorted_sets
from lgo_sandbox.pki.names import OID_SMARTCARD_LOGON, SESSION_URN

__all__ = ["Family", "PeerCertificate", "host_names", "session_of"]

_MAX_DER_BYTES = 16 * 1024
_NEVER = datetime.fromtimestamp(0, UTC)
_ATTRIBUTE_NAMES = {
    NameOID.COUNTRY_NAME: "C",
    NameOID.STATE_OR_PROVINCE_NAME: "ST",
    NameOID.LOCALITY_NAME: "L",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.COMMON_NAME: "CN",
    NameOID.TITLE: "title",
    NameOID.SURNAME: "SN",
    NameOID.GIVEN_NAME: "GN",
}
_KEY_USAGE_NAMES = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}
_EXTENDED_USAGE_NAMES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth",
    ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    OID_SMARTCARD_LOGON: "smartcardLogon",
}

_CLIENT_KEY_USAGES = frozenset({"digitalSignature", "keyAgreement"})


class Family(StrEnum):
    """What a certificate is good for, by its shape alone, whoever signed it."""

    ORGANISATION_AUTH = "organisation-auth"
    ORGANISATION_SIGN = "organisation-sign"
    PROFESSIONAL_AUTH = "professional-auth"
    PROFESSIONAL_SIGN = "professional-sign"
    SERVER = "server"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """A certificate as a value; two are equal when their bytes are.

    ``subject`` and ``issuer`` are RFC 4514 strings; ``attributes`` maps ``CN``, ``OU``, ``O``, ``ST``, ``C``,
    ``title``, ``SN``, ``GN`` to their first value. Usages have their RFC 5280 names (``nonRepudiation``…), unknown
    extended ones their dotted OID. ``session`` is None when the certificate is tied to none. An unreadable
    certificate has empty fields and the family ``unknown``. ``signed`` is (what was signed, signature).
    """

    fingerprint: str
    der: bytes = field(repr=False, compare=False)
    subject: str = field(default="", compare=False)
    attributes: Mapping[str, str] = field(default_factory=dict, compare=False)
    issuer: str = field(default="", compare=False)
    issuer_name: str = field(default="", compare=False)
    serial: int = field(default=0, compare=False)
    not_before: datetime = field(default=_NEVER, compare=False)
    not_after: datetime = field(default=_NEVER, compare=False)
    key_usages: frozenset[str] = field(default=frozenset(), compare=False)
    extended_key_usages: frozenset[str] = field(default=frozenset(), compare=False)
    session: str | None = field(default=None, compare=False)
    family: Family = field(default=Family.UNKNOWN, compare=False)
    issuer_der: bytes = field(default=b"", repr=False, compare=False)
    signed: tuple[bytes, bytes] = field(default=(b"", b""), repr=False, compare=False)

    @property
    def common_name(self) -> str:
        """The CN: ``INSI-AUTO``, a host, or the national id on a card."""
        return self.attributes.get("CN", "")

    @property
    def organisational_unit(self) -> str:
        """The OU: the Struct_IdNat of a legal person."""
        return self.attributes.get("OU", "")

    @property
    def national_id(self) -> str:
        """The PS_IdNat of a professional, empty for a legal person."""
        return self.common_name if _is_person(self.attributes) else ""

    @property
    def is_for_clients(self) -> bool:
        """Whether it may authenticate the client of a TLS connection (RFC 5280 §4.2.1.3 and §4.2.1.12)."""
        extended = not self.extended_key_usages or "clientAuth" in self.extended_key_usages
        return extended and (not self.key_usages or not self.key_usages.isdisjoint(_CLIENT_KEY_USAGES))

    @classmethod
    def from_der(cls, der: bytes) -> PeerCertificate:
        """Read a certificate; what cannot be read gives a certificate of family ``unknown``, never an error."""
        if len(der) > _MAX_DER_BYTES:
            return cls(hashlib.sha256(der).hexdigest(), b"")
        return _read_once(der)

    @classmethod
    def from_pem(cls, pem: bytes) -> PeerCertificate:
        """Read the first certificate of a PEM file that we wrote; ValueError when there is none."""
        return cls.from_der(x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER))


@lru_cache(maxsize=256)
def _read_once(der: bytes) -> PeerCertificate:
    """Read a certificate that signs, or opens a connection, again and again."""
    fingerprint = hashlib.sha256(der).hexdigest()
    try:
        return _read(der, fingerprint)
    except Exception:  # whatever a stranger sends, and cryptography has no common ancestor for its refusals
        return PeerCertificate(fingerprint, der)


def _load(der: bytes) -> x509.Certificate:
    try:
        return _checked(x509.load_der_x509_certificate(der))
    except ValueError:
        return _checked(x509.load_der_x509_certificate(with_sorted_sets(der)))


def _checked(certificate: x509.Certificate) -> x509.Certificate:
    _ = certificate.subject, certificate.issuer  # names are parsed when first asked for
    return certificate


def _read(der: bytes, fingerprint: str) -> PeerCertificate:
    certificate = _load(der)
    attributes = _attributes(certificate.subject)
    extensions = _extensions(certificate)
    usages, extended = _key_usages(extensions), _extended_usages(extensions)
    return PeerCertificate(
        fingerprint=fingerprint,
        der=der,
        subject=_rfc4514(certificate.subject),
        attributes=attributes,
        issuer=_rfc4514(certificate.issuer),
        issuer_name=_attributes(certificate.issuer).get("CN", ""),
        serial=certificate.serial_number,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key_usages=usages,
        extended_key_usages=extended,
        session=_session(extensions),
        family=_family(attributes, usages, extended),
        issuer_der=certificate.issuer.public_bytes(),
        signed=(signed_part(der), certificate.signature),
    )


def _rfc4514(name: x509.Name) -> str:
    return name.rfc4514_string(_ATTRIBUTE_NAMES)


def _attributes(name: x509.Name) -> dict[str, str]:
    found: dict[str, str] = {}
    for attribute in name:
        value = attribute.value if isinstance(attribute.value, str) else attribute.value.hex()
        found.setdefault(_ATTRIBUTE_NAMES.get(attribute.oid, attribute.oid.dotted_string), value)
    return found


def _extensions(certificate: x509.Certificate) -> x509.Extensions:
    try:
        return certificate.extensions
    except Exception:  # one odd extension must not hide the names
        return x509.Extensions([])


def _key_usages(extensions: x509.Extensions) -> frozenset[str]:
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(name for attribute, name in _KEY_USAGE_NAMES.items() if getattr(usage, attribute))


def _extended_usages(extensions: x509.Extensions) -> frozenset[str]:
    try:
        usages = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(_EXTENDED_USAGE_NAMES.get(oid, oid.dotted_string) for oid in usages)


def _session(extensions: x509.Extensions) -> str | None:
    try:
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    return next((uri.removeprefix(SESSION_URN) for uri in uris if uri.startswith(SESSION_URN)), None)


def host_names(pem: bytes) -> tuple[str, ...]:
    """Return the names and addresses that a server certificate is for, in lower case (RFC 9525 §6)."""
    names = _extensions(x509.load_pem_x509_certificate(pem)).get_extension_for_class(x509.SubjectAlternativeName).value
    found = [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]
    return tuple(name.lower() for name in found)


def session_of(certificate: x509.Certificate) -> str | None:
    """Return the session that a certificate was issued for, None when it is tied to none."""
    return _session(_extensions(certificate))


def _is_person(attributes: Mapping[str, str]) -> bool:
    return "SN" in attributes and "CN" in attributes


def _family(attributes: Mapping[str, str], usages: frozenset[str], extended: frozenset[str]) -> Family:
    person = _is_person(attributes)
    if "nonRepudiation" in usages and "emailProtection" in extended:
        return Family.PROFESSIONAL_SIGN if person else Family.ORGANISATION_SIGN
    if "serverAuth" in extended:
        return Family.SERVER
    if "digitalSignature" in usages and "clientAuth" in extended:
        return Family.PROFESSIONAL_AUTH if person else Family.ORGANISATION_AUTH
    return Family.UNKNOWN
