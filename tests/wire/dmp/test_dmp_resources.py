"""What the tester reads and sets: resources, and exchanges told to people."""

from __future__ import annotations

from typing import Any

import pytest

from lgo_sandbox.contract import Refusal, ResourceRequest
from lgo_sandbox.wire.http import RawResponse

UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
FAILURE = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
GET_DOCUMENTS = "5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"
STATUS = "urn:oasis:names:tc:ebxml-regrep:StatusType"
VISIBILITY = "1.2.250.1.213.1.1.4.13"
TYPE_SYSTEM, CLASS_SYSTEM = "2.16.840.1.113883.6.1", "1.2.250.1.213.1.1.4.1"


def _found(reply: Any) -> list[str]:
    return [str(value) for value in reply.all(f"//rim:ExternalIdentifier[@identificationScheme='{UNIQUE_ID}']/@value")]


def _status(reply: Any) -> str:
    return str(reply.text("//rs:RegistryResponse/@status"))


def _coded(type_code: str, class_code: str) -> dict[str, list[tuple[str, str]]]:
    return {"type": [(type_code, TYPE_SYSTEM)], "class": [(class_code, CLASS_SYSTEM)]}


def _context(reply: Any) -> str:
    return str(reply.text("//rs:RegistryError/@codeContext"))


def _ask(dmp: Any, name: str, method: str = "GET", tail: str = "", body: Any = None) -> Any:
    sandbox = dmp.launcher.sandbox
    (resource,) = [each for each in sandbox.services["dmp"].resources if each.name == name]
    return dmp.do(lambda: resource.handle(sandbox, dmp.session, ResourceRequest(method, tail, {}, body)))


def test_the_state_of_a_dmp_is_read_and_set(dmp: Any) -> None:
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
def test_a_wrong_state_is_refused(dmp: Any, body: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        _ask(dmp, "patients", "PUT", dmp.patient, body)
    assert refusal.value.status == 422


def test_documents_are_published_with_their_octets(dmp: Any) -> None:
    document = dmp.document()
    dmp.feed(document)
    assert document.unique_id in {each["unique_id"] for each in _ask(dmp, "documents")}
    assert _ask(dmp, "documents", tail=document.unique_id)["matricule"] == dmp.patient
    raw = _ask(dmp, "documents", tail=f"{document.unique_id}/content")
    assert raw == RawResponse(200, document.content, "text/xml")
    with pytest.raises(Refusal):
        _ask(dmp, "documents", tail="2.25.404")


def test_exchanges_are_told_to_people(dmp: Any) -> None:
    dmp.feed(dmp.document())
    decode = dmp.launcher.sandbox.services["dmp"].decode
    told = decode(dmp.exchanges()[0])
    assert told.summary == "TD2.1 : 1 document(s) versé(s)"
    assert dict(told.request)["INS du patient"] == dmp.patient
    assert "ProvideAndRegisterDocumentSetRequest" in dict(told.request)["Message"]
    dmp.find(vihf=dmp.indirect())
    refused = decode(dmp.exchanges()[0])
    assert dict(refused.response)["Refus"].startswith("Accès refusé : TD3.1-metadata")
