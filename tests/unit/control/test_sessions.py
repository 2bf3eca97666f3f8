"""Sessions, their clock, options, declarations, faults and markers through the control API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from lgo_sandbox.watch.exchange import Exchange


async def test_a_session_without_a_name_is_given_one(api: httpx.AsyncClient) -> None:
    answer = await api.post("/sessions", json={})
    assert answer.status_code == 201
    made = answer.json()
    assert made["session"].startswith("s-")
    assert (made["durable"], made["prefix"]) == (False, f"/s/{made['session']}")
    assert {s["session"] for s in (await api.get("/sessions")).json()} == {"default", made["session"]}


async def test_a_session_is_made_as_asked(api: httpx.AsyncClient) -> None:
    wanted = {
        "name": "essai",
        "seed": "graine",
        "clock": {"to": "2031-05-06T07:08:09+02:00", "freeze": True, "wire": "session"},
        "options": {"sixieme.mot": "bonsoir"},
        "spec_versions": {"sixieme": "2.0"},
    }
    made = (await api.post("/sessions", json=wanted)).json()
    assert made["seed"] == "graine"
    assert made["options"] == {"sixieme.mot": "bonsoir"}
    assert made["spec_versions"] == {"sixieme": "2.0"}
    assert made["clock"]["age"] == made["clock"]["wire_time"] == "2031-05-06T05:08:09+00:00"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "Majuscule"}, "nom de session invalide"),
        ({"name": "default-", "seed": ""}, "nom de session invalide"),
        ({"inconnu": 1}, "inconnu : champ inconnu"),
        ({"options": {"sixieme.mot": "salut"}}, "valeurs admises : bonjour, bonsoir"),
        ({"options": {"sixieme.rien": "salut"}}, "option inconnue"),
        ({"spec_versions": {"septieme": "1"}}, "service inconnu"),
        ({"clock": {"to": "2031-05-06T07:08:09"}}, "fuseau horaire"),
        ({"clock": {"by": 1, "to": "2031-05-06T07:08:09Z"}}, "s'excluent"),
        ({"clock": {"to": "2999-05-06T07:08:09Z"}}, "1970 à 2199"),
        ({"durable": "peut-être"}, "durable : vrai ou faux"),
        ([], "un objet JSON"),
    ],
)
async def test_a_wrong_request_is_explained_in_french(api: httpx.AsyncClient, body: object, said: str) -> None:
    answer = await api.post("/sessions", json=body)
    assert answer.status_code == 422
    assert said in answer.json()["erreur"]


async def test_a_name_is_taken_once(api: httpx.AsyncClient) -> None:
    await api.post("/sessions", json={"name": "essai"})
    answer = await api.post("/sessions", json={"name": "essai"})
    assert (answer.status_code, answer.json()["erreur"]) == (409, "la session « essai » existe déjà")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/sessions/nulle"),
        ("DELETE", "/sessions/nulle"),
        ("POST", "/sessions/nulle/reset"),
        ("GET", "/sessions/nulle/clock"),
        ("GET", "/sessions/nulle/dump"),
        ("GET", "/sessions/nulle/events"),
        ("GET", "/sixieme/saluts?session=nulle"),
        ("GET", "/services?session=nulle"),
    ],
)
async def test_an_unknown_session_is_said_so(api: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await api.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["erreur"].startswith("session inconnue")


async def test_a_deleted_session_is_gone_with_its_certificates(api: httpx.AsyncClient) -> None:
    await api.post("/sessions", json={"name": "essai"})
    issued = (await api.post("/pki/issue", json={"kind": "org-auth", "session": "essai"})).json()
    assert (await api.delete("/sessions/essai")).status_code == 204
    assert (await api.get("/sessions/essai")).status_code == 404
    assert not Path(issued["cert"]).exists()


async def test_deleting_the_default_session_resets_it(api: httpx.AsyncClient) -> None:
    await api.post("/sixieme/saluts", json={"name": "Marc"})
    assert (await api.delete("/sessions/default")).status_code == 204
    assert (await api.get("/sixieme/saluts")).json() == ["Amorce"]


async def test_a_reset_forgets_data_and_journal_and_keeps_settings(
    api: httpx.AsyncClient, record: Callable[..., Exchange]
) -> None:
    await api.put("/options", json={"sixieme.mot": "bonsoir"})
    await api.post("/sixieme/saluts", json={"name": "Marc"})
    await api.post("/markers", json={"name": "document validé"})
    record("marc")
    answer = await api.post("/sessions/default/reset")
    assert answer.json()["exchanges"] == 0
    assert answer.json()["options"] == {"sixieme.mot": "bonsoir"}
    assert (await api.get("/sixieme/saluts")).json() == ["Amorce"]
    assert (await api.get("/findings")).json() == (await api.get("/markers")).json() == []


async def test_a_dump_makes_the_same_session_elsewhere(api: httpx.AsyncClient, record: Callable[..., Exchange]) -> None:
    record("marc")
    await api.post("/sixieme/saluts", json={"name": "Marc"})
    dump = await api.get("/sessions/default/dump")
    assert dump.headers["content-type"] == "application/zip"
    loaded = await api.post("/sessions/copie/load", content=dump.content)
    assert loaded.json() == {"session": "copie", "durable": False, "exchanges": 1}
    assert (await api.get("/sixieme/saluts?session=copie")).json() == ["Amorce", "Marc"]
    assert (await api.get("/sessions/copie/findings")).json() == (await api.get("/findings")).json()


@pytest.mark.parametrize("octets", [b"", b"PK\x03\x04", b"<zip/>"])
async def test_what_is_no_dump_is_refused(api: httpx.AsyncClient, octets: bytes) -> None:
    answer = await api.post("/sessions/default/load", content=octets)
    assert (answer.status_code, answer.json()["erreur"]) == (422, "ce fichier n'est pas une archive zip")


async def test_the_clock_moves_by_and_to_and_stands(api: httpx.AsyncClient) -> None:
    real = datetime.fromisoformat((await api.get("/clock")).json()["real"])
    moved = (await api.post("/clock", json={"by": 86_400})).json()
    assert datetime.fromisoformat(moved["age"]) - real >= timedelta(days=1)
    assert datetime.fromisoformat(moved["wire_time"]) - real < timedelta(hours=1)
    frozen = (await api.post("/clock", json={"to": "2030-01-01T00:00:00Z", "freeze": True})).json()
    assert frozen["age"] == (await api.get("/clock")).json()["age"] == "2030-01-01T00:00:00+00:00"
    still = (await api.post("/clock", json={"by": 60})).json()
    assert (still["age"], still["frozen"]) == ("2030-01-01T00:01:00+00:00", True)
    assert (await api.post("/clock", json={"freeze": False})).json()["frozen"] is False


async def test_the_wire_mode_changes_without_a_jump(api: httpx.AsyncClient) -> None:
    await api.post("/clock", json={"to": "2030-01-01T00:00:00Z", "freeze": True})
    clock = (await api.post("/clock", json={"wire": "session"})).json()
    assert clock["wire_time"] == clock["age"] == "2030-01-01T00:00:00+00:00"


@pytest.mark.parametrize("by", [1e12, "demain", -3_000_000_000])
async def test_an_absurd_jump_is_refused_and_changes_nothing(api: httpx.AsyncClient, by: object) -> None:
    assert (await api.post("/clock", json={"by": by})).status_code == 422
    clock = (await api.get("/clock")).json()
    gap = datetime.fromisoformat(clock["wire_time"]) - datetime.fromisoformat(clock["age"])
    assert abs(gap) < timedelta(minutes=1)


async def test_faults_are_armed_listed_and_disarmed(api: httpx.AsyncClient) -> None:
    wanted = {"service": "sixieme", "operation": "saluer", "kind": "status", "value": 503, "times": 2}
    armed = (await api.post("/faults", json=wanted)).json()
    assert (armed["kind"], armed["value"], armed["remaining"], armed["client"]) == ("status", 503, 2, "*")
    assert (await api.get("/faults")).json() == [armed]
    assert (await api.delete(f"/faults/{armed['id']}")).json() == {"disarmed": 1}
    assert (await api.delete(f"/faults/{armed['id']}")).status_code == 404
    await api.post("/faults", json={"kind": "delay", "value": 10})
    assert (await api.delete("/faults")).json() == {"disarmed": 1}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "explosion", "value": 1}, "kind : valeurs admises"),
        ({"kind": "status", "value": 200}, "400 à 599"),
        ({"kind": "delay", "value": 10_000_000}, "value : durée en millisecondes, de 0 à 600000"),
        ({"kind": "cut"}, "value : champ obligatoire (nombre d'octets"),
        ({"kind": "drip", "value": 0}, "value : nombre d'octets par seconde, de 1"),
        ({"kind": "delay", "value": "nom"}, "value : durée en millisecondes"),
        ({"kind": "reset", "value": 3}, "value : la panne « reset » n'en a pas"),
        ({"kind": "empty", "probability": 0}, "probability : plus de 0"),
        ({"kind": "empty", "nth": 0}, "nth : 1 au moins"),
        ({"kind": "named", "service": "sixieme"}, "panne nommée inconnue"),
        ({"kind": "delay", "value": 1, "service": "septieme"}, "service inconnu"),
        ({"kind": "delay", "value": 1, "service": "sixieme", "operation": "partir"}, "opération inconnue"),
        ({"kind": "delay", "value": 1, "times": 0}, "times : 1 au moins"),
        ({"kind": "delay"}, "value : champ obligatoire"),
    ],
)
async def test_a_wrong_fault_is_explained(api: httpx.AsyncClient, body: object, said: str) -> None:
    answer = await api.post("/faults", json=body)
    assert answer.status_code == 422
    assert said in answer.json()["erreur"]


async def test_markers_are_dated_in_age_time(api: httpx.AsyncClient) -> None:
    await api.post("/clock", json={"to": "2030-01-01T00:00:00Z", "freeze": True})
    put = await api.post("/markers", json={"name": "patient opposé", "subject": "1", "detail": {"vu": [1]}})
    assert put.status_code == 201
    assert put.json()["at"] == "2030-01-01T00:00:00+00:00"
    assert (await api.get("/markers?name=patient%20opposé&subject=1")).json() == [put.json()]
    assert (await api.get("/markers?subject=2")).json() == []


async def test_options_are_merged_and_taken_back(api: httpx.AsyncClient) -> None:
    assert (await api.put("/options", json={"sixieme.mot": "bonsoir"})).json() == {"sixieme.mot": "bonsoir"}
    assert (await api.put("/options", json={})).json() == {"sixieme.mot": "bonsoir"}
    assert (await api.put("/options", json={"sixieme.mot": None})).json() == {"sixieme.mot": "bonjour"}


async def not_applicable(api: httpx.AsyncClient) -> set[str]:
    report = (await api.get("/report.json")).json()
    return {one["id"] for one in report["requirements"] if one["verdict"] == "NOT_APPLICABLE"}


async def test_a_declaration_needs_a_known_requirement_and_a_reason(api: httpx.AsyncClient) -> None:
    assert (await api.put("/declarations", json={"NUL.01": "motif"})).status_code == 422
    assert (await api.put("/declarations", json={"LGO.INS.06": "  "})).status_code == 422
    before = await not_applicable(api)
    assert (await api.put("/declarations", json={"LGC.INS.07": "hors champ"})).json() == {"LGO.INS.06": "hors champ"}
    assert await not_applicable(api) - before == {"LGO.INS.06"}
    assert (await api.put("/declarations", json={"LGO.INS.06": None})).json() == {}


async def test_two_launchers_of_one_process_know_their_own_sessions_only(
    api: httpx.AsyncClient, other_api: httpx.AsyncClient
) -> None:
    await api.post("/sessions", json={"name": "essai"})
    await api.post("/sixieme/saluts", json={"name": "Marc"})
    assert [s["session"] for s in (await other_api.get("/sessions")).json()] == ["default"]
    assert (await other_api.get("/sixieme/saluts")).json() == ["Amorce"]


async def test_what_is_done_to_one_session_is_not_done_to_another(api: httpx.AsyncClient) -> None:
    await api.post("/sessions", json={"name": "essai"})
    await api.post("/sessions/essai/faults", json={"kind": "delay", "value": 1})
    await api.post("/markers?session=essai", json={"name": "jalon"})
    assert (await api.get("/faults")).json() == (await api.get("/markers")).json() == []
    assert len((await api.get("/faults?session=essai")).json()) == 1
    assert len((await api.get("/sessions/essai/markers")).json()) == 1
