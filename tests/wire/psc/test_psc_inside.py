"""Introspection by a service of the same process: without a socket, with the same answer and the same exchange."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx
import pytest
from support.plain import NO_TLS
from support.psc import PscClient

from lgo_sandbox.gate.introspection import IntrospectionFailed, introspected, introspected_at
from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.watch.exchange import Exchange
from psc_mock.codes import PROTOCOL_PATH

PATH = f"{PROTOCOL_PATH}/token/introspect"
DMP = ("dmp", "secret-dmp")
SECONDS = 30.0
Told = dict[str, Any]


def inside(lgo: PscClient, question: Coroutine[Any, Any, Told]) -> Told:
    """Return what a coroutine gives in the loop of the sandbox, where its services ask."""
    loop = lgo.tenant.runner.do(asyncio.get_running_loop)
    return asyncio.run_coroutine_threadsafe(question, loop).result(SECONDS)


def ask(lgo: PscClient, token: str, credentials: tuple[str, str] = DMP, door: str = "psc") -> Told:
    sandbox = lgo.tenant.runner.launcher.sandbox
    return inside(lgo, introspected(sandbox, lgo.tenant.name, door, PATH, token, credentials))


def exchanges(lgo: PscClient) -> list[Exchange]:
    return lgo.tenant.exchanges("introspection")


async def over_http(url: str, token: str) -> Told:
    async with httpx.AsyncClient(trust_env=False, verify=NO_TLS) as http:
        return await introspected_at(http, url, token, DMP)


def test_the_answer_is_that_of_the_socket_and_the_exchange_is_journaled(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    told = ask(lgo, token)
    assert "http" not in lgo.tenant.runner.launcher.sandbox.__dict__
    outside = asyncio.run(over_http(lgo.tenant.url("psc", tls=False) + PATH, token))
    assert told == outside
    assert told["active"] is True
    first, second = exchanges(lgo)
    assert (first.door, first.transport, first.outcome) == (second.door, second.transport, second.outcome)
    assert (first.target, first.status, first.summary) == (second.target, 200, second.summary)
    assert (first.request_body, first.response_body) == (second.request_body, second.response_body)
    assert (bool(first.peer), bool(second.peer)) == (False, True)


def test_it_is_asked_in_the_session_that_is_named(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    other = lgo.beside(lgo.tenant.runner.tenant("other"))
    assert ask(other, token) == {"active": False}
    assert len(exchanges(other)) == 1
    assert exchanges(lgo) == []


@pytest.mark.parametrize("credentials", [("dmp", "faux"), ("personne", "x")])
def test_a_refusal_is_a_failure_in_french_and_explained_in_the_journal(
    lgo: PscClient, credentials: tuple[str, str]
) -> None:
    with pytest.raises(IntrospectionFailed, match="introspection refusée"):
        ask(lgo, "x", credentials)
    (exchange,) = exchanges(lgo)
    assert (exchange.status, exchange.outcome) == (401, "refused")


def test_armed_faults_strike_inside_too(lgo: PscClient) -> None:
    lgo.fault(Fault("f", "psc", FaultKind.STATUS, 503, "introspection"))
    with pytest.raises(IntrospectionFailed, match="503"):
        ask(lgo, "x")
    assert exchanges(lgo)[0].outcome == "fault"


def test_a_wire_fault_leaves_no_answer_inside_either(lgo: PscClient) -> None:
    lgo.fault(Fault("f", "psc", FaultKind.RESET, 0, "introspection"))
    with pytest.raises(IntrospectionFailed, match="ne répond pas"):
        ask(lgo, "x")
    assert exchanges(lgo)[0].outcome == "fault"


def test_a_server_of_another_process_is_asked_over_http(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    sandbox = lgo.tenant.runner.launcher.sandbox
    sandbox.settings.service_urls["psc"] = sandbox.addresses.root("psc", tls=False)
    try:
        assert ask(lgo, token)["active"] is True
    finally:
        del sandbox.settings.service_urls["psc"]
        used = sandbox.__dict__.pop("http")
        asyncio.run_coroutine_threadsafe(used.aclose(), lgo.tenant.runner.do(asyncio.get_running_loop)).result(SECONDS)
    assert isinstance(used, httpx.AsyncClient)
    assert exchanges(lgo)[0].peer


def test_an_address_that_nobody_knows_is_a_failure(lgo: PscClient) -> None:
    with pytest.raises(IntrospectionFailed, match="n'est pas connue"):
        ask(lgo, "x", door="nulle-part")
