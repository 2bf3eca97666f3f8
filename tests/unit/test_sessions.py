"""The registry: who exists, how long, and dumps that make the same session elsewhere."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lgo_sandbox.contract import Service
from lgo_sandbox.gate.record import finish, open_exchange
from lgo_sandbox.population.people import population
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session, SessionConfig
from lgo_sandbox.tenant.sessions import BadDump, InvalidName, SessionExists, Sessions, TooManySessions, UnknownSession

DUMMIES = Path(__file__).parents[1] / "dummy"
Make = Callable[..., Sessions]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.syspath_prepend(str(DUMMIES))
    from sixth_mock import SERVICE

    found: Service = SERVICE
    return found


@pytest.fixture
def make(service: Service, tmp_path: Path) -> Iterator[Make]:
    made: list[Sessions] = []

    def registry(folder: Path = tmp_path, **settings: object) -> Sessions:
        made.append(Sessions(Settings(state=folder, **settings), population(), [service]))  # type: ignore[arg-type]
        return made[-1]

    yield registry
    for one in made:
        one.close()


def names(session: Session) -> list[str]:
    from sixth_mock import names as read

    found: list[str] = read(session)
    return found


def greet(session: Session, name: str) -> None:
    from sixth_mock import Greeting

    with session.db.transaction() as transaction:
        transaction.add(Greeting(name=name))


def exchange(service: Service, session: Session, name: str = "marc") -> None:
    from sixth_mock import Greeted

    opened = open_exchange(session, service.name, "sixieme", "http")
    opened.operation = "saluer"
    opened.noted.put(Greeted(name=name))
    finish(service, session, opened)


def test_default_always_exists_and_is_seeded(make: Make) -> None:
    sessions = make()
    assert sessions.names() == ["default"]
    assert names(sessions.get("default")) == ["Amorce"]


def test_the_session_of_the_process_always_exists(make: Make) -> None:
    assert make(session="equipe").get("equipe").durable


@pytest.mark.parametrize("name", ["nulle", "", "../x", "A"])
def test_an_unknown_session_is_not_made(make: Make, tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownSession, match="session inconnue"):
        make().get(name)
    assert not (tmp_path / "sessions").exists()


def test_names_are_checked_and_unique(make: Make) -> None:
    sessions = make()
    sessions.create("essai")
    with pytest.raises(SessionExists):
        sessions.create("essai")
    with pytest.raises(InvalidName):
        sessions.create("../x")


def test_there_is_a_limit(make: Make) -> None:
    sessions = make(max_sessions=2)
    sessions.create("a")
    sessions.create("b")
    with pytest.raises(TooManySessions):
        sessions.create("c")


def test_sessions_share_nothing_and_begin_with_the_seeds(make: Make) -> None:
    sessions = make()
    one, two = sessions.create("un"), sessions.create("deux")
    greet(one, "Marc")
    assert (names(one), names(two), names(sessions.create("trois"))) == (["Amorce", "Marc"], ["Amorce"], ["Amorce"])


def test_an_ephemeral_session_ends_with_its_process_and_a_durable_one_does_not(make: Make) -> None:
    first = make()
    greet(first.create("gardee", SessionConfig(seed="graine"), durable=True), "Marc")
    first.create("fugace")
    first.close()
    second = make()
    assert second.names() == ["default", "gardee"]
    assert (names(second.get("gardee")), second.get("gardee").config.seed) == (["Amorce", "Marc"], "graine")
    with pytest.raises(UnknownSession):
        second.get("fugace")


def test_two_processes_seed_a_session_once(make: Make) -> None:
    one, two = make(), make()
    greet(one.get("default"), "Marc")
    assert names(two.get("default")) == ["Amorce", "Marc"]


def test_a_deleted_session_is_gone_with_its_files(make: Make, tmp_path: Path) -> None:
    sessions = make()
    sessions.create("essai", durable=True)
    sessions.delete("essai")
    assert not (tmp_path / "sessions" / "essai").exists()
    with pytest.raises(UnknownSession):
        sessions.delete("essai")
    assert names(sessions.create("essai")) == ["Amorce"]


def test_a_reset_gives_the_seeds_back(make: Make, service: Service) -> None:
    sessions = make()
    session = sessions.get("default")
    greet(session, "Marc")
    exchange(service, session)
    sessions.reset("default")
    assert names(session) == ["Amorce"]
    assert (session.journal.last_seq(), session.journal.observations()) == (0, [])


@pytest.mark.parametrize("target", ["default", "copie"])
def test_a_dump_makes_the_same_session_elsewhere(make: Make, service: Service, tmp_path: Path, target: str) -> None:
    here, there = make(), make(tmp_path / "ailleurs")
    session = here.create("essai", SessionConfig(seed="graine"))
    greet(session, "Marc")
    exchange(service, session)
    session.ids.uuid()
    loaded = there.load(target, here.dump("essai"))
    assert names(loaded) == ["Amorce", "Marc"]
    assert [e.to_json() for e in loaded.journal.read()] == [e.to_json() for e in session.journal.read()]
    assert loaded.ids.uuid() == session.ids.uuid()
    exchange(service, loaded)
    assert loaded.journal.last_seq() == 2


def test_a_durable_session_can_be_dumped_and_loaded_back(make: Make) -> None:
    sessions = make()
    greet(sessions.get("default"), "Marc")
    dump = sessions.dump("default")
    sessions.reset("default")
    assert names(sessions.load("default", dump)) == ["Amorce", "Marc"]


def archive(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        for name, octets in files.items():
            written.writestr(f"{name}.sqlite", octets)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "octets",
    [b"", b"PK", archive(), archive(core=b"", data=b""), archive(core=b"x" * 4096, data=b"y" * 4096)],
    ids=["empty", "no zip", "no file", "empty files", "no database"],
)
def test_what_is_no_dump_is_refused_and_changes_nothing(make: Make, octets: bytes) -> None:
    sessions = make()
    greet(sessions.get("default"), "Marc")
    with pytest.raises(BadDump):
        sessions.load("default", octets)
    with pytest.raises(BadDump):
        sessions.load("copie", octets)
    assert names(sessions.get("default")) == ["Amorce", "Marc"]
    assert sessions.names() == ["default"]


def test_a_damaged_archive_is_refused(make: Make) -> None:
    sessions = make()
    dump = bytearray(sessions.dump("default"))
    dump[len(dump) // 2] ^= 0xFF
    with pytest.raises(BadDump):
        sessions.load("default", bytes(dump))
    assert names(sessions.get("default")) == ["Amorce"]
