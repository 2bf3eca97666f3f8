"""What the DMP compares a VIHF with, over real sockets: directory, legal persons and sites, replay, parameters."""

from __future__ import annotations

import pytest
from support.dmp_door import Dmp
from support.dmp_messages import envelope, existence

PATIENTS = "urn:hl7-org:v3:PRPA_IN201307UV02"
SECRET = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"


def test_a_belied_vihf_is_answered_and_told_then_refused_by_option(dmp: Dmp) -> None:
    belied = dmp.indirect(sector="SA07")
    assert dmp.test_existence(belied).status == 200
    finding = dmp.exchanges()[0].findings[0]
    assert (finding.check_id, finding.received) == ("DMP-VIHF-SECTOR", "SA07 pour la structure 10B0990017")
    assert finding.where == "VIHF, attribut Secteur_Activite"
    dmp.configure(vihf_truth="refus")
    reply = dmp.test_existence(belied)
    assert reply.fault[1].startswith("Le VIHF est contredit par la carte, le certificat ou l'annuaire : ")
    assert dmp.findings() == ["DMP-VIHF", "DMP-VIHF-SECTOR"]
    assert dmp.test_existence().status == 200


# --- legal persons and sites


def _hospital(dmp: Dmp, certificate: str) -> tuple[str, int]:
    vihf = dmp.indirect(
        "hospitalier", structure="10B0990041", sector="SA01", signed_by=dmp.issue("org-sign", certificate)
    )
    reply = dmp.test_existence(vihf, certificate=dmp.issue("org-auth", certificate))
    return reply.fault[1], reply.status


def test_a_site_may_show_the_certificate_of_its_legal_person(dmp: Dmp) -> None:
    assert _hospital(dmp, "hopital-ej") == ("", 200)
    assert dmp.findings() == []
    assert _hospital(dmp, "hopital") == ("", 200)


def test_a_legal_person_vouches_for_its_own_sites_only(dmp: Dmp) -> None:
    assert _hospital(dmp, "cabinet")[0] == "Erreur d'authentification de la personne morale"
    vihf = dmp.indirect(signed_by=dmp.issue("org-sign", "hopital-ej"))
    assert dmp.test_existence(vihf).fault[1] == "Erreur d'authentification de la personne morale"


# --- the published samples


def _official(dmp: Dmp, mode: str, structure: str, holder: str, patient: str) -> int:
    signed_by = dmp.issue("cps-sign", "officiel") if mode == "DIRECTE" else dmp.issue("org-sign", holder)
    shown = dmp.issue("cps-auth", "officiel") if mode == "DIRECTE" else dmp.issue("org-auth", holder)
    smartcard = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI"
    vihf = dmp.indirect(
        "officiel",
        mode=mode,
        structure=structure,
        sector="SA07",
        patient=patient,
        authn=smartcard,
        declared=smartcard if mode == "INDIRECTE_RENFORCEE" else "",
        signed_by=signed_by,
    )
    reply = dmp.test_existence(vihf, certificate=shown)
    assert reply.text("//h:attentionLine[1]/h:value/@code") == "VALIDE"
    return reply.status


@pytest.mark.parametrize("patient", ["207058575627097", "153078987658513"])
@pytest.mark.parametrize(
    ("mode", "structure", "holder"),
    [
        ("DIRECTE", "499900063480001", ""),
        ("INDIRECTE", "339172288100052", "siret-officiel"),
        ("INDIRECTE_RENFORCEE", "10B0127189", "centre-officiel"),
    ],
)
def test_the_identities_of_the_published_samples_are_let_in(
    dmp: Dmp, mode: str, structure: str, holder: str, patient: str
) -> None:
    assert _official(dmp, mode, structure, holder, patient) == 200
    assert dmp.findings() == []


# --- minors, replay


def test_a_secret_connection_is_right_for_a_minor_until_the_parameter_closes_it(dmp: Dmp) -> None:
    secret = dmp.direct(patient=dmp.named("bernard-hugo"), extra={SECRET: "secret"})
    assert dmp.test_existence(secret).status == 200
    assert dmp.findings() == []
    dmp.configure(param_mineurs="non")
    dmp.test_existence(secret)
    assert dmp.findings() == ["DMP-VIHF-SECRET"]


def test_by_option_a_vihf_is_taken_once_and_the_next_one_is_new(dmp: Dmp) -> None:
    dmp.configure(vihf_replay="refus")
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS)
    certificate = dmp.issue("org-auth")
    assert dmp.post("patients", octets, certificate=certificate).status == 200
    assert dmp.post("patients", octets, certificate=certificate).fault[1] == "Le VIHF a déjà été reçu"
    assert dmp.test_existence().status == 200


def test_a_replay_of_another_session_is_none(dmp: Dmp) -> None:
    neighbour = dmp.neighbour()
    for door in (dmp, neighbour):
        door.configure(vihf_replay="refus")
    octets = envelope(existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS)
    certificate = dmp.issue("org-auth")
    assert [door.post("patients", octets, certificate=certificate).status for door in (dmp, neighbour)] == [200, 200]
    neighbour.leave()
