from __future__ import annotations

from datetime import UTC, datetime

import pytest

from health_documents.xml import parse
from lgo_sandbox.wire.saml import SAML, BadAssertion, CodedValue, read_assertion


def assertion_with(content: str, attributes: str = 'ID="_1"') -> bytes:
    return f'<s:Assertion xmlns:s="{SAML}" {attributes}>{content}</s:Assertion>'.encode()


def test_an_assertion_gives_its_identity_and_instants_in_utc(assertion_xml: bytes) -> None:
    assertion = read_assertion(parse(assertion_xml))
    assert (assertion.id, assertion.version) == ("_a1", "2.0")
    assert assertion.issue_instant == datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
    assert assertion.issuer == "CN=1, C=FR"
    assert assertion.issuer_format.endswith("X509SubjectName")
    assert (assertion.name_id, assertion.name_qualifier, assertion.name_format) == ("899700000001", "q", "")
    assert assertion.authn_instant == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (assertion.authn_context_class, assertion.authn_context_decl) == ("urn:class", "APP_BROWSER_AUTH")
    assert assertion.conditions is None
    assert not assertion.signed


def test_attributes_are_texts_or_coded_values_in_order(assertion_xml: bytes) -> None:
    assertion = read_assertion(parse(assertion_xml))
    assert assertion.values("VIHF_Version") == ("3.0",)
    assert assertion.codes("role") == (
        CodedValue("21", "1.2.250.1.71.1.2.7", "Pharmacien", "G15", "Role"),
        CodedValue("A", element="Role"),
    )
    assert (assertion.text("VIHF_Version"), assertion.text("role"), assertion.text("LPS_ID")) == ("3.0", "21", None)


def test_what_is_absent_stays_absent() -> None:
    assertion = read_assertion(parse(assertion_with("")))
    assert (assertion.version, assertion.issue_instant, assertion.issuer, assertion.name_id) == ("", None, "", "")
    assert dict(assertion.attributes) == {}


def test_conditions_give_a_window_and_audiences() -> None:
    content = (
        '<s:Conditions NotBefore="2026-01-01T00:00:00" NotOnOrAfter="2026-01-01T01:00:00.123456789Z">'
        "<s:AudienceRestriction><s:Audience>a</s:Audience><s:Audience>b</s:Audience></s:AudienceRestriction>"
        "</s:Conditions>"
    )
    conditions = read_assertion(parse(assertion_with(content))).conditions
    assert conditions is not None
    assert conditions.not_before == datetime(2026, 1, 1, tzinfo=UTC)
    assert conditions.not_on_or_after == datetime(2026, 1, 1, 1, 0, 0, 123456, tzinfo=UTC)
    assert conditions.audiences == ("a", "b")


def test_a_comment_does_not_cut_a_name_in_two() -> None:
    content = "<s:Subject><s:NameID>8997<!-- not covered by the signature -->00000001</s:NameID></s:Subject>"
    assert read_assertion(parse(assertion_with(content))).name_id == "899700000001"


def test_values_of_two_attributes_of_one_name_follow_each_other() -> None:
    one = '<s:Attribute Name="n"><s:AttributeValue>{}</s:AttributeValue></s:Attribute>'
    content = f"<s:AttributeStatement>{one.format(1)}</s:AttributeStatement>"
    content += f"<s:AttributeStatement>{one.format(2)}</s:AttributeStatement>"
    assert read_assertion(parse(assertion_with(content))).values("n") == ("1", "2")


@pytest.mark.parametrize(
    "xml",
    [
        b"<Assertion/>",
        b'<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion" AssertionID="1"/>',
        assertion_with("", ""),
        assertion_with("", 'ID=""'),
        assertion_with("", 'ID="_1" IssueInstant="yesterday"'),
        assertion_with("", 'ID="_1" IssueInstant="20260101T000000Z"'),
        assertion_with("", 'ID="_1" IssueInstant="2026-02-30T00:00:00Z"'),
        assertion_with("", 'ID="_1" IssueInstant="0001-01-01T00:00:00+14:00"'),
        assertion_with("<s:Issuer>a</s:Issuer><s:Issuer>b</s:Issuer>"),
        assertion_with("<s:Subject><s:NameID>a</s:NameID></s:Subject><s:Subject><s:NameID>b</s:NameID></s:Subject>"),
        assertion_with("<s:Subject><s:NameID>a</s:NameID><s:NameID>b</s:NameID></s:Subject>"),
        assertion_with("<s:Conditions/><s:Conditions/>"),
        assertion_with("<s:AttributeStatement><s:Attribute/></s:AttributeStatement>"),
        assertion_with(
            '<s:AttributeStatement><s:Attribute Name="n">'
            + "<s:AttributeValue/>" * 501
            + "</s:Attribute></s:AttributeStatement>"
        ),
    ],
)
def test_what_does_not_read_in_one_way_is_refused(xml: bytes) -> None:
    with pytest.raises(BadAssertion):
        read_assertion(parse(xml))
