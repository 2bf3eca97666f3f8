"""What INSi answers, through the gate: searches, refusals, options, situations, findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files

import httpx
import pytest
from lxml import etree
from support.insi_requests import NOW

from insi_mock.domain import Traits
from insi_mock.seeds import MAGIC, Magic
from insi_mock.seeds.magic import SEARCHES
from insi_mock.service import SERVICE
from lgo_sandbox.contract import Refusal, ResourceRequest
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.markers import Marker

Asking = Callable[[Traits], str]
TOUSSAINT = Traits("ADRTROIS", "TOUSSAINT", "M", "1960-01-01")
EMPTY_BLOCK = "<{0} xmlns='{1}'/>"


def code_of(response: httpx.Response) -> str:
    """Return CodeCR, or the code of the fault."""
    root = etree.fromstring(response.content)
    return str(root.xpath("string((//*[local-name()='CodeCR'] | //*[local-name()='Erreur']/@code)[1])"))


def traits_told(response: httpx.Response) -> dict[str, str]:
    tiq = etree.fromstring(response.content).find(".//{*}TIQ")
    assert tiq is not None
    return {etree.QName(each).localname: each.text or "" for each in tiq}


def with_option(session: Session, name: str, value: str) -> None:
    session.configure(replace(session.config, options={name: value}))


def last(session: Session) -> Exchange:
    return session.journal.read()[-1]


def findings(session: Session) -> set[str]:
    return {finding.check_id for finding in last(session).findings}


@pytest.mark.parametrize("magic", MAGIC, ids=lambda magic: magic.id)
async def test_each_published_situation_answers_what_it_says(
    client: httpx.AsyncClient, asking: Asking, magic: Magic
) -> None:
    response = await client.post("/lps", content=asking(magic.asked))
    assert code_of(response) == magic.code
    assert response.status_code == (200 if len(magic.code) == 2 else 500)


@pytest.mark.parametrize(
    ("situation", "told"),
    [
        ("jour-00", {"DateNaissance": "1958-06-00"}),
        ("mois-00", {"DateNaissance": "1944-00-09"}),
        ("sans-nom", {"NomNaissance": None}),
        ("sans-prenoms", {"ListePrenom": None}),
        ("sans-sexe", {"Sexe": None}),
        ("prenoms-incoherents", {"ListePrenom": "JULES SIMON"}),
        ("date-lunaire", {"DateNaissance": "1951-20-00"}),
    ],
)
async def test_each_odd_answer_is_odd_as_announced(
    client: httpx.AsyncClient, asking: Asking, situation: str, told: dict[str, str | None]
) -> None:
    magic = next(magic for magic in SEARCHES if magic.id == situation)
    answer = traits_told(await client.post("/lps", content=asking(magic.asked)))
    assert {name: answer.get(name) for name in told} == told


async def test_a_right_request_is_answered_octet_for_octet_and_reproached_only_the_plain_port(
    client: httpx.AsyncClient, request_xml: str, golden: Callable[[str], bytes], session: Session
) -> None:
    response = await client.post("/lps", content=request_xml)
    assert response.content == golden("answer-00.xml")
    assert findings(session) == {"INSI-PORT-CLAIR"}


async def test_header_blocks_may_come_in_any_order(client: httpx.AsyncClient, request_xml: str) -> None:
    start, end = request_xml.index("<soap:Header>") + 13, request_xml.index("</soap:Header>")
    blocks = request_xml[start:end].strip().split("\n")
    reordered = request_xml[:start] + "".join(reversed(blocks)) + request_xml[end:]
    assert code_of(await client.post("/lps", content=reordered)) == "00"


async def test_wrong_keys_are_served_as_published(client: httpx.AsyncClient, asking: Asking) -> None:
    response = await client.post("/lps", content=asking(Traits("HERMANN", "GATIEN", "M", "1981-03-24")))
    keys = etree.fromstring(response.content).xpath("//*[local-name()='Cle']/text()")
    assert keys == ["60", "60", "10"]


async def test_a_non_leading_first_name_is_found_only_by_option(
    client: httpx.AsyncClient, asking: Asking, session: Session
) -> None:
    request = asking(Traits("TCHITCHI", "BELLA", "F", "1936-06-21"))
    assert code_of(await client.post("/lps", content=request)) == "01"
    with_option(session, "insi.first_names", "any")
    assert code_of(await client.post("/lps", content=request)) == "00"


async def test_the_former_serialisation_is_an_option(
    client: httpx.AsyncClient, request_xml: str, golden: Callable[[str], bytes], session: Session
) -> None:
    with_option(session, "insi.serialisation", "G1")
    assert (await client.post("/lps", content=request_xml)).content == golden("answer-00-G1.xml")


@pytest.mark.parametrize(("option", "root"), [("", "8"), ("1.2.250.1.213.1.4.10", "10")])
async def test_the_root_of_a_nir_is_that_of_the_installation(
    client: httpx.AsyncClient, asking: Asking, session: Session, option: str, root: str
) -> None:
    with_option(session, "insi.nir_root", option)
    response = await client.post("/lps", content=asking(Traits("PAT-TROIS", "DOMINIQUE", "F", "1979-03-28")))
    assert f"<OID>1.2.250.1.213.1.4.{root}</OID>" in response.text


async def test_only_the_published_idam_is_known_by_option(
    client: httpx.AsyncClient, request_xml: str, golden: Callable[[str], bytes], session: Session
) -> None:
    other = request_xml.replace("LGOSANDBOX01", "ABC123DEF456")
    assert code_of(await client.post("/lps", content=other)) == "00"
    with_option(session, "insi.any_idam", "no")
    assert (await client.post("/lps", content=other)).content == golden("fault-desir_550.xml")


async def test_the_reserved_idam_is_refused_and_explained(
    client: httpx.AsyncClient, request_xml: str, session: Session
) -> None:
    response = await client.post("/lps", content=request_xml.replace("LGOSANDBOX01", "REFUS0000001"))
    assert code_of(response) == "desir_550"
    assert "INSI-REFUS" in findings(session)
    assert last(session).outcome == "refused"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("urn:siram:lps:ctxlps", "urn:autre", "desir_simule_contexte"),
        ("urn:siram:bam:ctxbam", "urn:autre", "desir_simule_contexte"),
        ("<ctxbam:COUVERTURE/>", "", "desir_simule_contexte"),
        ("1.0.0:rechercherInsAvecTraitsIdentite", "1.0.0:chercher", "desir_simule_action"),
        ("INSiRecSans", "INSiRecAutre", "desir_simule_action"),
        ("</soap:Header>", "", "desir_simule_enveloppe"),
        ("<soap:Envelope", "<!DOCTYPE a><soap:Envelope", "desir_simule_enveloppe"),
    ],
)
async def test_a_request_that_is_not_of_the_contract_is_refused_by_the_gateway(
    client: httpx.AsyncClient, request_xml: str, session: Session, old: str, new: str, code: str
) -> None:
    response = await client.post("/lps", content=request_xml.replace(old, new))
    assert (response.status_code, code_of(response)) == (500, code)
    assert response.headers["x-simulation"] == "INSI-CODE-NON-PUBLIC"
    assert "INSI-REFUS" in findings(session)


async def test_the_request_of_the_readme_works(client: httpx.AsyncClient) -> None:
    text = files("insi_mock").joinpath("README.md").read_text(encoding="utf-8")
    response = await client.post("/lps", content=text.split("<<XML\n")[1].split("XML\n")[0])
    assert code_of(response) == "00"


@pytest.mark.parametrize("magic", [magic for magic in SEARCHES if len(magic.code) == 2], ids=lambda magic: magic.id)
async def test_every_business_answer_is_valid_for_the_published_schema(
    client: httpx.AsyncClient, asking: Asking, magic: Magic
) -> None:
    description = etree.fromstring((await client.get("/lps?wsdl")).content)
    (schema,) = description.xpath("//*[local-name()='schema'][contains(@targetNamespace, 'INSiResultat')]")
    answer = etree.fromstring((await client.post("/lps", content=asking(magic.asked))).content)
    etree.XMLSchema(etree.fromstring(etree.tostring(schema))).assertValid(answer[0][0])


async def test_an_empty_security_block_is_accepted(client: httpx.AsyncClient, request_xml: str) -> None:
    wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
    block = EMPTY_BLOCK.format("Security", wsse)
    response = await client.post("/lps", content=request_xml.replace("</soap:Header>", f"{block}</soap:Header>"))
    assert code_of(response) == "00"


async def test_a_soap_11_envelope_gets_a_soap_11_version_mismatch(client: httpx.AsyncClient, request_xml: str) -> None:
    old = request_xml.replace("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/")
    response = await client.post("/lps", content=old)
    assert (response.status_code, response.headers["content-type"]) == (500, "text/xml;charset=utf-8")
    assert b"soap:VersionMismatch" in response.content


async def test_an_armed_status_is_an_outage_with_that_status(
    client: httpx.AsyncClient, request_xml: str, session: Session
) -> None:
    session.faults.arm(Fault("f1", "insi", FaultKind.STATUS, 503, remaining=1))
    response = await client.post("/lps", content=request_xml)
    assert (response.status_code, code_of(response)) == (503, "desir_1020")
    assert code_of(await client.post("/lps", content=request_xml)) == "00"


async def test_the_description_carries_the_address_of_the_session(client: httpx.AsyncClient, session: Session) -> None:
    response = await client.get("/lps?WSDL")
    assert f'location="https://insi.test/s/{session.name}/lps"' in response.text
    assert not etree.fromstring(response.content).xpath("//@schemaLocation")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/lps", 405), ("PUT", "/lps", 405), ("POST", "/", 404)])
async def test_another_address_or_method_is_a_soap_fault(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await client.request(method, path)
    assert (response.status_code, code_of(response)) == (status, "desir_simule_adresse")


# --- checks: a client that breaks exactly one rule --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("ADRTROIS", "Adrtrois", "INSI-TRAITS"),
        ("1960-01-01", "1960-02-30", "INSI-DATE"),
        ("uuid:0a1b2c3d", "0a1b2c3d", "INSI-MESSAGE-ID"),
        ("urn:lps:essai:1.0", "essai", "INSI-LPS-NOM"),
        ('Version="01_02"', 'Version="01_01"', "INSI-CONTEXTE"),
        pytest.param(NOW, "2 novembre", "INSI-CONTEXTE", id="Temps"),
        ("LGOSANDBOX01", "", "INSI-REFUS"),
    ],
)
async def test_a_client_that_breaks_one_rule_is_reproached_that_rule(
    client: httpx.AsyncClient, request_xml: str, session: Session, old: str, new: str, check: str
) -> None:
    await client.post("/lps", content=request_xml.replace(old, new))
    assert findings(session) - {"INSI-PORT-CLAIR"} == {check}


async def test_a_client_without_wsa_action_is_told(
    client: httpx.AsyncClient, request_xml: str, session: Session
) -> None:
    start, end = request_xml.index("<wsa:Action"), request_xml.index("</wsa:Action>") + len("</wsa:Action>")
    response = await client.post("/lps", content=request_xml[:start] + request_xml[end:])
    assert code_of(response) == "00"
    assert findings(session) == {"INSI-PORT-CLAIR", "INSI-ACTION"}


async def test_a_client_of_another_media_type_is_answered_and_told(
    client: httpx.AsyncClient, request_xml: str, session: Session
) -> None:
    response = await client.post("/lps", content=request_xml, headers={"content-type": "text/xml"})
    assert code_of(response) == "00"
    assert findings(session) == {"INSI-PORT-CLAIR", "INSI-TYPE-MIME"}


@pytest.mark.parametrize("subject", ["160012B02077713", "ADRTROIS TOUSSAINT"])
@pytest.mark.parametrize("doubt", ["identité douteuse", "identité fictive"])
async def test_a_search_while_the_identity_is_doubtful_is_reproached(
    client: httpx.AsyncClient, request_xml: str, session: Session, subject: str, doubt: str
) -> None:
    session.markers.put(Marker("2026-11-02T08:00:00", doubt, subject))
    assert code_of(await client.post("/lps", content=request_xml)) == "00"
    assert "INSI-DOUTE" in findings(session)
    session.markers.put(Marker("2026-11-02T09:00:00", "identité rétablie", subject))
    await client.post("/lps", content=request_xml)
    assert "INSI-DOUTE" not in findings(session)


async def test_a_doubt_about_another_person_is_no_reproach(
    client: httpx.AsyncClient, request_xml: str, session: Session
) -> None:
    session.markers.put(Marker("2026-11-02T08:00:00", "identité douteuse", "297022A02077878"))
    await client.post("/lps", content=request_xml)
    assert "INSI-DOUTE" not in findings(session)


async def test_an_exchange_is_decoded_for_people(client: httpx.AsyncClient, request_xml: str, session: Session) -> None:
    await client.post("/lps", content=request_xml)
    decoded = SERVICE.decode(last(session))
    assert decoded.summary == "Recherche de l'INS de ADRTROIS TOUSSAINT : 00 OK"
    assert ("Nom de naissance", "ADRTROIS") in decoded.request
    assert ("Matricule INS", "160012B02077713") in decoded.response
    assert ("Liste des prénoms", "TOUSSAINT") in decoded.response


async def test_a_refused_exchange_is_decoded_with_its_error(
    client: httpx.AsyncClient, request_xml: str, session: Session
) -> None:
    await client.post("/lps", content=request_xml.replace("<Sexe>M</Sexe>", ""))
    decoded = SERVICE.decode(last(session))
    assert decoded.summary == "Recherche de l'INS de ADRTROIS TOUSSAINT : insi_24 Le format du champ sexe est incorrect"
    assert ("Erreur", "insi_24") in decoded.response


async def test_an_unreadable_exchange_is_decoded_too(client: httpx.AsyncClient, session: Session) -> None:
    await client.post("/lps", content=b"\x00")
    assert SERVICE.decode(last(session)).summary.startswith("INSi : desir_simule_enveloppe")


# --- added identities -------------------------------------------------------------------------------------------------

ADDED = {
    "matricule": "190014418491134",
    "birth_name": "INVENTEE",
    "first_names": ["ODILE", "ANNE"],
    "sex": "F",
    "birth_date": "1990-01-22",
}
RESOURCE = SERVICE.resources[0]


def control(sandbox: Sandbox, session: Session, method: str, tail: str = "", body: object = None) -> dict[str, list]:  # type: ignore[type-arg]
    return RESOURCE.handle(sandbox, session, ResourceRequest(method, tail, {}, body))


async def test_an_added_identity_is_found_in_its_session_only_until_it_is_removed(
    client: httpx.AsyncClient, asking: Asking, sandbox: Sandbox, session: Session, sessions: Callable[[], Session]
) -> None:
    other = f"http://insi.test/s/{sessions().name}/lps"
    request = asking(Traits("INVENTEE", "ODILE", "F", "1990-01-22"))
    assert len(control(sandbox, session, "POST", body=ADDED)["warnings"]) == 2
    assert [each["matricule"] for each in control(sandbox, session, "GET")["identities"]] == [ADDED["matricule"]]
    assert code_of(await client.post("/lps", content=request)) == "00"
    assert code_of(await client.post(other, content=request)) == "01"
    control(sandbox, session, "DELETE", str(ADDED["matricule"]))
    assert code_of(await client.post("/lps", content=request)) == "01"


def test_a_right_key_is_not_reproached(sandbox: Sandbox, session: Session) -> None:
    body = {**ADDED, "matricule": "190014418498189"}
    assert len(control(sandbox, session, "POST", body=body)["warnings"]) == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"matricule": "160012B02077713"}, 409),
        ({"matricule": "12"}, 400),
        ({"matricule": "1900144184911٣٤"}, 400),
        ({"birth_name": "Inventée"}, 400),
        ({"first_names": []}, 400),
        ({"first_names": "ODILE"}, 400),
        ({"first_names": [1]}, 400),
        ({"sex": None}, 400),
        ({"oid": "1.2.3"}, 400),
        ({"autre": "membre"}, 400),
    ],
)
def test_an_identity_that_cannot_be_is_not_added(
    sandbox: Sandbox, session: Session, change: dict[str, object], status: int
) -> None:
    with pytest.raises(Refusal) as refusal:
        control(sandbox, session, "POST", body={**ADDED, **change})
    assert refusal.value.status == status
    assert control(sandbox, session, "GET") == {"identities": []}


@pytest.mark.parametrize(
    ("method", "body", "status"), [("POST", None, 400), ("POST", [], 400), ("PUT", None, 405), ("DELETE", None, 404)]
)
def test_other_uses_of_the_resource_are_refused(
    sandbox: Sandbox, session: Session, method: str, body: object, status: int
) -> None:
    with pytest.raises(Refusal) as refusal:
        control(sandbox, session, method, "190014418491134", body)
    assert refusal.value.status == status


def test_the_same_matricule_is_not_added_twice(sandbox: Sandbox, session: Session) -> None:
    control(sandbox, session, "POST", body=ADDED)
    with pytest.raises(Refusal) as refusal:
        control(sandbox, session, "POST", body={**ADDED, "birth_name": "AUTRE"})
    assert refusal.value.status == 409


def test_a_full_session_refuses_one_more_identity(
    sandbox: Sandbox, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insi_mock.resources.MAX_IDENTITIES", 0)
    with pytest.raises(Refusal) as refusal:
        control(sandbox, session, "POST", body=ADDED)
    assert refusal.value.status == 507
