"""Correspondents' mails by the checks that the pharmacy's own are judged by, and the faults of the corpus."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from lxml import etree
from support.artefacts import artefacts
from support.mss_values import ENVELOPE, TLS, judged

from health_documents.cda.read.reader import read_document
from health_documents.validation.validator import Validator
from health_documents.xdm.read import read_xdm
from lgo_sandbox.population.people import population
from lgo_sandbox.wire.mime import read_mail
from mss_mock.codes import BoxKind
from mss_mock.codes.correspondents import ACT_TITLES, CORPUS, PARTNERS, Act, Case, Outcome, Receipt
from mss_mock.correspondents.corpus import needed, other_than
from mss_mock.correspondents.mails import compose
from mss_mock.correspondents.orders import Composed, Order, Sent
from mss_mock.domain import application_mailbox
from mss_mock.facts import MailEnvelope, MailRecipient
from mss_mock.flows import flow_of
from mss_mock.wire.mail import mail_of

PEOPLE = population()
TO = "helene.valmont@pharmacien.mssante.fr"
SCHEMA = "TestContenuCDA-3-0/infrastructure/cda/CDA_extended.xsd"
ABOUT = (Act.NEW_VERSION, Act.WITHDRAWAL)
FAULTS = {Case.OTHER_PATIENT: ["MSS-SAME-PATIENT"], Case.CORRUPT: ["MSS-XDM-ZIP"]}
"""What the checks reproach to mails of the corpus: the others are right, and still cannot be filed."""


def order_of(partner: str, act: Act, former: Sent | None = None, case: Case | None = None) -> Order:
    one = PARTNERS[partner]
    writer = PEOPLE.persona(one.persona)
    structure = PEOPLE.structure(writer.structure)
    patient = PEOPLE.patient_named("martin-claire")
    return Order(
        partner=one,
        writer=writer,
        structure=structure,
        sender=application_mailbox(structure).address if one.software else writer.mailbox,
        reply_to=structure.mailbox if one.software else "",
        act=act,
        patient=patient,
        to=TO,
        receipts=tuple(Receipt),
        identity=f"{partner}/{act}/{case}",
        at=datetime(2026, 9, 14, 23, 30, tzinfo=UTC),
        former=former,
        case=case,
        other=other_than(PEOPLE, patient) if case is Case.OTHER_PATIENT else None,
    )


@cache
def sent(partner: str, act: Act) -> tuple[Order, Composed]:
    one = order_of(partner, act, sent(partner, PARTNERS[partner].acts[0])[1].sent if act in ABOUT else None)
    return one, compose(one)


@cache
def of_corpus(case: Case) -> tuple[Order, Composed]:
    one = CORPUS[case]
    order = order_of(one.partner, one.act, of_corpus(one.of)[1].sent if one.of else None, case)
    return order, compose(order)


def _octets(composed: Composed) -> bytes:
    return b"Date: Tue, 15 Sep 2026 01:30:00 +0200\r\n" + composed.octets


def _broken(order: Order, composed: Composed) -> list[str]:
    mail = mail_of(_octets(composed))
    envelope = MailEnvelope(
        mailbox=order.sender,
        kind=BoxKind.APPLICATION if order.partner.software else BoxKind.PERSON,
        helo=ENVELOPE.helo,
        sender=order.sender,
        recipients=(MailRecipient(address=order.to, kind=BoxKind.PERSON),),
        notify=(),
        eight_bit=False,
        spaced=False,
    )
    return [one.check_id for one in judged([mail, envelope, TLS, flow_of(mail, [order.to])]).findings]


ALL = [(partner.id, act) for partner in PARTNERS.values() for act in partner.acts]


@pytest.mark.parametrize(("partner", "act"), ALL)
def test_no_check_reproaches_anything_to_a_mail_of_a_correspondent(partner: str, act: Act) -> None:
    assert _broken(*sent(partner, act)) == []


@pytest.mark.parametrize("case", CORPUS)
def test_a_mail_of_the_corpus_breaks_the_rule_that_its_case_is_about(case: Case) -> None:
    assert _broken(*of_corpus(case)) == FAULTS.get(case, [])


@pytest.mark.parametrize(("partner", "act"), [one for one in ALL if one[1] not in (Act.QUESTION, Act.WITHDRAWAL)])
def test_the_validator_finds_no_fault_in_a_mail_of_documents(partner: str, act: Act) -> None:
    report = Validator().validate(_octets(sent(partner, act)[1]), "message.eml")
    assert list(report.problems) == []


def test_every_document_is_valid_for_the_official_schema() -> None:
    schema = etree.XMLSchema(etree.parse(str(artefacts() / SCHEMA)))
    for partner, act in ALL:
        if act in (Act.QUESTION, Act.WITHDRAWAL):
            continue
        parts = {part.filename: part.body for part in read_mail(sent(partner, act)[1].octets).leaves()}
        for one in read_xdm(parts["IHE_XDM.zip"]).entries:
            schema.assertValid(etree.fromstring(one.content or b""))


def test_each_pdf_beside_the_archive_is_the_one_that_its_document_holds() -> None:
    mail = read_mail(sent("hopital", Act.HISTORY)[1].octets)
    parts = {part.filename: part.body for part in mail.leaves() if part.filename}
    documents = [read_document(one.content or b"") for one in read_xdm(parts.pop("IHE_XDM.zip")).entries]
    assert [one.pdf for one in documents] == list(parts.values())
    assert [one.effective_time[:4] for one in documents] == ["2024", "2024", "2025"]


def test_the_same_order_gives_the_same_octets_and_another_identity_others() -> None:
    order, composed = sent("generaliste", Act.PRESCRIPTION)
    assert compose(order) == composed
    other = compose(replace(order, identity="autre"))
    assert (other.message_id != composed.message_id, other.versions != composed.versions) == (True, True)


def test_every_act_has_a_title_and_somebody_who_does_it() -> None:
    assert {act for _, act in ALL} == set(Act) == set(ACT_TITLES)


def test_every_case_of_the_corpus_says_what_is_expected() -> None:
    assert set(CORPUS) == set(Case)
    assert {one.expected.outcome for one in CORPUS.values()} == set(Outcome)
    for one in CORPUS.values():
        held = one.expected.outcome is Outcome.QUARANTINE
        assert (one.expected.reason is not None) == held
        assert one.expected.text
        assert one.title
        assert one.act in PARTNERS[one.partner].acts
        assert not (held and one.expected.documents)


def test_a_case_about_another_brings_that_other_before_it() -> None:
    cases = [one.case for one in needed([Case.WITHDRAWAL, Case.LEVEL_1])]
    assert cases == [Case.LEVEL_1, Case.FIRST_VERSION, Case.SECOND_VERSION, Case.WITHDRAWAL]
