"""A client of the DMP at the door of a running sandbox, in its own session, with the tester's hand on that session.

The client writes VIHF, ITI-41, ITI-18, ITI-43 and PRPA_IN201307UV02 on its own (the ``dmp_*`` modules beside).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import httpx
from lxml import etree

from lgo_sandbox.contract import ResourceRequest
from lgo_sandbox.pki import Issued
from lgo_sandbox.population.people import Patient, Professional
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.markers import Marker, dated
from support.dmp_lots import Document, Lot, cda, mtom
from support.dmp_messages import ACTIONS, NS, Reply, adhoc, envelope, existence, find_documents, opened, retrieve
from support.dmp_vihf import Vihf
from support.tenants import Runner, Tenant

__all__ = ["Dmp", "DmpDoors"]

T = TypeVar("T")
Alter = Callable[[bytes], bytes]
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"


def _same(octets: bytes) -> bytes:
    return octets


class DmpDoors:
    """The HTTP clients of one running DMP, one for each certificate; each ``door`` is a new session."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self._opened: list[httpx.Client] = []
        self.certificate = cache(runner.issue)
        self.client = cache(self._client)

    def door(self) -> Dmp:
        """Return a client in a fresh session."""
        return Dmp(self, self.runner.tenant("dmp"))

    def close(self) -> None:
        """Close every connection."""
        for client in self._opened:
            client.close()

    def _client(self, certificate: Issued | None) -> httpx.Client:
        client = httpx.Client(verify=self.runner.trust(certificate), trust_env=False, timeout=30)
        self._opened.append(client)
        return client


class Dmp:
    """One client in one session. By default it calls the TLS port with the certificate that goes with its VIHF."""

    def __init__(self, doors: DmpDoors, tenant: Tenant) -> None:
        self.doors, self.tenant = doors, tenant
        self.people = doors.runner.people
        self.patient = self.named("martin-claire")

    # The people, their certificates and their VIHF

    def named(self, patient: str) -> str:
        """Return the matricule of a patient."""
        return self.people.patient_named(patient).matricule

    def stranger(self) -> Patient:
        """Return another patient."""
        return self.people.patient_named("durand-paul-1")

    def persona(self, name: str) -> Professional:
        """Return a professional."""
        return self.people.persona(name)

    def issue(self, kind: str, who: str = "officine", variant: str = "good") -> Issued:
        """Return a certificate of a structure or of a professional."""
        return self.doors.certificate(kind, who, variant)

    def indirect(self, who: str = "titulaire", **changes: Any) -> Vihf:
        """Return an INDIRECTE VIHF of the pharmacy, signed by its seal."""
        usual = Vihf(self.persona(who), "10B0990017", self.patient, signed_by=self.issue("org-sign"))
        return replace(usual, **changes)

    def direct(self, who: str = "titulaire", **changes: Any) -> Vihf:
        """Return a DIRECTE VIHF signed by the card."""
        place = self.people.structure(self.persona(who).structure)
        signer = self.issue("cps-sign", who)
        usual = Vihf(self.persona(who), place.id_nat, self.patient, "DIRECTE", sector=place.sector, signed_by=signer)
        return replace(usual, **changes)

    def certificate_for(self, vihf: Vihf) -> Issued:
        """Return the TLS certificate that goes with a VIHF."""
        return self.issue("cps-auth", vihf.who.id) if vihf.mode == "DIRECTE" else self.issue("org-auth")

    def sealer(self, vihf: Vihf) -> Issued:
        """Return the certificate that signs a lot: the user's card, or the seal of the pharmacy."""
        return self.issue("cps-sign", vihf.who.id) if vihf.mode == "DIRECTE" else self.issue("org-sign")

    def assertion(self, vihf: Vihf | None, issuer: str = "") -> etree._Element | None:
        """Return the VIHF as XML; its issuer is the subject of who vouches for it unless another is given."""
        if vihf is None:
            return None
        owner = vihf.signed_by or self.issue("cps-auth", vihf.who.id)
        return vihf.element(issuer or owner.certificate().subject)

    # The wire

    def client(self, certificate: Issued | None = None) -> httpx.Client:
        """Return an HTTP client that shows a certificate."""
        return self.doors.client(certificate)

    def url(self, suffix: str, *, tls: bool = True) -> str:
        """Return the address of a path of the DMP in this session."""
        return f"{self.tenant.url('dmp', tls=tls)}/si-dmp-server/v2/services/{suffix}"

    def site(self, path: str, *, tls: bool = True) -> str:
        """Return an address of the DMP out of its SOAP services."""
        return f"{self.tenant.url('dmp', tls=tls)}{path}"

    def post(
        self,
        suffix: str,
        content: bytes,
        *,
        certificate: Issued | None = None,
        content_type: str = "application/soap+xml; charset=UTF-8",
        tls: bool = True,
        coding: str = "",
    ) -> Reply:
        """Send octets and open the answer."""
        sender = self.client(certificate if tls else None)
        headers = {"Content-Type": content_type} | ({"Content-Encoding": coding} if coding else {})
        return opened(sender.post(self.url(suffix, tls=tls), content=content, headers=headers))

    def request(self, method: str, url: str) -> Reply:
        """Send a request without a body, and open the answer."""
        return opened(self.client().request(method, url))

    def call(
        self,
        suffix: str,
        action: str,
        body: str,
        vihf: Vihf | None,
        *,
        certificate: Issued | None = None,
        tls: bool = True,
        issuer: str = "",
        alter: Callable[[bytes], bytes] = _same,
    ) -> Reply:
        """Send a request with a VIHF."""
        shown = certificate or (self.certificate_for(vihf) if vihf else self.issue("org-auth"))
        octets = alter(envelope(body, self.assertion(vihf, issuer), action))
        return self.post(suffix, octets, certificate=shown, tls=tls)

    # The transactions

    def test_existence(self, vihf: Vihf | None = None, **more: Any) -> Reply:
        """Send TD0.2."""
        sent = vihf or self.indirect()
        return self.call("patients", ACTIONS["patients"], existence(sent.patient, sent.root), sent, **more)

    def find(self, *parameters: tuple[str, str], vihf: Vihf | None = None, returned: str = "LeafClass") -> Reply:
        """Send TD3.1, by the titulaire's card unless told otherwise."""
        sent = vihf or self.direct()
        body = find_documents(sent.patient, *parameters, returned=returned)
        return self.call("registry", ACTIONS["registry"], body, sent)

    def query(self, query: str, *parameters: tuple[str, str], vihf: Vihf | None = None, **more: Any) -> Reply:
        """Send another stored query than FindDocuments."""
        return self.call("registry", ACTIONS["registry"], adhoc(query, list(parameters), **more), vihf or self.direct())

    def update(
        self, *documents: Document, vihf: Vihf | None = None, lot: Lot | None = None, alter: Alter = _same, **more: Any
    ) -> Reply:
        """Send TD3.3: the documents again, or ``changes`` of status."""
        sent = vihf or self.direct()
        made = lot or Lot(list(documents) or [Document(b"", sent.patient)])
        return self.call("registry", ACTIONS["update"], made.update(**more), sent, alter=alter)

    def change(self, entry_uuid: str, new: str, original: str = "Approved", **more: Any) -> Reply:
        """Send TD3.3c or TD3.3d for one document; statuses by their last word."""
        named = {"Archived": "urn:asip:ci-sis:2010", "Deleted": "urn:asip:ci-sis:2010", "": ""}
        usual = "urn:oasis:names:tc:ebxml-regrep"
        former, wanted = (f"{named.get(one, usual)}:StatusType:{one}" if one else "" for one in (original, new))
        return self.update(changes=[(entry_uuid, former, wanted)], **more)

    def read(self, *unique_ids: str, vihf: Vihf | None = None, **more: Any) -> Reply:
        """Send TD3.2."""
        return self.call("repository", ACTIONS["retrieve"], retrieve(*unique_ids, **more), vihf or self.direct())

    def document(self, content: bytes | None = None, **changes: Any) -> Document:
        """Return a BPM of the usual patient."""
        return Document(content or cda(self.patient), self.patient, **changes)

    def feed(
        self,
        *documents: Document,
        lot: Lot | None = None,
        vihf: Vihf | None = None,
        plain: bool = False,
        soap11: bool = False,
        line: bytes = b"\r\n",
        suffix: str = "repository",
        drop: str = "",
        certificate: Issued | None = None,
        alter: Callable[[bytes], bytes] = _same,
    ) -> Reply:
        """Send TD2.1; ``plain`` puts the documents in the XML, ``drop`` leaves a MIME part out."""
        sent, made = vihf or self.indirect(), lot or Lot(list(documents))
        made = replace(made, signed_by=made.signed_by or self.sealer(sent))
        members = made.members()

        def reference(document: Document) -> str:
            if plain:
                return base64.b64encode(document.content).decode()
            return f'<xop:Include xmlns:xop="{NS["xop"]}" href="cid:{document.id}.xml"/>'

        ns = SOAP_11 if soap11 else NS["s"]
        root = envelope(made.body(reference, members), self.assertion(sent), ACTIONS["feed"], ns=ns)
        kept = [member for member in members if member.id != drop]
        content_type, body = ("application/soap+xml", root) if plain else mtom(root, kept, line=line)
        shown = certificate or self.certificate_for(sent)
        return self.post(suffix, alter(body), certificate=shown, content_type=content_type)

    # The tester's hand

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox itself; use it within ``do``."""
        return self.doors.runner.launcher.sandbox

    @property
    def session(self) -> Session:
        """The session itself; use it within ``do``."""
        return self.tenant.session

    def do(self, action: Callable[[], T]) -> T:
        """Return what an action gives, done between two requests of the sandbox."""
        return self.doors.runner.do(action)

    def control(self, resource: str, method: str = "GET", tail: str = "", body: Any = None) -> Any:
        """Return what a resource of the control API answers."""
        (one,) = [each for each in self.sandbox.services["dmp"].resources if each.name == resource]
        return self.do(lambda: one.handle(self.sandbox, self.session, ResourceRequest(method, tail, {}, body)))

    def neighbour(self) -> Dmp:
        """Return the same client in another session."""
        return self.doors.door()

    def leave(self) -> None:
        """Forget the session, which would else be tended for as long as the sandbox runs."""
        self.doors.runner.settle(self.session)
        self.do(lambda: self.sandbox.sessions.delete(self.tenant.name))

    def configure(self, **options: str) -> None:
        """Set options of the DMP, beside those that are set."""
        self.tenant.option(**{f"dmp__{name}": value for name, value in options.items()})

    def set_dmp(self, patient: str = "", **state: Any) -> Any:
        """Set the state of a patient's DMP, the usual one's unless told otherwise, as the control API does."""
        (resource,) = [each for each in self.sandbox.services["dmp"].resources if each.name == "patients"]
        request = ResourceRequest("PUT", patient or self.patient, {}, state)
        return self.do(lambda: resource.handle(self.sandbox, self.session, request))

    def mark(self, name: str, subject: str = "", **detail: str) -> None:
        """Put a marker about a patient, the usual one unless told otherwise."""

        def put(session: Session) -> None:
            session.markers.put(Marker(dated(session.clock.age()), name, subject or self.patient, dict(detail)))

        self.tenant.do(put)

    def exchanges(self) -> list[Exchange]:
        """Return the exchanges of the session, the last first, once all that was sent is journaled."""
        return sorted(self.tenant.exchanges(), key=lambda one: one.seq, reverse=True)

    def findings(self) -> list[str]:
        """Return the ids of the findings of the last exchange."""
        return [finding.check_id for finding in self.exchanges()[0].findings]

    def kept(self) -> set[str]:
        """Return the checks that saw their rule kept."""
        self.exchanges()
        observations = self.tenant.do(lambda session: list(session.journal.observations()))
        return {seen.check_id for seen in observations if seen.passed}

    def observed(self) -> set[str]:
        """Return the checks that saw their rule, kept or broken."""
        self.exchanges()
        return {seen.check_id for seen in self.tenant.do(lambda session: list(session.journal.observations()))}
