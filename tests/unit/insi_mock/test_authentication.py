"""The assertion of a card: signed by whom, for whom, how old."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from lxml import etree
from support import insi_requests
from support.insi_requests import signed, signed_with_sha1, with_security

from insi_mock.domain import CardRequest, Mode
from insi_mock.facts import Authentication
from lgo_sandbox.pki import Kind, OrganisationHolder, PersonHolder, Pki
from lgo_sandbox.tenant.session import Session

PHARMACIST = PersonHolder("titulaire", "899700090014", "VALMONT", "HELENE", "Pharmacien")
PHARMACY = OrganisationHolder("officine", "10B0990017", "PHARMACIE DE LA FONTAINE")

Presenting = Callable[..., str]


def assertion(name_id: str = "899700090014", *, qualifier: str = "CPS", age: timedelta = timedelta()) -> str:
    return insi_requests.assertion(name_id, qualifier=qualifier, age=age)


@pytest.fixture
def presenting(request_xml: str, pki: Pki) -> Presenting:
    """Return the request with an assertion, signed by a certificate of the given kind, or not at all."""

    def present(text: str, kind: Kind | None = Kind.CPS_SIGN, variant: str = "good") -> str:
        holder = PHARMACY if kind is Kind.ORG_SIGN else PHARMACIST
        issued = pki.issue(kind, holder=holder, variant=variant) if kind else None
        return with_security(request_xml, signed(text, issued) if issued else text)

    return present


def code_of(response: httpx.Response) -> str:
    root = etree.fromstring(response.content)
    return str(root.xpath("string((//*[local-name()='CodeCR'] | //*[local-name()='Erreur']/@code)[1])"))


async def test_a_fresh_assertion_signed_by_the_card_is_accepted(
    client: httpx.AsyncClient, presenting: Presenting, session: Session
) -> None:
    assert code_of(await client.post("/lps", content=presenting(assertion()))) == "00"
    exchange = session.journal.read()[-1]
    caller = exchange.noted.get(Authentication)
    assert caller
    assert (caller.mode, caller.caller) == (Mode.CARD, "899700090014")
    assert exchange.findings == ()


@pytest.mark.parametrize(
    ("kind", "variant", "code"),
    [
        (Kind.CPS_SIGN, "expired", "desir_simule_certificat_expire"),
        (Kind.CPS_SIGN, "revoked", "desir_simule_certificat_revoque"),
        (Kind.CPS_SIGN, "wrongca", "desir_simule_certificat_autorite"),
        (Kind.CPS_AUTH, "good", "desir_simule_assertion"),
        (Kind.ORG_SIGN, "good", "desir_simule_assertion"),
        (None, "good", "desir_simule_assertion"),
    ],
)
async def test_an_assertion_that_no_good_card_signed_is_refused(
    client: httpx.AsyncClient, presenting: Presenting, kind: Kind | None, variant: str, code: str
) -> None:
    assert code_of(await client.post("/lps", content=presenting(assertion(), kind, variant))) == code


@pytest.mark.parametrize(
    "text",
    [
        assertion("899700090022"),
        assertion(age=timedelta(minutes=61)),
        assertion(age=-timedelta(hours=6)),
        assertion().replace("IssueInstant", "Instant"),
    ],
    ids=["of another person", "too old", "of the future", "without date"],
)
async def test_an_assertion_of_another_person_or_time_is_refused(
    client: httpx.AsyncClient, presenting: Presenting, session: Session, text: str
) -> None:
    assert code_of(await client.post("/lps", content=presenting(text))) == "desir_simule_assertion"
    assert "INSI-REFUS" in {finding.check_id for finding in session.journal.read()[-1].findings}


async def test_a_changed_assertion_is_refused(client: httpx.AsyncClient, presenting: Presenting) -> None:
    changed = presenting(assertion()).replace("<saml:Issuer>CN", "<saml:Issuer>cn")
    assert code_of(await client.post("/lps", content=changed)) == "desir_simule_assertion"


async def test_an_assertion_expires_when_the_clock_of_the_session_moves(
    client: httpx.AsyncClient, presenting: Presenting, session: Session
) -> None:
    request = presenting(assertion())
    session.move_clock(by=timedelta(minutes=59))
    assert code_of(await client.post("/lps", content=request)) == "00"
    session.move_clock(by=timedelta(minutes=2))
    assert code_of(await client.post("/lps", content=request)) == "desir_simule_assertion"


async def test_a_date_at_the_end_of_time_is_refused_after_a_jump(
    client: httpx.AsyncClient, presenting: Presenting, session: Session
) -> None:
    session.move_clock(by=timedelta(days=400))
    right = assertion()
    text = right.replace(right.split('IssueInstant="')[1].split('"')[0], "9999-12-31T23:59:59Z")
    assert code_of(await client.post("/lps", content=presenting(text))) == "desir_simule_assertion"


async def test_the_assertion_of_a_psc_session_is_believed_and_the_answer_says_so(
    client: httpx.AsyncClient, presenting: Presenting, session: Session
) -> None:
    response = await client.post("/lps", content=presenting(assertion(qualifier="PSC"), None))
    assert code_of(response) == "00"
    assert response.headers["x-simulation"] == "INSI-PSC-TRANSPORT-NON-PUBLIC"
    exchange = session.journal.read()[-1]
    caller = exchange.noted.get(Authentication)
    assert caller
    assert (caller.mode, caller.caller) == (Mode.PSC, "899700090014")
    assert exchange.findings == ()
    assert "INSI-PSC" in {seen.check_id for seen in session.journal.observations() if seen.passed}


@pytest.mark.parametrize(
    "text",
    [
        assertion("899700099999", qualifier="PSC"),
        assertion(qualifier="PSC", age=timedelta(minutes=61)),
        assertion(qualifier="PSC").replace("IssueInstant", "Instant"),
    ],
    ids=["unknown", "too old", "without date"],
)
async def test_a_psc_assertion_of_nobody_or_of_another_time_is_refused(
    client: httpx.AsyncClient, presenting: Presenting, text: str
) -> None:
    assert code_of(await client.post("/lps", content=presenting(text, None))) == "desir_simule_psc"


async def test_psc_is_refused_by_option(client: httpx.AsyncClient, presenting: Presenting, session: Session) -> None:
    session.configure(replace(session.config, options={"insi.psc": "refused"}))
    response = await client.post("/lps", content=presenting(assertion(qualifier="PSC"), None))
    assert code_of(response) == "desir_simule_psc"


async def test_an_assertion_signed_with_sha1_is_accepted(client: httpx.AsyncClient, request_xml: str, pki: Pki) -> None:
    issued = pki.issue(Kind.CPS_SIGN, holder=PHARMACIST)
    text = signed_with_sha1(assertion(), issued)
    response = await client.post("/lps", content=with_security(request_xml, text))
    assert code_of(response) == "00"


CARD = CardRequest(holder="276076322091669", birth_date="1976-07-14", rank="1")


@pytest.mark.parametrize(
    ("mode", "text", "code"),
    [
        ("ignored", assertion("x", qualifier="VITALE"), "00"),
        ("checked", "", "00"),
        ("checked", assertion("276076322091669", qualifier="VITALE"), "00"),
        ("checked", assertion("160012B02077713", qualifier="VITALE"), "desir_simule_vitale"),
        ("checked", assertion("276076322091669", qualifier="VITALE", age=timedelta(minutes=21)), "desir_simule_vitale"),
        ("required", "", "desir_simule_vitale"),
        ("required", assertion("276076322091669", qualifier="VITALE"), "00"),
    ],
)
async def test_the_assertion_of_a_carte_vitale_is_controlled_by_option(
    client: httpx.AsyncClient, asking: Callable[..., str], session: Session, mode: str, text: str, code: str
) -> None:
    session.configure(replace(session.config, options={"insi.vitale_assertion": mode}))
    assert code_of(await client.post("/lps", content=with_security(asking(CARD), text))) == code
