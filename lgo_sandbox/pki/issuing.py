"""Certificates made out to holders, kept under ``issued/<session>/`` and given again as long as they hold.

Source: own choice. Keys are few, since making one is what costs: variants and sessions share the key of the good
certificate, and the two certificates of a card share one (a real card has two).
Server certificates carry the URL of the CRL for their clients: they alone are made again when it changes.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from lgo_sandbox.pki.ahead import new_key
from lgo_sandbox.pki.authorities import Authorities, in_threads
from lgo_sandbox.pki.building import Leaf, leaf_certificate
from lgo_sandbox.pki.files import read_json, write_atomically, write_json
from lgo_sandbox.pki.holders import PersonHolder
from lgo_sandbox.pki.names import Ca
from lgo_sandbox.pki.peer import PeerCertificate
from lgo_sandbox.pki.profiles import PROFILES, Kind, Variant, subject_of
from lgo_sandbox.pki.requests import UNREACHABLE, Request, lifetime, renewal
from lgo_sandbox.pki.revocation import Revocations
from lgo_sandbox.pki.storage import PASSWORD, key_pem, key_store, load_key, pem
from lgo_sandbox.state.locks import locked

__all__ = ["DEFAULT_SESSION", "Issued", "Issuer"]

DEFAULT_SESSION = "default"
"""The session whose certificates name none."""

_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
_SESSION = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
_INDEX = "index.json"
_LOCK = "issued.lock"


@dataclass(frozen=True, slots=True)
class Issued:
    """The files of a certificate: ``cert`` is the leaf alone, ``chain`` the leaf and its intermediate."""

    name: str
    cert: Path
    key: Path
    p12: Path
    chain: Path
    password: str = PASSWORD

    def certificate(self) -> PeerCertificate:
        """Read the certificate."""
        return PeerCertificate.from_pem(self.cert.read_bytes())

    def entry(self) -> dict[str, str]:
        """Return the entry of the ready-file."""
        return {"cert": str(self.cert), "key": str(self.key), "p12": str(self.p12), "password": self.password}


class Issuer:
    """Makes certificates for holders and remembers which it made, per session, in an index beside them."""

    def __init__(self, authorities: Authorities, revocations: Revocations) -> None:
        self._authorities = authorities
        self._revocations = revocations
        self._issued = authorities.directory / "issued"
        self._keys = authorities.directory / "keys"

    def issue_all(self, requests: Iterable[Request], session: str) -> dict[str, Issued]:
        """Return the certificates asked for, by name, made now unless they exist and still hold.

        Raises ValueError on a name or session that is no slug, or a kind that does not suit its holder; PkiError.
        """
        wanted = {_checked(request.file_name, _SLUG): request for request in requests}
        directory = self._directory(session)
        now = datetime.now(UTC).replace(microsecond=0)
        if self._missing(wanted, directory, now):
            directory.mkdir(parents=True, exist_ok=True)
            self._keys.mkdir(exist_ok=True)
            with locked(self._authorities.directory / _LOCK):
                self._make(self._missing(wanted, directory, now), directory, session, now)
        return {name: self._files(request, directory) for name, request in wanted.items()}

    def forget(self, session: str) -> None:
        """Delete the certificates of a session here; a copy that somebody took stays valid."""
        directory = self._directory(session)
        if directory.exists():
            with locked(self._authorities.directory / _LOCK):
                shutil.rmtree(directory, ignore_errors=True)

    def _directory(self, session: str) -> Path:
        return self._issued / _checked(session, _SESSION)

    def _files(self, request: Request, directory: Path) -> Issued:
        name = request.file_name
        return Issued(
            name=name,
            cert=directory / f"{name}.pem",
            key=self._key_path(request),
            p12=directory / f"{name}.p12",
            chain=directory / f"{name}.chain.pem",
        )

    def _key_path(self, request: Request) -> Path:
        return self._keys / f"{_checked(request.key_name, _SLUG)}.key"

    def _missing(self, wanted: Mapping[str, Request], directory: Path, now: datetime) -> list[Request]:
        index = read_json(directory / _INDEX)
        return [
            request
            for name, request in wanted.items()
            if not self._holds(index.get(name), request, now) or not (directory / f"{name}.pem").exists()
        ]

    def _holds(self, entry: dict[str, str] | None, request: Request, now: datetime) -> bool:
        if entry is None or entry["request"] != self._digest(request):
            return False
        return not entry["renewal"] or now < datetime.fromisoformat(entry["renewal"])

    def _digest(self, request: Request) -> str:
        url = " ".join(self._authorities.published) if request.kind is Kind.SERVER else ""
        return hashlib.sha256(f"{request!r} {url}".encode()).hexdigest()

    def _make(self, requests: Collection[Request], directory: Path, session: str, now: datetime) -> None:
        in_threads(self._make_key, sorted({self._key_path(request) for request in requests}))
        made = in_threads(lambda request: self._make_one(request, directory, session, now), list(requests))
        self._register(requests, made)
        self._revoke_bad_ones(zip(requests, made, strict=True))
        entries: dict[str, Any] = {request.file_name: self._entry(request, now) for request in requests}
        write_json(directory / _INDEX, read_json(directory / _INDEX) | entries)

    def _entry(self, request: Request, now: datetime) -> dict[str, str]:
        again = renewal(request, now)
        return {"request": self._digest(request), "renewal": again.isoformat() if again else ""}

    @staticmethod
    def _make_key(path: Path) -> None:
        if not path.exists():
            write_atomically(path, key_pem(new_key()), private=True)

    def _make_one(self, request: Request, directory: Path, session: str, now: datetime) -> x509.Certificate:
        files, key, ca = self._files(request, directory), load_key(self._key_path(request)), request.authority
        certificate = leaf_certificate(
            _leaf(request, session, now),
            PROFILES[request.kind],
            key.public_key(),
            issuer=ca,
            issuer_key=self._authorities.key(ca) if ca else key,
            crl_base=UNREACHABLE if request.variant is Variant.UNREACHABLE else self._authorities.crl_base_url,
        )
        above = [] if ca is None or ca is Ca.WRONG else [self._authorities.certificate(ca)]
        write_atomically(files.p12, key_store(files.name, key, certificate, above), private=True)
        write_atomically(files.chain, pem([certificate, *above]))
        write_atomically(files.cert, pem([certificate]))
        return certificate

    def _register(self, requests: Iterable[Request], made: Iterable[x509.Certificate]) -> None:
        serials: dict[Ca, list[int]] = {}
        for request, certificate in zip(requests, made, strict=True):
            if ca := request.authority:
                serials.setdefault(ca, []).append(certificate.serial_number)
        for ca, numbers in serials.items():
            self._authorities.register.add(ca, numbers)

    def _revoke_bad_ones(self, made: Iterable[tuple[Request, x509.Certificate]]) -> None:
        serials: dict[Ca, dict[int, datetime]] = {}
        for request, certificate in made:
            if request.variant is Variant.REVOKED and (ca := request.authority):
                serials.setdefault(ca, {})[certificate.serial_number] = certificate.not_valid_before_utc
        for ca, dates in serials.items():
            self._revocations.add(ca, dates)


def _checked(text: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(f"not a name for a certificate, a holder or a session: {text!r}")
    return text


def _leaf(request: Request, session: str, now: datetime) -> Leaf:
    holder = request.holder
    return Leaf(
        subject=subject_of(request.kind, holder, request.common_name),
        validity=lifetime(request, now),
        hosts=request.all_hosts,
        session="" if session == DEFAULT_SESSION else session,
        card_id=holder.national_id if request.kind is Kind.CPS_AUTH and isinstance(holder, PersonHolder) else "",
    )
