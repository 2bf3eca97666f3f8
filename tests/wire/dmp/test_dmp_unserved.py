"""What is refused before, or instead of, a transaction: each refusal says what to put there."""

from __future__ import annotations

import pytest
from support.dmp_door import Dmp
from support.dmp_told import is_told

from lgo_sandbox.tenant.faults import Fault, FaultKind


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("si-dmp-server/v2/services/nulle", "nulle"),
        ("si-dmp-server/v3/services/patients", "/si-dmp-server/v3/services/patients"),
        ("insi", "/insi"),
        ("", "/"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_wrong_path_is_told_what_to_put_there(dmp: Dmp, method: str, path: str, shown: str) -> None:
    root = dmp.url("").split("si-dmp-server")[0]
    assert dmp.request(method, root + path).status == 404
    (finding,) = dmp.exchanges()[0].findings
    assert (finding.check_id, finding.received) == ("SANDBOX-CHEMIN", shown)
    assert f"« {shown} »" in finding.remedy
    is_told(dmp.exchanges()[0])


@pytest.mark.parametrize(("method", "query"), [("GET", ""), ("GET", "?xsd=1"), ("PUT", ""), ("DELETE", "?wsdl")])
def test_a_wrong_method_is_told_which_is_right(dmp: Dmp, method: str, query: str) -> None:
    assert dmp.request(method, dmp.url("patients") + query).status == 405
    (finding,) = dmp.exchanges()[0].findings
    assert finding.check_id == "SANDBOX-METHODE"
    assert "POST" in finding.expected
    is_told(dmp.exchanges()[0])


def test_a_path_without_description_is_told_which_have_one(dmp: Dmp) -> None:
    assert dmp.request("GET", dmp.url("patientCertif") + "?wsdl").status == 404
    (finding,) = dmp.exchanges()[0].findings
    assert (finding.received, finding.check_id) == ("patientCertif", "SANDBOX-CHEMIN")
    assert "patients, patientsPDQ, patientsSpecific, registry, repository" in finding.expected


UNREADABLE = [b"", b"rien", b"<a/>", b'<!DOCTYPE a><a xmlns="x"/>', b"<a>" * 5000, b"\xff\xfe\x00", b"\x00" * 100]


@pytest.mark.parametrize("octets", UNREADABLE)
@pytest.mark.parametrize("suffix", ["patients", "repository"])
def test_what_cannot_be_read_is_explained(dmp: Dmp, suffix: str, octets: bytes) -> None:
    assert dmp.post(suffix, octets, certificate=dmp.issue("org-auth")).status == 500
    (finding,) = dmp.exchanges()[0].findings
    assert finding.check_id == "DMP-TRANSPORT"
    is_told(dmp.exchanges()[0])


@pytest.mark.parametrize("octets", UNREADABLE)
def test_a_fault_that_is_armed_on_everything_strikes_what_cannot_be_read(dmp: Dmp, octets: bytes) -> None:
    dmp.do(lambda: dmp.session.faults.arm(Fault("f1", "dmp", FaultKind.STATUS, 503, remaining=1)))
    assert dmp.post("patients", octets).status == 503
    assert [finding.check_id for finding in dmp.exchanges()[0].findings] == ["SANDBOX-PANNE"]
    assert dmp.post("patients", octets).status == 500
    assert dmp.findings() == ["DMP-TRANSPORT"]
