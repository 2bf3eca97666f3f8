"""The DMP by script: what the client posts, and what it makes of answers."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest
import xmlsec
from lxml import etree

from lgo_client.clock import Workplace
from lgo_client.dmp import Access, Dmp
from lgo_client.environment import Certificate, Person, Structure
from lgo_client.mtom import pack
from lgo_client.soap import ENVELOPE, SoapRefused
from lgo_client.vihf import Mode, Software, VihfWriter, ins_cx
from lgo_client.xds import Listed, RegistryRefused

SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
WSA = "{http://www.w3.org/2005/08/addressing}"
WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
HL7 = "{urn:hl7-org:v3}"
PATIENT = ins_cx("279035121518989")
DOCUMENT = Listed("urn:uuid:1", "1.2.3", "1.2.250.1.213.4.1.1.1.2", "Bilan", "56445-0", "", "", "")
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"

Answering = Callable[..., tuple[Dmp, list[httpx.Request]]]


@pytest.fixture
def answering(
    certificate: Callable[[str], Certificate], pharmacist: Person, pharmacy: Structure, workplace: Workplace
) -> Answering:
    def made(body: str | bytes, content_type: str | None = "application/soap+xml") -> tuple[Dmp, list[httpx.Request]]:
        requests: list[httpx.Request] = []
        content = body if isinstance(body, bytes) else envelope(body)
        headers = {"Content-Type": content_type} if content_type else {}

        def answer(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            return httpx.Response(200, content=content, headers=headers)

        software = Software("LGO", "1", "i", "DMP-1")
        vihf = VihfWriter(Mode.DIRECT, pharmacist, pharmacy, certificate("cps-sign"), software, workplace)
        http = httpx.Client(transport=httpx.MockTransport(answer))
        return Dmp(http, "https://dmp.test", vihf, workplace, "1.2.250.9"), requests

    return made


def envelope(body: str) -> bytes:
    return f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


def existence_answer(code: str, status: str, authorisation: str) -> str:
    attention = (
        '<attentionLine><keyWordText code="AUTORISATION" codeSystem="1.2.250.1.213.4.1.2.6.1"/>'
        f'<value code="{authorisation}" codeSystem="1.2.250.1.213.4.1.2.6.2"/></attentionLine>'
    )
    return (
        f'<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3">{attention}<controlActProcess><subject><registrationEvent>'
        f'<subject1><patient><statusCode code="{status}"/></patient></subject1></registrationEvent></subject>'
        f'<queryAck><queryResponseCode code="{code}"/></queryAck></controlActProcess></PRPA_IN201308UV02>'
    )


def asked_existence(answering: Answering) -> list[httpx.Request]:
    dmp, requests = answering(existence_answer("OK", "active", "VALIDE"))
    dmp.existence(PATIENT)
    return requests


@pytest.mark.parametrize(
    ("answer", "access", "usable"),
    [
        (("OK", "active", "VALIDE"), Access(True, "active", "VALIDE"), True),
        (("OK", "terminated", "VALIDE"), Access(True, "terminated", "VALIDE"), False),
        (("OK", "active", "BLOQUE"), Access(True, "active", "BLOQUE"), False),
        (("NF", "", ""), Access(False, "", ""), False),
    ],
)
def test_existence_is_read_with_status_and_authorisation(
    answering: Answering, answer: tuple[str, str, str], access: Access, usable: bool
) -> None:
    found = answering(existence_answer(*answer))[0].existence(PATIENT)
    assert (found, found.open_and_authorised) == (access, usable)


def test_an_answer_without_anything_is_no_dmp(answering: Answering) -> None:
    assert answering('<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3"/>')[0].existence(PATIENT) == Access(False, "", "")


def test_existence_asks_for_the_matricule_under_its_root(answering: Answering) -> None:
    (request,) = asked_existence(answering)
    assert str(request.url) == "https://dmp.test/si-dmp-server/v2/services/patients"
    query = etree.fromstring(request.content)[1][0]
    assert query.tag == f"{HL7}PRPA_IN201307UV02"
    identifier = query.find(f".//{HL7}patientIdentifier/{HL7}value")
    assert identifier is not None
    assert dict(identifier.attrib) == {"root": "1.2.250.1.213.1.4.10", "extension": "279035121518989"}
    reason = query.find(f".//{HL7}reasonCode")
    assert reason is not None
    assert reason.get("code") == "TEST_EXST"


def test_every_request_has_its_action_three_times_and_a_signed_assertion(
    answering: Answering, certificate: Callable[[str], Certificate]
) -> None:
    (request,) = asked_existence(answering)
    root = etree.fromstring(request.content)
    header = root[0]
    assert [child.tag for child in header] == [
        *(f"{WSA}{name}" for name in ("Action", "MessageID", "To", "ReplyTo")),
        f"{WSSE}Security",
    ]
    action = header.findtext(f"{WSA}Action")
    assert action == "urn:hl7-org:v3:PRPA_IN201307UV02"
    assert header[0].get("mustUnderstand") is None
    assert header[0].get(f"{SOAP}mustUnderstand") == "true"
    assert request.headers["content-type"] == f'application/soap+xml; charset=UTF-8; action="{action}"'
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", header.findtext(f"{WSA}MessageID", ""))
    assert header.findtext(f"{WSA}To") == str(request.url)
    (assertion,) = header[4]
    assert assertion.tag == f"{SAML}Assertion"
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(certificate("cps-sign").chain), xmlsec.constants.KeyDataFormatCertPem)
    context.verify(next(root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")))


def retrieval(octets: bytes, status: str = SUCCESS) -> tuple[bytes, str]:
    """Answer as the DMP does: the href is percent-encoded, the Content-ID is not."""
    body = (
        '<x:RetrieveDocumentSetResponse xmlns:x="urn:ihe:iti:xds-b:2007">'
        f'<r:RegistryResponse xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" status="{status}"/>'
        "<x:DocumentResponse><x:Document>"
        '<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:1@urn%3Aihe%3Aiti%3Axds-b%3A2007"/>'
        "</x:Document></x:DocumentResponse></x:RetrieveDocumentSetResponse>"
    )
    content_type, content = pack(envelope(body), {"1@urn:ihe:iti:xds-b:2007": ("text/xml", octets)}, "urn:x", "B")
    return content, content_type


def test_a_document_comes_back_to_the_byte(answering: Answering) -> None:
    octets = bytes(range(256)) + b"\r\n--\r"
    dmp, requests = answering(*retrieval(octets))
    assert dmp.fetch(PATIENT, DOCUMENT) == octets
    assert str(requests[0].url).endswith("/services/repository")


def test_a_failure_in_a_package_is_refused(answering: Answering) -> None:
    with pytest.raises(RegistryRefused):
        answering(*retrieval(b"", "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"))[0].fetch(
            PATIENT, DOCUMENT
        )


def test_a_fault_in_a_package_is_refused_with_its_code(answering: Answering) -> None:
    fault = (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>s:DMPInvalidCertificate</s:Value></s:Subcode>"
        "</s:Code><s:Reason><s:Text xml:lang='fr'>non</s:Text></s:Reason></s:Fault>"
    )
    content_type, content = pack(envelope(fault), {}, "urn:x", "B")
    with pytest.raises(SoapRefused) as refused:
        answering(content, content_type)[0].fetch(PATIENT, DOCUMENT)
    assert refused.value.code == "DMPInvalidCertificate"


def test_an_answer_of_no_type_is_read_as_plain_xml(answering: Answering) -> None:
    assert not answering('<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3"/>', None)[0].existence(PATIENT).exists


def test_an_html_page_is_no_answer(answering: Answering) -> None:
    with pytest.raises(ValueError, match="réponse"):
        answering(b"<html>502", "text/html")[0].documents(PATIENT)
