"""zeep, a third-party SOAP client, plays a counter from our WSDL alone: offline, over TLS, under a card's assertion."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import zeep
from lxml import etree
from support.apcv_door import ApcvDoor
from zeep.transports import Transport


class LocalTransport(Transport):
    """Loads nothing but what this sandbox serves."""

    def load(self, url: str) -> Any:
        assert url.startswith("https://127.0.0.1:"), f"the WSDL must be self-contained, and asks for {url}"
        return super().load(url)


def client_of(door: ApcvDoor) -> zeep.Client:
    http = requests.Session()
    http.trust_env = False
    http.headers["connection"] = "close"
    http.verify = str(door.doors.runner.launcher.sandbox.pki.ca_bundle)
    return zeep.Client(f"{door.tenant.url('apcv')}/wssoap/apcv/auth/1/0?wsdl", transport=LocalTransport(session=http))


def headers(door: ApcvDoor, action: str) -> dict[str, Any]:
    software = {"IDAM": {"_value_1": "LGOSANDBOX01", "R": "4"}, "Version": "1.0", "Nom": "urn:lps:zeep"}
    context = {"Id": "a", "Temps": datetime.now(UTC), "Emetteur": "899700090014", "Version": "01_00", "LPS": software}
    return {
        "Security": {"_value_1": [etree.fromstring(door.security())]},
        "ContexteLPS": context,
        "MessageID": "uuid:0a1b2c3d-0000-4000-8000-000000000002",
        "Action": action,
    }


def present(client: zeep.Client, door: ApcvDoor, code: str) -> Any:
    return client.bind("ApCV", "ApCVAuth").authentifierUtilisateurProximite(
        ProfessionnelSante={"IdentifiantFacturation": "0B0990017", "CodeSpecialiteAMO": "50"},
        Donnees=code,
        version="1.0",
        _soapheaders=headers(door, "urn:ApCV_AUTH:1.0.0:authentifierUtilisateurProximite"),
    )


def test_zeep_reads_a_phone_signs_a_bill_and_destroys_the_context_without_a_finding(door: ApcvDoor) -> None:
    client = client_of(door)
    opened = present(client, door, door.code("deux-enfants"))
    told = opened.DonneesBeneficiaires
    assert opened.simulation == "SIMULE"
    assert [one.Prenom for one in told.Beneficiaire] == ["CELINE", "HUGO", "ALBA"]
    assert [one.Qualite.code for one in told.Beneficiaire] == ["0", "6", "6"]
    assert [right.Couverture for right in told.Beneficiaire[1].DroitAMO] == ["ALD", "DROIT_COMMUN"]
    assert told.Beneficiaire[2].NIRCertifie is None
    insured, context = told.Assure.NIRAssure, {"Identifiant": opened.ContexteApCV.Identifiant}
    signed = client.bind("ApCV", "ApCVSign").signerVitale(
        ContexteApCV=context,
        Facture={"type": "FSE", "NIRAssure": {"_value_1": insured._value_1, "cle": insured.cle}, "DonneeFSE": "q83v"},
        ResumeFacture={
            "ProfessionnelSante": {"IdentifiantFacturation": "0B0990017"},
            "Beneficiaire": {"NomFamille": "MOULIN", "Prenom": "CELINE"},
        },
        version="1.0",
        _soapheaders=headers(door, "urn:ApCV_SIGN:1.0.0:signerVitale"),
    )
    assert len(signed.SignatureVitale.DateSignature) == 14
    auth = client.bind("ApCV", "ApCVAuth")
    again = auth.restituerContexteApCV(
        version="1.0", _soapheaders=headers(door, "urn:ApCV_AUTH:1.0.0:restituerContexteApCV")
    )
    assert again.simulation == "SIMULE"
    ended = auth.detruireContexteApCV(
        ContexteApCV=context, version="1.0", _soapheaders=headers(door, "urn:ApCV_AUTH:1.0.0:detruireContexteApCV")
    )
    assert ended.ContexteApCV.Etat == "DETRUIT"
    assert door.findings() == []


def test_zeep_reads_a_refusal_as_a_fault_with_its_code(door: ApcvDoor) -> None:
    client = client_of(door)
    with pytest.raises(zeep.exceptions.Fault) as fault:
        present(client, door, "APCV-SIMU:PERIME")
    assert fault.value.message == "Code présenté périmé"
    assert fault.value.detail.find(".//{urn:siram}Erreur").get("code") == "apcv_simule_code_perime"
