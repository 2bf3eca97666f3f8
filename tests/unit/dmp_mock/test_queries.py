"""Stored query values, filters and HL7 v2 types."""

from __future__ import annotations

import pytest

from dmp_mock.codes import queries as codes
from dmp_mock.codes.xds import Status
from dmp_mock.domain.criteria import HasCode, IsLike, Period
from dmp_mock.domain.errors import XdsFailure
from dmp_mock.domain.hl7 import Cx, dtm_floor, is_dtm, is_oid, organisation_id, person_id, read_cx, read_ins
from dmp_mock.domain.queries import Query, check_query, criteria_of, read_literals, understood, wanted_ids


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
    assert tuple(literal.text for literal in read_literals(text)) == values


@pytest.mark.parametrize("text", ["'a", "('a' 'b')", "a'b", "('a',,'b')", "(" + "'a'," * 600 + "'a')"])
def test_unreadable_values_are_an_xds_error(text: str) -> None:
    with pytest.raises(XdsFailure) as failure:
        read_literals(text)
    assert failure.value.errors[0].code == "XDSStoredQueryParamNumber"


CX = "'256036330091838^^^&1.2.250.1.213.1.4.10&ISO^NH'"
INS = Cx("256036330091838", "1.2.250.1.213.1.4.10")
APPROVED = f"('{Status.APPROVED}')"
USUAL = ((codes.PATIENT_ID, [CX]), (codes.STATUS, [APPROVED]))
ENTRY = "$XDSDocumentEntry"


def _query(*slots: tuple[str, list[str]], query: str = codes.FIND_DOCUMENTS) -> Query:
    return understood(query, codes.LEAF_CLASS, [*(USUAL if query == codes.FIND_DOCUMENTS else ()), *slots])


def test_a_query_as_the_guide_writes_it_has_no_oddity() -> None:
    right = _query(
        (f"{ENTRY}TypeCode", ["('56445-0^^2.16.840.1.113883.6.1','78601-2^^2.16.840.1.113883.6.1')"]),
        (f"{ENTRY}EventCodeList", ["('A^^1')"]),
        (f"{ENTRY}EventCodeList", ["('B^^2')"]),
        (f"{ENTRY}CreationTimeFrom", ["20260101"]),
        (f"{ENTRY}CreationTimeTo", ["'2027'"]),
        (f"{ENTRY}AuthorPerson", ["('%VALMONT%')"]),
        ("$MetadataLevel", ["2"]),
    )
    assert right.oddities == ()
    check_query(right, INS, strict=True)


MALFORMED = [
    ("statut abrégé", (codes.STATUS, ["('Approved')"]), APPROVED),
    ("statut nu", (codes.STATUS, ["Approved"]), APPROVED),
    ("statut inconnu", (codes.STATUS, ["('urn:x')"]), APPROVED),
    ("sans apostrophes", (f"{ENTRY}TypeCode", ["(56445-0^^2.16.840.1.113883.6.1)"]), "('code^^OID du système')"),
    ("sans parenthèses", (f"{ENTRY}TypeCode", ["'56445-0^^2.16.840.1.113883.6.1'"]), "('code^^OID du système')"),
    ("code seul", (f"{ENTRY}EventCodeList", ["('JKQX008')"]), "('code^^OID du système')"),
    ("inconnu", (f"{ENTRY}TypeCod", ["('a^^b')"]), f"{ENTRY}TypeCode"),
    ("inconnu sans ressemblance", ("$XYZ", ["1"]), codes.PATIENT_ID),
    ("sans dollar", ("XDSDocumentEntryTypeCode", ["('a^^b')"]), f"{ENTRY}TypeCode"),
    ("vide", (f"{ENTRY}ClassCode", ["()"]), "('code^^OID du système')"),
    ("date entre parenthèses", (f"{ENTRY}CreationTimeFrom", ["('2026')"]), "AAAA"),
]


@pytest.mark.parametrize(("slot", "expected"), [one[1:] for one in MALFORMED], ids=[one[0] for one in MALFORMED])
def test_what_is_written_otherwise_is_told_with_the_form_expected_and_refused_when_strict(
    slot: tuple[str, list[str]], expected: str
) -> None:
    slots = [one for one in USUAL if one[0] != slot[0]]
    query = understood(codes.FIND_DOCUMENTS, codes.LEAF_CLASS, [*slots, slot])
    assert query.oddities
    assert any(expected in oddity.partition("attendu ")[2] for oddity in query.oddities)
    check_query(query, INS)
    with pytest.raises(XdsFailure) as failure:
        check_query(query, INS, strict=True)
    assert {error.code for error in failure.value.errors} == {"XDSStoredQueryParamNumber"}
    assert any(expected in error.expected for error in failure.value.errors)


def test_a_short_status_means_the_status() -> None:
    query = understood(codes.FIND_DOCUMENTS, codes.LEAF_CLASS, [USUAL[0], (codes.STATUS, ["('approved','ARCHIVED')"])])
    assert criteria_of(query).statuses == ((Status.APPROVED.value, Status.ARCHIVED.value),)


def test_a_slot_that_is_repeated_without_right_is_one_list() -> None:
    name = f"{ENTRY}TypeCode"
    query = _query((name, ["('A^^1')"]), (name, ["('B^^1')"]))
    assert criteria_of(query).codes == (HasCode("type", (("A", "1"), ("B", "1"))),)
    assert any("répété" in oddity for oddity in query.oddities)


def test_values_of_a_slot_are_alternatives_and_slots_are_all_wanted() -> None:
    name = f"{ENTRY}EventCodeList"
    query = _query((name, ["('A^^1','C')"]), (name, ["('B^^2')"]))
    assert criteria_of(query).codes == (HasCode("event", (("A", "1"), ("C", None))), HasCode("event", (("B", "2"),)))


def test_dates_and_patterns_are_criteria() -> None:
    query = _query((f"{ENTRY}ServiceStopTimeTo", ["2026"]), (f"{ENTRY}AuthorPerson", ["('%X','Y')"]))
    criteria = criteria_of(query)
    assert criteria.periods == (Period("service_stop", "20260101000000", is_from=False),)
    assert criteria.likes == (IsLike("author", ("%X", "Y")),)


def test_two_dates_for_one_bound_are_refused() -> None:
    name = f"{ENTRY}CreationTimeFrom"
    with pytest.raises(XdsFailure):
        check_query(_query((name, ["2026"]), (name, ["2027"])), INS)


@pytest.mark.parametrize("query", sorted(codes.QUERIES))
def test_every_query_says_what_it_wants(query: str) -> None:
    known = codes.QUERIES[query]
    assert set(known.required) | set(known.one_of) <= known.parameters.keys()
    with pytest.raises(XdsFailure) as failure:
        check_query(understood(query, codes.LEAF_CLASS, []), INS)
    assert failure.value.errors[0].code == "XDSStoredQueryMissingParam"
    if known.one_of:
        both = [(name, ["('1')"]) for name in (*known.one_of, *known.required)]
        with pytest.raises(XdsFailure) as failure:
            check_query(understood(query, codes.LEAF_CLASS, both), INS)
        assert failure.value.errors[0].code == "XDSStoredQueryParamNumber"


def test_get_documents_takes_either_identifier() -> None:
    for name in codes.QUERIES[codes.GET_DOCUMENTS].one_of:
        query = _query((name, ["('1','2')"]), query=codes.GET_DOCUMENTS)
        check_query(query, INS)
        assert wanted_ids(query) == {"1", "2"}


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
