"""curl with envelopes written by hand: every public operation over TLS with a client certificate, octet for octet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.tenants import Tenant

from lgo_sandbox.pki import Issued

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="curl n'est pas installé")

GOLDEN = Path(__file__).parents[2] / "golden" / "insi"
REQUEST = (GOLDEN / "request.xml").read_text(encoding="utf-8")
BY_TRAITS = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
BY_CARD = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecCarteVitale"


def body(content: str, action: str = BY_TRAITS) -> str:
    """Return the golden request with another body."""
    start, end = REQUEST.index("<RECSANSVITALE"), REQUEST.index("</soap:Body>")
    return (REQUEST[:start] + content + REQUEST[end:]).replace(BY_TRAITS, action)


def traits(name: str, first_name: str, sex: str, date: str) -> str:
    return body(
        f'<RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans"><NomNaissance>{name}</NomNaissance>'
        f"<Prenom>{first_name}</Prenom><Sexe>{sex}</Sexe><DateNaissance>{date}</DateNaissance></RECSANSVITALE>"
    )


def card(number: str, date: str, name: str = "") -> str:
    named = f"<NomNaissance>{name}</NomNaissance>" if name else ""
    return body(
        f'<RECVITALE xmlns="http://www.cnamts.fr/INSiRecVit"><MatriculeOD><NumIdentifiant>{number[:13]}</NumIdentifiant>'
        f"<Cle>{number[13:]}</Cle></MatriculeOD>{named}<DateNaissance>{date}</DateNaissance>"
        "<RangNaissance>1</RangNaissance></RECVITALE>",
        BY_CARD,
    )


def curl(tenant: Tenant, certificate: Issued, envelope: str, action: str = BY_TRAITS) -> tuple[int, bytes]:
    """Return the HTTP status and the body that curl received."""
    command = [
        *(str(CURL), "--silent", "--show-error", "--noproxy", "*", "--write-out", "\n%{http_code}"),
        *("--cacert", str(tenant.runner.launcher.sandbox.pki.ca_bundle)),
        *("--cert", str(certificate.chain), "--key", str(certificate.key)),
        *("--header", f'Content-Type: application/soap+xml; charset=utf-8; action="{action}"'),
        *("--data-binary", "@-", f"{tenant.url('insi')}/lps"),
    ]
    done = subprocess.run(command, input=envelope.encode(), capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr.decode()
    content, _, status = done.stdout.rpartition(b"\n")
    return int(status), content


@pytest.mark.parametrize(
    ("envelope", "golden", "status"),
    [
        (REQUEST, "answer-00.xml", 200),
        (traits("DE VINCI", "LEONARDO", "M", "2014-02-01"), "answer-02.xml", 200),
        (traits("HOUILLES", "PIERRE", "M", "1993-01-27"), "answer-01.xml", 200),
        (traits("ECETINSI", "PIERRE-ALAIN", "M", "2009-07-14"), "answer-00-history.xml", 200),
        (traits("INSI-PANNE-TECHNIQUE", "ALEX", "F", "1980-01-01"), "fault-insi_102.xml", 500),
        (REQUEST.replace("LGOSANDBOX01", "REFUS0000001"), "fault-desir_550.xml", 500),
        (traits("INSI-PANNE-PASSERELLE", "ALEX", "F", "1980-01-01"), "fault-desir_1020.xml", 500),
    ],
    ids=["00", "02", "01", "history", "application", "access", "gateway"],
)
def test_curl_receives_the_exact_octets_of_a_search_by_traits(
    tenant: Tenant, certificate: Issued, envelope: str, golden: str, status: int
) -> None:
    assert curl(tenant, certificate, envelope) == (status, (GOLDEN / golden).read_bytes())


def test_curl_receives_the_exact_octets_of_a_search_by_card(tenant: Tenant, certificate: Issued) -> None:
    status, content = curl(tenant, certificate, card("160012B02077713", "1960-01-01"), BY_CARD)
    assert (status, content) == (200, (GOLDEN / "answer-00.xml").read_bytes())


def test_curl_receives_the_fault_of_a_search_by_card(tenant: Tenant, certificate: Issued) -> None:
    envelope = card("276076322091669", "1976-07-14", "INSI-PANNE-TECHNIQUE")
    status, content = curl(tenant, certificate, envelope, BY_CARD)
    assert (status, content) == (500, (GOLDEN / "fault-insi_101.xml").read_bytes())
