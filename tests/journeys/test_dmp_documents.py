"""The life of documents in the DMP, by the reference client: official samples fed, found, read, changed, replaced."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from support.artefacts import samples_of
from support.dmp_desk import Desk, desk_of
from support.dmp_lots import cda

from health_documents.xds.write import DocumentEntry
from lgo_client.dmp.delta import Change, synchronise
from lgo_client.environment import Environment
from lgo_client.existing import entry_of_document
from lgo_client.xds import RegistryRefused
from lgo_sandbox.run.pytest_plugin import SandboxSession

QUERY = "urn:ihe:iti:2007:RegistryStoredQuery"
FIND = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
APPROVED = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"


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


OWN = ""
"""A document of our own, where no official sample is at hand."""
SAMPLES = (OWN, "VAC-NOTE_2023.01.xml", "LDL-SES_2022.01.xml", "BIO-CR-BIO_2024.01_Microbiologie_V1.xml")


def _sample(name: str, desk: Desk) -> bytes:
    if name == OWN:
        return cda(desk.environment.patient("martin-claire").matricule)
    return next(one for one in samples_of() if one.name == name).read_bytes()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_document_lives_its_whole_life_in_the_dmp(sandbox_session: SandboxSession, name: str) -> None:
    with desk_of(Environment(sandbox_session.ready)) as desk:
        octets = _sample(name, desk)
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
