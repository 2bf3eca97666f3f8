"""The authorities of one installation on disk: made once, whole or not at all; read only when asked.

Source: specs/psc.md §5 (who signs whom), specs/mssante.md §1.1 (trust bundle, CRL). Keys are made per installation.
The URL of the CRLs is inside the intermediates: when it changes (another port base) these are signed again with the
same keys and names, so that everything issued before, and every root that a user imported, stays good.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from lgo_sandbox.pki.ahead import new_key
from lgo_sandbox.pki.building import Validity, ca_certificate, ocsp_url, responder_certificate
from lgo_sandbox.pki.files import PkiError, read_json, write_atomically, write_json
from lgo_sandbox.pki.names import ISSUING_CAS, TRUSTED_CAS, Ca
from lgo_sandbox.pki.ocsp import Responder
from lgo_sandbox.pki.register import Register
from lgo_sandbox.pki.storage import encrypted_for_everyone, key_pem, load_key, pem
from lgo_sandbox.state.locks import locked

__all__ = ["Authorities", "in_threads"]

_FORMAT = 1
_THREADS = 4
_PAST, _FUTURE = timedelta(days=10 * 365), timedelta(days=20 * 365)
_DESCRIPTION = "pki.json"
_LOCK = "pki.lock"

_T = TypeVar("_T")
_R = TypeVar("_R")


def in_threads(work: Callable[[_T], _R], items: Sequence[_T]) -> list[_R]:
    """Apply ``work`` to each item, several at a time: key generation does not hold the GIL."""
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(work, items))


class Authorities:
    """The sandbox's root, its intermediates, and the wrong root; certificates and keys are loaded lazily."""

    def __init__(self, directory: Path, crl_base_url: str) -> None:
        self.directory = directory
        self.crl_base_url = crl_base_url
        self.ca_bundle = directory / "ca.pem"
        """Root and intermediates, PEM: what a client trusts."""
        self.ca_p12 = directory / "ca.p12"
        """The same for Java."""
        self.trust_bundle = directory / "listeners.pem"
        """What our listeners let through the handshake: the same and the wrong root."""
        self.certificate = cache(self._certificate)
        self.key = cache(self._key)
        self.register = Register(directory / "serials")
        self.responders = cache(self._responders)
        """Who answers OCSP requests, one for each authority; made when first asked, for this process."""

    @classmethod
    def open(cls, directory: Path, crl_base_url: str) -> Authorities:
        """Make or load the authorities; safe when several processes start at once. Raises PkiError."""
        authorities = cls(directory, crl_base_url)
        if not authorities._is_current():
            (directory / "ca").mkdir(parents=True, exist_ok=True)
            with locked(directory / _LOCK):
                authorities._bring_up_to_date()
        return authorities

    def issuing(self) -> tuple[x509.Certificate, ...]:
        """Return the authorities that sign good certificates."""
        return tuple(self.certificate(ca) for ca in ISSUING_CAS)

    def path(self, ca: Ca) -> Path:
        """Return where the certificate of an authority is, PEM."""
        return self.directory / "ca" / f"{ca}.pem"

    def _description(self) -> dict[str, object]:
        description = read_json(self.directory / _DESCRIPTION)
        if description and description.get("format") != _FORMAT:
            raise PkiError(f"{self.directory} was made by another version: delete it to have it made again")
        return description

    def _is_current(self) -> bool:
        return self.published == self._description().get("published")

    @property
    def published(self) -> list[str]:
        """The addresses that certificates carry."""
        return [self.crl_base_url, ocsp_url(self.crl_base_url)]

    def _bring_up_to_date(self) -> None:
        if self._is_current():
            return
        if not self._description():
            self._make_roots()
        elif not self.register.begun:
            self._register_former()
        self._make_intermediates()
        self._write_bundles()
        # Written last: its presence says that everything else is there.
        write_json(self.directory / _DESCRIPTION, {"format": _FORMAT, "published": self.published})

    def _register_former(self) -> None:
        """Take up what a release that kept no register has issued."""
        for path in sorted((self.directory / "issued").glob("*/*.pem")):
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
            ca = next((ca for ca in Ca if self.certificate(ca).subject == certificate.issuer), None)
            if ca and not path.name.endswith(".chain.pem"):
                self.register.add(ca, [certificate.serial_number])

    def _make_roots(self) -> None:
        # What an earlier, lost root signed is worth nothing under a new one.
        for folder in ("issued", "serials"):
            shutil.rmtree(self.directory / folder, ignore_errors=True)
        (self.directory / "revoked.json").unlink(missing_ok=True)
        for ca, key in zip(Ca, in_threads(lambda _: new_key(), [*Ca]), strict=True):
            write_atomically(self._key_path(ca), key_pem(key), private=True)
        for ca in (Ca.ROOT, Ca.WRONG):
            self._sign(ca, ca)

    def _make_intermediates(self) -> None:
        for ca in ISSUING_CAS:
            self._sign(ca, Ca.ROOT)

    def _sign(self, ca: Ca, issuer: Ca) -> None:
        certificate = ca_certificate(ca, self.key(ca), issuer, self.key(issuer), self._validity(), self.crl_base_url)
        self.register.add(issuer, [certificate.serial_number])
        write_atomically(self.path(ca), pem([certificate]))

    def _responders(self) -> list[Responder]:
        key = new_key()
        return [
            Responder(ca, self.certificate(ca), responder_certificate(ca, key, self.key(ca), self._validity()), key)
            for ca in Ca
        ]

    def _validity(self) -> Validity:
        now = datetime.now(UTC).replace(microsecond=0)
        return now - _PAST, now + _FUTURE

    def _write_bundles(self) -> None:
        trusted = self._certificates(TRUSTED_CAS)
        write_atomically(self.ca_bundle, pem(trusted))
        write_atomically(self.trust_bundle, pem([*trusted, self.certificate(Ca.WRONG)]))
        named = [pkcs12.PKCS12Certificate(one, ca.encode()) for ca, one in zip(TRUSTED_CAS, trusted, strict=True)]
        write_atomically(self.ca_p12, pkcs12.serialize_java_truststore(named, encrypted_for_everyone()))

    def _certificates(self, cas: Iterable[Ca]) -> list[x509.Certificate]:
        return [self.certificate(ca) for ca in cas]

    def _key_path(self, ca: Ca) -> Path:
        return self.directory / "ca" / f"{ca}.key"

    def _certificate(self, ca: Ca) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(self.path(ca).read_bytes())
        except (OSError, ValueError) as error:
            raise PkiError(f"{self.path(ca)} cannot be read: delete the pki directory to have it made again") from error

    def _key(self, ca: Ca) -> rsa.RSAPrivateKey:
        return load_key(self._key_path(ca))
