"""The reference client's mail desk against a running operator: sent, filed, answered, and no finding for it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from support.mss_desk import connection, desk_of
from support.mss_operator import MailTenant
from support.mss_people import GENERALISTE, MAIL, TITULAIRE

from health_documents.identifiers import OID_INS_NIR
from health_documents.values.xds import DocumentEntry
from lgo_client.authoring import Writer, traits_of_patient
from lgo_client.clock import Workplace
from lgo_client.dmp.documents import example
from lgo_client.environment import Environment, Patient
from lgo_client.mss.desk import Document, MailDesk
from lgo_client.mss.errors import MssRefused, MssUnavailable, NotLoggedIn, NotQualified, NotSent, Refused
from lgo_client.mss.mails import Letter
from lgo_client.mss.opening import opened_desk
from lgo_client.mss.records import Audience, Where
from lgo_client.outbox import State
from lgo_client.psc import PscRefused
from lgo_sandbox.tenant.faults import Fault, FaultKind

MATRICULE = "256036330091838"
PATIENT = f"{MATRICULE}@patient.mssante.fr"


@cache
def written(writer: Writer, patient: Patient, replaces: str) -> tuple[DocumentEntry, bytes]:
    """Return a review; drawing its PDF takes longer than all the rest, so that the tests share it."""
    return example(writer, traits_of_patient(patient, OID_INS_NIR), Workplace(), replaces=replaces)


def review(desk: MailDesk, replaces: str = "") -> Document:
    patient = desk.patients[MATRICULE]
    return Document(patient, *written(desk.writer, patient, replaces), replaces)


def found(tenant: MailTenant) -> list[str]:
    return [f"{one.check_id} {one.received}" for exchange in tenant.exchanges() for one in exchange.findings]


def test_a_document_goes_to_the_doctor_who_files_it_and_says_so(tenant: MailTenant, tmp_path: Path) -> None:
    with desk_of(tenant, tmp_path / "a") as desk, desk_of(tenant, tmp_path / "b", "generaliste") as doctor:
        document = review(desk)
        desk.send_document(document, [GENERALISTE, PATIENT])
        assert desk.send()
        assert doctor.receive() == 1
        assert doctor.receive() == 0
        (arrived,) = doctor.records.mails()
        assert (arrived.place, arrived.patient) == (Where.FILED, MATRICULE), arrived.reason
        (filed,) = doctor.records.documents(MATRICULE)
        assert filed.unique_id == document.entry.unique_id
        assert doctor.records.content(filed.number) == document.octets
        assert found(tenant) == []
        assert doctor.send()
        desk.receive()
        assert {one.recipients: one.said for one in desk.records.all_sent()} == {
            (GENERALISTE,): "remis, intégré",
            (PATIENT,): "remis",
        }


def test_a_new_version_cancels_and_replaces_for_whoever_had_the_first(tenant: MailTenant, tmp_path: Path) -> None:
    with desk_of(tenant, tmp_path / "a") as desk, desk_of(tenant, tmp_path / "b", "generaliste") as doctor:
        first = review(desk)
        desk.send_document(first, [GENERALISTE])
        second = review(desk, replaces=first.entry.unique_id)
        desk.replace(second)
        assert desk.send()
        assert found(tenant) == []
        assert doctor.receive() == 2
        assert [one.replaced for one in doctor.records.documents(MATRICULE)] == [True, False]
        mails = doctor.records.mails()
        assert mails[1].subject.startswith("XDM/1.0/DDM+Annule et remplace - ")
        assert mails[1].refs == mails[0].message_id


def test_whoever_has_a_deleted_document_is_told_but_not_a_patient_who_refuses(
    tenant: MailTenant, tmp_path: Path
) -> None:
    with desk_of(tenant, tmp_path) as desk:
        document = review(desk)
        desk.send_document(document, [GENERALISTE, PATIENT])
        desk.refuse(MATRICULE, Audience.PATIENT)
        assert len(desk.deleted(document.entry.unique_id)) == 1
        assert desk.send()
        assert b"supprim" in tenant.inbox(GENERALISTE)[1]
        assert len(tenant.inbox(PATIENT)) == 1
        assert len(desk.replace(review(desk, replaces=document.entry.unique_id))) == 1
        desk.refuse(MATRICULE, Audience.PROFESSIONALS)
        with pytest.raises(Refused):
            desk.deleted(document.entry.unique_id)
        with pytest.raises(NotSent, match="envoyé à personne"):
            desk.deleted("1.2.3")
    assert found(tenant) == []


def test_nothing_leaves_for_a_refusal_or_an_identity_that_is_not_qualified(tenant: MailTenant, tmp_path: Path) -> None:
    with desk_of(tenant, tmp_path) as desk:
        document = review(desk)
        assert desk.address_of(document.patient) == PATIENT
        with pytest.raises(NotQualified):
            desk.address_of(document.patient, qualified=False)
        with pytest.raises(NotSent, match="autre patient"):
            desk.send_document(document, ["155128002194517@patient.mssante.fr"])
        desk.refuse(MATRICULE, Audience.PATIENT)
        for address in (PATIENT, PATIENT.upper()):
            with pytest.raises(Refused):
                desk.send_document(document, [GENERALISTE, address])
        assert desk.queue.all() == []
        desk.refuse(MATRICULE, Audience.PATIENT, refused=False)
        desk.refuse(MATRICULE, Audience.PROFESSIONALS)
        with pytest.raises(Refused):
            desk.send_document(document, [GENERALISTE])
        assert len(desk.send_document(document, [PATIENT], closed=True)) == 1
        assert desk.send()
    assert b"X-MSS-MES: FIN" in tenant.inbox(PATIENT)[0]
    assert found(tenant) == []


LETTER = Letter((GENERALISTE,), "Une question", "Bonjour docteur.")


def struck(tenant: MailTenant, kind: FaultKind, operation: str, value: int = 0) -> None:
    fault = Fault("f1", "mss", kind, value, operation, remaining=1)
    tenant.do(lambda session: session.faults.arm(fault))


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.EMPTY, FaultKind.GARBAGE])
def test_an_answer_that_is_lost_does_not_send_the_mail_twice(
    tenant: MailTenant, tmp_path: Path, kind: FaultKind
) -> None:
    with desk_of(tenant, tmp_path) as desk:
        desk.write(LETTER)
        struck(tenant, kind, "smtp-message")
        assert not desk.send()
        assert [lot.state for lot in desk.queue.all()] == [State.LEAVING]
        assert desk.send()
        (lot,) = desk.queue.all()
        assert (lot.state, lot.said) == (State.SENT, "déjà reçu : la réponse s'était perdue")
    assert len(tenant.inbox(GENERALISTE)) == 1


@pytest.mark.parametrize(
    ("operation", "status", "state", "said"),
    [
        ("smtp-message", 451, State.WAITING, "défaillance passagère"),
        ("smtp-auth", 535, State.WAITING, "refuse le jeton"),
        ("smtp-message", 552, State.ASIDE, "trop gros"),
        ("smtp-rcpt", 550, State.ASIDE, GENERALISTE),
    ],
)
def test_what_heals_waits_and_what_does_not_is_set_aside(
    tenant: MailTenant, tmp_path: Path, operation: str, status: int, state: State, said: str
) -> None:
    with desk_of(tenant, tmp_path) as desk:
        number = desk.write(LETTER)
        struck(tenant, FaultKind.STATUS, operation, status)
        assert desk.send() is (state is State.ASIDE)
        (lot,) = desk.queue.all()
        assert lot.state is state
        assert said in lot.said
        desk.queue.retry(number)
        assert desk.send()
    assert len(tenant.inbox(GENERALISTE)) == 1


def test_a_token_that_is_refused_is_told_and_the_mail_waits_for_the_next_log_in(
    tenant: MailTenant, tmp_path: Path
) -> None:
    with desk_of(tenant, tmp_path, token="faux") as desk:
        desk.write(LETTER)
        assert not desk.send()
        assert "refuse le jeton" in desk.queue.all()[0].said
        with pytest.raises(MssRefused):
            desk.receive()
    with desk_of(tenant, tmp_path) as desk:
        assert desk.send()


def test_the_software_writes_and_reads_its_own_mailbox(tenant: MailTenant, tmp_path: Path) -> None:
    with desk_of(tenant, tmp_path, application=True) as desk:
        desk.send_document(review(desk), [GENERALISTE], body="Ceci est un message automatique. Document joint.")
        assert desk.send()
        assert desk.receive() == 1
        (receipt,) = desk.records.mails(Where.RECEIPT)
        assert receipt.reason.startswith("remis : Bilan médicamenteux (Officine) MARTIN CLAIRE")
    assert found(tenant) == []


def test_a_reply_continues_the_thread(tenant: MailTenant, tmp_path: Path) -> None:
    tenant.put(TITULAIRE, MAIL.replace(b"To: isabelle", b"References: <zero@x.fr>\r\nReply-To: isabelle"))
    with desk_of(tenant, tmp_path) as desk:
        assert desk.receive() == 1
        desk.reply(1, "Oui.")
        assert desk.send()
    raw = tenant.inbox(GENERALISTE)[0]
    assert b"Subject: RE: Bonjour\r\n" in raw
    assert b"In-Reply-To: <un@pharmacien.mssante.fr>\r\n" in raw
    assert b"References: <zero@x.fr> <un@pharmacien.mssante.fr>\r\n" in raw
    assert found(tenant) == []


def test_a_line_that_breaks_while_reading_costs_nothing(tenant: MailTenant, tmp_path: Path) -> None:
    for name in (b"un", b"deux", b"trois"):
        tenant.put(TITULAIRE, MAIL.replace(b"<un@", b"<" + name + b"@"))
    with desk_of(tenant, tmp_path) as desk:
        fault = Fault("f1", "mss", FaultKind.RESET, 0, "imap-fetch", remaining=1, nth=2)
        tenant.do(lambda session: session.faults.arm(fault))
        with pytest.raises(MssUnavailable):
            desk.receive()
        assert len(desk.records.mails()) == 1
        assert desk.receive() == 2
        names = [one.message_id.partition("@")[0] for one in desk.records.mails()]
        assert names == ["<un", "<deux", "<trois"]


def test_a_folder_that_was_made_anew_is_read_again_and_known_mails_are_known(
    tenant: MailTenant, tmp_path: Path
) -> None:
    tenant.put(TITULAIRE, MAIL)
    with desk_of(tenant, tmp_path) as desk:
        assert desk.receive() == 1
        place = desk.records.place(TITULAIRE, "INBOX")
        assert place is not None
        desk.records.read_to(TITULAIRE, "INBOX", replace(place, validity=place.validity - 1, last=7000))
        tenant.put(TITULAIRE, MAIL.replace(b"<un@", b"<deux@"))
        assert desk.receive() == 1
        assert desk.records.place(TITULAIRE, "INBOX") == replace(place, last=place.last + 1)


def test_a_mail_leaves_by_the_mailbox_that_it_was_written_in(tenant: MailTenant, tmp_path: Path) -> None:
    with desk_of(tenant, tmp_path) as desk, desk_of(tenant, tmp_path, "adjoint") as other:
        desk.write(LETTER)
        assert other.send()
        assert tenant.inbox(GENERALISTE) == []
        assert desk.send()
    assert len(tenant.inbox(GENERALISTE)) == 1


def test_without_a_log_in_nothing_leaves_and_all_waits(tenant: MailTenant, tmp_path: Path) -> None:
    def refused() -> str:
        raise PscRefused("access_denied", "refusé sur le téléphone")

    with opened_desk(Environment(connection(tenant)), "titulaire", tmp_path, refused) as desk:
        desk.write(LETTER)
        assert not desk.send()
        (lot,) = desk.queue.all()
        assert lot.state is State.WAITING
        assert "refusé sur le téléphone" in lot.said
        with pytest.raises(NotLoggedIn):
            desk.receive()


def test_whoever_never_got_a_document_is_not_told_of_its_end(tenant: MailTenant, tmp_path: Path) -> None:
    with desk_of(tenant, tmp_path) as desk:
        document = review(desk)
        (number,) = desk.send_document(document, [GENERALISTE])
        assert desk.queue.withdraw(number)
        with pytest.raises(NotSent, match="envoyé à personne"):
            desk.deleted(document.entry.unique_id)
