"""The DMP over real sockets: transport, VIHF, certificates, rights and the state of a DMP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from lxml import etree

from lgo_sandbox.faults import Fault, FaultKind

ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
PATIENTS = "urn:hl7-org:v3:PRPA_IN201307UV02"
VALUE = "//h:attentionLine[h:keyWordText/@code='{}']/h:value/@{}"


def _authorisation(reply: Any) -> str:
    return str(reply.text(VALUE.format("AUTORISATION", "code")))


def test_an_open_dmp_answers_active_authorised_and_echoes_the_request(dmp: Any) -> None:
    reply = dmp.test_existence(dmp.indirect(root="1.2.250.1.213.1.4.8"))
    assert reply.status == 200
    assert reply.text("//h:queryResponseCode/@code") == "OK"
    assert reply.text("//h:patient/h:statusCode/@code") == "active"
    assert reply.text("//h:patient/h:id/@root") == "1.2.250.1.213.1.4.8"
    assert reply.text("//h:queryAck/h:queryId/@extension") == "7"
    assert reply.text("//h:acknowledgement/h:targetMessage/h:id/@extension") == "42"
    assert _authorisation(reply) == "VALIDE"
    assert "x-simulation" not in reply.http.headers
    assert dmp.findings() == []


def test_the_answer_is_addressed(dmp: Any) -> None:
    reply = dmp.test_existence()
    assert reply.text("//wsa:Action") == "urn:hl7-org:v3:PRPA_IN201308UV02"
    assert reply.text("//wsa:To") == "http://www.w3.org/2005/08/addressing/anonymous"
    assert reply.text("//wsa:MessageID").startswith("urn:uuid:")
    assert reply.text("//wsa:RelatesTo").startswith("urn:uuid:")


@pytest.mark.parametrize(
    ("patient", "found", "status", "authorisation"),
    [
        ("martin-claire", "OK", "active", "VALIDE"),
        ("roux-gerard", "OK", "terminated", "VALIDE"),
        ("fournier-ines", "NF", "", ""),
        ("blanc-nathalie", "OK", "active", "INEXISTANTE"),
        ("moreau-etienne", "OK", "active", "INEXISTANTE"),
        ("mercier-alain", "OK", "active", "INTERDITE"),
        ("girard-sophie", "OK", "active", "VALIDE"),
    ],
)
def test_each_situation_has_its_existence_answer(
    dmp: Any, patient: str, found: str, status: str, authorisation: str
) -> None:
    reply = dmp.test_existence(dmp.direct(patient=dmp.named(patient)))
    assert reply.text("//h:queryResponseCode/@code") == found
    assert reply.text("//h:patient/h:statusCode/@code") == status
    assert _authorisation(reply) == authorisation
    assert ("x-simulation" in reply.http.headers) == (authorisation not in ("", "VALIDE"))


def test_who_is_not_blocked_still_reads_what_blocks_the_titulaire(dmp: Any) -> None:
    assert _authorisation(dmp.test_existence(dmp.direct("adjoint", patient=dmp.named("mercier-alain")))) == "VALIDE"


def test_an_unpublished_authorisation_value_can_be_left_out(dmp: Any) -> None:
    dmp.configure(authorisation_values="omises")
    reply = dmp.test_existence(dmp.direct(patient=dmp.named("blanc-nathalie")))
    assert _authorisation(reply) == ""
    assert reply.text(VALUE.format("STATUT_MT", "value")) == "false"
    assert "x-simulation" not in reply.http.headers


def test_the_treating_doctor_is_told_so(dmp: Any) -> None:
    doctor = dmp.direct("generaliste", extra={"Secteur_Activite": "SA07^1.2.250.1.71.4.2.4"})
    assert dmp.test_existence(doctor).text(VALUE.format("STATUT_MT", "value")) == "true"


def test_a_well_formed_unknown_matricule_has_no_dmp_and_a_warning(dmp: Any) -> None:
    reply = dmp.test_existence(dmp.indirect(patient="255069999999934"))
    assert reply.text("//h:queryResponseCode/@code") == "NF"
    assert dmp.findings() == ["DMP-PATIENT"]


def test_the_patient_of_the_body_is_the_one_of_the_vihf(dmp: Any, writing: Any) -> None:
    body = writing.existence(dmp.stranger().matricule)
    reply = dmp.call("patients", PATIENTS, body, dmp.indirect())
    assert reply.fault[1] == "Le patient du message n'est pas celui du VIHF"
    assert dmp.findings() == ["DMP-VIHF"]


def test_a_strict_session_wants_the_patients_own_root(dmp: Any) -> None:
    dmp.configure(strict_ins_root="oui")
    assert dmp.test_existence(dmp.indirect(root="1.2.250.1.213.1.4.8")).status == 200
    assert "1.2.250.1.213.1.4.10" in dmp.test_existence().fault[1]


@pytest.mark.parametrize("suffix", ["patients", "patients/", "/patients", "//patients//", "", "registry"])
def test_paths_are_tolerant_and_the_body_decides(dmp: Any, writing: Any, suffix: str) -> None:
    reply = dmp.call(suffix, PATIENTS, writing.existence(dmp.patient), dmp.indirect())
    assert reply.text("//h:queryResponseCode/@code") == "OK"
    assert dmp.findings() == (["DMP-PATH"] if suffix == "registry" else [])


def test_the_older_version_of_the_path_answers_too(dmp: Any, writing: Any) -> None:
    octets = writing.envelope(writing.existence(dmp.patient), dmp.assertion(dmp.indirect()), PATIENTS)
    url = dmp.url("patients").replace("/v2/", "/v1/")
    assert dmp.client(dmp.issue("org-auth")).post(url, content=octets).status_code == 200


@pytest.mark.parametrize("path", ["/", "/si-dmp-server/v3/services/patients", "/si-dmp-server/v2/services/nulle"])
def test_an_unknown_path_is_a_soap_fault_404(dmp: Any, writing: Any, path: str) -> None:
    root = dmp.url("").split("/si-dmp-server")[0]
    reply = writing.opened(dmp.client(None).post(root + path, content=b"<a/>"))
    assert reply.status == 404
    assert reply.text("//s:Code/s:Value") == "soap:Sender"


def test_only_post_is_served(dmp: Any, writing: Any) -> None:
    reply = writing.opened(dmp.client(None).get(dmp.url("patients")))
    assert (reply.status, reply.text("//s:Code/s:Value")) == (405, "soap:Sender")


# --- hostile and broken messages


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"bonjour",
        b"<a/>",
        b"<a>",
        b'<!DOCTYPE a><a xmlns="x"/>',
        b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;&b;">]><a>&d;</a>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<a>" * 5000 + b"</a>" * 5000,
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_soap_message_is_a_fault(dmp: Any, octets: bytes) -> None:
    reply = dmp.post("patients", octets, certificate=dmp.issue("org-auth"))
    assert reply.status == 500
    assert reply.text("//s:Code/s:Value") == "soap:Sender"
    assert reply.fault[1].startswith("Message SOAP illisible")
    assert dmp.findings() == ["DMP-TRANSPORT"]


def test_another_soap_version_is_a_version_mismatch(dmp: Any) -> None:
    reply = dmp.post("patients", b'<Envelope xmlns="urn:x"><Body><a/></Body></Envelope>')
    assert reply.text("//s:Code/s:Value") == "soap:VersionMismatch"


def test_faults_of_the_repository_are_packages_and_others_are_not(dmp: Any) -> None:
    assert dmp.post("repository", b"x").http.headers["content-type"].startswith("multipart/related")
    assert dmp.post("registry", b"x").http.headers["content-type"].startswith("application/soap+xml")


def test_an_unknown_body_is_not_recognised(dmp: Any) -> None:
    reply = dmp.call("patients", "urn:x", '<a xmlns="urn:x"/>', dmp.indirect())
    assert reply.fault[1].startswith("Message part {urn:x}a was not recognized")


def test_a_transaction_of_a_later_version_says_so(dmp: Any) -> None:
    reply = dmp.call("habilitations", "x", '<setAuthorization xmlns="urn:si-dmp-habilitations"/>', dmp.direct())
    assert reply.fault == ("soap:DMPCodeNonPublic", "La transaction TD0.3 n'est pas encore simulée par ce bac à sable")
    assert reply.http.headers["x-simulation"] == "DMP-CODE-NON-PUBLIC"


@pytest.mark.parametrize("name", ["Action", "MessageID"])
def test_a_missing_addressing_property_is_the_standard_fault(dmp: Any, writing: Any, name: str) -> None:
    def without(octets: bytes) -> bytes:
        root = etree.fromstring(octets)
        for block in root.iter(f"{{{writing.NS['wsa']}}}{name}"):
            block.getparent().remove(block)
        return etree.tostring(root)

    reply = dmp.test_existence(alter=without)
    assert reply.fault == (
        "wsa:MessageAddressingHeaderRequired",
        "A required header representing a Message Addressing Property is not present",
    )
    assert dmp.findings() == ["DMP-TRANSPORT"]


def test_a_repeated_addressing_property_is_refused(dmp: Any, writing: Any) -> None:
    extra = "<wsa:MessageID>urn:uuid:2</wsa:MessageID>"
    octets = writing.envelope(writing.existence(dmp.patient), None, PATIENTS, extra=extra)
    assert dmp.post("patients", octets).fault[0] == "wsa:InvalidAddressingHeader"


def test_an_unknown_mandatory_header_is_not_understood(dmp: Any, writing: Any) -> None:
    extra = '<x:h xmlns:x="urn:x" soap:mustUnderstand="1"/>'
    octets = writing.envelope(writing.existence(dmp.patient), None, PATIENTS, extra=extra)
    assert dmp.post("patients", octets).text("//s:Code/s:Value") == "soap:MustUnderstand"


def test_a_wrong_action_is_a_finding_and_a_fault_only_when_strict(dmp: Any, writing: Any) -> None:
    body = writing.existence(dmp.patient)
    assert dmp.call("patients", "urn:autre", body, dmp.indirect()).status == 200
    assert dmp.findings() == ["DMP-ACTION"]
    dmp.configure(strict_action="oui")
    assert dmp.call("patients", "urn:autre", body, dmp.indirect()).fault[0] == "wsa:ActionNotSupported"


def test_a_body_over_the_limit_is_refused_in_soap(dmp: Any) -> None:
    reply = dmp.post("repository", b"x" * (32 * 1024 * 1024 + 1))
    assert reply.status == 413
    assert "trop volumineux" in reply.fault[1]


def test_an_armed_fault_answers_in_soap_and_is_addressed(dmp: Any) -> None:
    dmp.do(lambda: dmp.session.faults.arm(Fault("f1", "dmp", FaultKind.STATUS, 503, "td2.1", remaining=1)))
    reply = dmp.feed(dmp.document())
    assert reply.status == 503
    assert reply.text("//s:Code/s:Value") == "soap:Receiver"
    assert reply.text("//wsa:RelatesTo").startswith("urn:uuid:")
    assert reply.http.headers["content-type"].startswith("multipart/related")
    assert dmp.feed(dmp.document()).status == 200


# --- VIHF


def test_a_message_without_vihf_is_refused(dmp: Any, writing: Any) -> None:
    reply = dmp.call("patients", PATIENTS, writing.existence(dmp.patient), None)
    assert reply.fault[1] == "Le VIHF est absent de l'en-tête wsse:Security"
    assert reply.http.headers["x-simulation"] == "DMP-CODE-NON-PUBLIC"
    assert dmp.findings() == ["DMP-VIHF"]


def test_the_known_fault_of_a_missing_section_is_answered(dmp: Any) -> None:
    only = dmp.indirect()._coded("Role", "21", "1.2.250.1.71.1.2.7")
    assert dmp.test_existence(dmp.indirect(extra={ROLE: only})).fault[1] == "Aucune spécialité dans le vihf"


def test_both_spellings_of_the_mode_are_read(dmp: Any) -> None:
    extra = {"Authentification_mode": None, "Authentification_Mode": "INDIRECTE"}
    assert dmp.test_existence(dmp.indirect(extra=extra)).status == 200
    assert dmp.findings() == []


@pytest.mark.parametrize("sha1", [False, True])
@pytest.mark.parametrize("mode", ["indirect", "direct"])
def test_sha1_and_sha256_signatures_are_accepted(dmp: Any, mode: str, sha1: bool) -> None:
    assert dmp.test_existence(getattr(dmp, mode)(sha1=sha1)).status == 200
    assert dmp.findings() == []


def test_a_tampered_vihf_is_refused(dmp: Any) -> None:
    reply = dmp.test_existence(alter=lambda octets: octets.replace(b"LGO de test", b"LGO de tEst"))
    assert reply.fault[1] == "La signature du VIHF est invalide : content-changed"
    assert dmp.findings() == ["DMP-VIHF"]


@pytest.mark.parametrize("mode", ["indirect", "direct"])
def test_an_authentication_certificate_signs_no_vihf(dmp: Any, mode: str) -> None:
    kind, who = ("org-auth", "officine") if mode == "indirect" else ("cps-auth", "titulaire")
    reply = dmp.test_existence(getattr(dmp, mode)(signed_by=dmp.issue(kind, who)))
    reason = "Le certificat ayant signé le VIHF est invalide : Not a valid signature certificate"
    assert reply.fault == ("soap:DMPInvalidCertificate", reason)
    assert "x-simulation" not in reply.http.headers


def test_air_may_be_signed_by_the_authentication_certificate(dmp: Any) -> None:
    signed_by = dmp.issue("org-auth")
    assert dmp.test_existence(dmp.indirect(mode="INDIRECTE_RENFORCEE", signed_by=signed_by)).status == 200


@pytest.mark.parametrize("variant", ["expired", "revoked", "wrongca", "not-yet-valid"])
@pytest.mark.parametrize("mode", ["indirect", "direct"])
def test_a_bad_signing_certificate_is_refused(dmp: Any, mode: str, variant: str) -> None:
    kind, who = ("org-sign", "officine") if mode == "indirect" else ("cps-sign", "titulaire")
    reply = dmp.test_existence(getattr(dmp, mode)(signed_by=dmp.issue(kind, who, variant)))
    assert reply.fault[0] == "soap:DMPInvalidCertificate"
    assert reply.fault[1].startswith("Le certificat ayant signé le VIHF est invalide : ")
    assert dmp.findings() == ["DMP-VIHF"]


def test_the_seal_is_the_one_of_the_structure_named(dmp: Any) -> None:
    signed_by = dmp.issue("org-sign", "hopital")
    assert dmp.test_existence(dmp.indirect(signed_by=signed_by)).fault[1] == "Erreur d'authentification de la personne morale"
    assert dmp.findings() == ["DMP-CERT"]


def test_the_card_that_signs_is_the_users(dmp: Any) -> None:
    reply = dmp.test_existence(dmp.direct(signed_by=dmp.issue("cps-sign", "adjoint")))
    assert "n'est pas le PS du VIHF" in reply.fault[1]


def test_an_unsigned_vihf_is_right_with_the_card_of_the_same_person(dmp: Any) -> None:
    assert dmp.test_existence(dmp.direct(signed_by=None)).status == 200
    assert dmp.findings() == []


def test_an_unsigned_vihf_is_refused_with_another_card(dmp: Any) -> None:
    reply = dmp.test_existence(dmp.direct(signed_by=None), certificate=dmp.issue("cps-auth", "adjoint"))
    assert reply.fault[0] == "soap:DMPInvalidCertificate"


def test_an_unsigned_vihf_is_refused_in_indirect_and_on_the_plain_port(dmp: Any) -> None:
    assert dmp.test_existence(dmp.indirect(signed_by=None)).fault[1].endswith("VIHF non signé")
    assert dmp.test_existence(dmp.direct(signed_by=None), tls=False).fault[1].endswith("VIHF non signé")


def test_the_plain_port_waives_the_certificate_and_says_so(dmp: Any) -> None:
    assert dmp.test_existence(tls=False).status == 200
    assert dmp.findings() == ["DMP-PLAIN"]


@pytest.mark.parametrize("drift", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_vihf_out_of_the_window_is_stale(dmp: Any, drift: timedelta) -> None:
    stale = dmp.indirect(issued=datetime.now(UTC) + drift)
    assert dmp.test_existence(stale).fault[1].startswith("VIHF hors de sa période de validité")
    dmp.configure(vihf_skew_seconds="900")
    assert dmp.test_existence(stale).status == 200


def test_a_vihf_issued_before_a_jump_of_the_clock_has_aged(dmp: Any) -> None:
    old = dmp.indirect(issued=datetime.now(UTC) - timedelta(seconds=2))
    dmp.do(lambda: dmp.session.move_clock(by=timedelta(hours=1)))
    assert dmp.test_existence(old).fault[1].startswith("VIHF hors de sa période de validité")
    future = dmp.indirect(issued=datetime.now(UTC) + timedelta(seconds=2))
    assert dmp.test_existence(future).status == 200


# --- TLS certificates


@pytest.mark.parametrize("variant", ["expired", "revoked", "wrongca", "not-yet-valid"])
def test_a_bad_client_certificate_is_the_services_own_fault(dmp: Any, variant: str) -> None:
    reply = dmp.test_existence(certificate=dmp.issue("org-auth", variant=variant))
    assert reply.fault[0] == "soap:DMPInvalidCertificate"
    assert reply.fault[1].startswith("Le certificat d'authentification est invalide : ")
    assert dmp.findings() == ["DMP-CERT"]


def test_no_client_certificate_is_refused_over_tls(dmp: Any, writing: Any) -> None:
    vihf = dmp.indirect()
    octets = writing.envelope(writing.existence(vihf.patient), dmp.assertion(vihf), PATIENTS)
    assert dmp.post("patients", octets).fault[1] == "Le certificat d'authentification est invalide : aucun certificat client"


@pytest.mark.parametrize(("kind", "who"), [("psc-client", "officine"), ("cps-auth", "titulaire")])
def test_a_certificate_of_another_family_is_refused(dmp: Any, kind: str, who: str) -> None:
    assert dmp.test_existence(certificate=dmp.issue(kind, who)).fault[0] == "soap:DMPInvalidCertificate"


def test_the_organisation_certificate_is_the_one_of_the_structure(dmp: Any) -> None:
    reply = dmp.test_existence(certificate=dmp.issue("org-auth", "hopital"))
    assert reply.fault[1] == "Erreur d'authentification de la personne morale"
    assert dmp.findings() == ["DMP-CERT"]


def test_certificates_age_with_the_session(dmp: Any) -> None:
    dmp.do(lambda: dmp.session.move_clock(by=timedelta(days=3 * 365)))
    assert "expiré" in dmp.test_existence().fault[1]


# --- directory and rights


def test_an_unknown_structure_has_the_known_fault(dmp: Any) -> None:
    vihf = dmp.direct(structure="10B0999999")
    reason = "Impossible d'effectuer un test d'existence : Structure introuvable ou Inactive"
    assert dmp.test_existence(vihf).fault[1] == reason


def test_a_professional_of_another_structure_is_not_linked(dmp: Any) -> None:
    assert dmp.test_existence(dmp.direct(structure="10B0990041")).fault[1] == "PS et Structure non liés"


def test_a_struck_off_professional_is_refused(dmp: Any) -> None:
    assert "introuvable ou inactif" in dmp.test_existence(dmp.direct("radie")).fault[1]
    assert "DMP-VIHF-PS" in dmp.findings()


def test_indirect_authentication_lists_no_document(dmp: Any) -> None:
    assert dmp.find(vihf=dmp.indirect()).fault[0] == "soap:DMPAccessDeniedByRightsService"
    assert "DMP-RIGHTS" in dmp.findings()


def test_air_feeds_nothing(dmp: Any) -> None:
    reply = dmp.feed(dmp.document(), vihf=dmp.indirect(mode="INDIRECTE_RENFORCEE"))
    assert reply.fault[0] == "soap:DMPAccessDeniedByRightsService"
    assert dmp.findings() == ["DMP-RIGHTS", "DMP-AIR-FEED"]


def test_air_reads_with_the_right_of_the_professional(dmp: Any) -> None:
    air = dmp.indirect(mode="INDIRECTE_RENFORCEE")
    dmp.test_existence(air)
    assert dmp.find(vihf=air).status == 200
    assert dmp.findings() == []


@pytest.mark.parametrize(
    ("patient", "who", "code"),
    [
        ("blanc-nathalie", "titulaire", "soap:DMPAccessDeniedByRightsService"),
        ("moreau-etienne", "titulaire", "soap:DMPAccessDeniedByRightsService"),
        ("mercier-alain", "titulaire", "soap:DMPAccessDeniedByRightsService"),
        ("roux-gerard", "titulaire", "soap:DMPClosed"),
        ("fournier-ines", "titulaire", "soap:DMPCodeNonPublic"),
    ],
)
def test_a_dmp_that_may_not_be_read_is_refused(dmp: Any, patient: str, who: str, code: str) -> None:
    assert dmp.find(vihf=dmp.direct(who, patient=dmp.named(patient))).fault[0] == code


def test_bris_de_glace_needs_no_authorisation_but_stops_at_a_block(dmp: Any) -> None:
    unauthorised = dmp.direct(patient=dmp.named("blanc-nathalie"), purpose="bris_de_glace")
    assert dmp.find(vihf=unauthorised).status == 200
    assert dmp.find(vihf=dmp.direct(patient=dmp.named("mercier-alain"), purpose="bris_de_glace")).status == 500


def test_reading_before_the_existence_test_is_a_finding_and_still_answered(dmp: Any) -> None:
    assert dmp.find().status == 200
    assert dmp.findings() == ["DMP-ORDER"]
    dmp.test_existence(dmp.direct())
    dmp.find()
    assert dmp.findings() == []


def test_sessions_do_not_see_each_other(dmp: Any) -> None:
    dmp.feed(dmp.document())
    assert dmp.neighbour().find().text("//query:AdhocQueryResponse/@totalResultCount") == "0"
    assert dmp.find().text("//query:AdhocQueryResponse/@totalResultCount") == "1"


def test_an_unknown_session_is_a_soap_fault(dmp: Any, writing: Any) -> None:
    url = dmp.url("patients").replace(dmp.session.name, "nulle-part")
    response: httpx.Response = dmp.client(None).post(url, content=b"x")
    assert (response.status_code, writing.opened(response).text("//s:Code/s:Value")) == (404, "soap:Sender")
