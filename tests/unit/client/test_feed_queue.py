"""The feed queue with a DMP that is scripted: what leaves, when, once; what is kept, and what is set aside."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from lgo_client.clock import Workplace
from lgo_client.dmp.client import DmpUnavailable
from lgo_client.dmp.lots import Part, Prepared
from lgo_client.dmp.queue import PAUSES, FeedQueue, QueueBusy, State, Waiting
from lgo_client.soap import SoapRefused
from lgo_client.xds import RegistryRefused

PATIENT = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
DUPLICATE = RegistryRefused("XDSDuplicateUniqueIdInRegistry", "uniqueId=1.2.1")
REPLACED = "urn:uuid:00000000-0000-0000-0000-000000000000"


@dataclass
class Away:
    """A DMP that takes what comes, after what the script says: an error before (``lost``: after) it is taken."""

    script: list[Exception | None] = field(default_factory=list)
    lost: bool = False
    taken: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def send(self, patient: str, lot: Prepared) -> None:
        error = self.script.pop(0) if self.script else None
        if error is None or self.lost:
            if lot.unique_id in self.taken:
                raise DUPLICATE
            self.taken.append(lot.unique_id)
            self.bodies.append(lot.body)
        if error is not None:
            raise error

    def technical_id(self, patient: str, unique_id: str) -> str:
        self.asked.append(unique_id)
        return f"urn:uuid:{unique_id}" if unique_id in self.taken else ""


def lot(number: int) -> Prepared:
    unique_id = f"1.2.{number}"
    return Prepared(
        f"1.3.{number}", f"<lot>{REPLACED}</lot>", (Part("a@lgo", "text/xml", unique_id, b"<a/>"),), "s@lgo"
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.sqlite"


@pytest.fixture
def queue(path: Path, workplace: Workplace) -> Iterator[FeedQueue]:
    opened = FeedQueue(path, workplace)
    yield opened
    opened.close()


def filled(queue: FeedQueue, *numbers: int) -> FeedQueue:
    for number in numbers:
        queue.put(PATIENT, lot(number), f"Document {number}")
    return queue


def states(queue: FeedQueue) -> list[State]:
    return [one.state for one in queue.all()]


def test_a_lot_comes_back_from_the_file_as_it_was_put() -> None:
    assert Prepared.from_json(lot(1).to_json()) == lot(1)


def test_what_waits_leaves_in_order_and_once(queue: FeedQueue) -> None:
    dmp = Away()
    assert filled(queue, 1, 2, 3).send(dmp)
    assert queue.send(dmp)
    assert dmp.taken == ["1.2.1", "1.2.2", "1.2.3"]
    assert states(queue) == [State.FED] * 3


def test_the_same_document_waits_once(queue: FeedQueue) -> None:
    first, second = (queue.put(PATIENT, lot(1), "Document") for _ in range(2))
    assert first == second
    assert len(queue.all()) == 1


@pytest.mark.parametrize(
    ("outage", "left"),
    [
        (httpx.ConnectError("refusé"), False),
        (httpx.ReadTimeout("trop long"), True),
        (httpx.RemoteProtocolError("coupé"), True),
        (DmpUnavailable(503), False),
        (DmpUnavailable(504), True),
        (ValueError("la réponse n'est pas du XML"), True),
    ],
)
def test_an_outage_keeps_all_in_order_and_is_over_by_itself(queue: FeedQueue, outage: Exception, left: bool) -> None:
    dmp, pauses, told = Away([outage, outage]), [], []
    filled(queue, 1, 2).send_all(dmp, pauses.append, lambda one: told.append((one.number, one.state)))
    assert dmp.taken == ["1.2.1", "1.2.2"]
    assert pauses == list(PAUSES[:2])
    kept = State.LEAVING if left else State.WAITING
    assert told == [(1, kept), (1, kept), (1, State.FED), (2, State.FED)]
    assert dmp.asked == ["1.2.1", "1.2.1"] * left
    assert queue.all()[0].tries == 3


@pytest.mark.parametrize("outage", [httpx.ReadTimeout("trop long"), ValueError("coupé")])
def test_an_answer_lost_after_acceptance_is_not_sent_twice(queue: FeedQueue, outage: Exception) -> None:
    dmp = Away([outage], lost=True)
    assert not filled(queue, 1).send(dmp)
    assert queue.send(dmp)
    (one,) = queue.all()
    assert (dmp.taken, dmp.asked, one.tries) == (["1.2.1"], ["1.2.1"], 1)
    assert (one.state, one.said) == (State.FED, "déjà reçu : la réponse s'était perdue")


def test_a_duplicate_is_ours_when_the_lot_left_before(queue: FeedQueue) -> None:
    class Late(Away):
        def technical_id(self, patient: str, unique_id: str) -> str:
            return ""

    dmp = Late([httpx.ReadTimeout("trop long")], lost=True)
    filled(queue, 1).send(dmp)
    assert queue.send(dmp)
    assert states(queue) == [State.FED]


def test_a_duplicate_of_somebody_else_is_set_aside(queue: FeedQueue) -> None:
    assert filled(queue, 1).send(Away(taken=["1.2.1"]))
    (one,) = queue.all()
    assert one.state is State.ASIDE
    assert one.said.startswith("un document de ce uniqueId est déjà dans le DMP (XDSDuplicateUniqueIdInRegistry")


@pytest.mark.parametrize(
    "refusal",
    [SoapRefused("DMPAccessDeniedByRightsService", "Accès refusé"), RegistryRefused("XDSRepositoryMetadataError", "x")],
)
def test_what_cannot_heal_is_set_aside_and_the_others_go_on(queue: FeedQueue, refusal: Exception) -> None:
    dmp = Away([refusal])
    assert filled(queue, 1, 2).send(dmp)
    assert states(queue) == [State.ASIDE, State.FED]
    assert queue.all(State.ASIDE)[0].said
    assert queue.retry(1)
    assert not queue.retry(2)
    assert queue.send(dmp)
    assert dmp.taken == ["1.2.2", "1.2.1"]


def test_a_busy_registry_is_asked_again(queue: FeedQueue) -> None:
    dmp = Away([RegistryRefused("XDSRegistryBusy", "")])
    assert not filled(queue, 1).send(dmp)
    assert states(queue) == [State.WAITING]
    assert queue.send(dmp)


def test_a_refusal_while_asking_whether_it_came_sets_aside(queue: FeedQueue) -> None:
    class Closed(Away):
        def technical_id(self, patient: str, unique_id: str) -> str:
            raise SoapRefused("DMPClosed", "DMP fermé")

    dmp = Closed([httpx.ReadTimeout("")])
    filled(queue, 1).send(dmp)
    assert queue.send(dmp)
    assert states(queue) == [State.ASIDE]


def test_a_replacement_waits_for_what_it_replaces_and_names_it_when_it_leaves(queue: FeedQueue) -> None:
    dmp = Away([httpx.ConnectError("refusé")])
    filled(queue, 1).put(PATIENT, lot(2), "Document 2", replaces="1.2.1")
    assert not queue.send(dmp)
    assert queue.send(dmp)
    assert dmp.bodies == [f"<lot>{REPLACED}</lot>", "<lot>urn:uuid:1.2.1</lot>"]


def test_a_replacement_of_nothing_is_set_aside(queue: FeedQueue) -> None:
    queue.put(PATIENT, lot(2), "Document 2", replaces="1.2.404")
    assert queue.send(Away())
    assert "1.2.404" in queue.all(State.ASIDE)[0].said


def test_what_waits_can_be_withdrawn_until_the_dmp_may_have_it(queue: FeedQueue) -> None:
    dmp = Away([httpx.ReadTimeout("")])
    assert not filled(queue, 1, 2).send(dmp)
    assert not queue.withdraw(1)
    assert queue.withdraw(2)
    assert queue.send(dmp)
    assert (dmp.taken, states(queue)) == (["1.2.1"], [State.FED, State.WITHDRAWN])


def test_a_lot_that_the_file_spoilt_is_set_aside(queue: FeedQueue, path: Path) -> None:
    filled(queue, 1)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE lots SET lot = '[1'")
    assert queue.send(Away())
    assert "plus lisible" in queue.all(State.ASIDE)[0].said


def test_one_process_sends_at_a_time(queue: FeedQueue, path: Path, workplace: Workplace) -> None:
    other = FeedQueue(path, workplace)
    refused: list[str] = []

    def told(_lot: Waiting) -> None:
        try:
            other.send(Away())
        except QueueBusy as error:
            refused.append(str(error))

    assert filled(queue, 1).send(Away(), told)
    assert refused == ["un autre envoi de cette file est en cours"]
    assert other.send(Away())
    other.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from lgo_client.clock import Workplace
from lgo_client.dmp.queue import FeedQueue

class Dying:
    def technical_id(self, patient, unique_id):
        return ""
    def send(self, patient, lot):
        taken = Path(sys.argv[2])
        with taken.open("a") as file:
            file.write(lot.unique_id + chr(10))
        if lot.unique_id == "1.2.2":
            os.kill(os.getpid(), signal.SIGKILL)

FeedQueue(Path(sys.argv[1]), Workplace()).send(Dying())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_process_loses_nothing_and_sends_nothing_twice(queue: FeedQueue, path: Path, tmp_path: Path) -> None:
    filled(queue, 1, 2, 3)
    taken = tmp_path / "taken"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path), str(taken)], env=os.environ, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert states(queue) == [State.FED, State.LEAVING, State.WAITING]
    dmp = Away(taken=taken.read_text().split())
    assert queue.send(dmp)
    assert dmp.taken == ["1.2.1", "1.2.2", "1.2.3"]
    assert states(queue) == [State.FED] * 3


@pytest.mark.parametrize("ask", [FeedQueue.retry, FeedQueue.withdraw])
def test_nothing_is_done_to_a_lot_that_is_not_there(queue: FeedQueue, ask: Callable[[FeedQueue, int], bool]) -> None:
    assert not ask(queue, 7)


def test_what_may_have_come_is_asked_for_even_after_a_try_that_surely_failed(queue: FeedQueue) -> None:
    dmp = Away([httpx.ReadTimeout("")], lost=True)
    filled(queue, 1).send(dmp)
    dmp.taken.clear()
    dmp.script, dmp.lost = [DmpUnavailable(503)], False
    assert not queue.send(dmp)
    assert states(queue) == [State.LEAVING]
