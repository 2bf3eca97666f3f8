"""How keys and certificates lie on disk: PEM, and PKCS#12 that every platform imports.

Source: RFC 7468, RFC 7292. 3DES and SHA-1 are old on purpose: keychains, old Java and browsers read nothing newer,
and the password is public anyway, so that neither a stronger cipher nor more rounds would protect anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from lgo_sandbox.pki.files import PkiError

__all__ = ["PASSWORD", "encrypted_for_everyone", "key_pem", "key_store", "load_key", "pem"]

PASSWORD = "sandbox"
"""The password of every PKCS#12 file."""

_ROUNDS = 100


def encrypted_for_everyone() -> serialization.KeySerializationEncryption:
    """Return the PKCS#12 encryption that Java 8, browsers, keychains and OpenSSL 3 all read."""
    return (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())
        .build(PASSWORD.encode())
    )


def key_store(name: str, key: rsa.RSAPrivateKey, leaf: x509.Certificate, chain: Iterable[x509.Certificate]) -> bytes:
    """Return a PKCS#12 with a key, its certificate under a friendly name, and the authorities above it."""
    return pkcs12.serialize_key_and_certificates(name.encode(), key, leaf, list(chain), encrypted_for_everyone())


def pem(certificates: Iterable[x509.Certificate]) -> bytes:
    """Return certificates in PEM, one after the other."""
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)


def key_pem(key: rsa.RSAPrivateKey) -> bytes:
    """Return a private key in PEM (PKCS#8), in clear."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def load_key(path: Path) -> rsa.RSAPrivateKey:
    """Read a key that we wrote (unchecked: the check costs as much as making a key); PkiError when it is not there."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    except (OSError, ValueError) as error:
        raise PkiError(f"{path} cannot be read: delete the pki directory to have it made again") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise PkiError(f"{path} is not an RSA key: delete the pki directory to have it made again")
    return key
