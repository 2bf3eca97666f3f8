"""Official sample documents, fed to the DMP by the reference client, come back byte for byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from health_documents.codes.systems import CONTENT_TYPES
from lgo_client.authoring import Writer, lot_of
from lgo_client.clock import Workplace
from lgo_client.dmp import Dmp
from lgo_client.environment import Environment
from lgo_client.existing import entry_of_document
from lgo_client.journeys.day import SOFTWARE_OID
from lgo_client.transport import http_client
from lgo_client.vihf import Mode, Software, VihfWriter
from lgo_sandbox.run.pytest_plugin import SandboxSession

ARTEFACTS = Path(os.environ.get("LGO_SANDBOX_ARTEFACTS") or Path(__file__).parents[2].parent / "shared" / "ci-sis")
SAMPLES = ARTEFACTS / "TestContenuCDA-3-0" / "ExemplesCDA"
NAMES = (
    "eP-MED-DM_2024.01_PosoStruct.xml",
    "eP-MED-DM_2024.01_PosoNonStruct.xml",
    "VAC-NOTE_2023.01.xml",
    "LDL-SES_2022.01.xml",
    "BIO-CR-BIO_2024.01_Microbiologie_V1.xml",
    "DOC_NON_STRUCTURE_CDA-R2-N1.xml",
)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="official samples absent: set LGO_SANDBOX_ARTEFACTS")
@pytest.mark.parametrize("name", NAMES)
def test_an_official_sample_comes_back_byte_for_byte(sandbox_session: SandboxSession, name: str) -> None:
    environment, workplace = Environment(sandbox_session.ready), Workplace()
    octets = (SAMPLES / name).read_bytes()
    writer = Writer(environment.person("titulaire"), environment.structure("officine"))
    entry = entry_of_document(octets, writer.structure, workplace.oid())
    lot = lot_of(
        entry,
        octets,
        at=workplace.local(),
        set_id=workplace.oid(),
        signature_id=workplace.oid(),
        source=SOFTWARE_OID,
        content=CONTENT_TYPES["SA33"],
    )
    signer = environment.certificate("cps-titulaire-sign")
    software = Software("TEST", "1", workplace.uuid(), "SANDBOX000001")
    vihf = VihfWriter(Mode.DIRECT, writer.person, writer.structure, signer, software, workplace)
    with http_client(environment.ca, environment.certificate("cps-titulaire-auth")) as http:
        dmp = Dmp(http, environment.url("dmp"), vihf, workplace, SOFTWARE_OID)
        dmp.existence(entry.patient_id)
        dmp.feed(entry.patient_id, lot, signer)
        listed = next(d for d in dmp.documents(entry.patient_id) if d.unique_id == entry.unique_id)
        assert dmp.fetch(entry.patient_id, listed) == octets
