"""TD3.1 over real sockets: filters, layout, errors, and who sees what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.dmp_door import Dmp
from support.dmp_messages import NS, Reply, adhoc, find_documents, status_of, unique_ids_of
from support.dmp_told import is_told

FAILURE = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
GET_DOCUMENTS = "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
STATUS = "urn:oasis:names:tc:ebxml-regrep:StatusType"
VISIBILITY = "1.2.250.1.213.1.1.4.13"
TYPE_SYSTEM, CLASS_SYSTEM = "2.16.840.1.113883.6.1", "1.2.250.1.213.1.1.4.1"


def _unquoted(dmp: Dmp) -> Reply:
    dmp.test_existence(dmp.direct())
    patient = f"('{dmp.patient}^^^&1.2.250.1.213.1.4.10&ISO^NH')"
    approved = ("$XDSDocumentEntryStatus", f"('{STATUS}:Approved')")
    body = adhoc("14d4debf-8f97-4251-9a74-a90016b0af0d", [("$XDSDocumentEntryPatientId", patient), approved])
    return dmp.call("registry", "urn:ihe:iti:2007:RegistryStoredQuery", body, dmp.direct())


def _archived_first(dmp: Dmp) -> Reply:
    dmp.test_existence(dmp.direct())
    patient = f"'{dmp.patient}^^^&1.2.250.1.213.1.4.10&ISO^NH'"
    archived = ("$XDSDocumentEntryStatus", "('urn:asip:ci-sis:2010:StatusType:Archived')")
    body = adhoc("14d4debf-8f97-4251-9a74-a90016b0af0d", [("$XDSDocumentEntryPatientId", patient), archived])
    return dmp.call("registry", "urn:ihe:iti:2007:RegistryStoredQuery", body, dmp.direct())


BREAKS: dict[str, Callable[[Dmp], object]] = {"DMP-QUERY-FORM": _unquoted, "DMP-QUERY-ACTIVE": _archived_first}


def _coded(type_code: str, class_code: str) -> dict[str, list[tuple[str, str]]]:
    return {"type": [(type_code, TYPE_SYSTEM)], "class": [(class_code, CLASS_SYSTEM)]}


def test_the_answer_has_the_layout_of_the_real_one(dmp: Dmp) -> None:
    dmp.feed(dmp.document(slots={"serviceStopTime": "20260315110000", "sourcePatientInfo": "PID-5|MARTIN^CLAIRE"}))
    entry = dmp.find().all("//rim:ExtrinsicObject")[0]
    names = [child.get("name") or child.tag.rpartition("}")[2] for child in entry]
    assert names == [
        "creationTime",
        "hash",
        "languageCode",
        "legalAuthenticator",
        "repositoryUniqueId",
        "serviceStartTime",
        "serviceStopTime",
        "size",
        "sourcePatientId",
        "sourcePatientInfo",
        "Name",
        "Description",
        "VersionInfo",
        *["Classification"] * 7,
        "ExternalIdentifier",
        "ExternalIdentifier",
    ]
    ids = [child.get("id") for child in entry.iter() if child.get("id")]
    assert len(ids) == len(set(ids))
    assert all(each.startswith("urn:uuid:") for each in ids)
    assert [nested for nested in entry.iter() if nested is not entry and nested.get("objectType")] == []
    assert entry.get("isOpaque") == "false"
    assert entry.get("status") == f"{STATUS}:Approved"


def test_nothing_found_is_a_success(dmp: Dmp) -> None:
    reply = dmp.find()
    root = reply.all("//query:AdhocQueryResponse")[0]
    assert dict(root.attrib) == {"startIndex": "0", "totalResultCount": "0", "status": SUCCESS}
    assert len(root) == 1
    assert len(root[0]) == 0


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("TypeCode", f"('56445-0^^{TYPE_SYSTEM}')", f"('78601-2^^{TYPE_SYSTEM}')"),
        ("ClassCode", f"('10^^{CLASS_SYSTEM}','11^^{CLASS_SYSTEM}')", f"('11^^{TYPE_SYSTEM}')"),
        ("FormatCode", "('urn:ihe:iti:xds-sd:pdf:2008^^1.3.6.1.4.1.19376.1.2.3')", "('autre^^1')"),
        ("HealthcareFacilityTypeCode", "('SA33^^1.2.250.1.71.4.2.4')", "('SA01^^1.2.250.1.71.4.2.4')"),
        ("PracticeSettingCode", "('AMBULATOIRE^^1.2.250.1.213.1.1.4.9')", "('HAD^^1.2.250.1.213.1.1.4.9')"),
        ("ConfidentialityCode", "('N^^2.16.840.1.113883.5.25')", "('R^^2.16.840.1.113883.5.25')"),
        ("AuthorPerson", "('899700090014%')", "('899700090022%')"),
        ("CreationTimeFrom", "20260315101500", "20260315101501"),
        ("CreationTimeTo", "'20260316'", "'20260315101500'"),
        ("ServiceStartTimeFrom", "2026", "2027"),
        ("ServiceStartTimeTo", "2027", "2026"),
    ],
)
def test_each_parameter_filters(dmp: Dmp, name: str, right: str, wrong: str) -> None:
    dmp.feed(dmp.document())
    assert len(unique_ids_of(dmp.find((f"$XDSDocumentEntry{name}", right)))) == 1
    assert unique_ids_of(dmp.find((f"$XDSDocumentEntry{name}", wrong))) == []


def test_references_are_asked_for(dmp: Dmp) -> None:
    dmp.feed(dmp.document())
    reply = dmp.find(returned="ObjectRef")
    assert len(reply.all("//rim:ObjectRef")) == 1
    assert reply.all("//rim:ExtrinsicObject") == []


@pytest.mark.parametrize(
    ("query", "parameters", "code"),
    [
        ("f26abbcb-ac74-4422-8a30-edb644bbc1a9", [], "XDSStoredQueryMissingParam"),
        ("958f3006-baad-4929-a4de-ff1114824431", [], "XDSUnknownStoredQuery"),
        ("00000000-0000-0000-0000-000000000000", [], "XDSUnknownStoredQuery"),
        ("14d4debf-8f97-4251-9a74-a90016b0af0d", [], "XDSStoredQueryMissingParam"),
        (GET_DOCUMENTS, [], "XDSStoredQueryMissingParam"),
        (
            GET_DOCUMENTS,
            [("$XDSDocumentEntryUniqueId", "('1')"), ("$XDSDocumentEntryEntryUUID", "('2')")],
            "XDSStoredQueryParamNumber",
        ),
        (GET_DOCUMENTS, [("$XDSDocumentEntryUniqueId", "('1' '2")], "XDSStoredQueryParamNumber"),
    ],
)
def test_a_wrong_query_has_its_xds_error(dmp: Dmp, query: str, parameters: list[tuple[str, str]], code: str) -> None:
    reply = dmp.call("registry", "urn:ihe:iti:2007:RegistryStoredQuery", adhoc(query, parameters), dmp.direct())
    assert (reply.status, reply.errors) == (200, [code])
    assert reply.text("//query:AdhocQueryResponse/@status") == FAILURE
    assert reply.text("//rs:RegistryErrorList/@highestSeverity").endswith("ErrorSeverityType:Error")
    assert "DMP-QUERY" in dmp.findings()


def test_a_query_about_another_patient_does_not_match(dmp: Dmp) -> None:
    body = find_documents(dmp.stranger().matricule)
    reply = dmp.call("registry", "urn:ihe:iti:2007:RegistryStoredQuery", body, dmp.direct())
    assert reply.errors == ["XDSPatientIdDoesNotMatch"]


def test_a_query_as_ihe_tools_write_it_finds_the_same(dmp: Dmp) -> None:
    document = dmp.document()
    dmp.feed(document)
    untyped = f"<rim:Value>'{dmp.patient}^^^&amp;1.2.250.1.213.1.4.10&amp;ISO'</rim:Value>"
    statuses = "".join(f"<rim:Value>('{STATUS}:{each}')</rim:Value>" for each in ("Approved", "Deprecated"))
    body = (
        f'<query:AdhocQueryRequest xmlns:query="{NS["query"]}" xmlns:rim="{NS["rim"]}">'
        '<query:ResponseOption returnComposedObjects="true" returnType="LeafClass"/>'
        '<rim:AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">'
        f'<rim:Slot name="$XDSDocumentEntryPatientId"><rim:ValueList>{untyped}</rim:ValueList></rim:Slot>'
        f'<rim:Slot name="$XDSDocumentEntryStatus"><rim:ValueList>{statuses}</rim:ValueList></rim:Slot>'
        "</rim:AdhocQuery></query:AdhocQueryRequest>"
    )
    reply = dmp.call("registry", "urn:ihe:iti:2007:RegistryStoredQuery", body, dmp.direct())
    assert unique_ids_of(reply) == [document.unique_id]


def test_a_masked_document_is_seen_by_its_author_and_the_treating_doctor_alone(dmp: Dmp) -> None:
    masked = dmp.document(codes={"confidentiality": [("N", "2.16.840.1.113883.5.25"), ("MASQUE_PS", VISIBILITY)]})
    assert status_of(dmp.feed(masked)) == SUCCESS
    doctor = dmp.direct("generaliste", extra={"Secteur_Activite": "SA07^1.2.250.1.71.4.2.4"})
    seen = {who.who.id: len(unique_ids_of(dmp.find(vihf=who))) for who in (dmp.direct(), dmp.direct("adjoint"), doctor)}
    assert seen == {"titulaire": 1, "adjoint": 0, "generaliste": 1}
    assert dmp.read(masked.unique_id, vihf=dmp.direct("adjoint")).fault[0] == "soap:DMPAccessDeniedByRightsService"


def test_forbidden_types_are_hidden_from_the_officine(dmp: Dmp) -> None:
    forbidden = dmp.document(codes=_coded("68599-0", "11"))
    assert status_of(dmp.feed(forbidden)) == SUCCESS
    assert unique_ids_of(dmp.find()) == []
    assert dmp.read(forbidden.unique_id).fault[0] == "soap:DMPAccessDeniedByRightsService"
    doctor = dmp.direct("generaliste", extra={"Secteur_Activite": "SA07^1.2.250.1.71.4.2.4"})
    assert unique_ids_of(dmp.find(vihf=doctor)) == [forbidden.unique_id]


TYPE = "$XDSDocumentEntryTypeCode"


@pytest.mark.parametrize(
    ("slots", "found", "expected"),
    [
        ([("$XDSDocumentEntryStatus", "Approved")], 1, f"('{STATUS}:Approved')"),
        ([("$XDSDocumentEntryStatus", f"{STATUS}:Approved")], 1, f"('{STATUS}:Approved')"),
        ([(TYPE, f"(56445-0^^{TYPE_SYSTEM})")], 1, "('code^^OID du système')"),
        ([(TYPE, f"('78601-2^^{TYPE_SYSTEM}')"), (TYPE, f"('56445-0^^{TYPE_SYSTEM}')")], 1, "dans un seul Slot"),
        ([("$XDSDocumentEntryEventCodeList", "('JKQX008')")], 0, "('code^^OID du système')"),
        ([("$XDSDocumentEntryTypeCodes", "('x^^y')")], 1, TYPE),
    ],
)
def test_a_query_that_is_written_wrongly_is_understood_with_a_finding_and_refused_when_strict(
    dmp: Dmp, slots: list[tuple[str, str]], found: int, expected: str
) -> None:
    dmp.feed(dmp.document())
    dmp.test_existence(dmp.direct())
    usual = [
        ("$XDSDocumentEntryPatientId", f"'{dmp.patient}^^^&1.2.250.1.213.1.4.10&ISO^NH'"),
        ("$XDSDocumentEntryStatus", f"('{STATUS}:Approved')"),
    ]
    asked = [*(one for one in usual if one[0] not in {name for name, _ in slots}), *slots]
    reply = dmp.query("14d4debf-8f97-4251-9a74-a90016b0af0d", *asked)
    assert len(unique_ids_of(reply)) == found
    (finding,) = dmp.exchanges()[0].findings
    assert finding.check_id == "DMP-QUERY-FORM"
    assert expected in finding.expected
    is_told(dmp.exchanges()[0])
    dmp.configure(strict_queries="oui")
    refused = dmp.query("14d4debf-8f97-4251-9a74-a90016b0af0d", *asked)
    assert set(refused.errors) == {"XDSStoredQueryParamNumber"}
    assert dmp.findings() == ["DMP-QUERY", "DMP-QUERY-FORM"]


HOSTILE = ("' OR '1'='1", "'); DROP TABLE dmp_entry; --", "%' UNION SELECT value FROM dmp_entry --")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_sql_in_a_slot_is_a_value_like_another(dmp: Dmp, hostile: str) -> None:
    dmp.feed(dmp.document())
    quoted = hostile.replace("'", "''")
    for name in ("$XDSDocumentEntryAuthorPerson", "$XDSDocumentEntryTypeCode", "$XDSDocumentEntryFormatCode"):
        assert unique_ids_of(dmp.find((name, f"('{quoted}')"))) == []
    assert len(unique_ids_of(dmp.find())) == 1


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("AuthorPerson", "('VALMONT')", "('%nom%')"),
        ("AuthorPerson", "('899700090014^NOM')", "('%nom%')"),
        ("TypeCode", "('56445-0^^1.2.3')", "('56445-0^^1.2.250.1.213.1.1.4.12') ou ('56445-0^^2.16.840.1.113883.6.1')"),
        ("ClassCode", "('11^^2.16.840.1.113883.6.1')", "('11^^1.2.250.1.213.1.1.4.1')"),
        ("HealthcareFacilityTypeCode", "('SA33^^1.2.3')", "('SA33^^1.2.250.1.71.4.2.4')"),
    ],
)
def test_what_can_find_nothing_is_told_with_the_form_that_finds(dmp: Dmp, name: str, value: str, expected: str) -> None:
    dmp.feed(dmp.document())
    dmp.test_existence(dmp.direct())
    assert unique_ids_of(dmp.find((f"$XDSDocumentEntry{name}", value))) == []
    (told,) = dmp.exchanges()[0].findings
    assert told.check_id == "DMP-QUERY-FORM"
    assert expected in told.expected
    dmp.configure(strict_queries="oui")
    assert dmp.find((f"$XDSDocumentEntry{name}", value)).errors == ["XDSStoredQueryParamNumber"]


def test_a_whole_author_person_needs_no_wildcard(dmp: Dmp) -> None:
    dmp.feed(dmp.document())
    dmp.test_existence(dmp.direct())
    whole = "899700090014^NOM^PRENOM^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    assert len(unique_ids_of(dmp.find(("$XDSDocumentEntryAuthorPerson", f"('{whole}')")))) == 1
    assert dmp.findings() == []
