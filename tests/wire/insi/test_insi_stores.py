"""A full, read-only or locked store behind INSi: a fault of the gateway that names it, then all goes on."""

from __future__ import annotations

import pytest
from lxml import etree
from support.insi_door import Door, Doors
from support.insi_requests import depositing
from support.spoilt_stores import SPOILT

from health_documents.identifiers import OID_INS_NIR
from insi_mock.domain import Claim, Traits

TRAITS = Traits("MARTIN", ("CLAIRE",), "F", "1956-03-30")
CLAIMS = tuple(Claim("256036330091838", OID_INS_NIR, TRAITS, str(number)) for number in range(1, 301))


@pytest.fixture
def door(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> Door:
    """A client in a session in files, which others can lock, and nobody waits for long."""
    door = Door(doors, doors.runner.tenant(durable=True))
    monkeypatch.setattr("lgo_sandbox.state.sqlite.store.PATIENCE_MS", 20)
    return door


@pytest.mark.parametrize("how", SPOILT)
def test_a_deposit_that_cannot_be_kept_is_a_fault_that_names_the_store_and_is_taken_later(how: str, door: Door) -> None:
    spoil, why = SPOILT[how]
    with spoil(door.tenant):
        answer = door.send(depositing(*CLAIMS))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    (error,) = etree.fromstring(answer.content).iter("{*}Erreur")
    assert error.get("code") == "desir_simule_stockage"
    assert "data.sqlite" in error.text
    assert why in error.text
    assert door.send(depositing(*CLAIMS)).status_code == 200
    refused, taken = door.tenant.exchanges()
    (finding,) = refused.findings
    assert (finding.check_id, "data.sqlite" in finding.where) == ("SANDBOX-STOCKAGE", True)
    assert why in finding.received
    assert "SANDBOX-STOCKAGE" not in {one.check_id for one in taken.findings}
