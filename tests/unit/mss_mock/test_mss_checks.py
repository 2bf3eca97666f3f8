"""What the checks say of a mail or a login, and what they leave undecided; each is fired through a door in wire/mss."""

from __future__ import annotations

import email.errors
import io
import zipfile
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from support.mss_values import (
    ARCHIVE,
    CITIZEN,
    CONTENT,
    DOCTOR,
    DOCUMENT,
    ENVELOPE,
    MATRICULE,
    OTHER,
    PDF,
    TEXT,
    TLS,
    WITH_DOCUMENTS,
    ZIP,
    broken,
    exchange_of,
    judged,
    kept,
    mailed,
    past,
    with_head,
)

from health_documents.values.xdm import XdmFault
from lgo_sandbox.requirements import catalogue
from lgo_sandbox.watch.refusals import Refusal
from mss_mock.checks import CHECKS
from mss_mock.codes import REFUSES_MAIL, REFUSES_MAIL_TO_PROFESSIONALS, BoxKind
from mss_mock.codes.defects import DEFECTS, REMEDIES
from mss_mock.facts import Autoconfigured, ImapCommand, MailLogin
from mss_mock.facts.content import ArchiveProblem, MailContent, Unreadable
from mss_mock.wire.mail import read_content, subject_of

TO_CITIZEN = replace(ENVELOPE, recipients=(CITIZEN,))
TO_BOTH = replace(ENVELOPE, recipients=(DOCTOR, CITIZEN))
APPLICATION = replace(ENVELOPE, kind=BoxKind.APPLICATION)
AUTOMATIC = replace(CONTENT, bodies=(replace(TEXT, automatic=True),))
HASH = ArchiveProblem(fault=XdmFault.HASH, text="hash 1", expected="2")
WHOLE = {"MSS-XDM-AND-PDF", "MSS-PDF-A1", "MSS-XDM-SOUND"}


@pytest.mark.parametrize("content", [CONTENT, WITH_DOCUMENTS])
@pytest.mark.parametrize("envelope", [ENVELOPE, TO_CITIZEN, TO_BOTH])
def test_a_right_mail_raises_nothing(content, envelope):
    assert broken(mailed(content, envelope)) == []


def test_every_requirement_of_a_check_is_in_the_catalogue_and_ids_are_unique():
    known = catalogue()
    assert [r for check in CHECKS for r in check.requirements if r not in known] == []
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    assert all(check.id == check.id.upper() and check.id.startswith("MSS-") for check in CHECKS)
    assert all(alias.startswith("mss.") for check in CHECKS for alias in check.aliases)


# What is let undecided


def test_documents_are_proved_only_when_archive_pdf_and_form_are_all_right():
    assert kept(mailed(WITH_DOCUMENTS)) >= WHOLE
    for changes, culprit in (
        ({"attachments": (ZIP,)}, "MSS-XDM-AND-PDF"),
        ({"attachments": (ZIP, replace(PDF, is_pdf_a1=False))}, "MSS-PDF-A1"),
        ({"archives": (replace(ARCHIVE, problems=(HASH,)),)}, "MSS-XDM-HASH"),
    ):
        facts = mailed(replace(WITH_DOCUMENTS, **changes))
        assert broken(facts) == [culprit]
        assert not kept(facts) & WHOLE


def test_documents_for_a_citizen_prove_nothing_of_those_for_professionals():
    facts = mailed(WITH_DOCUMENTS, TO_CITIZEN)
    assert not kept(facts) & WHOLE
    assert "MSS-CITIZEN-DOCUMENTS" in kept(facts)
    assert broken(mailed(replace(WITH_DOCUMENTS, attachments=(ZIP,)), TO_CITIZEN)) == ["MSS-CITIZEN-DOCUMENTS"]


@pytest.mark.parametrize(
    ("second", "check"),
    [
        (replace(DOCUMENT, matricule=OTHER, told=replace(DOCUMENT.told, matricule=OTHER)), "MSS-XDM-PATIENTS"),
        (Unreadable(reason="DOC2 : illisible"), "MSS-XDM-CDA"),
    ],
)
def test_several_patients_or_an_unreadable_document_make_an_archive_unsound(second, check):
    archive = replace(ARCHIVE, documents=(DOCUMENT, second), count=2)
    facts = mailed(replace(WITH_DOCUMENTS, archives=(archive,), attachments=(ZIP, PDF, PDF)))
    assert broken(facts) == [check]
    assert not kept(facts) & WHOLE


def test_several_documents_have_several_codes_in_any_order():
    other = replace(DOCUMENT, code="11488-4")
    content = replace(
        WITH_DOCUMENTS, archives=(replace(ARCHIVE, documents=(DOCUMENT, other), count=2),), attachments=(ZIP, PDF, PDF)
    )
    assert broken(mailed(with_head(content, code_cda="11488-4, 51969-4"))) == []
    assert broken(mailed(with_head(content, code_cda="51969-4"))) == ["MSS-CODE-HEADER"]


def test_an_unread_archive_says_nothing_of_the_patient_in_the_subject():
    unread = replace(WITH_DOCUMENTS, archives=(Unreadable(reason="zip"),))
    assert "MSS-XDM-SUBJECT" not in kept(mailed(unread))
    assert "MSS-XDM-SUBJECT" in kept(mailed(WITH_DOCUMENTS))


# What must not leave


def test_the_address_of_a_citizen_is_only_believed_once_the_contrary_was_staged():
    check, facts = "MSS-CITIZEN-INS", mailed(WITH_DOCUMENTS, TO_CITIZEN)
    assert check not in kept(facts)
    staged = [("identité validée", OTHER)]
    assert check in kept(facts, history=past(markers=staged))
    assert check not in kept(facts, history=past(markers=[*staged, ("identité qualifiée", OTHER)]))
    to_other = replace(TO_CITIZEN, recipients=(replace(CITIZEN, address=f"{OTHER}@patient.mssante.fr"),))
    written = past(exchange_of(mailed(CONTENT, to_other)), markers=staged)
    assert check not in kept(facts, history=written)
    assert check in broken(mailed(CONTENT, to_other), history=past(markers=staged))
    assert broken(mailed(WITH_DOCUMENTS, to_other)) == ["MSS-SAME-ADDRESS"]


@pytest.mark.parametrize(
    ("check", "marker", "facts"),
    [
        ("MSS-CITIZEN-REFUSES", REFUSES_MAIL, mailed(CONTENT, TO_CITIZEN)),
        ("MSS-PATIENT-REFUSES", REFUSES_MAIL_TO_PROFESSIONALS, mailed(WITH_DOCUMENTS)),
    ],
)
def test_a_refusal_of_the_patient_is_only_believed_once_it_was_staged(check, marker, facts):
    assert check not in kept(facts)
    assert check in kept(facts, history=past(markers=[(marker, OTHER)]))
    assert check in broken(facts, history=past(markers=[(marker, MATRICULE)]))
    assert check not in kept(facts, history=past(markers=[(marker, MATRICULE), (marker, OTHER)]))
    assert check not in kept(facts, history=past(exchange_of(facts), markers=[(marker, MATRICULE)]))


# Heads


def test_a_message_id_is_reproached_only_to_another_message():
    history = past(exchange_of(mailed(CONTENT)))
    assert "MSS-MESSAGE-ID" in kept(mailed(CONTENT), history=history)
    assert broken(mailed(replace(CONTENT, fingerprint="b")), history=history) == ["MSS-MESSAGE-ID"]


def test_a_reply_refers_to_the_first_message_in_both_headers():
    both = with_head(CONTENT, subject="RE: Bonjour", in_reply_to="<0@x>", references="<z@x> <0@x>")
    assert "MSS-REPLY-THREADING" in kept(mailed(both))
    assert broken(mailed(with_head(both, references="<z@x>"))) == ["MSS-REPLY-THREADING"]
    assert broken(mailed(with_head(CONTENT, subject="TR: Bonjour"))) == []


def test_an_automatic_mail_is_proved_when_it_says_so_and_can_be_answered():
    answered = with_head(AUTOMATIC, reply_to=("contact@pharmacie-fontaine.mssante.fr",))
    assert "MSS-APP-REPLY-TO" in kept(mailed(answered, APPLICATION))
    silent = mailed(with_head(CONTENT, reply_to=("contact@pharmacie-fontaine.mssante.fr",)), APPLICATION)
    assert "MSS-APP-REPLY-TO" not in kept(silent)
    assert broken(silent) == []
    assert broken(mailed(with_head(AUTOMATIC, reply_to=(APPLICATION.mailbox,)), APPLICATION)) == ["MSS-APP-REPLY-TO"]


def test_receipts_are_observed_when_asked_and_never_reproached():
    asked = mailed(with_head(CONTENT, delivery_receipt="a@b", read_receipt="a@b"))
    assert {"MSS-DELIVERY-RECEIPT", "MSS-READ-RECEIPT"} <= kept(asked)
    assert "MSS-DELIVERY-RECEIPT" in kept(mailed(CONTENT, replace(ENVELOPE, notify=("SUCCESS",))))
    assert not {"MSS-DELIVERY-RECEIPT", "MSS-READ-RECEIPT"} & kept(mailed(CONTENT))


# Logins


def _login(mechanism: str = "XOAUTH2", **changes: object) -> MailLogin:
    right = MailLogin(
        mechanism=mechanism,
        mailbox=ENVELOPE.mailbox,
        kind=BoxKind.PERSON,
        initial_response=True,
        opened_by="899700090014",
    )
    return replace(right, **changes)


def test_the_token_is_proved_when_it_opened_both_doors():
    smtp = [_login(), TLS]
    assert "MSS-XOAUTH2" not in kept(smtp, "smtp-auth")
    assert "MSS-XOAUTH2" not in kept(smtp, "smtp-auth", history=past(exchange_of(smtp, "smtp-auth")))
    refused = [_login(opened_by=""), TLS]
    assert "MSS-XOAUTH2" not in kept(smtp, "smtp-auth", history=past(exchange_of(refused, "imap-authenticate")))
    assert "MSS-XOAUTH2" in kept(smtp, "smtp-auth", history=past(exchange_of(smtp, "imap-authenticate")))


@pytest.mark.parametrize(
    ("kind", "check"),
    [(BoxKind.PERSON, "MSS-XOAUTH2"), (BoxKind.ORGANISATION, "MSS-XOAUTH2-ORGANISATION")],
)
def test_each_kind_of_mailbox_is_proved_by_itself_and_by_one_mailbox(kind, check):
    both = {"MSS-XOAUTH2", "MSS-XOAUTH2-ORGANISATION"}
    smtp, imap = [_login(kind=kind), TLS], past(exchange_of([_login(kind=kind), TLS], "imap-authenticate"))
    assert kept(smtp, "smtp-auth", history=imap) & both == {check}
    another = [_login(kind=kind, mailbox="contact@cabinet-tilleuls.mssante.fr"), TLS]
    assert not kept(another, "smtp-auth", history=imap) & both
    by_certificate = [_login("PLAIN", kind=BoxKind.APPLICATION), TLS]
    assert not kept(by_certificate, "smtp-auth", history=past(exchange_of(by_certificate, "imap-authenticate"))) & both


def test_the_configuration_is_proved_when_its_domain_is_then_opened():
    read = exchange_of([Autoconfigured(asked="x", domain="pharmacien.mssante.fr")], "autoconfig")
    assert "MSS-AUTOCONFIG" in kept([_login(), TLS], "smtp-auth", history=past(read))
    assert "MSS-AUTOCONFIG" not in kept([_login(), TLS], "smtp-auth")
    assert "MSS-AUTOCONFIG" not in kept([_login(opened_by=""), TLS], "smtp-auth", history=past(read))


def test_reading_is_proved_by_a_message_not_by_a_login():
    fetch = ImapCommand(name="FETCH", mailbox="a", folder="INBOX", target="", uids=(1,), size=0)
    assert "MSS-IMAP-STARTTLS" in kept([fetch, TLS], "imap-fetch")
    assert "MSS-IMAP-STARTTLS" not in kept([replace(fetch, uids=()), TLS], "imap-fetch")
    assert "MSS-IMAP-STARTTLS" not in kept([_login(), TLS], "imap-authenticate")


def test_pro_sante_connect_that_does_not_answer_is_reproached_to_nobody():
    refusal = Refusal(code="psc-indisponible", received="a", expected="b", remedy="c")
    assert broken([_login(opened_by=""), TLS, refusal], "smtp-auth") == []


# From octets


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


def _read(octets: bytes) -> MailContent:
    content = read_content(octets)
    assert isinstance(content, MailContent)
    return content


def test_a_mail_is_read_as_decoded_values():
    content = _read(_message(b"PK", name="ihe_xdm.ZIP"))
    assert (content.head.sender_label, content.head.subject) == ("DR Hélène VALMONT", "Objet accentué")
    assert [(body.content_type, body.charset) for body in content.bodies] == [("text/plain", "utf-8")]
    pdf = content.attachments[1]
    assert (pdf.name, pdf.size, pdf.is_pdf, pdf.is_pdf_a1) == ("é.pdf", 37, True, True)
    assert isinstance(content.archives[0], Unreadable)
    assert subject_of(_message()) == "Objet accentué"


def _zip(files: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return output.getvalue()


def test_a_zip_bomb_is_a_finding_not_a_crash():
    content = _read(_message(_zip({"IHE_XDM/SUBSET01/METADATA.XML": b"\0" * 60_000_000})))
    (archive,) = content.archives
    assert isinstance(archive, Unreadable)
    assert "taille" in archive.reason
    assert "MSS-XDM-LIMITS" in broken(mailed(content))


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
        b"Content-Type: message/rfc822\r\n\r\n" * 5000,
        b"Content-Type: text/plain; charset*0*=\xff''%00\r\n\r\n\0",
        b"Subject: " + b"a" * 100_000,
    ],
)
def test_truncated_and_misencoded_mails_are_read_or_said_unreadable_in_french(raw):
    facts = mailed(read_content(raw))
    subject_of(raw)
    assert "Defect" not in " ".join(f.received for f in _findings(facts))


def _findings(facts):
    return judged(facts).findings


def test_each_defect_of_the_standard_library_has_a_french_name():
    defects = {name for name, kind in vars(email.errors).items() if _is_defect(kind)} - {"MessageDefect"}
    assert defects == set(DEFECTS)


def _is_defect(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, email.errors.MessageDefect)


def test_a_mail_without_headers_is_not_told_to_close_its_parts():
    (found,) = [
        f for f in _findings(mailed(read_content(b"bonjour\r\ntout le monde\r\n"))) if f.check_id == "MSS-WELL-FORMED"
    ]
    assert "ligne vide" in found.remedy
    assert "frontière" not in found.remedy


def test_each_defect_with_a_remedy_of_its_own_is_one_that_has_a_name():
    assert set(REMEDIES) < set(DEFECTS)
