"""The OpenAPI document and the service agree: every route, every answer; and nothing sent to it is a server's error."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from support.dp_counter import Counter, code_of
from support.openapi_shape import misfits, operation_of

from dp_mock import codes
from dp_mock.app import ROUTES
from dp_mock.seeds import PENDING
from dp_mock.wire.openapi import OPERATIONS, document
from dp_mock.wire.schemas import SCHEMAS

SKENAN, OZEMPIC = "3400933323691", "3400930151105"
NEW, KNOWN = "fournier-ines", "martin-claire"
ITEM = {
    "identifiant": "d1",
    "cip13": SKENAN,
    "boites": 1,
    "deconditionne": True,
    "unites": 7,
    "lot": "S1",
    "date": "2026-01-05",
}
WRONG: tuple[Any, ...] = (None, 5, -1, 1.5, 10**400, True, "", "x" * 1000, "\x00", [], [None], {}, {"a": 1})


def test_the_contract_has_every_route_and_no_other(counter: Counter) -> None:
    contract = counter.get("/openapi.json").json()
    described = {
        (method.upper(), codes.BASE + path) for path, methods in contract["paths"].items() for method in methods
    }
    assert described == {(route.methods, route.path) for route in ROUTES}
    assert contract["servers"][0]["url"] == counter.root + codes.BASE
    assert contract["info"]["title"].endswith("(simulation non officielle)")


def test_every_shape_is_used_and_every_reference_leads_to_one() -> None:
    used = {name for one in OPERATIONS for name in (one.answer, one.asks) if name} | {"Probleme"}
    assert used == set(SCHEMAS)


def test_every_answer_has_the_shape_of_the_contract(counter: Counter) -> None:
    supply = counter.ask("POST", f"/ruptures/{OZEMPIC}/depannages", {"boites": 1})
    answers = [
        (codes.IDENTITY, counter.identify(NEW)),
        (codes.IDENTITY, counter.identify(NEW)),
        (codes.STATE, counter.get(counter.of(NEW))),
        (codes.STATE, counter.get(counter.of("adrun-zoe"))),
        (codes.OPPOSE, counter.ask("POST", counter.of(NEW, "/opposition"))),
        (codes.REFUSE, counter.ask("POST", counter.of(NEW, "/refus"), {"portee": "alimentation"})),
        (codes.HISTORY, counter.history("perrin-jean-baptiste")),
        (codes.HISTORY, counter.history(KNOWN, mois="13")),
        (codes.HISTORY, counter.history(KNOWN, "voisine")),
        (codes.VACCINES, counter.get(counter.of("lefevre-augustine", "/vaccins"))),
        (codes.FEED, counter.feed(KNOWN, ITEM, {"identifiant": "d2", "cip13": "3400930306000", "lot": "RAP24V1"})),
        (codes.FEED, counter.feed(KNOWN, ITEM)),
        (codes.TRACES, counter.get(counter.of(KNOWN, "/traces"))),
        (codes.PRINT, counter.get(counter.of(KNOWN, "/impression"))),
        (codes.MESSAGES, counter.get("/messages", "voisine")),
        (codes.ACKNOWLEDGE, counter.ask("POST", f"/messages/{PENDING}/acquittement", who="voisine")),
        (codes.MESSAGES, counter.get("/messages", "voisine")),
        (codes.LOT, counter.look("3400930306000", "RAP24V1")),
        (codes.SHORTAGE, counter.get("/ruptures")),
        (codes.SUPPLY, supply),
        (codes.SUPPLY_STATE, counter.get(f"/depannages/{supply.json()['numero']}")),
        (codes.CLOSE, counter.ask("DELETE", counter.of(KNOWN))),
        (codes.CONTRACT, counter.get("/openapi.json")),
    ]
    contract = document("")
    assert [found for name, answer in answers for found in misfits(contract, name, answer)] == []
    assert {name for name, _ in answers} == {one.name for one in OPERATIONS}


def variants(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a body with each of its members absent, and with each wrong value in its place."""
    for name in body:
        yield {other: value for other, value in body.items() if other != name}
        for wrong in WRONG:
            yield {**copy.deepcopy(body), name: wrong}


def test_no_wrong_value_anywhere_is_a_servers_error_or_out_of_the_contract(counter: Counter) -> None:
    contract, identity = document(""), counter.identity(NEW)
    sent = [(codes.IDENTITY, "/patients", body) for body in variants(identity)]
    for name in ("ins", "contact"):
        sent += [(codes.IDENTITY, "/patients", {**identity, name: inner}) for inner in variants(identity[name])]
    feeding = counter.of(KNOWN, "/dispensations")
    sent += [(codes.FEED, feeding, {"dispensations": [item]}) for item in variants(ITEM)]
    sent += [(codes.FEED, feeding, body) for body in variants({"dispensations": [ITEM]})]
    sent += [(codes.REFUSE, counter.of(KNOWN, "/refus"), body) for body in variants({"portee": "alimentation"})]
    sent += [(codes.SUPPLY, f"/ruptures/{OZEMPIC}/depannages", body) for body in variants({"boites": 1})]
    for name, path, body in sent:
        answer = counter.ask("POST", path, body)
        assert answer.status_code < 500, (name, body)
        assert misfits(contract, name, answer) == [], (name, body)
        assert answer.status_code < 400 or code_of(answer)


def test_an_answer_that_the_contract_does_not_tell_is_seen(counter: Counter) -> None:
    answer, contract = counter.history(KNOWN), copy.deepcopy(document(""))
    members = contract["components"]["schemas"]["Historique"]["properties"]
    rows = members["dispensations"]["items"]
    del rows["properties"]["nom"]
    rows["required"].append("prescripteur")
    members["mois"] = {"type": "integer", "minimum": 1, "maximum": 11}
    found = {one.partition(": ")[2] for one in misfits(contract, codes.HISTORY, answer)}
    assert found == {"absent", "not in the document", "12"}


def test_every_operation_says_who_must_call() -> None:
    contract = document("")
    for one in OPERATIONS:
        headers = {p["name"] for p in operation_of(contract, one.name)["parameters"] if p["in"] == "header"}
        assert ("X-Professionnel" in headers) is (one.name != codes.CONTRACT)
