"""Citizens: whom they may answer, until when, and what simulated ones do with a mail."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from support.mss_operator import MailTenant
from support.mss_people import ADJOINT, CITIZEN, GENERALISTE, MAIL, OFFICINE, TITULAIRE

from lgo_sandbox.contract import Refusal, ResourceRequest
from mss_mock.citizens.resources import handle_citizens, handle_robots

MATRICULE = CITIZEN.partition("@")[0]
CHILD = "114096330092306"
ABSENT = "201026938392954@patient.mssante.fr"


def _call(tenant: MailTenant, handle: Any, method: str = "GET", tail: str = MATRICULE, **body: str) -> Any:
    sandbox = tenant.runner.launcher.sandbox
    request = ResourceRequest(method, tail, {}, json.loads(json.dumps(body)) or None)
    return tenant.do(lambda session: handle(sandbox, session, request))


def _set(tenant: MailTenant, robot: str, **more: str) -> None:
    _call(tenant, handle_robots, "POST", robot=robot, **more)


def _acts(tenant: MailTenant) -> list[str]:
    return [one["act"] for one in _call(tenant, handle_robots)["acts"]]


def _send(tenant: MailTenant, to: str = CITIZEN, **headers: str) -> None:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    octets = MAIL if "Subject" not in headers else MAIL.replace(b"Subject: Bonjour\r\n", b"")
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [to], lines.encode() + octets)


def _mails(tenant: MailTenant, address: str = TITULAIRE) -> list[EmailMessage]:
    return [message_from_bytes(one, policy=policy.default) for one in tenant.inbox(address)]  # type: ignore[misc]


def _write(tenant: MailTenant, to: str, tail: str = MATRICULE, **more: str) -> Any:
    return _call(tenant, handle_citizens, "POST", tail, to=to, subject="Bonjour", text="Une question.", **more)


def _refused(tenant: MailTenant, to: str) -> str:
    with pytest.raises(Refusal) as refused:
        _write(tenant, to)
    assert refused.value.status == 403
    return str(refused.value)


# Rights


def test_a_citizen_writes_to_nobody_who_did_not_write_first(tenant: MailTenant) -> None:
    assert "ne peut écrire le premier" in _refused(tenant, TITULAIRE)
    _send(tenant)
    _write(tenant, TITULAIRE)
    assert "ne peut écrire le premier" in _refused(tenant, GENERALISTE)
    (mail,) = _mails(tenant)
    assert (mail["From"], mail["To"]) == (f"CLAIRE MARTIN <{CITIZEN}>", TITULAIRE)
    assert mail.get_content().strip() == "Une question."


def test_reply_to_is_whom_the_citizen_may_write_to_and_the_sender_is_not(tenant: MailTenant) -> None:
    _send(tenant, Reply_To=OFFICINE)
    _write(tenant, OFFICINE)
    assert TITULAIRE in _refused(tenant, TITULAIRE)
    _send(tenant, Reply_To="quelqu-un@exemple.fr")
    _write(tenant, TITULAIRE)


@pytest.mark.parametrize("mark", [{"X_MSS_MES": "FIN"}, {"Subject": "[FIN]"}])
def test_a_closed_exchange_is_closed_for_whatever_was_written_before_until_somebody_writes_again(
    tenant: MailTenant, mark: dict[str, str]
) -> None:
    _send(tenant, Reply_To=OFFICINE)
    _send(tenant)
    _send(tenant, **mark)
    assert "clos par le message <un@pharmacien.mssante.fr>" in _refused(tenant, TITULAIRE)
    assert "est clos" in _refused(tenant, OFFICINE)
    _send(tenant)
    _write(tenant, TITULAIRE)


@pytest.mark.parametrize("mark", [{"X_MSS_MES": "fin"}, {"Subject": "[Fin]"}, {"Subject": "RE: [FIN]"}])
def test_what_is_no_exact_mark_closes_nothing(tenant: MailTenant, mark: dict[str, str]) -> None:
    _send(tenant, **mark)
    _write(tenant, TITULAIRE)


def test_a_child_is_written_for_by_a_representative(tenant: MailTenant) -> None:
    _send(tenant, f"{CHILD}@patient.mssante.fr")
    for said in ("", "bernard-elodie", "élodie bernard"):
        _write(tenant, TITULAIRE, CHILD, representative=said)
    signed = {mail["From"] for mail in _mails(tenant)}
    assert signed == {f'"Élodie BERNARD, pour HUGO BERNARD" <{CHILD}@patient.mssante.fr>'}
    with pytest.raises(Refusal, match="ne représente pas cet enfant ; attendu : Élodie BERNARD"):
        _write(tenant, TITULAIRE, CHILD, representative="Ruth NESSI")
    _send(tenant)
    with pytest.raises(Refusal, match="n'est pas un enfant"):
        _write(tenant, TITULAIRE, representative="Élodie BERNARD")


def test_the_robot_of_a_child_writes_in_the_name_of_a_representative(tenant: MailTenant) -> None:
    tenant.configure(robot="answer")
    _send(tenant, f"{CHILD}@patient.mssante.fr")
    (answer,) = _mails(tenant)
    assert answer["From"].startswith('"Élodie BERNARD, pour HUGO BERNARD"')


# States


@pytest.mark.parametrize(
    ("state", "status", "cause"),
    [("closed", "5.2.1", "fermé"), ("absent", "5.1.1", "n'a pas"), ("opposed", "5.1.1", "opposé")],
)
def test_a_citizen_without_mailbox_sends_the_mail_back_and_writes_to_nobody(
    tenant: MailTenant, state: str, status: str, cause: str
) -> None:
    _send(tenant)
    assert _call(tenant, handle_citizens, "POST", state=state)["state"] == state
    _send(tenant)
    (report,) = _mails(tenant)
    assert report["Subject"] == "Message non distribué"
    assert f"Status: {status}" in report.as_string()
    assert cause in report.get_body().get_content()  # type: ignore[union-attr]
    assert cause in _refused(tenant, TITULAIRE)
    _call(tenant, handle_citizens, "POST", state="open")
    _write(tenant, TITULAIRE)


def test_a_patient_without_mon_espace_sante_is_unknown_to_it(tenant: MailTenant) -> None:
    _send(tenant, ABSENT)
    (report,) = _mails(tenant)
    assert "Status: 5.1.1" in report.as_string()


def test_an_address_of_no_matricule_comes_back_as_invalid(tenant: MailTenant) -> None:
    tenant.configure(unknown_citizen="bounce")
    _send(tenant, "jean.dupont@patient.mssante.fr")
    (report,) = _mails(tenant)
    assert "Status: 5.1.3" in report.as_string()
    assert tenant.findings() == ["MSS-CITIZEN-BOUNCED"]


# Robots


def test_nobody_answers_by_default(tenant: MailTenant) -> None:
    _send(tenant, Disposition_Notification_To=TITULAIRE, Return_Receipt_To=TITULAIRE)
    assert _mails(tenant) == []
    assert _call(tenant, handle_robots)["robot"] == "none"


def test_a_robot_answers_and_gives_the_receipts_that_were_asked(tenant: MailTenant) -> None:
    _set(tenant, "answer")
    _send(tenant, Disposition_Notification_To=TITULAIRE, Return_Receipt_To=TITULAIRE)
    delivered, read, answer = _mails(tenant)
    assert delivered["Subject"] == "Message distribué"
    assert read.get_content_type() == "multipart/report"
    assert read["Return-Path"] == "<>"
    told = read.as_string()
    assert "Disposition: manual-action/MDN-sent-manually; displayed" in told
    assert "Original-Message-ID: <un@pharmacien.mssante.fr>" in told
    assert (answer["Subject"], answer["In-Reply-To"]) == ("RE: Bonjour", "<un@pharmacien.mssante.fr>")
    assert answer["References"] == "<un@pharmacien.mssante.fr>"
    assert _acts(tenant) == ["remise", "lecture", "reponse"]


def test_a_robot_answers_where_reply_to_says_and_nobody_asked_for_receipts(tenant: MailTenant) -> None:
    tenant.configure(robot="attachment")
    _send(tenant, Reply_To=ADJOINT)
    assert _mails(tenant) == []
    (answer,) = _mails(tenant, ADJOINT)
    (attached,) = answer.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("courrier.pdf", "application/pdf")


def test_a_robot_answers_what_no_header_can_say_again(tenant: MailTenant) -> None:
    _set(tenant, "answer")
    with tenant.smtp() as client:
        head = b"Subject: \xff\xfe a\r\nMessage-ID: \xff <a\r\nReferences: \xe9\r\n\r\n"
        client.sendmail(TITULAIRE, [CITIZEN], head + b"a")
    (answer,) = _mails(tenant)
    assert answer["From"] == f"CLAIRE MARTIN <{CITIZEN}>"


def test_a_late_robot_reads_and_answers_when_the_clock_has_passed_its_moment(tenant: MailTenant) -> None:
    tenant.configure(robot_delay="5")
    _set(tenant, "late")
    _send(tenant, Disposition_Notification_To=TITULAIRE)
    tenant.move(minutes=4)
    assert _mails(tenant) == []
    tenant.move(minutes=1)
    assert [one["Subject"] for one in _mails(tenant)] == ["Lu : Bonjour", "RE: Bonjour"]


def test_a_late_robot_does_not_answer_what_was_closed_since(tenant: MailTenant) -> None:
    _set(tenant, "late")
    _send(tenant)
    _set(tenant, "silent")
    _send(tenant, X_MSS_MES="FIN")
    tenant.move(minutes=60)
    assert _mails(tenant) == []
    assert _acts(tenant) == ["refus"]


def test_a_silent_robot_reads_and_never_answers(tenant: MailTenant) -> None:
    _set(tenant, "silent")
    _send(tenant, Disposition_Notification_To=TITULAIRE)
    tenant.move(days=30)
    assert [one["Subject"] for one in _mails(tenant)] == ["Lu : Bonjour"]


def test_a_robot_writes_first_to_a_correspondent_only(tenant: MailTenant) -> None:
    _set(tenant, "first", contact=GENERALISTE)
    _send(tenant)
    tenant.move(minutes=60)
    (own,) = _mails(tenant)
    assert (own["Subject"], own["In-Reply-To"]) == ("Une question", None)
    assert _mails(tenant, GENERALISTE) == []
    assert sorted(_acts(tenant)) == ["message", "refus"]


def test_a_robot_is_left_to_the_option_again(tenant: MailTenant) -> None:
    _set(tenant, "silent")
    assert _call(tenant, handle_robots, "DELETE")["robot"] == "none"


# The resources


@pytest.mark.parametrize(
    ("handle", "method", "tail", "body", "status"),
    [
        (handle_citizens, "POST", "", {}, 405),
        (handle_citizens, "DELETE", MATRICULE, {}, 405),
        (handle_citizens, "GET", "1", {}, 404),
        (handle_citizens, "POST", MATRICULE, {"state": "gone"}, 422),
        (handle_citizens, "POST", MATRICULE, {"other": "a"}, 422),
        (handle_citizens, "POST", MATRICULE, {"to": "nobody@x.mssante.fr"}, 404),
        (handle_robots, "POST", "", {}, 405),
        (handle_robots, "PUT", MATRICULE, {}, 405),
        (handle_robots, "POST", MATRICULE, {"robot": "talks"}, 422),
        (handle_robots, "POST", MATRICULE, {"robot": "answer", "contact": TITULAIRE}, 422),
        (handle_robots, "POST", MATRICULE, {"robot": "first", "contact": "nobody@x.mssante.fr"}, 404),
    ],
)
def test_the_resources_refuse_what_they_cannot_do(
    tenant: MailTenant, handle: Any, method: str, tail: str, body: dict[str, str], status: int
) -> None:
    with pytest.raises(Refusal) as refused:
        _call(tenant, handle, method, tail, **body)
    assert refused.value.status == status


def test_the_resources_list_citizens_and_robots(tenant: MailTenant) -> None:
    states = {one["address"]: one["state"] for one in _call(tenant, handle_citizens, tail="")}
    assert (states[CITIZEN], states[ABSENT]) == ("open", "absent")
    assert set(_call(tenant, handle_robots, tail="")["robots"]) >= {"none", "answer", "first"}
    _send(tenant, Reply_To=OFFICINE)
    (contact,) = _call(tenant, handle_citizens)["contacts"]
    assert (contact["address"], contact["sender"], contact["open"]) == (OFFICINE, TITULAIRE, True)
