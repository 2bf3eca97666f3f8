from __future__ import annotations

import pytest

from lgo_sandbox.wire.fhir import (
    bundle,
    bundle_entry,
    canonical_resource,
    operation_outcome,
    read_resource,
    without_empty,
    write_resource,
)
from lgo_sandbox.wire.json import BadJson


def test_an_outcome_holds_only_what_it_is_given() -> None:
    assert operation_outcome("error", "not-found") == {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "not-found"}],
    }
    assert operation_outcome("fatal", "invalid", diagnostics="d", details_text="t", expression=["Patient.name"])[
        "issue"
    ] == [
        {
            "severity": "fatal",
            "code": "invalid",
            "details": {"text": "t"},
            "diagnostics": "d",
            "expression": ["Patient.name"],
        }
    ]


def test_a_resource_is_written_in_order_without_empty_values() -> None:
    resource = {"resourceType": "Patient", "active": False, "name": [{"family": "É"}, {}], "x": None, "n": 0, "t": ""}
    assert (
        write_resource(resource) == '{"resourceType":"Patient","active":false,"name":[{"family":"É"}],"n":0}'.encode()
    )


def test_the_canonical_form_is_the_same_whatever_the_order() -> None:
    first = canonical_resource({"resourceType": "Patient", "id": "1", "name": []})
    assert first == canonical_resource({"id": "1", "resourceType": "Patient"}) == b'{"id":"1","resourceType":"Patient"}'


def test_a_null_that_keeps_primitives_in_step_stays() -> None:
    assert without_empty({"given": ["a", None], "_given": [None, {"id": "x"}]}) == {
        "given": ["a", None],
        "_given": [None, {"id": "x"}],
    }


def test_a_search_bundle_keeps_a_total_of_zero_and_no_empty_entry() -> None:
    assert bundle("searchset", total=0, links=[("self", "https://x")]) == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 0,
        "link": [{"relation": "self", "url": "https://x"}],
    }


def test_entries_carry_their_url_search_mode_and_further_members() -> None:
    entry = bundle_entry("urn:1", {"resourceType": "Basic"}, search_mode="match", response={"status": "201"})
    assert bundle("collection", [entry], bundle_id="b", timestamp="t")["entry"] == [
        {
            "fullUrl": "urn:1",
            "resource": {"resourceType": "Basic"},
            "search": {"mode": "match"},
            "response": {"status": "201"},
        }
    ]
    assert bundle_entry(None, None) == {}


def test_a_resource_is_read() -> None:
    assert read_resource(b'{"resourceType":"Patient"}') == {"resourceType": "Patient"}


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"resourceType":1}', b"<Patient/>", b'{"a":' * 9000, b"null"])
def test_what_is_no_resource_is_refused(data: bytes) -> None:
    with pytest.raises(BadJson):
        read_resource(data)
