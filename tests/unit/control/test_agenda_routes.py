"""The agenda through the control API: what is due, what a clock move brings about, taking an event back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sixth_mock import Greeting
from sqlmodel import Session as Transaction

from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.tenant.agenda import Event
from lgo_sandbox.tenant.session import Session

Plan = Callable[[int, str], int]


@pytest.fixture
def plan(launcher: Launcher) -> Plan:
    """Return a function that plans a greeting of the default session after some seconds."""

    def greet(transaction: Transaction, _session: Session, event: Event) -> None:
        transaction.add(Greeting(name=str(event.payload)))

    launcher.sandbox.sessions.events["sixieme.saluer"] = greet
    session = launcher.sandbox.sessions.get("default")

    def planned(seconds: int, name: str) -> int:
        return session.agenda.at(session.clock.age() + timedelta(seconds=seconds), "sixieme.saluer", name)

    return planned


async def test_what_is_due_is_listed_in_order(api: httpx.AsyncClient, plan: Plan) -> None:
    second, first = plan(200, "Louise"), plan(100, "Marc")
    listed = (await api.get("/agenda")).json()
    assert [(event["id"], event["payload"]) for event in listed] == [(first, "Marc"), (second, "Louise")]
    assert listed[0]["what"] == "sixieme.saluer"
    assert (listed[0]["attempts"], listed[0]["error"], listed[0]["every"]) == (0, "", None)
    assert (await api.get("/sessions/default/agenda")).json() == listed


async def test_a_clock_move_brings_about_what_it_passes_before_it_answers(api: httpx.AsyncClient, plan: Plan) -> None:
    await api.post("/clock", json={"freeze": True})
    for number in range(250, 0, -1):
        plan(number, f"n{number:03}")
    assert (await api.post("/clock", json={"by": 249})).status_code == 200
    greeted = (await api.get("/sixieme/saluts")).json()
    assert greeted == ["Amorce", *(f"n{number:03}" for number in range(1, 250))]
    assert len((await api.get("/agenda")).json()) == 1


async def test_an_event_is_taken_back_once(api: httpx.AsyncClient, plan: Plan) -> None:
    number = plan(100, "Marc")
    assert (await api.delete(f"/agenda/{number}")).status_code == 204
    answer = await api.delete(f"/agenda/{number}")
    assert (answer.status_code, answer.json()["erreur"]) == (404, f"aucun événement {number} n'est à venir")
    await api.post("/clock", json={"by": 200})
    assert (await api.get("/sixieme/saluts")).json() == ["Amorce"]
