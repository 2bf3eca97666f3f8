"""Which operators are trusted: one authority, TLS 1.2 at least, the suites of the rules, and nobody who was revoked.

The revocation lists are those that the certificate of the pharmacy's own structure names: the same authorities issue
those of operators. The last list is kept, and serves while it has not expired where a fresh one cannot be had.
Source: specs/mssante.md §1.1 (ECO.1.1.1 to ECO.1.1.7); RFC 5280 §5, §6.3. Knows no mail.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from lgo_client.clock import Workplace
from lgo_client.environment import Certificate, Environment
from lgo_client.mss.errors import MssUnavailable
from lgo_client.transport import tls_context
from lgo_client.unanswered import why

__all__ = ["APPLICATION", "SUITES", "Trust", "lists_named_by", "trust_of"]

APPLICATION = "mss-app"
"""The certificate of the structure's software, by its name in the connection document."""
LISTS = "revocation"
PUBLISHED = "/_sandbox/v1/pki/crl"
SUITES = (
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES128-SHA256",
    "DHE-RSA-AES256-GCM-SHA384",
    "DHE-RSA-AES128-GCM-SHA256",
)
"""Those of ECO.1.1.3 for TLS 1.2; TLS 1.3 has its own."""
FRESH = timedelta(hours=1)
"""How long a list serves before another is asked for."""
TIMEOUT_SECONDS = 5.0


def lists_named_by(certificate: Certificate, ca: Path) -> tuple[str, ...]:
    """Return where a certificate and the authorities above it say that the revocation lists are."""
    leaf, *above = x509.load_pem_x509_certificates(certificate.chain.read_bytes())
    known = {one.subject: one for one in (*above, *x509.load_pem_x509_certificates(ca.read_bytes()))}
    chain = [leaf]
    while (issuer := known.get(chain[-1].issuer)) is not None and issuer not in chain:
        chain.append(issuer)
    return tuple(dict.fromkeys(url for one in chain for url in _places(one)))


def _places(certificate: x509.Certificate) -> Iterator[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return
    for point in points:
        for name in point.full_name or ():
            yield str(name.value)


class Trust:
    """What the doors of an operator are judged by; lists are kept in a folder.

    ``told`` learns in French what was done without: a list that could not be had. ``strict``: no list, no connection.
    """

    def __init__(
        self,
        ca: Path,
        places: tuple[str, ...],
        folder: Path,
        workplace: Workplace,
        *,
        strict: bool = True,
        told: Callable[[str], None] = lambda _said: None,
    ) -> None:
        self.places = places
        """Where the lists are published."""
        self._ca, self._folder, self._workplace = ca, folder, workplace
        self._strict, self._told = strict, told
        self._known: dict[str, x509.CertificateRevocationList] = {}
        self._made: dict[Certificate | None, tuple[list[bytes], ssl.SSLContext]] = {}

    def context(self, certificate: Certificate | None = None) -> ssl.SSLContext:
        """Return the context of a connection. Raises MssUnavailable when revocation cannot be judged."""
        lists = self.lists()
        signed = [one.signature for one in lists]
        made = self._made.get(certificate)
        if made is None or made[0] != signed:
            made = self._made[certificate] = signed, self._context(certificate, lists)
        return made[1]

    def _context(self, certificate: Certificate | None, lists: list[x509.CertificateRevocationList]) -> ssl.SSLContext:
        context = tls_context(self._ca, certificate)
        context.set_ciphers(":".join(SUITES))
        if len(lists) == len(self.places):
            context.load_verify_locations(cafile=str(self._written(lists)))
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
        return context

    def lists(self, *, fresh: bool = False) -> list[x509.CertificateRevocationList]:
        """Return the revocation lists, asked for again when they are old (or ``fresh`` are wanted).

        Raises MssUnavailable when one is missing and nothing is done without.
        """
        found = [self._list(url, fresh) for url in self.places]
        return [one for one in found if one is not None]

    def _list(self, url: str, fresh: bool) -> x509.CertificateRevocationList | None:
        kept = self._kept(url)
        now = self._workplace.now()
        if kept is not None and not fresh and now - kept.last_update_utc < FRESH:
            return kept
        try:
            return self._fetched(url)
        except (httpx.HTTPError, ValueError) as error:
            lacking = f"liste de révocation {url} : {_reason(error)}"
        if kept is not None and kept.next_update_utc is not None and now < kept.next_update_utc:
            self._told(f"{lacking} ; celle qui est gardée sert jusqu'au {kept.next_update_utc:%d/%m/%Y %H:%M} UTC")
            return kept
        said = f"révocation de l'opérateur non vérifiable : {lacking}, et aucune liste gardée ne sert encore"
        if self._strict:
            raise MssUnavailable(said)
        self._told(said)
        return None

    def _fetched(self, url: str) -> x509.CertificateRevocationList:
        with httpx.Client(verify=tls_context(self._ca), timeout=TIMEOUT_SECONDS, trust_env=False) as http:
            answer = http.get(url)
        answer.raise_for_status()
        found = self._known[url] = x509.load_der_x509_crl(answer.content)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file(url).write_bytes(answer.content)
        return found

    def _kept(self, url: str) -> x509.CertificateRevocationList | None:
        if url not in self._known:
            try:
                self._known[url] = x509.load_der_x509_crl(self._file(url).read_bytes())
            except (OSError, ValueError):
                return None
        return self._known[url]

    def _file(self, url: str) -> Path:
        return self._folder / url.rpartition("/")[2]

    def _written(self, lists: list[x509.CertificateRevocationList]) -> Path:
        """Write the lists as OpenSSL reads them: it judges their signatures and dates itself."""
        path = self._folder / "listes.pem"
        path.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in lists))
        return path


def trust_of(
    environment: Environment,
    folder: Path,
    workplace: Workplace,
    *,
    strict: bool = True,
    told: Callable[[str], None] = lambda _said: None,
) -> Trust:
    """Return the trust of a workstation, by the certificate of the structure's software.

    A sandbox that listens elsewhere than when its certificates were made publishes the lists at its control port now.
    """
    places = lists_named_by(environment.certificate(APPLICATION), environment.ca)
    if (control := environment.document.get("control")) is not None:
        places = tuple(f"{control}{PUBLISHED}/{one.rpartition('/')[2]}" for one in places)
    return Trust(environment.ca, places, folder / LISTS, workplace, strict=strict, told=told)


def _reason(error: httpx.HTTPError | ValueError) -> str:
    """Return in French why a list was not had."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code}"
    return why(error) if isinstance(error, httpx.HTTPError) else "ce qui est rendu n'est pas une liste de révocation"
