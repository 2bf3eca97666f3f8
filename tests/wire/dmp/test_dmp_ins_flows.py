"""An INS that leaves for the DMP, against what the user's markers say of its identity."""

from __future__ import annotations

import pytest
from support.dmp_door import Dmp

from lgo_sandbox.watch.ins_flows import InsFlow


def _send(dmp: Dmp, what: str) -> list[str]:
    {"td0.2": dmp.test_existence, "td2.1": lambda: dmp.feed(dmp.document()), "td3.1": dmp.find}[what]()
    return dmp.findings()


@pytest.mark.parametrize("transaction", ["td0.2", "td2.1", "td3.1"])
def test_a_transaction_about_an_identity_not_qualified_is_reproached(dmp: Dmp, transaction: str) -> None:
    dmp.test_existence(dmp.direct())
    dmp.mark("identité récupérée")
    assert _send(dmp, transaction) == ["DMP-INS-STATUT"]
    dmp.mark("identité qualifiée")
    assert _send(dmp, transaction) == []


def test_a_document_filed_after_a_ko_is_reproached_until_an_ok(dmp: Dmp) -> None:
    dmp.mark("vérification KO")
    assert _send(dmp, "td2.1") == ["DMP-INS-VERIFICATION"]
    dmp.mark("vérification OK")
    assert _send(dmp, "td2.1") == []


def test_markers_about_another_patient_change_nothing_and_the_partner_is_in_the_journal(dmp: Dmp) -> None:
    dmp.mark("identité provisoire", dmp.stranger().matricule)
    assert _send(dmp, "td2.1") == []
    flow = dmp.exchanges()[0].noted.get(InsFlow)
    assert flow is not None
    assert (flow.matricules, flow.partners) == ((dmp.patient,), ("DMP",))
