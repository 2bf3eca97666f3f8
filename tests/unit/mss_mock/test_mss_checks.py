"""Each check catches the mail that breaks exactly its rule, and says nothing of the right one."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from lgo_sandbox.requirements import catalogue
from lgo_sandbox.watch.findings import Observed, evaluate
from mss_mock.checks import CHECKS
from mss_mock.wire.mail import mail_facts

MATRICULE = "256036330091838"
DOCUMENT = {
    "title": "BPM",
    "uri": "DOC00001.XML",
    "code": "51969-4",
    "qualified": True,
    "matricule": MATRICULE,
    "birth_name": "MARTIN",
    "birth_date": "1956-03-12",
}
ARCHIVE = {"patient": {"id": MATRICULE, "oid": "1.2.250.1.213.1.4.8"}, "problems": [], "documents": [DOCUMENT]}
PDF = {"name": "20260105_BPM_MARTIN_Claire_12.pdf", "type": "application/pdf", "size": 9, "pdf": True, "pdf_a1": True}
ZIP = {"name": "IHE_XDM.zip", "type": "application/zip", "size": 9, "pdf": False, "pdf_a1": False}
MAIL = {
    "message": True,
    "size": 900,
    "longest_line": 76,
    "tls_version": "TLSv1.3",
    "mailbox_kind": "PER",
    "mailbox": "helene.valmont@pharmacien.mssante.fr",
    "sender_address": "helene.valmont@pharmacien.mssante.fr",
    "sender_label": "DR Helene VALMONT - PHARMACIE DE LA FONTAINE",
    "subject": "Bonjour",
    "message_id": "<1@x.fr>",
    "in_reply_to": None,
    "references": None,
    "nil": "N1",
    "ins": None,
    "code_cda": None,
    "mes": None,
    "reply_to": [],
    "read_receipt": None,
    "delivery_receipt": None,
    "notify": [],
    "bodies": [["text/plain", "utf-8"]],
    "alternative": False,
    "disposition_report": False,
    "defects": [],
    "attachments": [],
    "archives": [],
    "recipients": [{"address": "isabelle.delorme@medecin.mssante.fr", "kind": "PER"}],
}
WITH_DOCUMENTS = {
    **MAIL,
    "subject": "XDM/1.0/DDM+Bilan partagé MARTIN Claire 12/03/1956",
    "ins": "O",
    "code_cda": "51969-4",
    "attachments": [ZIP, PDF],
    "archives": [ARCHIVE],
}
FLOW = {"matricule": MATRICULE, "status": "", "verification": ""}
TO_CITIZEN = {**WITH_DOCUMENTS, "recipients": [{"address": f"{MATRICULE}@patient.mssante.fr", "kind": "PAT"}]}


def broken(facts, operation="smtp-message", transport="smtp"):
    observed = Observed("mss", operation, transport, transport, facts, {})
    return [finding.check_id for finding in evaluate(CHECKS, observed).findings]


def kept(facts, operation="smtp-message", transport="smtp"):
    observed = Observed("mss", operation, transport, transport, facts, {})
    return {check.id for check in evaluate(CHECKS, observed).kept}


@pytest.mark.parametrize("facts", [MAIL, WITH_DOCUMENTS, TO_CITIZEN])
def test_a_right_mail_raises_nothing(facts):
    assert broken(facts) == []


def _archive(**changes):
    return [{**ARCHIVE, **changes}]


@pytest.mark.parametrize(
    ("check", "base", "changes"),
    [
        ("mss.nil", MAIL, {"nil": " "}),
        ("mss.message-id", MAIL, {"message_id": "un@x.fr"}),
        ("mss.message-id", MAIL, {"message_id": None}),
        ("mss.reply-threading", MAIL, {"in_reply_to": "<1@x>"}),
        ("mss.reply-threading", MAIL, {"subject": "RE: Bonjour"}),
        ("mss.body", MAIL, {"bodies": [["text/html", "utf-8"]]}),
        ("mss.body", MAIL, {"bodies": [["text/html", "utf-8"], ["text/plain", "utf-8"]], "alternative": True}),
        ("mss.utf8", MAIL, {"bodies": [["text/plain", "iso-8859-1"]]}),
        ("mss.from-label", MAIL, {"sender_label": ""}),
        ("mss.from-label", MAIL, {"sender_label": "helene.valmont@pharmacien.mssante.fr"}),
        ("mss.from-label", MAIL, {"sender_label": "Pharmacie"}),
        ("mss.from-address", MAIL, {"sender_address": "x@y.fr"}),
        ("mss.line-length", MAIL, {"longest_line": 999}),
        ("mss.well-formed", MAIL, {"defects": ["CloseBoundaryNotFoundDefect"]}),
        ("mss.app-reply-to", MAIL, {"mailbox_kind": "APP"}),
        ("mss.fin", MAIL, {"mes": "FIN"}),
        ("mss.fin", TO_CITIZEN, {"mes": "fin"}),
        ("mss.xdm-and-pdf", WITH_DOCUMENTS, {"attachments": [ZIP]}),
        ("mss.xdm-and-pdf", WITH_DOCUMENTS, {"archives": [ARCHIVE, ARCHIVE], "attachments": [ZIP, PDF, PDF]}),
        ("mss.xdm-and-pdf", MAIL, {"attachments": [{**ZIP, "name": "xdm.zip"}]}),
        ("mss.pdf-a1", WITH_DOCUMENTS, {"attachments": [ZIP, {**PDF, "pdf_a1": False}]}),
        ("mss.pdf-name", WITH_DOCUMENTS, {"attachments": [ZIP, {**PDF, "name": "bilan.pdf"}]}),
        ("mss.xdm-sound", WITH_DOCUMENTS, {"archives": _archive(problems=["hash"])}),
        ("mss.xdm-sound", WITH_DOCUMENTS, {"archives": [{"unreadable": "archive ZIP illisible"}]}),
        ("mss.xdm-subject", WITH_DOCUMENTS, {"subject": "Bilan partagé"}),
        ("mss.xdm-subject", WITH_DOCUMENTS, {"subject": "XDM/1.0/DDM+Bilan DURAND Paul 12/03/1956"}),
        ("mss.ins-header", WITH_DOCUMENTS, {"ins": "N"}),
        ("mss.ins-header", WITH_DOCUMENTS, {"ins": None}),
        ("mss.ins-header", MAIL, {"ins": "O"}),
        ("mss.code-header", WITH_DOCUMENTS, {"code_cda": "11488-4"}),
        ("mss.code-header", MAIL, {"code_cda": "11488-4"}),
        ("mss.citizen-ins", TO_CITIZEN, {"archives": _archive(patient={"id": "IPP1", "oid": "1.2.3"})}),
        ("mss.citizen-ins", TO_CITIZEN, {"recipients": [{"address": "1@patient.mssante.fr", "kind": "PAT"}]}),
        ("mss.tls", MAIL, {"tls_version": "TLSv1.1"}),
        ("mss.ins-status", TO_CITIZEN, {"ins_flow": [{**FLOW, "status": "identité validée"}]}),
        ("mss.ins-verification", WITH_DOCUMENTS, {"ins_flow": [{**FLOW, "verification": "vérification KO"}]}),
        ("mss.ins-datamatrix", WITH_DOCUMENTS, {"printed_ins": ["aucun datamatrix"]}),
    ],
)
def test_a_mail_that_breaks_one_rule_raises_that_finding_only(check, base, changes):
    assert set(broken({**base, **changes})) == {check}


def test_several_documents_have_several_codes_in_any_order():
    other = {**DOCUMENT, "code": "11488-4"}
    facts = {**WITH_DOCUMENTS, "archives": _archive(documents=[DOCUMENT, other]), "attachments": [ZIP, PDF, PDF]}
    assert broken({**facts, "code_cda": "11488-4, 51969-4"}) == []
    assert broken({**facts, "code_cda": "51969-4"}) == ["mss.code-header"]


def test_receipts_are_observed_when_asked_and_never_reproached():
    asked = {**MAIL, "delivery_receipt": "a@b", "read_receipt": "a@b"}
    assert {"mss.delivery-receipt", "mss.read-receipt"} <= kept(asked)
    assert "mss.delivery-receipt" in kept({**MAIL, "notify": ["SUCCESS"]})
    assert not {"mss.delivery-receipt", "mss.read-receipt"} & kept(MAIL)


def test_logins_are_judged_by_their_form_and_outcome():
    good = {
        "mechanism": "XOAUTH2",
        "well_formed": True,
        "subject": "8997",
        "initial_response": True,
        "tls_version": "TLSv1.2",
    }
    assert broken(good, "imap-authenticate", "imap") == []
    assert {"mss.xoauth2", "mss.imap-starttls", "mss.sasl-ir"} <= kept(good, "imap-authenticate", "imap")
    assert broken({**good, "well_formed": False}, "smtp-auth") == ["mss.xoauth2"]
    assert broken({**good, "reason": "jeton expiré"}, "smtp-auth") == ["mss.credentials"]
    assert "mss.app-login" in kept({**good, "mechanism": "PLAIN"}, "smtp-auth")


def test_every_requirement_of_a_check_is_in_the_catalogue_and_ids_are_unique():
    known = catalogue()
    for check in CHECKS:
        for requirement in check.requirements:
            assert requirement in known, requirement
    assert len({check.id for check in CHECKS}) == len(CHECKS)


# Facts of real octets


def _message(content: bytes | None = None, name: str = "IHE_XDM.zip") -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "DR Hélène VALMONT <h@x.fr>"
    message["Subject"] = "Objet accentué"
    message.set_content("Bonjour é", charset="utf-8")
    if content is not None:
        message.add_attachment(content, maintype="application", subtype="zip", filename=name)
        message.add_attachment(
            b"%PDF-1.4 <pdfaid:part>1</pdfaid:part>", maintype="application", subtype="pdf", filename="é.pdf"
        )
    return message.as_bytes()


def test_the_facts_of_a_mail_are_decoded_values():
    facts = mail_facts(_message(b"PK", name="ihe_xdm.ZIP"))
    assert facts["sender_label"] == "DR Hélène VALMONT"
    assert facts["subject"] == "Objet accentué"
    assert facts["bodies"] == [["text/plain", "utf-8"]]
    assert facts["attachments"][1] == {
        "name": "é.pdf",
        "type": "application/pdf",
        "size": 37,
        "pdf": True,
        "pdf_a1": True,
    }
    assert "unreadable" in facts["archives"][0]


def _zip(files: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return output.getvalue()


def test_a_zip_bomb_is_a_finding_not_a_crash():
    bomb = _zip({"IHE_XDM/SUBSET01/METADATA.XML": b"\0" * 60_000_000})
    facts = mail_facts(_message(bomb))
    assert "taille" in facts["archives"][0]["unreadable"]
    assert "mss.xdm-sound" in broken({**MAIL, **facts})


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
        b"Content-Type: text/plain; charset=inconnu\r\n\r\n\xe9",
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n***\r\n",
        b"From: =?bogus?q?x?= <\xff>\r\nSubject: =?utf-8?b?////?=\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\n" * 3000,
    ],
)
def test_truncated_and_misencoded_mails_have_facts(raw):
    assert mail_facts(raw)["message"] is True
