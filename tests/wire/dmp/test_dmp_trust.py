"""The VIHF and the certificates that vouch for it, over real sockets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.dmp_door import Dmp
from support.dmp_messages import envelope, existence
from support.dmp_vihf import coded

ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
PATIENTS = "urn:hl7-org:v3:PRPA_IN201307UV02"
BAD = {"expired": "expiré le", "revoked": "révoqué", "wrongca": "signé par", "not-yet-valid": "valide à partir du"}
"""What is told of a certificate that nobody may use."""


def test_a_message_without_vihf_is_refused(dmp: Dmp) -> None:
    reply = dmp.call("patients", PATIENTS, existence(dmp.patient), None)
    assert reply.fault[1] == "Le VIHF est absent de l'en-tête wsse:Security"
    assert reply.http.headers["x-simulation"] == "DMP-CODE-NON-PUBLIC"
    assert dmp.findings() == ["DMP-VIHF"]


def test_the_known_fault_of_a_missing_section_is_answered(dmp: Dmp) -> None:
    only = coded("Role", "21", "1.2.250.1.71.1.2.7")
    assert dmp.test_existence(dmp.indirect(extra={ROLE: only})).fault[1] == "Aucune spécialité dans le vihf"


def test_both_spellings_of_the_mode_are_read(dmp: Dmp) -> None:
    extra = {"Authentification_mode": None, "Authentification_Mode": "INDIRECTE"}
    assert dmp.test_existence(dmp.indirect(extra=extra)).status == 200
    assert dmp.findings() == []


@pytest.mark.parametrize("sha1", [False, True])
@pytest.mark.parametrize("mode", ["indirect", "direct"])
def test_sha1_and_sha256_signatures_are_accepted(dmp: Dmp, mode: str, sha1: bool) -> None:
    assert dmp.test_existence(getattr(dmp, mode)(sha1=sha1)).status == 200
    assert dmp.findings() == []


def test_a_tampered_vihf_is_refused(dmp: Dmp) -> None:
    reply = dmp.test_existence(alter=lambda octets: octets.replace(b"LGO de test", b"LGO de tEst"))
    assert reply.fault[1] == "La signature du VIHF est invalide : le contenu a changé depuis la signature"
    assert dmp.findings() == ["DMP-VIHF"]


@pytest.mark.parametrize("mode", ["indirect", "direct"])
def test_an_authentication_certificate_signs_no_vihf(dmp: Dmp, mode: str) -> None:
    kind, who = ("org-auth", "officine") if mode == "indirect" else ("cps-auth", "titulaire")
    reply = dmp.test_existence(getattr(dmp, mode)(signed_by=dmp.issue(kind, who)))
    reason = "Le certificat ayant signé le VIHF est invalide : Not a valid signature certificate"
    assert reply.fault == ("soap:DMPInvalidCertificate", reason)
    assert "x-simulation" not in reply.http.headers


def test_air_may_be_signed_by_the_authentication_certificate(dmp: Dmp) -> None:
    signed_by = dmp.issue("org-auth")
    assert dmp.test_existence(dmp.indirect(mode="INDIRECTE_RENFORCEE", signed_by=signed_by)).status == 200


@pytest.mark.parametrize("variant", ["expired", "revoked", "wrongca", "not-yet-valid"])
@pytest.mark.parametrize("mode", ["indirect", "direct"])
def test_a_bad_signing_certificate_is_refused(dmp: Dmp, mode: str, variant: str) -> None:
    kind, who = ("org-sign", "officine") if mode == "indirect" else ("cps-sign", "titulaire")
    reply = dmp.test_existence(getattr(dmp, mode)(signed_by=dmp.issue(kind, who, variant)))
    assert reply.fault[0] == "soap:DMPInvalidCertificate"
    assert reply.fault[1].startswith("Le certificat ayant signé le VIHF est invalide : ")
    assert dmp.findings() == ["DMP-VIHF"]
    assert BAD[variant] in dmp.exchanges()[0].findings[0].received


def test_the_seal_is_the_one_of_the_structure_named(dmp: Dmp) -> None:
    signed_by = dmp.issue("org-sign", "hopital")
    assert (
        dmp.test_existence(dmp.indirect(signed_by=signed_by)).fault[1]
        == "Erreur d'authentification de la personne morale"
    )
    assert dmp.findings() == ["DMP-CERT"]


def test_the_card_that_signs_is_the_users(dmp: Dmp) -> None:
    reply = dmp.test_existence(dmp.direct(signed_by=dmp.issue("cps-sign", "adjoint")))
    assert "n'est pas le PS du VIHF" in reply.fault[1]


def test_an_unsigned_vihf_is_right_with_the_card_of_the_same_person(dmp: Dmp) -> None:
    assert dmp.test_existence(dmp.direct(signed_by=None)).status == 200
    assert dmp.findings() == ["DMP-VIHF-UNSIGNED"]


def test_an_unsigned_vihf_is_refused_with_another_card(dmp: Dmp) -> None:
    reply = dmp.test_existence(dmp.direct(signed_by=None), certificate=dmp.issue("cps-auth", "adjoint"))
    assert reply.fault[0] == "soap:DMPInvalidCertificate"


def test_an_unsigned_vihf_is_refused_in_indirect_and_on_the_plain_port(dmp: Dmp) -> None:
    assert dmp.test_existence(dmp.indirect(signed_by=None)).fault[1].endswith("VIHF non signé")
    assert dmp.test_existence(dmp.direct(signed_by=None), tls=False).fault[1].endswith("VIHF non signé")


def test_the_plain_port_waives_the_certificate_and_says_so(dmp: Dmp) -> None:
    assert dmp.test_existence(tls=False).status == 200
    assert dmp.findings() == ["DMP-PLAIN"]


@pytest.mark.parametrize("drift", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_vihf_out_of_the_window_is_stale(dmp: Dmp, drift: timedelta) -> None:
    stale = dmp.indirect(issued=datetime.now(UTC) + drift)
    assert dmp.test_existence(stale).fault[1].startswith("VIHF hors de sa période de validité")
    dmp.configure(vihf_skew_seconds="900")
    assert dmp.test_existence(stale).status == 200


def test_a_vihf_issued_before_a_jump_of_the_clock_has_aged(dmp: Dmp) -> None:
    old = dmp.indirect(issued=datetime.now(UTC) - timedelta(seconds=2))
    dmp.tenant.move(hours=1)
    assert dmp.test_existence(old).fault[1].startswith("VIHF hors de sa période de validité")
    future = dmp.indirect(issued=datetime.now(UTC) + timedelta(seconds=2))
    assert dmp.test_existence(future).status == 200


# --- TLS certificates


@pytest.mark.parametrize("variant", ["expired", "revoked", "wrongca", "not-yet-valid"])
def test_a_bad_client_certificate_is_the_services_own_fault(dmp: Dmp, variant: str) -> None:
    reply = dmp.test_existence(certificate=dmp.issue("org-auth", variant=variant))
    assert reply.fault[0] == "soap:DMPInvalidCertificate"
    assert reply.fault[1].startswith("Le certificat d'authentification est invalide : ")
    assert dmp.findings() == ["DMP-CERT"]
    finding = dmp.exchanges()[0].findings[0]
    assert BAD[variant] in finding.received
    assert finding.remedy == "Remplacez ce certificat par org-auth du fichier de démarrage."


def test_no_client_certificate_is_refused_over_tls(dmp: Dmp) -> None:
    vihf = dmp.indirect()
    octets = envelope(existence(vihf.patient), dmp.assertion(vihf), PATIENTS)
    assert (
        dmp.post("patients", octets).fault[1]
        == "Le certificat d'authentification est invalide : aucun certificat client"
    )


@pytest.mark.parametrize(("kind", "who"), [("psc-client", "officine"), ("cps-auth", "titulaire")])
def test_a_certificate_of_another_family_is_refused(dmp: Dmp, kind: str, who: str) -> None:
    assert dmp.test_existence(certificate=dmp.issue(kind, who)).fault[0] == "soap:DMPInvalidCertificate"


def test_the_organisation_certificate_is_the_one_of_the_structure(dmp: Dmp) -> None:
    reply = dmp.test_existence(certificate=dmp.issue("org-auth", "hopital"))
    assert reply.fault[1] == "Erreur d'authentification de la personne morale"
    assert dmp.findings() == ["DMP-CERT"]


def test_certificates_age_with_the_session(dmp: Dmp) -> None:
    dmp.tenant.move(days=3 * 365)
    assert "expiré" in dmp.test_existence().fault[1]
