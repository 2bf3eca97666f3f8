"""curl with the certificate of signature: what a developer sees who has mixed up the two, at every service."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from support.tenants import Runner

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="curl n'est pas installé")


@pytest.mark.parametrize("version", [("--tlsv1.2", "--tls-max", "1.2"), ("--tlsv1.3",)], ids=["TLS 1.2", "TLS 1.3"])
@pytest.mark.parametrize("door", ["psc", "insi", "dmp", "eprescription"])
def test_the_connection_is_not_cut(everything: Runner, door: str, version: tuple[str, ...]) -> None:
    tenant = everything.tenant()
    certificate = everything.issue("org-sign", session=tenant.name)
    command = [
        *(str(CURL), "--silent", "--show-error", "--noproxy", "*", *version, "--write-out", "\n%{http_code}"),
        *("--cacert", str(everything.launcher.sandbox.pki.ca_bundle)),
        *("--cert", str(certificate.chain), "--key", str(certificate.key)),
        everything.launcher.sandbox.addresses.root(door),
    ]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert int(done.stdout.rpartition(b"\n")[2]) in (400, 500)
    (exchange,) = tenant.exchanges()
    assert [finding.check_id for finding in exchange.findings] == ["SANDBOX-CERTIFICAT-CLIENT"]
