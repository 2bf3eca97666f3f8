from __future__ import annotations

import base64
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lgo_sandbox.wire.oauth import (
    BadAuthorization,
    BadForm,
    Basic,
    Bearer,
    pkce_matches,
    read_authorization,
    read_form,
    same_secret,
)


def basic(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    assert read_authorization(f"{scheme} a.b-c_d~e+f/g==") == Bearer("a.b-c_d~e+f/g==")


def test_basic_credentials_are_given_as_sent_and_form_decoded_on_demand() -> None:
    credentials = read_authorization("basic " + basic("id%3A1:se+cr%C3%A9t:x"))
    assert credentials == Basic("id%3A1", "se+cr%C3%A9t:x")
    assert isinstance(credentials, Basic)
    assert credentials.form_decoded() == Basic("id:1", "se crét:x")


def test_no_header_is_no_credentials() -> None:
    assert read_authorization(None) is None


@pytest.mark.parametrize(
    ("header", "scheme"),
    [
        ("", ""),
        ("Bearer", "bearer"),
        ("Bearer a b", "bearer"),
        ("Bearer é", "bearer"),
        ("Basic !!!", "basic"),
        ("Basic " + basic("no colon"), "basic"),
        ("Basic /w==", "basic"),
        ("Basic é", "basic"),
        ("Digest x", "digest"),
        ("Bearer " + "a" * 70_000, "bearer"),
    ],
)
def test_unreadable_credentials_are_refused_with_their_scheme(header: str, scheme: str) -> None:
    with pytest.raises(BadAuthorization) as refusal:
        read_authorization(header)
    assert refusal.value.scheme == scheme


def test_a_form_is_read_in_order_with_its_empty_values() -> None:
    form = read_form(b"b=1&a=%C3%A9+x&empty=&bare&&")
    assert list(form.items()) == [("b", "1"), ("a", "é x"), ("empty", ""), ("bare", "")]
    assert read_form(b"") == {}


def test_a_parameter_given_twice_is_named_even_when_spelt_otherwise() -> None:
    with pytest.raises(BadForm) as refusal:
        read_form(b"code=1&c%6Fde=1")
    assert refusal.value.parameter == "code"


@pytest.mark.parametrize("data", [b"a=%", b"a=%zz", b"a=%ff", b"a=\xff", b"&" * 200, b"a=" + b"x" * 300_000])
def test_an_unreadable_or_endless_form_is_refused(data: bytes) -> None:
    with pytest.raises(BadForm) as refusal:
        read_form(data)
    assert refusal.value.parameter is None


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.text(), max_size=8), st.binary(max_size=60))
def test_any_form_is_read_as_another_stack_writes_it(fields: dict[str, str], noise: bytes) -> None:
    assert read_form(urlencode(fields).encode()) == fields
    with suppress(BadForm):
        read_form(noise)


def test_pkce_follows_the_example_of_its_rfc() -> None:
    verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert pkce_matches(verifier, challenge)
    assert pkce_matches(verifier, verifier, "plain")
    assert not pkce_matches(verifier, challenge, "plain")
    assert not pkce_matches(verifier, verifier)
    assert not pkce_matches(verifier, challenge, "s256")


@pytest.mark.parametrize("verifier", ["", "a" * 42, "a" * 129, "é" * 43, "a" * 43 + "\n"])
def test_a_verifier_against_its_grammar_never_matches(verifier: str) -> None:
    assert not pkce_matches(verifier, verifier, "plain")


def test_secrets_are_compared_whatever_their_characters() -> None:
    assert same_secret("é", "é")
    assert not same_secret("a", "ab")
    assert not same_secret("\ud800", "a")
