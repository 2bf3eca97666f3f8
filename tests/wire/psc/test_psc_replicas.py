"""Two processes that serve one state: what is begun at one goes on at the other."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from support.connections import Connections
from support.psc import PscClient
from support.tenants import Runner, Tenant, running_in_background

Twins = tuple[PscClient, PscClient]
OWN = {"id": "lucie", "national_id": "899700099999", "family_name": "ESSAI", "given_name": "Lucie", "profession": "60"}


@pytest.fixture(scope="module")
def replica(psc_runner: Runner) -> Iterator[Runner]:
    """Another process that serves the state of the first."""
    with running_in_background(psc_runner.launcher.sandbox.settings.state, "psc", replica=True) as runner:
        yield runner


@pytest.fixture
def twins(psc_runner: Runner, replica: Runner, connections: Connections) -> Twins:
    """One software at both processes, in a session that both see."""
    name = f"jumeaux-{secrets.token_hex(4)}"
    psc_runner.do(lambda: psc_runner.launcher.sandbox.sessions.create(name, durable=True))
    first = PscClient(Tenant(psc_runner, name), connections)
    return first, first.beside(Tenant(replica, name))


def test_they_serve_one_login(twins: Twins) -> None:
    first, other = twins
    code = first.code()
    tokens = other.exchange(code).json()
    assert first.userinfo(tokens["access_token"]).status_code == 200
    assert first.exchange(code).json()["error_description"] == "Code not valid"


def test_they_serve_one_ciba_login(twins: Twins) -> None:
    first, other = twins
    auth_req_id = first.ask_ciba().json()["auth_req_id"]
    (push,) = other.resource("ecps")["requests"]
    assert push["digits"] == "42"
    polled = first.poll(auth_req_id)
    assert (polled.status_code, polled.json()["error"]) == (400, "authorization_pending")
    hurried = other.poll(auth_req_id)
    assert (hurried.status_code, hurried.json()["error"]) == (400, "slow_down")
    other.resource("ecps", "POST", {"id": push["id"], "action": "accept"})
    first.tenant.move(seconds=5)
    tokens = other.poll(auth_req_id).json()
    assert first.userinfo(tokens["access_token"]).status_code == 200


def test_a_signing_key_reaches_every_process_of_the_session(twins: Twins) -> None:
    first, other = twins
    told = first.resource("keys", "POST", {})
    published = other.http.get(other.protocol("certs")).json()["keys"]
    assert [key["kid"] for key in published] == told["published"]


def test_an_own_persona_is_known_to_every_process_of_the_session(twins: Twins) -> None:
    first, other = twins
    first.resource("personas", "POST", OWN)
    assert other.tenant.do(lambda session: session.people.persona("lucie").profession) == "60"
