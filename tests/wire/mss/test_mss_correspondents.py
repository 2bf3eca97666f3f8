"""Correspondents: what each sends, now or when its moment has come, and what is kept of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from support.mss_correspondents import call, refusal
from support.mss_operator import MailOperator, MailTenant
from support.mss_people import CITIZEN, GENERALISTE, OFFICINE, TITULAIRE

from health_documents.xdm.read import read_xdm
from lgo_sandbox.tenant.clock import ClockState, Segment
from lgo_sandbox.tenant.session import SessionConfig
from mss_mock.codes.correspondents import PARTNERS
from mss_mock.correspondents import mails, posting
from mss_mock.correspondents.orders import Composed, Order

PATIENT = "martin-claire"
EPOCH = datetime(2026, 9, 14, 8, tzinfo=UTC)
TO = {"to": TITULAIRE, "patient": PATIENT}


def _mails(tenant: MailTenant, address: str = TITULAIRE) -> list[EmailMessage]:
    return [message_from_bytes(one, policy=policy.default) for one in tenant.inbox(address)]  # type: ignore[misc]


def _names(mail: EmailMessage) -> list[str]:
    return [part.get_filename() or "" for part in mail.iter_attachments()]


def _archive(mail: EmailMessage) -> bytes:
    (part,) = [one for one in mail.iter_attachments() if one.get_filename() == "IHE_XDM.zip"]
    content: Any = part.get_content()
    return bytes(content)


def test_partners_are_listed_with_their_acts_in_french(tenant: MailTenant) -> None:
    listed = {one["id"]: one for one in call(tenant)}
    assert list(listed) == list(PARTNERS)
    assert listed["generaliste"]["mailbox"] == GENERALISTE
    assert listed["hopital"]["mailbox"] == "contact_auto@ch-valfontaine.mssante.fr"
    assert listed["hopital"]["reply_to"] == "contact@ch-valfontaine.mssante.fr"
    assert {"act": "historique", "title": "Documents historiques, plusieurs dans une archive"} in listed["hopital"][
        "acts"
    ]
    assert "imagerie-vignes" in listed["imagerie"]["mailbox"]


def test_a_general_practitioner_sends_a_prescription_at_once(tenant: MailTenant) -> None:
    said = call(tenant, "generaliste", {"act": "ordonnance", **TO, "receipts": ["mdn", "dsn"]})
    (mail,) = _mails(tenant)
    assert (said["state"], said["uid"], said["message_id"]) == ("remis", 1, mail["Message-ID"])
    assert mail["Subject"].startswith("XDM/1.0/DDM+Ordonnance MARTIN CLAIRE")
    assert (mail["X-MSS-CODECDA"], mail["X-MSS-INS"]) == ("57833-6", "O")
    assert mail["Disposition-Notification-To"] == mail["Return-Receipt-To"] == GENERALISTE
    assert _names(mail)[0] == "IHE_XDM.zip"
    assert read_xdm(_archive(mail)).entries[0].metadata.unique_id == said["documents"][0]["unique_id"]


def test_receipts_are_those_that_were_chosen_and_a_question_has_no_document(tenant: MailTenant) -> None:
    call(tenant, "generaliste", {"act": "question", **TO, "receipts": []})
    call(tenant, "generaliste", {"act": "question", **TO})
    silent, usual = _mails(tenant)
    assert (silent["Disposition-Notification-To"], silent["X-MSS-INS"], _names(silent)) == (None, None, [])
    assert (usual["Disposition-Notification-To"], usual["Return-Receipt-To"]) == (GENERALISTE, None)


def test_a_software_writes_from_its_own_mailbox_and_answers_go_to_people(tenant: MailTenant) -> None:
    call(tenant, "hopital", {"act": "historique", "to": OFFICINE, "patient": PATIENT})
    (mail,) = _mails(tenant, OFFICINE)
    assert (mail["Reply-To"], mail["From"].addresses[0].username) == (
        "contact@ch-valfontaine.mssante.fr",
        "contact_auto",
    )
    assert mail["X-MSS-CODECDA"] == "34112-3,34874-8,11488-4"
    assert [one.metadata.mime_type for one in read_xdm(_archive(mail)).entries] == ["text/xml"] * 3


def test_what_is_asked_for_later_comes_once_when_the_clock_has_passed_its_moment(tenant: MailTenant) -> None:
    said = call(tenant, "imagerie", {"act": "imagerie", **TO, "delay": 60})
    assert (said["state"], said["uid"]) == ("prévu", None)
    assert [one["state"] for one in call(tenant, "imagerie")["done"]] == ["prévu"]
    tenant.move(minutes=59)
    assert tenant.inbox(TITULAIRE) == []
    tenant.move(minutes=2)
    tenant.move(minutes=600)
    (mail,) = _mails(tenant)
    assert (mail["Message-ID"], mail["Return-Path"]) == (said["message_id"], f"<{said['from']}>")
    assert mail["Date"] is not None
    assert [one["state"] for one in call(tenant, "imagerie")["done"]] == ["remis"]


def test_a_new_version_and_a_withdrawal_are_about_what_was_sent_before(tenant: MailTenant) -> None:
    first = call(tenant, "imagerie", {"act": "imagerie", **TO})
    second = call(tenant, "imagerie", {"act": "nouvelle-version", "patient": PATIENT})
    call(tenant, "imagerie", {"act": "suppression", "patient": PATIENT})
    _, new, withdrawn = _mails(tenant)
    assert second["documents"][0]["version"] == 2
    assert new["In-Reply-To"] == first["message_id"]
    assert withdrawn["In-Reply-To"] == second["message_id"]
    assert withdrawn["References"].split() == [first["message_id"], second["message_id"]]
    assert "supprimé" in withdrawn["Subject"]
    assert len(read_xdm(_archive(new)).replacing) == 1
    assert len(call(tenant, "imagerie")["done"]) == 3


def test_an_earlier_document_is_replaced_when_it_is_named(tenant: MailTenant) -> None:
    first = call(tenant, "laboratoire", {"act": "biologie", **TO})
    call(tenant, "laboratoire", {"act": "biologie-critique", **TO})
    named = {"act": "nouvelle-version", "patient": PATIENT, "document": first["documents"][0]["unique_id"]}
    call(tenant, "laboratoire", named)
    assert _mails(tenant)[2]["In-Reply-To"] == first["message_id"]


def test_a_patient_without_matricule_is_told_under_the_number_of_the_sender(tenant: MailTenant) -> None:
    call(tenant, "hopital", {"act": "lettre-de-liaison", "to": TITULAIRE, "patient": "rossi-giulia"})
    (mail,) = _mails(tenant)
    assert mail["X-MSS-INS"] == "N"
    assert read_xdm(_archive(mail)).patient_id.endswith("^PI")


def test_a_mail_is_made_off_the_event_loop(tenant: MailTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []

    def compose(order: Order) -> Composed:
        threads.append(threading.current_thread().name)
        return mails.compose(order)

    monkeypatch.setattr(posting, "_compose", compose)
    call(tenant, "generaliste", {"act": "question", **TO})
    loop = tenant.runner.do(lambda: threading.current_thread().name)
    assert len(threads) == 1
    assert loop not in threads


def test_the_same_seed_and_clock_give_the_same_octets(operator: MailOperator) -> None:
    clock = ClockState((Segment(EPOCH, EPOCH, running=False),), "session")
    inboxes = []
    for _ in range(2):
        twin = operator.tenant()
        twin.do(lambda session: session.configure(SessionConfig(seed="graine", clock=clock)))
        call(twin, "generaliste", {"act": "ordonnance", **TO})
        call(twin, "generaliste", {"act": "suppression", **TO, "delay": 5})
        twin.do(lambda session: session.move_clock(by=timedelta(minutes=6), frozen=True))
        inboxes.append(twin.inbox(TITULAIRE))
        twin.delete()
    assert len(inboxes[0]) == 2
    assert inboxes[0] == inboxes[1]


@pytest.mark.parametrize(
    ("tail", "body", "status", "words"),
    [
        ("dentiste", {}, 404, "attendu : generaliste, hopital, laboratoire, imagerie, ou corpus"),
        ("generaliste", [], 422, "un objet JSON est attendu"),
        ("generaliste", {"acte": "vsm"}, 422, "membres reçus : acte"),
        ("generaliste", {"act": "imagerie", **TO}, 422, "act : « imagerie » ; attendu : un acte de « generaliste »"),
        ("generaliste", {"act": "vsm", "to": TITULAIRE}, 422, "patient absent"),
        ("generaliste", {"act": "vsm", "to": TITULAIRE, "patient": "x"}, 422, "« x » n'est celui de personne"),
        ("generaliste", {"act": "vsm", "patient": PATIENT}, 422, "to : absent"),
        ("generaliste", {"act": "vsm", "patient": PATIENT, "to": CITIZEN}, 422, "la boîte d'un professionnel"),
        ("generaliste", {"act": "vsm", **TO, "delay": -1}, 422, "delay : « -1 »"),
        ("generaliste", {"act": "vsm", **TO, "delay": 1, "at": "x"}, 422, "at et delay ensemble"),
        ("generaliste", {"act": "vsm", **TO, "at": "2020-01-01T00:00:00+00:00"}, 422, "après l'heure d'âge"),
        ("generaliste", {"act": "vsm", **TO, "at": "demain"}, 422, "ISO 8601 avec fuseau"),
        ("generaliste", {"act": "vsm", **TO, "receipts": ["lu"]}, 422, "une liste de dsn, mdn"),
        ("generaliste", {"act": "vsm", **TO, "document": "1.2"}, 422, "document : seuls nouvelle-version"),
        ("generaliste", {"act": "suppression", "patient": PATIENT}, 409, "Envoyez d'abord le document"),
        ("corpus", {**TO, "cases": ["n2"]}, 422, "attendu : une liste de n1, n3"),
        ("corpus", {"to": TITULAIRE, "patient": "rossi-giulia"}, 422, "un patient qui a un INS"),
        ("", {"act": "vsm"}, 405, "attendu : POST mss/correspondents/{generaliste"),
    ],
)
def test_what_cannot_be_done_says_what_was_received_and_expected(
    tenant: MailTenant, tail: str, body: Any, status: int, words: str
) -> None:
    said = refusal(tenant, tail, body)
    assert said[0] == status
    assert words in said[1]
