"""A client of Pro Santé Connect on the wire, in a tenant of its own, that does right unless told otherwise."""

from __future__ import annotations

import inspect
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from health_documents.findings import Finding, Severity
from lgo_sandbox.conformance import Observation, Verdict, judge
from lgo_sandbox.contract import ResourceRequest
from lgo_sandbox.requirements import catalogue
from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.tenant.session import SessionConfig
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.markers import Marker, dated
from psc_mock.codes import CIBA_GRANT, EXCHANGE_GRANT, ISSUER_PATH, PROTOCOL_PATH, REALMS
from psc_mock.domain.mutations import MUTATIONS
from psc_mock.service import SERVICE
from support.connections import Connections
from support.tenants import Runner, Tenant

__all__ = ["CALLBACK", "CIBA_FORM", "DEMO", "TITULAIRE", "PscClient", "hidden", "in_its_own_session", "returned"]

CALLBACK = "http://127.0.0.1:8765/callback"
DEMO = ("lgo-demo", "secret-lgo-demo")
TITULAIRE = "899700090014"
CIBA_FORM = {
    "scope": "openid scope_all",
    "login_hint": TITULAIRE,
    "acr_values": "eidas1",
    "channel": "MOBILE",
    "binding_message": "42",
}
Fields = dict[str, str]


class PscClient:
    """The software under test: a browser, a back channel, and the tester's hand on its session."""

    def __init__(self, tenant: Tenant, connections: Connections, http: httpx.Client | None = None) -> None:
        self.tenant = tenant
        self._connections = connections
        self.http = http or self.browser()

    def beside(self, tenant: Tenant) -> PscClient:
        """Return this software, with the same browser, in another session."""
        return PscClient(tenant, self._connections, self.http)

    def without_session(self) -> PscClient:
        """Return this software at the addresses that name no session, which are those of the default one."""
        return self.beside(Tenant(self.tenant.runner, "default"))

    @contextmanager
    def in_default_session(self) -> Iterator[PscClient]:
        """Return this software in the default session, as new: it also gets what names no session that can be read."""
        front = self.without_session()
        front._forget()
        yield front
        front._forget()

    def _forget(self) -> None:
        """Put the session back to its seeds, with its options as they were."""
        runner = self.tenant.runner
        runner.settle(self.tenant.do(lambda session: session))
        self.tenant.do(lambda session: session.configure(SessionConfig()))
        runner.do(lambda: runner.launcher.sandbox.sessions.reset(self.tenant.name))

    # Addresses

    def protocol(self, name: str, *, tls: bool = True) -> str:
        """Return an endpoint of the authorization host."""
        return f"{self.tenant.url('psc', tls=tls)}{PROTOCOL_PATH}/{name}"

    @property
    def issuer(self) -> str:
        """The issuer."""
        return self.tenant.url("psc") + ISSUER_PATH

    @property
    def wallet(self) -> str:
        """The root of the wallet host."""
        return self.tenant.url("psc_wallet")

    def api(self, name: str, realm: str = "api-psc") -> str:
        """Return an endpoint of the shared API server, or of the one of an API."""
        return f"{self.tenant.url('psc')}{REALMS}{realm}/protocol/openid-connect/{name}"

    def browser(self) -> httpx.Client:
        """Return another browser."""
        return self._connections.client()

    def with_certificate(
        self, kind: str = "psc-client", variant: str = "good", session: str = "default"
    ) -> httpx.Client:
        """Return a client that shows the pharmacy's certificate (of one session: another has another of the names)."""
        return self._connections.client(self.tenant.runner.issue(kind, variant=variant, session=session))

    # The front channel

    def request(self, **changes: str | None) -> Fields:
        """Return a right authorization request, with changes; None leaves a parameter out."""
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

    def authorize(self, **changes: str | None) -> httpx.Response:
        """Ask for an authorization."""
        return self.http.get(f"{self.wallet}/auth", params=self.request(**changes))

    def code(self, **changes: str | None) -> str:
        """Log the titulaire in without a page and return the code."""
        self.tenant.option(psc__ecps="accept")
        return returned(self.authorize(**{"login_hint": "titulaire", **changes}))["code"]

    def begun(self, **changes: str | None) -> str:
        """Begin a log-in by hand, and return the address of its page."""
        return str(self.authorize(**changes).headers["location"])

    # The back channel

    def post(self, name: str, auth: tuple[str, str] | None = DEMO, /, **fields: str) -> httpx.Response:
        """Post a form to the authorization host."""
        return self.http.post(self.protocol(name), data=fields, auth=auth or httpx.USE_CLIENT_DEFAULT)

    def exchange(self, code: str, auth: tuple[str, str] | None = DEMO, **changes: str) -> httpx.Response:
        """Exchange a code."""
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **changes}
        return self.post("token", auth, **fields)

    def tokens(self, **changes: str | None) -> dict[str, Any]:
        """Log in and return the tokens."""
        answer = self.exchange(self.code(**changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def renew(self, refresh_token: str, auth: tuple[str, str] | None = DEMO) -> httpx.Response:
        """Refresh by a refresh token."""
        return self.post("token", auth, grant_type="refresh_token", refresh_token=refresh_token)

    def refresh(self, tokens: dict[str, Any]) -> httpx.Response:
        """Refresh; the answer's tokens replace those that are given."""
        answer = self.renew(tokens["refresh_token"])
        tokens.update(answer.json())
        return answer

    def userinfo(self, token: str) -> httpx.Response:
        """Ask who the person is."""
        return self.http.get(self.protocol("userinfo"), headers={"Authorization": f"Bearer {token}"})

    def introspect(self, token: str, auth: tuple[str, str] | None = ("dmp", "secret-dmp")) -> httpx.Response:
        """Ask about a token."""
        return self.post("token/introspect", auth, token=token)

    def logout(self, tokens: dict[str, Any]) -> httpx.Response:
        """Log out with the hint."""
        return self.http.get(self.protocol("logout"), params={"id_token_hint": tokens["id_token"]})

    # CIBA and API

    def ask_ciba(
        self, http: httpx.Client | None = None, auth: tuple[str, str] | None = DEMO, /, **changes: str | None
    ) -> httpx.Response:
        """Begin a log-in without a browser; None leaves a parameter out."""
        form = {name: value for name, value in {**CIBA_FORM, **changes}.items() if value is not None}
        url = self.protocol("ext/ciba/auth")
        return (http or self.http).post(url, data=form, auth=auth or httpx.USE_CLIENT_DEFAULT)

    def poll(self, auth_req_id: str, auth: tuple[str, str] = DEMO) -> httpx.Response:
        """Poll a CIBA request."""
        return self.post("token", auth, grant_type=CIBA_GRANT, auth_req_id=auth_req_id)

    def mtls_tokens(self, http: httpx.Client) -> dict[str, Any]:
        """Return the tokens of ``lgo-mtls`` that shows its certificate."""
        form = {"client_id": "lgo-mtls", "grant_type": "authorization_code", "redirect_uri": CALLBACK}
        answer = http.post(self.protocol("token"), data={**form, "code": self.code(client_id="lgo-mtls")})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def exchange_for_api(
        self, http: httpx.Client, token: str, realm: str = "api-psc", /, **changes: str | None
    ) -> httpx.Response:
        """Exchange an access token for one of an API; None leaves a parameter out."""
        form: dict[str, str | None] = {
            "grant_type": EXCHANGE_GRANT,
            "client_id": "lgo-mtls",
            "subject_token": token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "audience": "insi",
            "scope": "insi",
        }
        given = {name: value for name, value in {**form, **changes}.items() if value is not None}
        return http.post(self.api("token", realm), data=given)

    # The tester

    def resource(self, name: str, method: str = "GET", body: Any = None, tail: str = "", **query: str) -> Any:
        """Call a resource of the service, as the control API does."""
        found = next(one for one in SERVICE.resources if one.name == name)
        sandbox = self.tenant.runner.launcher.sandbox

        async def handled() -> Any:
            answer = found.handle(sandbox, self.tenant.session, ResourceRequest(method, tail, query, body))
            return await answer if inspect.isawaitable(answer) else answer

        return self.tenant.runner.wait(handled())

    def answer(self, action: str = "accept") -> None:
        """Let the person answer what waits in the e-CPS."""
        for push in self.resource("ecps")["requests"]:
            self.resource("ecps", "POST", {"id": push["id"], "action": action})

    def mark(self, name: str) -> None:
        """Tell what the user did."""
        self.tenant.do(lambda s: s.markers.put(Marker(dated(s.clock.age()), name)))

    def arm(self, name: str, client: str = "*", times: int = 1) -> None:
        """Arm a mutation."""
        operation = next(one.operation for one in MUTATIONS if one.name == name)
        self.fault(Fault(f"f-{name}", "psc", FaultKind.NAMED, name, operation, client, times))

    def fault(self, fault: Fault) -> None:
        """Arm any fault."""
        self.tenant.do(lambda s: s.faults.arm(fault))

    def heal(self) -> None:
        """Disarm every fault."""
        self.tenant.do(lambda s: s.faults.disarm())

    # What the sandbox says

    def exchanges(self) -> list[Exchange]:
        """Return the exchanges with Pro Santé Connect, oldest first."""
        return [one for one in self.tenant.exchanges() if one.service == "psc"]

    def findings(self) -> list[Finding]:
        """Return all findings, oldest first."""
        return [finding for exchange in self.exchanges() for finding in exchange.findings]

    def reproaches(self) -> set[str]:
        """Return the ids of the findings that are more than information."""
        return {one.check_id for one in self.findings() if one.severity != Severity.INFO.value}

    def remarks(self) -> set[str]:
        """Return the ids of the findings that are only information."""
        return {one.check_id for one in self.findings() if one.severity == Severity.INFO.value}

    def kept(self) -> set[str]:
        """Return the ids of the checks that were kept at least once."""
        self.tenant.exchanges()
        return {o.check_id for o in self.tenant.do(lambda s: s.journal.observations()) if o.passed}

    def verdict(self, requirement: str) -> Verdict:
        """Return the verdict on a requirement."""
        self.tenant.exchanges()
        seen = self.tenant.do(lambda s: (s.journal.observations(), s.clock.wire()))
        observed = [Observation(o.check_id, o.requirements, o.passed, o.failed, o.exchanges) for o in seen[0]]
        report = judge(catalogue(), observed, [], generated_at=seen[1])
        return next(one.verdict for one in report.judgements if one.requirement.id == requirement)


@contextmanager
def in_its_own_session(runner: Runner, connections: Connections) -> Iterator[PscClient]:
    """Return a software in a fresh session, which is forgotten after the block."""
    tenant = runner.tenant("psc")
    yield PscClient(tenant, connections)
    runner.settle(tenant.do(lambda session: session))
    runner.do(lambda: runner.launcher.sandbox.sessions.delete(tenant.name))


def returned(answer: httpx.Response) -> dict[str, str]:
    """Return the parameters that an authorization answer brings back to the client."""
    assert answer.status_code == 302, answer.text
    url = httpx.URL(answer.headers["location"])
    assert str(url).startswith(CALLBACK), url
    return dict(url.params)


def hidden(answer: httpx.Response, name: str) -> str:
    """Return the first hidden field of a page with this name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, answer.text
    return found[1]
