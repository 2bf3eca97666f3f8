"""The descriptions of the services: names of the official ones, types that hold for what is really answered."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from lxml import etree
from support.dmp_door import Dmp
from support.dmp_messages import Reply
from support.dmp_schemas import flaws_of, schema_of, schema_of_file
from support.dmp_services import authorise, authorised, candidates, demographics, dmps, search_body

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SAMPLES = os.environ.get("LGO_SANDBOX_DMP_SAMPLES", "")
"""A folder of official messages (XML files), for whoever has them."""
SCHEMAS = os.environ.get("LGO_SANDBOX_HL7_SCHEMAS", "")
"""A folder of the HL7v3 schemas that others publish: ``PRPA_IN201308UV02.xsd`` and what it includes, anywhere in it."""

NAMES = {
    "patients": ("asip:ci-sis:gdp:2010", "GDP_Service", "GDP_Binding_Soap12"),
    "patientsPDQ": ("urn:ihe:iti:pdqv3:2007", "PDQSupplier_Service", "PDQSupplier_Port_Soap12"),
    "patientsSpecific": (
        "urn:si-dmp-patients",
        "PatientSpecificEndPointImplService",
        "PatientSpecificEndPointImplPort",
    ),
    "habilitations": ("urn:si-dmp-habilitations", "HabilitationsEndPointImplService", "HabilitationsEndPointImplPort"),
    "registry": ("urn:ihe:iti:xds-b:2007", "DocumentRegistry_Service", "DocumentRegistry_Port_Soap12"),
    "repository": ("urn:ihe:iti:xds-b:2007", "DocumentRepository_Service", "DocumentRepository_Port_Soap12"),
}
ASKED: dict[str, Callable[[Dmp], Reply]] = {
    "td0.2": lambda dmp: dmp.test_existence(dmp.direct()),
    "td0.2 without DMP": lambda dmp: dmp.test_existence(dmp.direct(patient=dmp.named("fournier-ines"))),
    "td1.3a": demographics,
    "td0.5": lambda dmp: candidates(dmp, "BERNARD"),
    "td0.5 without result": lambda dmp: candidates(dmp, "NULLEPART"),
    "td0.4": dmps,
    "td0.3": authorise,
    "td1.6": authorised,
    "td3.1": lambda dmp: (dmp.feed(dmp.document()), dmp.find())[1],
    "td2.1": lambda dmp: dmp.feed(dmp.document()),
}
PATHS = {
    "td0.2": "patients",
    "td1.3a": "patients",
    "td0.5": "patientsPDQ",
    "td0.4": "patientsSpecific",
    "td0.3": "habilitations",
    "td1.6": "habilitations",
    "td3.1": "registry",
    "td2.1": "repository",
}
KNOWN_FLAWS = {
    "td0.5": [
        "SCHEMASV:SCHEMAV_CVC_COMPLEX_TYPE_3_2_1: Element '{urn:hl7-org:v3}code', attribute 'codeSystem': "
        "The attribute 'codeSystem' is not allowed."
    ]
}
"""The guide's own example has it: the code of the act says that it is a CS, and names its system."""
HL7_FILES = {
    "td0.2": "PRPA_IN201308UV02.xsd",
    "td1.3a": "PRPA_IN201308UV02.xsd",
    "td0.5": "PRPA_IN201306UV02.xsd",
}


def _described(dmp: Dmp, path: str) -> bytes:
    return dmp.client().get(f"{dmp.url(path)}?wsdl").content


@pytest.mark.parametrize("path", sorted(NAMES))
def test_each_service_has_the_names_of_the_official_one(dmp: Dmp, path: str) -> None:
    root = etree.fromstring(_described(dmp, path))
    service = root.find(f"{WSDL}service")
    assert service is not None
    port = service.find(f"{WSDL}port")
    assert port is not None
    assert (root.get("targetNamespace"), service.get("name"), port.get("name")) == NAMES[path]
    assert port[0].get("location") == dmp.url(path)


def test_the_bare_path_imports_the_description_of_each(dmp: Dmp) -> None:
    root = etree.fromstring(_described(dmp, ""))
    imported = {one.get("location"): one.get("namespace") for one in root.iterfind(f"{WSDL}import")}
    assert imported == {f"{dmp.url(path)}?wsdl": names[0] for path, names in NAMES.items()}


def test_a_host_prefix_is_kept_in_the_address(dmp: Dmp) -> None:
    url = dmp.url("patients").replace("/si-dmp-server", "/011/si-dmp-server")
    address = etree.fromstring(dmp.client().get(f"{url}?wsdl").content).find(f"{WSDL}service/{WSDL}port/{{*}}address")
    assert address is not None
    assert address.get("location") == url


@pytest.mark.parametrize("asked", sorted(ASKED))
def test_what_is_answered_is_of_the_types_that_are_described(dmp: Dmp, tmp_path: Path, asked: str) -> None:
    schema = schema_of(_described(dmp, PATHS[asked.split()[0]]), tmp_path / "types")
    reply = ASKED[asked](dmp)
    assert reply.status == 200
    assert flaws_of(schema, reply.all("/s:Envelope/s:Body/*")) == []


def test_what_the_tests_ask_is_of_the_types_that_are_described(dmp: Dmp, tmp_path: Path) -> None:
    schema = schema_of(_described(dmp, "patientsPDQ"), tmp_path / "types")
    name = "<livingSubjectName><value><family>A</family></value></livingSubjectName>"
    assert flaws_of(schema, [etree.fromstring(search_body(name))]) == []


@pytest.mark.parametrize("path", sorted(NAMES))
@pytest.mark.skipif(not SAMPLES, reason="LGO_SANDBOX_DMP_SAMPLES names no folder of official messages")
def test_official_messages_are_of_the_types_that_are_described(dmp: Dmp, tmp_path: Path, path: str) -> None:
    schema = schema_of(_described(dmp, path), tmp_path / "types")
    known = {element.get("name") for element in etree.fromstring(_described(dmp, path)).iter("{*}element")}
    bodies = [body for file in sorted(Path(SAMPLES).glob("*.xml")) for body in _bodies(file)]
    meant = [body for body in bodies if etree.QName(body).localname in known]
    assert meant
    assert flaws_of(schema, meant) == []


def _bodies(file: Path) -> list[etree._Element]:
    root = etree.fromstring(file.read_bytes(), etree.XMLParser(recover=True, resolve_entities=False))
    for reference in [] if root is None else list(root.iter("{http://www.w3.org/2004/08/xop/include}Include")):
        reference.getparent().remove(reference)
    return [] if root is None else [child for body in root.iter("{*}Body") for child in body.iterchildren("{*}*")]


@pytest.mark.parametrize("asked", sorted(HL7_FILES))
@pytest.mark.skipif(not SCHEMAS, reason="LGO_SANDBOX_HL7_SCHEMAS names no folder of HL7v3 schemas")
def test_hl7_answers_are_valid_by_the_schemas_of_others(dmp: Dmp, asked: str) -> None:
    schemas = [schema for file in sorted(Path(SCHEMAS).rglob(HL7_FILES[asked])) if (schema := _whole(file))]
    if not schemas:
        pytest.skip(f"{HL7_FILES[asked]} is not in the folder, or not with all that it includes")
    reply = ASKED[asked](dmp)
    found = [flaws_of(schema, reply.all("/s:Envelope/s:Body/*")) for schema in schemas]
    known = KNOWN_FLAWS.get(asked, [])
    assert [[flaw.partition("ERROR:")[2] for flaw in flaws] for flaws in found] == [known] * len(found)


def _whole(file: Path) -> etree.XMLSchema | None:
    """Return a schema, None for one that is not published with all that it includes."""
    with suppress(etree.XMLSchemaParseError):
        return schema_of_file(file)
    return None
