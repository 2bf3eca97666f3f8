"""Annuaire Santé, autoconfiguration and white list over HTTP, and the control resource."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import etree
from support.mss_operator import MailOperator, MailTenant
from support.mss_people import MAIL, TITULAIRE

from lgo_sandbox.contract import Refusal, ResourceRequest
from mss_mock.resources import handle_mailboxes

WHITE_LIST = {"l": "https://listeblanche.mssante.fr/schema"}


@pytest.fixture
def annuaire(operator: MailOperator) -> httpx.Client:
    """A client of the directory with its key."""
    return operator.directory


def _ids(answer: httpx.Response) -> list[str]:
    return [entry["resource"]["id"] for entry in answer.json().get("entry", [])]


def test_without_its_key_the_directory_says_nothing(operator: MailOperator) -> None:
    others: tuple[dict[str, str], ...] = ({}, {"ESANTE-API-KEY": "autre"})
    for headers in others:
        answer = operator.http.get("/fhir/v2/Practitioner", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("Practitioner?family=delorme&given=ISABELLE", 1),
        ("Practitioner?family=elorme", 0),
        ("Practitioner?family:contains=elorme", 1),
        ("Practitioner?family:exact=Delorme", 0),
        ("Practitioner?name=helene", 1),
        ("Practitioner?identifier=https://rpps.esante.gouv.fr|99700090055", 1),
        ("Practitioner?identifier=urn:oid:1.2.250.1.71.4.2.1|899700090055", 1),
        ("Practitioner?identifier=autre|899700090055", 0),
        ("Practitioner?identifier=899700090055,899700090014", 2),
        ("Practitioner?mailbox-mss=isabelle.delorme@medecin.mssante.fr", 1),
        ("Practitioner?mailbox-mss:contains=@medecin.mssante", 2),
        ("Practitioner?family=delorme&active=false", 0),
        ("PractitionerRole?organization=Organization/001-10B0990041", 1),
        ("PractitionerRole?mailbox-mss:contains=ch-valfontaine", 1),
        ("Organization?name=pharmacie", 2),
        ("Organization?type=SA33&address-city=valfontaine", 2),
        ("Organization?mailbox-mss=contact@pharmacie-fontaine.mssante.fr", 1),
        ("Organization?address=valfontaine&address-line=12%20rue", 1),
        ("Organization?identifier-type=FINEG&data-information-system=FINESS&_count=9", 7),
        ("Organization?pharmacy-licence=64", 0),
        ("Practitioner?_lastUpdated=ge2026-01-05T03:00:00Z&family=delorme", 1),
        ("Practitioner?_lastUpdated=gt2026-01-05T03:00:00Z", 0),
        ("Practitioner?_lastUpdated=lt2026-01-06&family=delorme", 1),
        ("HealthcareService?organization=001-10B0990041", 0),
        ("Device", 0),
    ],
)
def test_searches(annuaire: httpx.Client, query: str, count: int) -> None:
    answer = annuaire.get(f"/fhir/v2/{query}")
    assert answer.headers["content-type"] == "application/fhir+json"
    assert (answer.json()["total"], len(_ids(answer))) == (count, count)


def test_a_posted_search_is_the_same(annuaire: httpx.Client) -> None:
    answer = annuaire.post("/fhir/v2/Practitioner/_search", data={"family": "delorme"})
    assert _ids(answer) == ["003-899700090055"]


def test_pages_follow_each_other_to_the_end(annuaire: httpx.Client) -> None:
    seen, url = [], "/fhir/v2/Practitioner?_count=5"
    while url:
        answer = annuaire.get(url).json()
        seen += [entry["resource"]["id"] for entry in answer["entry"]]
        url = next((link["url"] for link in answer["link"] if link["relation"] == "next"), None)
    assert len(seen) == len(set(seen)) == annuaire.get("/fhir/v2/Practitioner").json()["total"]


def test_a_mailbox_is_a_telecom_with_the_two_extensions(annuaire: httpx.Client) -> None:
    resource = annuaire.get("/fhir/v2/Organization/001-10B0990017").json()
    boxes = [one for one in resource["telecom"] if one["system"] == "email"]
    kinds = [box["extension"][1]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] for box in boxes]
    assert kinds == ["ORG", "APP"]
    assert boxes[0]["extension"][0]["valueCoding"]["code"] == "MSSANTE"


def test_includes_bring_what_a_role_refers_to(annuaire: httpx.Client) -> None:
    query = (
        "?practitioner=003-899700090063&_include=PractitionerRole:practitioner&_include=PractitionerRole:organization"
    )
    entries = annuaire.get(f"/fhir/v2/PractitionerRole{query}").json()["entry"]
    assert [entry["search"]["mode"] for entry in entries] == ["match", "include", "include"]


def test_a_reverse_include_brings_the_roles_of_a_practitioner(annuaire: httpx.Client) -> None:
    query = "?family=delorme&_revinclude=PractitionerRole:practitioner&_include=PractitionerRole:organization"
    entries = annuaire.get(f"/fhir/v2/Practitioner{query}").json()["entry"]
    found = [(entry["resource"]["resourceType"], entry["search"]["mode"]) for entry in entries]
    assert found == [("Practitioner", "match"), ("PractitionerRole", "include")]


def test_elements_keep_what_is_asked_and_mark_the_rest_as_cut(annuaire: httpx.Client) -> None:
    (entry,) = annuaire.get("/fhir/v2/Practitioner?family=delorme&_elements=name,telecom").json()["entry"]
    assert set(entry["resource"]) == {"resourceType", "id", "meta", "name", "telecom"}
    assert entry["resource"]["meta"]["tag"][0]["code"] == "SUBSETTED"


def test_the_capability_statement_lists_what_can_be_searched(annuaire: httpx.Client) -> None:
    statement = annuaire.get("/fhir/v2/metadata").json()
    assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    for resource in statement["rest"][0]["resource"]:
        for parameter in resource["searchParam"]:
            value = "2026-01-05" if parameter["type"] == "date" else "x"
            answer = annuaire.get(f"/fhir/v2/{resource['type']}?{parameter['name']}={value}")
            assert answer.status_code == 200, parameter


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/fhir/v2/Patient", 404, "HAPI-0302: Unknown resource type 'Patient'"),
        ("/fhir/v2/Practitioner/inconnu", 404, "HAPI-2001"),
        ("/fhir/v2/Practitioner?mailbox-mss-type=PER", 400, "Parameter mailbox-mss-type not found"),
        ("/fhir/v2/Practitioner?family:sounds=x", 400, "Parameter family:sounds not found"),
        ("/fhir/v2/Practitioner?_count=-1", 400, "_count"),
        ("/fhir/v2/Practitioner?_lastUpdated=hier", 400, "_lastUpdated"),
        ("/fhir/v2/Practitioner?_lastUpdated=xx2026-01-05", 400, "_lastUpdated"),
        ("/fhir/v2/Practitioner?_revinclude=PractitionerRole:x", 400, "_revinclude"),
        ("/fhir/v2/Practitioner?" + "family=a&" * 300, 400, "Too many"),
        ("/fhir/v2/_page?id=***", 410, "HAPI-0417"),
        ("/fhir/v2/_page?id=%C3%A9", 410, "HAPI-0417"),
        ("/nulle-part", 404, ""),
    ],
)
def test_errors_are_operation_outcomes(annuaire: httpx.Client, path: str, status: int, text: str) -> None:
    answer = annuaire.get(path)
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert text in answer.json()["issue"][0]["diagnostics"]


def test_nothing_is_written_in_the_directory_and_old_addresses_redirect(annuaire: httpx.Client) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        assert annuaire.request(method, "/fhir/v2/Practitioner/x").status_code == 403
    assert annuaire.post("/fhir/v2/Practitioner").status_code == 403
    answer = annuaire.get("/fhir/Practitioner?family=delorme")
    assert answer.status_code == 307
    assert answer.headers["location"].endswith("/fhir/v2/Practitioner?family=delorme")


def test_by_option_the_parameter_that_is_specified_but_absent_works(annuaire: httpx.Client, tenant: MailTenant) -> None:
    tenant.configure(annuaire_mailbox_type="specified")
    answer = annuaire.get(f"/s/{tenant.name}/fhir/v2/Organization?mailbox-mss-type=APP&_count=2")
    assert len(_ids(answer)) == 2
    assert f"/s/{tenant.name}/fhir/v2/_page" in next(x["url"] for x in answer.json()["link"] if x["relation"] == "next")


def test_autoconfiguration_tells_hosts_ports_starttls_and_oauth2(operator: MailOperator) -> None:
    url = "/mail/config-v1.1.xml"
    root = etree.fromstring(operator.http.get(url, params={"emailaddress": "x@pharmacien.mssante.fr"}).content)
    assert root.findtext("emailProvider/domain") == "pharmacien.mssante.fr"
    for path, port in (("incomingServer", operator.imap_port), ("outgoingServer", operator.smtp_port)):
        values = [
            root.findtext(f"emailProvider/{path}/{name}")
            for name in ("hostname", "port", "socketType", "authentication")
        ]
        assert values == ["127.0.0.1", str(port), "STARTTLS", "OAuth2"]
    assert operator.http.get(url, headers={"Host": "autoconfig.medecin.mssante.fr"}).status_code == 200
    assert operator.http.get(url, headers={"Host": "autoconfig.gmail.com"}).status_code == 404


def test_the_white_list_binds_every_domain_to_the_operators_certificate(operator: MailOperator) -> None:
    root = etree.fromstring(operator.http.get("/listeblanchemssante.xml").content)
    names = root.xpath("l:ListeDomaines/l:Domaine/l:Nom/text()", namespaces=WHITE_LIST)
    assert {"patient.mssante.fr", "pharmacien.mssante.fr"} <= set(names)
    (name,) = set(root.xpath("//l:DNCertificatOperateur/text()", namespaces=WHITE_LIST))
    assert name.startswith("CN=")
    assert ",OU=3" in name
    assert name.endswith("C=FR")
    assert root.findtext("l:DateDeGeneration", namespaces=WHITE_LIST).endswith("Z")


# Control resource


def _ask(tenant: MailTenant, method: str = "GET", tail: str = "", body: object = None, **query: str) -> Any:
    request = ResourceRequest(method, tail, query, body)
    return tenant.do(lambda session: handle_mailboxes(tenant.runner.launcher.sandbox, session, request))


def test_mailboxes_and_their_messages_are_listed_raw_ones_byte_for_byte(tenant: MailTenant) -> None:
    tenant.put(TITULAIRE, MAIL)
    counts = {box["address"]: box["messages"] for box in _ask(tenant)}
    assert counts[TITULAIRE] == 1
    (message,) = _ask(tenant, tail=TITULAIRE)
    assert [message["uid"], message["subject"], message["text"]] == [1, "Bonjour", "Bonjour docteur.\r\n"]
    assert _ask(tenant, tail=TITULAIRE, raw="1", uid="1").body == MAIL


def test_a_message_is_put_in_a_mailbox_whole_or_composed(tenant: MailTenant) -> None:
    _ask(tenant, "POST", TITULAIRE, {"raw": "Subject: x\n\ntexte\n"})
    _ask(
        tenant,
        "POST",
        TITULAIRE,
        {"from": "Isabelle <isabelle.delorme@medecin.mssante.fr>", "subject": "Été", "text": "é"},
    )
    first, second = tenant.inbox(TITULAIRE)
    assert first == b"Subject: x\r\n\r\ntexte\r\n"
    assert b"\r\n" in second
    assert b"Message-ID: <" in second
    assert [m["subject"] for m in _ask(tenant, tail=TITULAIRE)] == ["x", "Été"]


@pytest.mark.parametrize(
    ("method", "tail", "body", "status"),
    [
        ("GET", "x@y", None, 404),
        ("POST", "", {}, 405),
        ("DELETE", "helene.valmont@pharmacien.mssante.fr", None, 405),
        ("POST", "helene.valmont@pharmacien.mssante.fr", None, 400),
        ("POST", "helene.valmont@pharmacien.mssante.fr", {"raw": "\0"}, 400),
        ("POST", "helene.valmont@pharmacien.mssante.fr", {"raw": "x", "folder": "non"}, 404),
        ("POST", "helene.valmont@pharmacien.mssante.fr", {"subject": "a\r\nBcc: x@y"}, 400),
    ],
)
def test_the_resource_refuses_with_a_sentence(
    tenant: MailTenant, method: str, tail: str, body: object, status: int
) -> None:
    with pytest.raises(Refusal) as refused:
        _ask(tenant, method, tail, body)
    assert refused.value.status == status


@pytest.mark.parametrize(
    ("accept", "query", "told"),
    [
        ("application/fhir+json", "", ""),
        ("*/*", "", ""),
        ("text/html, application/json;q=0.9", "", ""),
        ("application/fhir+xml", "", "Accept: application/fhir+xml"),
        ("application/fhir+xml, application/fhir+json;q=0", "", "Accept: application/fhir+xml, application/"),
        ("application/fhir+xml", "&_format=application/fhir%2Bjson", ""),
        ("application/fhir+json", "&_format=xml", "_format=xml"),
    ],
)
def test_json_to_who_does_not_ask_for_it_is_not_silent(
    operator: MailOperator, tenant: MailTenant, accept: str, query: str, told: str
) -> None:
    path = f"/s/{tenant.name}/fhir/v2/Practitioner?family=delorme{query}"
    answer = operator.directory.get(path, headers={"Accept": accept})
    assert answer.headers["content-type"].startswith("application/fhir+json")
    found = [f.received for f in tenant.exchanges()[0].findings if f.check_id == "MSS-DIRECTORY-FORMAT"]
    assert "".join(found).startswith(told)
    assert bool(found) == bool(told)


@pytest.mark.parametrize(
    ("parameter", "expected", "remedy"),
    [
        ("naem", "name", "Écrivez « name » à la place de « naem »."),
        ("name:sounds", "name, name:exact ou name:contains", "Retirez « :sounds », ou écrivez name:exact."),
        ("zzz", "un paramètre de Practitioner, comme active, ", "N'utilisez que les paramètres"),
    ],
)
def test_an_unknown_parameter_is_told_the_one_it_looks_like(
    operator: MailOperator, tenant: MailTenant, parameter: str, expected: str, remedy: str
) -> None:
    assert operator.directory.get(f"/s/{tenant.name}/fhir/v2/Practitioner?{parameter}=a").status_code == 400
    (found,) = tenant.exchanges()[0].findings
    assert found.expected.startswith(expected)
    assert len(found.expected) < 250
    assert found.remedy.startswith(remedy)
