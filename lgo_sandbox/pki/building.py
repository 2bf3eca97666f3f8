"""Keys, certificates and revocation lists as pure values: what goes in is given, what comes out is signed.

Source: RFC 5280 §4.2 and §5 (extensions and their criticality; what OpenSSL's strict mode asks for), specs/psc.md §5
(RSA, SHA-256, leaf CA:FALSE not critical, pathlen 0, anyPolicy on intermediates, serials of about 126 bits).
Knows no file and no clock.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from lgo_sandbox.pki.names import CA_SUBJECTS, OID_ANY_POLICY, OID_UPN, SESSION_URN, Ca, responder_name
from lgo_sandbox.pki.profiles import Profile

__all__ = [
    "Leaf",
    "Validity",
    "ca_certificate",
    "crl_url",
    "leaf_certificate",
    "ocsp_url",
    "responder_certificate",
    "revocation_list",
]

Validity: TypeAlias = tuple[datetime, datetime]
"""First and last moment, aware."""

_SERIAL_BITS = 126
_CRL_LIFETIME = timedelta(days=7)
_UPN_DOMAIN = "carte-cps.fr"
_UTF8_STRING = 0x0C
_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a certificate says of its holder, beside its profile."""

    subject: x509.Name
    validity: Validity
    hosts: tuple[str, ...] = ()
    session: str = ""
    card_id: str = ""


def crl_url(base: str, ca: Ca) -> str:
    """Return where the revocation list of an authority is published."""
    return f"{base.rstrip('/')}/{ca}.crl"


def ocsp_url(base: str) -> str:
    """Return where the OCSP responder answers: beside the revocation lists."""
    return f"{base.rstrip('/').rpartition('/')[0]}/ocsp"


def _key_usage(names: Iterable[str]) -> x509.KeyUsage:
    wanted = frozenset(names)
    return x509.KeyUsage(**{usage: usage in wanted for usage in _KEY_USAGES})


def _distribution_point(base: str, ca: Ca) -> x509.CRLDistributionPoints:
    location = x509.UniformResourceIdentifier(crl_url(base, ca))
    return x509.CRLDistributionPoints([x509.DistributionPoint([location], None, None, None)])


def _authority_information(base: str) -> x509.AuthorityInformationAccess:
    location = x509.UniformResourceIdentifier(ocsp_url(base))
    return x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, location)])


def _policy(oid: x509.ObjectIdentifier) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(oid, None)])


def _builder(
    subject: x509.Name, issuer: x509.Name, public: rsa.RSAPublicKey, issuer_public: rsa.RSAPublicKey, validity: Validity
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(secrets.randbits(_SERIAL_BITS) + 1)
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_public), critical=False)
    )


def ca_certificate(
    ca: Ca, key: rsa.RSAPrivateKey, issuer: Ca, issuer_key: rsa.RSAPrivateKey, validity: Validity, crl_base: str
) -> x509.Certificate:
    """Sign the certificate of an authority: a root when it issues itself, else an intermediate with pathlen 0."""
    intermediate = issuer is not ca
    path_length = 0 if intermediate else None
    builder = (
        _builder(CA_SUBJECTS[ca], CA_SUBJECTS[issuer], key.public_key(), issuer_key.public_key(), validity)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage(("key_cert_sign", "crl_sign")), critical=True)
    )
    if intermediate:
        builder = builder.add_extension(_policy(OID_ANY_POLICY), critical=False)
        builder = builder.add_extension(_distribution_point(crl_base, issuer), critical=False)
        builder = builder.add_extension(_authority_information(crl_base), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def leaf_certificate(
    leaf: Leaf,
    profile: Profile,
    public: rsa.RSAPublicKey,
    *,
    issuer: Ca | None,
    issuer_key: rsa.RSAPrivateKey,
    crl_base: str,
) -> x509.Certificate:
    """Sign a holder's certificate; ``issuer`` is the profile's authority, or the wrong one, or nobody but the holder.

    ``crl_base`` is where its revocation is published.
    """
    builder = (
        _builder(
            leaf.subject,
            CA_SUBJECTS[issuer] if issuer else leaf.subject,
            public,
            issuer_key.public_key(),
            leaf.validity,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
        .add_extension(_key_usage(profile.key_usages), critical=True)
        .add_extension(x509.ExtendedKeyUsage(profile.extended_key_usages), critical=False)
        .add_extension(_policy(profile.policy), critical=False)
    )
    if issuer:
        builder = builder.add_extension(_distribution_point(crl_base, issuer), critical=False)
        builder = builder.add_extension(_authority_information(crl_base), critical=False)
    if alternative_names := [*_alternative_names(leaf)]:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternative_names), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def responder_certificate(
    ca: Ca, key: rsa.RSAPrivateKey, issuer_key: rsa.RSAPrivateKey, validity: Validity
) -> x509.Certificate:
    """Sign the certificate of an authority's OCSP responder, which nobody need check in turn (RFC 6960 §4.2.2.2)."""
    return (
        _builder(responder_name(ca), CA_SUBJECTS[ca], key.public_key(), issuer_key.public_key(), validity)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
        .add_extension(_key_usage(("digital_signature",)), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        .add_extension(x509.OCSPNoCheck(), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _alternative_names(leaf: Leaf) -> Iterable[x509.GeneralName]:
    yield from map(_host, leaf.hosts)
    if leaf.card_id:
        principal = f"{leaf.card_id}@{_UPN_DOMAIN}".encode()
        yield x509.OtherName(OID_UPN, bytes([_UTF8_STRING, len(principal)]) + principal)
    if leaf.session:
        yield x509.UniformResourceIdentifier(SESSION_URN + leaf.session)


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def revocation_list(ca: Ca, key: rsa.RSAPrivateKey, revoked: Mapping[int, datetime], at: datetime) -> bytes:
    """Return the signed DER list of an authority as it was at a moment: serial number → date of revocation."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(CA_SUBJECTS[ca])
        .last_update(at)
        .next_update(at + _CRL_LIFETIME)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
    )
    for serial, since in sorted(revoked.items()):
        if since <= at:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
            )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
