"""The corpus of mails: each faulty one is caught under its rule and no other, each legitimate one under none."""

from __future__ import annotations

import json

import pytest
from support.mail_corpus import FAULTY, RIGHT, Sample
from support.mss_values import ENVELOPE, TLS, judged

from health_documents.values.xdm import XdmFault
from lgo_sandbox.watch.facts import Noted
from mss_mock.checks.archives import FAULTS
from mss_mock.codes import PATIENT_DOMAIN, BoxKind
from mss_mock.facts import Mail, MailEnvelope, MailRecipient
from mss_mock.flows import flow_of
from mss_mock.wire.mail import mail_of


def _envelope(sample: Sample) -> MailEnvelope:
    recipients = tuple(
        MailRecipient(address=one, kind=BoxKind.CITIZEN if one.endswith(PATIENT_DOMAIN) else BoxKind.PERSON)
        for one in sample.to
    )
    return MailEnvelope(
        mailbox=sample.mailbox,
        kind=sample.kind,
        helo=ENVELOPE.helo,
        sender=sample.path,
        recipients=recipients,
        notify=(),
        eight_bit=sample.eight_bit,
        spaced=False,
    )


def _judged(sample: Sample):
    mail, envelope = mail_of(sample.make()), _envelope(sample)
    return judged([mail, envelope, TLS, flow_of(mail, list(sample.to))])


@pytest.mark.parametrize("sample", FAULTY, ids=lambda one: f"{one.rule}: {one.name}")
def test_a_faulty_mail_is_caught_under_its_rule_and_no_other(sample: Sample):
    evaluation = _judged(sample)
    assert [check.id for check in evaluation.broken] == [sample.rule], [f.received for f in evaluation.findings]
    (finding,) = evaluation.findings
    assert all((finding.received, finding.expected, finding.remedy))


@pytest.mark.parametrize("sample", RIGHT, ids=lambda one: one.name)
def test_a_legitimate_mail_is_reproached_nothing(sample: Sample):
    assert [(finding.check_id, finding.received) for finding in _judged(sample).findings] == []


def test_each_fault_of_an_archive_has_a_rule_of_its_own_that_the_corpus_breaks():
    ids = {identity for _, identity, *_ in FAULTS}
    assert {fault for fault, *_ in FAULTS} == set(XdmFault) - {XdmFault.PATIENTS}
    assert len(ids) == len(FAULTS)
    assert ids | {"MSS-XDM-PATIENTS"} <= {one.rule for one in FAULTY}


@pytest.mark.parametrize("rule", sorted({one.rule for one in FAULTY if one.rule.startswith("MSS-SAME-")}))
def test_a_finding_on_a_pair_shows_both_values_and_where_each_stands(rule: str):
    (finding,) = next(_judged(one) for one in FAULTY if one.rule == rule).findings
    assert "CDA" in finding.received
    assert ";" in finding.received
    assert finding.where


@pytest.mark.parametrize("sample", [*FAULTY[::12], *RIGHT[::12]], ids=lambda one: one.name)
def test_what_was_read_of_a_mail_comes_back_from_the_journal_as_it_was(sample: Sample):
    mail, noted = mail_of(sample.make()), Noted()
    noted.put(mail)
    kept = Noted(json.loads(noted.to_text())).get(Mail)
    assert kept is not None
    assert kept.content.value == mail.content.value


def test_the_corpus_is_large_and_its_names_are_unique():
    assert len(FAULTY) >= 60
    assert len(RIGHT) >= 40
    assert len({(one.rule, one.name) for one in FAULTY}) == len(FAULTY)
    assert len({one.name for one in RIGHT}) == len(RIGHT)
