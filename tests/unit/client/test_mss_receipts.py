"""Receipts: read in every form that is on the wire, written in one, and never taken for another mail."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from support.mss_inbound import mail_of

from lgo_client.clock import Workplace
from lgo_client.mss.mails import Sender
from lgo_client.mss.receipts import NOT_FILED, Reading, Receipt, mdn, read_receipt, read_receipts

READER = Sender("DR Alix MARCHAND - CABINET", "alix@medecin.mssante.fr", "NIL-1")
HEADERS = {
    "Subject": "XDM/1.0/DDM+Bilan d'été PAT-TROIS",
    "Message-ID": "<un@officine.fr>",
    "Disposition-Notification-To": "Officine <officine@pharmacien.mssante.fr>",
}


def report(kind: str, fields: str, returned: str = "") -> bytes:
    parts = [
        "Content-Type: text/plain\r\n\r\nRapport.\r\n",
        f"Content-Type: message/{kind}\r\n\r\n{fields}",
        *([f"Content-Type: text/rfc822-headers\r\n\r\n{returned}"] if returned else []),
    ]
    body = "".join(f"--B\r\n{part}\r\n" for part in parts)
    return f"MIME-Version: 1.0\r\nContent-Type: multipart/report; boundary=B\r\n\r\n{body}--B--\r\n".encode()


def disposition(*fields: str) -> bytes:
    common = ("Final-Recipient: rfc822;alix@medecin.mssante.fr", "Original-Message-ID: <un@officine.fr>")
    return report("disposition-notification", "".join(f"{one}\r\n" for one in (*common, *fields)))


AUTOMATIC = "Disposition: automatic-action/MDN-sent-automatically; "


@pytest.mark.parametrize(
    ("fields", "done", "code", "shown"),
    [
        ([AUTOMATIC + "processed"], True, "", "intégré"),
        (["Disposition: manual-action/MDN-sent-manually; displayed"], True, "", "lu"),
        (["Disposition: manual-action/MDN-sent-manually; deleted"], True, "", "supprimé sans être lu"),
        (
            [AUTOMATIC + "processed/Error: 902^Patient inconnu"],
            False,
            "902",
            "non intégré (902 Patient inconnu)",
        ),
        (
            [AUTOMATIC + "processed/error", "Error: 904^INS autre^applicationErrorCondition| E^Error^errorSeverity"],
            False,
            "904",
            "non intégré (904 INS autre)",
        ),
        ([AUTOMATIC + "processed/error"], False, "", "non intégré"),
    ],
    ids=["filed", "read", "deleted", "older error", "error", "error without reason"],
)
def test_an_mdn_is_read_in_both_forms(fields: list[str], done: bool, code: str, shown: str) -> None:
    found = read_receipt(disposition(*fields))
    assert found is not None
    assert (found.delivery, found.done, found.code, found.shown) == (False, done, code, shown)
    assert (found.message_id, found.recipient) == ("<un@officine.fr>", "alix@medecin.mssante.fr")


@pytest.mark.parametrize(
    ("action", "status", "shown"),
    [
        ("delivered", "2.0.0", "remis"),
        ("relayed", "2.0.0", "remis"),
        ("failed", "5.1.1", "non distribué (5.1.1 adresse inconnue ; par mx.x)"),
        ("failed", "5.9.9", "non distribué (5.9.9 550 inconnu ; par mx.x)"),
        (
            "delayed",
            "4.4.1",
            "en attente chez l'opérateur (4.4.1 l'opérateur du destinataire ne répond pas ; par mx.x)",
        ),
    ],
)
def test_a_delivery_report_is_read_with_its_reason(action: str, status: str, shown: str) -> None:
    said = "Remote-MTA: dns; mx.x\r\nDiagnostic-Code: smtp; 550 inconnu\r\n"
    group = f"Final-Recipient: rfc822; A@b.fr\r\nAction: {action}\r\nStatus: {status}\r\n{said}"
    fields = f"Original-Envelope-Id: un@officine.fr\r\nReporting-MTA: dns; x\r\n\r\n{group}\r\n"
    found = read_receipt(report("delivery-status", fields, "Subject: a\r\nMessage-ID: <un@officine.fr>\r\n"))
    assert found is not None
    assert (found.delivery, found.shown, found.recipient) == (True, shown, "a@b.fr")
    assert (found.envelope_id, found.message_id) == ("un@officine.fr", "<un@officine.fr>")


def test_one_recipient_of_several_that_failed_is_the_one_told() -> None:
    groups = [
        "Final-Recipient: rfc822; a@b.fr\r\nAction: delivered\r\nStatus: 2.0.0\r\n",
        "Final-Recipient: rfc822; c@d.fr\r\nAction: failed\r\nStatus: 5.2.1\r\n",
    ]
    found = read_receipt(report("delivery-status", "Reporting-MTA: dns; x\r\n\r\n" + "\r\n".join(groups) + "\r\n"))
    assert found is not None
    assert (found.done, found.recipient, found.code) == (False, "c@d.fr", "5.2.1")


def test_a_failure_goes_before_a_delay_and_each_recipient_can_be_told() -> None:
    groups = [
        "Final-Recipient: rfc822; a@b.fr\r\nAction: delayed\r\nStatus: 4.4.1\r\n",
        "Final-Recipient: rfc822; c@d.fr\r\nAction: failed\r\nStatus: 5.2.1\r\n",
        "Final-Recipient: rfc822; e@f.fr\r\nAction: expanded\r\nStatus: 2.0.0\r\n",
    ]
    raw = report("delivery-status", "Reporting-MTA: dns; x\r\n\r\n" + "\r\n".join(groups) + "\r\n")
    assert [(one.recipient, one.done, one.waits) for one in read_receipts(raw)] == [
        ("a@b.fr", False, True),
        ("c@d.fr", False, False),
        ("e@f.fr", True, False),
    ]
    worst = read_receipt(raw)
    assert worst is not None
    assert worst.recipient == "c@d.fr"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("[KO Intégration système !][902] XDM/1.0/DDM+Bilan", "non intégré (902 Identifiant de patient inconnu)"),
        ("[KO Intégration système !] XDM/1.0/DDM+Bilan", "non intégré (Document non intégré)"),
        ("[Erreur d’intégration !][904] Bilan", "non intégré (904 INS différente de celle du patient)"),
        ("=?utf-8?q?=5BKO_Int=C3=A9gration_syst=C3=A8me_!=5D=5B999=5D_a?=", "non intégré (999 Document non intégré)"),
    ],
)
def test_the_standard_mail_of_an_error_is_a_receipt(subject: str, shown: str) -> None:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["Subject"] = "PFI <service_auto@chb.mssante.fr>", subject
    message.set_content("Le document n'a pas pu être intégré.")
    message.add_attachment(BytesParser(policy=policy.default).parsebytes(b"Message-ID: <un@officine.fr>\r\n\r\na\r\n"))
    found = read_receipt(message.as_bytes())
    assert found is not None
    assert (found.delivery, found.done, found.shown) == (False, False, shown)
    assert (found.message_id, found.recipient) == ("<un@officine.fr>", "service_auto@chb.mssante.fr")


def test_a_reply_to_an_error_mail_is_no_receipt() -> None:
    assert read_receipt(b"Subject: RE: [KO] a\r\nIn-Reply-To: <un@officine.fr>\r\n\r\na\r\n") is None


@pytest.mark.parametrize(
    ("reading", "disposition"),
    [
        (Reading(), "automatic-action/MDN-sent-automatically; processed"),
        (Reading("902"), "automatic-action/MDN-sent-automatically; processed/error"),
        (Reading(asked=True), "automatic-action/MDN-sent-manually; processed"),
        (Reading(displayed=True, asked=True), "manual-action/MDN-sent-manually; displayed"),
        (Reading("906", by_hand=True, asked=True), "manual-action/MDN-sent-manually; processed/error"),
    ],
)
def test_a_receipt_says_who_did_what(reading: Reading, disposition: str, workplace: Workplace) -> None:
    raw = mdn(b"Subject: a\r\n\r\n", HEADERS, READER, "a@b.fr", workplace, reading)
    assert f"Disposition: {disposition}\r\n".encode() in raw
    original = {**HEADERS, "Original-Recipient": "rfc822;service@chb.mssante.fr"}
    assert b"Original-Recipient: rfc822;service@chb.mssante.fr\r\n" in mdn(b"", original, READER, "a@b.fr", workplace)


@pytest.mark.parametrize(
    "raw",
    [
        mail_of(),
        b"",
        b"Content-Type: multipart/report; boundary=B\r\n\r\n",
        report("global", "x"),
    ],
    ids=["a mail", "nothing", "no part", "other report"],
)
def test_another_mail_is_no_receipt(raw: bytes) -> None:
    assert read_receipt(raw) is None


def test_an_empty_report_says_nothing_well() -> None:
    found = read_receipt(report("delivery-status", ""))
    assert found is None or found.done is False


@pytest.mark.parametrize("code", ["", *NOT_FILED])
def test_a_receipt_that_we_write_reads_back_and_carries_the_whole_mail(code: str, workplace: Workplace) -> None:
    original = b"Message-ID: <un@officine.fr>\r\nSubject: \xc3\xa9t\xc3\xa9\r\n\r\ncorps \xe9\r\n"
    raw = mdn(original, HEADERS, READER, "accuse.1@medecin.mssante.fr", workplace, Reading(code))
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert original in raw
    assert message["To"] == "officine@pharmacien.mssante.fr"
    assert message["Message-ID"] == "<accuse.1@medecin.mssante.fr>"
    assert message["In-Reply-To"] == message["References"] == "<un@officine.fr>"
    start = f"[KO Intégration système !][{code}] " if code else ""
    assert message["Subject"] == start + HEADERS["Subject"]
    assert (b"processed/error" in raw) is bool(code)
    found = read_receipt(raw)
    assert isinstance(found, Receipt)
    assert (found.done, found.code, found.message_id) == (not code, code, "<un@officine.fr>")
