"""What people read of an exchange with ApCV: its summary and labelled values, in French."""

from __future__ import annotations

from support.apcv_door import ApcvDoor

from apcv_mock.wire import decode
from lgo_sandbox.contract import Decoded

CLAIRE = "256036330091838"


def shown(door: ApcvDoor, operation: str) -> Decoded:
    return decode(door.tenant.exchanges(operation)[-1])


def test_an_authentication_is_shown_with_its_code_and_its_context(door: ApcvDoor) -> None:
    context = door.opened("ins-non-certifie")
    told = shown(door, "authentifierUtilisateurProximite")
    assert told.summary == "Lecture de l'appli carte Vitale de « ins-non-certifie »"
    request, answer = dict(told.request), dict(told.response)
    assert request["Professionnel"] == "899700090014"
    assert request["Identifiant de facturation"] == "0B0990017"
    assert request["Âge du code"].endswith(" s")
    assert answer["Contexte ouvert"] == context
    assert answer["INS non certifiés"] == answer["Matricules"]


def test_a_signature_is_shown_with_the_state_of_its_context_and_a_refusal_with_its_error(door: ApcvDoor) -> None:
    context = door.opened("ald")
    door.sign(context, CLAIRE, CLAIRE)
    request = dict(shown(door, "signerVitale").request)
    assert (request["Contexte"], request["État du contexte"]) == (context, "ouvert")
    assert (request["Condensé de la FSE"], request["NIR de l'assuré"]) == ("q83vEjRWeJA=", CLAIRE)
    door.destroy(context)
    door.destroy(context)
    told = shown(door, "detruireContexteApCV")
    assert dict(told.request)["État du contexte"] == "détruit"
    assert dict(told.response) == {"Erreur": "apcv_simule_contexte_detruit", "Libellé": "Contexte ApCV détruit"}
    assert told.summary.endswith("Contexte ApCV détruit")


def test_a_phone_that_was_looked_at_is_shown_with_whether_it_has_a_code(door: ApcvDoor) -> None:
    for persona, coded in (("ald", "oui"), ("moins-de-16-ans", "non")):
        door.get("/appli", persona=persona)
        assert dict(shown(door, "appli").response) == {"Téléphone de": persona, "Code affiché": coded}
