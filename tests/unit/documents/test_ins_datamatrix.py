from dataclasses import replace

import pytest

from health_documents.barcodes.images import read_codes, write_datamatrix
from health_documents.barcodes.ins_datamatrix import HEADER, decode_ins, encode_ins, flaws_of
from health_documents.errors import InsDatamatrixError
from health_documents.values.document import PatientIdentity

VECTOR = (
    "IS010000000000000000000000S1160012B02077713S21.2.250.1.213.1.4.8\x1d"
    "S3TOUSSAINT\x1dS4ADRTROIS\x1dS5MS601-01-1960S72B020"
)
TOUSSAINT = PatientIdentity(
    matricule="160012B02077713",
    oid="1.2.250.1.213.1.4.8",
    birth_name="ADRTROIS",
    first_names=("TOUSSAINT",),
    sex="M",
    birth_date="1960-01-01",
    birth_place="2B020",
)


def test_the_golden_vector_is_written():
    assert encode_ins(TOUSSAINT) == VECTOR
    assert len(VECTOR) == 110


def test_the_golden_vector_is_read():
    assert decode_ins(VECTOR) == TOUSSAINT


def test_the_golden_vector_survives_an_image():
    codes = read_codes(write_datamatrix(VECTOR))
    assert [(code.format, code.text) for code in codes] == [("DataMatrix", VECTOR)]


@pytest.mark.parametrize(
    "change",
    [
        {"birth_place": ""},
        {"oid": "1.2.250.1.213.1.4.10"},
        {"birth_name": "X" * 100},
        {"first_names": ("ANNE", "MARIE-LOUISE")},
        {"birth_place": "", "first_names": ("S",), "birth_name": "S S'"},
        {"birth_name": "D'ARTAGNAN DE L'HERAULT"},
    ],
)
def test_an_identity_reads_back_as_written(change: dict[str, object]):
    patient = replace(TOUSSAINT, **change)
    assert decode_ins(encode_ins(patient)) == patient


def test_a_field_of_full_length_has_no_separator():
    text = encode_ins(replace(TOUSSAINT, oid="1.2.250.1.213.1.4.10", birth_name="X" * 100))
    assert text.count("\x1d") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"matricule": ""},
        {"oid": "1.2.3"},
        {"sex": "UN"},
        {"birth_date": "1960-1-1"},
        {"birth_place": "PARIS"},
        {"birth_name": ""},
        {"birth_name": "X" * 101},
        {"first_names": ("A\x1dB",)},
        {"matricule": "160012B02077714"},
        {"matricule": "160012B020777"},
        {"matricule": "160012X02077713"},
        {"birth_name": "LEFÈVRE"},
        {"first_names": ("ZOÉ",)},
        {"birth_name": "Adrtrois"},
        {"birth_name": "ADRTROIS "},
        {"birth_date": "1960-02-30"},
        {"birth_date": "1960-00-00"},
        {"birth_date": "19600101"},
    ],
)
def test_an_identity_that_does_not_fit_is_refused(change: dict[str, object]):
    with pytest.raises(InsDatamatrixError):
        encode_ins(replace(TOUSSAINT, **change))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DC02FR000001",
        HEADER,
        VECTOR[:-1],
        VECTOR + "S72B020",
        VECTOR + "S8X",
        VECTOR.replace("S5M", "S5X"),
        VECTOR.replace("\x1d", ""),
    ],
)
def test_a_text_that_is_no_ins_datamatrix_is_refused(text: str):
    with pytest.raises(InsDatamatrixError):
        decode_ins(text)


@pytest.mark.parametrize(
    "scanned",
    [f"]d2{VECTOR}", f"]d1{VECTOR}", f"{VECTOR}\r\n", f"{VECTOR}\r", f"{VECTOR}\n", f"]d2{VECTOR}\r\n"],
)
def test_what_a_scanner_puts_around_a_text_is_left_out(scanned: str):
    assert decode_ins(scanned) == TOUSSAINT


def test_the_end_of_line_does_not_hide_a_place_that_is_absent():
    without_place = encode_ins(replace(TOUSSAINT, birth_place=""))
    assert decode_ins(f"]d2{without_place}\r\n") == replace(TOUSSAINT, birth_place="")


def test_a_right_identity_has_no_flaw():
    assert flaws_of(decode_ins(VECTOR)) == ()


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        (VECTOR.replace("77713", "77714"), "matricule 160012B02077714 : clé 14, 13 serait juste"),
        (VECTOR.replace("ADRTROIS", "ADRTRÖIS"), "nom « ADRTRÖIS »"),
        (VECTOR.replace("TOUSSAINT", "Toussaint"), "prénoms « Toussaint »"),
        (VECTOR.replace("01-01-1960", "31-02-1960"), "« 1960-02-31 » : pas un jour du calendrier"),
    ],
)
def test_a_printed_code_is_read_with_its_flaw(printed: str, told: str):
    (flaw,) = flaws_of(decode_ins(printed))
    assert told in flaw
