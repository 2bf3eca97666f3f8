"""Each check is broken by a client that breaks that rule alone, and kept by one that does right.

The rules that need a history are told it by markers and by earlier calls of the same session.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from health_documents.identifiers import OID_INS_NIR
from insi_mock.checks import CHECKS
from insi_mock.domain import CardRequest, Claim, Traits
from insi_mock.markers import MARKERS
from insi_mock.service import SERVICE
from lgo_sandbox.requirements import catalogue
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.markers import Marker

PLAIN = {"INSI-PORT-CLAIR"}
TOUSSAINT = Traits("ADRTROIS", "TOUSSAINT", "M", "1960-01-01")
MATRICULE = "160012B02077713"
CLAIM = Claim(MATRICULE, OID_INS_NIR, replace(TOUSSAINT, birth_place="2B020"))
CARD = CardRequest(holder=MATRICULE, birth_date="1960-01-01", rank="1")
CATARINA = Traits("TCHITCHI", "CATARINA BELLA", "F", "1936-06-21")
MESSAGE = "uuid:0a1b2c3d-0000-4000-8000-000000000001"
Call = Callable[..., Awaitable[set[str]]]
Mark = Callable[..., None]


@pytest.fixture
def call(client: httpx.AsyncClient, asking: Callable[..., str], session: Session) -> Call:
    """Ask something, and return the findings beside that of the plain port."""

    async def send(asked: object, *changes: tuple[str, str]) -> set[str]:
        request = asked if isinstance(asked, str) else asking(asked)
        for old, new in changes:
            assert old in request
            request = request.replace(old, new)
        await client.post("/lps", content=request)
        return {finding.check_id for finding in session.journal.read()[-1].findings} - PLAIN

    return send


@pytest.fixture
def mark(session: Session) -> Mark:
    """Put a marker, now or some time ago."""

    def put(name: str, subject: str = "", ago: timedelta = timedelta(), **detail: str) -> None:
        session.markers.put(Marker((session.clock.age() - ago).isoformat(), name, subject, dict(detail)))

    return put


def kept(session: Session) -> set[str]:
    return {seen.check_id for seen in session.journal.observations() if seen.passed}


async def test_right_calls_of_every_kind_are_reproached_nothing(
    call: Call, asking_batch: Callable[..., str], session: Session
) -> None:
    assert [await call(asked) for asked in (TOUSSAINT, CARD, CLAIM)] == [set(), set(), set()]
    assert await call(asking_batch(CLAIM)) == set()
    assert {"INSI-RECHERCHE-TRAITS", "INSI-VITALE", "INSI-VERIFICATION"} <= kept(session)


@pytest.mark.parametrize(
    ("asked", "check"),
    [
        (replace(TOUSSAINT, birth_name="Adrtrois"), "INSI-TRAITS"),
        (replace(TOUSSAINT, first_names="TOUSSAINT-"), "INSI-TRAITS"),
        (replace(TOUSSAINT, sex="X"), "INSI-SEXE"),
        (replace(TOUSSAINT, birth_name=""), "INSI-TRAITS-OBLIGATOIRES"),
        (replace(TOUSSAINT, first_names=""), "INSI-TRAITS-OBLIGATOIRES"),
        (replace(TOUSSAINT, sex=""), "INSI-TRAITS-OBLIGATOIRES"),
        (replace(TOUSSAINT, birth_date=""), "INSI-TRAITS-OBLIGATOIRES"),
        (replace(TOUSSAINT, birth_place="AJACCIO"), "INSI-LIEU"),
        (replace(TOUSSAINT, birth_place="00000"), "INSI-LIEU"),
        (replace(TOUSSAINT, birth_date="1960-02-30"), "INSI-DATE"),
        (replace(CARD, rank="A"), "INSI-VITALE"),
        (replace(CARD, holder="160012B02077714"), "INSI-CLE"),
        (replace(CLAIM, matricule="160012B02077714"), "INSI-CLE"),
        (replace(CLAIM, matricule="1600X2B02077713"), "INSI-CLE"),
        (replace(CLAIM, matricule="160012B0207771"), "INSI-CLE"),
        (replace(CLAIM, oid=""), "INSI-VERIFICATION"),
        (CATARINA, "INSI-PRENOMS"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_request_that_breaks_one_rule_is_reproached_that_rule(call: Call, asked: object, check: str) -> None:
    assert await call(asked) == {check}


@pytest.mark.parametrize("code", ["99999", "00000"])
async def test_an_unknown_place_is_left_out(call: Call, code: str) -> None:
    assert await call(replace(TOUSSAINT, birth_place=code)) == {"INSI-LIEU"}
    assert await call(TOUSSAINT) == set()


@pytest.mark.parametrize(
    ("place", "postal"),
    [
        ("63000", True),
        ("20200", True),
        ("75011", True),
        ("20217", True),
        ("63113", False),
        ("75056", False),
        ("75111", False),
        ("2A004", False),
        ("13001", False),
        ("99100", False),
        ("97411", False),
    ],
)
async def test_a_postal_code_is_told_from_a_code_of_the_cog(call: Call, place: str, postal: bool) -> None:
    expected = {"INSI-CODE-POSTAL"} if postal else set()
    assert await call(replace(TOUSSAINT, birth_place=place)) == expected
    assert await call(replace(TOUSSAINT, birth_name="PERSONNE", birth_place=place)) == expected


async def test_a_card_that_the_contexte_tells_otherwise_is_reproached(call: Call) -> None:
    assert await call(CARD, ("<b:DateNai>1960-01-01", "<b:DateNai>1961-01-01")) == {"INSI-COUVERTURE"}
    assert await call(CARD, ("<b:Num>160012B020777", "<b:Num>160012B020778")) == {"INSI-COUVERTURE"}
    assert await call(CARD, ("<b:Cle>13</b:Cle>", "")) == set()


async def test_first_names_together_come_after_each_alone(call: Call, session: Session) -> None:
    await call(replace(CATARINA, first_names="CATARINA"))
    assert await call(CATARINA) == {"INSI-PRENOMS"}
    await call(replace(CATARINA, first_names="BELLA"))
    assert await call(CATARINA) == set()
    assert "INSI-PRENOMS" in kept(session)


# --- windows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [TOUSSAINT, CARD, CLAIM], ids=["traits", "carte", "vérification"])
@pytest.mark.parametrize("doubt", ["identité douteuse", "identité fictive", "Identite-Douteuse"])
async def test_no_call_leaves_for_a_doubtful_identity(call: Call, mark: Mark, asked: object, doubt: str) -> None:
    mark(doubt, MATRICULE)
    assert await call(asked) == {"INSI-DOUTE"}
    mark("identité rétablie", MATRICULE)
    assert await call(asked) == set()


async def test_no_batch_leaves_with_a_doubtful_identity(
    call: Call, mark: Mark, asking_batch: Callable[..., str]
) -> None:
    mark("identité fictive", MATRICULE)
    assert await call(asking_batch(replace(CLAIM, matricule="297022A02077878"), CLAIM)) == {"INSI-DOUTE"}


@pytest.mark.parametrize("user", ["", "899700090048"])
async def test_no_call_of_a_profile_without_right(call: Call, mark: Mark, user: str) -> None:
    mark("profil sans droit INSi", user)
    assert await call(TOUSSAINT) == ({"INSI-PROFIL"} if not user else set())
    mark("profil habilité INSi", user)
    assert await call(TOUSSAINT) == set()


@pytest.mark.parametrize(
    ("document", "found", "findings"),
    [(True, True, set()), (False, True, {"INSI-STATUT"}), (True, False, {"INSI-STATUT"})],
    ids=["both", "without document", "without 00"],
)
async def test_an_identity_is_qualified_by_a_document_and_an_answer(
    call: Call, mark: Mark, document: bool, found: bool, findings: set[str]
) -> None:
    if found:
        await call(TOUSSAINT)
    if document:
        mark("pièce d'identité contrôlée", MATRICULE)
    mark("identité qualifiée", MATRICULE)
    assert await call(CLAIM) == findings


async def test_an_ins_of_another_domain_is_verified_without_delay(call: Call, mark: Mark, session: Session) -> None:
    mark("INS reçu d'un autre domaine", MATRICULE, ago=timedelta(minutes=20))
    assert await call(Traits("HOUILLES", "PIERRE", "M", "1993-01-27")) == {"INSI-DOMAINE-RETARD"}
    assert await call(CLAIM) == set()
    assert {"INSI-DOMAINE", "INSI-DOMAINE-RETARD"} <= kept(session)


@pytest.mark.parametrize("subject", ["", MATRICULE])
async def test_a_contract_of_trust_needs_no_verification(call: Call, mark: Mark, subject: str) -> None:
    mark("contrat de confiance", subject)
    mark("INS reçu d'un autre domaine", MATRICULE, ago=timedelta(minutes=20))
    assert await call(Traits("HOUILLES", "PIERRE", "M", "1993-01-27")) == set()


async def test_an_ins_that_is_qualified_already_is_not_verified_again(call: Call, mark: Mark) -> None:
    await call(TOUSSAINT)
    mark("pièce d'identité contrôlée", MATRICULE)
    mark("identité qualifiée", MATRICULE)
    mark("INS reçu d'un autre domaine", MATRICULE)
    assert await call(CLAIM) == {"INSI-DOMAINE"}


@pytest.mark.parametrize(
    ("asked", "code", "check"),
    [
        (TOUSSAINT, "00", "INSI-TRACE-TRAITS"),
        (CARD, "00", "INSI-TRACE-VITALE"),
        (CLAIM, "00", "INSI-TRACE-VERIFICATION"),
        (replace(TOUSSAINT, sex=""), "insi_24", "INSI-TRACE-TRAITS"),
    ],
    ids=["traits", "carte", "vérification", "erreur"],
)
async def test_the_trace_of_a_call_tells_its_answer(
    call: Call, mark: Mark, session: Session, asked: object, code: str, check: str
) -> None:
    after = ("000000000001</wsa", "000000000002</wsa")
    await call(asked)
    mark("trace INSi", MESSAGE, utilisateur="hv", code="99", matricule=MATRICULE)
    assert await call(TOUSSAINT, after) == {check}
    session.clear_journal()
    await call(asked)
    mark("trace INSi", MESSAGE, utilisateur="hv", code=code, matricule=MATRICULE)
    assert await call(TOUSSAINT, after) == set()
    assert {check, "INSI-TRACE"} <= kept(session)


async def test_a_trace_names_its_user_and_the_matricule(call: Call, mark: Mark) -> None:
    after = ("000000000001</wsa", "000000000002</wsa")
    await call(TOUSSAINT)
    mark("trace INSi", MESSAGE, code="00", matricule=MATRICULE)
    assert await call(TOUSSAINT, after) == {"INSI-TRACE"}
    mark("trace INSi", MESSAGE.replace("001", "002"), utilisateur="hv", code="00", matricule="1")
    assert await call(TOUSSAINT) == {"INSI-TRACE-TRAITS"}


async def test_a_call_without_trace_is_reproached_once_a_session_tells_traces(call: Call, mark: Mark) -> None:
    await call(TOUSSAINT)
    mark("trace INSi", "uuid:autre", utilisateur="hv", code="00")
    assert await call(TOUSSAINT) == {"INSI-TRACE", "INSI-TRACE-TRAITS"}


# --- what a verification reveals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("matricule", "traits", "check"),
    [
        ("258067654094771", Traits("CHEVALIER", "ROSE", "F", "1958-06-15"), "INSI-RETOUR-DATE"),
        ("144041411894873", Traits("GAUTHIER", "MARCEL", "M", "1944-04-09"), "INSI-RETOUR-DATE"),
        ("286113403294919", Traits("MASSON", "DELPHINE", "F", "1986-11-28"), "INSI-RETOUR-INCOMPLET"),
        ("193020600495013", Traits("LEMAIRE", "VICTOR", "M", "1993-02-17"), "INSI-RETOUR-INCOMPLET"),
        ("278056444595114", Traits("DUPUY", "MAUD", "F", "1978-05-30"), "INSI-RETOUR-INCOMPLET"),
    ],
    ids=["jour 00", "mois 00", "sans nom", "sans prénoms", "sans sexe"],
)
async def test_an_ins_that_had_to_be_refused_is_not_kept(
    call: Call, matricule: str, traits: Traits, check: str
) -> None:
    assert await call(Claim(matricule, OID_INS_NIR, traits)) == {check}


async def test_an_ins_is_not_kept_beside_another_first_name(call: Call) -> None:
    barbier = Traits("BARBIER", "SIMON", "M", "1969-09-12")
    assert await call(Claim("169096718095295", OID_INS_NIR, barbier)) == {"INSI-PRENOM-INCOHERENT"}


async def test_kept_traits_are_those_of_insi_with_the_list_of_first_names(call: Call) -> None:
    guerin = Claim("272083511593990", OID_INS_NIR, Traits("GUERIN", "ANNE MARIE LOUISE", "F", "1972-08-15"))
    assert await call(guerin) == set()
    for names in ("ANNE", "ANNE-MARIE"):
        assert await call(replace(guerin, traits=replace(guerin.traits, first_names=names))) == {"INSI-TRAITS-RENDUS"}


async def test_a_matricule_is_dropped_after_a_ko_until_a_search_finds_it(call: Call) -> None:
    wrong = replace(CLAIM, traits=replace(CLAIM.traits, first_names="TOUSSAINT", birth_place="2A004"))
    await call(wrong)
    assert await call(CLAIM) == {"INSI-KO"}
    await call(TOUSSAINT)
    assert await call(CLAIM) == set()


async def test_a_matricule_is_dropped_after_a_strict_trait_changed(call: Call, mark: Mark) -> None:
    await call(TOUSSAINT)
    mark("trait strict modifié", MATRICULE)
    assert await call(CLAIM) == {"INSI-TRAIT-MODIFIE"}
    await call(TOUSSAINT)
    assert await call(CLAIM) == set()


async def test_a_batch_is_not_collected_too_early(
    call: Call, client: httpx.AsyncClient, asking_batch: Callable[..., str], session: Session
) -> None:
    receipt = (await client.post("/lps", content=asking_batch(CLAIM))).text
    number = receipt.split("<NumeroDepot>")[1].split("<")[0]
    assert await call(asking_batch(number=number)) == {"INSI-MASSE"}
    session.move_clock(by=timedelta(hours=1))
    assert await call(asking_batch(number=number)) == set()


# --- all of them ------------------------------------------------------------------------------------------------------


def test_every_check_is_complete_and_cites_known_requirements() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    known = catalogue()
    for check in SERVICE.checks:
        assert check.title
        assert check.remedy.endswith((".", "…", "».", '".'))
        assert check.source.startswith(("docs/sources/insi.md#", "docs/sources/psc.md#"))
        assert all(number in known for number in check.requirements)


def test_markers_are_described() -> None:
    assert all(MARKERS.values())
