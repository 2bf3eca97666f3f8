"""Mail programs of Debian against the operator: msmtp, mbsync, fetchmail; each skips when it is not installed."""

from __future__ import annotations

import shutil
import subprocess

import pytest


def _program(name):
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _run(*command, stdin=b"", home):
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60, env=environment)


@pytest.fixture
def secret(tmp_path, tenant):
    file = tmp_path / "jeton"
    file.write_text(tenant.token())
    return file


@pytest.fixture
def msmtp(tmp_path, tenant, mss, secret):
    program = _program("msmtp")
    usual = ["--file=/dev/null", "--host=localhost", f"--port={tenant.operator.smtp_port}", "--tls=on"]
    usual += [f"--tls-trust-file={tenant.operator.ca}", "--tls-starttls=on", f"--from={mss.TITULAIRE}"]
    usual += ["--auth=xoauth2", f"--user={mss.TITULAIRE}", f"--passwordeval=cat {secret}"]

    def send(*arguments):
        text = mss.MAIL.replace(b"\r\n", b"\n")
        return _run(program, *usual, *arguments, mss.GENERALISTE, stdin=text, home=tmp_path)

    return send


def test_msmtp_sends_with_a_token_and_asks_for_a_delivery_report(msmtp, tenant, mss):
    run = msmtp("--dsn-notify=success,failure", "--dsn-return=hdrs")
    assert run.returncode == 0, run.stderr
    assert tenant.inbox(mss.GENERALISTE)[0].endswith(mss.MAIL)
    assert b"multipart/report" in tenant.inbox(mss.TITULAIRE)[0]


def test_msmtp_fails_with_a_refused_token(msmtp, tenant, mss, secret):
    secret.write_text(tenant.token(kind="expire"))
    assert msmtp().returncode != 0
    assert tenant.inbox(mss.GENERALISTE) == []


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


@pytest.fixture
def application(tmp_path, tenant, mss):
    """The connection of the application mailbox: a certificate of this session, as files."""
    issued = tenant.operator.app_certificate(session=tenant.name)
    return {
        "port": tenant.operator.imap_port,
        "ca": tenant.operator.ca,
        "user": mss.APPLICATION,
        "chain": issued.chain,
        "key": issued.key,
        "maildir": tmp_path / "maildir",
    }


def test_mbsync_synchronises_an_application_mailbox_both_ways(tmp_path, tenant, mss, application):
    program = _program("mbsync")
    configuration = tmp_path / "mbsyncrc"
    configuration.write_text(MBSYNC.format(**application))
    maildir = application["maildir"]
    maildir.mkdir()
    for _ in range(3):
        tenant.put(mss.APPLICATION, mss.MAIL)
    run = _run(program, "-c", str(configuration), "tout", home=tmp_path)
    assert run.returncode == 0, run.stderr
    received = sorted((maildir / "INBOX").glob("new/*"))
    assert len(received) == 3
    received[0].rename(maildir / "INBOX" / "cur" / f"{received[0].name.partition(':')[0]}:2,ST")
    (maildir / "Sent" / "new" / "1.depose").write_bytes(mss.MAIL.replace(b"\r\n", b"\n"))
    run = _run(program, "-c", str(configuration), "tout", home=tmp_path)
    assert run.returncode == 0, run.stderr
    assert len(tenant.inbox(mss.APPLICATION)) == 2


def test_fetchmail_collects_an_application_mailbox(tmp_path, tenant, mss, application):
    program = _program("fetchmail")
    tenant.put(mss.APPLICATION, mss.MAIL)
    collected = tmp_path / "recu"
    configuration = tmp_path / "fetchmailrc"
    configuration.write_text(
        f"poll localhost protocol imap service {application['port']} auth password\n"
        f'user "{mss.APPLICATION}" password "secret" sslproto "tls1.2+" sslcertck sslcertfile {application["ca"]}\n'
        f'sslcert {application["chain"]} sslkey {application["key"]} fetchall nokeep mda "cat >> {collected}"\n'
    )
    configuration.chmod(0o600)
    files = ["--fetchmailrc", str(configuration), "--pidfile", str(tmp_path / "pid"), "--idfile", str(tmp_path / "ids")]
    run = _run(program, *files, home=tmp_path)
    assert run.returncode == 0, run.stderr
    assert b"Bonjour docteur." in collected.read_bytes()
    assert tenant.inbox(mss.APPLICATION) == []
