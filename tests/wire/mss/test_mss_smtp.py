"""The submission door over real sockets: what clients may do, and everything they may not."""

from __future__ import annotations

import base64
import smtplib
import ssl

import pytest

from mss_mock.facts import MailConnection, MailEnvelope, MailLogin


def _auth(sasl: bytes) -> bytes:
    return b"AUTH XOAUTH2 " + base64.b64encode(sasl)


def _secured(raw, tenant):
    raw.line()
    raw.reply(b"EHLO lgo.test")
    raw.reply(b"STARTTLS")
    raw.secure(tenant.operator.context())
    raw.reply(b"EHLO lgo.test")
    return raw


def test_a_mail_sent_with_smtplib_is_in_the_recipients_inbox_byte_for_byte(tenant, mss):
    with tenant.smtp() as client:
        client.sendmail(mss.TITULAIRE, [mss.GENERALISTE], mss.MAIL)
    (received,) = tenant.inbox(mss.GENERALISTE)
    assert received.endswith(b"\r\n" + mss.MAIL)
    assert received.startswith(b"Return-Path: <helene.valmont@pharmacien.mssante.fr>\r\nDelivered-To: ")
    assert b"\r\nReceived: from " in received


def test_each_recipient_gets_a_copy_and_a_double_one_only_one(tenant, mss):
    with tenant.smtp() as client:
        client.sendmail(mss.TITULAIRE, [mss.GENERALISTE, mss.ADJOINT, mss.GENERALISTE.upper(), mss.CITIZEN], mss.MAIL)
    counts = [len(tenant.inbox(address)) for address in (mss.GENERALISTE, mss.ADJOINT, mss.CITIZEN)]
    assert counts == [1, 1, 1]
    assert b"Delivered-To: thomas" in tenant.inbox(mss.ADJOINT)[0]


def test_leading_dots_and_eight_bit_octets_arrive_unchanged(submission, tenant, mss):
    body = mss.MAIL + ".\r\n..deux\r\nélève\r\n".encode() + b"\xff\xfe octets\r\n"
    submission.reply(b"MAIL FROM:<" + mss.TITULAIRE.encode() + b"> BODY=8BITMIME")
    submission.reply(b"RCPT TO:<" + mss.GENERALISTE.encode() + b">")
    submission.reply(b"DATA")
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    submission.send(stuffed + b".\r\n")
    assert submission.line().startswith(b"250 2.0.0 ")
    assert tenant.inbox(mss.GENERALISTE)[0].endswith(body)


def test_pipelined_commands_are_answered_in_order(submission, mss):
    sender, recipient = mss.TITULAIRE.encode(), mss.GENERALISTE.encode()
    submission.send(
        b"MAIL FROM:<%b>\r\nRCPT TO:<%b>\r\nRCPT TO:<nobody@medecin.mssante.fr>\r\nDATA\r\n" % (sender, recipient)
    )
    assert [submission.line()[:9] for _ in range(4)] == [b"250 2.1.0", b"250 2.1.5", b"550 5.1.1", b"354 End d"]
    submission.send(mss.MAIL + b".\r\n")
    assert submission.line().startswith(b"250")


def test_nothing_but_ehlo_noop_starttls_quit_is_done_before_tls(smtp_socket):
    smtp_socket.line()
    lines = smtp_socket.reply(b"EHLO lgo.test")
    assert b"250 STARTTLS" in lines
    assert not any(b"AUTH" in line for line in lines)
    for command in (b"AUTH XOAUTH2 eA==", b"MAIL FROM:<a@b.c>", b"RCPT TO:<a@b.c>", b"DATA", b"RSET", b"VRFY a"):
        assert smtp_socket.reply(command)[0].startswith(b"530 5.7.0"), command


def test_after_tls_xoauth2_is_the_only_mechanism_without_a_certificate(smtp_socket, tenant):
    _secured(smtp_socket, tenant)
    lines = smtp_socket.reply(b"EHLO lgo.test")
    assert lines[-1] == b"250 AUTH XOAUTH2"
    assert {b"250-PIPELINING", b"250-8BITMIME", b"250-ENHANCEDSTATUSCODES", b"250-DSN", b"250-SIZE 10000000"} <= set(
        lines
    )
    assert not any(b"OAUTHBEARER" in line or b"STARTTLS" in line or b"SMTPUTF8" in line for line in lines)
    assert smtp_socket.reply(b"AUTH OAUTHBEARER eA==")[0].startswith(b"504 5.5.4")
    assert smtp_socket.reply(b"MAIL FROM:<a@b.c>")[0].startswith(b"530 5.7.0")


def test_commands_injected_before_tls_are_forgotten(smtp_socket, tenant):
    smtp_socket.line()
    smtp_socket.reply(b"EHLO lgo.test")
    smtp_socket.send(b"STARTTLS\r\nNOOP\r\n")
    assert smtp_socket.line().startswith(b"220")
    smtp_socket.secure(tenant.operator.context())
    assert smtp_socket.reply(b"EHLO lgo.test")[-1].startswith(b"250 AUTH")


def test_a_token_of_three_kilobytes_is_taken_with_and_without_initial_response(smtp_socket, tenant, mss):
    _secured(smtp_socket, tenant)
    sasl = tenant.sasl(padding=3000)
    assert smtp_socket.ask(b"AUTH XOAUTH2") == b"334 "
    assert smtp_socket.ask(base64.b64encode(sasl)).startswith(b"235 2.7.0")
    with tenant.smtp() as client:
        assert client.noop()[0] == 250
    first, second = tenant.exchanges("smtp-auth")
    assert [one.noted.get(MailLogin).initial_response for one in (first, second)] == [False, True]


@pytest.mark.parametrize(
    ("address", "persona", "kind"),
    [
        ("helene.valmont@pharmacien.mssante.fr", "titulaire", "expire"),
        ("isabelle.delorme@medecin.mssante.fr", "titulaire", "jeton"),
        ("personne@medecin.mssante.fr", "titulaire", "jeton"),
        ("contact@ch-valfontaine.mssante.fr", "titulaire", "jeton"),
        ("contact_auto@pharmacie-fontaine.mssante.fr", "titulaire", "jeton"),
        ("256036330091838@patient.mssante.fr", "titulaire", "jeton"),
    ],
)
def test_a_refused_token_is_answered_334_with_json_and_the_connection_drops(
    smtp_socket, tenant, address, persona, kind
):
    _secured(smtp_socket, tenant)
    reply = smtp_socket.ask(_auth(tenant.sasl(address, persona, kind=kind)))
    assert base64.b64decode(reply.removeprefix(b"334 ")) == b'{"status":"401","schemes":"bearer","scope":"mail"}'
    assert smtp_socket.line() == b""
    (exchange,) = tenant.exchanges("smtp-auth")
    assert exchange.outcome == "refused"
    assert [finding.check_id for finding in exchange.findings] == ["MSS-CREDENTIALS"]


def test_with_the_option_a_refused_token_is_answered_535(smtp_socket, tenant):
    tenant.configure(token_refuse="535")
    _secured(smtp_socket, tenant)
    assert smtp_socket.ask(_auth(tenant.sasl(kind="expire"))).startswith(b"334 ")
    assert smtp_socket.ask(b"").startswith(b"535 5.7.8")
    assert smtp_socket.ask(_auth(tenant.sasl())).startswith(b"235")


def test_when_psc_is_down_the_login_is_refused_for_now(smtp_socket, tenant):
    _secured(smtp_socket, tenant)
    assert smtp_socket.ask(_auth(tenant.sasl(kind="panne"))).startswith(b"454 4.7.0")


@pytest.mark.parametrize(
    "response", [b"", b"x", b"user=a\x01auth=Bearer \x01\x01", b"\xff\x00", b"user=\x01auth=Bearer t\x01\x01"]
)
def test_a_malformed_xoauth2_response_is_refused_like_a_bad_token(smtp_socket, tenant, response):
    _secured(smtp_socket, tenant)
    smtp_socket.ask(b"AUTH XOAUTH2")
    assert smtp_socket.ask(base64.b64encode(response)).startswith(b"334 ")
    assert smtp_socket.line() == b""


def test_bad_base64_is_501_and_the_login_may_be_tried_again(smtp_socket, tenant):
    _secured(smtp_socket, tenant)
    assert smtp_socket.ask(b"AUTH XOAUTH2 ***").startswith(b"501 5.5.2")
    assert smtp_socket.ask(_auth(tenant.sasl())).startswith(b"235")
    assert smtp_socket.ask(_auth(tenant.sasl())).startswith(b"503 5.5.1")


def test_the_mailbox_of_the_structure_opens_for_its_professionals_unless_the_option_forbids_it(tenant, mss):
    with tenant.smtp(mss.OFFICINE) as client:
        assert client.noop()[0] == 250
    tenant.configure(org_mailbox_access="none")
    with pytest.raises(AssertionError), tenant.smtp(mss.OFFICINE):
        pass


# Application mailboxes


def _plain(address: str) -> bytes:
    return b"AUTH PLAIN " + base64.b64encode(b"\0" + address.encode() + b"\0inutile")


def _with_certificate(raw, tenant, **which):
    raw.line()
    raw.reply(b"EHLO lgo.test")
    raw.reply(b"STARTTLS")
    raw.secure(tenant.operator.context(tenant.operator.app_certificate(session=tenant.name, **which)))
    return raw


def test_an_application_mailbox_opens_with_its_certificate_and_plain(smtp_socket, tenant, mss):
    _with_certificate(smtp_socket, tenant)
    assert smtp_socket.reply(b"EHLO lgo.test")[-1] == b"250 AUTH XOAUTH2 PLAIN"
    assert smtp_socket.ask(_plain(mss.APPLICATION)).startswith(b"235")
    assert tenant.exchanges("smtp-auth")[0].noted.get(MailLogin).mechanism == "PLAIN"


@pytest.mark.parametrize(
    "address", ["helene.valmont@pharmacien.mssante.fr", "contact_auto@cabinet-tilleuls.mssante.fr", "x@y"]
)
def test_a_certificate_opens_no_other_mailbox_than_its_structures(smtp_socket, tenant, address):
    _with_certificate(smtp_socket, tenant)
    smtp_socket.reply(b"EHLO lgo.test")
    assert smtp_socket.ask(_plain(address)).startswith(b"535 5.7.8")


@pytest.mark.parametrize("variant", ["expired", "revoked", "wrongca", "not-yet-valid"])
def test_a_bad_certificate_opens_nothing(smtp_socket, tenant, mss, variant):
    _with_certificate(smtp_socket, tenant, variant=variant)
    smtp_socket.reply(b"EHLO lgo.test")
    assert smtp_socket.ask(_plain(mss.APPLICATION)).startswith(b"535 5.7.8")


def test_plain_is_not_offered_without_a_certificate(smtp_socket, tenant, mss):
    _secured(smtp_socket, tenant)
    assert smtp_socket.ask(_plain(mss.APPLICATION)).startswith(b"504")


# Envelope


def test_the_sender_must_be_the_open_mailbox(submission, mss):
    assert submission.reply(b"MAIL FROM:<" + mss.ADJOINT.encode() + b">")[0].startswith(b"553 5.7.1")
    assert submission.reply(b"MAIL FROM:<>")[0].startswith(b"250 2.1.0")


@pytest.mark.parametrize(
    "address",
    [
        "personne@medecin.mssante.fr",
        "x@gmail.com",
        "000000000000000@patient.mssante.fr",
        "root@localhost",
        "MAILER-DAEMON@x.y",
    ],
)
def test_who_is_nobody_in_the_session_is_refused_at_once(submission, tenant, mss, address):
    submission.reply(b"MAIL FROM:<" + mss.TITULAIRE.encode() + b">")
    assert submission.reply(b"RCPT TO:<" + address.encode() + b">")[0].startswith(b"550 5.1.1")
    assert submission.reply(b"DATA")[0].startswith(b"503 5.5.1")
    submission.reply(b"RSET")
    refused, unready = (tenant.exchanges(operation)[0] for operation in ("smtp-rcpt", "smtp-data"))
    assert [refused.outcome, refused.status, unready.status] == ["refused", 550, 503]
    (finding,) = refused.findings
    assert finding.received == f"RCPT TO:<{address}>"
    assert tenant.exchanges("smtp-message") == []


def test_dsn_parameters_are_taken_and_their_case_is_kept_in_the_report(submission, tenant, mss):
    submission.reply(b"MAIL FROM:<%b> RET=HDRS ENVID=QQ314+3D159aB SIZE=900" % mss.TITULAIRE.encode())
    line = b"RCPT TO:<%b> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Docteur@Medecin.fr" % mss.GENERALISTE.encode()
    assert submission.reply(line)[0].startswith(b"250 2.1.5")
    submission.reply(b"DATA")
    submission.send(mss.MAIL + b".\r\n")
    submission.line()
    (report,) = tenant.inbox(mss.TITULAIRE)
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
def test_bad_recipient_parameters_are_refused(submission, mss, parameter, code):
    submission.reply(b"MAIL FROM:<" + mss.TITULAIRE.encode() + b">")
    assert submission.reply(b"RCPT TO:<%b> %b" % (mss.GENERALISTE.encode(), parameter))[0].startswith(code)


def test_a_closed_citizen_mailbox_sends_the_mail_back_later(tenant, mss):
    with tenant.smtp() as client:
        client.sendmail(mss.TITULAIRE, [mss.CLOSED_CITIZEN, mss.CITIZEN], mss.MAIL)
    (report,) = tenant.inbox(mss.TITULAIRE)
    assert b"Return-Path: <>\r\n" in report
    assert b"Status: 5.2.1\r\n" in report
    assert report.count(b"Final-Recipient: ") == 1
    assert mss.MAIL in report
    assert len(tenant.inbox(mss.CITIZEN)) == 1


def test_notify_never_silences_the_report(tenant, mss):
    with tenant.smtp() as client:
        client.sendmail(mss.TITULAIRE, [mss.CLOSED_CITIZEN], mss.MAIL, rcpt_options=["NOTIFY=NEVER"])
    assert tenant.inbox(mss.TITULAIRE) == []


def test_by_option_citizens_are_refused_at_once_or_bounce(tenant, mss):
    tenant.configure(closed_citizen="reject", unknown_citizen="bounce")
    with tenant.smtp() as client:
        client.mail(mss.TITULAIRE)
        assert client.rcpt(mss.CLOSED_CITIZEN)[1].startswith(b"5.2.1")
        client.rset()
        client.sendmail(mss.TITULAIRE, ["000000000000000@patient.mssante.fr"], mss.MAIL)
    assert b"Status: 5.1.1\r\n" in tenant.inbox(mss.TITULAIRE)[0]


def test_sizes_are_limited_by_the_operator_at_mail_and_at_data(submission, tenant, mss):
    assert submission.reply(b"MAIL FROM:<%b> SIZE=10000001" % mss.TITULAIRE.encode())[0].startswith(b"552 5.3.4")
    submission.reply(b"MAIL FROM:<%b>" % mss.TITULAIRE.encode())
    submission.reply(b"RCPT TO:<%b>" % mss.GENERALISTE.encode())
    submission.reply(b"DATA")
    submission.send((b"x" * 998 + b"\r\n") * 10_001 + b".\r\n")
    assert submission.line().startswith(b"552 5.3.4")
    assert tenant.inbox(mss.GENERALISTE) == []
    assert submission.reply(b"NOOP")[0].startswith(b"250")


def test_more_than_25_mo_to_a_citizen_come_back_undelivered(tenant, mss):
    tenant.configure(size_limit_mo="35")
    with tenant.smtp() as client:
        client.sendmail(mss.TITULAIRE, [mss.CITIZEN], mss.MAIL + (b"x" * 76 + b"\r\n") * 330_000)
    (report,) = tenant.inbox(mss.TITULAIRE)
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
def test_smuggling_bare_newlines_nul_and_endless_lines_are_refused_whole(submission, tenant, mss, data):
    submission.reply(b"MAIL FROM:<" + mss.TITULAIRE.encode() + b">")
    submission.reply(b"RCPT TO:<" + mss.GENERALISTE.encode() + b">")
    submission.reply(b"DATA")
    submission.send(data + b"\r\n.\r\n")
    assert submission.line()[:3] in (b"550", b"554", b"500")
    assert submission.reply(b"NOOP")[0] == b"250 2.0.0 OK"
    assert tenant.inbox(mss.GENERALISTE) == []


def test_bare_newlines_pass_unchanged_by_option(submission, tenant, mss):
    tenant.configure(bare_newline="accept")
    submission.reply(b"MAIL FROM:<" + mss.TITULAIRE.encode() + b">")
    submission.reply(b"RCPT TO:<" + mss.GENERALISTE.encode() + b">")
    submission.reply(b"DATA")
    submission.send(b"Subject: x\n\na\n.\nb\r\n.\r\n")
    assert submission.line().startswith(b"250")
    assert tenant.inbox(mss.GENERALISTE)[0].endswith(b"Subject: x\n\na\n.\nb\r\n")


def test_a_command_line_of_a_megabyte_is_500_and_the_connection_goes_on(submission):
    submission.send(b"NOOP " + b"x" * 1_048_576 + b"\r\n")
    assert submission.line().startswith(b"500 5.5.2")
    assert submission.reply(b"NOOP")[0].startswith(b"250")


def test_a_flood_of_unknown_commands_ends_the_connection(smtp_socket):
    smtp_socket.line()
    smtp_socket.reply(b"EHLO lgo.test")
    replies = [smtp_socket.reply(b"NOOP x") if n % 2 else smtp_socket.reply(b"WHAT") for n in range(9)]
    assert replies[-1][0].startswith((b"502", b"500", b"530"))


@pytest.mark.parametrize(
    "command", [b"", b"\xff\xfe", b"MAIL", b"MAIL FROM:", b"MAIL FROM:<a b@c>", b"RCPT TO:<>", b"DATA x", b"HELO x"]
)
def test_malformed_commands_get_a_reply_of_the_service(submission, command):
    assert submission.reply(command)[0][:3] in (b"500", b"501", b"502", b"503")


# Faults, journal, sessions


def test_an_armed_status_fault_replaces_the_answer_to_a_message(tenant, mss):
    from lgo_sandbox.tenant.faults import Fault, FaultKind

    fault = Fault("f1", "mss", FaultKind.STATUS, 452, "smtp-message", remaining=1)
    tenant.do(lambda session: session.faults.arm(fault))
    with tenant.smtp() as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(mss.TITULAIRE, [mss.GENERALISTE], mss.MAIL)
        assert refused.value.smtp_code == 452
        client.sendmail(mss.TITULAIRE, [mss.GENERALISTE], mss.MAIL)
    first, second = tenant.exchanges("smtp-message")
    assert [first.fault, first.status, second.status] == ["f1", 452, 250]


def test_a_message_is_one_exchange_with_its_octets_facts_and_no_finding(tenant, mss):
    with tenant.smtp() as client:
        client.sendmail(mss.TITULAIRE, [mss.GENERALISTE], mss.MAIL)
    (exchange,) = tenant.exchanges("smtp-message")
    assert [exchange.transport, exchange.status, exchange.request_body] == ["smtp", 250, mss.MAIL]
    (recipient,) = exchange.noted.get(MailEnvelope).recipients
    assert (recipient.address, recipient.kind) == (mss.GENERALISTE, "PER")
    assert exchange.noted.get(MailConnection).tls_version.startswith("TLSv1.")
    assert exchange.findings == ()


def test_the_token_never_reaches_the_journal_whole(tenant):
    with tenant.smtp():
        pass
    (exchange,) = tenant.exchanges("smtp-auth")
    assert exchange.request_body.endswith(b"***")


def test_a_message_stays_in_its_session(tenant, operator, mss):
    with tenant.smtp() as client:
        client.sendmail(mss.TITULAIRE, [mss.GENERALISTE], mss.MAIL)
    default = operator.launcher.sandbox.sessions
    from mss_mock.delivery import store_of

    assert operator.run(lambda: store_of(default.get("default")).weight(mss.GENERALISTE)) == 0


def test_a_client_that_does_not_trust_the_certificate_leaves_and_the_door_goes_on(operator, tenant, mss, caplog):
    for _ in range(3):
        with smtplib.SMTP("127.0.0.1", operator.smtp_port, timeout=20) as client:
            with pytest.raises(ssl.SSLCertVerificationError):
                client.starttls(context=ssl.create_default_context())
            client.close()
    with tenant.smtp() as client:
        client.sendmail(mss.TITULAIRE, [mss.GENERALISTE], mss.MAIL)
    assert [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []


def test_a_session_deleted_meanwhile_closes_the_connection(submission, tenant):
    sessions = tenant.operator.launcher.sandbox.sessions
    tenant.operator.run(lambda: (sessions.delete(tenant.name), sessions.create("autre-nom")))
    assert submission.reply(b"MAIL FROM:<>")[0].startswith(b"421")
    assert submission.line() == b""
    tenant.operator.run(lambda: (sessions.delete("autre-nom"), sessions.create(tenant.name)))
