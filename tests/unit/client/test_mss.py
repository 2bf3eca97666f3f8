from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser

import pytest

from health_documents.codes.systems import document_types
from health_documents.pdf.write import pdf_file_name
from lgo_client.clock import Workplace
from lgo_client.environment import Person, Structure
from lgo_client.mss import Attachment, DocumentMail, attachments, compose, written

Sent = Callable[..., bytes]

PDF_NAME = "20260914_Bilan partagé d'été_PAT-TROIS_DOMINIQUE_0000123456.pdf"
PDF = b"%PDF-1.4\r\n" + bytes(range(256))
ARCHIVE = b"PK\x03\x04" + bytes(range(255, -1, -1))
BODY = "Cher confrère,\n\nvoici le bilan partagé — à lire.\n.\nFrom ici, " + "é" * 1200 + "\n"

MAIL = DocumentMail(
    recipient="alix.marchand@cabinet.mssante.fr",
    label="Bilan partagé de médication",
    patient_name="PAT-TROIS",
    patient_first_name="Dominique",
    birth_date="28/03/1979",
    archive=ARCHIVE,
    pdfs=[Attachment(PDF_NAME, "application", "pdf", PDF)],
    codes=["56445-0"],
    ins_qualified=True,
    body=BODY,
)


@pytest.fixture
def sent(pharmacist: Person, pharmacy: Structure, workplace: Workplace) -> Sent:
    def octets(mail: DocumentMail = MAIL, sender: Person = pharmacist) -> bytes:
        return written(compose(mail, sender, pharmacy, "NIL-0042", workplace))

    return octets


def read(raw: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(raw)


def test_eco_211_the_archive_is_joined_with_the_same_documents_as_pdf(sent: Sent) -> None:
    found = attachments(sent())
    assert [(one.name, f"{one.main_type}/{one.sub_type}") for one in found] == [
        ("IHE_XDM.zip", "application/zip"),
        (PDF_NAME, "application/pdf"),
    ]
    assert [one.content for one in found] == [ARCHIVE, PDF]


def test_eco_213_the_subject_names_document_and_patient(sent: Sent) -> None:
    assert read(sent())["Subject"] == "XDM/1.0/DDM+Bilan partagé de médication PAT-TROIS Dominique 28/03/1979"


@pytest.mark.parametrize("name", ["PAT-TROIS", "D'ARTAGNAN DE L'HÉRAULT", "ÉLÉONORE-ÉTIENNE DE LA FORÊT ÉPAISSE"])
def test_no_subject_loses_or_wins_a_space_when_it_is_folded(sent: Sent, name: str) -> None:
    for label in (code.label for code in document_types().codes.values()):
        mail = replace(MAIL, label=label, patient_name=name, body="Bonjour\n")
        assert read(sent(mail))["Subject"] == f"XDM/1.0/DDM+{label} {name} Dominique 28/03/1979"


def test_the_prefix_of_the_subject_can_be_read_without_decoding(sent: Sent) -> None:
    assert b"\r\nSubject: XDM/1.0/DDM+Bilan " in sent()


def test_eco_216_a_name_with_accents_is_written_by_rfc_2231(sent: Sent) -> None:
    head = re.sub(rb"\r\n[ \t]+", b" ", sent())
    (disposition,) = re.findall(rb"Content-Disposition: attachment; (filename\*[^\r]*)\r\n", head)
    assert disposition.isascii()
    assert disposition.lower().startswith(b"filename*=utf-8''")
    assert b"%C3%A9" in disposition


def test_the_name_made_by_the_rule_comes_back_whole(sent: Sent) -> None:
    name = pdf_file_name(date(2026, 9, 14), 'Bilan « partagé »; n° 1 = "oui"', "D'ÆION", "CŒUR", "12/34")
    raw = sent(replace(MAIL, pdfs=[Attachment(name, "application", "pdf", PDF)]))
    assert attachments(raw)[1].name == name


def test_eco_221_the_message_id_is_fresh_and_in_the_senders_domain(sent: Sent) -> None:
    first, second = (str(read(sent())["Message-ID"]) for _ in range(2))
    assert re.fullmatch(r"<[0-9a-f-]{36}@officine\.mssante\.fr>", first)
    assert first != second


def test_eco_222_a_reply_carries_the_references_it_is_given(sent: Sent) -> None:
    raw = sent(replace(MAIL, headers={"In-Reply-To": "<1@a>", "References": "<0@a> <1@a>"}))
    message = read(raw)
    assert (message["In-Reply-To"], message["References"]) == ("<1@a>", "<0@a> <1@a>")


def test_eco_223_and_224_the_text_is_plain_and_utf_8(sent: Sent) -> None:
    first = next(iter(read(sent()).iter_parts()))
    assert isinstance(first, EmailMessage)
    assert first.get_content_type() == "text/plain"
    assert first.get_content_charset() == "utf-8"
    assert first.get_content().replace("\r\n", "\n") == BODY


def test_the_message_is_seven_bit_in_lines_that_smtp_carries(sent: Sent) -> None:
    raw = sent()
    assert raw.isascii()
    assert raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_eco_227_the_sender_has_a_name_that_means_something(sent: Sent) -> None:
    assert read(sent())["From"].addresses == (
        Address("DR Hélène VALMONT - PHARMACIE DE LA FONTAINE", addr_spec="helene.valmont@officine.mssante.fr"),
    )


def test_a_sender_without_title_has_no_empty_place_in_the_name(sent: Sent, pharmacist: Person) -> None:
    message = read(sent(MAIL, replace(pharmacist, title="", given_name='Zoé, ("Z")')))
    (address,) = message["From"].addresses
    assert address.display_name == 'Zoé, ("Z") VALMONT - PHARMACIE DE LA FONTAINE'


def test_eco_231_and_232_both_receipts_are_asked_for(sent: Sent) -> None:
    message = read(sent())
    assert message["Return-Receipt-To"] == "helene.valmont@officine.mssante.fr"
    assert message["Disposition-Notification-To"] == "helene.valmont@officine.mssante.fr"


@pytest.mark.parametrize(("qualified", "said"), [(True, "O"), (False, "N")])
def test_eco_241_to_243_the_mss_headers_say_codes_ins_and_product(sent: Sent, qualified: bool, said: str) -> None:
    message = read(sent(replace(MAIL, codes=["34112-3", "PRESC-BIO", "15508-5"], ins_qualified=qualified)))
    assert message["X-MSS-CODECDA"] == "34112-3,PRESC-BIO,15508-5"
    assert message["X-MSS-INS"] == said
    assert message["X-MSS-NIL"] == "NIL-0042"


def test_without_a_cda_only_the_product_is_said(sent: Sent) -> None:
    message = read(sent(replace(MAIL, codes=[])))
    assert (message["X-MSS-CODECDA"], message["X-MSS-INS"], message["X-MSS-NIL"]) == (None, None, "NIL-0042")


def test_a_mail_to_a_patient_may_close_the_conversation(sent: Sent) -> None:
    patient = "279035121518989@patient.mssante.fr"
    message = read(sent(replace(MAIL, recipient=patient, headers={"X-MSS-MES": "FIN"})))
    assert (message["To"], message["X-MSS-MES"]) == (patient, "FIN")


def test_the_date_is_that_of_the_workplace_with_its_offset(sent: Sent) -> None:
    assert read(sent())["Date"].datetime.isoformat() == "2026-09-14T10:15:30+02:00"


def test_each_header_stands_once(sent: Sent) -> None:
    names = [name.lower() for name in read(sent()).keys()]  # noqa: SIM118
    assert len(names) == len(set(names))


@pytest.mark.parametrize("field", ["label", "patient_name", "recipient"])
def test_a_line_end_cannot_smuggle_a_header_in(sent: Sent, field: str) -> None:
    with pytest.raises(ValueError):
        sent(replace(MAIL, **{field: "a\r\nBcc: x@y.fr"}))  # type: ignore[arg-type]


def test_a_text_without_attachment_has_none() -> None:
    assert attachments(b"Subject: x\r\nContent-Type: text/plain\r\n\r\nhello\r\n") == []


def test_attachments_of_other_writers_are_read_too() -> None:
    raw = (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\n"
        b"x\r\n--B\r\nContent-Type: application/zip; name=IHE_XDM.ZIP\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment\r\n\r\nUEsDBA==\r\n--B--\r\n"
    )
    assert attachments(raw) == [Attachment("IHE_XDM.ZIP", "application", "zip", b"PK\x03\x04")]
