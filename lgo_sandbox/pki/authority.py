"""The PKI of one installation: open it, have certificates made, revoke, publish, judge.

Source: specs/psc.md §5; design « Certificates ». This is the door to the package; the rooms behind it do the work.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from lgo_sandbox.pki.authorities import Authorities
from lgo_sandbox.pki.building import Validity, revocation_list
from lgo_sandbox.pki.holders import SANDBOX_OPERATOR, Holder
from lgo_sandbox.pki.issuing import DEFAULT_SESSION, Issued, Issuer
from lgo_sandbox.pki.judging import Judgement, issuer_of, judged
from lgo_sandbox.pki.lookups import Lookup, Lookups
from lgo_sandbox.pki.names import CA_SUBJECTS, Ca
from lgo_sandbox.pki.ocsp import answered
from lgo_sandbox.pki.peer import PeerCertificate
from lgo_sandbox.pki.profiles import Kind, Variant
from lgo_sandbox.pki.requests import Request
from lgo_sandbox.pki.revocation import Revocations

__all__ = ["DEFAULT_CRL_BASE_URL", "Pki"]

DEFAULT_CRL_BASE_URL = "http://127.0.0.1:8080/_sandbox/v1/pki/crl"

_KNOWN_PEERS = 1024
_CA_BY_SUBJECT = {subject.public_bytes(): ca for ca, subject in CA_SUBJECTS.items()}


class Pki:
    """The certificates of one installation; one directory, any number of processes and threads."""

    def __init__(self, authorities: Authorities) -> None:
        self._authorities = authorities
        self._revocations = Revocations(authorities.directory / "revoked.json")
        self._issuer = Issuer(authorities, self._revocations)
        self.lookups = Lookups()
        """What was asked of lists and responder lately."""
        self._is_trusted = lru_cache(_KNOWN_PEERS)(self._was_signed_by_us)

    @classmethod
    def open(cls, directory: Path, *, crl_base_url: str = DEFAULT_CRL_BASE_URL) -> Pki:
        """Make the PKI in ``directory`` (``<state>/pki``) or load it; several processes may do so at once.

        With another ``crl_base_url`` than last time, the intermediates are signed again with their keys and server
        certificates are made again when next asked for; clients' certificates and imported roots stay good.
        Raises PkiError when the directory is damaged or of another version.
        """
        return cls(Authorities.open(directory.resolve(), crl_base_url))

    @property
    def directory(self) -> Path:
        """Where everything is."""
        return self._authorities.directory

    @property
    def ca_bundle(self) -> Path:
        """``ca.pem``: root and intermediates, what a client trusts."""
        return self._authorities.ca_bundle

    @property
    def ca_p12(self) -> Path:
        """``ca.p12``: the same as a Java trust store."""
        return self._authorities.ca_p12

    @property
    def trust_bundle(self) -> Path:
        """``listeners.pem``: what our listeners let through the handshake, the wrong root included."""
        return self._authorities.trust_bundle

    def issue(
        self,
        kind: Kind | str,
        *,
        holder: Holder = SANDBOX_OPERATOR,
        session: str = DEFAULT_SESSION,
        variant: Variant | str = Variant.GOOD,
        hosts: Iterable[str] = (),
        common_name: str = "",
        validity: Validity | None = None,
        name: str = "",
    ) -> Issued:
        """Return a certificate, made unless it exists; parameters as in ``Request``, errors as in ``issue_all``."""
        request = Request(Kind(kind), holder, Variant(variant), tuple(hosts), common_name, validity, name)
        return self.issue_all((request,), session=session)[request.file_name]

    def issue_all(self, requests: Iterable[Request], *, session: str = DEFAULT_SESSION) -> dict[str, Issued]:
        """Return many certificates by name, keys made in threads.

        Raises ValueError on a name or session that is no slug and on a kind that does not suit its holder.
        """
        return self._issuer.issue_all(requests, session)

    def forget(self, session: str) -> None:
        """Delete the files of a session's certificates."""
        self._issuer.forget(session)

    def revoke(self, certificate: PeerCertificate, at: datetime) -> None:
        """Revoke one of our certificates from a moment on, for good. ValueError when it is not ours."""
        ca = _CA_BY_SUBJECT.get(certificate.issuer_der)
        if ca is None or not (ca is Ca.WRONG or self._is_trusted(certificate)):
            raise ValueError(f"not a certificate of this sandbox: {certificate.subject or 'unreadable'}")
        self._revocations.add(ca, {certificate.serial: at})

    def crl(self, name: str, at: datetime) -> bytes:
        """Return the DER revocation list of an authority (``ACI-EL-ORG``…) as of a moment. KeyError on another name."""
        try:
            ca = Ca(name)
        except ValueError:
            raise KeyError(name) from None
        self.lookups.add(Lookup(at, "crl", ca))
        return revocation_list(ca, self._authorities.key(ca), self._revocations.of(ca), at)

    def ocsp(self, request: bytes, at: datetime) -> bytes:
        """Return the DER answer to a DER OCSP request as of a moment; the first one takes a twentieth of a second."""
        authorities = self._authorities
        answer = answered(request, authorities.responders, authorities.register.has, self._revocations.since, at)
        serial = f"{answer.serial:x}" if answer.serial is not None else ""
        self.lookups.add(Lookup(at, "ocsp", answer.ca or "", serial, answer.said))
        return answer.octets

    def certificate_of(self, name: str) -> bytes:
        """Return the PEM certificate of an authority. KeyError on another name."""
        if name not in {ca.value for ca in Ca}:
            raise KeyError(name)
        return self._authorities.path(Ca(name)).read_bytes()

    def judge(self, peer: PeerCertificate, at: datetime) -> Judgement:
        """Tell the first thing that is wrong with a certificate at a moment, ``ok`` when nothing is."""
        return judged(peer, trusted=self._is_trusted(peer), revoked_since=self._revoked_since(peer), at=at)

    def _revoked_since(self, peer: PeerCertificate) -> datetime | None:
        ca = _CA_BY_SUBJECT.get(peer.issuer_der)
        return self._revocations.since(ca, peer.serial) if ca else None

    def _was_signed_by_us(self, peer: PeerCertificate) -> bool:
        return issuer_of(peer, self._authorities.issuing()) is not None
