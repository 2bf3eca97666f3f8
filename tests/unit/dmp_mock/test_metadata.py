"""XDS metadata and lots: each rule broken once, by an entry or a lot that breaks it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dmp_mock.codes import xds
from dmp_mock.codes.xds import Association
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsFailure
from dmp_mock.domain.hl7 import Cx
from dmp_mock.domain.lots import MatchedLot, SignedManifest, check_cited, check_lot, cited, match_documents
from dmp_mock.domain.metadata import (
    ENTRY_RULES,
    POLICY_RULES,
    SET_RULES,
    Policy,
    entry_errors,
    entry_remarks,
    set_errors,
    set_remarks,
)
from dmp_mock.domain.registering import register
from dmp_mock.domain.values import Author, CdaHeader, Coded, Entry, Link, Lot, NotCda, SubmissionSet
from health_documents import oids
from health_documents.codes import systems as code_systems

INS = Cx("256036330091838", "1.2.250.1.213.1.4.10")
CX = "256036330091838^^^&1.2.250.1.213.1.4.10&ISO^NH"
WRITER = (Author(("899700090014^VALMONT^Hélène",), ("PHARMACIE^^^^^&1&ISO^IDNST^^^10B0990017",)),)
CODES = {
    "class": (Coded("11", oids.TRE_A03_CLASS),),
    "type": (Coded("56445-0", oids.LOINC),),
    "format": (Coded("urn:ihe:iti:xds-sd:pdf:2008", oids.IHE_FORMAT),),
    "facility": (Coded("SA33", oids.FACILITY),),
    "practice": (Coded("AMBULATOIRE", oids.TRE_A01_PRACTICE),),
    "confidentiality": (Coded("N", oids.CONFIDENTIALITY),),
}
SLOTS = {
    "creationTime": ("20260315101500",),
    "serviceStartTime": ("20260315",),
    "languageCode": ("fr-FR",),
    "legalAuthenticator": ("899700090014^VALMONT",),
    "sourcePatientId": ("42^^^&1.2.3&ISO^PI",),
}
ENTRY = Entry(
    "Document01", "1.2.3.4", CX, "text/xml", oids.U_STABLE_DOCUMENT, "BPM", slots=SLOTS, authors=WRITER, codes=CODES
)
SIGNATURE = Entry(
    "Signature01",
    "1.2.3.5",
    CX,
    "text/xml",
    oids.U_STABLE_DOCUMENT,
    "Source",
    slots={"languageCode": ("art",), "sourcePatientId": (CX,)},
    codes={
        "class": (Coded(xds.SIGNATURE_CLASS, "URN"),),
        "type": (Coded(xds.SIGNATURE_TYPE, "ASTM"),),
        "format": (Coded(xds.SIGNATURE_FORMAT, "URN"),),
        "confidentiality": (
            Coded("N", oids.CONFIDENTIALITY),
            Coded("MASQUE_PS", oids.TRE_A04_VISIBILITY),
            Coded("INVISIBLE_PATIENT", oids.TRE_A04_VISIBILITY),
        ),
    },
)
SET = SubmissionSet(
    "SubmissionSet01",
    "1.2.3.6",
    "1.2.3",
    CX,
    submission_time="20260315103000",
    authors=WRITER,
    content_types=(Coded("04", oids.ACTIVITY),),
)
LINKS = (
    Link(Association.HAS_MEMBER, "SubmissionSet01", "Document01", ("Original",)),
    Link(Association.HAS_MEMBER, "SubmissionSet01", "Signature01", ("Original",)),
    Link(Association.SIGNS, "Signature01", "SubmissionSet01", ("Original",)),
)
LOT = Lot((SET,), (ENTRY, SIGNATURE), LINKS, {"Document01": b"<a/>", "Signature01": b"<s/>"})
MANIFEST = SignedManifest(frozenset({"1.2.3.4", "1.2.3.6"}))
HEADERS: dict[str, CdaHeader | NotCda] = {"Document01": CdaHeader(patients=((INS.root, INS.number),))}


def _slot(name: str, *values: str) -> Entry:
    return replace(ENTRY, slots={**SLOTS, name: values})


def _coded(name: str, *coded: Coded) -> Entry:
    return replace(ENTRY, codes={**CODES, name: coded})


ENTRIES: list[tuple[str, Entry]] = [
    ("uniqueId", replace(ENTRY, unique_id="1.2^ext")),
    ("uniqueId", replace(ENTRY, unique_id="")),
    ("uniqueId", replace(ENTRY, unique_id="2.25." + "1" * 60)),
    ("patientId", replace(ENTRY, patient_id="256036330091838")),
    ("mimeType", replace(ENTRY, mime_type="application/pdf")),
    ("objectType", replace(ENTRY, object_type="urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248")),
    ("title", replace(ENTRY, title="")),
    ("author", replace(ENTRY, authors=())),
    ("author", replace(ENTRY, authors=(Author(institutions=("X",)),))),
    ("creationTime", _slot("creationTime", "2026-03-15")),
    ("serviceStartTime", _slot("serviceStartTime", "202603151")),
    ("serviceStopTime", _slot("serviceStopTime", "demain")),
    ("languageCode", _slot("languageCode", "français")),
    ("legalAuthenticator", _slot("legalAuthenticator", "^VALMONT")),
    ("sourcePatientId", _slot("sourcePatientId", "42")),
    ("classCode", _coded("class", Coded("10", oids.TRE_A03_CLASS))),
    ("classCode", _coded("type", Coded("inconnu", oids.LOINC))),
    ("healthcareFacilityTypeCode", _coded("facility", Coded("PHARMACIE", oids.FACILITY))),
    ("practiceSettingCode", _coded("practice", Coded("OFFICINE", oids.TRE_A01_PRACTICE))),
    ("confidentialityCode", _coded("confidentiality", Coded("R", oids.CONFIDENTIALITY))),
    ("confidentialityCode", _coded("confidentiality", Coded("N", "1.2.3"))),
    ("confidentialityCode", _coded("confidentiality", *(CODES["confidentiality"] * 5))),
    (
        "confidentialityCode",
        _coded(
            "confidentiality",
            *CODES["confidentiality"],
            Coded("MASQUE_PS", oids.TRE_A04_VISIBILITY),
            Coded("INVISIBLE_PATIENT", oids.TRE_A04_VISIBILITY),
        ),
    ),
    ("signature", replace(SIGNATURE, codes={**SIGNATURE.codes, "type": (Coded("56445-0", oids.LOINC),)})),
]


@pytest.mark.parametrize("entry", [ENTRY, SIGNATURE])
def test_a_right_entry_has_neither_error_nor_remark(entry: Entry) -> None:
    assert [*entry_errors(entry), *entry_remarks(entry)] == []


@pytest.mark.parametrize(("attribute", "entry"), ENTRIES)
def test_each_attribute_rule_names_its_attribute(attribute: str, entry: Entry) -> None:
    locations = [error.location for error in entry_errors(entry)]
    assert locations == [f"{entry.id}/{attribute}"]
    assert all(error.code is XdsCode.REGISTRY_METADATA for error in entry_errors(entry))


@pytest.mark.parametrize("name", [*xds.ENTRY_SLOTS_REQUIRED, *xds.ENTRY_CODES_REQUIRED])
def test_each_required_attribute_is_missed(name: str) -> None:
    slots = {k: v for k, v in SLOTS.items() if k != name}
    codes = {k: v for k, v in CODES.items() if k != name}
    location = name if name in SLOTS else f"{name}Code"
    assert f"Document01/{location}" in {e.location for e in entry_errors(replace(ENTRY, slots=slots, codes=codes))}


def test_every_entry_rule_is_broken_by_some_entry() -> None:
    broken = {attribute for attribute, _ in ENTRIES}
    required = {*xds.ENTRY_SLOTS_REQUIRED, *(f"{name}Code" for name in xds.ENTRY_CODES_REQUIRED)}
    assert {rule.attribute for rule in ENTRY_RULES if not rule.lenient} == broken | required


@pytest.mark.parametrize("type_code", sorted(code_systems.document_types().codes))
def test_every_type_of_the_dmp_has_one_right_class(type_code: str) -> None:
    right = code_systems.class_of(type_code).code
    accepted = [
        code
        for code in code_systems.CLASSES.codes
        if not [*entry_errors(replace(ENTRY, codes={**CODES, "type": (Coded(type_code),), "class": (Coded(code),)}))]
    ]
    assert accepted == [right]


def _by(specialty: str) -> Entry:
    return replace(ENTRY, authors=(replace(WRITER[0], specialties=(specialty,)),))


def _slotted(**slots: str) -> Entry:
    return replace(ENTRY, slots={**ENTRY.slots, **{name: (value,) for name, value in slots.items()}})


LENIENT: list[tuple[str, Entry]] = [
    ("creationTime", _slotted(creationTime="20260231")),
    ("serviceStartTime", _slotted(serviceStartTime="20261301")),
    ("serviceStopTime", _slotted(serviceStopTime="20261301")),
    ("serviceStopTime", _slotted(serviceStopTime="1999")),
    ("legalAuthenticator", _slotted(legalAuthenticator="Dr House")),
    ("formatCode", _coded("format", Coded("urn:autre", "1.2"))),
    ("formatCode", _coded("format", Coded("urn:ihe:iti:xds-sd:pdf:2008", "1.2"))),
    ("typeCode", _coded("type", Coded("56446-8", oids.LOINC))),
    ("typeCode", _coded("type", Coded("56445-0", "1.2.3"))),
    ("classCode", _coded("class", Coded("11", "1.2.3"))),
    ("healthcareFacilityTypeCode", _coded("facility", Coded("SA11", oids.FACILITY))),
    ("authorSpecialty", _by("G15_99^inconnu^1.2.250.1.213.1.1.4.5")),
    ("authorSpecialty", _by("G15_21/A")),
    ("languageCode", _slot("languageCode", "fr")),
    ("sourcePatientInfo", _slot("sourcePatientInfo", "PID-3|256036330091838", "PID-5|X")),
]


@pytest.mark.parametrize(("attribute", "entry"), LENIENT)
def test_what_official_samples_or_public_sets_do_not_hold_is_remarked_and_refused_when_strict(
    attribute: str, entry: Entry
) -> None:
    assert [*entry_errors(entry)] == []
    (remark,) = entry_remarks(entry)
    assert remark.startswith(f"{attribute} ")
    assert " : attendu " in remark
    strict = Policy(strict=True)
    assert [error.location for error in entry_errors(entry, strict)] == [f"Document01/{attribute}"]
    assert [*entry_remarks(entry, strict)] == []


def test_every_lenient_rule_is_broken_by_some_entry() -> None:
    assert {rule.attribute for rule in ENTRY_RULES if rule.lenient} == {attribute for attribute, _ in LENIENT}


@pytest.mark.parametrize(
    "specialty", ["G15_21/A^Pharmacien^1.2.250.1.213.1.1.4.5", "317^Préparateur^1.2.250.1.213.1.6.1.107"]
)
def test_a_specialty_of_the_value_set_is_right(specialty: str) -> None:
    assert [*entry_remarks(_by(specialty))] == []


HIDDEN = Coded("INVISIBLE_PATIENT", oids.TRE_A04_VISIBILITY)
MASKED = Coded("MASQUE_PS", oids.TRE_A04_VISIBILITY)
FROM_PARENTS = Coded("INVISIBLE_REPRESENTANTS_LEGAUX", oids.TRE_A04_VISIBILITY)


@pytest.mark.parametrize(
    ("codes", "policy", "errors", "remarks"),
    [
        ((MASKED,), Policy(), 0, 0),
        ((HIDDEN,), Policy(), 0, 0),
        ((MASKED, HIDDEN), Policy(), 1, 0),
        ((MASKED, HIDDEN), Policy(both_hidden=True), 0, 0),
        ((FROM_PARENTS,), Policy(minor=True), 0, 0),
        ((FROM_PARENTS,), Policy(minor=None), 0, 0),
        ((FROM_PARENTS,), Policy(minor=False), 0, 1),
        ((FROM_PARENTS,), Policy(minor=False, strict=True), 1, 0),
        ((FROM_PARENTS,), Policy(minor=True, secret=True), 0, 0),
        ((), Policy(minor=True, secret=True), 0, 1),
        ((), Policy(minor=True, secret=True, strict=True), 1, 0),
    ],
)
def test_what_hides_a_document_depends_on_the_session_and_on_the_patient(
    codes: tuple[Coded, ...], policy: Policy, errors: int, remarks: int
) -> None:
    entry = _coded("confidentiality", *CODES["confidentiality"], *codes)
    assert (len([*entry_errors(entry, policy)]), len([*entry_remarks(entry, policy)])) == (errors, remarks)
    assert len(POLICY_RULES) == 4


def test_a_content_type_out_of_the_value_set_is_remarked() -> None:
    odd = replace(SET, content_types=(Coded("99", oids.ACTIVITY),))
    assert [*set_errors(odd)] == []
    assert [*set_remarks(odd)] == ["contentTypeCode 99 : attendu un code du JDV_J59"]
    assert [error.location for error in set_errors(odd, Policy(strict=True))] == ["SubmissionSet01/contentTypeCode"]


@pytest.mark.parametrize(
    ("attribute", "change"),
    [
        ("uniqueId", {"unique_id": "x"}),
        ("sourceId", {"source_id": ""}),
        ("patientId", {"patient_id": "x"}),
        ("submissionTime", {"submission_time": ""}),
        ("author", {"authors": ()}),
        ("contentTypeCode", {"content_types": ()}),
    ],
)
def test_each_rule_of_the_submission_set_is_broken(attribute: str, change: dict[str, Any]) -> None:
    assert [*set_errors(SET)] == []
    assert [error.location for error in set_errors(replace(SET, **change))] == [f"SubmissionSet01/{attribute}"]
    assert attribute in {rule.attribute for rule in SET_RULES}


# --- lots


def _check(lot: Lot, headers: Any = HEADERS, manifest: SignedManifest | None = MANIFEST) -> tuple[str, ...]:
    return check_lot(MatchedLot(lot, dict(lot.documents)), INS, headers, manifest)


def test_a_right_lot_has_no_remark() -> None:
    assert _check(LOT) == ()


LOTS: list[tuple[XdsCode, Callable[[], Any]]] = [
    (XdsCode.REPOSITORY_METADATA, lambda: _check(replace(LOT, sets=()))),
    (XdsCode.REPOSITORY_METADATA, lambda: _check(replace(LOT, sets=(SET, SET)))),
    (XdsCode.REPOSITORY_METADATA, lambda: _check(replace(LOT, entries=(ENTRY,)))),
    (XdsCode.REPOSITORY_METADATA, lambda: _check(replace(LOT, entries=(SIGNATURE,)))),
    (XdsCode.REPOSITORY_METADATA, lambda: _check(replace(LOT, links=LINKS[1:]))),
    (XdsCode.REPOSITORY_METADATA, lambda: _check(replace(LOT, links=LINKS[:2]))),
    (
        XdsCode.REPOSITORY_METADATA,
        lambda: _check(replace(LOT, links=(*LINKS, Link("urn:x", "Document01", "Document01")))),
    ),
    (
        XdsCode.REPOSITORY_METADATA,
        lambda: _check(replace(LOT, links=(*LINKS, Link(Association.SIGNS, "Document01", "?")))),
    ),
    (
        XdsCode.REPLACE_FAILED,
        lambda: _check(replace(LOT, links=(*LINKS, Link(Association.REPLACES, "?", "urn:uuid:1")))),
    ),
    (
        XdsCode.DUPLICATE_IN_MESSAGE,
        lambda: _check(replace(LOT, entries=(ENTRY, replace(SIGNATURE, unique_id="1.2.3.4")))),
    ),
    (XdsCode.PATIENT_MISMATCH, lambda: check_lot(MatchedLot(LOT, {}), Cx("1", INS.root), {}, MANIFEST)),
    (XdsCode.REPOSITORY_METADATA, lambda: _check(LOT, {"Document01": NotCda("illisible")})),
    (XdsCode.REPOSITORY_METADATA, lambda: _check(LOT, {"Document01": CdaHeader(patients=((INS.root, "1"),))})),
    (XdsCode.REPOSITORY_METADATA, lambda: _check(LOT, manifest=None)),
    (XdsCode.REPOSITORY_METADATA, lambda: _check(LOT, manifest=SignedManifest(frozenset({"1.2.3.6"})))),
    (XdsCode.REPOSITORY_METADATA, lambda: _check(LOT, manifest=replace(MANIFEST, wrong_digests=("1.2.3.4",)))),
    (XdsCode.MISSING_DOCUMENT, lambda: match_documents(replace(LOT, documents={"Signature01": b""}))),
    (XdsCode.MISSING_METADATA, lambda: match_documents(replace(LOT, documents={**LOT.documents, "Z": b""}))),
]


@pytest.mark.parametrize(("code", "act"), LOTS)
def test_each_rule_of_a_lot_is_broken_once(code: XdsCode, act: Callable[[], Any]) -> None:
    with pytest.raises(XdsFailure) as failure:
        act()
    assert {error.code for error in failure.value.errors} == {code}


def test_a_replacement_in_the_lot_is_right() -> None:
    assert _check(replace(LOT, links=(*LINKS, Link(Association.REPLACES, "Document01", "urn:uuid:1")))) == ()


def test_a_document_of_another_lot_is_cited_by_its_entry_uuid() -> None:
    citing = Link(Association.HAS_MEMBER, "SubmissionSet01", "urn:uuid:1", ("Reference",))
    lot = replace(LOT, links=(*LINKS, citing))
    assert _check(lot) == ()
    assert cited(lot) == (citing,)
    alone = Lot((SET,), (SIGNATURE,), (*LINKS[1:], citing), {"Signature01": b"<s/>"})
    assert _check(alone, {}, SignedManifest(frozenset({"1.2.3.6"}))) == ()
    with pytest.raises(XdsFailure):
        _check(replace(LOT, links=(*LINKS, replace(citing, statuses=("Original",)))))


@pytest.mark.parametrize("target", [None, SIGNATURE, replace(ENTRY, status=xds.Status.DELETED)])
def test_what_is_not_there_is_not_cited(target: Entry | None) -> None:
    with pytest.raises(XdsFailure):
        check_cited(Link(Association.HAS_MEMBER, "SubmissionSet01", "urn:uuid:1", ("Reference",)), target)


def test_the_date_of_a_patient_id_takes_no_part() -> None:
    assert _check(replace(LOT, entries=(replace(ENTRY, patient_id=f"{CX}^^20100907"), SIGNATURE))) == ()


def test_a_new_document_is_its_own_logical_document_in_version_1() -> None:
    numbers = iter(range(9))
    registered = register(match_documents(LOT), lambda: f"{next(numbers)}")
    (entry, content), (signature, _) = registered.entries
    assert (entry.id, entry.lid, entry.version, content) == ("urn:uuid:1", "urn:uuid:1", 1, b"<a/>")
    signs = Link(Association.SIGNS, signature.id, registered.submission.id, ("Original",), id="urn:uuid:5")
    assert registered.links[2] == signs
    assert registered.changes == ()
    assert entry.slot("size") == "4"
    assert len(entry.slot("hash")) == 40
    assert Entry.from_json(entry.to_json()) == entry
