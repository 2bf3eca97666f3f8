"""The search by carte Vitale, the verification (unit and batch), and what a tester programs of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from health_documents.identifiers import OID_INS_NIA, OID_INS_NIR, OID_INS_NIR_TEST
from insi_mock.domain import CardRequest, Claim, Identity, Traits, broken_card_rules, mismatches
from insi_mock.seeds import MAGIC
from insi_mock.service import SERVICE
from lgo_sandbox.contract import Refusal, ResourceRequest
from lgo_sandbox.gate.asgi import Gate
from lgo_sandbox.pki import Pki
from lgo_sandbox.population.crowd import Crowd
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session

Asking = Callable[..., str]
RUTH = "276076322091669"
MOTHER, FATHER = "285046311395040", "182086311395109"
HUGO = "114096330092306"
CLAIM = Claim("160012B02077713", OID_INS_NIR, Traits("ADRTROIS", "TOUSSAINT", "M", "1960-01-01", "2B020"))
RECONSTRUCTED = "INSI-OPERATION-RECONSTITUEE"
RESOURCES = {resource.name: resource for resource in SERVICE.resources}


def texts(response: httpx.Response, name: str) -> list[str]:
    return [each.text or "" for each in etree.fromstring(response.content).iter(f"{{*}}{name}")]


def code_of(response: httpx.Response) -> str:
    root = etree.fromstring(response.content)
    return str(root.xpath("string((//*[local-name()='CodeCR'] | //*[local-name()='Erreur']/@code)[1])"))


def control(sandbox: Sandbox, session: Session, name: str, method: str, tail: str = "", body: object = None) -> dict:  # type: ignore[type-arg]
    return RESOURCES[name].handle(sandbox, session, ResourceRequest(method, tail, {}, body))


# --- carte Vitale -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "code", "first_names"),
    [
        (CardRequest(holder=RUTH, birth_date="1976-07-14", rank="1"), "00", "RUTH"),
        (CardRequest(individual=RUTH, birth_date="1976-07-14"), "00", "RUTH"),
        (CardRequest(holder=RUTH, birth_date="2011-06-05", rank="1"), "00", "DONATELLO"),
        (CardRequest(holder=MOTHER, birth_date="2014-09-23", rank="1"), "00", "HUGO LOUIS"),
        (CardRequest(individual=HUGO, holder=MOTHER, birth_date="2014-09-23"), "00", "HUGO LOUIS"),
        (CardRequest(individual=HUGO[:13], holder=MOTHER[:13], birth_date="2014-09-23"), "00", "HUGO LOUIS"),
        (CardRequest(individual=RUTH, holder=MOTHER, birth_date="2014-09-23"), "01", None),
        (CardRequest(holder=FATHER, birth_date="2019-05-11", rank="1"), "00", "JULES"),
        (CardRequest(holder=FATHER, birth_date="2019-05-11", rank="2"), "00", "JULIEN"),
        (CardRequest(holder=FATHER, birth_date="2019-05-11", rank="3"), "01", None),
        (CardRequest(individual=HUGO, birth_date="2014-09-23"), "00", "HUGO LOUIS"),
        (CardRequest(holder="160012B02077713", birth_date="1960-01-01"), "00", "TOUSSAINT"),
        (CardRequest(holder="160012B02077714", birth_date="1960-01-01"), "01", None),
        (CardRequest(holder="285046311395041", birth_date="2014-09-23"), "01", None),
        (CardRequest(holder="190014418498189", birth_date="1990-01-22"), "00", "CAMILLE"),
        (CardRequest(holder="109076322088835", birth_date="2009-07-01"), "00", "MATRICULE"),
        (CardRequest(holder="251209933694330", birth_date="1951-20-00"), "00", "FATIMATA"),
        (CardRequest(holder="1800199999999", birth_date="1980-01-01"), "01", None),
    ],
)
async def test_a_card_designates_by_number_date_and_rank(
    client: httpx.AsyncClient, asking: Asking, request_: CardRequest, code: str, first_names: str | None
) -> None:
    response = await client.post("/lps", content=asking(request_))
    assert code_of(response) == code
    assert texts(response, "ListePrenom") == ([first_names] if first_names else [])
    assert "x-simulation" not in response.headers


async def test_a_card_with_a_former_number_opens_the_present_matricule(
    client: httpx.AsyncClient, asking: Asking
) -> None:
    request = CardRequest(holder="190014418498189", birth_date="1990-01-22")
    assert texts(await client.post("/lps", content=asking(request)), "NumIdentifiant")[0] == "2900144184938"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"holder": ""}, "insi_simule_matricule"),
        ({"holder": "12"}, "insi_simule_matricule"),
        ({"individual": "2760763220916XX"}, "insi_simule_matricule"),
        ({"birth_date": ""}, "insi_simule_date_naissance"),
        ({"birth_date": "14/07/1976"}, "insi_simule_date_naissance"),
        ({"rank": "0"}, "insi_simule_rang"),
        ({"rank": "premier"}, "insi_simule_rang"),
    ],
)
def test_what_a_card_cannot_say_is_refused(changed: dict[str, str], code: str) -> None:
    (broken,) = broken_card_rules(replace(CardRequest(holder=RUTH, birth_date="1976-07-14", rank="1"), **changed))
    assert broken.code == code


# --- verification -----------------------------------------------------------------------------------------------------

KNOWN = Identity("160012B02077713", OID_INS_NIR, "ADRTROIS", ("TOUSSAINT", "ANGE"), "M", "1960-01-01", "2B020")


@pytest.mark.parametrize(
    ("oid", "traits", "wrong"),
    [
        (OID_INS_NIR, {}, []),
        (OID_INS_NIR_TEST, {"birth_place": ""}, []),
        (OID_INS_NIR, {"first_names": "TOUSSAINT ANGE"}, []),
        (OID_INS_NIA, {}, ["OID"]),
        (OID_INS_NIR, {"birth_name": "ADR-TROIS"}, ["NomNaissance"]),
        (OID_INS_NIR, {"first_names": "ANGE"}, ["Prenom"]),
        (OID_INS_NIR, {"first_names": ""}, ["Prenom"]),
        (OID_INS_NIR, {"sex": "F"}, ["Sexe"]),
        (OID_INS_NIR, {"birth_date": "1960-01-02"}, ["DateNaissance"]),
        (OID_INS_NIR, {"birth_place": "2A020"}, ["LieuNaissance"]),
    ],
)
def test_every_element_of_a_claim_must_agree(oid: str, traits: dict[str, str], wrong: list[str]) -> None:
    claim = Claim(KNOWN.matricule, oid, replace(CLAIM.traits, **traits))
    assert mismatches(claim, KNOWN) == wrong


async def test_a_verification_answers_ok_or_ko_and_says_that_it_is_reconstructed(
    client: httpx.AsyncClient, asking: Asking
) -> None:
    right = await client.post("/lps", content=asking(CLAIM))
    wrong = await client.post("/lps", content=asking(replace(CLAIM, matricule="160012B02077799")))
    assert [(code_of(each), texts(each, "LibelleCR")) for each in (right, wrong)] == [
        ("00", ["Identite verifiee"]),
        ("01", ["Identite non verifiee"]),
    ]
    assert {each.headers["x-simulation"] for each in (right, wrong)} == {RECONSTRUCTED}
    assert texts(wrong, "NumIdentifiant") == []


@pytest.mark.parametrize("change", [{"matricule": ""}, {"oid": ""}, {"traits": Traits()}])
async def test_an_incomplete_claim_is_refused(
    client: httpx.AsyncClient, asking: Asking, change: dict[str, object]
) -> None:
    request = asking(replace(CLAIM, **change))  # type: ignore[arg-type]
    assert code_of(await client.post("/lps", content=request)) == "insi_simule_verification"


async def test_a_verification_of_nobody_is_refused(client: httpx.AsyncClient, asking: Asking) -> None:
    request = asking(CLAIM).replace("IndividuVerifie", "Individu")
    assert code_of(await client.post("/lps", content=request)) == "insi_simule_verification"


async def test_a_tester_decides_what_a_verification_answers(
    client: httpx.AsyncClient, asking: Asking, sandbox: Sandbox, session: Session
) -> None:
    control(sandbox, session, "verifications", "PUT", CLAIM.matricule, {"result": "KO"})
    assert code_of(await client.post("/lps", content=asking(CLAIM))) == "01"
    assert control(sandbox, session, "verifications", "GET") == {
        "verifications": [{"matricule": CLAIM.matricule, "result": "KO"}]
    }
    wrong = replace(CLAIM, traits=replace(CLAIM.traits, sex="F"))
    control(sandbox, session, "verifications", "PUT", CLAIM.matricule, {"result": "OK"})
    assert code_of(await client.post("/lps", content=asking(wrong))) == "00"
    control(sandbox, session, "verifications", "DELETE", CLAIM.matricule)
    assert code_of(await client.post("/lps", content=asking(wrong))) == "01"


@pytest.mark.parametrize(
    ("method", "tail", "body", "status"),
    [
        ("PUT", "12", {"result": "KO"}, 400),
        ("PUT", CLAIM.matricule, {"result": "NON"}, 400),
        ("PUT", CLAIM.matricule, None, 400),
        ("DELETE", CLAIM.matricule, None, 404),
        ("POST", "", {}, 405),
    ],
)
def test_other_decisions_are_refused(
    sandbox: Sandbox, session: Session, method: str, tail: str, body: object, status: int
) -> None:
    with pytest.raises(Refusal) as refusal:
        control(sandbox, session, "verifications", method, tail, body)
    assert refusal.value.status == status


async def test_a_batch_is_collected_when_its_time_has_come(
    client: httpx.AsyncClient, asking_batch: Callable[..., str], session: Session
) -> None:
    claims = [replace(CLAIM, ref="a"), replace(CLAIM, ref="b", oid=OID_INS_NIA)]
    receipt = await client.post("/lps", content=asking_batch(*claims))
    (number,) = texts(receipt, "NumeroDepot")
    assert texts(receipt, "Nombre") == ["2"]
    early = await client.post("/lps", content=asking_batch(number=number))
    assert (texts(early, "Etat"), texts(early, "CodeCR")) == (["EN_COURS"], [])
    session.move_clock(by=timedelta(hours=1))
    done = await client.post("/lps", content=asking_batch(number=number))
    results = etree.fromstring(done.content).findall(".//{*}Verification")
    assert [(each.get("ref"), each.findtext(".//{*}CodeCR")) for each in results] == [("a", "00"), ("b", "01")]
    assert {each.headers["x-simulation"] for each in (receipt, early, done)} == {RECONSTRUCTED}


async def test_a_batch_is_ready_at_once_by_option(
    client: httpx.AsyncClient, asking_batch: Callable[..., str], session: Session
) -> None:
    session.configure(replace(session.config, options={"insi.batch_delay": "0"}))
    (number,) = texts(await client.post("/lps", content=asking_batch(CLAIM)), "NumeroDepot")
    assert texts(await client.post("/lps", content=asking_batch(number=number)), "Etat") == ["TERMINE"]


async def deposited(client: httpx.AsyncClient, request: str) -> str:
    (number,) = texts(await client.post("/lps", content=request), "NumeroDepot")
    return number


async def test_a_batch_is_decoded_for_people_from_its_deposit_to_its_end(
    client: httpx.AsyncClient, asking_batch: Callable[..., str], session: Session
) -> None:
    number = await deposited(client, asking_batch(CLAIM, replace(CLAIM, matricule=RUTH)))
    ready = session.clock.age() + timedelta(hours=1)
    await client.post("/lps", content=asking_batch(number=number))
    session.move_clock(by=timedelta(hours=1))
    await client.post("/lps", content=asking_batch(number=number))
    receipt, early, done = (dict(SERVICE.decode(exchange).response) for exchange in session.journal.read())
    assert (receipt["Numéro du dépôt"], receipt["Identités"]) == (number, "2")
    assert receipt["Disponible à partir du"] <= f"{ready:%Y-%m-%d %H:%M:%S}"
    assert [told["État"] for told in (early, done)] == ["en cours", "terminé"]


async def test_a_batch_is_judged_once_by_what_holds_when_its_time_has_come(
    client: httpx.AsyncClient, asking_batch: Callable[..., str], sandbox: Sandbox, session: Session
) -> None:
    number = await deposited(client, asking_batch(CLAIM))
    (event,) = session.agenda.waiting()
    assert (event.what, event.payload["number"]) == ("insi.batch", number)
    control(sandbox, session, "verifications", "PUT", CLAIM.matricule, {"result": "KO"})
    session.move_clock(by=timedelta(hours=1))
    assert session.agenda.waiting() == []
    control(sandbox, session, "verifications", "DELETE", CLAIM.matricule)
    session.move_clock(by=timedelta(hours=1))
    assert texts(await client.post("/lps", content=asking_batch(number=number)), "CodeCR") == ["01"]


async def test_batches_are_judged_in_the_order_of_their_moments(
    client: httpx.AsyncClient, asking_batch: Callable[..., str], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []
    monkeypatch.setattr("insi_mock.store.judged", lambda _transaction, number, _results: judged.append(number))
    late = await deposited(client, asking_batch(CLAIM))
    session.configure(replace(session.config, options={"insi.batch_delay": "60"}))
    soon = await deposited(client, asking_batch(CLAIM))
    session.move_clock(by=timedelta(hours=2))
    assert judged == [soon, late]


async def test_a_batch_that_was_not_judged_yet_is_being_treated(
    client: httpx.AsyncClient, asking_batch: Callable[..., str], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await deposited(client, asking_batch(CLAIM))
    session.agenda.cancel(session.agenda.waiting()[0].id)
    session.move_clock(by=timedelta(hours=2))
    assert texts(await client.post("/lps", content=asking_batch(number=number)), "Etat") == ["EN_COURS"]


async def test_a_batch_survives_a_restart(tmp_path: Path, pki: Pki, asking_batch: Callable[..., str]) -> None:
    async def with_client(act: Callable[[httpx.AsyncClient, Session], Any]) -> Any:
        sandbox = Sandbox(Settings(state=tmp_path / "kept"), [SERVICE], pki)
        gate = Gate(SERVICE.create_app(sandbox), sandbox, SERVICE, SERVICE.doors[0])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="http://insi.test") as client:
            done = await act(client, sandbox.sessions.get("default"))
        await sandbox.close()
        return done

    async def put(client: httpx.AsyncClient, _session: Session) -> str:
        return await deposited(client, asking_batch(CLAIM))

    async def collect(client: httpx.AsyncClient, session: Session) -> list[str]:
        session.move_clock(by=timedelta(hours=1))
        return texts(await client.post("/lps", content=asking_batch(number=number)), "CodeCR")

    number = await with_client(put)
    assert await with_client(collect) == ["00"]


async def test_a_batch_of_another_session_is_unknown(
    client: httpx.AsyncClient, asking_batch: Callable[..., str], sessions: Callable[[], Session]
) -> None:
    other = f"http://insi.test/s/{sessions().name}/lps"
    (number,) = texts(await client.post("/lps", content=asking_batch(CLAIM)), "NumeroDepot")
    assert code_of(await client.post(other, content=asking_batch(number=number))) == "insi_simule_depot"


@pytest.mark.parametrize("limit", ["MAX_BATCH", "MAX_DEPOSITS"])
async def test_a_batch_too_large_or_one_too_many_is_refused(
    client: httpx.AsyncClient, asking_batch: Callable[..., str], monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(f"insi_mock.handlers.{limit}", 1)
    refusal = {"MAX_BATCH": ("00", "insi_simule_lot"), "MAX_DEPOSITS": ("00", "insi_simule_plein")}[limit]
    requests = (asking_batch(CLAIM), asking_batch(CLAIM, *([CLAIM] if limit == "MAX_BATCH" else [])))
    answers = [await client.post("/lps", content=request) for request in requests]
    assert (answers[0].status_code, code_of(answers[1])) == (200, refusal[1])


async def test_an_empty_batch_is_refused(client: httpx.AsyncClient, asking_batch: Callable[..., str]) -> None:
    assert code_of(await client.post("/lps", content=asking_batch())) == "insi_simule_lot"


# --- generated population ---------------------------------------------------------------------------------------------


async def test_generated_people_are_searched_read_from_cards_and_verified(
    client: httpx.AsyncClient, asking: Asking, sandbox: Sandbox, session: Session
) -> None:
    person = Crowd(100_000).person(99_999)
    traits = Traits(person.birth_name, person.first_names[0], person.sex, person.birth_date)
    card = CardRequest(holder=person.matricule, birth_date=person.birth_date, rank="1")
    claim = Claim(person.matricule, person.oid, traits)
    before = [code_of(await client.post("/lps", content=asking(each))) for each in (traits, card, claim)]
    told = control(sandbox, session, "population", "PUT", body={"size": 100_000})
    after = [code_of(await client.post("/lps", content=asking(each))) for each in (traits, card, claim)]
    assert (before, after) == (["01"] * 3, ["00"] * 3)
    assert (told["size"], len(told["sample"])) == (100_000, 20)


async def test_the_size_of_the_population_may_be_a_setting(sandbox: Sandbox, session: Session) -> None:
    sandbox.settings.generated_people = 5
    assert control(sandbox, session, "population", "GET")["size"] == 5
    control(sandbox, session, "population", "PUT", body={"size": 7})
    assert control(sandbox, session, "population", "GET")["size"] == 7


@pytest.mark.parametrize(
    ("method", "body", "status"),
    [
        ("PUT", {"size": -1}, 400),
        ("PUT", {"size": "7"}, 400),
        ("PUT", {"size": True}, 400),
        ("PUT", [], 400),
        ("POST", {}, 405),
    ],
)
def test_an_impossible_population_is_refused(
    sandbox: Sandbox, session: Session, method: str, body: object, status: int
) -> None:
    with pytest.raises(Refusal) as refusal:
        control(sandbox, session, "population", method, body=body)
    assert refusal.value.status == status


def test_each_situation_has_its_own_id() -> None:
    assert len({magic.id for magic in MAGIC}) == len(MAGIC)
