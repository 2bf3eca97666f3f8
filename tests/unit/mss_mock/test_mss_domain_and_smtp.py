"""Who may do what, the parameters of MAIL and RCPT, reports."""

from __future__ import annotations

import email
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lgo_sandbox.population.people import population
from mss_mock.codes import BoxKind
from mss_mock.domain import Policy, Refused, check_sender, failure_of, mailbox_of, mailboxes, may_open, resolve
from mss_mock.smtp.octets import read_message
from mss_mock.smtp.parameters import read_mail, read_rcpt
from mss_mock.wire.newlines import bare_newline
from mss_mock.wire.reports import Action, Recipient, Report, write_report
from mss_mock.wire.sasl import SaslError, read_plain, read_xoauth2, without_secret

PEOPLE = population()
TITULAIRE = "899700090014"


def box(address):
    found = mailbox_of(PEOPLE, address)
    assert found is not None
    return found


def test_every_kind_of_mailbox_comes_from_the_people():
    kinds = {one.kind for one in mailboxes(PEOPLE).values()}
    assert kinds == set(BoxKind)
    assert box("160012B02077713@PATIENT.mssante.fr").kind is BoxKind.CITIZEN
    assert not any(address.startswith("@") for address in mailboxes(PEOPLE))


@pytest.mark.parametrize(
    ("address", "structure_boxes", "allowed"),
    [
        ("helene.valmont@pharmacien.mssante.fr", False, True),
        ("thomas.castelnau@pharmacien.mssante.fr", True, False),
        ("contact@pharmacie-fontaine.mssante.fr", True, True),
        ("contact@pharmacie-fontaine.mssante.fr", False, False),
        ("contact@cabinet-tilleuls.mssante.fr", True, False),
        ("contact_auto@pharmacie-fontaine.mssante.fr", True, False),
        ("256036330091838@patient.mssante.fr", True, False),
    ],
)
def test_a_professional_opens_his_own_mailbox_and_by_option_his_structures(address, structure_boxes, allowed):
    assert may_open(PEOPLE, TITULAIRE, box(address), structure_boxes=structure_boxes) is allowed


def test_an_empty_subject_opens_nothing():
    assert not any(may_open(PEOPLE, "", one, structure_boxes=True) for one in mailboxes(PEOPLE).values())


def test_the_sender_is_the_mailbox_or_nobody():
    check_sender(box("helene.valmont@pharmacien.mssante.fr"), "Helene.Valmont@pharmacien.mssante.fr")
    check_sender(box("helene.valmont@pharmacien.mssante.fr"), "")
    with pytest.raises(Refused) as refused:
        check_sender(box("helene.valmont@pharmacien.mssante.fr"), "x@y")
    assert refused.value.smtp.startswith("553 5.7.1 ")


def test_recipients_are_resolved_among_the_people_by_policy():
    bounces = Policy(unknown_citizen_bounces=True)
    unknown, closed = "000000000000000@patient.mssante.fr", "155128002194517@patient.mssante.fr"
    assert resolve(PEOPLE, "Isabelle.Delorme@Medecin.mssante.fr", Policy()) == "isabelle.delorme@medecin.mssante.fr"
    assert resolve(PEOPLE, unknown, bounces) == unknown
    assert resolve(PEOPLE, closed, Policy()) == closed
    for address, policy, code in [
        (unknown, Policy(), "5.1.1"),
        ("x@gmail.com", bounces, "5.7.1"),
        ("isabelle.delorme@medecin.mssante.fr", Policy(unlisted=True), "5.7.1"),
        (closed, Policy(closed_citizen_bounces=False), "5.2.1"),
    ]:
        with pytest.raises(Refused) as refused:
            resolve(PEOPLE, address, policy)
        assert refused.value.smtp.split()[1] == code


def test_why_an_accepted_mail_comes_back():
    citizen = box("256036330091838@patient.mssante.fr")
    assert failure_of(citizen, 25_000_000) is None
    assert failure_of(citizen, 25_000_001).too_large
    assert failure_of(box("isabelle.delorme@medecin.mssante.fr"), 40_000_000) is None
    assert failure_of(box("155128002194517@patient.mssante.fr"), 1).status == "5.2.1"
    assert failure_of(None, 1).status == "5.1.1"


def test_parameters_keep_their_case():
    mail = read_mail("FROM:<a@b.c> SIZE=12 RET=hdrs ENVID=Qq+2B1 BODY=8bitmime AUTH=<>")
    assert (mail.size, mail.whole, mail.envelope_id, mail.body) == (12, False, "Qq+1", "8BITMIME")
    rcpt = read_rcpt("TO: <a@b.c> NOTIFY=success,delay ORCPT=rfc822;Aa+40B.c")
    assert rcpt.notify == {"SUCCESS", "DELAY"}
    assert rcpt.original == "rfc822;Aa@B.c"
    assert read_rcpt("TO:<@x,@y:a@b.c>").address == "a@b.c"
    assert read_rcpt("TO:<a@b.c> NOTIFY=NEVER").notify == frozenset()
    assert read_rcpt("TO:<a@b.c>").notify is None


@given(st.text(alphabet='<>@ab.c =;+"\\,:SIZENOTFYRCPT\r\n é\0', max_size=60) | st.text(max_size=30))
def test_parameters_raise_nothing_but_a_refusal(text):
    replies: list[str] = []
    for read, keyword in ((read_mail, "FROM:"), (read_rcpt, "TO:")):
        try:
            path = read(keyword + text)
        except Refused as refusal:
            replies.append(refusal.smtp)
        else:
            assert "\n" not in repr(path)
    assert all(reply[0] in "45" for reply in replies)


class Octets:
    """Octets that come some at a time."""

    def __init__(self, octets: bytes, at_once: int = 3) -> None:
        self.octets, self.at_once = octets, at_once

    async def chunk(self) -> bytes:
        some, self.octets = self.octets[: self.at_once], self.octets[self.at_once :]
        assert some
        return some

    def put_back(self, octets: bytes) -> None:
        self.octets = octets + self.octets


async def test_data_ends_at_the_lone_dot_and_loses_one_dot_per_line():
    assert await read_message(Octets(b".\r\n"), 10) == b""
    assert await read_message(Octets(b"a\r\n..b\r\n.c\r\n.\r\nQUIT\r\n"), 100) == b"a\r\n.b\r\nc\r\n"


@pytest.mark.parametrize(
    ("octets", "bare"),
    [
        (b"", b""),
        (b"a\r\n\r\n", b""),
        (b"\n", b"\n"),
        (b"\r", b"\r"),
        (b"a\r\r\n", b"\r"),
        (b"a\r\n\nb", b"\n"),
        (b"\n\r", b"\n"),
        (b"a\rb\nc\r\n", b"\r"),
    ],
)
def test_the_first_line_end_that_stands_alone_is_found(octets, bare):
    assert bare_newline(octets) == bare


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a\n.\r\n", 550),
        (b"a\r.\r\nb\r\n", 550),
        (b"a\0\r\n", 554),
        (b"x" * 500 + b"\r\n", 500),
        (b"abc\r\n" * 50, 552),
    ],
)
async def test_bad_data_is_read_to_its_end_then_refused(data, code):
    stream = Octets(data + b"\r\n.\r\nNEXT\r\n")
    with pytest.raises(Refused) as refused:
        await read_message(stream, 600 if code == 500 else 200, longest=400)
    assert refused.value.status == code
    assert stream.octets == b"NEXT\r\n"


def test_sasl_responses():
    assert read_xoauth2(b"user=a@b\x01auth=Bearer x.y~z=\x01\x01") == ("a@b", "x.y~z=")
    assert read_plain(b"\0a@b\0p") == ("", "a@b", "p")
    for bad in (
        b"",
        b"user=a\x01auth=Basic x\x01\x01",
        b"user=a\x01auth=Bearer x\x01",
        b"user=\xff\x01auth=Bearer x\x01\x01",
    ):
        with pytest.raises(SaslError):
            read_xoauth2(bad)
    for bad in (b"", b"a\0b", b"\0\0p", b"\0\xff\0p", b"a\0b\0c\0d"):
        with pytest.raises(SaslError):
            read_plain(bad)


def test_secrets_do_not_reach_the_journal():
    assert (
        without_secret(b"user=a@b.c\x01auth=Bearer h.claims.signature\x01\x01")
        == b"user=a@b.c\x01auth=Bearer h.claims.***"
    )
    assert b"secret" not in without_secret(b"user=a@b.c\x01auth=Bearer secret\x01\x01")
    assert without_secret(b"\0a@b\0secret") == b"\0a@b\0***"


def test_a_report_is_a_multipart_that_the_standard_library_reads():
    recipients = [Recipient("x@y", Action.FAILED, "5.1.1", "550 5.1.1 no", "inconnu", "rfc822;X@Y")]
    report = Report("a@b", b"Subject: x\r\n\r\ntexte\r\n", recipients, "id1", datetime(2026, 1, 5, tzinfo=UTC), "E1")
    message = email.message_from_bytes(write_report(report))
    text, status, original = message.get_payload()
    assert str(email.header.make_header(email.header.decode_header(message["Subject"]))) == "Message non distribué"
    assert message.get_param("report-type") == "delivery-status"
    assert "inconnu" in text.get_payload(decode=True).decode()
    groups = status.get_payload()
    assert [groups[0]["Original-Envelope-Id"], groups[1]["Status"]] == ["E1", "5.1.1"]
    assert original.get_payload(0)["Subject"] == "x"
