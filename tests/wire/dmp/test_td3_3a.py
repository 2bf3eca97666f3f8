"""TD3.3a and TD3.3b over real sockets: new versions of metadata that hide a document, or show it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.dmp_door import Dmp
from support.dmp_lots import Document, Lot
from support.dmp_messages import Reply, status_of, unique_ids_of
from support.dmp_told import is_told

SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
VISIBILITY, NORMAL = "1.2.250.1.213.1.1.4.13", ("N", "2.16.840.1.113883.5.25")
STATUS = "urn:oasis:names:tc:ebxml-regrep:StatusType"
GET_DOCUMENTS = "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"


def fed(dmp: Dmp, *hidden: str, **changes: object) -> Document:
    """Feed a document and return it as TD3.1 shows it: with its lid."""
    document = coded(dmp.document(**changes), *hidden)
    assert status_of(dmp.feed(document)) == SUCCESS
    dmp.test_existence(dmp.direct())
    return replace(document, lid=dmp.find().text("//rim:ExtrinsicObject[last()]/@lid"))


def coded(document: Document, *hidden: str) -> Document:
    codes = [NORMAL, *((code, VISIBILITY) for code in hidden)]
    return replace(document, codes={**document.codes, "confidentiality": codes})


def _refused(dmp: Dmp) -> None:
    dmp.update(coded(fed(dmp), "MASQUE_PS"), previous="7")


def _otherwise(dmp: Dmp) -> None:
    dmp.update(replace(coded(fed(dmp), "MASQUE_PS"), title="Autre titre"))


BREAKS: dict[str, Callable[[Dmp], object]] = {"DMP-VISIBILITY": _refused, "DMP-UPDATE-FORM": _otherwise}


def shown(reply: Reply) -> tuple[str, str, str]:
    entry = "//rim:ExtrinsicObject[1]"
    return tuple(reply.text(f"{entry}/{path}") for path in ("@id", "@lid", "rim:VersionInfo/@versionName"))  # type: ignore[return-value]


def test_a_masked_document_is_a_new_version_of_the_same_logical_document(dmp: Dmp) -> None:
    document = fed(dmp)
    first = shown(dmp.find())
    reply = dmp.update(coded(document, "MASQUE_PS"))
    assert (reply.status, status_of(reply)) == (200, SUCCESS)
    assert reply.text("//wsa:Action") == "urn:ihe:iti:2010:UpdateDocumentSet-Response"
    assert reply.all("//rs:RegistryResponse/*") == []
    assert dmp.findings() == []
    assert dmp.exchanges()[0].summary == "TD3.3A : document masqué aux professionnels"
    second = shown(dmp.find())
    assert (second[1:], first[2]) == ((first[1], "2"), "1")
    assert second[0] != first[0]
    assert unique_ids_of(dmp.find(vihf=dmp.direct("adjoint"))) == []
    assert list(dmp.read(document.unique_id).parts.values()) == [document.content]


def test_the_former_version_is_deprecated_and_both_are_found_by_the_logical_id(dmp: Dmp) -> None:
    document = fed(dmp)
    dmp.update(coded(document, "MASQUE_PS"))
    both = dmp.query(GET_DOCUMENTS, ("$XDSDocumentEntryLogicalID", f"('{document.lid}')"))
    assert [one.get("status") for one in both.all("//rim:ExtrinsicObject")] == [
        f"{STATUS}:Deprecated",
        f"{STATUS}:Approved",
    ]
    last = dmp.query(GET_DOCUMENTS, ("$XDSDocumentEntryUniqueId", f"('{document.unique_id}')"))
    assert [one.get("status") for one in last.all("//rim:ExtrinsicObject")] == [f"{STATUS}:Approved"]


def test_the_author_unmasks_what_he_masked(dmp: Dmp) -> None:
    document = fed(dmp, "MASQUE_PS")
    assert status_of(dmp.update(coded(document))) == SUCCESS
    assert unique_ids_of(dmp.find(vihf=dmp.direct("adjoint"))) == [document.unique_id]


def test_another_professional_masks_and_does_not_unmask(dmp: Dmp) -> None:
    document, other = fed(dmp), dmp.direct("adjoint")
    assert status_of(dmp.update(coded(document, "MASQUE_PS"), vihf=other)) == SUCCESS
    hidden = dmp.update(coded(document), previous="2", vihf=other)
    assert hidden.errors == ["XDSMetadataUpdateError"]
    assert "lid" in hidden.text("//rs:RegistryError/@codeContext")


def test_the_treating_doctor_unmasks_what_others_wrote(dmp: Dmp) -> None:
    document = fed(dmp, "MASQUE_PS")
    doctor = dmp.direct("generaliste", extra={"Secteur_Activite": "SA07^1.2.250.1.71.4.2.4"})
    assert status_of(dmp.update(coded(document), vihf=doctor)) == SUCCESS


@pytest.mark.parametrize("code", ["INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"])
def test_what_is_hidden_from_the_patients_side_is_shown_again(dmp: Dmp, code: str) -> None:
    document = fed(dmp, code)
    told = dmp.control("patients", tail=dmp.patient)["documents"][0]["visible"]
    assert told == {"patient": code != "INVISIBLE_PATIENT", "representants": False}
    assert status_of(dmp.update(coded(document))) == SUCCESS
    told = [one["visible"] for one in dmp.control("patients", tail=dmp.patient)["documents"]]
    assert told == [{"patient": False, "representants": False}, {"patient": True, "representants": True}]
    assert "rendu visible" in dmp.exchanges()[0].summary


def _send(document: Document, previous: str = "1", **changes: object) -> Callable[[Dmp], Reply]:
    return lambda dmp: dmp.update(replace(coded(document, "MASQUE_PS"), **changes), previous=previous)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "previous", "code"),
    [
        ({"lid": "urn:uuid:00000000-0000-4000-8000-000000000000"}, "1", "XDSMetadataUpdateError"),
        ({"lid": ""}, "1", "XDSMetadataUpdateError"),
        ({"unique_id": "2.25.1"}, "1", "XDSMetadataUpdateError"),
        ({"mime_type": "application/dicom"}, "1", "XDSMetadataUpdateError"),
        ({"slots": {"hash": "00"}}, "1", "XDSMetadataUpdateError"),
        ({}, "2", "XDSMetadataVersionError"),
        ({}, "", "XDSMetadataVersionError"),
    ],
)
def test_what_an_update_may_not_change_is_refused(
    dmp: Dmp, changes: dict[str, object], previous: str, code: str
) -> None:
    reply = _send(fed(dmp), previous, **changes)(dmp)
    assert reply.errors == [code]
    assert dmp.findings() == ["DMP-VISIBILITY"]
    is_told(dmp.exchanges()[0])
    assert shown(dmp.find())[2] == "1"


@pytest.mark.parametrize("codes", [["MASQUE_PS", "INVISIBLE_PATIENT"], ["INCONNU"]])
def test_confidentiality_codes_obey_the_same_rules_as_in_a_feed(dmp: Dmp, codes: list[str]) -> None:
    document = fed(dmp)
    assert dmp.update(coded(document, *codes)).errors == ["XDSRegistryMetadataError"]
    if "INCONNU" not in codes:
        dmp.configure(param_cumul_invisible_masque="oui")
        assert status_of(dmp.update(coded(document, *codes))) == SUCCESS


def test_what_differs_beside_visibility_is_kept_as_it_was_and_refused_when_strict(dmp: Dmp) -> None:
    document = fed(dmp)
    assert status_of(dmp.update(replace(coded(document, "MASQUE_PS"), title="Autre"))) == SUCCESS
    assert dmp.findings() == ["DMP-UPDATE-FORM"]
    assert dmp.find().text("//rim:ExtrinsicObject/rim:Name//@value") == "Bilan médicamenteux"
    dmp.configure(strict_metadata="oui")
    strict = dmp.update(replace(coded(document), title="Autre"), previous="2")
    assert strict.errors == ["XDSMetadataUpdateError"]


def test_a_lot_that_asks_for_two_things_or_for_nothing_is_refused(dmp: Dmp) -> None:
    document = fed(dmp)
    nothing = dmp.update(document, alter=lambda b: b.replace(b"ExtrinsicObject", b"AutreObjet"))
    assert nothing.errors == ["XDSMetadataUpdateOperationError"]
    empty = dmp.call(
        "registry",
        "urn:ihe:iti:2010:UpdateDocumentSet",
        '<SubmitObjectsRequest xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"/>',
        dmp.direct(),
    )
    assert "RegistryObjectList absent" in empty.fault[1]


def test_a_classification_that_points_nowhere_is_taken(dmp: Dmp) -> None:
    document = fed(dmp)

    def bare(octets: bytes) -> bytes:
        return octets.replace(b' classifiedObject="Document01"', b"")

    assert status_of(dmp.update(coded(document, "MASQUE_PS"), alter=bare)) == SUCCESS


def test_the_unique_id_of_an_update_is_new_too(dmp: Dmp) -> None:
    document = fed(dmp)
    lot = Lot([coded(document, "MASQUE_PS")])
    assert status_of(dmp.update(lot=lot)) == SUCCESS
    again = Lot([coded(document)], unique_id=lot.unique_id)
    assert dmp.update(lot=again, previous="2").errors == ["XDSDuplicateUniqueIdInRegistry"]


def test_indirect_authentication_changes_no_visibility(dmp: Dmp) -> None:
    document = fed(dmp)
    assert (
        dmp.update(coded(document, "MASQUE_PS"), vihf=dmp.indirect()).fault[0] == "soap:DMPAccessDeniedByRightsService"
    )
    assert dmp.findings() == ["DMP-RIGHTS"]


@pytest.mark.parametrize(
    ("hidden", "named"), [(["MASQUE_PS"], "TD3.3a"), (["INVISIBLE_PATIENT"], "TD3.3b"), ([], "TD3.3a")]
)
def test_who_may_change_no_visibility_is_told_which_transaction_he_asked_for(
    dmp: Dmp, hidden: list[str], named: str
) -> None:
    reply = dmp.update(coded(dmp.document(), *hidden), vihf=dmp.indirect())
    assert f"{named} pour authentification indirecte" in reply.fault[1]
    assert {finding.received.partition(" ")[0] for finding in dmp.exchanges()[0].findings} == {named}


def test_what_an_adult_hides_from_his_parents_is_remarked_as_in_a_feed(dmp: Dmp) -> None:
    document = fed(dmp)
    assert status_of(dmp.update(coded(document, "INVISIBLE_REPRESENTANTS_LEGAUX"))) == SUCCESS
    assert dmp.findings() == ["DMP-UPDATE-FORM"]
    dmp.configure(strict_metadata="oui", param_majorite="21")
    assert dmp.update(coded(document, "INVISIBLE_REPRESENTANTS_LEGAUX"), previous="2").errors == [
        "XDSRegistryMetadataError"
    ]
