"""The DataMatrix of a drug box: read from text and from an image; everything else is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_documents.barcodes.drug_codes import DrugCode, decode_drug_code, encode_drug_code
from health_documents.barcodes.images import read_codes, write_datamatrix
from health_documents.errors import DrugCodeError

GTIN = "03400930100516"
BOX = f"01{GTIN}17271231" + "10W3A451M" + "\x1d" + "211234567890"


def test_a_box_says_product_lot_expiry_and_serial_number():
    code = DrugCode(GTIN, "3400930100516", "W3A451M", "2027-12-31", "1234567890")
    assert decode_drug_code(BOX) == code
    assert decode_drug_code("]d2" + BOX) == code
    assert encode_drug_code(code) == BOX


def test_elements_come_in_any_order():
    assert decode_drug_code(f"21S1\x1d10L1\x1d17270200\x1d01{GTIN}").expiry == "2027-02-28"


def test_a_box_is_read_from_an_image():
    (found,) = read_codes(write_datamatrix(BOX))
    assert decode_drug_code(found.text).lot == "W3A451M"


def test_a_foreign_box_has_no_cip13():
    assert decode_drug_code("0104012345678901").cip13 == ""


@pytest.mark.parametrize(
    "text",
    [
        *("", "hello", "01034009", f"01{GTIN}17999999", f"01{GTIN[:-1]}1", f"01{GTIN}10", f"01{GTIN}01{GTIN}"),
        *("10L1", f"01{GTIN}10" + "x" * 21, "9" * 300, f"01{GTIN}17AB0101", f"01{GTIN}10é"),
    ],
)
def test_another_text_is_refused(text: str):
    with pytest.raises(DrugCodeError):
        decode_drug_code(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str):
    with contextlib.suppress(DrugCodeError):
        decode_drug_code(text)
