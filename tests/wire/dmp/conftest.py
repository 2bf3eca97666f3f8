"""The DMP over real sockets: one running sandbox for the folder, a fresh session for each test, and a DMP client.

The client writes VIHF, ITI-41, ITI-18, ITI-43 and PRPA_IN201307UV02 on its own (the ``dmp_*`` modules beside).
"""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from lgo_sandbox.pki import Issued, Kind
from lgo_sandbox.pki.holders import Holder, organisation_holder, person_holder
from lgo_sandbox.population.people import Patient, Professional
from lgo_sandbox.run.assemble import running
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session, SessionConfig
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.journal import Filter

sys.path.insert(0, str(Path(__file__).parent))

from dmp_lots import Document, Lot, cda, mtom, oid
from dmp_messages import ACTIONS, NS, Reply, adhoc, envelope, existence, find_documents, opened, retrieve
from dmp_vihf import Vihf


class Dmp:
    """A DMP client of one sandbox session, with the tester's hand on that session."""

    def __init__(self, runner: Runner, name: str, clients: dict[str, httpx.Client]) -> None:
        self.launcher = launcher = runner.launcher
        self.do = runner.do
        self._runner = runner
        self.session: Session = runner.do(lambda: launcher.sandbox.sessions.create(name))
        self._clients = clients
        self.people = launcher.sandbox.people
        self._sent = 0
        self.patient = self.people.patient_named("martin-claire").matricule

    def named(self, patient: str) -> str:
        """Return the matricule of a patient."""
        return self.people.patient_named(patient).matricule

    def neighbour(self) -> Dmp:
        """Return the same client in another session."""
        return Dmp(self._runner, f"{self.session.name}-b", self._clients)

    def configure(self, **options: str) -> None:
        """Set options of the DMP, beside those that are set."""
        named = {**self.session.config.options, **{f"dmp.{k}": v for k, v in options.items()}}
        self.do(lambda: self.session.configure(SessionConfig(options=named)))

    def stranger(self) -> Patient:
        """Return another patient."""
        return self.people.patient_named("durand-paul-1")

    def persona(self, name: str) -> Professional:
        """Return a professional."""
        return self.people.persona(name)

    def issue(self, kind: str, who: str = "officine", variant: str = "good") -> Issued:
        """Return a certificate of a structure or of a professional."""
        holder: Holder = (
            person_holder(self.people.persona(who))
            if kind.startswith("cps")
            else organisation_holder(self.people.structure(who))
        )
        return self.launcher.sandbox.pki.issue(Kind(kind), holder=holder, variant=variant)

    def indirect(self, who: str = "titulaire", **changes: Any) -> Vihf:
        """Return an INDIRECTE VIHF of the pharmacy, signed by its seal."""
        usual = Vihf(self.persona(who), "10B0990017", self.patient, signed_by=self.issue("org-sign"))
        return replace(usual, **changes)

    def direct(self, who: str = "titulaire", **changes: Any) -> Vihf:
        """Return a DIRECTE VIHF signed by the card."""
        structure = self.people.structure(self.persona(who).structure).id_nat
        usual = Vihf(self.persona(who), structure, self.patient, "DIRECTE", signed_by=self.issue("cps-sign", who))
        return replace(usual, **changes)

    def client(self, certificate: Issued | None) -> httpx.Client:
        """Return an HTTP client that shows a certificate."""
        name = certificate.name if certificate else ""
        if name not in self._clients:
            context = ssl.create_default_context(cafile=self.launcher.sandbox.pki.ca_bundle)
            if certificate:
                context.load_cert_chain(certificate.chain, certificate.key)
            self._clients[name] = httpx.Client(verify=context, trust_env=False, timeout=30)
        return self._clients[name]

    def url(self, suffix: str, *, tls: bool = True) -> str:
        """Return the address of a path of the DMP in this session."""
        root = self.launcher.sandbox.addresses.root("dmp", tls=tls)
        return f"{root}/s/{self.session.name}/si-dmp-server/v2/services/{suffix}"

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
        self._sent += 1
        sender = self.client(certificate if tls else None)
        headers = {"Content-Type": content_type} | ({"Content-Encoding": coding} if coding else {})
        return opened(sender.post(self.url(suffix, tls=tls), content=content, headers=headers))

    def request(self, method: str, url: str) -> Reply:
        """Send a request without a body, and open the answer."""
        self._sent += 1
        return opened(self.client(None).request(method, url))

    def certificate_for(self, vihf: Vihf) -> Issued:
        """Return the TLS certificate that goes with a VIHF."""
        return self.issue("cps-auth", vihf.who.id) if vihf.mode == "DIRECTE" else self.issue("org-auth")

    def call(
        self,
        suffix: str,
        action: str,
        body: str,
        vihf: Vihf | None,
        *,
        certificate: Issued | None = None,
        tls: bool = True,
        alter: Callable[[bytes], bytes] = lambda octets: octets,
    ) -> Reply:
        """Send a request with a VIHF."""
        shown = certificate or (self.certificate_for(vihf) if vihf else self.issue("org-auth"))
        octets = alter(envelope(body, self.assertion(vihf), action))
        return self.post(suffix, octets, certificate=shown, tls=tls)

    def assertion(self, vihf: Vihf | None) -> etree._Element | None:
        """Return the VIHF as XML; its issuer is the subject of who vouches for it."""
        if vihf is None:
            return None
        owner = vihf.signed_by or self.issue("cps-auth", vihf.who.id)
        return vihf.element(owner.certificate().subject)

    def test_existence(self, vihf: Vihf | None = None, **more: Any) -> Reply:
        """Send TD0.2."""
        sent = vihf or self.indirect()
        return self.call("patients", ACTIONS["patients"], existence(sent.patient, sent.root), sent, **more)

    def find(self, *parameters: tuple[str, str], vihf: Vihf | None = None, returned: str = "LeafClass") -> Reply:
        """Send TD3.1, by the titulaire's card unless told otherwise."""
        sent = vihf or self.direct()
        return self.call(
            "registry", ACTIONS["registry"], find_documents(sent.patient, *parameters, returned=returned), sent
        )

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
        alter: Callable[[bytes], bytes] = lambda octets: octets,
    ) -> Reply:
        """Send TD2.1; ``plain`` puts the documents in the XML, ``drop`` leaves a MIME part out."""
        sent, made = vihf or self.indirect(), lot or Lot(list(documents))
        members = made.members()

        def reference(document: Document) -> str:
            if plain:
                return base64.b64encode(document.content).decode()
            return f'<xop:Include xmlns:xop="{NS["xop"]}" href="cid:{document.id}.xml"/>'

        ns = "http://schemas.xmlsoap.org/soap/envelope/" if soap11 else NS["s"]
        root = envelope(made.body(reference, members), self.assertion(sent), ACTIONS["feed"], ns=ns)
        kept = [member for member in members if member.id != drop]
        content_type, body = ("application/soap+xml", root) if plain else mtom(root, kept, line=line)
        shown = certificate or self.certificate_for(sent)
        return self.post(suffix, alter(body), certificate=shown, content_type=content_type)

    def exchanges(self) -> list[Exchange]:
        """Return the exchanges of the session, the last first, once all that was sent is journaled."""
        for _ in range(1000):
            self.do(self.session.journal.flush)
            found: list[Exchange] = self.do(lambda: self.session.journal.read(Filter(newest_first=True), bodies=True))
            if len(found) >= self._sent:
                return found
            time.sleep(0.005)
        raise AssertionError("an exchange is missing from the journal")

    def findings(self) -> list[str]:
        """Return the ids of the findings of the last exchange."""
        return [finding.check_id for finding in self.exchanges()[0].findings]


class Runner(threading.Thread):
    """A sandbox that runs in its own thread; whatever touches it is done there."""

    def __init__(self, state: Path) -> None:
        super().__init__(daemon=True)
        self.state = state
        self.launcher: Launcher
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.stopped = asyncio.Event()

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        async with running(Settings(state=self.state, port_base=0), ["dmp"]) as self.launcher:
            self.ready.set()
            await self.stopped.wait()

    def do(self, action: Callable[[], Any]) -> Any:
        """Return what an action gives, done between two requests of the sandbox."""

        async def done() -> Any:
            return action()

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result(30)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.join()


@pytest.fixture(scope="package")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    started = Runner(tmp_path_factory.mktemp("dmp"))
    started.start()
    assert started.ready.wait(60)
    yield started
    started.stop()


@pytest.fixture(scope="package")
def clients() -> Iterator[dict[str, httpx.Client]]:
    opened_clients: dict[str, httpx.Client] = {}
    yield opened_clients
    for client in opened_clients.values():
        client.close()


@pytest.fixture
def dmp(runner: Runner, clients: dict[str, httpx.Client]) -> Dmp:
    return Dmp(runner, f"t{uuid.uuid4().hex[:12]}", clients)


@pytest.fixture(scope="session")
def samples() -> list[Path]:
    default = Path(__file__).resolve().parents[4] / "shared" / "ci-sis"
    folder = Path(os.environ.get("LGO_SANDBOX_ARTEFACTS", default)) / "TestContenuCDA-3-0" / "ExemplesCDA"
    found = sorted(folder.glob("*.xml"))
    if not found:
        pytest.skip(f"the official samples are not there: {folder} (set LGO_SANDBOX_ARTEFACTS)")
    return found


class Writing:
    """The functions that write and open messages, for tests that need them alone."""

    NS = NS
    envelope = staticmethod(envelope)
    existence = staticmethod(existence)
    adhoc = staticmethod(adhoc)
    find_documents = staticmethod(find_documents)
    retrieve = staticmethod(retrieve)
    cda = staticmethod(cda)
    oid = staticmethod(oid)
    opened = staticmethod(opened)
    Lot = Lot
    Document = Document


@pytest.fixture(scope="session")
def writing() -> type[Writing]:
    return Writing
