"""The rules of a new prescription, and the negative corpus of QR texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.dispensary import Dispensary

from eprescription_mock.codes import NUMBER_PREFIX
from eprescription_mock.domain.prescribing import (
    check_lines,
    check_new,
    number_of_qr,
    qr_text,
    refuse_bad_ins,
    valid_number,
)
from eprescription_mock.domain.values import Line, Refused
from health_documents.codes.drugs import drugs

SKENAN, SUBUTEX, STILNOX = "69666321", "68945058", "63179285"
NUMERO = f"{NUMBER_PREFIX}ABCDEFGHJKLM"


def line(**changes: Any) -> Line:
    return replace(Line("1", "Doliprane", "1 comprimé si douleur", 2, cis="60234100", days=5), **changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": -2}, "quantite-invalide"),
        ({"quantity": 10**4000}, "quantite-invalide"),
        ({"repeats": 13}, "renouvellement-invalide"),
        ({"repeats": -1}, "renouvellement-invalide"),
        ({"posology": "  "}, "posologie-absente"),
        ({"days": 366}, "duree-depassee"),
        ({"days": 40, "repeats": 12}, "duree-depassee"),
        ({"days": -5}, "duree-depassee"),
        ({"cis": ""}, "medicament-invalide"),
        ({"cip13": "3400935955839"}, "cip-invalide"),
        ({"cip13": "3400934306815"}, "medicament-invalide"),
        ({"cis": SKENAN, "posology": "1 gélule matin et soir", "days": 14}, "toutes-lettres"),
        ({"cis": SKENAN, "posology": "une gélule matin et soir", "days": 29}, "duree-limitee-depassee"),
        ({"cis": STILNOX, "posology": "un comprimé", "days": 14, "repeats": 2}, "duree-limitee-depassee"),
        ({"cis": SKENAN, "posology": "une gélule", "days": 7, "repeats": 1}, "stupefiant-renouvelable"),
        ({"cis": SUBUTEX, "posology": "un comprimé par jour", "days": 28}, "tso-sans-dispensateur"),
    ],
)
def test_a_line_that_breaks_a_rule_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_lines([line(**changes)])
    assert (refused.value.code, refused.value.error.status) == (code, 422)


@pytest.mark.parametrize(
    ("changes", "dispenser"),
    [
        ({}, ""),
        ({"cis": "", "cip13": "3400930000014"}, ""),
        ({"cis": SKENAN, "posology": "une gélule matin et soir", "days": 28}, ""),
        ({"cis": SUBUTEX, "posology": "un comprimé par jour", "days": 28}, "10B0990017"),
        ({"cis": "", "lpp": "1100028"}, ""),
    ],
)
def test_a_right_line_is_taken(changes: dict[str, Any], dispenser: str) -> None:
    check_lines([line(**changes)], dispenser=dispenser)


def test_the_upper_zone_of_a_two_zone_prescription_is_not_empty() -> None:
    check_lines([line(flags=("MED-574",)), line()], ["MED-1096"])
    with pytest.raises(Refused, match="bizone-sans-ald"):
        check_lines([line()], ["MED-1096"])


def test_a_secured_prescription_is_in_words_whatever_the_drug() -> None:
    with pytest.raises(Refused, match="toutes-lettres"):
        check_lines([line()], ["MED-1098"])


@pytest.mark.parametrize("count", [0, 51])
def test_a_prescription_has_from_one_to_fifty_lines(count: int) -> None:
    with pytest.raises(Refused, match="ordonnance-vide"):
        check_lines([line()] * count)


def test_a_prescription_of_tomorrow_is_refused(desk: Dispensary) -> None:
    with pytest.raises(Refused, match="date-invalide"):
        check_new(desk.prescription(), desk.now - timedelta(hours=1))


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_validity_ends_within_twelve_months(desk: Dispensary, days: int) -> None:
    with pytest.raises(Refused, match="validite-depassee"):
        check_new(desk.prescription(valid_until=desk.now + timedelta(days=days)), desk.now)


@pytest.mark.parametrize(
    ("matricule", "root"),
    [
        ("256036330091839", "1.2.250.1.213.1.4.8"),
        ("2560363300918", "1.2.250.1.213.1.4.8"),
        ("256036330091838", "1.2.250.1.213.1.4.99"),
        ("", ""),
    ],
)
def test_a_false_ins_is_refused(matricule: str, root: str) -> None:
    with pytest.raises(Refused, match="ins-invalide"):
        refuse_bad_ins(matricule, root)


def test_the_qr_text_gives_its_number_back() -> None:
    assert number_of_qr(qr_text(NUMERO)) == NUMERO


@pytest.mark.parametrize(
    "text",
    [
        NUMERO,
        qr_text(NUMERO[:-1]),
        qr_text(NUMERO + "A"),
        qr_text(NUMERO.lower()),
        qr_text(NUMERO).lower(),
        f" {qr_text(NUMERO)}",
        f"{qr_text(NUMERO)}\n",
        f"https://exemple.invalid/{NUMERO}",
        qr_text(f"../{NUMERO[3:]}"),
        qr_text("A" * 100_000),
        qr_text("٣" * 18),
        "Hello :)",
        "DM01INS",
        "' OR 1=1 --",
    ],
)
def test_a_code_that_is_not_ours_is_unreadable(text: str) -> None:
    with pytest.raises(Refused, match="qr-illisible"):
        number_of_qr(text)


def test_the_only_public_sample_has_the_form_of_a_number() -> None:
    assert valid_number("01S2TBPZ2JCNZZYGHZ")
    assert not "01S2TBPZ2JCNZZYGHZ".startswith(NUMBER_PREFIX)


def test_every_drug_of_the_extract_can_be_prescribed_in_words() -> None:
    for one in drugs():
        check_lines([line(cis=one.cis, cip13=one.cip13, posology="un par jour", days=7)], dispenser="10B0990017")
