"""Inbound mails opened by the reference client: every kind of document, and each reason not to file one by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from support.artefacts import artefacts
from support.documents_contents import DISPENSED, LINES, RAPID_TESTS, VACCINATION
from support.documents_headers import (
    DISPENSATION_HEADER,
    HEADER,
    PRESCRIPTION_HEADER,
    TROD_HEADER,
    VACCINATION_HEADER,
)
from support.documents_people import PATIENT, PHARMACIST
from support.mss_inbound import PDF, archive_of, entry_of, mail_of

from health_documents.cda.read.reader import read_document
from health_documents.cda.write.dispensation import write_dispensation
from health_documents.cda.write.n1 import write_n1_named
from health_documents.cda.write.prescription import write_prescription
from health_documents.cda.write.trod import write_trod
from health_documents.cda.write.vaccination import write_vaccination_note
from health_documents.codes.models import document_models
from health_documents.values.document import Identifier, PatientIdentity
from lgo_client.clock import Workplace
from lgo_client.environment import Patient
from lgo_client.mss.doors import Place
from lgo_client.mss.errors import NotFiled
from lgo_client.mss.inbound import documents_of, key_of, opened, patient_named, shown_subject
from lgo_client.mss.placing import placed
from lgo_client.mss.records import MailRecords, NewDocument, Where

LEVEL_1 = [key for key, one in document_models().items() if one.level == 1]
CX = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"


@cache
def review(patient: PatientIdentity = PATIENT, matricule: str = "") -> bytes:
    header = replace(HEADER, patient=patient)
    octets = write_n1_named("bilan-partage-de-medication", header, PDF)
    return archive_of(octets, entry_of(HEADER, octets), matricule)


def refused(raw: bytes, patient: Patient) -> tuple[str, str]:
    with pytest.raises(NotFiled) as error:
        documents_of(opened(raw), {patient.matricule: patient})
    return error.value.code, error.value.reason


@pytest.mark.parametrize("key", LEVEL_1)
def test_every_level_1_document_is_opened_and_filed_by_its_type(patient: Patient, key: str) -> None:
    octets = write_n1_named(key, replace(HEADER, title=""), PDF)
    raw = mail_of(archive_of(octets, entry_of(HEADER, octets)))
    whose, (document,) = documents_of(opened(raw), {patient.matricule: patient})
    assert whose is patient
    assert document.kind == f"CDA N1 {document_models()[key].title}"
    assert document.content == octets


LEVEL_3: dict[str, Callable[[], bytes]] = {
    "prescription": lambda: write_prescription(
        PRESCRIPTION_HEADER, LINES, epu_number="99SIMU000000000001", qr_png=None, pdf=PDF, validity_end=None
    ),
    "dispensation": lambda: write_dispensation(
        DISPENSATION_HEADER, DISPENSED, dispenser=PHARMACIST, prescription=Identifier("2.25.99")
    ),
    "note-de-vaccination": lambda: write_vaccination_note(VACCINATION_HEADER, VACCINATION, pdf=PDF),
    "trod": lambda: write_trod(TROD_HEADER, RAPID_TESTS, pdf=PDF),
}


@pytest.mark.parametrize("key", LEVEL_3)
def test_level_3_documents_are_opened_too(patient: Patient, key: str) -> None:
    octets = LEVEL_3[key]()
    raw = mail_of(archive_of(octets, entry_of(HEADER, octets)), name="ihe_xdm.ZIP")
    _, (document,) = documents_of(opened(raw), {patient.matricule: patient})
    assert document.kind == f"CDA N3 {document_models()[key].title}"


def test_a_pdf_in_an_archive_is_filed_by_its_metadata(patient: Patient) -> None:
    entry = replace(entry_of(HEADER, PDF), mime_type="application/pdf", unique_id="1.2.9")
    _, (document,) = documents_of(opened(mail_of(archive_of(PDF, entry))), {patient.matricule: patient})
    assert (document.kind, document.unique_id, document.content) == ("application/pdf", "1.2.9", PDF)


def test_a_new_version_names_the_one_that_it_replaces(patient: Patient) -> None:
    octets = write_n1_named("bilan-partage-de-medication", replace(HEADER, replaces="1.2.3", version=2), PDF)
    raw = mail_of(archive_of(octets, entry_of(HEADER, octets)))
    _, (document,) = documents_of(opened(raw), {patient.matricule: patient})
    assert document.replaces == "1.2.3"


@pytest.mark.parametrize(
    ("raw", "code", "reason"),
    [
        (mail_of(), "903", "PDF seul"),
        (mail_of(pdf=b""), "903", "le message n'en porte aucun"),
        (mail_of(b"PK\x03\x04 not an archive"), "906", "archive illisible"),
        (mail_of(review(), subject="XDM/1.0/DDM+Bilan PAT-TROIS DOMINIQUE 28/03/1980"), "904", "1980"),
        (mail_of(review(), subject="XDM/1.0/DDM+Bilan DURAND DOMINIQUE 28/03/1979"), "904", "ne nomme pas PAT-TROIS"),
        (mail_of(review(matricule="1234^^^&1.2.250.1.999&ISO^PI")), "903", "n'est pas celui d'un INS"),
        (mail_of(review(matricule=CX.replace("989^", "988^"))), "905", "la clé ne correspond pas"),
        (mail_of(review(matricule=CX.replace("279035121518989", "155128002194517"))), "902", "pas connu"),
        (mail_of(review(replace(PATIENT, matricule="155128002194517"))), "904", "le document 155128002194517"),
        (mail_of(review(replace(PATIENT, birth_date="1979-03-29"))), "904", "né(e) le 1979-03-29"),
        (mail_of(review(replace(PATIENT, birth_name="PAT-QUATRE"))), "904", "PAT-QUATRE"),
        (mail_of(review()[:-400]), "906", "archive illisible"),
    ],
    ids=[
        *("pdf alone", "announced only", "no zip", "birth in subject", "name in subject", "no INS", "wrong key"),
        *("unknown", "other INS in CDA", "other birth in CDA", "other name in CDA", "cut"),
    ],
)
def test_what_cannot_be_filed_says_why(patient: Patient, raw: bytes, code: str, reason: str) -> None:
    said = refused(raw, patient)
    assert said[0] == code
    assert reason in said[1]


def test_a_document_that_was_altered_is_not_filed(patient: Patient) -> None:
    octets = write_n1_named("bilan-partage-de-medication", HEADER, PDF)
    whole = archive_of(octets, entry_of(HEADER, octets))
    code, reason = refused(mail_of(whole.replace(b"METADATA", b"METADATE")), patient)
    assert (code, "METADATA.XML absent" in reason) == ("906", True)


def test_two_archives_in_a_mail_are_one_too_many(patient: Patient) -> None:
    first = mail_of(review())
    part = b"--" + first.split(b'boundary="')[1].split(b'"')[0] + b"\r\n"
    head, _, rest = first.rpartition(part)  # the PDF
    zipped = first.split(part)[2]
    code, reason = refused(head + part + zipped + part + rest, patient)
    assert (code, "2 archives" in reason) == ("906", True)


def test_a_pdf_alone_is_filed_by_hand(patient: Patient) -> None:
    (document,) = patient_named(opened(mail_of()), patient)
    assert (document.title, document.content) == ("20260914_D_P_D_1.pdf", PDF)
    with pytest.raises(NotFiled, match="aucun document"):
        patient_named(opened(mail_of(pdf=b"", subject="Bonjour")), patient)


def test_by_hand_too_an_archive_goes_to_its_patient_only(patient: Patient) -> None:
    with pytest.raises(NotFiled, match="pas connu"):
        patient_named(opened(mail_of(review())), replace(patient, matricule="155128002194517"))


def told(_message_id: str, _said: str) -> str:
    return ""


@pytest.mark.parametrize(
    ("headers", "due"),
    [
        ({}, False),
        ({"Disposition_Notification_To": "alix.marchand@medecin.mssante.fr"}, False),
        (
            {
                "Disposition_Notification_To": "alix.marchand@medecin.mssante.fr",
                "Return_Path": "<alix.marchand@medecin.mssante.fr>",
            },
            True,
        ),
        (
            {"Disposition_Notification_To": "autre@medecin.mssante.fr", "Return_Path": "<alix@medecin.mssante.fr>"},
            False,
        ),
    ],
    ids=["not asked", "no return path", "same", "other"],
)
def test_a_receipt_goes_by_itself_only_where_the_mail_came_from(
    patient: Patient, headers: dict[str, str], due: bool
) -> None:
    mail, documents = placed(mail_of(review(), **headers), "a@b.fr", {patient.matricule: patient}, told)
    assert (mail.place, mail.due, len(documents)) == (Where.FILED, due, 1)


def test_a_plain_mail_of_a_patient_is_known_as_his(patient: Patient) -> None:
    raw = mail_of(pdf=b"", subject="Bonjour").replace(
        b"alix.marchand@medecin.mssante.fr", b"279035121518989@patient.mssante.fr"
    )
    mail, _ = placed(raw, "a@b.fr", {}, told)
    assert (mail.place, mail.patient) == (Where.INBOX, "279035121518989")


def test_a_mail_about_a_document_that_its_sender_sent_names_that_document() -> None:
    asked: list[tuple[str, list[str]]] = []

    def about(sender: str, ids: Sequence[str]) -> tuple[str, str] | None:
        asked.append((sender, list(ids)))
        return ("279035121518989", "« Bilan », document 4") if ids else None

    raw = mail_of(pdf=b"", subject="Document supprimé : Bilan", In_Reply_To="<2@x>", References="<1@x> <2@x>")
    mail, documents = placed(raw, "a@b.fr", {}, told, about)
    assert (mail.place, mail.patient, documents) == (Where.INBOX, "279035121518989", [])
    assert mail.reason == "à propos de « Bilan », document 4"
    assert asked == [("alix.marchand@medecin.mssante.fr", ["<2@x>", "<2@x>", "<1@x>"])]
    other, _ = placed(mail_of(pdf=b"", subject="Bonjour"), "a@b.fr", {}, told, about)
    assert (other.reason, other.patient) == ("", "")


def test_a_document_is_that_of_whoever_sent_it_only(tmp_path: Path, patient: Patient) -> None:
    records = MailRecords(tmp_path / "courrier.sqlite", Workplace())
    mail, documents = placed(mail_of(review()), "a@b.fr", {patient.matricule: patient}, told)
    records.take("INBOX", Place(1, 1), mail, documents)
    sender, identity = "alix.marchand@medecin.mssante.fr", "<un@medecin.mssante.fr>"
    (found,) = records.filed_from("a@b.fr", sender, identity)
    assert found.title == documents[0].title
    others = [("a@b.fr", "autre@x.fr", identity), ("c@d.fr", sender, identity), ("a@b.fr", sender, "<deux@x>")]
    assert [records.filed_from(*one) for one in others] == [[], [], []]
    records.close()


def test_a_mail_that_came_twice_has_one_key_whatever_its_way() -> None:
    raw = mail_of()
    first = b"Return-Path: <a@b.fr>\r\nReceived: from x\r\n\tby y\r\n" + raw
    assert key_of(first) == key_of(b"Delivered-To: z\r\n" + raw) == key_of(raw)
    assert key_of(raw) != key_of(raw + b"more")


@pytest.mark.parametrize(
    "raw",
    [b"", b"\r\n\r\n", b"Subject: =?utf-8?q?=ff?=\r\n\r\n", b"From: <<<\r\nTo: \xff\xfe\r\nDate: never\r\n\r\n\xff"],
)
def test_nothing_in_a_mail_makes_opening_it_fail(raw: bytes) -> None:
    mail, documents = placed(raw, "a@b.fr", {}, told)
    assert (mail.place, documents) == (Where.INBOX, [])


def test_the_prefix_of_the_subject_is_for_software_only() -> None:
    assert shown_subject("XDM/1.0/DDM+Bilan MARTIN") == "Bilan MARTIN"


def filed(octets: bytes, patient: Patient) -> NewDocument:
    said = read_document(octets).patient
    whose = replace(patient, matricule=said.matricule, birth_name=said.birth_name, birth_date=said.birth_date)
    entry = replace(entry_of(HEADER, octets), patient_id=CX.replace(patient.matricule, said.matricule))
    raw = mail_of(archive_of(octets, entry), subject="XDM/1.0/DDM+Document " + said.birth_name)
    _, (document,) = documents_of(opened(raw), {whose.matricule: whose})
    return document


@pytest.mark.parametrize("key", [key for key, one in document_models().items() if one.sample])
def test_the_official_samples_are_opened_and_filed(patient: Patient, key: str) -> None:
    octets = (artefacts() / "TestContenuCDA-3-0" / "ExemplesCDA" / document_models()[key].sample).read_bytes()
    assert filed(octets, patient).kind.endswith(document_models()[key].title)


@pytest.mark.parametrize(("code", "critical"), [("H", False), ("HH", True), ("LL", True)])
def test_a_result_beyond_its_critical_limits_is_told_at_once(patient: Patient, code: str, critical: bool) -> None:
    sample = artefacts() / "TestContenuCDA-3-0" / "ExemplesCDA" / "BIO-CR-BIO_2024.01_Electrophorese.xml"
    octets = re.sub(
        rb'interpretationCode code="[A-Z]+"', f'interpretationCode code="{code}"'.encode(), sample.read_bytes()
    )
    assert filed(octets, patient).kind.endswith("(résultat critique)") is critical


@pytest.mark.parametrize(
    ("asked", "path", "automatic"),
    [
        ("Alix <ALIX@medecin.mssante.fr>", "alix@medecin.mssante.fr", True),
        ("alix@medecin.mssante.fr", "autre@medecin.mssante.fr", False),
        ("alix@medecin.mssante.fr, autre@medecin.mssante.fr", "alix@medecin.mssante.fr", False),
        ("alix@medecin.mssante.fr", "", False),
        ("", "", False),
    ],
    ids=["where it came from", "elsewhere", "to two", "to a report", "not asked"],
)
def test_a_receipt_leaves_by_itself_to_where_the_mail_came_from_only(asked: str, path: str, automatic: bool) -> None:
    raw = f"Return-Path: <{path}>\r\nDisposition-Notification-To: {asked}\r\n\r\na\r\n".encode()
    assert opened(raw).automatic is automatic
