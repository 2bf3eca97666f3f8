"""Mail programs of Debian against the operator: msmtp, mbsync, fetchmail; each skips when it is not installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from support.mss_operator import MailTenant
from support.mss_people import APPLICATION, GENERALISTE, MAIL, TITULAIRE

Send = Callable[..., CompletedProcess[bytes]]


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _run(*command: str, stdin: bytes = b"", home: Path) -> CompletedProcess[bytes]:
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60, env=environment)


@pytest.fixture
def secret(tmp_path: Path, tenant: MailTenant) -> Path:
    file = tmp_path / "jeton"
    file.write_text(tenant.token())
    return file


@pytest.fixture
def msmtp(tmp_path: Path, tenant: MailTenant, secret: Path) -> Send:
    program = _program("msmtp")
    usual = ["--file=/dev/null", "--host=localhost", f"--port={tenant.operator.smtp_port}", "--tls=on"]
    usual += [f"--tls-trust-file={tenant.operator.ca}", "--tls-starttls=on", f"--from={TITULAIRE}"]
    usual += ["--auth=xoauth2", f"--user={TITULAIRE}", f"--passwordeval=cat {secret}"]

    def send(*arguments: str) -> CompletedProcess[bytes]:
        text = MAIL.replace(b"\r\n", b"\n")
        return _run(program, *usual, *arguments, GENERALISTE, stdin=text, home=tmp_path)

    return send


def test_msmtp_sends_with_a_token_and_asks_for_a_delivery_report(msmtp: Send, tenant: MailTenant) -> None:
    run = msmtp("--dsn-notify=success,failure", "--dsn-return=hdrs")
    assert run.returncode == 0, run.stderr
    assert tenant.inbox(GENERALISTE)[0].endswith(MAIL)
    assert b"multipart/report" in tenant.inbox(TITULAIRE)[0]


def test_msmtp_fails_with_a_refused_token(msmtp: Send, tenant: MailTenant, secret: Path) -> None:
    secret.write_text(tenant.token(kind="expire"))
    assert msmtp().returncode != 0
    assert tenant.inbox(GENERALISTE) == []


MBSYNC = """
IMAPAccount operateur
Host localhost
Port {port}
User {user}
Pass secret
AuthMechs PLAIN
SSLType STARTTLS
CertificateFile {ca}
ClientCertificate {chain}
ClientKey {key}

IMAPStore loin
Account operateur

MaildirStore pres
Path {maildir}/
Inbox {maildir}/INBOX
SubFolders Verbatim

Channel tout
Far :loin:
Near :pres:
Patterns *
Create Both
Expunge Both
SyncState *
"""


@dataclass
class Application:
    """The connection of the application mailbox: a certificate of its session, as files, and room for its mail."""

    port: int
    ca: Path
    user: str
    chain: Path
    key: Path
    maildir: Path


@pytest.fixture
def application(tmp_path: Path, tenant: MailTenant) -> Application:
    operator = tenant.operator
    issued = operator.app_certificate(session=tenant.name)
    return Application(operator.imap_port, operator.ca, APPLICATION, issued.chain, issued.key, tmp_path / "maildir")


def test_mbsync_synchronises_an_application_mailbox_both_ways(
    tmp_path: Path, tenant: MailTenant, application: Application
) -> None:
    program = _program("mbsync")
    configuration = tmp_path / "mbsyncrc"
    configuration.write_text(MBSYNC.format(**vars(application)))
    maildir = application.maildir
    maildir.mkdir()
    for _ in range(3):
        tenant.put(APPLICATION, MAIL)
    run = _run(program, "-c", str(configuration), "tout", home=tmp_path)
    assert run.returncode == 0, run.stderr
    received = sorted((maildir / "INBOX").glob("new/*"))
    assert len(received) == 3
    received[0].rename(maildir / "INBOX" / "cur" / f"{received[0].name.partition(':')[0]}:2,ST")
    (maildir / "Sent" / "new" / "1.depose").write_bytes(MAIL.replace(b"\r\n", b"\n"))
    run = _run(program, "-c", str(configuration), "tout", home=tmp_path)
    assert run.returncode == 0, run.stderr
    assert len(tenant.inbox(APPLICATION)) == 2


def test_fetchmail_collects_an_application_mailbox(
    tmp_path: Path, tenant: MailTenant, application: Application
) -> None:
    program = _program("fetchmail")
    tenant.put(APPLICATION, MAIL)
    collected = tmp_path / "recu"
    configuration = tmp_path / "fetchmailrc"
    configuration.write_text(
        f"poll localhost protocol imap service {application.port} auth password\n"
        f'user "{APPLICATION}" password "secret" sslproto "tls1.2+" sslcertck sslcertfile {application.ca}\n'
        f'sslcert {application.chain} sslkey {application.key} fetchall nokeep mda "cat >> {collected}"\n'
    )
    configuration.chmod(0o600)
    files = ["--fetchmailrc", str(configuration), "--pidfile", str(tmp_path / "pid"), "--idfile", str(tmp_path / "ids")]
    run = _run(program, *files, home=tmp_path)
    assert run.returncode == 0, run.stderr
    assert b"Bonjour docteur." in collected.read_bytes()
    assert tenant.inbox(APPLICATION) == []
