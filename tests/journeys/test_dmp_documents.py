"""The life of documents in the DMP, by the reference client: official samples fed, found, read, changed, replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from support.artefacts import samples_of

from health_documents.codes.systems import CONTENT_TYPES
from health_documents.xds.formats import xds_author
from health_documents.xds.write import DocumentEntry
from lgo_client.authoring import Writer, lot_of
from lgo_client.clock import Workplace
from lgo_client.dmp import Dmp
from lgo_client.dmp.delta import Change, synchronise
from lgo_client.dmp.registry import Registry, Submitter
from lgo_client.environment import Certificate, Environment
from lgo_client.existing import entry_of_document
from lgo_client.journeys.day import SOFTWARE_OID
from lgo_client.transport import http_client
from lgo_client.vihf import Mode, Software, VihfWriter
from lgo_client.xds import RegistryRefused, _query, listed
from lgo_sandbox.run.pytest_plugin import SandboxSession

QUERY = "urn:ihe:iti:2007:RegistryStoredQuery"
FIND = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
APPROVED = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"


class Desk:
    """The titulaire's desk: his card, his DMP, his registry."""

    def __init__(self, environment: Environment, http: Any) -> None:
        self.workplace = Workplace()
        self.writer = Writer(environment.person("titulaire"), environment.structure("officine"))
        self.signer: Certificate = environment.certificate("cps-titulaire-sign")
        software = Software("TEST", "1", self.workplace.uuid(), "SANDBOX000001")
        person, structure = self.writer.person, self.writer.structure
        vihf = VihfWriter(Mode.DIRECT, person, structure, self.signer, software, self.workplace)
        self.dmp = Dmp(http, environment.url("dmp"), vihf, self.workplace, SOFTWARE_OID)
        submitter = Submitter(xds_author(self.writer.author), SOFTWARE_OID, CONTENT_TYPES["SA33"])
        self.registry = Registry(self.dmp, self.workplace, submitter)

    def feed(self, entry: DocumentEntry, octets: bytes, replaces: str = "") -> None:
        """Feed a document of the titulaire."""
        lot = lot_of(
            replace(entry, authors=(xds_author(self.writer.author),)),
            octets,
            at=self.workplace.local(),
            set_id=self.workplace.oid(),
            signature_id=self.workplace.oid(),
            source=SOFTWARE_OID,
            content=CONTENT_TYPES["SA33"],
        )
        self.dmp.feed(entry.patient_id, replace(lot, replaces=replaces), self.signer)

    def found(self, patient: str, **parameters: str) -> set[str]:
        """Return the unique ids that a FindDocuments finds."""
        slots = {"$XDSDocumentEntryPatientId": [f"'{patient}'"], "$XDSDocumentEntryStatus": [APPROVED]}
        slots |= {f"$XDSDocumentEntry{name}": [value] for name, value in parameters.items()}
        return {
            one.unique_id
            for one in listed(self.dmp.send("/registry", QUERY, patient, _query(FIND, slots, "LeafClass")))
        }


@contextmanager
def desk_in(session: SandboxSession) -> Iterator[Desk]:
    environment = Environment(session.ready)
    with http_client(environment.ca, environment.certificate("cps-titulaire-auth")) as http:
        yield Desk(environment, http)


def _criteria(entry: DocumentEntry) -> dict[str, str]:
    coded = {
        "ClassCode": entry.class_code,
        "TypeCode": entry.type_code,
        "FormatCode": entry.format_code,
        "HealthcareFacilityTypeCode": entry.facility_type,
        "PracticeSettingCode": entry.practice_setting,
        "ConfidentialityCode": entry.confidentiality[0],
    }
    return {
        **{name: f"('{code.code}^^{code.system}')" for name, code in coded.items()},
        **(
            {"EventCodeList": f"('{entry.event_codes[0].code}^^{entry.event_codes[0].system}')"}
            if entry.event_codes
            else {}
        ),
        "CreationTimeFrom": entry.creation_time,
        "CreationTimeTo": "2099",
        "ServiceStartTimeFrom": entry.service_start,
        "ServiceStartTimeTo": "2099",
        "AuthorPerson": "('899700090014%')",
    }


SAMPLES = ("VAC-NOTE_2023.01.xml", "LDL-SES_2022.01.xml", "BIO-CR-BIO_2024.01_Microbiologie_V1.xml")


@pytest.mark.parametrize("name", SAMPLES)
def test_an_official_sample_lives_its_whole_life_in_the_dmp(sandbox_session: SandboxSession, name: str) -> None:
    octets = next(one for one in samples_of() if one.name == name).read_bytes()
    with desk_in(sandbox_session) as desk:
        entry = entry_of_document(octets, desk.writer.structure, desk.workplace.oid())
        patient, unique_id, registry = entry.patient_id, entry.unique_id, desk.registry
        desk.dmp.existence(patient)
        desk.feed(entry, octets)
        held = registry.document(patient, unique_id)
        assert held.version == 1
        for parameter, value in _criteria(held.entry).items():
            assert desk.found(patient, **{parameter: value}) == {unique_id}, parameter
        (document,) = desk.dmp.documents(patient)
        assert desk.dmp.fetch(patient, document) == octets
        registry.set_visibility(patient, unique_id, ["MASQUE_PS"])
        registry.set_visibility(patient, unique_id, ["INVISIBLE_PATIENT"])
        registry.set_visibility(patient, unique_id)
        assert registry.document(patient, unique_id).version == 4
        registry.archive(patient, unique_id)
        assert desk.found(patient) == set()
        registry.unarchive(patient, unique_id)
        second = replace(entry, unique_id=desk.workplace.oid())
        content = octets.replace(unique_id.encode(), second.unique_id.encode(), 1)
        desk.feed(second, content, replaces=registry.technical_id(patient, unique_id))
        assert desk.found(patient) == {second.unique_id}
        visit = synchronise(lambda body: registry.ask(patient, body), patient, {}, "2020", desk.workplace.now())
        assert [(one.change, one.document.unique_id) for one in visit.changes] == [(Change.NEW, second.unique_id)]
        registry.delete(patient, second.unique_id)
        assert desk.found(patient) == set()
        with pytest.raises(RegistryRefused, match="XDSMetadataUpdateError"):
            registry.delete(patient, second.unique_id)
        with pytest.raises(LookupError, match=re.escape("2.25.404")):
            registry.document(patient, "2.25.404")
