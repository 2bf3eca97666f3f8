"""TD2.1 over real sockets, read back by TD3.1 and TD3.2: what is fed comes back octet for octet, or not at all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.artefacts import samples_of
from support.dmp_door import Dmp
from support.dmp_lots import PDF, Document, Lot, cda
from support.dmp_messages import Reply, status_of, unique_ids_of
from support.dmp_told import is_told
from support.documents_contents import VACCINATION
from support.documents_headers import VACCINATION_HEADER

from health_documents.cda.write.vaccination import write_vaccination_note

FAILURE = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
SECRET = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"
TYPE_SYSTEM, CLASS_SYSTEM = "2.16.840.1.113883.6.1", "1.2.250.1.213.1.1.4.1"


def _fed_to(patient: str) -> Callable[[Dmp], object]:
    def feed(dmp: Dmp) -> None:
        matricule = dmp.named(patient)
        document = Document(cda(matricule), matricule)
        dmp.feed(document, vihf=dmp.indirect(patient=matricule))

    return feed


def _with_false_digests(dmp: Dmp) -> None:
    dmp.feed(lot=Lot([dmp.document()], spoil=_false_digest))


def _false_digest(signature: bytes) -> bytes:
    """Change the digest of the document; that of the lot is fixed."""
    at = signature.index(b"<ds:DigestValue>", signature.index(b">AA==<")) + len(b"<ds:DigestValue>")
    return signature[:at] + b"A" + signature[at:]


def _with_a_changed_signature(dmp: Dmp) -> None:
    dmp.feed(lot=Lot([dmp.document()], tamper=lambda s: s.replace(b"<xad:SigningTime>2", b"<xad:SigningTime>1")))


def _with_the_card(dmp: Dmp) -> None:
    vihf = dmp.indirect()
    dmp.feed(dmp.document(), vihf=vihf, certificate=dmp.issue("cps-auth", "titulaire"))


BREAKS: dict[str, Callable[[Dmp], object]] = {
    "DMP-MTOM": lambda dmp: dmp.feed(dmp.document(), plain=True),
    "DMP-AIR-FEED": lambda dmp: dmp.feed(dmp.document(), vihf=dmp.indirect(mode="INDIRECTE_RENFORCEE")),
    "DMP-FEED-STATE": _fed_to("roux-gerard"),
    "DMP-METADATA": lambda dmp: dmp.feed(dmp.document(codes=_coded("56445-0", "10"))),
    "DMP-METADATA-FORM": lambda dmp: dmp.feed(dmp.document(codes={"format": [("urn:autre", "1.2")]})),
    "DMP-MANIFEST": _with_false_digests,
    "DMP-LOT-SIGNATURE": _with_a_changed_signature,
    "DMP-CDA": lambda dmp: dmp.feed(dmp.document(cda(dmp.patient).replace(b'<realmCode code="FR"/>', b""))),
    "DMP-REPLACED-OTHER": lambda dmp: _by_a_neighbour(dmp),
    "DMP-PDF-A1": lambda dmp: dmp.feed(dmp.document(cda(dmp.patient, pdf=PDF.replace(b"GTS_PDFA1", b"GTS_PDFX")))),
    "DMP-FEED-N1": lambda dmp: dmp.feed(dmp.document(cda(dmp.patient, pdf=b"texte"))),
    "DMP-FEED-ORG": _with_the_card,
}


def _coded(type_code: str, class_code: str) -> dict[str, list[tuple[str, str]]]:
    return {"type": [(type_code, TYPE_SYSTEM)], "class": [(class_code, CLASS_SYSTEM)]}


def _context(reply: Reply) -> str:
    return str(reply.text("//rs:RegistryError/@codeContext"))


def test_a_lot_is_fed_found_and_read_without_any_finding(dmp: Dmp) -> None:
    document = dmp.document()
    fed = dmp.feed(document)
    assert (fed.status, status_of(fed)) == (200, SUCCESS)
    assert fed.http.headers["content-type"].startswith("application/soap+xml")
    assert dmp.findings() == []
    dmp.test_existence(dmp.direct())
    assert unique_ids_of(dmp.find()) == [document.unique_id]
    assert dmp.findings() == []
    read = dmp.read(document.unique_id)
    assert list(read.parts.values()) == [document.content]
    assert dmp.findings() == []


def test_a_retrieved_document_is_a_part_with_the_documented_cid(dmp: Dmp) -> None:
    document = dmp.document()
    dmp.feed(document)
    read = dmp.read(document.unique_id)
    href = read.text("//xop:Include/@href")
    assert href.startswith("cid:")
    assert href.endswith("-1@urn%3Aihe%3Aiti%3Axds-b%3A2007")
    assert [f"cid:{name.replace(':', '%3A')}" for name in read.parts] == [href]
    assert read.text("//xds:mimeType") == "text/xml"
    assert read.text("//xds:DocumentUniqueId") == document.unique_id


def test_official_samples_come_back_byte_for_byte(dmp: Dmp) -> None:
    samples = samples_of()
    dmp.configure(cda_header="non")
    patient = dmp.named("pat-trois-dominique")
    documents = [
        Document(sample.read_bytes(), patient, id=f"Document{number:02}", codes=_coded("11506-3", "10"))
        for number, sample in enumerate(samples, 1)
    ]
    assert status_of(dmp.feed(*documents, vihf=dmp.indirect(patient=patient))) == SUCCESS
    reader = dmp.direct(patient=patient)
    assert len(unique_ids_of(dmp.find(vihf=reader))) == len(samples)
    read = dmp.read(*(document.unique_id for document in documents), vihf=reader)
    assert list(read.parts.values()) == [document.content for document in documents]


def test_the_server_computes_hash_and_size_on_the_stored_octets(dmp: Dmp) -> None:
    document = dmp.document(slots={"hash": "00", "size": "1"})
    assert status_of(dmp.feed(document)) == SUCCESS
    found = dmp.find()
    assert found.text("//rim:Slot[@name='hash']//rim:Value") == hashlib.sha1(document.content).hexdigest()
    assert found.text("//rim:Slot[@name='size']//rim:Value") == str(len(document.content))
    assert found.text("//rim:Slot[@name='repositoryUniqueId']//rim:Value") == "1.2.250.1.213.4.1.1.1.2"


def test_a_strict_session_compares_hash_and_size(dmp: Dmp) -> None:
    dmp.configure(strict_hash="oui")
    wrong = dmp.feed(dmp.document(slots={"hash": "00", "size": "1"}))
    assert wrong.errors == ["XDSNonIdenticalHash", "XDSNonIdenticalSize"]
    document = dmp.document()
    document.slots = {"hash": hashlib.sha1(document.content).hexdigest().upper(), "size": str(len(document.content))}
    assert status_of(dmp.feed(document)) == SUCCESS


def test_a_strict_session_verifies_the_digests_of_the_manifest(dmp: Dmp) -> None:
    spoiled = Lot([dmp.document()], spoil=_false_digest)
    assert status_of(dmp.feed(lot=spoiled)) == SUCCESS
    dmp.configure(strict_manifest="oui")
    again = Lot([dmp.document()], spoil=spoiled.spoil)
    assert "empreinte fausse" in _context(dmp.feed(lot=again))
    assert status_of(dmp.feed(dmp.document())) == SUCCESS


@pytest.mark.parametrize("line", [b"\r\n", b"\n"])
@pytest.mark.parametrize("soap11", [False, True])
def test_soap_11_roots_and_bare_line_feeds_are_accepted(dmp: Dmp, soap11: bool, line: bytes) -> None:
    document = dmp.document()
    assert status_of(dmp.feed(document, soap11=soap11, line=line)) == SUCCESS
    assert dmp.findings() == (["DMP-SOAP11"] if soap11 else [])
    assert list(dmp.read(document.unique_id).parts.values()) == [document.content]


def test_documents_inlined_in_the_xml_are_taken_with_a_finding(dmp: Dmp) -> None:
    document = dmp.document()
    assert status_of(dmp.feed(document, plain=True)) == SUCCESS
    assert dmp.findings() == ["DMP-MTOM"]
    assert list(dmp.read(document.unique_id).parts.values()) == [document.content]


def test_a_document_id_of_another_case_is_taken_with_a_remark(dmp: Dmp) -> None:
    reply = dmp.feed(dmp.document(), alter=lambda b: b.replace(b'<xds:Document id="D', b'<xds:Document id="d'))
    assert status_of(reply) == SUCCESS
    assert dmp.findings() == ["DMP-METADATA-FORM"]


def test_the_bare_path_takes_a_lot_and_refuses_as_the_repository_does(dmp: Dmp) -> None:
    assert status_of(dmp.feed(dmp.document(), suffix="")) == SUCCESS
    refused = dmp.feed(dmp.document(), suffix="", vihf=dmp.indirect(signed_by=None))
    assert refused.http.headers["content-type"].startswith("multipart/related")


@pytest.mark.parametrize(
    ("patient", "reason"),
    [
        ("girard-sophie", "Le patient s'oppose à l'alimentation de son DMP"),
        ("roux-gerard", "Le DMP du patient est fermé"),
    ],
)
def test_a_dmp_that_takes_no_document_refuses(dmp: Dmp, patient: str, reason: str) -> None:
    matricule = dmp.named(patient)
    document = Document(cda(matricule), matricule)
    assert dmp.feed(document, vihf=dmp.indirect(patient=matricule)).fault[1] == reason
    assert dmp.findings() == ["DMP-FEED-STATE"]


def test_a_patient_without_dmp_is_fed_nothing(dmp: Dmp) -> None:
    matricule = dmp.named("fournier-ines")
    reply = dmp.feed(Document(cda(matricule), matricule), vihf=dmp.indirect(patient=matricule))
    assert reply.errors == ["XDSUnknownPatientId"]
    assert dmp.findings() == ["DMP-FEED-STATE"]


def test_a_full_store_takes_no_more_and_says_so(dmp: Dmp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dmp_mock.transactions.td2_1.MAX_STORED", 1000)
    heavy = dmp.document(b"x" * 2000, mime_type="application/dicom")
    assert dmp.feed(heavy).errors == ["XDSRepositoryOutOfResources"]
    assert unique_ids_of(dmp.find()) == []


@pytest.mark.parametrize("patient", ["blanc-nathalie", "moreau-etienne", "mercier-alain"])
def test_feeding_needs_no_authorisation(dmp: Dmp, patient: str) -> None:
    matricule = dmp.named(patient)
    document = Document(cda(matricule), matricule)
    assert status_of(dmp.feed(document, vihf=dmp.indirect(patient=matricule))) == SUCCESS


def test_an_author_of_the_structure_is_wanted_in_indirect_mode(dmp: Dmp) -> None:
    foreign = dmp.document(structure="10B0990041")
    assert dmp.feed(foreign).fault[1] == "Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF"
    assert dmp.findings() == ["DMP-VIHF"]
    assert status_of(dmp.feed(foreign, vihf=dmp.direct())) == SUCCESS


def test_another_patient_in_the_metadata_does_not_match(dmp: Dmp) -> None:
    other = dmp.stranger().matricule
    reply = dmp.feed(Document(cda(other), other))
    assert set(reply.errors) >= {"XDSPatientIdDoesNotMatch"}
    assert status_of(reply) == FAILURE
    assert dmp.findings() == ["DMP-METADATA"]


def test_another_patient_in_the_cda_is_refused_unless_the_session_is_free(dmp: Dmp) -> None:
    content = cda(dmp.stranger().matricule)
    refused = dmp.feed(dmp.document(content))
    assert refused.errors == ["XDSRepositoryMetadataError"]
    assert _context(refused) == "l'INS de l'en-tête CDA n'est pas celui des métadonnées"
    dmp.configure(cda_header="non")
    assert status_of(dmp.feed(dmp.document(content))) == SUCCESS


@pytest.mark.parametrize("content", [b"bonjour", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_what_is_no_cda_is_refused(dmp: Dmp, content: bytes) -> None:
    assert dmp.feed(dmp.document(content)).errors == ["XDSRepositoryMetadataError"]


def test_a_lot_without_its_signature_is_refused(dmp: Dmp) -> None:
    reply = dmp.feed(lot=Lot([dmp.document()], signed=False))
    assert _context(reply) == "la signature du lot (Signature01) est absente"


@pytest.mark.parametrize(
    ("spoil", "context"),
    [
        (lambda manifest: b"rien", "la signature du lot n'est pas une signature XML avec un manifeste"),
        (
            lambda manifest: manifest.replace(b"urn:oid:2.25.", b"urn:oid:2.26."),
            "le manifeste de la signature ne cite pas",
        ),
    ],
)
def test_a_signature_without_the_manifest_of_the_lot_is_refused(
    dmp: Dmp, spoil: Callable[[bytes], bytes], context: str
) -> None:
    assert _context(dmp.feed(lot=Lot([dmp.document()], spoil=spoil))).startswith(context)


def test_a_duplicate_unique_id_is_refused(dmp: Dmp) -> None:
    document = dmp.document()
    dmp.feed(document)
    again = dmp.feed(dmp.document(unique_id=document.unique_id))
    assert again.errors == ["XDSDuplicateUniqueIdInRegistry"]
    twice = [dmp.document(unique_id="2.25.7"), dmp.document(unique_id="2.25.7", id="Document02")]
    assert dmp.feed(*twice).errors == ["XDSRepositoryDuplicateUniqueIdInMessage"]


def test_a_lot_is_stored_whole_or_not_at_all(dmp: Dmp) -> None:
    good, bad = dmp.document(), dmp.document(id="Document02", codes=_coded("56445-0", "10"))
    reply = dmp.feed(good, bad)
    assert reply.errors == ["XDSRegistryMetadataError"]
    assert reply.text("//rs:RegistryError/@location") == "Document02/classCode"
    assert "56445-0" in _context(reply)
    assert unique_ids_of(dmp.find()) == []
    assert status_of(dmp.feed(good, dmp.document(id="Document02"))) == SUCCESS
    assert len(unique_ids_of(dmp.find())) == 2


def test_a_document_without_entry_and_an_entry_without_document(dmp: Dmp) -> None:
    renamed = dmp.feed(
        dmp.document(), alter=lambda b: b.replace(b'<xds:Document id="Document01"', b'<xds:Document id="Z"')
    )
    assert renamed.errors == ["XDSMissingDocument", "XDSMissingDocumentMetadata"]


def test_a_missing_part_and_a_truncated_package_are_faults(dmp: Dmp) -> None:
    assert "aucune partie" in dmp.feed(dmp.document(), drop="Document01").fault[1]
    assert dmp.findings() == ["DMP-TRANSPORT"]
    assert "tronqué" in dmp.feed(dmp.document(), alter=lambda b: b[: len(b) // 2]).fault[1]
    assert dmp.feed(dmp.document(), alter=lambda b: b"").status == 500


def test_a_package_that_lost_the_end_of_its_delimiter_is_taken_with_a_finding(dmp: Dmp) -> None:
    assert status_of(dmp.feed(dmp.document(), alter=lambda b: b[:-4])) == SUCCESS
    assert dmp.findings() == ["DMP-LENGTH"]


def test_a_replacement_deprecates_the_former_document(dmp: Dmp) -> None:
    former = dmp.document()
    dmp.feed(former)
    entry_uuid = dmp.find().text("//rim:ExtrinsicObject/@id")
    newer = dmp.document(replaces=entry_uuid)
    assert status_of(dmp.feed(newer)) == SUCCESS
    found = dmp.find()
    assert unique_ids_of(found) == [newer.unique_id]
    assert found.text("//rim:ExtrinsicObject/@id") == found.text("//rim:ExtrinsicObject/@lid") != entry_uuid
    assert found.text("//rim:VersionInfo/@versionName") == "1"
    assert dmp.feed(dmp.document(replaces=entry_uuid)).errors == ["XDSRegistryDeprecatedDocumentError"]
    assert dmp.feed(dmp.document(replaces="urn:uuid:inconnu")).errors == ["XDSReplaceFailed"]


def test_another_patients_document_is_neither_replaced_nor_read(dmp: Dmp) -> None:
    document = dmp.document()
    dmp.feed(document)
    entry_uuid = dmp.find().text("//rim:ExtrinsicObject/@id")
    other = dmp.stranger().matricule
    intruder = Document(cda(other), other, replaces=entry_uuid)
    assert dmp.feed(intruder, vihf=dmp.indirect(patient=other)).errors == ["XDSReplaceFailed"]
    assert dmp.read(document.unique_id, vihf=dmp.direct(patient=other)).fault[0] == "soap:XDSDocumentUniqueIdError"
    assert unique_ids_of(dmp.find(vihf=dmp.direct(patient=other))) == []


@pytest.mark.parametrize("plain", [False, True])
def test_a_document_of_20_mb_is_fed_and_read_in_or_out_of_the_xml(dmp: Dmp, plain: bool) -> None:
    document = dmp.document(cda(dmp.patient, pdf=b"%PDF-1.4 " + bytes(range(250)) * 60_000))
    assert len(document.content) > 20_000_000
    assert status_of(dmp.feed(document, plain=plain)) == SUCCESS
    assert list(dmp.read(document.unique_id).parts.values()) == [document.content]


def test_a_cda_in_an_encoding_that_is_not_taken_says_so(dmp: Dmp) -> None:
    document = dmp.document()
    document.content = document.content.replace(b"UTF-8", b"windows-1252")
    refused = dmp.feed(document)
    assert refused.errors == ["XDSRepositoryMetadataError"]
    assert "encodage WINDOWS-1252 non admis" in refused.text("//rs:RegistryError/@codeContext")


def test_a_bpm_that_is_no_n1_pdf_is_a_finding(dmp: Dmp) -> None:
    dmp.feed(dmp.document(cda(dmp.patient, pdf=b"texte")))
    assert dmp.findings() == ["DMP-FEED-N1", "DMP-CDA"]


def test_what_a_right_feed_proves_is_observed(dmp: Dmp) -> None:
    dmp.feed(dmp.document())
    assert {"DMP-FEED-N1", "DMP-FEED-ORG", "DMP-METADATA", "DMP-MTOM", "DMP-VIHF"} <= dmp.kept()


# --- vaccination notes, which the DMP looks into itself (EX_2.1-2035)


VAC = {
    "type": [("87273-9", TYPE_SYSTEM)],
    "class": [("52", CLASS_SYSTEM)],
    "format": [("urn:asip:ci-sis:vac-note:2021", "1.2.250.1.213.1.1.4.2.282")],
}


def _note(dmp: Dmp) -> bytes:
    identity = replace(VACCINATION_HEADER.patient, matricule=dmp.patient, oid="1.2.250.1.213.1.4.10")
    return write_vaccination_note(replace(VACCINATION_HEADER, patient=identity), VACCINATION)


def test_a_right_vaccination_note_is_taken_without_a_finding(dmp: Dmp) -> None:
    document = dmp.document(_note(dmp), codes=VAC)
    assert status_of(dmp.feed(document)) == SUCCESS
    assert dmp.findings() == []


@pytest.mark.parametrize(
    ("former", "new", "context"),
    [
        (b'extension="2023.01"', b'extension="2022.01"', "modèle 2022.01"),
        (b"lotNumberText", b"lotNumberTexte", "CDA-VAC-03"),
        (b'root="1.2.250.1.71.4.2.1"', b'root="1.2.3"', "CDA-PS-01"),
    ],
)
def test_a_vaccination_note_that_the_dmp_would_refuse_is_refused_unless_the_session_is_free(
    dmp: Dmp, former: bytes, new: bytes, context: str
) -> None:
    content = _note(dmp).replace(former, new)
    refused = dmp.feed(dmp.document(content, codes=VAC))
    assert set(refused.errors) == {"XDSRepositoryMetadataError"}
    assert context in "".join(refused.all("//rs:RegistryError/@codeContext"))
    assert dmp.findings() == ["DMP-METADATA"]
    is_told(dmp.exchanges()[0])
    dmp.configure(vaccination_notes="non")
    assert status_of(dmp.feed(dmp.document(content, codes=VAC))) == SUCCESS


def test_the_level_1_copy_of_a_note_is_not_looked_into(dmp: Dmp) -> None:
    assert status_of(dmp.feed(dmp.document(codes=VAC))) == SUCCESS


# --- secret connection, minors, strict metadata


def test_a_secret_connection_wants_documents_hidden_from_the_parents(dmp: Dmp) -> None:
    vihf = dmp.direct(extra={SECRET: "INVISIBLE_REPRESENTANTS_LEGAUX"})
    dmp.feed(dmp.document(), vihf=vihf)
    told = [one for one in dmp.exchanges()[0].findings if one.check_id == "DMP-METADATA-FORM"]
    assert "connexion secrète" in told[0].received
    dmp.configure(strict_metadata="oui")
    assert dmp.feed(dmp.document(), vihf=vihf).errors == ["XDSRegistryMetadataError"]


def test_an_empty_attribute_opens_no_secret_connection_and_is_told(dmp: Dmp) -> None:
    dmp.feed(dmp.document(), vihf=dmp.direct(extra={SECRET: ""}))
    assert dmp.findings() == ["DMP-VIHF-SECRET"]
    dmp.configure(strict_metadata="oui")
    assert status_of(dmp.feed(dmp.document(), vihf=dmp.direct(extra={SECRET: ""}))) == SUCCESS


def test_a_document_of_an_adult_is_not_hidden_from_his_parents(dmp: Dmp) -> None:
    hidden = [("N", "2.16.840.1.113883.5.25"), ("INVISIBLE_REPRESENTANTS_LEGAUX", "1.2.250.1.213.1.1.4.13")]
    dmp.feed(dmp.document(codes={"confidentiality": hidden}))
    assert dmp.findings() == ["DMP-METADATA-FORM"]


def test_strict_metadata_refuse_what_is_else_remarked(dmp: Dmp) -> None:
    odd = {"format": [("urn:autre", "1.2")]}
    dmp.configure(strict_metadata="oui")
    assert dmp.feed(dmp.document(codes=odd)).errors == ["XDSRegistryMetadataError"]
    assert status_of(dmp.feed(dmp.document())) == SUCCESS


@pytest.mark.parametrize("right", [True, False])
def test_the_cda_of_a_replacement_names_the_document_that_it_replaces(dmp: Dmp, right: bool) -> None:
    first = dmp.document()
    dmp.feed(first)
    technical = dmp.find().text("//rim:ExtrinsicObject/@id")
    related = (
        '<relatedDocument typeCode="RPLC"><parentDocument>'
        f'<id root="{first.unique_id if right else "1.2.3"}"/></parentDocument></relatedDocument><componentOf>'
    )
    content = dmp.document().content.replace(b"<componentOf>", related.encode())
    assert status_of(dmp.feed(dmp.document(content, replaces=technical))) == SUCCESS
    assert dmp.findings() == ([] if right else ["DMP-METADATA-FORM"])


# --- who replaces


def _by_a_neighbour(dmp: Dmp) -> Reply:
    dmp.feed(dmp.document())
    dmp.test_existence(dmp.direct())
    replaced = dmp.find().text("//rim:ExtrinsicObject/@id")
    doctor = dmp.direct("generaliste", extra={"Secteur_Activite": "SA07^1.2.250.1.71.4.2.4"})
    return dmp.feed(dmp.document(replaces=replaced, author=doctor.who.national_id), vihf=doctor)


def test_replacing_the_document_of_another_structure_is_told(dmp: Dmp) -> None:
    assert status_of(_by_a_neighbour(dmp)) == SUCCESS
    (told,) = dmp.exchanges()[0].findings
    assert told.check_id == "DMP-REPLACED-OTHER"
    assert "899700090014" in told.received
    is_told(dmp.exchanges()[0])


def test_replacing_the_document_of_another_structure_is_refused_by_option(dmp: Dmp) -> None:
    dmp.configure(replace_others="refus")
    assert _by_a_neighbour(dmp).fault[0] == "soap:DMPAccessDeniedByRightsService"
    assert dmp.findings() == ["DMP-RIGHTS"]
    assert len(unique_ids_of(dmp.find())) == 1


def test_a_colleague_replaces_what_was_written_in_his_structure(dmp: Dmp) -> None:
    dmp.configure(replace_others="refus")
    dmp.feed(dmp.document())
    dmp.test_existence(dmp.direct())
    replaced = dmp.find().text("//rim:ExtrinsicObject/@id")
    assert status_of(dmp.feed(dmp.document(replaces=replaced), vihf=dmp.direct("adjoint"))) == SUCCESS
    assert "DMP-REPLACED-OTHER" in dmp.kept()


# --- what is to come


def test_a_document_made_in_the_future_is_taken_and_told(dmp: Dmp) -> None:
    soon = f"{datetime.now(UTC) + timedelta(hours=2):%Y%m%d%H%M%S}"
    assert status_of(dmp.feed(dmp.document(slots={"creationTime": soon}))) == SUCCESS
    (told,) = dmp.exchanges()[0].findings
    assert told.check_id == "DMP-METADATA-FORM"
    assert f"creationTime {soon}, à venir" in told.received
    assert "un moment passé, en UTC" in told.expected
    dmp.configure(strict_metadata="oui")
    assert dmp.feed(dmp.document(slots={"creationTime": soon})).errors == ["XDSRegistryMetadataError"]


def test_a_lot_of_the_future_is_taken_and_told(dmp: Dmp) -> None:
    def later(octets: bytes) -> bytes:
        return re.sub(rb'(name="submissionTime"><rim:ValueList><rim:Value>)[0-9]{4}', rb"\g<1>2199", octets)

    assert status_of(dmp.feed(dmp.document(), alter=later)) == SUCCESS
    told = next(one for one in dmp.exchanges()[0].findings if one.check_id == "DMP-METADATA-FORM")
    assert "submissionTime 2199" in told.received


def test_a_clock_that_was_put_forward_makes_later_documents_right(dmp: Dmp) -> None:
    dmp.tenant.move(hours=48)
    soon = datetime.now(UTC) + timedelta(hours=47)
    vihf = dmp.indirect(issued=datetime.now(UTC) + timedelta(seconds=2))
    dmp.feed(dmp.document(slots={"creationTime": f"{soon:%Y%m%d%H%M%S}"}), vihf=vihf)
    assert dmp.findings() == []


# --- the PDF of a document


def test_what_keeps_a_pdf_from_being_pdf_a_1_is_told_with_its_document_once_the_answer_has_left(dmp: Dmp) -> None:
    document = dmp.document(cda(dmp.patient, pdf=PDF.replace(b"pdfaid", b"autre")))
    assert status_of(dmp.feed(document)) == SUCCESS
    assert dmp.findings() == ["DMP-PDF-A1"]
    told = dmp.exchanges()[0].findings[0]
    assert "pdfaid:part 1" in told.received
    assert "PDF-02" in told.received
    assert document.unique_id in told.where
    is_told(dmp.exchanges()[0])


def test_a_pdf_with_the_marks_keeps_the_rule(dmp: Dmp) -> None:
    dmp.feed(dmp.document())
    assert "DMP-PDF-A1" in dmp.kept()


# --- parts of the package


def _told(dmp: Dmp) -> tuple[str, str, str]:
    """Return what the first finding of the last exchange received, where, and its remedy."""
    is_told(dmp.exchanges()[0])
    finding = dmp.exchanges()[0].findings[0]
    return finding.received, finding.where, finding.remedy


def test_a_doubled_content_id_is_told_by_its_value_and_its_place(dmp: Dmp) -> None:
    def doubled(octets: bytes) -> bytes:
        return octets.replace(b"Content-ID: <Signature01.xml>", b"Content-ID: <Document01.xml>")

    assert dmp.feed(dmp.document(), alter=doubled).status == 500
    received, where, remedy = _told(dmp)
    assert received == "Content-ID « Document01.xml », celui des parties 2 et 3"
    assert where == "paquet MIME, partie 3"
    assert remedy.startswith("Donnez à cette partie un Content-ID")


def test_two_references_in_one_document_are_told_with_both_and_their_document(dmp: Dmp) -> None:
    include = b'<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:Document01.xml"/>'
    assert dmp.feed(dmp.document(), alter=lambda octets: octets.replace(include, 2 * include)).status == 500
    received, where, remedy = _told(dmp)
    assert received == "2 xop:Include (« cid:Document01.xml », « cid:Document01.xml »)"
    assert where.endswith("Document « Document01 »")
    assert remedy.startswith("Gardez un xop:Include par élément")


def test_a_reference_to_nothing_is_told_with_the_parts_that_there_are(dmp: Dmp) -> None:
    def astray(octets: bytes) -> bytes:
        return octets.replace(b'href="cid:Document01.xml"', b'href="cid:autre.xml"')

    assert dmp.feed(dmp.document(), alter=astray).status == 500
    assert _told(dmp)[0] == "href « cid:autre.xml »"
    assert "cid:Document01.xml" in dmp.exchanges()[0].findings[0].expected


def test_two_documents_of_one_part_are_told_as_such(dmp: Dmp) -> None:
    first, second = dmp.document(), dmp.document(id="Document02")

    def shared(octets: bytes) -> bytes:
        return octets.replace(b'href="cid:Document02.xml"', b'href="cid:Document01.xml"')

    assert status_of(dmp.feed(first, second, alter=shared)) == SUCCESS
    told = next(one for one in dmp.exchanges()[0].findings if one.check_id == "DMP-METADATA-FORM")
    assert "Document Document01, Document02 : la même partie MIME cid:Document01.xml" in told.received
    assert "une partie par Document" in told.expected


# --- types


@pytest.mark.parametrize(
    ("code", "class_code"), [("78341-5", "11"), ("60280-5", "11"), ("34120-6", "10"), ("101881-1", "52")]
)
def test_types_of_the_set_in_force_are_taken_without_a_word_and_their_class_is_checked(
    dmp: Dmp, code: str, class_code: str
) -> None:
    assert status_of(dmp.feed(dmp.document(codes=_coded(code, class_code)))) == SUCCESS
    assert dmp.findings() == []
    assert dmp.feed(dmp.document(codes=_coded(code, "42"))).errors == ["XDSRegistryMetadataError"]


def test_a_type_that_the_set_has_not_is_told_with_the_version_of_the_set(dmp: Dmp) -> None:
    assert status_of(dmp.feed(dmp.document(codes=_coded("56446-8", "10")))) == SUCCESS
    (told,) = dmp.exchanges()[0].findings
    assert "typeCode 56446-8" in told.received
    assert "JDV_J66, version 2024-09-27" in told.expected


def test_a_search_right_after_a_feed_is_journaled_after_it(dmp: Dmp) -> None:
    large = cda(dmp.patient, pdf=PDF + b"x" * 2_000_000)
    dmp.feed(*(dmp.document(large, id=f"Document{n}") for n in range(4)))
    dmp.find()
    assert [one.operation for one in dmp.exchanges()] == ["td3.1", "td2.1"]
