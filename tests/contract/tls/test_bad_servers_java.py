"""What a JDK that checks revocation does with the good server and with each that is to be refused."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.process import environment
from support.tenants import Runner

from lgo_sandbox.pki import PASSWORD
from lgo_sandbox.watch.bad_servers import Weakness

PROGRAM = Path(__file__).with_name("AskServers.java")
SAID = {
    "good": "answered 404",
    Weakness.TLS_1_0: "refused .*(protocol_version|no appropriate protocol)",
    Weakness.TLS_1_1: "refused .*(protocol_version|no appropriate protocol)",
    Weakness.WEAK_SUITES: "(refused .*handshake_failure|answered 404)",
    Weakness.EXPIRED: "refused .*NotAfter",
    Weakness.NOT_YET_VALID: "refused .*NotBefore",
    Weakness.REVOKED: "refused .*revoked",
    Weakness.WRONG_CA: "refused .*unable to find valid certification path",
    Weakness.SELF_SIGNED: "refused .*unable to find valid certification path",
    Weakness.WRONG_NAME: "refused .*No subject alternative",
    Weakness.UNREACHABLE: "refused .*(Connection refused|Unable to determine revocation status)",
}
"""What Java says; it still offers the weak suites, so that whoever wants them refused has to say so."""


@pytest.fixture(scope="module")
def outcomes(everything: Runner) -> Iterator[dict[str, str]]:
    java = shutil.which("java")
    if java is None:
        pytest.skip("java is not installed")
    launcher = everything.launcher
    everything.wait(launcher.open_bad_servers())
    bad = launcher.sandbox.addresses.bad
    asked = [("good", launcher.sandbox.addresses.tls["insi"]), *((name, doors["insi"]) for name, doors in bad.items())]
    words = [word for name, address in asked for word in (name, f"{address}/")]
    command = [
        java,
        "-XX:TieredStopAtLevel=1",
        "-Xshare:auto",
        str(PROGRAM),
        str(launcher.sandbox.pki.ca_p12),
        PASSWORD,
    ]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr
    yield {name: said for name, _, said in (line.partition(" ") for line in done.stdout.splitlines())}
    everything.wait(launcher.close_bad_servers())


@pytest.mark.parametrize("name", SAID)
def test_java_answers_for_each_server(outcomes: dict[str, str], everything: Runner, name: str) -> None:
    if name not in outcomes:
        pytest.skip(everything.launcher.sandbox.addresses.bad_absent[name])
    assert re.match(SAID[name], outcomes[name]), outcomes[name]
