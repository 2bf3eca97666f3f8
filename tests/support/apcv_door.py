"""A client of ApCV at the door of a running sandbox, in its own session: requests as public clients write them.

Written by hand, apart from the service, of which only the code that a phone shows is asked. An assertion is signed
by the card of a professional, as INSi wants it too.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from lxml import etree

from health_documents.findings import Finding
from lgo_sandbox.pki import Issued
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.markers import Marker
from support.insi_requests import assertion, signed
from support.tenants import Runner, Tenant

__all__ = ["AUTH", "SIGN", "ApcvDoor", "ApcvDoors", "enveloped", "texts_of"]

AUTH, SIGN = "http://www.sesam-vitale.fr/apcv/auth/1/0", "http://www.sesam-vitale.fr/apcv/sign/1/0"
PATHS = {AUTH: "/wssoap/apcv/auth/1/0", SIGN: "/wssoap/apcv/sign/1/0"}
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
TITULAIRE = "899700090014"
BILLING = "0B0990017"
CONTENT_TYPE = "application/soap+xml; charset=utf-8"


def enveloped(operation: str, body: str, security: str, when: str = "") -> str:
    """Return a request as it is right."""
    family = "ApCV_SIGN" if operation == "signerVitale" else "ApCV_AUTH"
    now = when or datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return (
        '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:add="http://www.w3.org/2005/08/addressing"><soap:Header>'
        "<add:MessageID>uuid:0a1b2c3d-0000-4000-8000-000000000001</add:MessageID>"
        f"<add:Action>urn:{family}:1.0.0:{operation}</add:Action>"
        f'<oas:Security xmlns:oas="{WSSE}">{security}</oas:Security>'
        '<lps:ContexteLPS xmlns:lps="urn:siram:lps:ctxlps" Version="01_00">'
        f"<lps:Id>a1</lps:Id><lps:Temps>{now}</lps:Temps><lps:Emetteur>{TITULAIRE}</lps:Emetteur>"
        '<lps:LPS><lps:IDAM R="4">LGOSANDBOX01</lps:IDAM><lps:Version>1.0</lps:Version>'
        "<lps:Instance>1.2.3</lps:Instance><lps:Nom>urn:lps:essai</lps:Nom></lps:LPS></lps:ContexteLPS>"
        f"</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
    )


def texts_of(answer: httpx.Response, name: str) -> list[str]:
    """Return the texts of all elements of a local name in an answer."""
    return [str(one.text or "") for one in etree.fromstring(answer.content).iter(f"{{*}}{name}")]


class ApcvDoors:
    """The HTTP client of one running sandbox, and the cards of professionals."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.client = httpx.Client(verify=runner.trust(), trust_env=False, timeout=30)
        self.card = cache(self._card)

    def _card(self, who: str, kind: str = "cps-sign", variant: str = "good") -> Issued:
        return self.runner.issue(kind, who, variant)

    def door(self) -> ApcvDoor:
        """Return a client in a fresh session."""
        return ApcvDoor(self, self.runner.tenant("apcv"))


class ApcvDoor:
    """One client in one session, in the name of the titulaire."""

    def __init__(self, doors: ApcvDoors, tenant: Tenant) -> None:
        self.doors, self.tenant = doors, tenant

    def security(self, who: str = "titulaire", *, age: timedelta = timedelta(), **issued: str) -> str:
        """Return the assertion that a professional's card signed."""
        person = self.doors.runner.people.persona(who)
        return signed(assertion(person.national_id, age=age), self.doors.card(who, **issued))

    def code(self, persona: str) -> str:
        """Return the code that a phone shows now."""
        from apcv_mock.phones import phone_of, show_code

        def show(session: Session) -> str:
            found = phone_of(session, persona)
            assert found is not None
            return show_code(session, found).text

        return self.tenant.do(show)

    def post(
        self, body: str | bytes, path: str = PATHS[AUTH], headers: dict[str, str] | None = None, *, tls: bool = True
    ) -> httpx.Response:
        """Send octets."""
        sent = {"content-type": CONTENT_TYPE, **(headers or {})}
        content = body if isinstance(body, bytes) else body.encode()
        return self.doors.client.post(self.tenant.url("apcv", tls=tls) + path, content=content, headers=sent)

    def ask(self, operation: str, body: str, security: str | None = None, *changes: tuple[str, str]) -> httpx.Response:
        """Send an operation, with texts replaced, each of which must be there."""
        written = enveloped(operation, body, self.security() if security is None else security)
        for old, new in changes:
            assert old in written, old
            written = written.replace(old, new)
        return self.post(written, PATHS[SIGN if operation == "signerVitale" else AUTH])

    def open(self, code: str, security: str | None = None, *changes: tuple[str, str]) -> httpx.Response:
        """Present a code."""
        body = (
            f'<AuthentifierUtilisateurProximiteReq version="1.0" xmlns="{AUTH}"><ProfessionnelSante>'
            f"<IdentifiantFacturation>{BILLING}</IdentifiantFacturation><CodeSpecialiteAMO>50</CodeSpecialiteAMO>"
            f"</ProfessionnelSante><Donnees>{code}</Donnees></AuthentifierUtilisateurProximiteReq>"
        )
        return self.ask("authentifierUtilisateurProximite", body, security, *changes)

    def opened(self, persona: str) -> str:
        """Return the identifier of a new context of a persona."""
        answer = self.open(self.code(persona))
        assert answer.status_code == 200, answer.text
        return texts_of(answer, "Identifiant")[0]

    def restore(self, security: str | None = None) -> httpx.Response:
        """Ask for the open context again."""
        return self.ask("restituerContexteApCV", f'<RestituerContexteApCVReq version="1.0" xmlns="{AUTH}"/>', security)

    def destroy(self, context: str, security: str | None = None) -> httpx.Response:
        """End a context."""
        inner = f"<ContexteApCV><Identifiant>{context}</Identifiant></ContexteApCV>"
        body = f'<DetruireContexteApCVReq version="1.0" xmlns="{AUTH}">{inner}</DetruireContexteApCVReq>'
        return self.ask("detruireContexteApCV", body, security)

    def sign(self, context: str, insured: str, certified: str = "", security: str | None = None) -> httpx.Response:
        """Have a bill signed."""
        person = f'<NIRCertifie cle="{certified[13:]}">{certified[:13]}</NIRCertifie>' if certified else ""
        body = (
            f'<SignerVitaleReq version="1.0" xmlns="{SIGN}">'
            f"<ContexteApCV><Identifiant>{context}</Identifiant></ContexteApCV>"
            f'<Facture type="FSE"><NIRAssure cle="{insured[13:]}">{insured[:13]}</NIRAssure>'
            "<DonneeFSE>q83vEjRWeJA=</DonneeFSE></Facture>"
            f"<ResumeFacture><ProfessionnelSante><IdentifiantFacturation>{BILLING}</IdentifiantFacturation>"
            f"</ProfessionnelSante><Beneficiaire><NomFamille>X</NomFamille><Prenom>Y</Prenom>{person}</Beneficiaire>"
            "</ResumeFacture></SignerVitaleReq>"
        )
        return self.ask("signerVitale", body, security)

    def get(self, path: str, **members: str) -> httpx.Response:
        """Read a page."""
        return self.doors.client.get(self.tenant.url("apcv") + path, params=members)

    def resource(self, name: str, method: str = "GET", body: Any = None) -> Any:
        """Call a resource of the control API."""
        url = f"{self.doors.runner.launcher.sandbox.addresses.control}/_sandbox/v1/apcv/{name}"
        return self.doors.client.request(method, url, params={"session": self.tenant.name}, json=body)

    def mark(self, name: str, subject: str = "", **detail: str) -> None:
        """Put a marker now."""

        def put(session: Session) -> None:
            session.markers.put(Marker(session.clock.age().isoformat(), name, subject, dict(detail)))

        self.tenant.do(put)

    def findings(self) -> list[Finding]:
        """Return every finding of the session."""
        return [finding for exchange in self.tenant.exchanges() for finding in exchange.findings]
