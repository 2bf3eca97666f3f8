"""Every check of the mail operator, fired through its door by a client that breaks exactly its rule."""

from __future__ import annotations

import pytest
from support.mail_breaks import BROKEN, SHOWN, send
from support.mail_client import Mailer
from support.mail_corpus import RIGHT
from support.mail_documents import PLAIN, documents
from support.mss_operator import MailTenant, Since

from mss_mock.checks import CHECKS
from mss_mock.checks.servers import SERVER_CHECKS
from mss_mock.codes import BoxKind

LISTENER = {"MSS-CLEAR-LOGIN", "MSS-XOAUTH2-FORM"}
"""What comes before anybody says which session it belongs to is in that of the listener."""
NEGATIVE = {"MSS-CITIZEN-INS", "MSS-CITIZEN-REFUSES", "MSS-PATIENT-REFUSES"}
"""Demands that nothing leaves: no mail alone proves them."""
ELSEWHERE = {"MSS-SESSION-END", *(check.id for check in SERVER_CHECKS)}
"""What is played beside Pro Santé Connect or at servers to refuse: test_psc_session_end.py, test_bad_servers.py."""


@pytest.mark.parametrize("check", sorted(BROKEN))
def test_a_client_that_breaks_one_rule_gets_that_finding_only(check: str, mailer: Mailer, since: Since) -> None:
    BROKEN[check](mailer)
    findings = [finding for exchange in since() for finding in exchange.findings]
    assert {finding.check_id for finding in findings} == {check}
    assert all(f.received and f.expected and f.remedy for f in findings)


@pytest.mark.parametrize("check", sorted(SHOWN))
def test_a_rule_that_only_observes_sees_its_client_and_reproaches_nothing(
    check: str, mailer: Mailer, tenant: MailTenant, since: Since
) -> None:
    SHOWN[check](mailer)
    findings = {finding.check_id for exchange in since() for finding in exchange.findings}
    assert findings <= {"SANDBOX-PANNE"}, "an outage that was armed is told, and nothing else"
    assert check in tenant.kept()


def test_every_check_has_its_client() -> None:
    assert sorted({**BROKEN, **SHOWN}) == sorted({check.id for check in CHECKS} - ELSEWHERE)
    assert not set(BROKEN) & set(SHOWN)


def test_the_legitimate_mails_of_the_corpus_are_reproached_nothing_at_the_door(mailer: Mailer, since: Since) -> None:
    raw = mailer.sender()
    for rank, sample in enumerate(one for one in RIGHT if one.kind is BoxKind.PERSON):
        octets = sample.make().replace(b"<un@pharmacien", b"<%d@pharmacien" % rank)
        parameters = b" BODY=8BITMIME" if sample.eight_bit else b""
        send(raw, octets, *sample.to, parameters=parameters, path=sample.path)
    sent = [exchange for exchange in since() if exchange.operation == "smtp-message"]
    assert len(sent) > 40
    assert [(one.summary, finding.received) for one in sent for finding in one.findings] == []


def test_a_right_client_is_reproached_nothing_and_proves_no_absence(
    mailer: Mailer, tenant: MailTenant, since: Since
) -> None:
    raw = mailer.sender()
    for octets in (PLAIN, documents().replace(b"<un@", b"<deux@")):
        raw.reply(b"MAIL FROM:<helene.valmont@pharmacien.mssante.fr>")
        raw.reply(b"RCPT TO:<isabelle.delorme@medecin.mssante.fr>")
        raw.reply(b"DATA")
        raw.send(octets + b"\r\n.\r\n")
        raw.line()
    assert [finding.check_id for exchange in since() for finding in exchange.findings] == []
    assert not tenant.kept() & NEGATIVE
