"""Exchanges, findings, reports, resources, PKI and people through the control API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast
from xml.etree import ElementTree

import httpx
import pytest
from cryptography import x509

from lgo_sandbox.gate.record import open_exchange
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.sandbox import installed_services
from lgo_sandbox.watch.checks import Evaluation
from lgo_sandbox.watch.exchange import Exchange

Record = Callable[..., Exchange]


async def test_the_last_exchanges_come_in_order(api: httpx.AsyncClient, record: Record) -> None:
    written = [record(f"N{number}").id for number in range(5)]
    answer = (await api.get("/exchanges?limit=3")).json()
    assert [exchange["id"] for exchange in answer["exchanges"]] == written[2:]
    assert answer["last"] == 5


async def test_after_pages_forward(api: httpx.AsyncClient, record: Record) -> None:
    written = [record(f"N{number}").id for number in range(5)]
    answer = (await api.get("/exchanges?after=1&limit=2")).json()
    assert [exchange["id"] for exchange in answer["exchanges"]] == written[1:3]


async def test_exchanges_are_filtered(api: httpx.AsyncClient, record: Record) -> None:
    record("Marc")
    bad = record("marc")
    for query in ("findings=true", "findings=true&service=sixieme&operation=saluer"):
        assert [e["id"] for e in (await api.get(f"/exchanges?{query}")).json()["exchanges"]] == [bad.id]
    for query in ("service=psc", "operation=lire"):
        assert (await api.get(f"/exchanges?{query}")).json()["exchanges"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=9999", "after=-1", "wait=1000", "limit=x"])
async def test_a_wrong_filter_is_refused(api: httpx.AsyncClient, query: str) -> None:
    assert (await api.get(f"/exchanges?{query}")).status_code == 422


async def test_a_waiting_request_gets_the_next_exchange(api: httpx.AsyncClient, record: Record) -> None:
    record("Avant")
    waiting = asyncio.create_task(api.get("/exchanges?after=1&wait=30"))
    await asyncio.sleep(0.05)
    record("Marc")
    found = (await waiting).json()["exchanges"]
    assert [exchange["facts"]["Greeted"]["name"] for exchange in found] == ["Marc"]


async def test_waiting_ends_when_the_sandbox_closes(launcher: Launcher, api: httpx.AsyncClient) -> None:
    launcher.closing = True
    assert (await api.get("/exchanges?wait=60")).json()["exchanges"] == []


async def test_one_exchange_is_given_raw_decoded_and_with_findings(api: httpx.AsyncClient, record: Record) -> None:
    exchange = record("marc", response_body=b"\xff\x00ok")
    answer = (await api.get(f"/exchanges/{exchange.id}")).json()
    assert answer["decoded"]["request"] == [["Nom", "marc"]]
    assert answer["exchange"]["request_body"] == '{"name": "marc"}'
    (finding,) = answer["exchange"]["findings"]
    assert (finding["received"], finding["expected"], finding["requirements"]) == ("marc", "Marc", ["LGO.INS.06"])
    raw = await api.get(f"/exchanges/{exchange.id}/response")
    assert (raw.content, raw.headers["content-type"]) == (b"\xff\x00ok", "application/octet-stream")


async def test_what_cannot_be_decoded_is_still_shown(api: httpx.AsyncClient, record: Record) -> None:
    exchange = record("Marc", request_body=b"\xff not json")
    answer = (await api.get(f"/exchanges/{exchange.id}")).json()
    assert answer["decoded"]["request"][0][0] == "Décodage impossible"
    assert "not json" in answer["exchange"]["request_body"]


async def test_an_unknown_exchange_is_not_found(api: httpx.AsyncClient) -> None:
    answer = await api.get("/exchanges/x00")
    assert (answer.status_code, "échange inconnu" in answer.json()["erreur"]) == (404, True)


async def test_the_export_has_one_exchange_per_line(api: httpx.AsyncClient, record: Record) -> None:
    written = [record(f"N{number}").id for number in range(120)]
    lines = (await api.get("/exchanges.jsonl")).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == written


async def test_findings_name_their_exchange_and_are_filtered(api: httpx.AsyncClient, record: Record) -> None:
    record("Marc")
    exchange = record("marc")
    (finding,) = (await api.get("/findings")).json()
    assert (finding["exchange"], finding["check_id"]) == (exchange.id, "SIXIEME-MAJUSCULE")
    assert (await api.get("/findings?check=autre")).json() == []
    assert (await api.get("/findings?severity=information")).json() == []
    assert len((await api.get("/findings?check=SIXIEME-MAJUSCULE&severity=erreur")).json()) == 1


async def test_the_report_is_written_in_four_formats(api: httpx.AsyncClient, record: Record) -> None:
    record("marc")
    as_json = (await api.get("/report.json?verdict=FAIL")).json()
    assert [r["id"] for r in as_json["requirements"]] == ["LGO.INS.06"]
    assert as_json["spec_versions"] == {"Sixième service": "1.0"}
    xml = await api.get("/report.xml")
    assert ElementTree.fromstring(xml.content).tag.startswith("testsuite")
    page = await api.get("/report.html")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "LGO.INS.06" in (await api.get("/report.txt")).text


async def verdict_on(api: httpx.AsyncClient, number: str) -> str:
    found = (await api.get("/report.json")).json()["requirements"]
    return str(next(one["verdict"] for one in found if one["id"] == number))


async def test_a_report_knows_the_checks_of_services_that_are_not_started(api: httpx.AsyncClient) -> None:
    assert await verdict_on(api, "INS/va1.34") == "NOT_OBSERVED"
    assert await verdict_on(api, "LGO.DP.01") == "NOT_OBSERVED"
    assert await verdict_on(api, "SSI/IAM.80") == "NOT_CHECKED"


async def test_a_negative_demand_passes_once_its_situation_was_marked(
    api: httpx.AsyncClient, launcher: Launcher
) -> None:
    session = launcher.sandbox.sessions.get("default")
    check = next(one for service in installed_services() for one in service.checks if one.id == "INSI-DOUTE")
    session.journal.close(open_exchange(session, "insi", "insi", "https"), Evaluation(kept=[cast(Any, check)]))
    assert await verdict_on(api, "INS/va1.20") == "NOT_OBSERVED"
    await api.post("/markers", json={"name": "Identité douteuse", "subject": "256036330091838"})
    assert await verdict_on(api, "INS/va1.20") == "PASS"


async def test_a_wrong_report_is_refused(api: httpx.AsyncClient) -> None:
    assert (await api.get("/report.pdf")).status_code == 422
    answer = await api.get("/report.json?family=lune")
    assert (answer.status_code, "famille inconnue" in answer.json()["erreur"]) == (422, True)


async def test_a_resource_gets_method_tail_query_and_body(api: httpx.AsyncClient) -> None:
    assert (await api.post("/sixieme/saluts", json={"name": "Marc"})).json() == ["Amorce", "Marc"]
    assert (await api.get("/sixieme/saluts?name=Marc")).json() == ["Marc"]
    refused = await api.delete("/sixieme/saluts/Marc/tout")
    assert (refused.status_code, refused.json()["erreur"]) == (409, "Marc/tout ne s'efface pas")


@pytest.mark.parametrize(
    ("path", "said"),
    [("/septieme/rien", "ni service"), ("/sixieme/rien", "ne publie pas"), ("/rien", "chemin inconnu")],
)
async def test_an_unknown_path_or_resource_is_explained(api: httpx.AsyncClient, path: str, said: str) -> None:
    answer = await api.get(path)
    assert (answer.status_code, said in answer.json()["erreur"]) == (404, True)


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000])
async def test_a_resource_body_that_is_no_json_is_refused(api: httpx.AsyncClient, content: bytes) -> None:
    answer = await api.post("/sixieme/saluts", content=content)
    assert (answer.status_code, "JSON" in answer.json()["erreur"]) == (422, True)


async def test_a_defect_leaves_no_trace_in_the_answer(api: httpx.AsyncClient) -> None:
    answer = await api.post("/sixieme/saluts", json={"nom": "mal nommé"})
    assert (answer.status_code, answer.json()) == (500, {"erreur": "erreur interne du bac à sable"})


async def test_the_authorities_and_their_lists_are_published(api: httpx.AsyncClient) -> None:
    bundle = await api.get("/pki/ca.pem")
    assert len(x509.load_pem_x509_certificates(bundle.content)) >= 2
    crl = await api.get("/pki/crl/ACI-EL-ORG.crl")
    assert crl.headers["content-type"] == "application/pkix-crl"
    assert x509.load_der_x509_crl(crl.content).issuer
    assert (await api.get("/pki/ca.p12")).status_code == 200
    assert (await api.get("/pki/crl/LUNE.crl")).status_code == 404


async def test_a_certificate_is_issued_for_a_persona_and_a_session(api: httpx.AsyncClient) -> None:
    await api.post("/sessions", json={"name": "essai"})
    body = {"kind": "cps-auth", "persona": "infirmiere", "session": "essai", "variant": "expired"}
    issued = (await api.post("/pki/issue", json=body)).json()
    assert issued["name"] == "cps-infirmiere-auth-expired"
    certificate = x509.load_pem_x509_certificate(issued["cert_pem"].encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "urn:lgo-sandbox:session:essai" in names.get_values_for_type(x509.UniformResourceIdentifier)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "lune"}, "kind : valeurs admises : org-auth"),
        ({"kind": "org-auth", "variant": "bleu"}, "variant : valeurs admises"),
        ({"kind": "cps-auth"}, "persona est obligatoire"),
        ({"kind": "cps-auth", "persona": "personne"}, "inconnue"),
        ({"kind": "org-auth", "structure": "lune"}, "inconnue"),
        ({"kind": "org-auth", "common_name": "../x"}, "ne peut pas être émis"),
    ],
)
async def test_a_certificate_that_cannot_be_is_refused(api: httpx.AsyncClient, body: object, said: str) -> None:
    answer = await api.post("/pki/issue", json=body)
    assert answer.status_code == 422
    assert said in answer.json()["erreur"]


async def test_people_services_and_health_are_told(api: httpx.AsyncClient) -> None:
    people = (await api.get("/people")).json()
    assert {"personas", "patients", "structures"} == set(people)
    assert people["patients"][0]["situation"]
    (service,) = (await api.get("/services")).json()
    assert service["doors"][0]["addresses"] == {"http": "http://127.0.0.1:8087"}
    assert service == (await api.get("/services/sixieme")).json()
    assert (await api.get("/services/lune")).status_code == 404
    assert (await api.get("/health")).json()["services"] == ["sixieme"]


async def test_health_says_when_ports_are_not_all_open(launcher: Launcher, api: httpx.AsyncClient) -> None:
    launcher.ready = False
    assert (await api.get("/health")).status_code == 503


async def test_a_session_without_doors_is_told_where_it_answers(api: httpx.AsyncClient) -> None:
    await api.post("/sessions", json={"name": "essai"})
    ready = (await api.get("/sessions/essai/ready")).json()
    assert ready["services"]["sixieme"] == {"http": "http://127.0.0.1:8087/s/essai"}
    assert "/essai/" in ready["certificates"]["org-auth"]["cert"]
    assert (await api.delete("/sessions/essai/listeners")).status_code == 404


async def test_openapi_describes_every_subject(api: httpx.AsyncClient) -> None:
    paths = (await api.get("/openapi.json")).json()["paths"]
    for path in ("/clock", "/faults", "/exchanges", "/report.{extension}", "/events", "/listeners", "/dump"):
        assert f"/_sandbox/v1{path}" in paths
        assert f"/_sandbox/v1/sessions/{{session}}{path}" in paths
    parameters = paths["/_sandbox/v1/sessions/{session}/clock"]["get"]["parameters"]
    assert [parameter["name"] for parameter in parameters] == ["session"]
