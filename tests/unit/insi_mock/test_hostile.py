"""Whatever arrives, INSi answers a well-formed SOAP message and raises nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from insi_mock.service import SERVICE
from lgo_sandbox.gate.asgi import Gate

REQUEST = (Path(__file__).parents[2] / "golden" / "insi" / "request.xml").read_bytes()
ENVELOPES = ("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/")
BOMB = (
    b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><x>&c;</x></s:Body></s:Envelope>'
)


def post(gate: Gate, body: bytes, content_type: str = "application/soap+xml", path: str = "/lps") -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="http://insi.test") as client:
            return await client.post(path, content=body, headers={"content-type": content_type.encode("latin-1")})

    return asyncio.run(send())


def code_of(response: httpx.Response) -> str:
    """Return the code of the answer, which must be a SOAP message with a Fault or a RESULTAT."""
    root = etree.fromstring(response.content)
    assert root.tag in {f"{{{namespace}}}Envelope" for namespace in ENVELOPES}
    content = etree.QName(root[-1][0]).localname
    assert content == ("RESULTAT" if response.status_code == 200 else "Fault")
    return str(root.xpath("string((//*[local-name()='CodeCR'] | //*[local-name()='Erreur']/@code)[1])"))


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00", b"<", b"<a/>", BOMB, b"{}", b"\xff\xfe", b'<?xml version="1.0" encoding="EBCDIC"?><a/>'],
)
def test_what_is_no_envelope_is_refused(gate: Gate, body: bytes) -> None:
    response = post(gate, body)
    assert (response.status_code, code_of(response)) == (500, "desir_simule_enveloppe")


def test_an_endless_body_is_refused(gate: Gate) -> None:
    response = post(gate, REQUEST + b" " * SERVICE.max_body)
    assert (response.status_code, code_of(response)) == (413, "desir_simule_taille")


def test_a_deep_body_is_refused(gate: Gate) -> None:
    response = post(gate, REQUEST.replace(b"</RECSANSVITALE>", b"<a>" * 220 + b"</a>" * 220 + b"</RECSANSVITALE>"))
    assert code_of(response) == "desir_simule_enveloppe"


def test_an_unknown_session_is_told_in_soap(gate: Gate) -> None:
    response = post(gate, REQUEST, path="/s/absente/lps")
    assert (response.status_code, code_of(response)) == (404, "desir_simule_session")


VALUES = [
    b"ADRTROIS",
    b"TOUSSAINT",
    b">M<",
    b"1960-01-01",
    b"LGOSANDBOX01",
    b"uuid:0a1b2c3d-0000-4000-8000-000000000001",
]
XML_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="<&\ufffe\uffff"))


@settings(max_examples=60, deadline=None)
@given(value=st.sampled_from(VALUES), text=XML_TEXT)
def test_any_text_in_any_value_is_answered(gate: Gate, value: bytes, text: str) -> None:
    written = text.replace(">", "").encode()
    code_of(post(gate, REQUEST.replace(value, b">" + written + b"<" if value == b">M<" else written)))


@settings(max_examples=80, deadline=None)
@given(start=st.integers(0, len(REQUEST)), length=st.integers(0, 200), octets=st.binary(max_size=20))
def test_any_damage_to_an_envelope_is_answered(gate: Gate, start: int, length: int, octets: bytes) -> None:
    code_of(post(gate, REQUEST[:start] + octets + REQUEST[start + length :]))


@settings(max_examples=40, deadline=None)
@given(
    action=st.text(st.characters(codec="latin-1", exclude_categories=("Cc",)), max_size=40),
    tags=st.lists(st.sampled_from([b"soap:Header", b"soap:Body", b"Prenom", b"RECSANSVITALE", b"ctxlps:LPS"])),
)
def test_any_action_and_any_missing_tag_is_answered(gate: Gate, action: str, tags: list[bytes]) -> None:
    body = REQUEST
    for tag in tags:
        body = body.replace(tag, b"Autre")
    code_of(post(gate, body, f'application/soap+xml; action="{action}"'))


CLAIM_BODY = (
    b'<Requete xmlns="http://www.cnamts.fr/INSiLot2/REQUnitaire"><IndividuVerifie><INSFourni><IdIndividu>'
    b"<NumIdentifiant>160012B020777</NumIdentifiant><Cle>13</Cle></IdIndividu><OID>1.2.250.1.213.1.4.8</OID></INSFourni>"
    b"<TraitsIdentiteIndividu><NomNaissance>ADRTROIS</NomNaissance><ListePrenom>TOUSSAINT</ListePrenom><Sexe>M</Sexe>"
    b"<DateNaissance>1960-01-01</DateNaissance></TraitsIdentiteIndividu></IndividuVerifie></Requete>"
)
CARD_BODY = (
    b'<RECVITALE xmlns="http://www.cnamts.fr/INSiRecVit"><MatriculeOD><NumIdentifiant>2760763220916</NumIdentifiant>'
    b"<Cle>69</Cle></MatriculeOD><DateNaissance>1976-07-14</DateNaissance><RangNaissance>1</RangNaissance></RECVITALE>"
)
BATCH_BODY = CLAIM_BODY.replace(b"REQUnitaire", b"REQMasse").replace(b"Requete", b"Depot")
START, END = REQUEST.index(b"<RECSANSVITALE"), REQUEST.index(b"</soap:Body>")
ACTION = REQUEST[REQUEST.index(b"<wsa:Action") : REQUEST.index(b"</wsa:Action>") + len(b"</wsa:Action>")]


@settings(max_examples=80, deadline=None)
@given(
    body=st.sampled_from([CARD_BODY, CLAIM_BODY, BATCH_BODY]),
    start=st.integers(0, len(CLAIM_BODY)),
    length=st.integers(0, 60),
    octets=st.binary(max_size=20),
)
def test_any_damage_to_another_body_is_answered(
    gate: Gate, body: bytes, start: int, length: int, octets: bytes
) -> None:
    damaged = body[:start] + octets + body[start + length :]
    response = post(gate, REQUEST[:START].replace(ACTION, b"") + damaged + REQUEST[END:])
    root = etree.fromstring(response.content)
    assert root.tag in {f"{{{namespace}}}Envelope" for namespace in ENVELOPES}
    assert (response.status_code == 500) is (etree.QName(root[-1][0]).localname == "Fault")


@settings(max_examples=60, deadline=None)
@given(
    body=st.sampled_from([CARD_BODY, CLAIM_BODY]),
    value=st.sampled_from([b"2760763220916", b"69<", b"1976-07-14", b">1<", b"160012B020777", b"ADRTROIS", b">M<"]),
    text=XML_TEXT,
)
def test_any_text_in_any_value_of_another_body_is_answered(gate: Gate, body: bytes, value: bytes, text: str) -> None:
    written = text.replace(">", "").encode()
    kept = (b">" if value.startswith(b">") else b"") + written + (b"<" if value.endswith(b"<") else b"")
    response = post(gate, REQUEST[:START].replace(ACTION, b"") + body.replace(value, kept) + REQUEST[END:])
    root = etree.fromstring(response.content)
    assert (response.status_code == 500) is (etree.QName(root[-1][0]).localname == "Fault")
