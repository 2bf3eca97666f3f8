"""What the tester reads and sets: resources, and exchanges told to people."""

from __future__ import annotations

from typing import Any

import pytest
from support.dmp_door import Dmp

from lgo_sandbox.contract import Refusal
from lgo_sandbox.wire.http import RawResponse


def _ask(dmp: Dmp, name: str, method: str = "GET", tail: str = "", body: Any = None) -> Any:
    return dmp.control(name, method, tail, body)


def test_the_state_of_a_dmp_is_read_and_set(dmp: Dmp) -> None:
    assert len(_ask(dmp, "patients")) > 40
    changed = _ask(dmp, "patients", "PUT", dmp.patient, {"status": "ferme", "feed_opposed": True})
    assert (changed["status"], changed["feed_opposed"]) == ("ferme", True)
    assert dmp.feed(dmp.document()).fault[0] == "soap:DMPClosed"
    titulaire = dmp.persona("titulaire").national_id
    _ask(dmp, "patients", "PUT", dmp.patient, {"status": "actif", "authorisations": {titulaire: "INTERDITE"}})
    assert dmp.find().status == 500
    assert _ask(dmp, "patients", "PUT", dmp.patient, {"status": "absent"}) == {
        "matricule": dmp.patient,
        "status": "absent",
    }


@pytest.mark.parametrize(
    "body", [None, {}, {"inconnu": 1}, {"status": "x"}, {"authorisations": 3}, {"feed_opposed": 1}]
)
def test_a_wrong_state_is_refused(dmp: Dmp, body: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        _ask(dmp, "patients", "PUT", dmp.patient, body)
    assert refusal.value.status == 422


def test_documents_are_published_with_their_octets(dmp: Dmp) -> None:
    document = dmp.document()
    dmp.feed(document)
    assert document.unique_id in {each["unique_id"] for each in _ask(dmp, "documents")}
    assert _ask(dmp, "documents", tail=document.unique_id)["matricule"] == dmp.patient
    raw = _ask(dmp, "documents", tail=f"{document.unique_id}/content")
    assert raw == RawResponse(200, document.content, "text/xml")
    with pytest.raises(Refusal):
        _ask(dmp, "documents", tail="2.25.404")


def test_exchanges_are_told_to_people(dmp: Dmp) -> None:
    dmp.feed(dmp.document())
    decode = dmp.sandbox.services["dmp"].decode
    told = decode(dmp.exchanges()[0])
    assert told.summary == "TD2.1 : 1 document versé"
    assert dict(told.request)["INS du patient"] == dmp.patient
    assert "ProvideAndRegisterDocumentSetRequest" in dict(told.request)["Message"]
    dmp.find(vihf=dmp.indirect())
    refused = decode(dmp.exchanges()[0])
    assert dict(refused.response)["Refus"].startswith("Accès refusé : TD3.1 pour")
