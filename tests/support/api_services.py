"""The services that take tokens of the *API Pro Santé Connectée*, each called in its own dialect by one token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
from lxml import etree

from eprescription_mock.seeds import NUMBERS
from health_documents.findings import Finding
from insi_mock.domain import Traits
from lgo_sandbox.pki import Issued
from lgo_sandbox.watch.api_tokens import RULES, ApiTokenShown
from lgo_sandbox.watch.exchange import Exchange
from support.connections import Connections
from support.dmp_door import Dmp, DmpDoors
from support.dmp_messages import ACTIONS, envelope, existence
from support.dmp_vihf import Vihf
from support.insi_requests import asking
from support.prescription_desk import Desk
from support.psc import PscClient
from support.tenants import Runner, Tenant

__all__ = ["APIS", "Api", "Office", "api_check_ids", "send_vihf"]

TOUSSAINT = Traits("ADRTROIS", "TOUSSAINT", "M", "1960-01-01")
SOAP = "application/soap+xml; charset=utf-8"


def api_check_ids(prefix: str) -> set[str]:
    """Return the ids of the checks on API tokens of a service, which stand in ``tests/wire/api``."""
    return {f"{prefix}-API-{suffix}" for suffix in (*(rule.suffix for rule in RULES), "CLAIR")}


@dataclass(frozen=True)
class Api:
    """One service: prefix of its checks, and how it says no."""

    name: str
    prefix: str
    require: tuple[str, str]
    """The option that takes nothing but API tokens."""
    send: Callable[[Office, httpx.Client, dict[str, str], bool], httpx.Response]
    told: Callable[[httpx.Response], tuple[int, str]]
    """Reads status and code of a refusal, in the dialect of the service."""
    refusal: tuple[int, str]
    scope_refusal: tuple[int, str]


class Office:
    """A pharmacy's software that logs in at Pro Santé Connect, exchanges, and calls the services."""

    def __init__(self, runner: Runner, connections: Connections, dmp_doors: DmpDoors, tenant: Tenant) -> None:
        self.runner, self.tenant, self.connections, self.dmp_doors = runner, tenant, connections, dmp_doors
        self.psc = PscClient(tenant, connections)

    def beside(self) -> Office:
        """Return this software in another session."""
        return Office(self.runner, self.connections, self.dmp_doors, self.runner.tenant("api"))

    def mtls(self, kind: str = "psc-client", variant: str = "good", who: str = "officine") -> httpx.Client:
        """Return a client that shows a certificate of the pharmacy."""
        return self.connections.client(self.runner.issue(kind, who, variant))

    def psc_token(self) -> str:
        """Log in, and return the access token of Pro Santé Connect."""
        return str(self.psc.mtls_tokens(self.mtls())["access_token"])

    def exchange(self, api: str, **changes: str | None) -> dict[str, Any]:
        """Log in and exchange at the address of an API; return the whole answer."""
        asked: dict[str, str | None] = {"audience": None, "scope": None, **changes}
        answer = self.psc.exchange_for_api(self.mtls(), self.psc_token(), api, **asked)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def token(self, api: str, **changes: str | None) -> str:
        """Log in and exchange; return the token of the API."""
        return str(self.exchange(api, **changes)["access_token"])

    def call(
        self, api: Api, token: str | None, http: httpx.Client | None = None, *, tls: bool = True
    ) -> httpx.Response:
        """Call a service with a token (or without), under the certificate of the exchange unless told otherwise."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        sender = http or (self.mtls() if tls else self.psc.http)
        return api.send(self, sender, headers, tls)

    def vihf(self, **changes: Any) -> Vihf:
        """Return the VIHF of the titulaire under Pro Santé Connect, unsigned."""
        dmp = self.dmp
        usual = Vihf(dmp.persona("titulaire"), "10B0990017", dmp.patient, "INDIRECTE_RENFORCEE")
        return replace(usual, **changes)

    @property
    def dmp(self) -> Dmp:
        """The people and certificates as the DMP's tests name them."""
        return Dmp(self.dmp_doors, self.tenant)

    def certificate(self, kind: str) -> Issued:
        """Return a certificate of the pharmacy."""
        return self.runner.issue(kind)

    def exchanges(self, api: Api) -> list[Exchange]:
        """Return the exchanges with a service, oldest first."""
        return [one for one in self.tenant.exchanges() if one.service == api.name]

    def findings(self, api: Api) -> list[Finding]:
        """Return the findings of the service."""
        return [finding for exchange in self.exchanges(api) for finding in exchange.findings]

    def shown(self, api: Api) -> ApiTokenShown:
        """Return what the last exchange with a service said of the token."""
        noted = self.exchanges(api)[-1].noted.get(ApiTokenShown)
        assert noted is not None
        return noted


def _search(office: Office, http: httpx.Client, headers: dict[str, str], tls: bool) -> httpx.Response:
    url = office.tenant.url("insi", tls=tls) + "/lps"
    return http.post(url, content=asking(TOUSSAINT).encode(), headers={"content-type": SOAP, **headers})


def send_vihf(office: Office, http: httpx.Client, headers: dict[str, str], tls: bool, vihf: Vihf) -> httpx.Response:
    """Ask whether a DMP exists, with a VIHF."""
    dmp = office.dmp
    issuer = "" if vihf.signed_by else office.certificate("psc-client").certificate().subject
    octets = envelope(existence(dmp.patient), dmp.assertion(vihf, issuer), ACTIONS["patients"])
    return http.post(dmp.url("patients", tls=tls), content=octets, headers={"Content-Type": SOAP, **headers})


def _test_existence(office: Office, http: httpx.Client, headers: dict[str, str], tls: bool) -> httpx.Response:
    return send_vihf(office, http, headers, tls, office.vihf(signed_by=office.certificate("org-sign")))


def _status(office: Office, http: httpx.Client, headers: dict[str, str], tls: bool) -> httpx.Response:
    desk = Desk(office.tenant, http)
    desk.root = office.tenant.url("eprescription", tls=tls)
    named = {} if tls else {"X-Structure": "1.2.250.1.71.4.2.2|10B0990017"}
    return http.get(f"{desk.url}/{NUMBERS['OK-1']}/$statut", headers={**headers, **named})


def _siram(answer: httpx.Response) -> tuple[int, str]:
    root = etree.fromstring(answer.content)
    return answer.status_code, str(root.xpath("string(//*[local-name()='Erreur']/@code)"))


def _subcode(answer: httpx.Response) -> tuple[int, str]:
    root = etree.fromstring(answer.content)
    return answer.status_code, str(root.xpath("string(//*[local-name()='Subcode']/*[local-name()='Value'])"))


def _outcome(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["issue"][0]["details"]["coding"][0]["code"])


APIS = {
    one.name: one
    for one in (
        Api(
            "insi",
            "INSI",
            ("insi.api_token", "required"),
            _search,
            _siram,
            (500, "desir_simule_jeton"),
            (500, "desir_simule_jeton"),
        ),
        Api(
            "dmp",
            "DMP",
            ("dmp.require_api_token", "oui"),
            _test_existence,
            _subcode,
            (500, "soap:DMPCodeNonPublic"),
            (500, "soap:DMPCodeNonPublic"),
        ),
        Api(
            "eprescription",
            "EPRESC",
            ("eprescription.jeton_api", "exige"),
            _status,
            _outcome,
            (401, "jeton-api-refuse"),
            (403, "portee-api-refusee"),
        ),
    )
}
"""Name → the service."""
