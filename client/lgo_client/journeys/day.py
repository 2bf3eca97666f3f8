"""A day's cast and tools: the pharmacy, the doctor, their certificates and clients, and what the chapters hand on.

Source: design of the project (the client and its partners). Knows the services through their clients only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import httpx

from health_documents.values.document import PatientIdentity
from lgo_client.authoring import Writer
from lgo_client.browsers import unattended_browser
from lgo_client.clock import Workplace
from lgo_client.control import Control
from lgo_client.dmp import Dmp
from lgo_client.environment import Environment, Patient
from lgo_client.eprescription import Eprescription
from lgo_client.identity import LocalIdentity
from lgo_client.insi import Insi, Product
from lgo_client.journeys.steps import Evidence, Teller
from lgo_client.parameters import ParameterFile
from lgo_client.psc import ProSanteConnect, PscSession
from lgo_client.psc_api import ApiAccess, ApiToken
from lgo_client.transport import http_client, tls_context
from lgo_client.vihf import Mode, Software, VihfWriter

__all__ = ["Auth", "Day", "Handed"]

API_CLIENT = "lgo-api"
ORGANISATION = "org-auth"

PRODUCT = "LGO-DE-REFERENCE"
VERSION = "1.0"
SOFTWARE_OID = "2.25.329800735698586629295641978511506172918"
"""An OID of our own (from a UUID) for the reference software: it heads no national arc."""


@dataclass
class Handed:
    """What one chapter hands to the next."""

    patient: PatientIdentity | None = None
    identity: LocalIdentity | None = None
    doctor: PscSession | None = None
    pharmacist: PscSession | None = None
    number: str = ""
    qr_png: bytes = b""
    prescription_id: str = ""
    review_id: str = ""
    review_pdf: bytes = b""
    review_pdf_name: str = ""
    review_cda: bytes = b""


class Auth(StrEnum):
    """How the pharmacy's software calls the services for its user; the doctor's goes on with her card."""

    CERTIFICATES = "certificats"
    PSC_API = "psc-api"
    """By tokens of the API Pro Santé Connectée, bound to the organisation's certificate."""


class Day:
    """The tools of a day. ``waited`` is what the workstation's stopwatch gained when the journey let time pass."""

    def __init__(
        self, environment: Environment, teller: Teller, evidence: Evidence, auth: Auth = Auth.CERTIFICATES
    ) -> None:
        self.environment = environment
        self.teller = teller
        self.evidence = evidence
        self.waited = 0.0
        base = Workplace()
        self.workplace = Workplace(base.now, base.uuid, lambda: base.stopwatch() + self.waited)
        self.control = Control(environment.control, environment.session)
        self.handed = Handed()
        self.patient: Patient = environment.patient("martin-claire")
        self.pharmacist = Writer(environment.person("titulaire"), environment.structure("officine"))
        self.doctor = Writer(environment.person("generaliste"), environment.structure("cabinet"))
        self.auth = auth
        self._open: list[httpx.Client] = []
        self._apis: dict[str, ApiAccess] = {}
        self._parameters: ParameterFile | None = None

    def http(self, certificate: str = "") -> httpx.Client:
        """Return an HTTP client, with a certificate by its name."""
        chosen = self.environment.certificate(certificate) if certificate else None
        client = http_client(self.environment.ca, chosen)
        self._open.append(client)
        return client

    def login_pharmacist(self) -> PscSession:
        """Log the pharmacist in, with the client that goes with the way in which her software calls."""
        if self.auth is Auth.PSC_API:
            return self.login(self.pharmacist, API_CLIENT, ORGANISATION)
        return self.login(self.pharmacist, "lgo-demo")

    def login(self, writer: Writer, client_id: str, certificate: str = "") -> PscSession:
        """Log a professional in at Pro Santé Connect, accepted in the e-CPS simulator."""
        environment, http = self.environment, self.http(certificate)
        provider = ProSanteConnect(http, environment.url("psc"), environment.client(client_id), self.workplace)
        # The user's browser trusts the sandbox's authority; the LGO's own connections are not the browser's.
        browser = httpx.Client(verify=tls_context(environment.ca), trust_env=False, timeout=30.0)
        self._open.append(browser)
        persona = writer.person.id
        return provider.login(unattended_browser(browser, lambda: self._accept(persona)), hint=persona)

    def insi(self) -> Insi:
        """Return INSi with the pharmacy's organisation certificate."""
        environment = self.environment
        sender = self.pharmacist.structure.id_nat
        product = Product(PRODUCT, VERSION, environment.fact("idam"), self.workplace.uuid(), sender)
        return Insi(self.pharmacy_http("insi", ORGANISATION), environment.url("insi"), product, self.workplace)

    def pharmacy_http(self, api: str, certificate: str) -> httpx.Client:
        """Return the pharmacy's connections to a service, with the token of its API when the software calls so."""
        if self.auth is not Auth.PSC_API:
            return self.http(certificate)
        http = self.http(ORGANISATION)
        http.auth = ApiToken(self.api_token(api))
        return http

    def api_token(self, api: str) -> Callable[[], str]:
        """Return what gives the pharmacist's token of an API, fresh each time."""
        assert self.handed.pharmacist is not None
        if api not in self._apis:
            der = self.environment.certificate(ORGANISATION).der
            root = self.environment.url("psc")
            self._apis[api] = ApiAccess(self.handed.pharmacist, root, api, der)
        return self._apis[api].token

    def dmp(self, writer: Writer, mode: Mode, tls: str, signature: str) -> Dmp:
        """Return the DMP for an author: ``tls`` and ``signature`` name the certificates of the mode."""
        environment = self.environment
        software = Software(PRODUCT, VERSION, self.workplace.uuid(), "SANDBOX000001")
        signer = environment.certificate(signature)
        vihf = VihfWriter(mode, writer.person, writer.structure, signer, software, self.workplace)
        http = self.pharmacy_http("dmp", tls) if writer is self.pharmacist else self.http(tls)
        if writer is self.pharmacist:
            self.parameters(http).current()
        return Dmp(http, environment.url("dmp"), vihf, self.workplace, SOFTWARE_OID)

    def parameters(self, http: httpx.Client) -> ParameterFile:
        """Return the DMP's parameter file, which the pharmacy reads before its first call and keeps for a day."""
        if self._parameters is None:
            self._parameters = ParameterFile(http, self.environment.url("dmp"), self.workplace)
        return self._parameters

    def reading_dmp(self) -> Dmp:
        """Return the DMP as the pharmacist reads it: by her card, or under Pro Santé Connect."""
        if self.auth is Auth.PSC_API:
            return self.dmp(self.pharmacist, Mode.AIR, ORGANISATION, "org-sign")
        return self.dmp(self.pharmacist, Mode.DIRECT, "cps-titulaire-auth", "cps-titulaire-sign")

    def eprescription(self, session: PscSession, writer: Writer) -> Eprescription:
        """Return the e-prescription téléservice for a logged-in professional of a structure."""
        url, structure = self.environment.url("eprescription"), writer.structure.id_nat
        if self.auth is Auth.PSC_API and writer is self.pharmacist:
            return Eprescription(self.http(ORGANISATION), url, self.api_token("eprescription"), structure)
        return Eprescription(self.http(), url, session.access_token, structure)

    def let_pass(self, seconds: float) -> None:
        """Let time pass: for the sandbox's session, and on the workstation's stopwatch."""
        self.control.of_session("clock", "POST", {"by": seconds})
        self.waited += seconds

    def close(self) -> None:
        """Close every connection."""
        for client in self._open:
            client.close()
        self.control.close()

    def _accept(self, persona: str) -> None:
        for waiting in self.control.resource("psc/ecps", persona=persona)["requests"]:
            self.control.resource("psc/ecps", "POST", {"id": waiting["id"], "action": "accept"})
