"""zeep, a third-party SOAP client, works from our WSDL alone: offline, over TLS with a client certificate."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import zeep
from zeep.transports import Transport

from lgo_sandbox.pki import Issued, OrganisationHolder
from lgo_sandbox.run.launcher import Launcher

SESSION = "equipe-b"


def organisation(launcher: Launcher) -> Issued:
    holder = OrganisationHolder("officine", "10B0990017", "PHARMACIE DE LA FONTAINE")
    return launcher.sandbox.pki.issue("org-auth", holder=holder)


class LocalTransport(Transport):
    """Loads nothing but what this sandbox serves."""

    def load(self, url: str) -> Any:
        assert url.startswith("https://127.0.0.1:"), f"the WSDL must be self-contained, and asks for {url}"
        return super().load(url)


def client_of(launcher: Launcher, prefix: str = "", description: str = "wsdl") -> zeep.Client:
    pki = launcher.sandbox.pki
    issued = organisation(launcher)
    http = requests.Session()
    http.trust_env = False
    http.headers["connection"] = "close"
    http.cert = (str(issued.chain), str(issued.key))
    http.verify = str(pki.ca_bundle)
    return zeep.Client(
        f"{launcher.sandbox.addresses.tls['insi']}{prefix}/lps?{description}", transport=LocalTransport(session=http)
    )


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


async def test_zeep_finds_an_identity_with_its_history(launcher: Launcher) -> None:
    client = await asyncio.to_thread(client_of, launcher)
    found = await asyncio.to_thread(search, client, "ECETINSI", "PIERRE-ALAIN", "M", "2009-07-14")
    assert found.CR.CodeCR == "00"
    assert found.INDIVIDU.INSACTIF.IdIndividu.NumIdentifiant == "1090763220834"
    assert [each.IdIndividu.Cle for each in found.INDIVIDU.INSHISTO] == ["39", "55"]
    assert found.INDIVIDU.TIQ.ListePrenom == "PIERRE-ALAIN MURIEL FLORIANT"
    (seen,) = launcher.sandbox.sessions.get("default").journal.read()[1:]
    assert {finding.check_id for finding in seen.findings} == {"INSI-ACTION"}


async def test_zeep_is_told_of_several_identities_then_of_one_with_the_birthplace(launcher: Launcher) -> None:
    client = await asyncio.to_thread(client_of, launcher)
    several = await asyncio.to_thread(search, client, "DE VINCI", "LEONARDO", "M", "2014-02-01")
    one = await asyncio.to_thread(search, client, "DE VINCI", "LEONARDO", "M", "2014-02-01", LieuNaissance="63220")
    assert (several.CR.CodeCR, one.CR.CodeCR) == ("02", "00")


async def test_zeep_reads_a_fault_of_the_application(launcher: Launcher) -> None:
    client = await asyncio.to_thread(client_of, launcher)
    with pytest.raises(zeep.exceptions.Fault) as fault:
        await asyncio.to_thread(search, client, "INSI-PANNE-TECHNIQUE", "ALEX", "F", "1980-01-01")
    assert fault.value.code == "S:Receiver"
    assert fault.value.detail.find(".//{urn:siram}Erreur").get("code") == "insi_102"


def search_by_card(client: zeep.Client, number: str, date: str, **more: str) -> Any:
    holder = {"NumIdentifiant": number[:13], "Cle": number[13:]}
    return client.service.rechercherInsAvecCarteVitale(
        MatriculeOD=holder, DateNaissance=date, RangNaissance="1", _soapheaders=headers(), **more
    )


async def test_zeep_finds_a_child_by_the_card_of_his_mother(launcher: Launcher) -> None:
    client = await asyncio.to_thread(client_of, launcher)
    found = await asyncio.to_thread(search_by_card, client, "285046311395040", "2014-09-23")
    assert found.CR.CodeCR == "00"
    assert found.INDIVIDU.TIQ.NomNaissance == "BERNARD"


async def test_zeep_reads_the_fault_of_the_search_by_card(launcher: Launcher) -> None:
    client = await asyncio.to_thread(client_of, launcher)
    with pytest.raises(zeep.exceptions.Fault) as fault:
        await asyncio.to_thread(
            search_by_card, client, "276076322091669", "1976-07-14", NomNaissance="INSI-PANNE-TECHNIQUE"
        )
    assert fault.value.detail.find(".//{urn:siram}Erreur").get("code") == "insi_101"


async def test_zeep_verifies_deposits_and_collects_by_the_reconstructed_description(launcher: Launcher) -> None:
    client = await asyncio.to_thread(client_of, launcher, description="wsdl=reconstituee")
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
    answer = await asyncio.to_thread(
        service.verifierInsAvecTraitsIdentite, IndividuVerifie=claim, _soapheaders=headers()
    )
    assert (answer.CodeCR, answer.LibelleCR) == ("00", "Identite verifiee")
    receipt = await asyncio.to_thread(
        service.deposerVerificationsIns, IndividuVerifie=[{**claim, "ref": "1"}], _soapheaders=headers()
    )
    collect = service.releverVerificationsIns
    early = await asyncio.to_thread(collect, NumeroDepot=receipt.NumeroDepot, _soapheaders=headers())
    assert (early.Etat, early.Verification) == ("EN_COURS", [])
    launcher.sandbox.sessions.get("default").move_clock(by=timedelta(hours=1))
    done = await asyncio.to_thread(collect, NumeroDepot=receipt.NumeroDepot, _soapheaders=headers())
    assert [(each.ref, each.CR.CodeCR) for each in done.Verification] == [("1", "00")]


async def test_zeep_stays_in_the_session_whose_description_it_read(launcher: Launcher) -> None:
    launcher.sandbox.sessions.create(SESSION)
    client = await asyncio.to_thread(client_of, launcher, f"/s/{SESSION}")
    found = await asyncio.to_thread(search, client, "ADRTROIS", "TOUSSAINT", "M", "1960-01-01")
    assert found.CR.CodeCR == "00"
    operations = [each.operation for each in launcher.sandbox.sessions.get(SESSION).journal.read()]
    assert operations == ["wsdl", "rechercherInsAvecTraitsIdentite"]
