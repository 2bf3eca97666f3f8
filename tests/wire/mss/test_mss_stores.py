"""A full, read-only or locked store, told by each mail door in its words and by a finding that names what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.mail_client import Mailer
from support.mail_documents import PLAIN
from support.mss_operator import MailOperator, MailTenant, Since
from support.mss_people import GENERALISTE, TITULAIRE
from support.mss_raw import Raw
from support.spoilt_stores import SPOILT

from health_documents.findings import Finding
from lgo_sandbox.state.errors import StoreError, StoreLocked
from mss_mock.delivery import store_of

LARGE = PLAIN + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 3_000
SMTP_CODES = {"full": b"452 4.3.1 ", "read-only": b"451 4.3.0 ", "locked": b"451 4.3.0 "}


@pytest.fixture
def tenant(operator: MailOperator, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailTenant]:
    """A session in files, which others can lock, and nobody waits for long; its mailboxes were used before.

    The journal that met the lock may be asked again at once: it would leave the store alone for half a second.
    """
    tenant = operator.tenant(durable=True)
    for address in (TITULAIRE, GENERALISTE):
        tenant.put(address, PLAIN)
    monkeypatch.setattr("lgo_sandbox.state.sqlite.store.PATIENCE_MS", 20)
    monkeypatch.setattr("lgo_sandbox.watch.journal.RETRY_SECONDS", 0)
    yield tenant
    tenant.delete()


def _deposit(raw: Raw) -> bytes:
    raw.reply(b"MAIL FROM:<" + TITULAIRE.encode() + b">")
    raw.reply(b"RCPT TO:<" + GENERALISTE.encode() + b">")
    raw.reply(b"DATA")
    raw.send(LARGE + b".\r\n")
    return raw.line()


def _append(raw: Raw) -> bytes:
    return raw.command(b"APPEND INBOX {%d+}\r\n" % len(LARGE) + LARGE)[-1]


def _told(tenant: MailTenant, operation: str) -> Finding:
    (exchange,) = [one for one in tenant.exchanges(operation) if one.outcome == "refused"]
    (finding,) = exchange.findings
    return finding


@pytest.mark.parametrize("how", SPOILT)
def test_a_mail_that_cannot_be_kept_is_refused_for_now_and_taken_later(
    how: str, submission: Raw, tenant: MailTenant
) -> None:
    spoil, why = SPOILT[how]
    with spoil(tenant):
        said = _deposit(submission)
        tenant.do(lambda session: session.journal.flush())
        assert said.startswith(SMTP_CODES[how])
        assert said.endswith(b"data.sqlite")
    assert _deposit(submission).startswith(b"250 ")
    finding = _told(tenant, "smtp-message")
    assert finding.check_id == "SANDBOX-STOCKAGE"
    assert why in finding.received
    assert "data.sqlite" in finding.where
    assert finding.remedy
    assert len(tenant.inbox(GENERALISTE)) == 2


@pytest.mark.parametrize("how", SPOILT)
def test_a_message_that_cannot_be_appended_is_refused_for_now_and_taken_later(
    how: str, mailbox: Raw, tenant: MailTenant
) -> None:
    spoil, why = SPOILT[how]
    with spoil(tenant):
        said = _append(mailbox)
        tenant.do(lambda session: session.journal.flush())
        assert said.startswith(b"t NO [UNAVAILABLE] ")
        assert said.endswith(b"data.sqlite")
    assert _append(mailbox).startswith(b"t OK [APPENDUID ")
    finding = _told(tenant, "imap-append")
    assert finding.check_id == "SANDBOX-STOCKAGE"
    assert why in finding.received
    assert "data.sqlite" in finding.where
    assert len(tenant.inbox(TITULAIRE)) == 2


def test_news_that_cannot_be_claimed_wait_until_the_store_is_free(mailbox: Raw, tenant: MailTenant) -> None:
    mailbox.command(b"SELECT INBOX")
    tenant.put(TITULAIRE, PLAIN)
    with SPOILT["locked"][0](tenant):
        assert mailbox.command(b"NOOP") == [b"t OK completed"]
    assert b"* 2 EXISTS" in mailbox.command(b"NOOP")
    assert tenant.findings() == []


def test_a_mailbox_opens_and_is_read_while_another_program_holds_the_lock(mailer: Mailer, tenant: MailTenant) -> None:
    with SPOILT["locked"][0](tenant):
        raw = mailer.reader(b"EXAMINE INBOX")
        assert raw.command(b"FETCH 1 RFC822.SIZE")[0] == b"* 1 FETCH (RFC822.SIZE %d)" % len(PLAIN)
        assert raw.command(b"SELECT INBOX")[-1].startswith(b"t NO [UNAVAILABLE] ")
    assert raw.command(b"SELECT INBOX")[-1].startswith(b"t OK ")


def test_the_directory_says_what_its_operator_cannot_use_and_when_to_come_back(
    operator: MailOperator, tenant: MailTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreLocked("le fichier data.sqlite")

    with monkeypatch.context() as patched:
        patched.setattr("mss_mock.annuaire.find", fail)
        answer = operator.directory.get(f"/s/{tenant.name}/fhir/v2/Practitioner?family=delorme")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.text
    (issue,) = answer.json()["issue"]
    assert issue["diagnostics"].startswith("le fichier data.sqlite est verrouillé")
    assert tenant.findings() == ["SANDBOX-STOCKAGE"]


@pytest.mark.parametrize("door", ["smtp", "imap"])
def test_a_connection_that_ends_for_want_of_its_store_says_so_and_is_no_defect(
    door: str, mailer: Mailer, since: Since, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    raw = mailer.sender() if door == "smtp" else mailer.reader()

    def fail(*_: object, **__: object) -> None:
        raise StoreError("le fichier core.sqlite")

    with monkeypatch.context() as patched:
        patched.setattr("mss_mock.dialogue.Dialogue.examine", fail)
        raw.send(b"NOOP\r\n" if door == "smtp" else b"t NOOP\r\n")
        assert raw.line() == b""
    assert [finding.check_id for one in since() for finding in one.findings] == ["SANDBOX-STOCKAGE"]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_what_was_acknowledged_is_there_after_the_store_was_full(submission: Raw, tenant: MailTenant) -> None:
    with SPOILT["full"][0](tenant):
        _deposit(submission)
        kept = tenant.do(lambda session: store_of(session).weight(GENERALISTE))
    assert kept == len(PLAIN)
