"""zeep, a third-party SOAP client, works from our WSDL alone: TLS client certificate, signed VIHF, session prefix."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import zeep
from lxml import etree
from support.dmp_messages import NS, REPOSITORY, WSSE, existence
from support.dmp_office import Office
from zeep.helpers import serialize_object
from zeep.transports import Transport

SUFFIXES = ("registry", "repository")
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
HL7 = NS["h"]
APPROVED = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"
FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"


class LocalTransport(Transport):
    """Loads nothing but what this sandbox serves."""

    def load(self, url: str) -> Any:
        assert url.startswith("https://127.0.0.1:"), f"the WSDL must be self-contained, and asks for {url}"
        return super().load(url)


class Zeep:
    """The SOAP stack of a pharmacy, on one path of the DMP."""

    def __init__(self, office: Office, suffix: str, *, card: bool = False) -> None:
        self.office, self.card = office, card
        shown = office.issued("cps-auth" if card else "org-auth")
        http = requests.Session()
        http.trust_env = False
        http.headers["connection"] = "close"
        http.cert = (str(shown.chain), str(shown.key))
        http.verify = str(office.pki.ca_bundle)
        self.client = zeep.Client(f"{office.services}/{suffix}?wsdl", transport=LocalTransport(session=http))

    @property
    def headers(self) -> list[etree._Element]:
        """The header that the WSDL declares, with a signed VIHF in it."""
        security = etree.Element(f"{{{WSSE}}}Security")
        security.append(self.office.vihf(card=self.card))
        return [security]

    def existence(self, **more: Any) -> Any:
        """Send TD0.2."""
        asked = etree.fromstring(existence(self.office.patient))
        return self.client.service.ExistenceTest(ITSVersion="XML_1.0", _value_1=list(asked), **more)

    def feed(self) -> Any:
        """Send TD2.1 without MTOM, which zeep cannot write: the schema reads the lot, the client writes it again."""
        _unique_id, body = self.office.lot()
        request = self.client.get_element(f"{{{NS['xds']}}}ProvideAndRegisterDocumentSetRequest")
        values = serialize_object(request.parse(etree.fromstring(body), self.client.wsdl.types))
        return self.client.service["ProvideAndRegisterDocumentSet-b"](**values, _soapheaders=self.headers)

    def find(self) -> Any:
        """Send TD3.1."""
        parameters = {
            "$XDSDocumentEntryPatientId": f"'{self.office.patient}^^^&1.2.250.1.213.1.4.10&ISO^NH'",
            "$XDSDocumentEntryStatus": APPROVED,
        }
        slots = [{"name": name, "ValueList": {"Value": [value]}} for name, value in parameters.items()]
        return self.client.service.RegistryStoredQuery(
            ResponseOption={"returnType": "LeafClass", "returnComposedObjects": True},
            AdhocQuery={"id": FIND_DOCUMENTS, "Slot": slots},
            _soapheaders=self.headers,
        )

    def retrieve(self, unique_id: str) -> Any:
        """Send TD3.2; zeep puts the parts of the package where the schema says."""
        wanted = {"RepositoryUniqueId": REPOSITORY, "DocumentUniqueId": unique_id}
        return self.client.service.RetrieveDocumentSet(DocumentRequest=[wanted], _soapheaders=self.headers)


def test_zeep_tests_the_existence_of_a_dmp(office: Office) -> None:
    patients = Zeep(office, "patients")
    answer = patients.existence(_soapheaders=patients.headers)
    control = next(each for each in answer._value_1 if each.tag == f"{{{HL7}}}controlActProcess")
    assert control.find(f"{{{HL7}}}queryAck/{{{HL7}}}queryResponseCode").get("code") == "OK"
    assert office.seen() == [("wsdl", []), ("td0.2", [])]


def test_zeep_feeds_then_finds_and_reads_a_document_with_a_card(office: Office) -> None:
    registry, repository = [Zeep(office, suffix, card=True) for suffix in SUFFIXES]
    fed = repository.feed()
    found = registry.find()
    assert (fed.status, found.status, found.totalResultCount) == (SUCCESS, SUCCESS, 1)
    (entry,) = [each["ExtrinsicObject"] for each in found.RegistryObjectList["_value_1"]]
    unique_id = next(each.value for each in entry.ExternalIdentifier if each.identificationScheme == UNIQUE_ID)
    (document,) = repository.retrieve(unique_id).DocumentResponse
    assert (document.DocumentUniqueId, document.Document) == (unique_id, office.document)
    assert dict(office.seen())["td2.1"] == ["DMP-MTOM"]


def test_zeep_reads_a_fault(office: Office) -> None:
    patients = Zeep(office, "patients")
    with pytest.raises(zeep.exceptions.Fault) as fault:
        patients.existence()
    assert fault.value.message == "Le VIHF est absent de l'en-tête wsse:Security"


def test_each_path_describes_what_it_serves_and_the_bare_one_all(office: Office) -> None:
    found = {
        suffix: sorted(Zeep(office, suffix).client.wsdl.services["DMP"].ports)
        for suffix in ("patients", "registry", "repository", "")
    }
    assert found.pop("") == ["Patients", "Registry", "Repository"]
    assert found == {"patients": ["Patients"], "registry": ["Registry"], "repository": ["Repository"]}
