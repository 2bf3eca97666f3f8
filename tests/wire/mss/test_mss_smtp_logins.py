"""Who gets in at the submission door: by a token of Pro Santé Connect, or by the certificate of a structure."""

from __future__ import annotations

import base64

import pytest
from support.mss_operator import MailTenant
from support.mss_people import APPLICATION, OFFICINE
from support.mss_raw import Raw

from mss_mock.facts import MailLogin


def _auth(sasl: bytes) -> bytes:
    return b"AUTH XOAUTH2 " + base64.b64encode(sasl)


def _secured(raw: Raw, tenant: MailTenant) -> Raw:
    raw.line()
    raw.reply(b"EHLO lgo.test")
    raw.reply(b"STARTTLS")
    raw.secure(tenant.operator.context())
    raw.reply(b"EHLO lgo.test")
    return raw


def test_nothing_but_ehlo_noop_starttls_quit_is_done_before_tls(smtp_socket: Raw) -> None:
    smtp_socket.line()
    lines = smtp_socket.reply(b"EHLO lgo.test")
    assert b"250 STARTTLS" in lines
    assert not any(b"AUTH" in line for line in lines)
    for command in (b"AUTH XOAUTH2 eA==", b"MAIL FROM:<a@b.c>", b"RCPT TO:<a@b.c>", b"DATA", b"RSET", b"VRFY a"):
        assert smtp_socket.reply(command)[0].startswith(b"530 5.7.0"), command


def test_after_tls_xoauth2_is_the_only_mechanism_without_a_certificate(smtp_socket: Raw, tenant: MailTenant) -> None:
    _secured(smtp_socket, tenant)
    lines = smtp_socket.reply(b"EHLO lgo.test")
    assert lines[-1] == b"250 AUTH XOAUTH2"
    assert {b"250-PIPELINING", b"250-8BITMIME", b"250-ENHANCEDSTATUSCODES", b"250-DSN", b"250-SIZE 10000000"} <= set(
        lines
    )
    assert not any(b"OAUTHBEARER" in line or b"STARTTLS" in line or b"SMTPUTF8" in line for line in lines)
    assert smtp_socket.reply(b"AUTH OAUTHBEARER eA==")[0].startswith(b"504 5.5.4")
    assert smtp_socket.reply(b"MAIL FROM:<a@b.c>")[0].startswith(b"530 5.7.0")


def test_commands_injected_before_tls_are_forgotten(smtp_socket: Raw, tenant: MailTenant) -> None:
    smtp_socket.line()
    smtp_socket.reply(b"EHLO lgo.test")
    smtp_socket.send(b"STARTTLS\r\nNOOP\r\n")
    assert smtp_socket.line().startswith(b"220")
    smtp_socket.secure(tenant.operator.context())
    assert smtp_socket.reply(b"EHLO lgo.test")[-1].startswith(b"250 AUTH")


def test_a_token_of_three_kilobytes_is_taken_with_and_without_initial_response(
    smtp_socket: Raw, tenant: MailTenant
) -> None:
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
    smtp_socket: Raw, tenant: MailTenant, address: str, persona: str, kind: str
) -> None:
    _secured(smtp_socket, tenant)
    reply = smtp_socket.ask(_auth(tenant.sasl(address, persona, kind=kind)))
    assert base64.b64decode(reply.removeprefix(b"334 ")) == b'{"status":"401","schemes":"bearer","scope":"mail"}'
    assert smtp_socket.line() == b""
    (exchange,) = tenant.exchanges("smtp-auth")
    assert exchange.outcome == "refused"
    assert [finding.check_id for finding in exchange.findings] == ["MSS-CREDENTIALS"]


def test_with_the_option_a_refused_token_is_answered_535(smtp_socket: Raw, tenant: MailTenant) -> None:
    tenant.configure(token_refuse="535")
    _secured(smtp_socket, tenant)
    assert smtp_socket.ask(_auth(tenant.sasl(kind="expire"))).startswith(b"334 ")
    assert smtp_socket.ask(b"").startswith(b"535 5.7.8")
    assert smtp_socket.ask(_auth(tenant.sasl())).startswith(b"235")


def test_when_psc_is_down_the_login_is_refused_for_now(smtp_socket: Raw, tenant: MailTenant) -> None:
    _secured(smtp_socket, tenant)
    assert smtp_socket.ask(_auth(tenant.sasl(kind="panne"))).startswith(b"454 4.7.0")


@pytest.mark.parametrize(
    "response", [b"", b"x", b"user=a\x01auth=Bearer \x01\x01", b"\xff\x00", b"user=\x01auth=Bearer t\x01\x01"]
)
def test_a_malformed_xoauth2_response_is_refused_like_a_bad_token(
    smtp_socket: Raw, tenant: MailTenant, response: bytes
) -> None:
    _secured(smtp_socket, tenant)
    smtp_socket.ask(b"AUTH XOAUTH2")
    assert smtp_socket.ask(base64.b64encode(response)).startswith(b"334 ")
    assert smtp_socket.line() == b""


def test_bad_base64_is_501_and_the_login_may_be_tried_again(smtp_socket: Raw, tenant: MailTenant) -> None:
    _secured(smtp_socket, tenant)
    assert smtp_socket.ask(b"AUTH XOAUTH2 ***").startswith(b"501 5.5.2")
    assert smtp_socket.ask(_auth(tenant.sasl())).startswith(b"235")
    assert smtp_socket.ask(_auth(tenant.sasl())).startswith(b"503 5.5.1")


def test_the_mailbox_of_the_structure_opens_for_its_professionals_unless_the_option_forbids_it(
    tenant: MailTenant,
) -> None:
    with tenant.smtp(OFFICINE) as client:
        assert client.noop()[0] == 250
    tenant.configure(org_mailbox_access="none")
    with pytest.raises(AssertionError), tenant.smtp(OFFICINE):
        pass


# Application mailboxes


def _plain(address: str) -> bytes:
    return b"AUTH PLAIN " + base64.b64encode(b"\0" + address.encode() + b"\0inutile")


def _with_certificate(raw: Raw, tenant: MailTenant, variant: str = "good") -> Raw:
    raw.line()
    raw.reply(b"EHLO lgo.test")
    raw.reply(b"STARTTLS")
    raw.secure(tenant.operator.context(tenant.operator.app_certificate(variant, session=tenant.name)))
    return raw


def test_an_application_mailbox_opens_with_its_certificate_and_plain(smtp_socket: Raw, tenant: MailTenant) -> None:
    _with_certificate(smtp_socket, tenant)
    assert smtp_socket.reply(b"EHLO lgo.test")[-1] == b"250 AUTH XOAUTH2 PLAIN"
    assert smtp_socket.ask(_plain(APPLICATION)).startswith(b"235")
    assert tenant.exchanges("smtp-auth")[0].noted.get(MailLogin).mechanism == "PLAIN"


@pytest.mark.parametrize(
    "address", ["helene.valmont@pharmacien.mssante.fr", "contact_auto@cabinet-tilleuls.mssante.fr", "x@y"]
)
def test_a_certificate_opens_no_other_mailbox_than_its_structures(
    smtp_socket: Raw, tenant: MailTenant, address: str
) -> None:
    _with_certificate(smtp_socket, tenant)
    smtp_socket.reply(b"EHLO lgo.test")
    assert smtp_socket.ask(_plain(address)).startswith(b"535 5.7.8")


@pytest.mark.parametrize("variant", ["expired", "revoked", "wrongca", "not-yet-valid"])
def test_a_bad_certificate_opens_nothing(smtp_socket: Raw, tenant: MailTenant, variant: str) -> None:
    _with_certificate(smtp_socket, tenant, variant=variant)
    smtp_socket.reply(b"EHLO lgo.test")
    assert smtp_socket.ask(_plain(APPLICATION)).startswith(b"535 5.7.8")


def test_plain_is_not_offered_without_a_certificate(smtp_socket: Raw, tenant: MailTenant) -> None:
    _secured(smtp_socket, tenant)
    assert smtp_socket.ask(_plain(APPLICATION)).startswith(b"504")
