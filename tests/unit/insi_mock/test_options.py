"""What an option, a fault or a marked header changes: strategies, generations, dialects, rules that can be switched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from lxml import etree

from insi_mock.codes import ERRORS
from insi_mock.domain import CardRequest, Traits
from insi_mock.service import SERVICE
from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.tenant.session import Session

Asking = Callable[..., str]
NOBODY = Traits("HOUILLES", "PIERRE", "M", "1993-01-27")
DEFAULTS = {
    "first_names": "leading",
    "birth_name": "exact",
    "birth_date": "exact",
    "not_found": "01",
    "history": "live",
    "serialisation": "G3",
    "gateway": "current",
    "cn_rule": "enforced",
    "psc": "accepted",
    "vitale_assertion": "ignored",
    "api_token": "accepted",
    "batch_delay": "3600",
    "any_idam": "yes",
    "nir_root": "1.2.250.1.213.1.4.8",
}


def code_of(response: httpx.Response) -> str:
    root = etree.fromstring(response.content)
    return str(root.xpath("string((//*[local-name()='CodeCR'] | //*[local-name()='Erreur']/@code)[1])"))


def choose(session: Session, **options: str) -> None:
    session.configure(replace(session.config, options={f"insi.{name}": value for name, value in options.items()}))


def test_the_defaults_are_those_of_the_documentation() -> None:
    assert {option.name: option.default for option in SERVICE.options} == DEFAULTS
    assert all(option.default in option.choices for option in SERVICE.options)


@pytest.mark.parametrize(
    ("traits", "option", "by_default", "chosen"),
    [
        (
            Traits("D ARTAGNAN DE L HERAULT", "PIERRE-ALAIN", "M", "2001-06-17"),
            ("birth_name", "separators"),
            "01",
            "00",
        ),
        (Traits("FERREIRA-DA-COSTA", "JOAO", "M", "1985-05-16"), ("birth_name", "separators"), "01", "00"),
        (Traits("FERREIRADACOSTA", "JOAO", "M", "1985-05-16"), ("birth_name", "separators"), "01", "01"),
        (Traits("TCHITCHI", "BELLA", "F", "1936-06-21"), ("first_names", "any"), "01", "00"),
        (Traits("DIALLO", "FATIMATA", "F", "1951-12-31"), ("birth_date", "completed"), "01", "00"),
        (Traits("DIALLO", "FATIMATA", "F", "1951-20-00"), ("birth_date", "completed"), "00", "00"),
        (Traits("DIALLO", "FATIMATA", "F", "1951-01-01"), ("birth_date", "completed"), "01", "01"),
        (NOBODY, ("not_found", "failure"), "01", "insi_102"),
        (CardRequest(holder="160012B02077713", birth_date="1999-01-01"), ("not_found", "failure"), "01", "insi_101"),
    ],
)
async def test_a_strategy_is_an_option_with_a_default(
    client: httpx.AsyncClient,
    asking: Asking,
    session: Session,
    traits: Traits | CardRequest,
    option: tuple[str, str],
    by_default: str,
    chosen: str,
) -> None:
    assert code_of(await client.post("/lps", content=asking(traits))) == by_default
    choose(session, **{option[0]: option[1]})
    assert code_of(await client.post("/lps", content=asking(traits))) == chosen


@pytest.mark.parametrize(
    ("traits", "matricule"),
    [
        (Traits("PAOLI", "GHJULIA", "F", "1988-07-07", "2A004"), "288072A004932"),
        (Traits("SANTONI", "BATTISTA", "M", "1953-11-19", "2B033"), "153112B033933"),
        (Traits("HOAREAU", "MARIE-LISE", "F", "1979-09-09", "97411"), "2790997411934"),
        (Traits("NGUYEN", "MINH", "F", "1966-02-03", "99243"), "2660299243935"),
        (Traits("ROUSSEAU", "MANON", "F", "1992-06-18"), "2920663113921"),
        (Traits("ROUSSEAU", "MARION", "F", "1992-06-18"), "2920663113922"),
        (Traits("RENARD", "CAMILLE", "F", "1990-01-22"), "2900144184938"),
        (Traits("KOUASSI", "AYA", "F", "1998-12-25"), "2981299326936"),
    ],
    ids=["2A", "2B", "outre-mer", "étranger", "jumelle", "autre jumelle", "matricule changé", "NIA"],
)
async def test_each_kind_of_person_is_found_with_his_matricule(
    client: httpx.AsyncClient, asking: Asking, traits: Traits, matricule: str
) -> None:
    answer = etree.fromstring((await client.post("/lps", content=asking(traits))).content)
    assert answer.findtext(".//{*}INSACTIF//{*}NumIdentifiant") == matricule


async def test_a_changed_matricule_is_told_in_the_history_and_finds_nobody_under_the_former_sex(
    client: httpx.AsyncClient, asking: Asking
) -> None:
    answer = etree.fromstring(
        (await client.post("/lps", content=asking(Traits("RENARD", "CAMILLE", "F", "1990-01-22")))).content
    )
    assert answer.findtext(".//{*}INSHISTO//{*}NumIdentifiant") == "1900144184981"
    former = Traits("RENARD", "CAMILLE", "M", "1990-01-22")
    assert code_of(await client.post("/lps", content=asking(former))) == "01"


@pytest.mark.parametrize("generation", ["G1", "INJECTION"])
async def test_each_generation_of_the_answer_is_octet_for_octet_its_own(
    client: httpx.AsyncClient, request_xml: str, golden: Callable[[str], bytes], session: Session, generation: str
) -> None:
    choose(session, serialisation=generation)
    assert (await client.post("/lps", content=request_xml)).content == golden(f"answer-00-{generation}.xml")


@pytest.mark.parametrize(("history", "golden_file"), [("live", "history"), ("plan", "history-plan")])
async def test_the_history_is_that_of_the_live_environment_or_by_option_of_the_test_plan(
    client: httpx.AsyncClient,
    asking: Asking,
    golden: Callable[[str], bytes],
    session: Session,
    history: str,
    golden_file: str,
) -> None:
    choose(session, history=history)
    asked = asking(Traits("ECETINSI", "PIERRE-ALAIN", "M", "2009-07-14"))
    assert (await client.post("/lps", content=asked)).content == golden(f"answer-00-{golden_file}.xml")


async def test_the_gateway_of_before_2023_is_an_option(
    client: httpx.AsyncClient, request_xml: str, golden: Callable[[str], bytes], session: Session
) -> None:
    choose(session, gateway="former", any_idam="no")
    refused = request_xml.replace("LGOSANDBOX01", "ABC123DEF456")
    assert (await client.post("/lps", content=refused)).content == golden("fault-desir_550-former.xml")


@pytest.mark.parametrize(
    ("block", "status"),
    [
        ('<x:Routage xmlns:x="urn:x" soap:mustUnderstand="1"/>', 500),
        ('<x:Routage xmlns:x="urn:x" soap:mustUnderstand="true"/>', 500),
        ('<Routage soap:mustUnderstand="1"/>', 500),
        ('<x:Routage xmlns:x="urn:x" soap:mustUnderstand="0"/>', 200),
        ('<x:Routage xmlns:x="urn:x" mustUnderstand="1"/>', 200),
        ('<wsa:To xmlns:wsa="http://www.w3.org/2005/08/addressing" soap:mustUnderstand="1">x</wsa:To>', 200),
    ],
)
async def test_a_block_that_must_be_understood_and_is_not_of_the_contract_is_refused(
    client: httpx.AsyncClient, request_xml: str, session: Session, block: str, status: int
) -> None:
    response = await client.post("/lps", content=request_xml.replace("</soap:Header>", f"{block}</soap:Header>"))
    assert response.status_code == status
    if status == 500:
        envelope = etree.fromstring(response.content)
        assert envelope.findtext(".//{*}Code/{*}Value") == "soap:MustUnderstand"
        assert envelope.find(".//{*}NotUnderstood").get("qname") == "q:Routage"
        assert {finding.check_id for finding in session.journal.read()[-1].findings} == {"INSI-REFUS"}


@pytest.mark.parametrize("code", sorted(ERRORS))
async def test_every_code_is_reached_by_a_named_fault_of_any_operation(
    client: httpx.AsyncClient, request_xml: str, asking: Asking, session: Session, code: str
) -> None:
    assert code in {fault.name for fault in SERVICE.faults}
    session.faults.arm(Fault("f1", "insi", FaultKind.NAMED, code, remaining=2))
    for request in (request_xml, asking(CardRequest(holder="276076322091669", birth_date="1976-07-14"))):
        response = await client.post("/lps", content=request)
        assert (response.status_code, code_of(response)) == (500, code)
        (finding,) = session.journal.read()[-1].findings
        assert finding.check_id == "SANDBOX-PANNE"
        assert {"f1", code} <= set(finding.received.replace(":", " ").split())
    assert code_of(await client.post("/lps", content=request_xml)) == "00"


async def test_a_named_fault_of_one_operation_spares_the_others(
    client: httpx.AsyncClient, request_xml: str, session: Session
) -> None:
    session.faults.arm(Fault("f1", "insi", FaultKind.NAMED, "insi_101", "rechercherInsAvecCarteVitale"))
    assert code_of(await client.post("/lps", content=request_xml)) == "00"


async def test_the_description_with_the_reconstructed_operations_says_so(client: httpx.AsyncClient) -> None:
    public, extended = [await client.get(f"/lps?{query}") for query in ("wsdl", "wsdl=reconstituee")]
    names = [
        etree.fromstring(each.content).xpath("//*[local-name()='portType']/*/@name") for each in (public, extended)
    ]
    assert names[0] == ["rechercherInsAvecCarteVitale", "rechercherInsAvecTraitsIdentite"]
    assert names[1] == [
        *names[0],
        "verifierInsAvecTraitsIdentite",
        "deposerVerificationsIns",
        "releverVerificationsIns",
    ]
    assert "x-simulation" not in public.headers
    assert extended.headers["x-simulation"] == "INSI-OPERATION-RECONSTITUEE"


async def test_the_description_for_wsimport_names_soap_1_1_before_the_same_binding(client: httpx.AsyncClient) -> None:
    description = etree.fromstring((await client.get("/lps?wsdl=wsimport")).content)
    (binding,) = description.iterfind("{*}binding")
    first, last = binding[:2]
    assert [etree.QName(one).namespace for one in (first, last)] == [
        "http://schemas.xmlsoap.org/wsdl/soap/",
        "http://schemas.xmlsoap.org/wsdl/soap12/",
    ]
    assert dict(first.attrib) == dict(last.attrib)
    binding.remove(first)
    public = etree.fromstring((await client.get("/lps?wsdl")).content)
    assert etree.tostring(description, method="c14n") == etree.tostring(public, method="c14n")


@pytest.mark.parametrize("query", ["wsdl", "singleWsdl", "WSDL", "singlewsdl"])
async def test_the_description_is_one_document_under_both_its_names(client: httpx.AsyncClient, query: str) -> None:
    description = await client.get(f"/lps?{query}")
    assert description.content == (await client.get("/lps?wsdl")).content
    assert b"schemaLocation" not in description.content


@pytest.mark.parametrize("query", ["wsdl", "wsdl=reconstituee"])
async def test_each_request_message_has_its_body_first_and_is_named_as_its_operation(
    client: httpx.AsyncClient, query: str
) -> None:
    description = etree.fromstring((await client.get(f"/lps?{query}")).content)
    head = ["NO1_Security", "NO1_ContexteLPS", "NO1_MessageID", "NO1_ContexteBAM"]
    for operation in description.iterfind("{*}portType/{*}operation"):
        name = operation.get("name")
        parts = {
            part: description.xpath(f"//*[local-name()='message'][@name='{part}']/*/@name")
            for part in (name, f"{name}Response")
        }
        assert parts == {name: [name, *head], f"{name}Response": [f"{name}Response"]}


@pytest.mark.parametrize("query", ["autre", "wsdl2", ""])
async def test_another_query_is_no_description(client: httpx.AsyncClient, query: str) -> None:
    assert (await client.get(f"/lps?{query}")).status_code == 405
