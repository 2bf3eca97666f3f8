"""Clients that other people wrote: imap-tools, and curl when it is there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from subprocess import CompletedProcess

import pytest
from imap_tools import AND, MailBoxStartTls, MailMessageFlags
from support.mss_operator import MailTenant
from support.mss_people import GENERALISTE, MAIL, TITULAIRE


@pytest.fixture
def box(tenant: MailTenant) -> Iterator[MailBoxStartTls]:
    box = MailBoxStartTls("127.0.0.1", tenant.operator.imap_port, ssl_context=tenant.operator.context())
    box.xoauth2("helene.valmont@pharmacien.mssante.fr", tenant.token())
    yield box
    box.logout()


def _curl(tenant: MailTenant, *arguments: str, stdin: bytes = b"") -> CompletedProcess[bytes]:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    command = [curl, "--silent", "--show-error", "--max-time", "20", "--cacert", str(tenant.operator.ca), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)


def test_imap_tools_reads_searches_flags_moves_and_deletes(box: MailBoxStartTls, tenant: MailTenant) -> None:
    for number in range(3):
        tenant.put(TITULAIRE, MAIL.replace(b"Subject: Bonjour", b"Subject: Message %d" % number))
    assert [message.subject for message in box.fetch()] == ["Message 0", "Message 1", "Message 2"]
    assert [m.uid for m in box.fetch(AND(subject="message 1", seen=True))] == ["2"]
    box.flag(["1"], MailMessageFlags.FLAGGED, True)
    assert [m.uid for m in box.fetch(AND(flagged=True), mark_seen=False)] == ["1"]
    box.move(["1"], "Archive")
    box.delete(["2"])
    assert box.uids() == ["3"]
    box.folder.set("Archive")
    (moved,) = box.fetch()
    assert moved.text == "Bonjour docteur.\r\n"
    assert moved.from_values.name == "Mme Helene VALMONT - Pharmacie de la Fontaine"


def test_imap_tools_lists_folders_appends_and_idles(box: MailBoxStartTls, tenant: MailTenant) -> None:
    assert {folder.name for folder in box.folder.list()} >= {"INBOX", "Sent", "Trash"}
    box.folder.create("Été")
    assert box.folder.exists("Été")
    box.append(MAIL, "Été", flag_set=[MailMessageFlags.SEEN])
    assert box.folder.status("Été")["MESSAGES"] == 1
    box.folder.set("INBOX")
    box.idle.start()
    tenant.put(TITULAIRE, MAIL)
    assert b"* 1 EXISTS" in box.idle.poll(timeout=10)
    box.idle.stop()


def test_curl_reads_a_mail_by_imap_with_a_bearer_token(tenant: MailTenant) -> None:
    tenant.put(TITULAIRE, MAIL)
    url = f"imap://localhost:{tenant.operator.imap_port}/INBOX;UID=1"
    run = _curl(tenant, "--ssl-reqd", "--user", f"{TITULAIRE}:", "--oauth2-bearer", tenant.token(), url)
    assert (run.returncode, run.stdout) == (0, MAIL), run.stderr


def test_curl_sends_a_mail_by_smtp_with_a_bearer_token(tenant: MailTenant) -> None:
    url = f"smtp://localhost:{tenant.operator.smtp_port}/lgo.test"
    arguments = [
        "--ssl-reqd",
        "--user",
        f"{TITULAIRE}:",
        "--oauth2-bearer",
        tenant.token(),
        "--mail-from",
        TITULAIRE,
    ]
    run = _curl(tenant, *arguments, "--mail-rcpt", GENERALISTE, "--upload-file", "-", url, stdin=MAIL)
    assert run.returncode == 0, run.stderr
    assert tenant.inbox(GENERALISTE)[0].endswith(MAIL)


def test_curl_sees_a_refused_token_as_a_failed_login(tenant: MailTenant) -> None:
    url = f"imap://localhost:{tenant.operator.imap_port}/INBOX"
    run = _curl(tenant, "--ssl-reqd", "--user", f"{TITULAIRE}:", "--oauth2-bearer", tenant.token(kind="expire"), url)
    assert run.returncode == 67
