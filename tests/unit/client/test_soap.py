from __future__ import annotations

import pytest
from lxml import etree

from lgo_client.soap import ENVELOPE, SoapRefused, children_text, element, parse_answer

HOSTILE = """<?xml version="1.0"?><!DOCTYPE e [<!ENTITY secret {definition}>]>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><a>&secret;</a></s:Body></s:Envelope>"""


def enveloped(body: str) -> bytes:
    return f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


@pytest.mark.parametrize("value", ["R&D <b> \"q\" 'a' ]]>", "Rhône", "a\nb", ""])
def test_text_and_attributes_come_back_as_they_were_written(value: str) -> None:
    written = etree.fromstring(element("x", value, {"y": value.replace("\n", " ")}))
    assert (written.text or "", written.get("y")) == (value, value.replace("\n", " "))


def test_an_element_without_text_closes_itself() -> None:
    assert element("COUVERTURE") == "<COUVERTURE/>"
    assert element("IDAM", "X", {"R": "4"}) == '<IDAM R="4">X</IDAM>'


def test_the_answer_is_the_element_of_the_body() -> None:
    assert parse_answer(enveloped("<!-- ici --> <a xmlns='urn:x'>1</a>")).tag == "{urn:x}a"


def test_children_are_read_by_local_name_and_the_first_counts() -> None:
    node = etree.fromstring("<r xmlns:p='urn:x'><!-- c --><p:a> 1 </p:a><a>2</a><b/></r>")
    assert children_text(node) == {"a": "1", "b": ""}


@pytest.mark.parametrize("definition", ["'bouh'", "SYSTEM 'file:///etc/hostname'", "SYSTEM 'http://127.0.0.1:9/'"])
def test_an_answer_with_a_dtd_is_refused(definition: str) -> None:
    with pytest.raises(ValueError, match="DTD"):
        parse_answer(HOSTILE.format(definition=definition).encode())


def test_entities_that_multiply_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE e [<!ENTITY e0 "bouh">{levels}]>' + enveloped("<a>&e11;</a>").decode()
    with pytest.raises(ValueError):
        parse_answer(bomb.encode())


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"not xml",
        b"<html><body>502 Bad Gateway</body></html>",
        b"\x00\xff\xfe",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b"<a>",
        enveloped(""),
        enveloped("<!-- vide -->"),
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Header/></s:Envelope>'.encode(),
        f'<s:Other xmlns:s="{ENVELOPE}"><s:Body><a/></s:Body></s:Other>'.encode(),
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><a/></s:Body></s:Envelope>',
    ],
)
def test_what_is_no_soap_answer_is_said_so(octets: bytes) -> None:
    with pytest.raises(ValueError, match="réponse"):
        parse_answer(octets)


def test_nesting_without_end_is_no_answer() -> None:
    with pytest.raises(ValueError):
        parse_answer(enveloped("<a>" * 100_000))


def test_a_fault_gives_its_deepest_code_and_its_text() -> None:
    fault = (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>s:DMPInvalidCertificate</s:Value></s:Subcode>"
        "</s:Code><s:Reason><s:Text xml:lang='fr'>Le certificat est invalide</s:Text></s:Reason></s:Fault>"
    )
    with pytest.raises(SoapRefused) as refused:
        parse_answer(enveloped(fault))
    assert (refused.value.code, refused.value.reason) == ("DMPInvalidCertificate", "Le certificat est invalide")


def test_a_fault_without_anything_is_still_a_refusal() -> None:
    with pytest.raises(SoapRefused) as refused:
        parse_answer(enveloped("<s:Fault/>"))
    assert (refused.value.code, refused.value.reason) == ("", "")


def test_a_business_element_named_fault_is_an_answer() -> None:
    assert parse_answer(enveloped("<Fault xmlns='urn:x'/>")).tag == "{urn:x}Fault"
