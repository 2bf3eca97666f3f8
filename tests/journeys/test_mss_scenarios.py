"""The scenarios MSS-B to MSS-K and ANN-A, played by the reference client: each succeeds without a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import httpx
import pytest
from support.keys import with_keys

from lgo_client.control import Control
from lgo_client.environment import Environment
from lgo_client.journeys.mss_scenarios import CARDS, DIRECTORY, play_card
from lgo_client.journeys.officine_day import Told
from lgo_client.journeys.playing import in_fresh_session, in_own_session
from lgo_client.transport import tls_context
from lgo_sandbox.control.ready import ready_document
from lgo_sandbox.run.background import Background
from lgo_sandbox.run.pytest_plugin import SandboxSession
from lgo_sandbox.settings import Settings
from mss_mock.port import MailPort

from .conftest import Silent

LATENCY = 20
DECIDED = {"PASS", "MANUAL", "NOT_APPLICABLE"}
OPEN = {"MSS/CONF.14"}
"""Requirements that no scenario of the sandbox decides alone: it says itself what it does not check."""
REMARKS = {"C": {"MSS-CITIZEN-BOUNCED"}, "J": {"SANDBOX-PANNE", "PSC-REPONSE"}, "ANN": {"SANDBOX-PANNE"}}
"""What the sandbox says, and reproaches not: the faults that a card arms, the end of a session."""
AT_ONCE = {"A", "J"}
"""Cards that meet what the operator does by itself: played in a sandbox of their own."""
ARTEFACTS = {
    "A": {"tls.txt"},
    "B": {"premier-message.eml", "reponse.eml"},
    "C": {"accuses-demandes.eml", "accuse-integre.eml", "accuse-lu.eml"},
    "D": {"document.eml", "document-IHE_XDM.zip"},
    "E": {"document-patient.eml", "document-patient-IHE_XDM.zip"},
    "F": set(),
    "G": {"fin.eml", "fin-document.eml"},
    "H": {"reponse-patient.eml", "message-patient.eml", "reponse-officine.eml"},
    "I": {"version-1-IHE_XDM.zip", "version-2-IHE_XDM.zip", "suppression-1.eml"},
    "J": {"config-v1.1.xml", "dialogues.txt"},
    "K": {"corpus.json", "n1.eml", "resultat-critique.eml", "archive-corrompue.eml"},
    "ANN": {"appels.txt"},
}
"""What a card keeps, beside the journal."""


def passing(session: SandboxSession) -> Callable[[float], None]:
    """Return what lets time pass for a session instead of waiting."""

    def pause(seconds: float) -> None:
        session.move_clock(by=seconds)

    return pause


@pytest.fixture(autouse=True)
def _few_professionals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the directory be small, and its pages short: a load has several all the same."""
    monkeypatch.setattr("lgo_client.journeys.directory_card.SIZE", "0")
    monkeypatch.setattr("lgo_client.mss.directory.PAGE_SIZE", 10)


def judged(told: Told, letter: str) -> None:
    """Demand that a card succeeded, without a reproach, and left its evidence."""
    assert told.failure == ""
    reproached = [one for one in told.findings if one["severity"] != "information" and not one["expected_here"]]
    assert [(one["check_id"], one["received"]) for one in reproached] == []
    decided = {one.requirement for one in told.verdicts if one.verdict in DECIDED}
    undecided = {one.requirement for one in told.verdicts} - decided
    assert undecided == OPEN & {*CARDS[letter].covers}
    assert ARTEFACTS[letter] | {"journal.jsonl", "verdicts.json"} <= {*told.files}


@pytest.mark.parametrize("letter", sorted(CARDS.keys() - AT_ONCE))
def test_a_card_is_played_without_a_finding(sandbox_session: SandboxSession, tmp_path: Path, letter: str) -> None:
    environment = Environment(sandbox_session.ready)
    if letter == DIRECTORY:  # its pace is counted in wire time, which then passes without waiting
        sandbox_session.move_clock(wire="session")
    told = play_card(letter, environment, Silent(), tmp_path, pause=passing(sandbox_session), latency=LATENCY)
    judged(told, letter)
    assert {one["check_id"] for one in told.findings} <= REMARKS.get(letter, set())


def test_a_document_in_the_wrong_file_is_seen(
    sandbox_session: SandboxSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lgo_client.journeys.partners_cards.CASES", ("document-d-un-autre",))
    monkeypatch.setattr("lgo_client.mss.inbound._same_patient", lambda *_: None)
    told = play_card("K", Environment(sandbox_session.ready), Silent(), tmp_path)
    assert "le document est celui d'un autre" in told.failure
    assert "'outcome': 'filed'" in told.failure


def test_all_cards_of_the_catalogue_are_there() -> None:
    assert [*CARDS] == [*"ABCDEFGHIJK", DIRECTORY]
    assert {*CARDS} == {*ARTEFACTS}


# What the operator does by itself


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Background]:
    """A sandbox whose operator can be made to look at once, and whose own session is nobody else's."""
    background = Background(Settings(state=with_keys(tmp_path_factory.mktemp("operateur")), port_base=0))
    background.start()
    yield background
    background.stop()


Calling = Callable[[Environment], Control]


@pytest.fixture
def calling() -> Iterator[Calling]:
    with ExitStack() as stack:

        def control(environment: Environment) -> Control:
            opened = Control(environment.control, environment.session)
            stack.callback(opened.close)
            return opened

        yield control


@pytest.fixture
def own(background: Background, calling: Calling) -> Environment:
    """The sandbox's own session, in which nothing has happened yet."""
    launcher = background.launcher
    environment = Environment(background.do(lambda: ready_document(launcher.sandbox, launcher.sandbox.addresses)))
    calling(environment).of_session("reset", "POST")
    return environment


def looking(background: Background, control: Control) -> Callable[[float], None]:
    """Return what lets time pass, and then lets the operator look at what has ended."""

    async def look() -> None:
        for port in chain.from_iterable(background.launcher._groups.values()):
            if isinstance(port, MailPort):
                await port.end_outlived()

    def pause(seconds: float) -> None:
        control.of_session("clock", "POST", {"by": seconds})
        background.wait(look())

    return pause


def test_the_mailbox_of_a_session_is_closed_with_it(
    background: Background, own: Environment, calling: Calling, tmp_path: Path
) -> None:
    stage = in_fresh_session(own)
    told = play_card("J", stage, Silent(), tmp_path, pause=looking(background, calling(stage)), latency=LATENCY)
    judged(told, "J")
    assert {one["check_id"] for one in told.findings} <= REMARKS["J"]


def test_each_bad_operator_is_refused_and_the_good_one_is_not(
    own: Environment, calling: Calling, tmp_path: Path
) -> None:
    told = play_card("A", in_own_session(own), Silent(), tmp_path, latency=LATENCY)
    if any("absent de cette installation" in one.title for one in told.steps):
        pytest.skip("this OpenSSL speaks no old protocol: the matrix is not whole")
    judged(told, "A")
    refused = [one for one in told.findings if one["check_id"] == "SANDBOX-SERVEUR-FAUTIF-REFUSE"]
    assert len(refused) == 2 * 9
    assert calling(own).bad_servers() == {"servers": [], "absent": {}}


def test_a_client_that_does_not_look_at_revocation_fails_the_matrix(
    own: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lgo_client.mss.trust.Trust.context", lambda self, one=None: tls_context(own.ca, one))
    told = play_card("A", in_own_session(own), Silent(), tmp_path, latency=LATENCY)
    assert told.failure.endswith("SMTP : le logiciel a parlé à ce serveur")
    assert "révoqué" in told.failure or "suites" in told.failure


def test_a_sandbox_that_opens_no_bad_server_says_how_to_open_them(
    own: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_self: Control, _method: str = "GET") -> None:
        raise httpx.ConnectError("port pris")

    monkeypatch.setattr(Control, "bad_servers", refused)
    told = play_card("A", in_own_session(own), Silent(), tmp_path, latency=LATENCY)
    assert "ils ne s'ouvrent pas (port pris) : lancez « lgo-sandbox up --bad-servers »" in told.failure


# What a card sees


def test_a_card_fails_where_the_operator_refuses_and_says_why(sandbox_session: SandboxSession, tmp_path: Path) -> None:
    sandbox_session.arm("status", 554, service="mss", operation="smtp-message")
    told = play_card("B", Environment(sandbox_session.ready), Silent(), tmp_path)
    assert told.failure.startswith("étape 1 (Premier message à la généraliste) : mis de côté : Insuline de Mme Martin")
    assert "554" in told.failure


def test_a_refusal_that_is_not_kept_is_seen(
    sandbox_session: SandboxSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lgo_client.mss.records.MailRecords.refuses", lambda *_: False)
    told = play_card("F", Environment(sandbox_session.ready), Silent(), tmp_path)
    assert told.failure.endswith("le logiciel aurait envoyé")
