from __future__ import annotations

import pytest
from lxml import etree

from lgo_client.xds import (
    Listed,
    RegistryRefused,
    check_registry,
    document_href,
    find_documents,
    get_documents,
    listed,
    retrieve,
)

RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
QUERY = "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}"
XDS = "{urn:ihe:iti:xds-b:2007}"
STATUS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:"
PATIENT = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"

RESPONSE = """<query:AdhocQueryResponse xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
 xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
 startIndex="0" totalResultCount="1" status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:{status}">{content}
</query:AdhocQueryResponse>"""
ENTRY = """<rim:RegistryObjectList><rim:ExtrinsicObject id="urn:uuid:1" lid="urn:uuid:1" isOpaque="false"
 mimeType="text/xml" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
 status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved">
<rim:Slot name="creationTime"><rim:ValueList><rim:Value>20260914081530</rim:Value></rim:ValueList></rim:Slot>
<rim:Slot name="repositoryUniqueId"><rim:ValueList><rim:Value>1.2.250.1.213.4.1.1.1.2</rim:Value></rim:ValueList>
</rim:Slot><rim:Name><rim:LocalizedString charset="UTF8" value="Bilan" xml:lang="FR"/></rim:Name>
<rim:Classification id="c1" classifiedObject="urn:uuid:1"
 classificationScheme="urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d" nodeRepresentation="">
<rim:Slot name="authorPerson"><rim:ValueList>
<rim:Value>899700090014^VALMONT^Hélène^^^^^^&amp;1.2.250.1.71.4.2.1&amp;ISO^D^^^IDNPS</rim:Value></rim:ValueList>
</rim:Slot></rim:Classification>
<rim:Classification id="c2" classifiedObject="urn:uuid:1"
 classificationScheme="urn:uuid:f0306f51-975f-434e-a61c-c59651d33983" nodeRepresentation="56445-0"/>
<rim:ExternalIdentifier id="e1" registryObject="urn:uuid:1" value="1.2.3"
 identificationScheme="urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"/></rim:ExtrinsicObject></rim:RegistryObjectList>"""
ERROR = """<rs:RegistryErrorList><rs:RegistryError errorCode="XDSPatientIdDoesNotMatch" codeContext="INS différent"
 severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"/>
<rs:RegistryError errorCode="XDSRegistryError" codeContext="autre"/></rs:RegistryErrorList>"""


def response(status: str, content: str = "") -> etree._Element:
    return etree.fromstring(RESPONSE.format(status=status, content=content))


def slots(query: str) -> dict[str, list[str | None]]:
    found = etree.fromstring(query).iter(f"{RIM}Slot")
    return {str(slot.get("name")): [value.text for value in slot.iter(f"{RIM}Value")] for slot in found}


def test_the_patient_is_quoted_without_parentheses_and_lists_have_both() -> None:
    assert slots(find_documents(PATIENT)) == {
        "$XDSDocumentEntryPatientId": [f"'{PATIENT}'"],
        "$XDSDocumentEntryStatus": ["('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"],
    }


def test_several_statuses_are_one_list() -> None:
    assert slots(find_documents(PATIENT, statuses=("urn:a", "urn:b")))["$XDSDocumentEntryStatus"] == [
        "('urn:a','urn:b')"
    ]


def test_a_start_date_is_written_bare() -> None:
    assert slots(find_documents(PATIENT, since="20240914"))["$XDSDocumentEntryServiceStartTimeFrom"] == ["20240914"]


def test_td31_asks_for_whole_entries_and_td31b_for_references() -> None:
    for text, query_id, kind in (
        (find_documents(PATIENT), "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d", "LeafClass"),
        (get_documents("1.2.3"), "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4", "ObjectRef"),
    ):
        option, query = etree.fromstring(text)
        assert (option.tag, query.tag) == (f"{QUERY}ResponseOption", f"{RIM}AdhocQuery")
        assert dict(option.attrib) == {"returnComposedObjects": "true", "returnType": kind}
        assert query.get("id") == query_id


def test_a_document_is_found_by_a_list_of_one_unique_id() -> None:
    assert slots(get_documents("1.2.3")) == {"$XDSDocumentEntryUniqueId": ["('1.2.3')"]}


def test_a_retrieval_names_repository_then_document_even_when_an_id_is_odd() -> None:
    ((repository, document),) = etree.fromstring(retrieve("1.2<&", "1.2.3"))
    assert (repository.tag, repository.text) == (f"{XDS}RepositoryUniqueId", "1.2<&")
    assert (document.tag, document.text) == (f"{XDS}DocumentUniqueId", "1.2.3")


def test_a_list_is_read_with_what_a_screen_shows() -> None:
    assert listed(response("Success", ENTRY)) == [
        Listed(
            entry_uuid="urn:uuid:1",
            unique_id="1.2.3",
            repository="1.2.250.1.213.4.1.1.1.2",
            title="Bilan",
            type_code="56445-0",
            creation_time="20260914081530",
            author="Hélène VALMONT",
            status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved",
        )
    ]


def test_an_empty_list_is_a_success() -> None:
    assert listed(response("Success", "<rim:RegistryObjectList/>")) == []


def test_an_entry_without_anything_is_listed_all_the_same() -> None:
    (only,) = listed(
        response("Success", '<rim:RegistryObjectList><rim:ExtrinsicObject id="x"/></rim:RegistryObjectList>')
    )
    assert (only.entry_uuid, only.title, only.author, only.unique_id) == ("x", "", "", "")


@pytest.mark.parametrize("read", [listed, check_registry, document_href])
def test_a_failure_is_refused_with_its_first_code_and_context(read: object) -> None:
    with pytest.raises(RegistryRefused) as refused:
        read(response("Failure", ERROR))  # type: ignore[operator]
    assert (refused.value.code, refused.value.context) == ("XDSPatientIdDoesNotMatch", "INS différent")


@pytest.mark.parametrize("status", ["Failure", "PartialSuccess", ""])
def test_anything_but_success_is_refused(status: str) -> None:
    with pytest.raises(RegistryRefused):
        check_registry(response(status))


def test_the_status_of_a_retrieval_is_that_of_the_registry_response_inside() -> None:
    answer = (
        '<x:RetrieveDocumentSetResponse xmlns:x="urn:ihe:iti:xds-b:2007">'
        '<rs:RegistryResponse xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" status="{0}"/>{1}'
        "</x:RetrieveDocumentSetResponse>"
    )
    include = (
        "<x:DocumentResponse><x:Document><i:Include xmlns:i='http://www.w3.org/2004/08/xop/include' href='cid:1@x'/>"
        "</x:Document></x:DocumentResponse>"
    )
    assert document_href(etree.fromstring(answer.format(f"{STATUS}Success", include))) == "cid:1@x"
    with pytest.raises(ValueError, match=r"TD3\.2"):
        document_href(etree.fromstring(answer.format(f"{STATUS}Success", "")))
    with pytest.raises(RegistryRefused):
        document_href(etree.fromstring(answer.format(f"{STATUS}Failure", include)))
