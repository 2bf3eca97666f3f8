"""The INS that a mail carries: in its archives, in the addresses of citizens, in what its documents print."""

from __future__ import annotations

from lgo_sandbox.watch.markers import Marker
from mss_mock.flows import mail_flow

ONE, OTHER = "256036330091838", "155128002194517"
DOCTOR = {"address": "isabelle.delorme@medecin.mssante.fr", "kind": "PER"}
CITIZEN = {"address": f"{OTHER}@patient.mssante.fr", "kind": "PAT"}


def test_a_mail_without_documents_to_a_professional_carries_none() -> None:
    assert mail_flow({"recipients": [DOCTOR]}, []) == {"ins_flow": [], "ins_partners": [], "printed_ins": []}


def test_archives_and_citizens_carry_matricules_that_the_recipients_learn() -> None:
    archive = {
        "patient": {"id": ONE, "oid": "1.2.250.1.213.1.4.8"},
        "documents": [{"matricule": ONE, "printed_ins": ""}],
    }
    flow = mail_flow({"recipients": [DOCTOR, CITIZEN], "archives": [archive]}, [Marker("", "identité validée", OTHER)])
    assert [(one["matricule"], one["status"]) for one in flow["ins_flow"]] == [(OTHER, "identité validée"), (ONE, "")]
    assert flow["ins_partners"] == sorted([DOCTOR["address"], CITIZEN["address"]])
    assert flow["printed_ins"] == [""]


def test_a_local_identifier_and_an_unreadable_archive_carry_none() -> None:
    local = {"patient": {"id": "IPP1", "oid": "1.2.3"}, "documents": [{"matricule": "", "printed_ins": None}]}
    flow = mail_flow({"recipients": [DOCTOR], "archives": [local, {"unreadable": "zip"}]}, [])
    assert flow == {"ins_flow": [], "ins_partners": [], "printed_ins": []}
