"""The mail queue with an operator that is scripted: what leaves, when, once; what is kept, and what is set aside."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lgo_client.clock import Workplace
from lgo_client.mss.doors import Envelope, Place
from lgo_client.mss.errors import MssRefused, MssUnavailable
from lgo_client.mss.queue import MailQueue, Parcel
from lgo_client.mss.sync import synchronise
from lgo_client.outbox import State


@dataclass
class Scripted:
    """An operator that takes what comes, after an error of the script; ``lost``: the error comes after it is taken."""

    script: list[Exception] = field(default_factory=list)
    lost: bool = False
    reports: bool = True
    taken: list[str] = field(default_factory=list)

    def send(self, parcel: Parcel) -> None:
        error = self.script.pop(0) if self.script else None
        if error is None or self.lost:
            self.taken.append(parcel.envelope.identity)
        if error is not None:
            raise error

    def came(self, identity: str) -> bool:
        return self.reports and identity in self.taken


def parcel(number: int) -> Parcel:
    return Parcel(
        Envelope("a@b.fr", ("c@d.fr", "e@f.fr"), f"{number}@b.fr", receipt=True), b"Subject: x\r\n\r\n\xff\r\n"
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.sqlite"


@pytest.fixture
def queue(path: Path, workplace: Workplace) -> Iterator[MailQueue]:
    opened = MailQueue(path, workplace)
    for number in (1, 2, 3):
        opened.put(parcel(number), f"Message {number}")
    yield opened
    opened.close()


def states(queue: MailQueue) -> list[State]:
    return [one.state for one in queue.all()]


def test_a_message_comes_back_from_the_file_as_it_was_put() -> None:
    assert Parcel.from_json(parcel(1).to_json()) == parcel(1)


def test_what_waits_leaves_in_order_and_once(queue: MailQueue) -> None:
    operator = Scripted()
    assert queue.send(operator)
    assert queue.send(operator)
    assert operator.taken == ["1@b.fr", "2@b.fr", "3@b.fr"]
    assert states(queue) == [State.SENT] * 3


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (MssUnavailable("connexion impossible"), State.WAITING),
        (MssRefused("try later", 451), State.WAITING),
        (MssRefused("token", 535), State.WAITING),
        (MssUnavailable("connexion coupée", left=True), State.LEAVING),
    ],
)
def test_an_outage_keeps_all_in_order(queue: MailQueue, error: Exception, kept: State) -> None:
    operator = Scripted([error])
    assert not queue.send(operator)
    assert states(queue) == [kept, State.WAITING, State.WAITING]
    assert queue.send(operator)
    assert operator.taken == ["1@b.fr", "2@b.fr", "3@b.fr"]


def test_a_refusal_sets_aside_and_the_others_go_on(queue: MailQueue) -> None:
    assert queue.send(Scripted([MssRefused("no such user", 550, "c@d.fr")]))
    assert states(queue) == [State.ASIDE, State.SENT, State.SENT]
    assert "c@d.fr" in queue.all()[0].said


@pytest.mark.parametrize("reports", [True, False])
def test_a_lost_answer_is_settled_by_the_delivery_report_else_by_the_same_octets(
    queue: MailQueue, reports: bool
) -> None:
    operator = Scripted([MssUnavailable("coupée", left=True)], lost=True, reports=reports)
    assert not queue.send(operator)
    assert queue.send(operator)
    assert operator.taken.count("1@b.fr") == (1 if reports else 2)
    assert states(queue) == [State.SENT] * 3


def test_a_message_that_the_file_spoilt_is_set_aside(queue: MailQueue, path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE lots SET lot = '{}' WHERE number = 1")
    assert queue.send(Scripted())
    assert "plus lisible" in queue.all(State.ASIDE)[0].said


KILLED = """
import os, signal, sys
from pathlib import Path
from lgo_client.clock import Workplace
from lgo_client.mss.queue import MailQueue

class Dying:
    def came(self, identity):
        return False
    def send(self, parcel):
        with Path(sys.argv[2]).open("a") as file:
            file.write(parcel.envelope.identity + chr(10))
        if parcel.envelope.identity == "2@b.fr":
            os.kill(os.getpid(), signal.SIGKILL)

MailQueue(Path(sys.argv[1]), Workplace()).send(Dying())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_process_loses_nothing_and_sends_nothing_twice(queue: MailQueue, path: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path), str(taken)], env=os.environ, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert states(queue) == [State.SENT, State.LEAVING, State.WAITING]
    operator = Scripted(taken=taken.read_text().split())
    assert queue.send(operator)
    assert operator.taken == ["1@b.fr", "2@b.fr", "3@b.fr"]


# --- synchronisation


@dataclass
class Box:
    """A folder: its UIDVALIDITY and its messages by UID."""

    validity: int = 5
    messages: dict[int, bytes] = field(default_factory=lambda: {2: b"two", 7: b"seven", 9: b"nine"})
    asked: list[int] = field(default_factory=list)

    def open(self, folder: str = "INBOX") -> Place:
        return Place(self.validity, max(self.messages, default=0))

    def after(self, uid: int) -> list[int]:
        self.asked.append(uid)
        return sorted(one for one in self.messages if one > uid)

    def octets(self, uid: int) -> bytes:
        return self.messages[uid]


@pytest.mark.parametrize(
    ("before", "uids"),
    [
        (None, [2, 7, 9]),
        (Place(5, 2), [7, 9]),
        (Place(5, 9), []),
        (Place(4, 9), [2, 7, 9]),
        (Place(5, 11), []),
    ],
    ids=["first time", "since", "nothing new", "made anew", "emptied since"],
)
def test_what_is_new_comes_once_and_in_order(before: Place | None, uids: list[int]) -> None:
    found = list(synchronise(Box(), "INBOX", before))
    assert [(place, uid) for place, uid, _ in found] == [(Place(5, uid), uid) for uid in uids]


def test_a_folder_without_news_is_not_searched() -> None:
    box = Box()
    assert list(synchronise(box, "INBOX", Place(5, 9))) == []
    assert box.asked == []
