"""zeep, a third-party SOAP client, works from our WSDL alone: offline, over TLS with a client certificate."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import zeep
from support.tenants import Runner, Tenant
from zeep.transports import Transport


class LocalTransport(Transport):
    """Loads nothing but what this sandbox serves."""

    def load(self, url: str) -> Any:
        assert url.startswith("https://127.0.0.1:"), f"the WSDL must be self-contained, and asks for {url}"
        return super().load(url)


def client_of(tenant: Tenant, description: str = "wsdl") -> zeep.Client:
    issued = tenant.runner.issue("org-auth")
    http = requests.Session()
    http.trust_env = False
    http.headers["connection"] = "close"
    http.cert = (str(issued.chain), str(issued.key))
    http.verify = str(tenant.runner.launcher.sandbox.pki.ca_bundle)
    return zeep.Client(f"{tenant.url('insi')}/lps?{description}", transport=LocalTransport(session=http))


def headers() -> dict[str, Any]:
    now = datetime.now(UTC)
    software = {"IDAM": {"_value_1": "LGOSANDBOX01", "R": "4"}, "Version": "1.0", "Nom": "urn:lps:zeep:1.0"}
    return {
        "NO1_ContexteLPS": {"Id": "a", "Temps": now, "Version": "01_00", "LPS": software},
        "NO1_MessageID": "uuid:0a1b2c3d-0000-4000-8000-000000000002",
        "NO1_ContexteBAM": {"Id": "b", "Temps": now, "Version": "01_02", "COUVERTURE": {}},
    }


def search(client: zeep.Client, name: str, first_names: str, sex: str, date: str, **more: str) -> Any:
    return client.service.rechercherInsAvecTraitsIdentite(
        NomNaissance=name, Prenom=[first_names], Sexe=sex, DateNaissance=date, _soapheaders=headers(), **more
    )


def test_zeep_finds_an_identity_with_its_history(tenant: Tenant) -> None:
    client = client_of(tenant)
    found = search(client, "ECETINSI", "PIERRE-ALAIN", "M", "2009-07-14")
    assert found.CR.CodeCR == "00"
    assert found.INDIVIDU.INSACTIF.IdIndividu.NumIdentifiant == "1090763220834"
    assert [each.IdIndividu.Cle for each in found.INDIVIDU.INSHISTO] == ["39"]
    assert found.INDIVIDU.TIQ.ListePrenom == "PIERRE-ALAIN MURIEL FLORIANT"
    (seen,) = tenant.exchanges()[1:]
    assert {finding.check_id for finding in seen.findings} == {"INSI-ACTION"}


def test_zeep_is_told_of_several_identities_then_of_one_with_the_birthplace(tenant: Tenant) -> None:
    client = client_of(tenant)
    several = search(client, "DE VINCI", "LEONARDO", "M", "2014-02-01")
    one = search(client, "DE VINCI", "LEONARDO", "M", "2014-02-01", LieuNaissance="63220")
    assert (several.CR.CodeCR, one.CR.CodeCR) == ("02", "00")


def test_zeep_reads_a_fault_of_the_application(tenant: Tenant) -> None:
    client = client_of(tenant)
    with pytest.raises(zeep.exceptions.Fault) as fault:
        search(client, "INSI-PANNE-TECHNIQUE", "ALEX", "F", "1980-01-01")
    assert fault.value.code == "S:Receiver"
    assert fault.value.detail.find(".//{urn:siram}Erreur").get("code") == "insi_102"


def search_by_card(client: zeep.Client, number: str, date: str, **more: str) -> Any:
    holder = {"NumIdentifiant": number[:13], "Cle": number[13:]}
    return client.service.rechercherInsAvecCarteVitale(
        MatriculeOD=holder, DateNaissance=date, RangNaissance="1", _soapheaders=headers(), **more
    )


def test_zeep_finds_a_child_by_the_card_of_his_mother(tenant: Tenant) -> None:
    client = client_of(tenant)
    found = search_by_card(client, "285046311395040", "2014-09-23")
    assert found.CR.CodeCR == "00"
    assert found.INDIVIDU.TIQ.NomNaissance == "BERNARD"


def test_zeep_reads_the_fault_of_the_search_by_card(tenant: Tenant) -> None:
    client = client_of(tenant)
    with pytest.raises(zeep.exceptions.Fault) as fault:
        search_by_card(client, "276076322091669", "1976-07-14", NomNaissance="INSI-PANNE-TECHNIQUE")
    assert fault.value.detail.find(".//{urn:siram}Erreur").get("code") == "insi_101"


def test_zeep_verifies_deposits_and_collects_by_the_reconstructed_description(tenant: Tenant) -> None:
    client = client_of(tenant, description="wsdl=reconstituee")
    claim = {
        "INSFourni": {"IdIndividu": {"NumIdentifiant": "160012B020777", "Cle": "13"}, "OID": "1.2.250.1.213.1.4.8"},
        "TraitsIdentiteIndividu": {
            "NomNaissance": "ADRTROIS",
            "ListePrenom": "TOUSSAINT",
            "Sexe": "M",
            "DateNaissance": "1960-01-01",
        },
    }
    service = client.service
    answer = service.verifierInsAvecTraitsIdentite(IndividuVerifie=claim, _soapheaders=headers())
    assert (answer.CodeCR, answer.LibelleCR) == ("00", "Identite verifiee")
    receipt = service.deposerVerificationsIns(IndividuVerifie=[{**claim, "ref": "1"}], _soapheaders=headers())
    collect = service.releverVerificationsIns
    early = collect(NumeroDepot=receipt.NumeroDepot, _soapheaders=headers())
    assert (early.Etat, early.Verification) == ("EN_COURS", [])
    tenant.move(hours=1)
    done = collect(NumeroDepot=receipt.NumeroDepot, _soapheaders=headers())
    assert [(each.ref, each.CR.CodeCR) for each in done.Verification] == [("1", "00")]


@pytest.mark.parametrize("prefixed", [True, False])
def test_zeep_stays_in_the_session_whose_description_it_read(insi: Runner, tenant: Tenant, prefixed: bool) -> None:
    read = tenant if prefixed else Tenant(insi, "default")
    assert ("/s/" in read.url("insi")) is prefixed
    found = search(client_of(read), "ADRTROIS", "TOUSSAINT", "M", "1960-01-01")
    assert found.CR.CodeCR == "00"
    assert [each.operation for each in read.exchanges()] == ["wsdl", "rechercherInsAvecTraitsIdentite"]
