"""TLS contexts of the listeners and of our own calls, and the certificate of the peer.

Source: design « Certificates »; specs/mssante.md §1.1 (TLS ≥ 1.2, client certificates; suites: medium).
A listener lets every certificate of the sandbox through the handshake, bad ones and those that are not for clients
included: what comes after judges them and answers an error that can be explained. Knows no service and no session.
"""

from __future__ import annotations

import ssl
import warnings
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

from lgo_sandbox.gate.handshakes import Asked
from lgo_sandbox.gate.purposes import admit_any_purpose
from lgo_sandbox.pki import Issued, Kind, PeerCertificate, Pki, Variant, host_names
from lgo_sandbox.watch.bad_servers import Weakness

__all__ = [
    "ServerContext",
    "Weakness",
    "asked_of",
    "bad_server_context",
    "client_context",
    "peer_certificate",
    "peer_certificate_of",
    "server_context",
    "why_mute",
]

_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME, which the ssl module does not name."""

_SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
_WEAK_SUITES = "AES128-SHA:AES256-SHA:@SECLEVEL=0"
_OLD_SUITES = "ALL:@SECLEVEL=0"
_KNOWN_PEERS = 512
MEMORY_TURNS = 8


_VERSIONS = {
    Weakness.TLS_1_0: ssl.TLSVersion.TLSv1,
    Weakness.TLS_1_1: ssl.TLSVersion.TLSv1_1,
    Weakness.WEAK_SUITES: ssl.TLSVersion.TLSv1_2,
}
_VARIANTS = {
    Weakness.EXPIRED: Variant.EXPIRED,
    Weakness.NOT_YET_VALID: Variant.NOT_YET_VALID,
    Weakness.REVOKED: Variant.REVOKED,
    Weakness.WRONG_CA: Variant.WRONG_CA,
    Weakness.SELF_SIGNED: Variant.SELF_SIGNED,
    Weakness.WRONG_NAME: Variant.WRONG_HOST,
    Weakness.UNREACHABLE: Variant.UNREACHABLE,
}
"""A weakness is in the protocol or in the certificate."""


class _Transport(Protocol):
    def get_extra_info(self, name: str, default: object = None) -> object: ...


class ServerContext(ssl.SSLContext):
    """The context of a listener, with its certificate."""

    server: Issued
    weakness: Weakness | None = None
    """What is wrong with the listener, when it is there to be refused."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names that the certificate bears, in lower case."""
        return host_names(self.server.cert.read_bytes())


def _remember(connection: Any, name: str | None, _context: ssl.SSLContext) -> None:
    connection.asked_name = name or ""


def asked_of(connection: object) -> Asked:
    """Return the name of the server that the client of a connection asked for."""
    context = getattr(connection, "context", None)
    names = context.names if isinstance(context, ServerContext) else ()
    return Asked(getattr(connection, "asked_name", ""), names)


def server_context(
    pki: Pki, server: Issued, *, weakness: Weakness | None = None, for_browsers: bool = False
) -> ServerContext:
    """Return the context of a listener with this server certificate; a client certificate is asked for, not required.

    ``for_browsers``: it is not even asked for.
    With a ``weakness`` of the protocol (for listeners that a client must refuse) the listener speaks only that.
    """
    context = ServerContext(ssl.PROTOCOL_TLS_SERVER)
    context.server, context.weakness = server, weakness
    context.sni_callback = _remember
    context.load_cert_chain(server.chain, server.key)
    context.verify_mode = ssl.CERT_NONE
    if not for_browsers:
        context.load_verify_locations(pki.trust_bundle)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.verify_flags |= _NO_CHECK_TIME
        admit_any_purpose(context)
    context.set_alpn_protocols(["http/1.1"])
    if weakness in _VERSIONS:
        _weaken(context, weakness)
    else:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_SUITES)
    return context


def bad_server_context(pki: Pki, weakness: Weakness, hosts: tuple[str, ...] = ()) -> ServerContext:
    """Return the context of a listener that a client must refuse; ``hosts`` are further names of its certificate."""
    variant = _VARIANTS.get(weakness, Variant.GOOD)
    return server_context(pki, pki.issue(Kind.SERVER, variant=variant, hosts=hosts), weakness=weakness)


def why_mute(context: ServerContext) -> str:
    """Return why no client whatever can speak with a listener (an OpenSSL without old protocols); "" when one can.

    Tried in memory, since a build of OpenSSL and the policy of a system both decide.
    """
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers(_OLD_SUITES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client.minimum_version = ssl.TLSVersion.TLSv1
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (client.wrap_bio(to_client, to_server), context.wrap_bio(to_server, to_client, server_side=True))
    done: set[ssl.SSLObject] = set()
    for _ in range(MEMORY_TURNS):
        for end in ends:
            try:
                end.do_handshake()
                done.add(end)
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as error:
                return f"{ssl.OPENSSL_VERSION} : {error.reason or error}"
        if len(done) == len(ends):
            return ""
    return f"{ssl.OPENSSL_VERSION} : poignée de main sans fin"


def _weaken(context: ssl.SSLContext, weakness: Weakness) -> None:
    version = _VERSIONS[weakness]
    context.set_ciphers(_WEAK_SUITES if weakness is Weakness.WEAK_SUITES else _OLD_SUITES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = version
        context.maximum_version = version


def client_context(ca: Path, certificate: Issued | None = None) -> ssl.SSLContext:
    """Return the context of a client that trusts ``ca`` (PEM) and shows a certificate, when given one."""
    context = ssl.create_default_context(cafile=ca)
    if certificate:
        context.load_cert_chain(certificate.chain, certificate.key)
    return context


@lru_cache(_KNOWN_PEERS)
def _parsed(der: bytes) -> PeerCertificate:
    return PeerCertificate.from_der(der)


def peer_certificate(connection: ssl.SSLObject | ssl.SSLSocket | None) -> PeerCertificate | None:
    """Return the certificate that the peer of a connection showed, None when it showed none."""
    der = connection.getpeercert(binary_form=True) if connection else None
    return _parsed(der) if der else None


def peer_certificate_of(transport: _Transport | None) -> PeerCertificate | None:
    """Return the certificate of the peer of an asyncio transport, None without TLS or certificate."""
    connection = transport.get_extra_info("ssl_object") if transport else None
    return peer_certificate(connection) if isinstance(connection, ssl.SSLObject | ssl.SSLSocket) else None
