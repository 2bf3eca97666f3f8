"""zeep, a third-party SOAP client, works from our WSDL alone: TLS client certificate, signed VIHF, session prefix."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
from lxml import etree
from zeep.helpers import serialize_object
from zeep.transports import Transport

from dmp_mock.service import SERVICE
from lgo_sandbox.launcher import Launcher
from lgo_sandbox.pki import Issued
from lgo_sandbox.pki.holders import Holder, organisation_holder, person_holder
from lgo_sandbox.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[2] / "wire" / "dmp"))

from dmp_lots import Document, Lot, cda
from dmp_messages import NS, REPOSITORY, WSSE, existence
from dmp_vihf import Vihf

SESSION = "equipe-b"
SUFFIXES = ("registry", "repository")
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
HL7 = "urn:hl7-org:v3"
APPROVED = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"
FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"


def no_control(_launcher: Launcher) -> Any:
    raise AssertionError("control is not served here")


@pytest.fixture
async def launcher(tmp_path: Path) -> AsyncIterator[Launcher]:
    launcher = Launcher(Settings(state=tmp_path, port_base=0), [SERVICE], frozenset({"dmp"}))
    await launcher.start(no_control)
    launcher.sandbox.sessions.create(SESSION)
    yield launcher
    await launcher.close()


class LocalTransport(Transport):
    """Loads nothing but what this sandbox serves."""

    def load(self, url: str) -> Any:
        assert url.startswith("https://127.0.0.1:"), f"the WSDL must be self-contained, and asks for {url}"
        return super().load(url)


class Office:
    """A pharmacy with zeep: shows a certificate, signs a VIHF with another."""

    def __init__(self, launcher: Launcher) -> None:
        self.launcher = launcher
        self.people = launcher.sandbox.people
        self.who = self.people.persona("titulaire")
        self.structure = self.people.structure("officine")
        self.patient = self.people.patient_named("martin-claire").matricule
        self.document = cda(self.patient)

    def issued(self, kind: str) -> Issued:
        holder: Holder = person_holder(self.who) if kind.startswith("cps") else organisation_holder(self.structure)
        return self.launcher.sandbox.pki.issue(kind, holder=holder)

    def client(self, suffix: str, *, card: bool = False) -> zeep.Client:
        shown = self.issued("cps-auth" if card else "org-auth")
        http = requests.Session()
        http.trust_env = False
        http.headers["connection"] = "close"
        http.cert = (str(shown.chain), str(shown.key))
        http.verify = str(self.launcher.sandbox.pki.ca_bundle)
        root = f"{self.launcher.sandbox.addresses.root('dmp', tls=True)}/s/{SESSION}"
        return zeep.Client(f"{root}/si-dmp-server/v2/services/{suffix}?wsdl", transport=LocalTransport(session=http))

    def security(self, *, card: bool = False) -> etree._Element:
        """Return the header that the WSDL declares, with a signed VIHF in it."""
        signer = self.issued("cps-sign" if card else "org-sign")
        mode = "DIRECTE" if card else "INDIRECTE"
        vihf = Vihf(self.who, self.structure.id_nat, self.patient, mode, signed_by=signer)
        header = etree.Element(f"{{{WSSE}}}Security")
        header.append(vihf.element(signer.certificate().subject))
        return header

    def existence(self, client: zeep.Client, **more: Any) -> Any:
        """Send TD0.2."""
        asked = etree.fromstring(existence(self.patient))
        return client.service.ExistenceTest(ITSVersion="XML_1.0", _value_1=list(asked), **more)

    def feed(self, client: zeep.Client, **more: Any) -> Any:
        """Send TD2.1 without MTOM, which zeep cannot write: the schema reads the lot, the client writes it again."""
        lot = Lot([Document(self.document, self.patient)])
        body = lot.body(lambda document: base64.b64encode(document.content).decode(), lot.members())
        request = client.get_element(f"{{{NS['xds']}}}ProvideAndRegisterDocumentSetRequest")
        values = serialize_object(request.parse(etree.fromstring(body), client.wsdl.types))
        return client.service["ProvideAndRegisterDocumentSet-b"](**values, **more)

    def find(self, client: zeep.Client, **more: Any) -> Any:
        """Send TD3.1."""
        parameters = {
            "$XDSDocumentEntryPatientId": f"'{self.patient}^^^&1.2.250.1.213.1.4.10&ISO^NH'",
            "$XDSDocumentEntryStatus": APPROVED,
        }
        slots = [{"name": name, "ValueList": {"Value": [value]}} for name, value in parameters.items()]
        return client.service.RegistryStoredQuery(
            ResponseOption={"returnType": "LeafClass", "returnComposedObjects": True},
            AdhocQuery={"id": FIND_DOCUMENTS, "Slot": slots},
            **more,
        )

    def retrieve(self, client: zeep.Client, unique_id: str, **more: Any) -> Any:
        """Send TD3.2; zeep puts the parts of the package where the schema says."""
        wanted = {"RepositoryUniqueId": REPOSITORY, "DocumentUniqueId": unique_id}
        return client.service.RetrieveDocumentSet(DocumentRequest=[wanted], **more)


def seen(launcher: Launcher) -> list[tuple[str, list[str]]]:
    """Return operation and findings of the exchanges of the session."""
    exchanges = launcher.sandbox.sessions.get(SESSION).journal.read()
    return [(each.operation, [finding.check_id for finding in each.findings]) for each in exchanges]


async def test_zeep_tests_the_existence_of_a_dmp(launcher: Launcher) -> None:
    office = Office(launcher)
    client = await asyncio.to_thread(office.client, "patients")
    answer = await asyncio.to_thread(office.existence, client, _soapheaders=[office.security()])
    control = next(each for each in answer._value_1 if each.tag == f"{{{HL7}}}controlActProcess")
    assert control.find(f"{{{HL7}}}queryAck/{{{HL7}}}queryResponseCode").get("code") == "OK"
    assert seen(launcher) == [("wsdl", []), ("td0.2", [])]


async def test_zeep_feeds_then_finds_and_reads_a_document_with_a_card(launcher: Launcher) -> None:
    office = Office(launcher)
    registry, repository = [await asyncio.to_thread(office.client, suffix, card=True) for suffix in SUFFIXES]
    headers = [office.security(card=True)]
    fed = await asyncio.to_thread(office.feed, repository, _soapheaders=headers)
    found = await asyncio.to_thread(office.find, registry, _soapheaders=headers)
    assert (fed.status, found.status, found.totalResultCount) == (SUCCESS, SUCCESS, 1)
    (entry,) = [each["ExtrinsicObject"] for each in found.RegistryObjectList["_value_1"]]
    unique_id = next(each.value for each in entry.ExternalIdentifier if each.identificationScheme == UNIQUE_ID)
    read = await asyncio.to_thread(office.retrieve, repository, unique_id, _soapheaders=headers)
    (document,) = read.DocumentResponse
    assert (document.DocumentUniqueId, document.Document) == (unique_id, office.document)
    assert dict(seen(launcher))["td2.1"] == ["DMP-MTOM"]


async def test_zeep_reads_a_fault(launcher: Launcher) -> None:
    office = Office(launcher)
    client = await asyncio.to_thread(office.client, "patients")
    with pytest.raises(zeep.exceptions.Fault) as fault:
        await asyncio.to_thread(office.existence, client)
    assert fault.value.message == "Le VIHF est absent de l'en-tête wsse:Security"


async def test_each_path_describes_what_it_serves_and_the_bare_one_all(launcher: Launcher) -> None:
    office = Office(launcher)
    found = {
        suffix: sorted((await asyncio.to_thread(office.client, suffix)).wsdl.services["DMP"].ports)
        for suffix in ("patients", "registry", "repository", "")
    }
    assert found.pop("") == ["Patients", "Registry", "Repository"]
    assert found == {"patients": ["Patients"], "registry": ["Registry"], "repository": ["Repository"]}
