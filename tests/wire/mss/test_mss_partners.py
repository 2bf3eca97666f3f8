"""Simulated correspondents: the receipts, errors and answers that a software gets without anybody at the other end."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from support.mss_operator import MailTenant
from support.mss_people import ADJOINT, CITIZEN, GENERALISTE, MAIL, OFFICINE, TITULAIRE

from lgo_sandbox.contract import Refusal, ResourceRequest
from mss_mock.codes.partners import LABELS
from mss_mock.partners.resources import handle_partners

APPLICATION = "contact_auto@ch-valfontaine.mssante.fr"
ASKED = {"Disposition-Notification-To": TITULAIRE}
SUBJECT = "XDM/1.0/DDM+Bilan partagé MARTIN CLAIRE 25/03/1956"


def _call(tenant: MailTenant, method: str = "GET", tail: str = GENERALISTE, **body: Any) -> Any:
    sandbox = tenant.runner.launcher.sandbox
    request = ResourceRequest(method, tail, {}, json.loads(json.dumps(body)) or None)
    return tenant.do(lambda session: handle_partners(sandbox, session, request))


def _set(tenant: MailTenant, robot: str, tail: str = GENERALISTE, **more: str) -> None:
    _call(tenant, "POST", tail, robot=robot, **more)


def _acts(tenant: MailTenant, tail: str = GENERALISTE) -> list[str]:
    return [one["act"] for one in _call(tenant, tail=tail)["acts"]]


def _documents(**headers: str) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"] = TITULAIRE, GENERALISTE
    message["Subject"] = SUBJECT
    message["Message-ID"] = "<bilan@pharmacien.mssante.fr>"
    for name, value in headers.items():
        message[name] = value
    message.set_content("Veuillez trouver ci-joint un bilan, élaboré hier.", cte="8bit")
    message.add_attachment(b"PK", maintype="application", subtype="zip", filename="IHE_XDM.zip")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bilan d'été.pdf")
    return message.as_bytes()


def _send(tenant: MailTenant, mail: bytes, to: str = GENERALISTE) -> None:
    with tenant.smtp() as client:
        client.sendmail(TITULAIRE, [to], mail, mail_options=["BODY=8BITMIME"])


def _letter(**headers: str) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + MAIL


def _mails(tenant: MailTenant, address: str = TITULAIRE) -> list[EmailMessage]:
    return [message_from_bytes(one, policy=policy.default) for one in tenant.inbox(address)]  # type: ignore[misc]


def _told(report: EmailMessage) -> dict[str, str]:
    """Return the fields of a disposition, as the standard library parses them."""
    (part,) = [one for one in report.walk() if one.get_content_type() == "message/disposition-notification"]
    payload: Any = part.get_payload()
    return {name: str(value) for name, value in payload[0].items()}


def _kinds(report: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in report.iter_parts()]


# By default, and by whom


def test_nobody_opens_a_mailbox_by_default(tenant: MailTenant) -> None:
    _send(tenant, _documents(**ASKED))
    assert _mails(tenant) == []
    assert _call(tenant)["robot"] == "none"


def test_the_option_is_for_every_mailbox_but_those_set_otherwise_and_the_writers_own(tenant: MailTenant) -> None:
    tenant.configure(partner_robot="read")
    _set(tenant, "none", ADJOINT)
    for to in (GENERALISTE, ADJOINT, OFFICINE, CITIZEN, TITULAIRE):
        _send(tenant, _letter(**ASKED), to)
    reports = [mail for mail in _mails(tenant) if mail.get_content_type() == "multipart/report"]
    assert [one["From"].addresses[0].addr_spec for one in reports] == [GENERALISTE, OFFICINE]
    _call(tenant, "DELETE", ADJOINT)
    assert _call(tenant, tail=ADJOINT)["robot"] == "read"


# What is told


@pytest.mark.parametrize(
    ("robot", "disposition", "subject"),
    [
        ("read", "manual-action/MDN-sent-manually; displayed", "Lu : Bonjour"),
        ("delete", "manual-action/MDN-sent-automatically; deleted", "Supprimé sans être lu : Bonjour"),
        ("file", "manual-action/MDN-sent-manually; displayed", "Lu : Bonjour"),
    ],
)
def test_a_mail_without_documents_is_read_or_deleted(
    tenant: MailTenant, robot: str, disposition: str, subject: str
) -> None:
    _set(tenant, robot)
    _send(tenant, _letter(**ASKED))
    (report,) = _mails(tenant)
    assert (report["Subject"], report["Return-Path"]) == (subject, "<>")
    assert report.get_param("report-type") == "disposition-notification"
    assert _told(report) == {
        "Reporting-UA": "medecin.mssante.fr; Logiciel destinataire (SIMULATION)",
        "Original-Recipient": f"rfc822;{GENERALISTE}",
        "Final-Recipient": f"rfc822;{GENERALISTE}",
        "Original-Message-ID": "<un@pharmacien.mssante.fr>",
        "Disposition": disposition,
    }
    assert _kinds(report)[-1] == "text/rfc822-headers"


def test_documents_that_were_filed_are_told_by_the_software_of_the_structure(tenant: MailTenant) -> None:
    _set(tenant, "file", APPLICATION)
    mail = _documents(**ASKED)
    _send(tenant, mail, APPLICATION)
    (report,) = _mails(tenant)
    assert report["Subject"] == SUBJECT
    assert _told(report)["Disposition"] == "automatic-action/MDN-sent-automatically; processed"
    assert "Error" not in _told(report)
    assert _kinds(report) == ["text/plain", "message/disposition-notification", "message/rfc822"]
    assert mail in tenant.inbox(TITULAIRE)[0], "the mail comes back to the octet"


@pytest.mark.parametrize("code", LABELS)
def test_documents_that_were_not_filed_are_told_with_their_code(tenant: MailTenant, code: str) -> None:
    _set(tenant, "reject", code=code)
    _send(tenant, _documents(**ASKED))
    (report,) = _mails(tenant)
    assert report["Subject"] == f"[KO Intégration système !][{code}] {SUBJECT}"
    assert _told(report)["Disposition"] == "automatic-action/MDN-sent-automatically; processed/error"
    assert _told(report)["Error"].startswith(f"{code}^")
    assert f"Erreur {code} : {LABELS[code]}." in report.get_body().get_content()  # type: ignore[union-attr]
    assert _kinds(report)[2:] == ["message/rfc822"]


def test_the_older_form_has_the_error_in_its_modifier_and_the_attachments_twice(tenant: MailTenant) -> None:
    tenant.configure(mdn_version="legacy")
    _set(tenant, "reject")
    _send(tenant, _documents(**ASKED))
    (report,) = _mails(tenant)
    told = _told(report)
    assert told["Disposition"].startswith(
        "automatic-action/MDN-sent-automatically; processed/Error: 902^Identifiant de patient inconnu^"
    )
    assert "Error" not in told
    assert _kinds(report)[2:] == ["message/rfc822", "application/zip", "application/pdf"]
    assert [part.get_filename() for part in report.iter_parts()][3:] == ["IHE_XDM.zip", "bilan d'été.pdf"]


@pytest.mark.parametrize("version", ["1.1.3", "legacy"])
def test_an_error_nobody_asked_to_be_told_is_a_standard_mail_to_the_mailbox_for_errors(
    tenant: MailTenant, version: str
) -> None:
    _set(tenant, "reject", code="904", version=version, error_to=OFFICINE)
    _send(tenant, _documents())
    assert _mails(tenant) == []
    (mail,) = _mails(tenant, OFFICINE)
    assert (mail["Subject"], mail["Return-Path"]) == (f"[KO Intégration système !][904] {SUBJECT}", f"<{GENERALISTE}>")
    assert mail.get_content_type() == "multipart/mixed"
    assert _kinds(mail)[:2] == ["text/plain", "message/rfc822"]
    assert len(_kinds(mail)) == (2 if version == "1.1.3" else 4)
    _set(tenant, "reject")
    _send(tenant, _documents())
    assert len(_mails(tenant)) == 1, "without one, to whoever wrote"


def test_an_answer_follows_the_receipt_in_the_thread(tenant: MailTenant) -> None:
    _set(tenant, "answer")
    _send(tenant, _letter(**ASKED))
    receipt, answer = _mails(tenant)
    assert receipt["Subject"] == "Lu : Bonjour"
    assert (answer["Subject"], answer["In-Reply-To"]) == ("RE: Bonjour", "<un@pharmacien.mssante.fr>")
    assert _acts(tenant) == ["accuse", "reponse"]


# When nothing is told


def test_a_machine_does_not_tell_another_than_whoever_wrote_and_a_person_may(tenant: MailTenant) -> None:
    other = {"Disposition-Notification-To": ADJOINT}
    _set(tenant, "reject")
    _send(tenant, _documents(**other))
    assert (_mails(tenant), _mails(tenant, ADJOINT)) == ([], [])
    (act,) = _call(tenant)["acts"]
    assert (act["act"], TITULAIRE in act["detail"]) == ("refus", True)
    _set(tenant, "read")
    _send(tenant, _documents(**other))
    assert len(_mails(tenant, ADJOINT)) == 1


def test_a_report_or_a_mail_of_a_machine_gets_no_report(tenant: MailTenant) -> None:
    tenant.configure(partner_robot="answer")
    _send(tenant, _letter(**ASKED, **{"Auto-Submitted": "auto-replied"}))
    with tenant.smtp() as client:
        client.sendmail("", [GENERALISTE], _letter(**ASKED))
    assert _mails(tenant) == []
    _send(tenant, _letter(**ASKED, **{"Auto-Submitted": "no"}))
    assert len(_mails(tenant)) == 2


# Later


def test_a_correspondent_takes_its_time(tenant: MailTenant) -> None:
    _set(tenant, "file", delay="90")
    _send(tenant, _documents(**ASKED))
    tenant.move(minutes=89)
    assert _mails(tenant) == []
    tenant.move(minutes=1)
    assert len(_mails(tenant)) == 1


# The resource


def test_the_resource_lists_what_is_set(tenant: MailTenant) -> None:
    assert _call(tenant, tail="")["set"] == []
    _set(tenant, "reject", code="903", version="legacy", delay="5", error_to=OFFICINE)
    listed = _call(tenant, tail="")
    assert listed["set"] == [
        {
            "address": GENERALISTE,
            "robot": "reject",
            "code": "903",
            "version": "legacy",
            "delay": "5",
            "error_to": OFFICINE,
        }
    ]
    assert set(listed["robots"]) == {"none", "read", "file", "reject", "delete", "answer"}


@pytest.mark.parametrize(
    ("method", "tail", "body", "status"),
    [
        ("POST", "", {"robot": "read"}, 405),
        ("PUT", GENERALISTE, {}, 405),
        ("GET", CITIZEN, {}, 404),
        ("GET", "nobody@x.mssante.fr", {}, 404),
        ("POST", GENERALISTE, {}, 422),
        ("POST", GENERALISTE, {"robot": "sings"}, 422),
        ("POST", GENERALISTE, {"robot": "reject", "code": "999"}, 422),
        ("POST", GENERALISTE, {"robot": "reject", "version": "2"}, 422),
        ("POST", GENERALISTE, {"robot": "read", "delay": "-1"}, 422),
        ("POST", GENERALISTE, {"robot": "read", "other": "1"}, 422),
        ("POST", GENERALISTE, {"robot": "reject", "error_to": CITIZEN}, 404),
    ],
)
def test_the_resource_refuses_what_it_cannot_do(
    tenant: MailTenant, method: str, tail: str, body: dict[str, str], status: int
) -> None:
    with pytest.raises(Refusal) as refused:
        _call(tenant, method, tail, **body)
    assert refused.value.status == status
