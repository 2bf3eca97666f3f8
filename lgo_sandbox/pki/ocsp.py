"""The OCSP responder: what it says of one certificate, signed by whom the authority of the certificate delegated.

Source: RFC 6960 §2.2, §4.2.1–4.2.2.2 (statuses, delegation, nocheck), RFC 9654 (nonce). One certificate a request: what
clients ask, and what the libraries read. Knows no HTTP and no clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp

from lgo_sandbox.pki.names import Ca

__all__ = ["Answer", "Responder", "answered"]

FRESH = timedelta(minutes=10)
"""How long an answer may be kept: not long, for a tester who revokes a certificate wants to see it."""
MAX_NONCE = 128


@dataclass(frozen=True, slots=True)
class Responder:
    """Who signs for an authority: its own certificate is ``issuer``, the delegated one goes with each answer."""

    ca: Ca
    issuer: x509.Certificate
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Answer:
    """What leaves, and what it says in a word, of which certificate of which authority where it says anything."""

    octets: bytes
    said: str
    ca: Ca | None = None
    serial: int | None = None


Known = Callable[[Ca, int], bool]
Since = Callable[[Ca, int], datetime | None]


def answered(
    request: bytes, responders: Callable[[], list[Responder]], known: Known, since: Since, at: datetime
) -> Answer:
    """Return the DER answer to a DER request at a moment: good, revoked, unknown, or why there is none.

    ``known`` tells whether an authority issued a serial number, ``since`` when it revoked one.
    """
    try:
        asked = ocsp.load_der_ocsp_request(request)
        nonce = _nonce(asked)
        serial = asked.serial_number
    except (ValueError, NotImplementedError):
        return _without_answer(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    responder = next((one for one in responders() if _is_asked(one, asked)), None)
    if responder is None:
        return _without_answer(ocsp.OCSPResponseStatus.UNAUTHORIZED)
    revoked = since(responder.ca, serial)
    revoked = revoked if revoked is not None and revoked <= at else None
    status = _status(issued=known(responder.ca, serial), revoked=revoked is not None)
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(
            asked.issuer_name_hash,
            asked.issuer_key_hash,
            serial,
            asked.hash_algorithm,
            cert_status=status,
            this_update=at,
            next_update=at + FRESH,
            revocation_time=revoked,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        .certificates([responder.certificate])
    )
    if nonce is not None:
        builder = builder.add_extension(nonce, critical=False)
    octets = builder.sign(responder.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return Answer(octets, status.name.lower(), responder.ca, serial)


def _status(*, issued: bool, revoked: bool) -> ocsp.OCSPCertStatus:
    if revoked:
        return ocsp.OCSPCertStatus.REVOKED
    return ocsp.OCSPCertStatus.GOOD if issued else ocsp.OCSPCertStatus.UNKNOWN


def _nonce(asked: ocsp.OCSPRequest) -> x509.OCSPNonce | None:
    """Return the nonce to be given back. ValueError when it is longer than any may be."""
    try:
        nonce = asked.extensions.get_extension_for_class(x509.OCSPNonce).value
    except x509.ExtensionNotFound:
        return None
    if len(nonce.nonce) > MAX_NONCE:
        raise ValueError("a nonce beyond RFC 9654")
    return nonce


def _is_asked(responder: Responder, asked: ocsp.OCSPRequest) -> bool:
    algorithm = asked.hash_algorithm.name
    name, key = responder.issuer.subject.public_bytes(), _key_octets(responder.issuer)
    hashed = [hashlib.new(algorithm, octets, usedforsecurity=False).digest() for octets in (name, key)]
    return hashed == [asked.issuer_name_hash, asked.issuer_key_hash]


def _key_octets(issuer: x509.Certificate) -> bytes:
    """Return the content of ``subjectPublicKey``, which for RSA is the PKCS#1 key."""
    key = issuer.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def _without_answer(status: ocsp.OCSPResponseStatus) -> Answer:
    octets = ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(serialization.Encoding.DER)
    return Answer(octets, status.name.lower())
