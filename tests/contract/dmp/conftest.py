"""A DMP over real sockets, and a pharmacy whose SOAP stack nobody here wrote."""

from __future__ import annotations

import base64
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dmp_mock.service import SERVICE
from lgo_sandbox.pki import Issued
from lgo_sandbox.pki.holders import Holder, organisation_holder, person_holder
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[2] / "wire" / "dmp"))

from dmp_lots import Document, Lot, cda
from dmp_vihf import Vihf

SESSION = "equipe-b"


class Office:
    """The pharmacy: its certificates, its VIHF, a document to feed, and what the sandbox saw of it."""

    def __init__(self, launcher: Launcher) -> None:
        self.launcher = launcher
        self.people = launcher.sandbox.people
        self.who = self.people.persona("titulaire")
        self.structure = self.people.structure("officine")
        self.patient = self.people.patient_named("martin-claire").matricule
        self.document = cda(self.patient)

    @property
    def services(self) -> str:
        """The address under which all paths of the DMP stand, in a session of its own."""
        return f"{self.launcher.sandbox.addresses.root('dmp', tls=True)}/s/{SESSION}/si-dmp-server/v2/services"

    def issued(self, kind: str) -> Issued:
        """Return a certificate of the pharmacy or of its pharmacist's card."""
        holder: Holder = person_holder(self.who) if kind.startswith("cps") else organisation_holder(self.structure)
        return self.launcher.sandbox.pki.issue(kind, holder=holder)

    def vihf(self, *, card: bool, signed: bool = True) -> etree._Element:
        """Return a VIHF, signed or to be signed by the caller's own means."""
        signer = self.issued("cps-sign" if card else "org-sign")
        mode = "DIRECTE" if card else "INDIRECTE"
        vihf = Vihf(self.who, self.structure.id_nat, self.patient, mode, signed_by=signer if signed else None)
        return vihf.element(signer.certificate().subject)

    def lot(self) -> tuple[str, str]:
        """Return the unique id of the document and the body of an ITI-41, its documents in base64."""
        document = Document(self.document, self.patient)
        lot = Lot([document])
        return document.unique_id, lot.body(lambda each: base64.b64encode(each.content).decode(), lot.members())

    def seen(self) -> list[tuple[str, list[str]]]:
        """Return operation and findings of the exchanges of the session."""
        exchanges = self.launcher.sandbox.sessions.get(SESSION).journal.read()
        return [(each.operation, [finding.check_id for finding in each.findings]) for each in exchanges]


def no_control(_launcher: Launcher) -> Any:
    raise AssertionError("control is not served here")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    launcher = Launcher(Settings(state=tmp_path, port_base=0), [SERVICE], frozenset({"dmp"}))
    await launcher.start(no_control)
    launcher.sandbox.sessions.create(SESSION)
    yield Office(launcher)
    await launcher.close()
