"""The submission door over real sockets: mails, envelopes, hostile octets, faults and the journal."""

from __future__ import annotations

import smtplib
import ssl

import pytest
from support.mss_operator import MailOperator, MailTenant
from support.mss_people import ADJOINT, CITIZEN, CLOSED_CITIZEN, GENERALISTE, MAIL, TITULAIRE
from support.mss_raw import Raw

from mss_mock.facts import MailConnection, MailEnvelope


def test_a_mail_sent_with_smtplib_is_in_the_recipients_inbox_byte_for_byte(tenant: MailTenant) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [GENERALISTE], MAIL)
    (received,) = tenant.inbox(GENERALISTE)
    assert received.endswith(b"\r\n" + MAIL)
    assert received.startswith(b"Return-Path: <helene.valmont@pharmacien.mssante.fr>\r\nDelivered-To: ")
    assert b"\r\nReceived: from " in received


def test_each_recipient_gets_a_copy_and_a_double_one_only_one(tenant: MailTenant) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [GENERALISTE, ADJOINT, GENERALISTE.upper(), CITIZEN], MAIL)
    counts = [len(tenant.inbox(address)) for address in (GENERALISTE, ADJOINT, CITIZEN)]
    assert counts == [1, 1, 1]
    assert b"Delivered-To: thomas" in tenant.inbox(ADJOINT)[0]


def test_leading_dots_and_eight_bit_octets_arrive_unchanged(submission: Raw, tenant: MailTenant) -> None:
    body = MAIL + ".\r\n..deux\r\nélève\r\n".encode() + b"\xff\xfe octets\r\n"
    submission.reply(b"MAIL FROM:<" + TITULAIRE.encode() + b"> BODY=8BITMIME")
    submission.reply(b"RCPT TO:<" + GENERALISTE.encode() + b">")
    submission.reply(b"DATA")
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    submission.send(stuffed + b".\r\n")
    assert submission.line().startswith(b"250 2.0.0 ")
    assert tenant.inbox(GENERALISTE)[0].endswith(body)


def test_pipelined_commands_are_answered_in_order(submission: Raw) -> None:
    sender, recipient = TITULAIRE.encode(), GENERALISTE.encode()
    submission.send(
        b"MAIL FROM:<%b>\r\nRCPT TO:<%b>\r\nRCPT TO:<nobody@medecin.mssante.fr>\r\nDATA\r\n" % (sender, recipient)
    )
    assert [submission.line()[:9] for _ in range(4)] == [b"250 2.1.0", b"250 2.1.5", b"550 5.1.1", b"354 End d"]
    submission.send(MAIL + b".\r\n")
    assert submission.line().startswith(b"250")


# Envelope


def test_the_sender_must_be_the_open_mailbox(submission: Raw) -> None:
    assert submission.reply(b"MAIL FROM:<" + ADJOINT.encode() + b">")[0].startswith(b"553 5.7.1")
    assert submission.reply(b"MAIL FROM:<>")[0].startswith(b"250 2.1.0")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("personne@medecin.mssante.fr", "5.1.1"),
        ("x@gmail.com", "5.7.1"),
        ("000000000000000@patient.mssante.fr", "5.1.1"),
        ("root@localhost", "5.7.1"),
        ("MAILER-DAEMON@x.y", "5.7.1"),
    ],
)
def test_who_is_nobody_in_the_session_is_refused_at_once(
    submission: Raw, tenant: MailTenant, address: str, status: str
) -> None:
    submission.reply(b"MAIL FROM:<" + TITULAIRE.encode() + b">")
    assert submission.reply(b"RCPT TO:<" + address.encode() + b">")[0].startswith(f"550 {status}".encode())
    assert submission.reply(b"DATA")[0].startswith(b"503 5.5.1")
    submission.reply(b"RSET")
    refused, unready = (tenant.exchanges(operation)[0] for operation in ("smtp-rcpt", "smtp-data"))
    assert [refused.outcome, refused.status, unready.status] == ["refused", 550, 503]
    (finding,) = refused.findings
    assert finding.received == f"RCPT TO:<{address}>"
    assert tenant.exchanges("smtp-message") == []


def test_dsn_parameters_are_taken_and_their_case_is_kept_in_the_report(submission: Raw, tenant: MailTenant) -> None:
    submission.reply(b"MAIL FROM:<%b> RET=HDRS ENVID=QQ314+3D159aB SIZE=900" % TITULAIRE.encode())
    line = b"RCPT TO:<%b> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Docteur@Medecin.fr" % GENERALISTE.encode()
    assert submission.reply(line)[0].startswith(b"250 2.1.5")
    submission.reply(b"DATA")
    submission.send(MAIL + b".\r\n")
    submission.line()
    (report,) = tenant.inbox(TITULAIRE)
    assert b"Original-Envelope-Id: QQ314=159aB\r\n" in report
    assert b"Original-Recipient: rfc822;Docteur@Medecin.fr\r\n" in report
    assert b"Action: delivered\r\n" in report
    assert b"Bonjour docteur" not in report


@pytest.mark.parametrize(
    ("parameter", "code"),
    [
        (b"NOTIFY=NEVER,SUCCESS", b"501"),
        (b"NOTIFY=SOMETIMES", b"501"),
        (b"ORCPT=rfc822", b"501"),
        (b"ORCPT=rfc822;a+GG", b"501"),
        (b"BY=120;R", b"555"),
        (b"NOTIFY=SUCCESS NOTIFY=FAILURE", b"501"),
    ],
)
def test_bad_recipient_parameters_are_refused(submission: Raw, parameter: bytes, code: bytes) -> None:
    submission.reply(b"MAIL FROM:<" + TITULAIRE.encode() + b">")
    assert submission.reply(b"RCPT TO:<%b> %b" % (GENERALISTE.encode(), parameter))[0].startswith(code)


def test_a_closed_citizen_mailbox_sends_the_mail_back_later(tenant: MailTenant) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [CLOSED_CITIZEN, CITIZEN], MAIL)
    (report,) = tenant.inbox(TITULAIRE)
    assert b"Return-Path: <>\r\n" in report
    assert b"Status: 5.2.1\r\n" in report
    assert report.count(b"Final-Recipient: ") == 1
    assert MAIL in report
    assert len(tenant.inbox(CITIZEN)) == 1


def test_notify_never_silences_the_report(tenant: MailTenant) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [CLOSED_CITIZEN], MAIL, rcpt_options=["NOTIFY=NEVER"])
    assert tenant.inbox(TITULAIRE) == []


def test_by_option_citizens_are_refused_at_once_or_bounce(tenant: MailTenant) -> None:
    tenant.configure(closed_citizen="reject", unknown_citizen="bounce")
    with tenant.smtp() as client:
        client.mail(TITULAIRE)
        assert client.rcpt(CLOSED_CITIZEN)[1].startswith(b"5.2.1")
        client.rset()
        client.sendmail(TITULAIRE, ["000000000000000@patient.mssante.fr"], MAIL)
    assert b"Status: 5.1.1\r\n" in tenant.inbox(TITULAIRE)[0]


def test_sizes_are_limited_by_the_operator_at_mail_and_at_data(submission: Raw, tenant: MailTenant) -> None:
    assert submission.reply(b"MAIL FROM:<%b> SIZE=10000001" % TITULAIRE.encode())[0].startswith(b"552 5.3.4")
    submission.reply(b"MAIL FROM:<%b>" % TITULAIRE.encode())
    submission.reply(b"RCPT TO:<%b>" % GENERALISTE.encode())
    submission.reply(b"DATA")
    submission.send((b"x" * 998 + b"\r\n") * 10_001 + b".\r\n")
    assert submission.line().startswith(b"552 5.3.4")
    assert tenant.inbox(GENERALISTE) == []
    assert submission.reply(b"NOOP")[0].startswith(b"250")


def test_more_than_25_mo_to_a_citizen_come_back_undelivered(tenant: MailTenant) -> None:
    tenant.configure(size_limit_mo="35")
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [CITIZEN], MAIL + (b"x" * 998 + b"\r\n") * 26_000)
    (report,) = tenant.inbox(TITULAIRE)
    assert b"Subject: Undelivered Mail Returned to Sender\r\n" in report
    assert b"Status: 5.3.4\r\n" in report
    assert len(report) < 10_000


# Hostile octets


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: x\r\n\r\na\n.\nMAIL FROM:<root@x>\r\n",
        b"Subject: x\r\n\r\na\n.\r\nMAIL FROM:<root@x>\r\n",
        b"Subject: x\r\n\r\na\r\n.\nMAIL FROM:<root@x>\r\n",
        b"Subject: x\r\n\r\na\r.\r\nMAIL FROM:<root@x>\r\n",
        b"Subject: x\n\nbare line feeds\n",
        b"Subject: x\r\n\r\n\0\r\n",
        b"Subject: x\r\n\r\n" + b"x" * 1_048_576 + b"\r\n",
    ],
)
def test_smuggling_bare_newlines_nul_and_endless_lines_are_refused_whole(
    submission: Raw, tenant: MailTenant, data: bytes
) -> None:
    submission.reply(b"MAIL FROM:<" + TITULAIRE.encode() + b">")
    submission.reply(b"RCPT TO:<" + GENERALISTE.encode() + b">")
    submission.reply(b"DATA")
    submission.send(data + b"\r\n.\r\n")
    assert submission.line()[:3] in (b"550", b"554", b"500")
    assert submission.reply(b"NOOP")[0] == b"250 2.0.0 OK"
    assert tenant.inbox(GENERALISTE) == []
    told = tenant.exchanges("smtp-message")[0].findings[0].received
    assert told.isprintable()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"To: a@b\nSubject: x\r\n", "LF isolé, entre « To: a@b » et « Subject: x »"),
        (b"Subject: x\r\n\r\nbonjour\r.\r\n", "CR isolé, entre « bonjour » et « . »"),
        (b"Subject: x\r\n\r\n\0\r\n", "l'octet 0, seul sur sa ligne"),
        (b"\nSubject: x\r\n", "LF isolé, avant « Subject: x »"),
        ("Subject: x\r\n\r\nété\0\r\n".encode(), "l'octet 0, après « été »"),
    ],
)
def test_an_octet_at_fault_is_shown_between_its_neighbours(
    submission: Raw, tenant: MailTenant, data: bytes, told: str
) -> None:
    for command in (f"MAIL FROM:<{TITULAIRE}>", f"RCPT TO:<{GENERALISTE}>", "DATA"):
        submission.reply(command.encode())
    submission.reply(data + b"\r\n.")
    assert tenant.exchanges("smtp-message")[0].findings[0].received == told


def test_bare_newlines_pass_unchanged_by_option(submission: Raw, tenant: MailTenant) -> None:
    tenant.configure(bare_newline="accept")
    submission.reply(b"MAIL FROM:<" + TITULAIRE.encode() + b">")
    submission.reply(b"RCPT TO:<" + GENERALISTE.encode() + b">")
    submission.reply(b"DATA")
    submission.send(b"Subject: x\n\na\n.\nb\r\n.\r\n")
    assert submission.line().startswith(b"250")
    assert tenant.inbox(GENERALISTE)[0].endswith(b"Subject: x\n\na\n.\nb\r\n")


def test_a_command_line_of_a_megabyte_is_500_and_the_connection_goes_on(submission: Raw) -> None:
    submission.send(b"NOOP " + b"x" * 1_048_576 + b"\r\n")
    assert submission.line().startswith(b"500 5.5.2")
    assert submission.reply(b"NOOP")[0].startswith(b"250")


def test_a_flood_of_unknown_commands_ends_the_connection(smtp_socket: Raw) -> None:
    smtp_socket.line()
    smtp_socket.reply(b"EHLO lgo.test")
    replies = [smtp_socket.reply(b"NOOP x") if n % 2 else smtp_socket.reply(b"WHAT") for n in range(9)]
    assert replies[-1][0].startswith((b"502", b"500", b"530"))


@pytest.mark.parametrize(
    "command", [b"", b"\xff\xfe", b"MAIL", b"MAIL FROM:", b"MAIL FROM:<a b@c>", b"RCPT TO:<>", b"DATA x", b"HELO x"]
)
def test_malformed_commands_get_a_reply_of_the_service(submission: Raw, command: bytes) -> None:
    assert submission.reply(command)[0][:3] in (b"500", b"501", b"502", b"503")


# Faults, journal, sessions


def test_an_armed_status_fault_replaces_the_answer_to_a_message(tenant: MailTenant) -> None:
    from lgo_sandbox.tenant.faults import Fault, FaultKind

    fault = Fault("f1", "mss", FaultKind.STATUS, 452, "smtp-message", remaining=1)
    tenant.do(lambda session: session.faults.arm(fault))
    with tenant.smtp() as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(TITULAIRE, [GENERALISTE], MAIL)
        assert refused.value.smtp_code == 452
        client.sendmail(TITULAIRE, [GENERALISTE], MAIL)
    first, second = tenant.exchanges("smtp-message")
    assert [first.fault, first.status, second.status] == ["f1", 452, 250]


def test_a_message_is_one_exchange_with_its_octets_facts_and_no_finding(tenant: MailTenant) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [GENERALISTE], MAIL)
    (exchange,) = tenant.exchanges("smtp-message")
    assert [exchange.transport, exchange.status, exchange.request_body] == ["smtp", 250, MAIL]
    (recipient,) = exchange.noted.get(MailEnvelope).recipients
    assert (recipient.address, recipient.kind) == (GENERALISTE, "PER")
    assert exchange.noted.get(MailConnection).tls_version.startswith("TLSv1.")
    assert exchange.findings == ()


def test_the_token_never_reaches_the_journal_whole(tenant: MailTenant) -> None:
    with tenant.smtp():
        pass
    (exchange,) = tenant.exchanges("smtp-auth")
    assert exchange.request_body.endswith(b"***")


def test_a_message_stays_in_its_session(tenant: MailTenant, operator: MailOperator) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [GENERALISTE], MAIL)
    from mss_mock.delivery import store_of

    assert operator.runner.do(lambda: store_of(operator.sessions.get("default")).weight(GENERALISTE)) == 0


def test_a_client_that_does_not_trust_the_certificate_leaves_and_the_door_goes_on(
    operator: MailOperator, tenant: MailTenant, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        with smtplib.SMTP("127.0.0.1", operator.smtp_port, timeout=20) as client:
            with pytest.raises(ssl.SSLCertVerificationError):
                client.starttls(context=ssl.create_default_context())
            client.close()
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [GENERALISTE], MAIL)
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []


def test_a_session_deleted_meanwhile_closes_the_connection(submission: Raw, tenant: MailTenant) -> None:
    tenant.delete()
    other = tenant.operator.tenant()
    assert submission.reply(b"MAIL FROM:<>")[0].startswith(b"421")
    assert submission.line() == b""
    other.delete()


@pytest.mark.parametrize("address", ["postmaster", "PostMaster", "postmaster@pharmacien.mssante.fr"])
def test_postmaster_is_always_accepted_and_his_mail_is_kept(address: str, tenant: MailTenant) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [address], MAIL)
    assert len(tenant.inbox("postmaster@mail.sandbox.mssante.fr")) == 1


def test_postmaster_of_another_operator_is_nobody(tenant: MailTenant) -> None:
    with tenant.smtp() as client:
        client.mail(TITULAIRE)
        assert client.rcpt("postmaster@example.org")[0] == 550


def test_a_mail_in_the_name_of_another_is_taken_unless_the_option_refuses_it(tenant: MailTenant) -> None:
    other = MAIL.replace(b"<helene.valmont@", b"<thomas.castelnau@")
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [GENERALISTE], other)
        tenant.configure(from_other="refuse")
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(TITULAIRE, [GENERALISTE], other)
        client.sendmail(TITULAIRE, [GENERALISTE], MAIL)
    assert refused.value.smtp_code == 550
    assert len(tenant.inbox(GENERALISTE)) == 2
