"""The servers that a client must refuse: who refuses one is told that it is right, who speaks to one what it did."""

from __future__ import annotations

import base64
import re
import shutil
import socket
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from support.mss_raw import Raw
from support.plain import NO_TLS
from support.sessions import session_of
from support.tenants import Runner, Tenant

from lgo_sandbox.control.ready import ready_document
from lgo_sandbox.gate.tls import client_context
from lgo_sandbox.pki import Issued
from lgo_sandbox.run.bad_listeners import bad_port
from lgo_sandbox.tenant.clock import real_now
from lgo_sandbox.watch.bad_servers import BAD_SERVERS, Weakness

REFUSED, ENDURED = "SANDBOX-SERVEUR-FAUTIF-REFUSE", "SANDBOX-SERVEUR-FAUTIF-ACCEPTE"
AUTOCONFIG = "/mail/config-v1.1.xml?emailaddress=a@pharmacien.mssante.fr"
APPLICATION = "contact_auto@pharmacie-fontaine.mssante.fr"
PATIENCE = 10
MAIL = ("smtp", "imap")
JUDGED = {
    Weakness.TLS_1_0: "MSS-REFUSES-TLS-1-0",
    Weakness.TLS_1_1: "MSS-REFUSES-TLS-1-1",
    Weakness.WEAK_SUITES: "MSS-REFUSES-WEAK-SUITES",
    Weakness.EXPIRED: "MSS-REFUSES-EXPIRED",
    Weakness.REVOKED: "MSS-REFUSES-REVOKED",
    Weakness.WRONG_CA: "MSS-REFUSES-WRONG-CA",
    Weakness.SELF_SIGNED: "MSS-REFUSES-SELF-SIGNED",
}
"""What a mail check says of a client that spoke, in the place of the sandbox's own finding."""


@pytest.fixture(scope="module", autouse=True)
def _closed_in_the_end(everything: Runner) -> Iterator[None]:
    yield
    everything.wait(everything.launcher.close_bad_servers())


@pytest.fixture
def bad(everything: Runner) -> dict[str, dict[str, str]]:
    """The addresses of the bad servers, which are open."""
    everything.wait(everything.launcher.open_bad_servers())
    return everything.launcher.sandbox.addresses.bad


@pytest.fixture
def tenant(everything: Runner) -> Iterator[Tenant]:
    tenant = everything.tenant("fautif-")
    yield tenant
    tenant.delete()


def open_ones(bad: dict[str, dict[str, str]], weakness: Weakness, everything: Runner) -> dict[str, str]:
    if weakness not in bad:
        pytest.skip(everything.launcher.sandbox.addresses.bad_absent[weakness])
    return bad[weakness]


@pytest.fixture(scope="module")
def careful(everything: Runner, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """What a client should check, revocation included."""
    pki = everything.launcher.sandbox.pki
    everything.do(lambda: pki.issue("server", variant="revoked"))
    lists = tmp_path_factory.mktemp("crl") / "lists.pem"
    found = [x509.load_der_x509_crl(pki.crl(name, real_now())) for name in ("ACR-EL", "ACI-EL-ORG")]
    lists.write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in found))
    context = client_context(pki.ca_bundle)
    context.load_verify_locations(lists)
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    return context


def careless(certificate: Issued | None = None) -> ssl.SSLContext:
    """What a client must not do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    if certificate:
        context.load_cert_chain(certificate.chain, certificate.key)
    return context


def _port(address: str) -> int:
    return urlsplit(address if "://" in address else f"//{address}").port or 0


def starttls(door: str, port: int, context: ssl.SSLContext) -> Raw:
    raw = Raw(port)
    raw.line()
    if door == "smtp":
        raw.reply(b"EHLO lgo.test")
        raw.reply(b"STARTTLS")
    else:
        raw.command(b"STARTTLS")
    raw.secure(context)
    return raw


def shake(door: str, address: str, context: ssl.SSLContext) -> None:
    """Make a handshake, and leave."""
    if door in MAIL:
        starttls(door, _port(address), context).close()
        return
    with socket.create_connection(("127.0.0.1", _port(address)), timeout=PATIENCE) as raw:
        context.wrap_socket(raw, server_hostname="localhost").close()


class Listeners:
    """The session of the listeners: what it hears from now on."""

    def __init__(self, everything: Runner) -> None:
        self._session = session_of(Tenant(everything, "default"))
        journal = everything.do(lambda: everything.launcher.sandbox.sessions.get("default")).journal
        self._before = everything.do(journal.last_seq)

    def heard(self, door: str, about: str = "") -> dict[str, Any]:
        """Return the only finding of the next exchange at a door, about something, once it is there.

        What a program of another test left may still be written down.
        """
        while came := self._session.exchanges(wait=PATIENCE, after=self._before):
            for exchange in came:
                said = [finding for finding in exchange["findings"] if about in finding["received"]]
                if exchange["door"] == door and said:
                    (finding,) = said
                    return dict(finding)
            self._before = came[-1]["seq"]
        raise AssertionError("nothing was heard")


@pytest.fixture
def listeners(everything: Runner) -> Listeners:
    return Listeners(everything)


@pytest.mark.parametrize("door", ["insi", "smtp", "imap"])
@pytest.mark.parametrize("weakness", Weakness)
def test_who_refuses_a_bad_server_is_told_that_it_is_right(
    everything: Runner,
    bad: dict[str, dict[str, str]],
    careful: ssl.SSLContext,
    listeners: Listeners,
    weakness: Weakness,
    door: str,
) -> None:
    address = open_ones(bad, weakness, everything)[door]
    if weakness is Weakness.UNREACHABLE:
        shake(door, address, careful)  # the client asks for the revocation list, in vain, and leaves
    else:
        with pytest.raises(OSError):
            shake(door, address, careful)
    finding = listeners.heard(door, BAD_SERVERS[weakness].title)
    assert (finding["check_id"], finding["severity"]) == (REFUSED, "information")


@pytest.mark.parametrize("weakness", Weakness)
def test_who_asks_a_bad_server_is_answered_and_reproached(
    everything: Runner, bad: dict[str, dict[str, str]], tenant: Tenant, weakness: Weakness
) -> None:
    address = open_ones(bad, weakness, everything)["annuaire"]
    answer = httpx.get(f"{address}/s/{tenant.name}{AUTOCONFIG}", verify=careless(), trust_env=False)
    assert answer.status_code == 200
    (exchange,) = tenant.exchanges("autoconfig")
    (finding,) = [one for one in exchange.findings if one.check_id == ENDURED]
    assert BAD_SERVERS[weakness].title in finding.received
    assert (finding.severity, finding.remedy) == (BAD_SERVERS[weakness].severity, BAD_SERVERS[weakness].remedy)


@pytest.mark.parametrize("door", MAIL)
@pytest.mark.parametrize("weakness", Weakness)
def test_who_opens_a_mailbox_at_a_bad_server_is_reproached_once(
    everything: Runner, bad: dict[str, dict[str, str]], tenant: Tenant, weakness: Weakness, door: str
) -> None:
    certificate = everything.issue("mss-app", session=tenant.name)
    port = _port(open_ones(bad, weakness, everything)[door])
    raw = starttls(door, port, careless(certificate))
    response = base64.b64encode(f"\0{APPLICATION}\0x".encode())
    if door == "smtp":
        raw.reply(b"EHLO lgo.test")
        assert raw.ask(b"AUTH PLAIN " + response).startswith(b"235")
        raw.reply(b"MAIL FROM:<nobody@x>")
    else:
        assert raw.command(b"AUTHENTICATE PLAIN " + response)[-1].startswith(b"t OK")
        raw.command(b"SELECT INBOX")
    raw.close()
    said = JUDGED.get(weakness, ENDURED)
    told = [one.operation for one in tenant.exchanges() for finding in one.findings if finding.check_id == said]
    assert told == [{"smtp": "smtp-auth", "imap": "imap-authenticate"}[door]]
    assert said == ENDURED or ENDURED not in tenant.findings()


@pytest.mark.parametrize("door", MAIL)
def test_a_command_before_any_login_is_reproached_too(
    bad: dict[str, dict[str, str]], listeners: Listeners, door: str
) -> None:
    raw = starttls(door, _port(bad[Weakness.EXPIRED][door]), careless())
    raw.reply(b"EHLO lgo.test") if door == "smtp" else raw.command(b"CAPABILITY")
    raw.close()
    assert listeners.heard(door, BAD_SERVERS[Weakness.EXPIRED].title)["check_id"] == JUDGED[Weakness.EXPIRED]


def test_a_client_that_opens_the_good_servers_proves_what_it_refuses(
    everything: Runner, bad: dict[str, dict[str, str]], careful: ssl.SSLContext
) -> None:
    trusting = everything.trust(everything.issue("mss-app"))
    response = base64.b64encode(f"\0{APPLICATION}\0x".encode())
    for door, login in (("smtp", b"AUTH PLAIN "), ("imap", b"t AUTHENTICATE PLAIN ")):
        raw = starttls(door, _port(everything.launcher.sandbox.addresses.sockets[door]), trusting)
        raw.reply(b"EHLO lgo.test") if door == "smtp" else None
        said = raw.ask(login + response)
        assert said.startswith((b"235", b"t OK")), said
        raw.close()
        for weakness in JUDGED:
            with pytest.raises(OSError):
                shake(door, open_ones(bad, weakness, everything)[door], careful)
    listeners = Tenant(everything, "default")
    listeners.exchanges()
    seen = listeners.do(lambda session: session.journal.observations())
    assert {*JUDGED.values()} <= {one.check_id for one in seen if one.passed}


def test_a_client_that_trusts_nobody_is_not_praised(bad: dict[str, dict[str, str]], listeners: Listeners) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shake("smtp", bad[Weakness.WRONG_NAME]["smtp"], ssl.create_default_context())
    assert listeners.heard("smtp", "unknown_ca")["check_id"] == "SANDBOX-AUTORITE-INCONNUE"


def test_they_are_open_while_asked_for_and_named(everything: Runner, tenant: Tenant) -> None:
    control = f"{everything.launcher.sandbox.addresses.control}/_sandbox/v1/sessions/{tenant.name}/bad-servers"
    with httpx.Client(trust_env=False, verify=NO_TLS) as client:
        opened = client.post(control).json()
        assert client.post(control).json() == opened
        addresses = {one["weakness"]: one["addresses"] for one in opened["servers"]}
        assert {*addresses, *opened["absent"]} == {*Weakness}
        assert addresses["expired"]["insi"].endswith(f"/s/{tenant.name}")
        ready = everything.do(
            lambda: ready_document(everything.launcher.sandbox, everything.launcher.addresses_of(tenant.name))
        )
        assert ready["bad_servers"] == addresses
        assert client.delete(control).status_code == 204
        assert client.get(control).json() == {"servers": [], "absent": {}}
    with pytest.raises(OSError):
        Raw(_port(addresses["expired"]["smtp"]))


def test_each_has_a_port_of_its_own_below_a_base(everything: Runner) -> None:
    doors = [door for service in everything.launcher.sandbox.services.values() for door in service.doors]
    ports = [bad_port(door, weakness, 9000) for door in doors for weakness in Weakness]
    good = {9000, *(9000 + door.offset + tls for door in doors for tls in (0, 400))}
    assert len({*ports}) == len(ports)
    assert not good & {*ports}
    assert {bad_port(door, one, 9000) for door in doors if door.name in MAIL for one in Weakness} == {
        *range(9030, 9050)
    }


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"the {name} program is not installed")
    return found


@pytest.mark.parametrize(
    ("weakness", "said"),
    [
        (Weakness.EXPIRED, "certificate has expired"),
        (Weakness.SELF_SIGNED, "self-signed certificate"),
        (Weakness.WRONG_CA, "unable to get local issuer|self-signed certificate in certificate chain|unable to verify"),
        (Weakness.WRONG_NAME, "hostname mismatch"),
    ],
)
def test_openssl_sees_what_is_wrong(
    everything: Runner, bad: dict[str, dict[str, str]], weakness: Weakness, said: str
) -> None:
    command = [_tool("openssl"), "s_client", "-connect", bad[weakness]["smtp"], "-starttls", "smtp"]
    command += ["-CAfile", str(everything.launcher.sandbox.pki.ca_bundle), "-verify_hostname", "localhost"]
    done = subprocess.run([*command, "-verify_return_error"], input="", capture_output=True, text=True, check=False)
    assert re.search(said, (done.stdout + done.stderr).lower())


@pytest.mark.parametrize("weakness", [Weakness.EXPIRED, Weakness.SELF_SIGNED, Weakness.WRONG_CA, Weakness.WRONG_NAME])
def test_curl_refuses_the_bad_certificates(
    everything: Runner, bad: dict[str, dict[str, str]], weakness: Weakness
) -> None:
    command = [_tool("curl"), "-sS", "--cacert", str(everything.launcher.sandbox.pki.ca_bundle), bad[weakness]["insi"]]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 60
