"""zeep, a third-party SOAP client, works from our WSDL alone: TLS client certificate, signed VIHF, session prefix."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import zeep
from lxml import etree
from support.dmp_messages import REPOSITORY, WSSE, existence
from support.dmp_office import Office
from support.dmp_services import search_body
from zeep.helpers import serialize_object
from zeep.transports import Transport
from zeep.wsa import WsAddressingPlugin

WITHOUT_ACTIONS = ("habilitations", "patientsSpecific")
"""Whose description, as the official one, has no action of WS-Addressing: zeep takes soapAction when told to."""
SUFFIXES = ("registry", "repository")
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
DEMOGRAPHICS = "PatientGetDemographics_PRPA_IN201307UV02"
ALREADY = "Autorisation déjà présente aucune action effectuée"
FEED = "DocumentRepository_ProvideAndRegisterDocumentSet-b"
APPROVED = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"
FIND_DOCUMENTS = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
GET_DOCUMENTS = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"


class LocalTransport(Transport):
    """Loads nothing but what this sandbox serves."""

    def load(self, url: str) -> Any:
        assert url.startswith("https://127.0.0.1:"), f"the WSDL must be self-contained, and asks for {url}"
        return super().load(url)


class Zeep:
    """The SOAP stack of a pharmacy, on one path of the DMP."""

    def __init__(self, office: Office, suffix: str, *, card: bool = False, samu: bool = False, cpe: bool = False):
        self.office, self.card, self.cpe = office, card, cpe
        self.more = {"purpose": "centre_15", "who": "generaliste"} if samu else {}
        holder = "secretaire" if cpe else "generaliste" if samu else "titulaire"
        shown = office.issued("cps-auth", holder) if card or cpe else office.issued("org-auth")
        http = requests.Session()
        http.trust_env = False
        http.headers["connection"] = "close"
        http.cert = (str(shown.chain), str(shown.key))
        http.verify = str(office.pki.ca_bundle)
        transport = LocalTransport(session=http)
        plugins = [WsAddressingPlugin()] if suffix in WITHOUT_ACTIONS else []
        self.client = zeep.Client(f"{office.services}/{suffix}?wsdl", transport=transport, plugins=plugins)

    @property
    def headers(self) -> list[etree._Element]:
        """The header of WS-Security, with a signed VIHF in it."""
        security = etree.Element(f"{{{WSSE}}}Security")
        vihf = self.office.secretary() if self.cpe else self.office.vihf(card=self.card, **self.more)
        security.append(vihf)
        return [security]

    def send(self, operation: str, body: str, **more: Any) -> Any:
        """Send a body: the schema reads it, the client writes it again from its types."""
        asked = etree.fromstring(body)
        values = serialize_object(self.client.get_element(asked.tag).parse(asked, self.client.wsdl.types))
        return self.client.service[operation](**values, _soapheaders=more.pop("headers", self.headers))

    def existence(self, reason: str = "TEST_EXST") -> Any:
        """Send TD0.2, or TD1.3a by its reason."""
        return self.send(DEMOGRAPHICS, existence(self.office.patient, reason=reason))

    def feed(self) -> Any:
        """Send TD2.1 without MTOM, which zeep cannot write: the schema reads the lot, the client writes it again."""
        _unique_id, body = self.office.lot()
        return self.send(FEED, body)

    def find(self) -> Any:
        """Send TD3.1."""
        patient = f"'{self.office.patient}^^^&1.2.250.1.213.1.4.10&ISO^NH'"
        return self.query(FIND_DOCUMENTS, {"$XDSDocumentEntryPatientId": patient, "$XDSDocumentEntryStatus": APPROVED})

    def query(self, query: str, parameters: dict[str, str]) -> Any:
        """Send a stored query."""
        slots = [{"name": name, "ValueList": {"Value": [value]}} for name, value in parameters.items()]
        return self.client.service.DocumentRegistry_RegistryStoredQuery(
            ResponseOption={"returnType": "LeafClass", "returnComposedObjects": True},
            AdhocQuery={"id": query, "Slot": slots},
            _soapheaders=self.headers,
        )

    def held(self, unique_id: str) -> Any:
        """Return the entry of a document, whatever its status."""
        found = self.query(GET_DOCUMENTS, {"$XDSDocumentEntryUniqueId": f"('{unique_id}')"})
        (entry,) = [each["ExtrinsicObject"] for each in found.RegistryObjectList["_value_1"]]
        return entry

    def update(self, body: str, entry: Any) -> Any:
        """Send TD3.3, about an entry of the registry."""
        known = {"@ENTRY@": entry.id, "@LID@": entry.lid, "@VERSION@": entry.VersionInfo.versionName}
        for name, value in known.items():
            body = body.replace(name, value)
        return self.send("DocumentRegistry_UpdateDocumentSet", body)

    def retrieve(self, unique_id: str) -> Any:
        """Send TD3.2; zeep puts the parts of the package where the schema says."""
        wanted = {"RepositoryUniqueId": REPOSITORY, "DocumentUniqueId": unique_id}
        return self.client.service.DocumentRepository_RetrieveDocumentSet(
            DocumentRequest=[wanted], _soapheaders=self.headers
        )


def test_zeep_tests_the_existence_of_a_dmp_and_reads_the_acknowledgement(office: Office) -> None:
    answer = Zeep(office, "patients").existence()
    assert answer.acknowledgement[0].typeCode == "AA"
    assert answer.controlActProcess.queryAck.queryResponseCode.code == "OK"
    lines = {line.keyWordText.code: line.value for line in answer.attentionLine}
    assert (lines["AUTORISATION"].code, lines["STATUT_MT"].value) == ("VALIDE", False)
    patient = answer.controlActProcess.subject[0].registrationEvent.subject1.patient
    assert [each.extension for each in patient.id][1:] == [office.patient]
    assert {each.administrativeObservation.code.code for each in patient.subjectOf} == {
        "COMPTE_INTERNET_OUVERT",
        "RATTACHEMENT_ENS",
    }
    assert office.seen() == [("wsdl", []), ("td0.2", [])]


def test_zeep_reads_administrative_data(office: Office) -> None:
    answer = Zeep(office, "patients", card=True).existence("CNSLT_DATA")
    person = answer.controlActProcess.subject[0].registrationEvent.subject1.patient.patientPerson
    assert answer.acknowledgement[0].typeCode == "AA"
    assert person.deceasedInd.value is False
    assert any(each["postalCode"] for each in person.addr[0]["_value_1"] if each.get("postalCode"))
    assert office.seen() == [("wsdl", []), ("td1.3a", [])]


def test_zeep_searches_without_an_ins(office: Office) -> None:
    pdq = Zeep(office, "patientsPDQ", card=True, samu=True)
    name = (
        "<livingSubjectName><value><family>BERNARD</family></value>"
        "<semanticsText>LivingSubject.name</semanticsText></livingSubjectName>"
    )
    answer = pdq.send("findCandidatesQuery", search_body(name))
    assert answer.acknowledgement[0].typeCode.code == "AA"
    assert answer.controlActProcess.queryAck.resultTotalQuantity.value == len(answer.controlActProcess.subject) == 2
    assert office.seen() == [("wsdl", []), ("td0.5", [])]


def test_zeep_leaves_a_dmp_enters_it_again_and_lists(office: Office) -> None:
    Zeep(office, "patients").existence()
    habilitations = Zeep(office, "habilitations", card=True)
    for action, context in (("SUPPRESSION", None), ("AJOUT", None), ("AJOUT", ALREADY)):
        done = habilitations.client.service.setAuthorization(action=action, _soapheaders=habilitations.headers)
        assert (done.status, done.context) == ("DMPOk", context)
    listed = habilitations.client.service.listAuthorizationByPatient(mode="ACTIVE", _soapheaders=habilitations.headers)
    assert listed.status == "DMPOk"
    assert [each.specificRight for each in listed.listOfAuthorizationByPatient if each.specificRight] == [
        ["MEDECIN_TRAITANT"]
    ]
    specific = Zeep(office, "patientsSpecific", card=True)
    dmps = specific.client.service.patientList(
        startDate="20200101000000", dateType="LASTAUTORIZATION", _soapheaders=specific.headers
    )
    assert dmps.status == "DMPOk"
    assert office.patient in [each.nationalId for one in dmps.patientlistData for each in one.patientIdentifier]
    told = ["DMP-ACTION-WSDL"]
    assert office.seen() == [
        ("wsdl", []),
        ("td0.2", []),
        ("wsdl", []),
        ("td0.3", told),
        ("td0.3", told),
        ("td0.3", sorted(["DMP-AUTHORISATION", *told])),
        ("td1.6", told),
        ("wsdl", []),
        ("td0.4", told),
    ]


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


def test_zeep_masks_hides_archives_brings_back_and_deletes_a_document(office: Office) -> None:
    registry, repository = [Zeep(office, suffix, card=True) for suffix in SUFFIXES]
    unique_id, lot = office.lot()
    assert repository.send(FEED, lot).status == SUCCESS
    seen = []
    for change, body in office.updates(unique_id).items():
        entry = registry.held(unique_id)
        assert registry.update(body, entry).status == SUCCESS, change
        after = registry.held(unique_id)
        hidden = {each.nodeRepresentation for each in after.Classification} & {"MASQUE_PS", "INVISIBLE_PATIENT"}
        seen.append((change, after.status.rpartition(":")[2], hidden, after.lid == entry.lid))
    assert seen == [
        ("td3.3a", "Approved", {"MASQUE_PS"}, True),
        ("td3.3b", "Approved", {"INVISIBLE_PATIENT"}, True),
        ("td3.3d", "Archived", {"INVISIBLE_PATIENT"}, True),
        ("td3.3d-back", "Approved", {"INVISIBLE_PATIENT"}, True),
        ("td3.3c", "Deleted", {"INVISIBLE_PATIENT"}, True),
    ]
    changes = [(operation, found) for operation, found in office.seen() if operation.startswith("td3.3")]
    assert changes == [("td3.3a", []), ("td3.3a", []), ("td3.3d", []), ("td3.3d", []), ("td3.3c", [])]


def test_zeep_feeds_with_the_card_of_a_secretary(office: Office) -> None:
    fed = Zeep(office, "repository", cpe=True).send(FEED, office.secretarys_lot())
    assert fed.status == SUCCESS
    assert sorted(dict(office.seen())["td2.2"]) == ["DMP-MTOM", "DMP-VIHF-UNSIGNED"]


def test_zeep_reads_a_fault(office: Office) -> None:
    patients = Zeep(office, "patients")
    with pytest.raises(zeep.exceptions.Fault) as fault:
        patients.send(DEMOGRAPHICS, existence(office.patient), headers=[])
    assert fault.value.message == "Le VIHF est absent de l'en-tête wsse:Security"


def test_the_bare_path_leads_to_every_service(office: Office) -> None:
    described = Zeep(office, "").client.wsdl
    services = {name for document in described._definitions.values() for name in document.services}
    assert len(services) == 6
