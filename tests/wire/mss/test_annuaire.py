"""The Annuaire Santé over HTTP: searches, pages, inclusions, refusals, for a few people and for a hundred thousand."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from support.mss_operator import MailOperator, MailTenant
from support.mss_people import MAIL, TITULAIRE

from health_documents.identifiers import rpps_is_valid
from lgo_sandbox.contract import Refusal, ResourceRequest
from lgo_sandbox.tenant.faults import Fault, FaultKind
from mss_mock.codes import GATEWAY_FAULTS, GatewayFault
from mss_mock.directory_resource import handle_directory


class Directory:
    """A client of the directory in one session."""

    def __init__(self, tenant: MailTenant) -> None:
        self.tenant = tenant
        self._client = tenant.operator.directory

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a path below the session."""
        return self._client.get(f"/s/{self.tenant.name}{path}", headers=headers)

    def post(self, path: str, **form: Any) -> httpx.Response:
        """Post to a path below the session."""
        return self._client.post(f"/s/{self.tenant.name}{path}", **form)

    def search(self, query: str) -> dict[str, Any]:
        """Return the Bundle of a search."""
        answer = self.get(f"/fhir/v2/{query}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/fhir+json"
        found: dict[str, Any] = answer.json()
        return found

    def found(self, query: str) -> list[dict[str, Any]]:
        """Return the resources of a search, those included among them."""
        return [entry["resource"] for entry in self.search(query).get("entry", [])]

    def total(self, query: str) -> int:
        """Return how many a search finds."""
        return int(self.search(f"{query}&_count=0&_total=accurate")["total"])


@pytest.fixture(scope="module")
def few(operator: MailOperator) -> Iterator[Directory]:
    """The directory of the people of the sandbox alone."""
    tenant = operator.tenant()
    tenant.configure(annuaire_size="0")
    yield Directory(tenant)
    tenant.delete()


@pytest.fixture(scope="module")
def many(operator: MailOperator) -> Iterator[Directory]:
    """The directory as it is by default: a hundred thousand professionals."""
    tenant = operator.tenant()
    yield Directory(tenant)
    tenant.delete()


@pytest.fixture
def own(tenant: MailTenant) -> Directory:
    """The directory of a session of one test's own, small."""
    tenant.configure(annuaire_size="1000")
    return Directory(tenant)


def _ids(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", [])]


def _link(bundle: dict[str, Any], relation: str) -> str:
    found = next((one["url"] for one in bundle["link"] if one["relation"] == relation), "")
    return str(found)


def _codes(resource: dict[str, Any], member: str) -> set[str]:
    concepts = [one.get("code", one) if member == "qualification" else one for one in resource.get(member, [])]
    return {coding["code"] for concept in concepts for coding in concept["coding"]}


def _boxes(resource: dict[str, Any]) -> list[str]:
    return [one["value"] for one in resource.get("telecom", []) if one["system"] == "email" and "extension" in one]


# The people of the sandbox


def test_without_its_key_the_directory_says_nothing(operator: MailOperator) -> None:
    others: tuple[dict[str, str], ...] = ({}, {"ESANTE-API-KEY": "autre"})
    for headers in others:
        answer = operator.http.get("/fhir/v2/Practitioner", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("Practitioner?family=delorme&given=ISABELLE", 1),
        ("Practitioner?family=elorme", 0),
        ("Practitioner?family:contains=elorme", 1),
        ("Practitioner?family:exact=Delorme", 0),
        ("Practitioner?name=helene", 1),
        ("Practitioner?family=delorme,valmont", 2),
        ("Practitioner?name:contains=el&name:contains=or", 1),
        ("Practitioner?identifier=https://rpps.esante.gouv.fr|99700090055", 1),
        ("Practitioner?identifier=urn:oid:1.2.250.1.71.4.2.1|899700090055", 1),
        ("Practitioner?identifier=https://rpps.esante.gouv.fr|", 15),
        ("Practitioner?identifier=autre|899700090055", 0),
        ("Practitioner?identifier=899700090055,899700090014", 2),
        ("Practitioner?identifier:not=899700090055", 14),
        ("Practitioner?mailbox-mss=isabelle.delorme@medecin.mssante.fr", 1),
        ("Practitioner?mailbox-mss:contains=@medecin.mssante", 2),
        ("Practitioner?mailbox-mss:missing=true", 6),
        ("Practitioner?family=delorme&active=false", 0),
        ("Practitioner?active=false", 1),
        ("Practitioner?number-smartcard:missing=true", 2),
        ("Practitioner?qualification-code=SM26", 3),
        ("PractitionerRole?organization=Organization/001-10B0990041", 1),
        ("PractitionerRole?organization.name=pharmacie&practitioner.family=valmont", 1),
        ("PractitionerRole?practitioner:Practitioner.name=max", 3),
        ("PractitionerRole?mailbox-mss:contains=ch-valfontaine", 1),
        ("PractitionerRole?role=A", 2),
        ("Organization?name=pharmacie", 2),
        ("Organization?type=SA33&address-city=valfontaine", 2),
        ("Organization?type:not=SA33", 8),
        ("Organization?mailbox-mss=contact@pharmacie-fontaine.mssante.fr", 1),
        ("Organization?address=valfontaine&address-line=12%20rue", 1),
        ("Organization?identifier-type=FINEG&data-information-system=FINESS&_count=9", 7),
        ("Organization?type=LEGAL-ENTITY", 1),
        ("Organization?partof=Organization/001-10B0990066", 1),
        ("Organization?partof.name:contains=juridique", 1),
        ("Organization?pharmacy-licence=64", 0),
        ("Organization?pharmacy-licence=0B", 2),
        ("Practitioner?_lastUpdated=ge2026-01-05T03:00:00Z&family=delorme", 1),
        ("Practitioner?_lastUpdated=gt2026-01-05T03:00:00Z", 0),
        ("Practitioner?_lastUpdated=gt2026-01-05", 0),
        ("Practitioner?_lastUpdated=eq2026-01&family=delorme", 1),
        ("Practitioner?_lastUpdated=lt2026-01-06&family=delorme", 1),
        ("HealthcareService?organization=001-10B0990041", 0),
        ("Device?model=x", 0),
    ],
)
def test_searches(few: Directory, query: str, count: int) -> None:
    bundle = few.search(query)
    assert (bundle["total"], len(_ids(bundle))) == (count, count)


def test_a_posted_search_is_the_same(few: Directory) -> None:
    assert _ids(few.post("/fhir/v2/Practitioner/_search", data={"family": "delorme"}).json()) == ["003-899700090055"]


def test_pages_follow_each_other_to_the_end(few: Directory) -> None:
    seen, bundle = [], few.search("Practitioner?_count=5")
    first = bundle
    while bundle:
        seen += _ids(bundle)
        url = _link(bundle, "next")
        bundle = few._client.get(url).json() if url else {}
        assert "Practitioner" not in url
    assert len(seen) == len(set(seen)) == few.search("Practitioner")["total"] == first["total"]


def test_a_mailbox_hangs_where_it_belongs_and_is_not_repeated(few: Directory) -> None:
    persons, situations = few.found("Practitioner"), few.found("PractitionerRole")
    personal = {box for one in persons for box in _boxes(one)}
    of_situations = {box for one in situations for box in _boxes(one)}
    assert "isabelle.delorme@medecin.mssante.fr" in personal
    assert "antoine.sauveterre@ch-valfontaine.mssante.fr" in of_situations
    assert not personal & of_situations


def test_a_mailbox_is_a_telecom_with_the_two_extensions(few: Directory) -> None:
    resource = few.get("/fhir/v2/Organization/001-10B0990017").json()
    boxes = [one for one in resource["telecom"] if one["system"] == "email"]
    kinds = [box["extension"][1]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] for box in boxes]
    assert kinds == ["ORG", "APP"]
    assert boxes[0]["extension"][0]["valueCoding"]["code"] == "MSSANTE"


def test_includes_bring_what_a_role_refers_to(few: Directory) -> None:
    query = "PractitionerRole?practitioner=003-899700090063"
    both = "&_include=PractitionerRole:practitioner&_include=PractitionerRole:organization"
    for more in (both, "&_include=*"):
        entries = few.search(query + more)["entry"]
        assert [entry["search"]["mode"] for entry in entries] == ["match", "include", "include"]
    iterated = few.found(query + "&_include=PractitionerRole:organization&_include:iterate=Organization:partof")
    assert [one["resourceType"] for one in iterated] == ["PractitionerRole", "Organization"]


def test_a_reverse_include_brings_the_roles_of_a_practitioner(few: Directory) -> None:
    query = "Practitioner?family=delorme&_revinclude=PractitionerRole:practitioner"
    found = [(entry["resource"]["resourceType"], entry["search"]["mode"]) for entry in few.search(query)["entry"]]
    assert found == [("Practitioner", "match"), ("PractitionerRole", "include")]


def test_elements_keep_what_is_asked_and_what_is_mandatory(few: Directory) -> None:
    (resource,) = few.found("Practitioner?family=delorme&_elements=name,telecom")
    assert set(resource) == {"resourceType", "id", "meta", "identifier", "active", "name", "telecom"}
    (tag,) = resource["meta"]["tag"]
    assert (tag["code"], bool(tag["display"])) == ("SUBSETTED", True)
    assert {one["use"] for one in resource["identifier"]} == {"official"}


def test_a_summary_is_shorter_and_a_count_has_no_entries(few: Directory) -> None:
    (short,) = few.found("Practitioner?family=delorme&_summary=true")
    assert "qualification" not in short
    assert short["meta"]["tag"]
    counted = few.search("Practitioner?family=delorme&_summary=count")
    assert (counted["total"], "entry" in counted) == (1, False)


def test_one_who_is_not_active_keeps_his_identifiers(few: Directory) -> None:
    (resource,) = few.found("Practitioner?active=false")
    assert set(resource) == {"resourceType", "id", "meta", "language", "identifier", "active"}


def test_the_capability_statement_lists_what_can_be_searched(few: Directory) -> None:
    statement = few.get("/fhir/v2/metadata").json()
    assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    assert few.get("/fhir/metadata").status_code == 200
    for resource in statement["rest"][0]["resource"]:
        pairs = [(one["name"], _example(one)) for one in resource["searchParam"]]
        pairs += [("_include", one) for one in resource.get("searchInclude", ())]
        pairs += [("_revinclude", one) for one in resource.get("searchRevInclude", ())]
        answer = few.get(f"/fhir/v2/{resource['type']}?{urlencode(pairs)}")
        assert answer.status_code == 200, answer.text


def _example(parameter: dict[str, str]) -> str:
    if parameter["name"] == "active":
        return "true"
    return "2026-01-05" if parameter["type"] == "date" else "x"


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/fhir/v2/Patient", 404, "HAPI-0302: Unknown resource type 'Patient'"),
        ("/fhir/v2/Practitioner/inconnu", 404, "HAPI-2001"),
        ("/fhir/v2/Practitioner?mailbox-mss-type=PER", 400, "Parameter mailbox-mss-type not found"),
        ("/fhir/v2/Practitioner?family:sounds=x", 400, "Parameter family:sounds not found"),
        ("/fhir/v2/Practitioner?name:family=x", 400, "Parameter name:family not found"),
        ("/fhir/v2/Practitioner?_sort=name", 400, "Parameter _sort not found"),
        ("/fhir/v2/Practitioner?family.x=y", 400, "not found"),
        ("/fhir/v2/PractitionerRole?organization:Practitioner=y", 400, "not found"),
        ("/fhir/v2/PractitionerRole?organization.family=y", 400, "Parameter family not found"),
        ("/fhir/v2/Practitioner?active=oui", 400, "active"),
        ("/fhir/v2/Practitioner?_total=peu", 400, "_total"),
        ("/fhir/v2/Practitioner?_summary=peu", 400, "_summary"),
        ("/fhir/v2/Practitioner?_count=-1", 400, "_count"),
        ("/fhir/v2/Practitioner?_lastUpdated=hier", 400, "HAPI-1882"),
        ("/fhir/v2/Practitioner?_lastUpdated=xx2026-01-05", 400, "HAPI-1882"),
        ("/fhir/v2/Practitioner?_lastUpdated=ge2026-02-31", 400, "HAPI-1882"),
        ("/fhir/v2/Practitioner?_lastUpdated=ge9999-12", 400, "HAPI-1882"),
        ("/fhir/v2/Practitioner?_revinclude=PractitionerRole:x", 400, "_revinclude"),
        ("/fhir/v2/Practitioner?_revinclude=Device:organization", 400, "_revinclude"),
        ("/fhir/v2/Practitioner?" + "family=a&" * 300, 400, "Too many"),
        ("/fhir/v2/Practitioner?family=" + "a," * 600, 400, "Too many"),
        ("/fhir/v2/_page?id=***", 410, "HAPI-0417"),
        ("/fhir/v2/_page?id=%C3%A9", 410, "HAPI-0417"),
        ("/fhir/v2/_page?id=eJyrVgoA", 410, "HAPI-0417"),
    ],
)
def test_errors_are_operation_outcomes(few: Directory, path: str, status: int, text: str) -> None:
    answer = few.get(path)
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert text in answer.json()["issue"][0]["diagnostics"]


def test_an_unknown_path_is_answered_by_the_gateway(few: Directory) -> None:
    answer = few.get("/nulle-part")
    assert (answer.status_code, answer.text) == (404, "No context-path matches the request URI.")


def test_a_reader_may_have_it_indented_or_in_part(few: Directory) -> None:
    pretty = few.get("/fhir/v2/Practitioner/003-899700090055?_pretty=true")
    assert pretty.text.startswith('{\n  "resourceType"')
    assert pretty.json() == few.get("/fhir/v2/Practitioner/003-899700090055?_format=json").json()
    part = few.get("/fhir/v2/Practitioner/003-899700090055?_elements=name").json()
    assert set(part) == {"resourceType", "id", "meta", "identifier", "active", "name"}


def test_nothing_is_written_in_the_directory_and_old_addresses_redirect(operator: MailOperator) -> None:
    client = operator.directory
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.request(method, "/fhir/v2/Practitioner/x").status_code == 403
    assert client.post("/fhir/v2/Practitioner").status_code == 403
    answer = client.get("/fhir/Practitioner?family=delorme")
    assert answer.status_code == 307
    assert answer.headers["location"].endswith("/fhir/v2/Practitioner?family=delorme")


# A hundred thousand


@pytest.mark.parametrize(
    "line",
    """
    Device?_count=300
    Device?_include=*
    Device?_include=Device:organization
    Device?_lastUpdated=ge2025-08-07
    Device?_total=accurate
    Device?status=active
    Device?status=inactive
    Device?type={R272-EquipementMaterielLourd}|05602
    HealthcareService
    HealthcareService?_include=HealthcareService:organization
    HealthcareService?_lastUpdated=ge2025-08-01
    HealthcareService?_profile={as-dp-healthcareservice-healthcare-activity}
    HealthcareService?_profile={as-dp-healthcareservice-social-equipment}
    HealthcareService?active=false
    HealthcareService?characteristic={R209-TypeActivite}|11
    HealthcareService?characteristic={R276-FormeActivite}|07
    Organization?_include=Organization:partof
    Organization?_lastUpdated=ge2022-08-05T14:51:04
    Organization?_revinclude=Device:organization
    Organization?_revinclude=HealthcareService:organization
    Organization?_revinclude=Organization:partof
    Organization?_revinclude=PractitionerRole:organization
    Organization?address-postalcode=75016&address-city=PARIS
    Organization?address-postalcode=78
    Organization?data-information-system=FINESS
    Organization?data-information-system=RPPS
    Organization?identifier=https://finess.esante.gouv.fr|
    Organization?identifier=https://finess.esante.gouv.fr|&type=182,500
    Organization?identifier=https://finess.esante.gouv.fr|&type=SA01,SA02,SA03,SA04&type:not=101,365
    Organization?mailbox-mss:contains=@
    Organization?mailbox-mss:contains=@hopital
    Organization?name:contains=imagerie,centre
    Organization?name:contains=centre&name:contains=moulin
    Organization?name:exact=PHARMACIE DU MARCHE
    Organization?name=pharmacie
    Organization?type=GEOGRAPHICAL-ENTITY
    Organization?type=LEGAL-ENTITY
    Organization?type=SA33,SA38,SA39,SA65
    Organization?type={R02-SecteurActivite}|SA02
    Organization?type={R02-SecteurActivite}|SA05&mailbox-mss:contains=@
    Organization?type={R02-SecteurActivite}|SA25,{R02-SecteurActivite}|SA29&mailbox-mss:contains=@
    Organization?type={R66-CategorieEtablissement}|101
    Practitioner?_lastUpdated=ge2024-08-30
    Practitioner?_revinclude=PractitionerRole:practitioner
    Practitioner?mailbox-mss:contains=@
    Practitioner?mailbox-mss:contains=@medecin.mssante.fr
    Practitioner?qualification-code=10&active=true
    Practitioner?qualification-code=21
    Practitioner?qualification-code=C
    Practitioner?qualification-code=SM41
    Practitioner?qualification-code={G15-ProfessionSante}|21
    Practitioner?qualification-code={R09-CategorieProfessionnelle}|C
    Practitioner?qualification-code={R38-SpecialiteOrdinale}|SM41
    PractitionerRole?_elements=telecom
    PractitionerRole?_include=*
    PractitionerRole?_include=PractitionerRole:organization
    PractitionerRole?_include=PractitionerRole:practitioner
    PractitionerRole?mailbox-mss:contains=@
    PractitionerRole?mailbox-mss:contains=@medecin.mssante.fr
    PractitionerRole?role={R06-SectionTableauCNOP}|A
    PractitionerRole?role={R85-RolePriseCharge}|318
    PractitionerRole?role={R23-ModeExercice}|L
    PractitionerRole?role={R22-GenreActivite}|GENR01
    """.strip().splitlines(),
)
def test_each_request_of_the_guide_finds_something(many: Directory, line: str) -> None:
    profiles = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/"
    query = re.sub(r"\{([RG]\d+-\w+)\}", r"https://mos.esante.gouv.fr/NOS/TRE_\1/FHIR/TRE-\1", line.strip())
    query = re.sub(r"\{(as-[\w-]+)\}", profiles + r"\1", query)
    kind, _, parameters = query.partition("?")
    bundle = many.search(f"{kind}?{urlencode([('_count', '3'), *parse_qsl(parameters)])}")
    assert bundle["entry"]
    assert bundle["entry"][0]["resource"]["resourceType"] == kind
    for entry in bundle["entry"]:
        resource = entry["resource"]
        assert entry["fullUrl"].endswith(f"/fhir/v2/{resource['resourceType']}/{resource['id']}")
        assert not [path for path, value in _leaves(resource) if value in ("", None, [], {})]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    yield path, value
    for name, inner in items:
        yield from _leaves(inner, f"{path}.{name}")


def test_every_entry_that_is_found_is_read_again_by_its_id_and_its_number(many: Directory) -> None:
    for kind in ("Practitioner", "PractitionerRole", "Organization", "HealthcareService", "Device"):
        for resource in many.found(f"{kind}?_lastUpdated=ge2026-03&_count=2"):
            assert many.get(f"/fhir/v2/{kind}/{resource['id']}").json() == resource
            assert many.found(f"{kind}?_id={resource['id']}") == [resource]
            for one in resource.get("identifier", ()):
                assert many.found(f"{kind}?identifier={one['system']}|{one['value']}") == [resource]
                assert many.found(f"{kind}?identifier={one['value']}") == [resource]


def test_there_are_as_many_as_told_all_different(many: Directory) -> None:
    assert many.total("Practitioner?name:missing=false") + many.total("Practitioner?active=false") == 100_015
    assert many.total("Organization?active=true") + many.total("Organization?active=false") == 30_010
    found = many.found("Practitioner?qualification-code=21&_count=2000")
    boxes = [box for one in found for box in _boxes(one)]
    assert len(boxes) == len(set(boxes)) > 900
    assert all(rpps_is_valid(one["identifier"][0]["value"]) for one in found)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("Practitioner?mailbox-mss:contains={a}.{b}", True),
        ("Practitioner?mailbox-mss:contains={a_end}.{b}@", True),
        ("Practitioner?mailbox-mss={a}.{b_start}", True),
        ("Practitioner?mailbox-mss:exact={box}", True),
        ("Practitioner?mailbox-mss:contains={b_end}@{domain}", True),
        ("Practitioner?mailbox-mss={b}", False),
        ("Practitioner?mailbox-mss:contains={a}{b}", False),
        ("Practitioner?mailbox-mss:exact={a}.{b}", False),
    ],
)
def test_an_address_is_found_by_any_piece_of_it(many: Directory, query: str, wanted: bool) -> None:
    resource = many.found("Practitioner?mailbox-mss:contains=@infirmier&_count=1&identifier:not=899700090071")[0]
    (box,) = _boxes(resource)
    local, domain = box.split("@")
    a, b = local.split(".")
    pieces = {"a": a, "b": b, "a_end": a[-2:], "b_start": b[:3], "b_end": b[-4:], "box": box, "domain": domain[:4]}
    found = [one["id"] for one in many.found(query.format(**pieces) + "&_count=1000")]
    assert (resource["id"] in found) == wanted


def test_a_role_and_its_practitioner_and_structure_agree_both_ways(many: Directory) -> None:
    for role in many.found("PractitionerRole?role=A&_count=6&active=true"):
        person, site = role["practitioner"]["reference"], role["organization"]["reference"]
        assert role["id"] in [one["id"] for one in many.found(f"PractitionerRole?practitioner={person}")]
        assert role["id"] in [one["id"] for one in many.found(f"PractitionerRole?organization={site}")]
        assert "21" in _codes(many.get(f"/fhir/v2/{person}").json(), "qualification")
        assert "SA33" in _codes(many.get(f"/fhir/v2/{site}").json(), "type")


def test_a_search_by_another_resource_is_the_same_as_two(many: Directory) -> None:
    chained = many.total("PractitionerRole?organization.address-postalcode=75016&role=A")
    sites = many.found("Organization?address-postalcode=75016&type=SA33&_count=500")
    ids = ",".join(one["id"] for one in sites)
    assert chained == many.total(f"PractitionerRole?role=A&organization={ids}") > 0


def test_a_delta_is_a_part_of_a_full_load_and_moves_with_the_clock(own: Directory) -> None:
    everybody = own.total("Practitioner?active:missing=false")
    today = own.tenant.do(lambda session: session.clock.age().date().isoformat())
    before = own.search(f"Practitioner?_lastUpdated=ge{today}&_count=1000")
    assert 0 <= before["total"] < everybody / 10
    week = own.search(f"Practitioner?_lastUpdated=ge{_days_before(today, 7)}&_count=1000")
    assert before["total"] < week["total"] < everybody / 5
    assert all(one["meta"]["lastUpdated"][:10] >= _days_before(today, 7) for one in map(_resource, week["entry"]))


def _resource(entry: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = entry["resource"]
    return found


def _days_before(day: str, count: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=count)).isoformat()


def test_a_long_search_by_text_says_its_total_only_when_asked(many: Directory) -> None:
    assert "total" not in many.search("Practitioner?name:contains=a&_count=1")
    assert many.search("Practitioner?name:contains=a&_count=1&_total=accurate")["total"] > 5_000
    assert "total" not in many.search("Practitioner?_count=1&_total=none")
    assert many.search("Practitioner?family=aubebois&_count=1")["total"] > 0


def test_a_page_is_gone_after_an_hour(own: Directory) -> None:
    url = _link(own.search("Practitioner?_count=2"), "next")
    assert own._client.get(url).status_code == 200
    own.tenant.move(hours=2)
    assert own._client.get(url).status_code == 410


# Options, outages, files


def test_by_option_the_parameter_that_is_specified_but_absent_works(own: Directory) -> None:
    own.tenant.configure(annuaire_mailbox_type="specified", annuaire_size="1000")
    bundle = own.search("Organization?mailbox-mss-type=APP&_count=2")
    assert len(_ids(bundle)) == 2
    assert f"/s/{own.tenant.name}/fhir/v2/_page" in _link(bundle, "next")


def test_by_option_the_api_lacks_some_that_the_extraction_has(own: Directory) -> None:
    everybody = own.total("Practitioner?active:missing=false")
    own.tenant.configure(annuaire_gaps="lacking", annuaire_size="1000")
    assert own.total("Practitioner?active:missing=false") == everybody - 12
    assert own.get("/fhir/v2/Practitioner/003-899700090139").status_code == 404
    assert own.get("/fhir/v2/Practitioner/003-5000013-7000013").status_code == 404
    assert own.found("PractitionerRole?practitioner=003-5000013-7000013") == []
    lines = _file(own, "PS_LibreAcces", "Personne_activite")
    assert [line for line in lines if "|899700090139|" in line]


def test_by_option_an_entry_is_there_twice(own: Directory) -> None:
    assert len(own.found("Practitioner?identifier=99700090022")) == 1
    own.tenant.configure(annuaire_gaps="doubled", annuaire_size="1000")
    assert len(own.found("Practitioner?identifier=99700090022")) == 2


@pytest.mark.parametrize("fault", GATEWAY_FAULTS, ids=lambda fault: fault.name)
def test_an_outage_of_the_gateway_is_told_in_its_own_words(own: Directory, fault: GatewayFault) -> None:
    armed = Fault("p", "mss", FaultKind.NAMED, fault.name, "annuaire-search", remaining=1)
    own.tenant.do(lambda session: session.faults.arm(armed))
    answer = own.get("/fhir/v2/Practitioner?family=delorme")
    assert (answer.status_code, answer.text) == (fault.status, fault.text)
    assert answer.headers["content-type"].startswith("text/plain")
    assert own.get("/fhir/v2/Practitioner?family=delorme").status_code == 200
    assert "MSS-DIRECTORY-RETRY" in own.tenant.kept() or fault.status < 500


def test_by_option_one_call_too_many_is_refused_with_when_to_come_back(own: Directory) -> None:
    own.tenant.configure(annuaire_rate="refuse", annuaire_size="0")
    answers = [own.get("/fhir/v2/metadata") for _ in range(40)]
    refused = [one for one in answers if one.status_code == 429]
    assert refused
    assert refused[0].headers["retry-after"] == "1"
    assert "17 requests per 1 seconds" in refused[0].json()["message"]


def _file(directory: Directory, extraction: str, part: str = "") -> list[str]:
    answer = directory.get(f"/annuaire-sante-webservices/V300/services/extraction/{extraction}")
    assert answer.status_code == 200
    name = re.fullmatch(r'attachment; filename="(\w+_\d{12})\.zip"', answer.headers["content-disposition"])
    assert name
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    (file,) = (one for one in archive.namelist() if part in one)
    return archive.read(file).decode().removesuffix("\n").split("\n")


def test_the_extractions_have_their_columns_and_the_data_of_the_api(own: Directory) -> None:
    counts = {"Personne_activite": 53, "Dipl_AutExerc": 14, "SavoirFaire": 14}
    for part, columns in counts.items():
        lines = _file(own, "PS_LibreAcces", part)
        assert {line.count("|") + 1 for line in lines} == {columns}
        assert lines[0].startswith("Type d'identifiant PP|Identifiant PP|Identification nationale PP|")
        assert lines[0].endswith("|")
    activities = _file(own, "PS_LibreAcces", "Personne_activite")
    assert len(activities) - 1 == own.total("PractitionerRole?active=true")
    boxes = _file(own, "Extraction_Correspondance_MSSante")
    assert {line.count("|") + 1 for line in boxes} == {31}
    assert {line.partition("|")[0] for line in boxes[1:]} == {"PER", "ORG"}
    published = {line.split("|")[1] for line in boxes[1:]}
    for kind in ("Practitioner", "PractitionerRole"):
        assert {box for one in own.found(f"{kind}?_count=2000") for box in _boxes(one)} <= published
    own.tenant.configure(annuaire_columns="56", annuaire_size="1000")
    assert _file(own, "PS_LibreAcces", "Personne_activite")[0].endswith("Code genre activité|Libellé genre activité|")


def test_an_extraction_that_is_not_there_is_told_which_are(own: Directory) -> None:
    answer = own.get("/annuaire-sante-webservices/V300/services/extraction/PS_Tout")
    assert answer.status_code == 404
    (finding,) = own.tenant.exchanges()[0].findings
    assert "PS_LibreAcces" in finding.expected


def test_answers_are_the_same_when_asked_again(own: Directory) -> None:
    first, again = (own.search("PractitionerRole?_include=*&_count=30") for _ in range(2))
    assert json.dumps(first["entry"]) == json.dumps(again["entry"])


@pytest.mark.parametrize(
    ("accept", "query", "told"),
    [
        ("application/fhir+json", "", ""),
        ("*/*", "", ""),
        ("text/html, application/json;q=0.9", "", ""),
        ("application/fhir+xml", "", "Accept: application/fhir+xml"),
        ("application/fhir+xml, application/fhir+json;q=0", "", "Accept: application/fhir+xml, application/"),
        ("application/fhir+xml", "&_format=application/fhir%2Bjson", ""),
        ("application/fhir+json", "&_format=xml", "_format=xml"),
    ],
)
def test_json_to_who_does_not_ask_for_it_is_not_silent(
    operator: MailOperator, tenant: MailTenant, accept: str, query: str, told: str
) -> None:
    path = f"/s/{tenant.name}/fhir/v2/Practitioner?family=delorme{query}"
    answer = operator.directory.get(path, headers={"Accept": accept})
    assert answer.headers["content-type"].startswith("application/fhir+json")
    found = [f.received for f in tenant.exchanges()[0].findings if f.check_id == "MSS-DIRECTORY-FORMAT"]
    assert "".join(found).startswith(told)
    assert bool(found) == bool(told)


@pytest.mark.parametrize(
    ("parameter", "expected", "remedy"),
    [
        ("naem", "name", "Écrivez « name » à la place de « naem »."),
        ("name:sounds", "name, avec un modificateur de son type", "Retirez « :sounds » de « name:sounds »."),
        ("name:family", "family=…", "Écrivez « family= » à la place de « name:family »."),
        ("zzz", "un paramètre de Practitioner, comme active, ", "N'utilisez que les paramètres"),
    ],
)
def test_an_unknown_parameter_is_told_the_one_it_looks_like(
    operator: MailOperator, tenant: MailTenant, parameter: str, expected: str, remedy: str
) -> None:
    assert operator.directory.get(f"/s/{tenant.name}/fhir/v2/Practitioner?{parameter}=a").status_code == 400
    (found,) = tenant.exchanges()[0].findings
    assert found.expected.startswith(expected)
    assert len(found.expected) < 250
    assert found.remedy.startswith(remedy)


# Changes by a tester


def _change(directory: Directory, method: str, tail: str = "", body: object = None) -> Any:
    tenant, request = directory.tenant, ResourceRequest(method, tail, {}, body)
    return tenant.do(lambda session: handle_directory(tenant.runner.launcher.sandbox, session, request))


def test_what_a_tester_changes_is_in_the_next_delta(own: Directory) -> None:
    now = own.tenant.do(lambda session: session.clock.age() - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert own.found(f"Practitioner?_lastUpdated=ge{now}") == []
    _change(own, "POST", "899700090022", {"family_name": "NOUVEAU", "structure": "officine-voisine"})
    _change(own, "POST", "899700090014", {"active": False})
    delta = {one["id"]: one for one in own.found(f"Practitioner?_lastUpdated=ge{now}")}
    assert delta["003-899700090022"]["name"][0]["family"] == "NOUVEAU"
    assert delta["003-899700090022"]["meta"]["versionId"] == "2"
    assert delta["003-899700090014"]["active"] is False
    roles = {one["id"]: one for one in own.found(f"PractitionerRole?_lastUpdated=ge{now}")}
    assert roles["005-899700090022"]["organization"]["reference"] == "Organization/001-10B0990025"
    assert roles["005-899700090014"]["active"] is False
    assert [one["national_id"] for one in _change(own, "GET")] == ["899700090014", "899700090022"]
    _change(own, "DELETE", "899700090022")
    assert own.found("Practitioner?family=castelnau")


@pytest.mark.parametrize(
    ("method", "tail", "body", "status"),
    [
        ("POST", "", {}, 405),
        ("GET", "899999999999", None, 404),
        ("DELETE", "899700090022", None, 404),
        ("PUT", "899700090022", None, 405),
        ("POST", "899700090022", None, 422),
        ("POST", "899700090022", {"age": 3}, 422),
        ("POST", "899700090022", {"active": "non"}, 422),
        ("POST", "899700090022", {"family_name": ""}, 422),
        ("POST", "899700090022", {"structure": "nulle-part"}, 422),
        ("POST", "899700090022", {"mailbox": "sans arobase"}, 422),
    ],
)
def test_a_change_that_cannot_be_is_refused(own: Directory, method: str, tail: str, body: object, status: int) -> None:
    with pytest.raises(Refusal) as refused:
        _change(own, method, tail, body)
    assert refused.value.status == status


def test_an_address_that_is_found_takes_mail_and_its_domain_is_listed(own: Directory, operator: MailOperator) -> None:
    found = own.found("PractitionerRole?role=A&mailbox-mss:contains=@&_count=1&identifier:missing=false")
    (box,) = _boxes(found[0])
    with own.tenant.smtp() as client:
        client.sendmail(TITULAIRE, [box], MAIL)
    assert len(own.tenant.inbox(box)) == 1
    assert f"<Nom>{box.partition('@')[2]}</Nom>" in operator.http.get("/listeblanchemssante.xml").text
