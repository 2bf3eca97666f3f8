from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from health_documents.xml import parse
from lgo_sandbox.wire.soap import (
    ANONYMOUS,
    WSA,
    Dialect,
    Fault,
    FaultCode,
    NotSoap,
    SoapVersion,
    UnknownSoapVersion,
    addressing_headers,
    must_understand,
    read_envelope,
    soap_action_of,
    write_envelope,
    write_fault,
)

S12 = "http://www.w3.org/2003/05/soap-envelope"
S11 = "http://schemas.xmlsoap.org/soap/envelope/"

REQUEST = f"""<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="{S12}" xmlns:wsa="{WSA}">
  <soap:Header>
    <!-- a comment -->
    <wsa:MessageID>uuid:1</wsa:MessageID>
    <Action xmlns="{WSA}" mustUnderstand="true"> urn:do </Action>
    <wsa:To/>
    <wsa:ReplyTo><wsa:Address>{ANONYMOUS}</wsa:Address></wsa:ReplyTo>
    <c:Context xmlns:c="urn:c" soap:mustUnderstand="1"/>
  </soap:Header>
  <soap:Body Id="_0"><q:Query xmlns:q="urn:q">1</q:Query></soap:Body>
</soap:Envelope>""".encode()


def test_a_request_gives_its_headers_body_and_addressing_properties() -> None:
    envelope = read_envelope(REQUEST)
    assert envelope.version is SoapVersion.V12
    assert envelope.body_qname == "{urn:q}Query"
    assert (envelope.message_id, envelope.action, envelope.to) == ("uuid:1", "urn:do", "")
    assert (envelope.reply_to, envelope.fault_to, envelope.relates_to) == (ANONYMOUS, None, None)
    assert envelope.repeated == frozenset()
    context = envelope.header("{urn:c}Context")
    assert context is not None
    assert must_understand(context, envelope.version)
    assert envelope.header("{urn:c}Other") is None


def test_must_understand_without_its_namespace_says_nothing() -> None:
    action = read_envelope(REQUEST).header(f"{{{WSA}}}Action")
    assert action is not None
    assert not must_understand(action, SoapVersion.V12)


@pytest.mark.parametrize(
    ("version", "role", "ours"),
    [
        (SoapVersion.V12, 'role=""', True),
        (SoapVersion.V12, f'role="{S12}/role/next"', True),
        (SoapVersion.V12, f'role="{S12}/role/ultimateReceiver"', True),
        (SoapVersion.V12, f'role="{S12}/role/none"', False),
        (SoapVersion.V11, 'actor="http://schemas.xmlsoap.org/soap/actor/next"', True),
        (SoapVersion.V11, 'actor="urn:intermediary"', False),
    ],
)
def test_a_block_for_another_role_need_not_be_understood(version: SoapVersion, role: str, ours: bool) -> None:
    block = etree.fromstring(f'<x xmlns:s="{version.namespace}" s:mustUnderstand="1" s:{role}/>')
    assert must_understand(block, version) is ours


def test_an_element_is_read_like_its_bytes() -> None:
    assert read_envelope(parse(REQUEST)).message_id == read_envelope(REQUEST).message_id


def test_soap_11_without_header_and_with_an_empty_body_is_read() -> None:
    envelope = read_envelope(f'<e:Envelope xmlns:e="{S11}"><e:Body> </e:Body></e:Envelope>'.encode())
    assert envelope.version is SoapVersion.V11
    assert envelope.headers == ()
    assert envelope.body_qname is None


def test_a_repeated_addressing_header_is_named_and_the_first_counts() -> None:
    headers = f'<MessageID xmlns="{WSA}">a</MessageID><MessageID xmlns="{WSA}">b</MessageID>'
    envelope = read_envelope(
        f'<e:Envelope xmlns:e="{S12}"><e:Header>{headers}</e:Header><e:Body/></e:Envelope>'.encode()
    )
    assert envelope.message_id == "a"
    assert envelope.repeated == {"MessageID"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<e:Header/>",
        "<e:Body/><e:Body/>",
        "<e:Header/><e:Header/><e:Body/>",
        "<e:Body/><e:Header/>",
        "<e:Body/><x/>",
        "<e:Body><a/><b/></e:Body>",
    ],
)
def test_an_envelope_of_another_shape_is_refused_with_its_version(content: str) -> None:
    with pytest.raises(NotSoap) as refusal:
        read_envelope(f'<e:Envelope xmlns:e="{S12}">{content}</e:Envelope>'.encode())
    assert refusal.value.version is SoapVersion.V12


def test_an_unknown_envelope_namespace_is_told_apart() -> None:
    with pytest.raises(UnknownSoapVersion, match="urn:other"):
        read_envelope(b'<Envelope xmlns="urn:other"/>')


def test_another_root_is_no_soap() -> None:
    with pytest.raises(NotSoap) as refusal:
        read_envelope(b"<html/>")
    assert refusal.value.version is None
    assert not isinstance(refusal.value, UnknownSoapVersion)


_ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE x>",
        f'<!DOCTYPE x [<!ENTITY l0 "lol">{_ENTITIES}]>',
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>',
    ],
    ids=["doctype", "billion-laughs", "external-entity"],
)
def test_a_message_with_a_dtd_is_refused(prolog: str) -> None:
    body = f'<e:Envelope xmlns:e="{S12}"><e:Body><a>&l11;&f;</a></e:Body></e:Envelope>'
    for content in (body, body.replace("&l11;&f;", "")):
        with pytest.raises(NotSoap):
            read_envelope((prolog + content).encode())


def test_a_tree_too_deep_is_refused() -> None:
    nested = "<a>" * 5000 + "</a>" * 5000
    with pytest.raises(NotSoap):
        read_envelope(f'<e:Envelope xmlns:e="{S12}"><e:Body>{nested}</e:Body></e:Envelope>'.encode())


def test_a_message_beyond_the_given_size_is_refused() -> None:
    with pytest.raises(NotSoap):
        read_envelope(REQUEST, max_bytes=len(REQUEST) - 1)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300))
def test_reading_any_bytes_raises_nothing_else_than_not_soap(data: bytes) -> None:
    with suppress(NotSoap):
        read_envelope(data)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(REQUEST)), st.integers(0, 60), st.binary(max_size=40))
def test_reading_a_damaged_message_raises_nothing_else_than_not_soap(at: int, length: int, put: bytes) -> None:
    with suppress(NotSoap):
        read_envelope(REQUEST[:at] + put + REQUEST[at + length :])


@pytest.mark.parametrize(
    ("content_type", "header", "action"),
    [
        ('application/soap+xml; charset=utf-8; action="urn:a"', None, "urn:a"),
        ("application/soap+xml;charset=utf-8;action=urn:a", None, "urn:a"),
        ('application/soap+xml; action=""', '"urn:b"', ""),
        ("text/xml", '"urn:b"', "urn:b"),
        ("text/xml", '""', ""),
        ("application/soap+xml;charset=utf-8", None, None),
        (r'multipart/related;start-info="application/soap+xml;action=\"urn:c\""', None, "urn:c"),
        (None, None, None),
    ],
)
def test_the_action_is_found_wherever_the_version_puts_it(
    content_type: str | None, header: str | None, action: str | None
) -> None:
    assert soap_action_of(content_type, header) == action


def test_an_answer_is_written_verbatim_with_addressing_as_the_dmp_does() -> None:
    headers = addressing_headers("urn:doResponse", "urn:uuid:2", "uuid:1")
    message = write_envelope(b'<r:R xmlns:r="urn:r"/>', headers=headers)
    assert (
        message
        == (
            f'<soap:Envelope xmlns:soap="{S12}"><soap:Header>'
            f'<Action xmlns="{WSA}">urn:doResponse</Action><MessageID xmlns="{WSA}">urn:uuid:2</MessageID>'
            f'<To xmlns="{WSA}">{ANONYMOUS}</To><RelatesTo xmlns="{WSA}">uuid:1</RelatesTo>'
            '</soap:Header><soap:Body><r:R xmlns:r="urn:r"/></soap:Body></soap:Envelope>'
        ).encode()
    )
    envelope = read_envelope(message)
    assert (envelope.action, envelope.relates_to, envelope.to) == ("urn:doResponse", "uuid:1", ANONYMOUS)


def test_elements_and_bytes_make_the_same_message() -> None:
    body = parse(b'<r:R xmlns:r="urn:r"/>')
    block = parse(
        addressing_headers("urn:a", "m", None, prefix="wsa").partition(b"</wsa:Action>")[0] + b"</wsa:Action>"
    )
    from_elements = write_envelope(body, headers=[block], version=SoapVersion.V11)
    from_bytes = write_envelope(etree.tostring(body), headers=etree.tostring(block), version=SoapVersion.V11)
    assert from_elements == from_bytes
    assert read_envelope(from_elements).version is SoapVersion.V11


def test_a_message_without_headers_and_body_has_no_header_element() -> None:
    assert write_envelope(None, dialect=Dialect(prefix="s", declaration=True)) == (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{S12}"><s:Body></s:Body></s:Envelope>'.encode()
    )


def test_hostile_text_cannot_leave_its_header() -> None:
    headers = addressing_headers("a", "m", "</RelatesTo><Evil/>\x00")
    envelope = read_envelope(write_envelope(None, headers=headers))
    assert envelope.relates_to == "</RelatesTo><Evil/>\ufffd"
    assert len(envelope.headers) == 4


def test_a_fault_12_carries_subcode_reason_language_and_detail() -> None:
    fault = Fault(FaultCode.SENDER, "Le <service>", "siram_40", "fr", b'<d:E xmlns:d="urn:d">x</d:E>')
    message = write_fault(fault, dialect=Dialect(prefix="env", fault_prefix="soap"))
    assert (
        message
        == (
            f'<env:Envelope xmlns:env="{S12}"><env:Body><soap:Fault xmlns:soap="{S12}">'
            "<soap:Code><soap:Value>soap:Sender</soap:Value>"
            "<soap:Subcode><soap:Value>soap:siram_40</soap:Value></soap:Subcode></soap:Code>"
            '<soap:Reason><soap:Text xml:lang="fr">Le &lt;service&gt;</soap:Text></soap:Reason>'
            '<soap:Detail><d:E xmlns:d="urn:d">x</d:E></soap:Detail></soap:Fault></env:Body></env:Envelope>'
        ).encode()
    )
    assert read_envelope(message).body_qname == f"{{{S12}}}Fault"


def test_a_fault_may_wear_the_superfluous_declarations_of_its_emitter() -> None:
    dialect = Dialect(
        prefix="env",
        fault_prefix="S",
        body_namespaces={"S": S12, "env": S12},
        fault_namespaces={"ns4": S11},
    )
    message = write_fault(Fault(FaultCode.RECEIVER, "r", "a:b"), dialect=dialect)
    assert f'<env:Body xmlns:S="{S12}" xmlns:env="{S12}"><S:Fault xmlns:ns4="{S11}"><S:Code>'.encode() in message
    assert b"<S:Subcode><S:Value>a:b</S:Value></S:Subcode>" in message
    assert b"Detail" not in message


def test_a_body_prefix_of_its_own_is_declared() -> None:
    message = write_envelope(b"<a/>", dialect=Dialect(prefix="e", body_prefix="b"))
    assert read_envelope(message).body_qname == "a"
    assert f'<b:Body xmlns:b="{S12}">'.encode() in message


def test_a_fault_11_says_client_and_server() -> None:
    message = write_fault(Fault(FaultCode.SENDER, "non", "x:Sub", detail=b"<d/>"), version=SoapVersion.V11)
    assert b"<faultcode>soap:Client.Sub</faultcode>" in message
    assert b'<faultstring xml:lang="fr">non</faultstring><detail><d/></detail>' in message
    assert b"soap:Server<" in write_fault(Fault(FaultCode.RECEIVER, "non"), version=SoapVersion.V11)


def test_a_prefix_that_is_no_name_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="prefix"):
        write_envelope(None, dialect=Dialect(prefix="a><b"))
