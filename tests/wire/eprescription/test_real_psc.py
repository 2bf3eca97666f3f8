"""With the sandbox's own Pro Santé Connect: a real token, its expiry by the clock, its session."""

from __future__ import annotations

import json
import secrets
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from eprescription_mock import codes
from eprescription_mock.facts import Caller
from eprescription_mock.seeds import NUMBERS
from lgo_sandbox.run.assemble import running
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings

pytest.importorskip("psc_mock.service", reason="Pro Santé Connect is not there")

CALLBACK = "http://127.0.0.1:8765/callback"
ISSUER = codes.PSC_INTROSPECTION.removesuffix("/introspect")


@pytest.fixture
async def launcher(state: Path) -> AsyncIterator[Launcher]:
    async with running(Settings(state=state / "psc", port_base=0), ["psc", "eprescription"]) as launcher:
        launcher.sandbox.sessions.reset("default")
        yield launcher


@pytest.fixture
async def http(launcher: Launcher) -> AsyncIterator[httpx.AsyncClient]:
    trust = ssl.create_default_context(cafile=str(launcher.sandbox.pki.ca_bundle))
    async with httpx.AsyncClient(verify=trust, trust_env=False) as http:
        yield http


async def token(launcher: Launcher, http: httpx.AsyncClient, session: str = "default", who: str = "titulaire") -> str:
    sandbox = launcher.sandbox
    prefix = "" if session == "default" else f"/s/{session}"
    tenant = sandbox.sessions.get(session)
    tenant.configure(replace(tenant.config, options={**tenant.config.options, "psc.ecps": "accept"}))
    asked = {
        "response_type": "code",
        "client_id": "lgo-demo",
        "redirect_uri": CALLBACK,
        "scope": "openid scope_all",
        "acr_values": "eidas1",
        "state": secrets.token_urlsafe(24),
        "nonce": secrets.token_urlsafe(24),
        "login_hint": who,
    }
    answer = await http.get(f"{sandbox.addresses.root('psc_wallet')}{prefix}/auth", params=asked)
    code = httpx.URL(answer.headers["location"]).params["code"]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    url = sandbox.addresses.root("psc") + prefix + ISSUER
    tokens = (await http.post(url, data=fields, auth=("lgo-demo", "secret-lgo-demo"))).json()
    return str(tokens["access_token"])


async def consult(launcher: Launcher, http: httpx.AsyncClient, bearer: str) -> httpx.Response:
    headers = {
        "Authorization": f"Bearer {bearer}",
        "X-Structure": "1.2.250.1.71.4.2.2|10B0990017",
        "Content-Type": "application/fhir+json",
    }
    url = launcher.sandbox.addresses.root("eprescription") + codes.BASE
    asked = [{"name": "qrToken", "valueString": f"EPU-SIMU:{NUMBERS['OK-1']}"}]
    body = json.dumps({"resourceType": "Parameters", "parameter": asked})
    return await http.post(f"{url}/$consulter", content=body, headers=headers)


@pytest.mark.parametrize(("who", "status"), [("titulaire", 200), ("preparateur", 200), ("generaliste", 403)])
async def test_a_real_token_gives_the_rights_of_its_bearer(
    launcher: Launcher, http: httpx.AsyncClient, who: str, status: int
) -> None:
    assert (await consult(launcher, http, await token(launcher, http, who=who))).status_code == status


async def test_a_real_token_expires_with_the_clock(launcher: Launcher, http: httpx.AsyncClient) -> None:
    bearer = await token(launcher, http)
    launcher.sandbox.sessions.get("default").move_clock(by=timedelta(hours=1))
    answer = await consult(launcher, http, bearer)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_token_leads_to_the_session_it_was_issued_in(launcher: Launcher, http: httpx.AsyncClient) -> None:
    launcher.sandbox.sessions.create("autre")
    bearer = await token(launcher, http, "autre")
    assert (await consult(launcher, http, bearer)).status_code == 200
    (exchange,) = [e for e in launcher.sandbox.sessions.get("autre").journal.read() if e.service == "eprescription"]
    caller = exchange.noted.get(Caller)
    assert exchange.operation == "consulter"
    assert caller is not None
    assert (caller.professional, caller.client_id) == ("899700090014", "lgo-demo")
