"""Pro Santé Connect over real sockets: one PKI for the run, a fresh default session for each test."""

from __future__ import annotations

import re
import secrets
import shutil
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.psc import PscClient
from support.tenants import Runner, running_in_background

from health_documents.findings import Finding, Severity
from lgo_sandbox.contract import ResourceRequest
from lgo_sandbox.gate.tls import client_context
from lgo_sandbox.pki.holders import organisation_holder
from lgo_sandbox.run.assemble import running
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session
from psc_mock.codes import ISSUER_PATH
from psc_mock.service import SERVICE

CALLBACK = "http://127.0.0.1:8765/callback"
DEMO = ("lgo-demo", "secret-lgo-demo")


@dataclass
class Psc:
    """A client's view of a running Pro Santé Connect, with the tester's hand on its session."""

    launcher: Launcher
    http: httpx.AsyncClient
    name: str = "default"

    @property
    def session(self) -> Session:
        return self.launcher.sandbox.sessions.get(self.name)

    @property
    def prefix(self) -> str:
        return "" if self.name == "default" else f"/s/{self.name}"

    @property
    def issuer(self) -> str:
        return self.launcher.sandbox.addresses.root("psc") + self.prefix + ISSUER_PATH

    @property
    def wallet(self) -> str:
        return self.launcher.sandbox.addresses.root("psc_wallet") + self.prefix

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.launcher.sandbox.pki.ca_bundle))

    def url(self, name: str) -> str:
        return f"{self.issuer}/protocol/openid-connect/{name}"

    def option(self, **options: str) -> None:
        merged = {**self.session.config.options, **{f"psc.{name}": value for name, value in options.items()}}
        self.session.configure(replace(self.session.config, options=merged))

    def move(self, **by: float) -> None:
        self.session.move_clock(by=timedelta(**by))

    def resource(self, name: str, method: str = "GET", body: Any = None, tail: str = "", **query: str) -> Any:
        resource = next(one for one in SERVICE.resources if one.name == name)
        return resource.handle(self.launcher.sandbox, self.session, ResourceRequest(method, tail, query, body))

    def all_findings(self) -> list[Finding]:
        return [finding for exchange in self.session.journal.read() for finding in exchange.findings]

    def findings(self) -> set[str]:
        """What the client is reproached with; what is only information is in ``remarks``."""
        return {one.check_id for one in self.all_findings() if one.severity != Severity.INFO.value}

    def remarks(self) -> set[str]:
        return {one.check_id for one in self.all_findings() if one.severity == Severity.INFO.value}

    def client_with(self, kind: str, variant: str = "good") -> httpx.AsyncClient:
        pki = self.launcher.sandbox.pki
        holder = organisation_holder(self.launcher.sandbox.people.structure("officine"))
        context = client_context(pki.ca_bundle, pki.issue(kind, holder=holder, variant=variant))
        return httpx.AsyncClient(verify=context, trust_env=False)

    def request(self, **changes: str | None) -> dict[str, str]:
        """A right authorization request, with changes; None leaves a parameter out."""
        right = {
            "response_type": "code",
            "client_id": "lgo-demo",
            "redirect_uri": CALLBACK,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": secrets.token_urlsafe(24),
            "nonce": secrets.token_urlsafe(24),
        }
        return {name: value for name, value in {**right, **changes}.items() if value is not None}

    async def authorize(self, **changes: str | None) -> httpx.Response:
        return await self.http.get(f"{self.wallet}/auth", params=self.request(**changes))

    async def code(self, **changes: str | None) -> str:
        """Log the titulaire in without a page, and return the code."""
        self.option(ecps="accept")
        answer = await self.authorize(**{"login_hint": "titulaire", **changes})
        assert answer.status_code == 302, answer.text
        return returned(answer)["code"]

    async def post(self, name: str, auth: tuple[str, str] | None = DEMO, **fields: str) -> httpx.Response:
        return await self.http.post(self.url(name), data=fields, auth=auth)

    async def exchange(self, code: str, **changes: str) -> httpx.Response:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **changes}
        return await self.post("token", **fields)

    async def tokens(self, **changes: str | None) -> dict[str, Any]:
        answer = await self.exchange(await self.code(**changes))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    async def refresh(self, refresh_token: str) -> httpx.Response:
        return await self.post("token", grant_type="refresh_token", refresh_token=refresh_token)

    async def userinfo(self, access_token: str) -> httpx.Response:
        return await self.http.get(self.url("userinfo"), headers={"Authorization": f"Bearer {access_token}"})

    async def introspect(self, token: str, auth: tuple[str, str] | None = ("dmp", "secret-dmp")) -> httpx.Response:
        return await self.post("token/introspect", auth=auth, token=token)


def returned(answer: httpx.Response) -> dict[str, str]:
    """The parameters that an authorization answer brings back to the client."""
    url = httpx.URL(answer.headers["location"])
    assert str(url).startswith(CALLBACK), url
    return dict(url.params)


def hidden(answer: httpx.Response, name: str) -> str:
    """The first hidden field of a page with this name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, answer.text
    return found[1]


@pytest.fixture(scope="session")
def psc_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("psc")


@pytest.fixture
async def psc(psc_state: Path) -> AsyncIterator[Psc]:
    shutil.rmtree(psc_state / "sessions", ignore_errors=True)
    async with running(Settings(state=psc_state, port_base=0), ["psc"]) as launcher:
        trust = ssl.create_default_context(cafile=str(launcher.sandbox.pki.ca_bundle))
        async with httpx.AsyncClient(verify=trust, trust_env=False) as http:
            yield Psc(launcher, http)


@pytest.fixture
def returned_by() -> Any:
    return returned


@pytest.fixture
def hidden_in() -> Any:
    return hidden


@pytest.fixture(scope="package")
def psc_runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """One Pro Santé Connect for all tests that take a tenant of it."""
    with running_in_background(tmp_path_factory.mktemp("psc-tenants"), "psc") as runner:
        yield runner


@pytest.fixture(scope="package")
def psc_trust(psc_runner: Runner) -> ssl.SSLContext:
    return psc_runner.trust()


@pytest.fixture
def lgo(psc_runner: Runner, psc_trust: ssl.SSLContext) -> Iterator[PscClient]:
    """A software in a session of its own."""
    with ExitStack() as opened:

        def open_http(**options: Any) -> httpx.Client:
            return opened.enter_context(httpx.Client(**{"verify": psc_trust, "trust_env": False, **options}))

        yield PscClient(psc_runner.tenant("psc"), open_http)
