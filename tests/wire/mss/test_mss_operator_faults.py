"""The faults of an operator: a mail delivered twice or late, a grey list, a full mailbox, a good token refused."""

from __future__ import annotations

import base64
import imaplib
import smtplib

import pytest
from support.mail_client import Mailer
from support.mss_operator import MailTenant
from support.mss_people import ADJOINT, CLOSED_CITIZEN, GENERALISTE, MAIL, TITULAIRE
from support.mss_raw import Raw

from lgo_sandbox.control.errors import ControlError
from lgo_sandbox.control.faults import checked_operation
from lgo_sandbox.control.models import NewFault
from lgo_sandbox.tenant.faults import ANY, Fault, FaultKind
from lgo_sandbox.watch.exchange import Exchange
from mss_mock.codes.faults import FAULTS


def _arm(tenant: MailTenant, name: str, operation: str, remaining: int | None = None) -> None:
    fault = Fault("f1", "mss", FaultKind.NAMED, name, operation, ANY, remaining)
    tenant.do(lambda session: session.faults.arm(fault))


def _struck(tenant: MailTenant, operation: str) -> Exchange:
    (exchange,) = [one for one in tenant.exchanges(operation) if one.fault == "f1"]
    assert "SANDBOX-PANNE" in {finding.check_id for finding in exchange.findings}
    return exchange


def _send(tenant: MailTenant, *recipients: str) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, recipients, MAIL)


def test_a_mail_is_delivered_twice_and_accepted_once(tenant: MailTenant) -> None:
    _arm(tenant, "double-delivery", "smtp-message", remaining=1)
    _send(tenant, GENERALISTE)
    first, second = tenant.inbox(GENERALISTE)
    assert first == second
    exchange = _struck(tenant, "smtp-message")
    assert (exchange.status, exchange.outcome) == (250, "answered")
    _send(tenant, GENERALISTE)
    assert len(tenant.inbox(GENERALISTE)) == 3


def test_a_late_mail_arrives_when_the_clock_has_passed_its_moment(tenant: MailTenant) -> None:
    _arm(tenant, "delayed-delivery", "smtp-message", remaining=1)
    _send(tenant, GENERALISTE, ADJOINT)
    assert _struck(tenant, "smtp-message").status == 250
    assert tenant.inbox(GENERALISTE) == tenant.inbox(ADJOINT) == []
    tenant.move(minutes=14)
    assert tenant.inbox(GENERALISTE) == []
    tenant.move(minutes=1)
    assert [mail.endswith(MAIL) for mail in (*tenant.inbox(GENERALISTE), *tenant.inbox(ADJOINT))] == [True, True]


def test_how_late_is_an_option(tenant: MailTenant) -> None:
    tenant.configure(delivery_delay="1")
    _arm(tenant, "delayed-delivery", "smtp-message")
    _send(tenant, GENERALISTE)
    tenant.move(minutes=1)
    assert len(tenant.inbox(GENERALISTE)) == 1


def test_a_grey_list_puts_off_the_first_try_of_each_recipient_and_takes_the_later_one(tenant: MailTenant) -> None:
    _arm(tenant, "greylisting", "smtp-rcpt")
    with tenant.smtp() as client:
        client.mail(TITULAIRE)
        assert client.rcpt(GENERALISTE)[0] == 451
        assert client.rcpt(GENERALISTE)[0] == 451, "a retry at once is no retry"
        tenant.move(minutes=1)
        assert client.rcpt(GENERALISTE)[0] == 250, "the mail in progress went on"
        assert client.rcpt(ADJOINT)[0] == 451
        assert client.data(MAIL)[0] == 250
    assert len(tenant.inbox(GENERALISTE)) == 1
    assert tenant.inbox(ADJOINT) == []
    struck = [one for one in tenant.exchanges("smtp-rcpt") if one.fault]
    assert [(one.status, one.outcome) for one in struck] == [(451, "fault")] * 3
    assert GENERALISTE in struck[0].findings[0].received


def test_a_bad_path_is_no_matter_for_the_grey_list(submission: Raw, tenant: MailTenant) -> None:
    _arm(tenant, "greylisting", "smtp-rcpt")
    submission.reply(b"MAIL FROM:<" + TITULAIRE.encode() + b">")
    assert submission.ask(b"RCPT TO:nobody").startswith(b"501")


def test_a_full_mailbox_refuses_a_recipient_and_no_other(tenant: MailTenant) -> None:
    _arm(tenant, "mailbox-full", "smtp-rcpt", remaining=1)
    with tenant.smtp() as client:
        refused = client.sendmail(TITULAIRE, [GENERALISTE, ADJOINT], MAIL)
    assert [code for code, _ in refused.values()] == [552]
    assert tenant.inbox(GENERALISTE) == []
    assert len(tenant.inbox(ADJOINT)) == 1
    assert _struck(tenant, "smtp-rcpt").outcome == "fault"


def test_a_full_mailbox_refuses_an_append(tenant: MailTenant) -> None:
    _arm(tenant, "mailbox-full", "imap-append", remaining=1)
    with tenant.imap() as client:
        assert client.append("Sent", "", "", MAIL) == ("NO", [b"[OVERQUOTA] Mailbox is full"])
        assert client.append("Sent", "", "", MAIL)[0] == "OK"
    assert _struck(tenant, "imap-append").outcome == "fault"


@pytest.mark.parametrize("refuses", ["mailiz", "535"])
def test_a_good_token_is_refused_then_accepted_by_smtp(tenant: MailTenant, mailer: Mailer, refuses: str) -> None:
    tenant.configure(token_refuse=refuses)
    _arm(tenant, "token-refused", "smtp-auth", remaining=1)
    raw, auth = mailer.smtp(), b"AUTH XOAUTH2 " + base64.b64encode(tenant.sasl())
    assert raw.ask(auth).startswith(b"334 eyJ")
    if refuses == "535":
        assert raw.ask(b"").startswith(b"535")
        assert raw.ask(auth).startswith(b"235")
    else:
        assert raw.line() == b""
        assert mailer.smtp().ask(auth).startswith(b"235")
    assert _struck(tenant, "smtp-auth").outcome == "fault"
    assert tenant.findings() == ["SANDBOX-PANNE"], "no client is at fault"


def test_a_good_token_is_refused_then_accepted_by_imap(tenant: MailTenant) -> None:
    _arm(tenant, "token-refused", "imap-authenticate", remaining=1)
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"), tenant.imap():
        pass
    with tenant.imap() as client:
        assert client.noop()[0] == "OK"
    assert _struck(tenant, "imap-authenticate").outcome == "fault"
    assert tenant.findings() == ["SANDBOX-PANNE"], "no client is at fault"


@pytest.mark.parametrize("name", ["mailbox-full", "token-refused"])
def test_a_fault_of_several_operations_wants_one_named(tenant: MailTenant, name: str) -> None:
    sandbox = tenant.runner.launcher.sandbox
    operations = sorted(operation for fault, operation, _ in FAULTS if fault == name)
    with pytest.raises(ControlError, match=", ".join(operations)):
        checked_operation(sandbox, NewFault(service="mss", kind=FaultKind.NAMED, value=name))
    for operation in operations:
        wanted = NewFault(service="mss", kind=FaultKind.NAMED, value=name, operation=operation)
        assert checked_operation(sandbox, wanted) == operation


def test_a_double_of_a_mail_that_bounces_comes_back_once(tenant: MailTenant) -> None:
    _arm(tenant, "double-delivery", "smtp-message")
    _send(tenant, CLOSED_CITIZEN)
    assert len(tenant.inbox(TITULAIRE)) == 1


def test_smtplib_tells_a_delayed_recipient_from_a_refused_one(tenant: MailTenant) -> None:
    _arm(tenant, "greylisting", "smtp-rcpt")
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="Greylisted"):
        _send(tenant, GENERALISTE)
