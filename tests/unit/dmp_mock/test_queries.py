"""Stored query values, filters and HL7 v2 types."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dmp_mock.codes import queries as codes
from dmp_mock.codes.xds import Status
from dmp_mock.domain.errors import XdsFailure
from dmp_mock.domain.hl7 import dtm_floor, is_dtm, is_oid, organisation_id, person_id, read_cx, read_ins
from dmp_mock.domain.queries import Query, finds, read_values
from dmp_mock.domain.values import Author, Coded, Entry

ENTRY = Entry(
    "urn:uuid:1",
    "1.2.3",
    "p",
    "text/xml",
    slots={"creationTime": ("20260315",)},
    authors=(Author(("899700090014^VALMONT^Hélène",)),),
    codes={"event": (Coded("A", "1"), Coded("B", "2"))},
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("'a'", ("a",)),
        ("('a','b')", ("a", "b")),
        ("( 'a' , 'b' )", ("a", "b")),
        ("20260101", ("20260101",)),
        ("'O''BRIEN'", ("O'BRIEN",)),
        ("('code^^1.2.3')", ("code^^1.2.3",)),
        ("''", ("",)),
        ("", ()),
        ("()", ()),
    ],
)
def test_values_are_read(text: str, values: tuple[str, ...]) -> None:
    assert read_values(text) == values


@pytest.mark.parametrize("text", ["'a", "('a' 'b')", "a'b", "('a',,'b')", "(" + "'a'," * 600 + "'a')"])
def test_unreadable_values_are_an_xds_error(text: str) -> None:
    with pytest.raises(XdsFailure) as failure:
        read_values(text)
    assert failure.value.errors[0].code == "XDSStoredQueryParamNumber"


def _find(**groups: tuple[tuple[str, ...], ...]) -> bool:
    parameters = {f"$XDSDocumentEntry{name}": group for name, group in groups.items()}
    return finds(Query(codes.FIND_DOCUMENTS, "LeafClass", parameters), ENTRY)


def test_values_of_a_slot_are_or_and_slots_are_and() -> None:
    assert _find(EventCodeList=(("A^^1", "C^^1"),))
    assert _find(EventCodeList=(("A^^1",), ("B^^2",)))
    assert not _find(EventCodeList=(("A^^1",), ("C^^1",)))
    assert not _find(EventCodeList=(("A^^2",),))


def test_from_is_inclusive_and_to_is_not() -> None:
    assert _find(CreationTimeFrom=(("20260315000000",),))
    assert not _find(CreationTimeTo=(("20260315",),))
    assert _find(CreationTimeTo=(("20260315000001",),))
    assert not _find(ServiceStartTimeFrom=(("2020",),))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("899700090014^VALMONT^Hélène", True),
        ("%valmont%", True),
        ("8997000900__^%", True),
        ("%", True),
        ("%Hélène", True),
        ("89%VAL%lène", True),
        ("valmont", False),
        ("%valmont", False),
        ("%x%", False),
        ("899700090014^VALMONT^Hélène%Hélène", False),
    ],
)
def test_authors_match_as_sql_like_does(pattern: str, found: bool) -> None:
    assert _find(AuthorPerson=((pattern,),)) is found


def test_the_status_is_the_one_asked_for() -> None:
    query = Query(codes.FIND_DOCUMENTS, "LeafClass", {codes.STATUS: ((Status.DEPRECATED.value,),)})
    assert not finds(query, ENTRY)
    assert finds(query, replace(ENTRY, status=Status.DEPRECATED.value))


def test_get_documents_takes_either_identifier() -> None:
    for name, value in ((codes.UNIQUE_ID, "1.2.3"), (codes.ENTRY_UUID, "urn:uuid:1")):
        assert finds(Query(codes.GET_DOCUMENTS, "ObjectRef", {name: ((value,),)}), ENTRY)
    assert not finds(Query(codes.GET_DOCUMENTS, "ObjectRef", {codes.UNIQUE_ID: (("9",),)}), ENTRY)


def test_hl7_types_are_read() -> None:
    assert read_cx("42^^^&1.2.3&ISO^PI") == ("42", "1.2.3")
    assert read_cx("42^^^&1.2.3&ISO^NH^^20100907") == ("42", "1.2.3")
    assert read_cx("42") is None
    assert read_cx("^^^&1.2&ISO^PI") is None
    assert read_ins("42^^^&1.2.250.1.213.1.4.10&ISO^NH") is None
    assert read_ins("256036330091838^^^&1.2.3&ISO^NH") is None
    assert person_id("8^NOM") == "8"
    assert organisation_id("N^^^^^&1&ISO^IDNST^^^10B") == "10B"
    assert organisation_id("N") == ""


@pytest.mark.parametrize("text", ["1.2", "2.25.1", "0.0"])
def test_these_are_oids(text: str) -> None:
    assert is_oid(text)


@pytest.mark.parametrize("text", ["", "1", "3.1", "1.02", "1.2.", "1.2^x", "urn:oid:1.2", "1." + "1" * 63])
def test_these_are_no_oids(text: str) -> None:
    assert not is_oid(text)


def test_dates_of_any_precision_compare_by_their_earliest_moment() -> None:
    assert dtm_floor("2026") == dtm_floor("20260101000000")
    assert dtm_floor("202603") < dtm_floor("20260315")
    assert is_dtm("2026")
    assert is_dtm("20260315101500")
    assert not is_dtm("20263")
    assert not is_dtm("20260315101500Z")
