"""Introspection by a service of the same process: without a socket, with the same answer and the same exchange."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from lgo_sandbox.gate.introspection import IntrospectionFailed, introspected, introspected_at
from lgo_sandbox.tenant.faults import Fault, FaultKind
from psc_mock.codes import PROTOCOL_PATH

PATH = f"{PROTOCOL_PATH}/token/introspect"
DMP = ("dmp", "secret-dmp")


async def ask(psc: Any, token: str, credentials: tuple[str, str] = DMP) -> dict[str, Any]:
    return await introspected(psc.launcher.sandbox, psc.name, "psc", PATH, token, credentials)


def exchanges(psc: Any) -> list[Any]:
    return [one for one in psc.session.journal.read(bodies=True) if one.operation == "introspection"]


async def test_the_answer_is_that_of_the_socket_and_the_exchange_is_journaled(psc: Any) -> None:
    token = (await psc.tokens())["access_token"]
    inside = await ask(psc, token)
    assert "http" not in psc.launcher.sandbox.__dict__
    plain = psc.launcher.sandbox.url("psc") + PATH
    outside = await introspected_at(psc.http, plain, token, DMP)
    assert inside == outside
    assert inside["active"] is True
    first, second = exchanges(psc)
    assert (first.door, first.transport, first.outcome) == (second.door, second.transport, second.outcome)
    assert (first.target, first.status, first.summary) == (second.target, 200, second.summary)
    assert (first.request_body, first.response_body) == (second.request_body, second.response_body)


async def test_it_is_asked_in_the_session_that_is_named(psc: Any) -> None:
    token = (await psc.tokens())["access_token"]
    psc.launcher.sandbox.sessions.create("autre")
    other = await introspected(psc.launcher.sandbox, "autre", "psc", PATH, token, DMP)
    assert other == {"active": False}


@pytest.mark.parametrize("credentials", [("dmp", "faux"), ("personne", "x")])
async def test_a_refusal_is_a_failure_in_french_and_explained_in_the_journal(
    psc: Any, credentials: tuple[str, str]
) -> None:
    with pytest.raises(IntrospectionFailed, match="introspection refusée"):
        await ask(psc, "x", credentials)
    (exchange,) = exchanges(psc)
    assert (exchange.status, exchange.outcome) == (401, "refused")


async def test_armed_faults_strike_inside_too(psc: Any) -> None:
    psc.session.faults.arm(Fault("f", "psc", FaultKind.STATUS, 503, "introspection"))
    with pytest.raises(IntrospectionFailed, match="503"):
        await ask(psc, "x")
    assert exchanges(psc)[0].outcome == "fault"


async def test_a_wire_fault_leaves_no_answer_inside_either(psc: Any) -> None:
    psc.session.faults.arm(Fault("f", "psc", FaultKind.RESET, 0, "introspection"))
    with pytest.raises(IntrospectionFailed, match="ne répond pas"):
        await ask(psc, "x")
    assert exchanges(psc)[0].outcome == "fault"


async def test_a_server_of_another_process_is_asked_over_http(psc: Any) -> None:
    token = (await psc.tokens())["access_token"]
    sandbox = psc.launcher.sandbox
    sandbox.settings.service_urls["psc"] = sandbox.addresses.root("psc", tls=False)
    try:
        assert (await ask(psc, token))["active"] is True
    finally:
        del sandbox.settings.service_urls["psc"]
    assert isinstance(sandbox.__dict__["http"], httpx.AsyncClient)
    assert exchanges(psc)[0].peer


async def test_an_address_that_nobody_knows_is_a_failure(psc: Any) -> None:
    with pytest.raises(IntrospectionFailed, match="n'est pas connue"):
        await introspected(psc.launcher.sandbox, psc.name, "nulle-part", PATH, "x", DMP)
