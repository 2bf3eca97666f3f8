"""Typed facts: noted, journaled, read back; costly looks; the bounded past of a session."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lgo_sandbox.contract import Door, Service
from lgo_sandbox.gate.record import finish, open_exchange
from lgo_sandbox.population.people import population
from lgo_sandbox.settings import Settings
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.tenant.sessions import Sessions
from lgo_sandbox.watch import history
from lgo_sandbox.watch.checks import Check, Observed
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Facts, Lazy, Noted
from lgo_sandbox.watch.markers import Marker, dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Facts):
    matricule: str
    codes: tuple[str, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        return (self.matricule,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn(Facts):
    printed: Lazy[tuple[str, ...]]


SERVICE = Service("svc", "Service", lambda _sandbox: None, (Door("svc", 9, "Porte"),), prefix="SVC", page="svc")


@pytest.fixture
def open_sessions(tmp_path: Path) -> Callable[[], Sessions]:
    return lambda: Sessions(Settings(state=tmp_path), population(), [SERVICE])


@pytest.fixture
def session(open_sessions: Callable[[], Sessions]) -> Session:
    return open_sessions().create("essai")


def ended(session: Session, *facts: Facts) -> Exchange:
    exchange = open_exchange(session, "svc", "svc", "https")
    for one in facts:
        exchange.noted.put(one)
    finish(SERVICE, session, exchange)
    return exchange


def test_facts_come_back_from_json_as_they_were() -> None:
    noted = Noted()
    noted.put(Asked(matricule="1", codes=("a", "b")))
    noted.put(Drawn(printed=Lazy.known(("x",))))
    read = Noted(noted.to_json())
    assert read.get(Asked) == Asked(matricule="1", codes=("a", "b"))
    drawn = read.get(Drawn)
    assert drawn is not None
    assert drawn.printed.value == ("x",)
    assert read.kinds == {"Asked", "Drawn"}
    assert read.subjects == {"1"}


def test_facts_of_another_shape_are_none() -> None:
    assert Noted({"Asked": {"number": 1}}).get(Asked) is None


def test_a_look_is_taken_once_and_lets_go_of_what_it_held() -> None:
    calls: list[int] = []
    look = Lazy(lambda: calls.append(1) or "seen")
    assert not look.taken
    assert [look.value, look.value] == ["seen", "seen"]
    assert calls == [1]
    assert look.taken


async def test_looks_are_taken_off_the_loop_before_the_exchange_is_concluded(session: Session) -> None:
    threads: list[int] = []
    look = Lazy(lambda: (threads.append(threading.get_ident()), ("vu",))[1])
    ended(session, Drawn(printed=look))
    assert session.journal.read() == []
    await session.looking.settle()
    assert threads != [threading.get_ident()]
    assert session.journal.read()[0].noted.get(Drawn) == Drawn(printed=Lazy.known(("vu",)))


async def test_what_comes_while_looks_are_taken_judges_nothing(session: Session) -> None:
    """A consultation, or a marker, that comes after the answer of a feed is none of what came before it."""
    known: list[tuple[list[str], list[str]]] = []

    def judged(seen: Observed[Drawn]) -> None:
        asked = [facts.matricule for _past, facts in seen.history.all(Asked)]
        known.append((asked, [one.name for one in seen.history.markers()]))

    check = Check(id="SVC-1", title="t", reads=Drawn, test=judged, source="s", remedy="r")
    ended(session, Asked(matricule="before"))
    session.markers.put(Marker(dated(session.clock.age()), "avant"))
    exchange = open_exchange(session, "svc", "svc", "https")
    exchange.noted.put(Drawn(printed=Lazy(lambda: ("vu",))))
    finish(replace(SERVICE, checks=(check,)), session, exchange)
    session.move_clock(by=timedelta(minutes=1))
    ended(session, Asked(matricule="after"))
    session.markers.put(Marker(dated(session.clock.age()), "après"))
    await session.looking.settle()
    assert known == [(["before"], ["avant"])]


async def test_exchanges_are_journaled_in_the_order_in_which_they_ended(session: Session) -> None:
    """One without a look waits for the one before it, whose look is not taken yet."""
    go_on = threading.Event()
    ended(session, Drawn(printed=Lazy(lambda: (go_on.wait(10), ("vu",))[1])))
    await asyncio.sleep(0)
    ended(session, Asked(matricule="1"))
    assert session.journal.read() == []
    go_on.set()
    await session.looking.settle()
    assert [exchange.noted.kinds for exchange in session.journal.read()] == [{"Drawn"}, {"Asked"}]
    ended(session, Asked(matricule="2"))
    assert len(session.journal.read()) == 3


async def test_what_is_under_way_is_concluded_in_order_when_a_session_closes(session: Session) -> None:
    ended(session, Drawn(printed=Lazy(lambda: ("vu",))))
    ended(session, Asked(matricule="1"))
    session.looking.finish()
    assert [exchange.noted.kinds for exchange in session.journal.read()] == [{"Drawn"}, {"Asked"}]


async def test_a_look_that_fails_costs_no_exchange(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> tuple[str, ...]:
        if not taken.is_set():
            taken.set()
            raise ValueError("illisible")
        return ()

    taken = threading.Event()
    ended(session, Drawn(printed=Lazy(fails)))
    await session.looking.settle()
    assert len(session.journal.read()) == 1
    assert "a look at an exchange failed" in caplog.text


async def test_a_session_that_closes_concludes_what_is_under_way_once(session: Session) -> None:
    ended(session, Drawn(printed=Lazy(lambda: ("vu",))))
    session.looking.finish()
    assert [exchange.noted.kinds for exchange in session.journal.read()] == [{"Drawn"}]
    await session.looking.settle()
    await asyncio.sleep(0)
    assert len(session.journal.read()) == 1


async def test_what_is_under_way_in_a_session_that_is_deleted_is_not_looked_at(session: Session) -> None:
    looked: list[str] = []
    for name in ("first", "second"):
        ended(session, Drawn(printed=Lazy(lambda name=name: (looked.append(name), ("vu",))[1])))
    session.looking.drop()
    await session.looking.settle()
    session.looking.finish()
    assert (looked, session.journal.read()) == ([], [])


async def test_facts_whose_look_always_fails_are_left_out_and_nothing_else(session: Session) -> None:
    def fails() -> tuple[str, ...]:
        raise ValueError("illisible")

    ended(session, Drawn(printed=Lazy(fails)), Asked(matricule="1"))
    await session.looking.settle()
    (kept,) = session.journal.read()
    assert kept.noted.kinds == {"Asked"}


async def test_exchanges_without_looks_are_concluded_at_once(session: Session) -> None:
    ended(session, Asked(matricule="1"))
    assert len(session.journal.read()) == 1
    await asyncio.sleep(0)


def test_the_past_is_told_newest_first_by_kind_and_by_subject(session: Session) -> None:
    made = [ended(session, Asked(matricule=str(number % 2))) for number in range(4)]
    assert [past.id for past, _ in session.history.all(Asked)] == [one.id for one in reversed(made)]
    assert [past.id for past, _ in session.history.all(Asked, about="1")] == [made[3].id, made[1].id]
    assert [past.id for past in session.history.concerning("1")] == [made[3].id, made[1].id]
    assert session.history.last(Asked, about="autre") is None
    assert list(session.history.concerning("autre")) == list(session.history.all(Drawn)) == []


def test_the_oldest_is_found_without_looking_at_the_others(session: Session) -> None:
    assert session.history.first(Asked) is None
    made = [ended(session, Asked(matricule="1")) for _ in range(3)]
    first = session.history.first(Asked)
    assert first is not None
    assert first[0].id == made[0].id


def test_the_past_until_a_moment_leaves_out_what_began_later(session: Session) -> None:
    session.move_clock(to=datetime(2026, 3, 2, 10, tzinfo=UTC), frozen=True)
    early, moment = ended(session, Asked(matricule="1")), session.clock.age()
    session.move_clock(by=timedelta(hours=-1), frozen=True)
    earlier = ended(session, Asked(matricule="1"))
    session.move_clock(by=timedelta(hours=2), frozen=True)
    ended(session, Asked(matricule="1"))
    then = session.history.until(moment)
    assert [past.id for past, _ in then.all(Asked)] == [earlier.id, early.id]
    assert [past.id for past in then.concerning("1")] == [earlier.id, early.id]
    sooner = session.history.until(moment - timedelta(minutes=30))
    assert [found[0].id for found in (then.first(Asked), sooner.first(Asked)) if found] == [early.id, earlier.id]


def test_the_past_is_bounded_for_each_kind(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PER_KIND", 3)
    monkeypatch.setattr(history, "SUBJECTS", 2)
    for number in range(9):
        ended(session, Asked(matricule=str(number)))
    assert [facts.matricule for _, facts in session.history.all(Asked)] == ["8", "7", "6"]
    assert session.history.last(Asked, about="6") is None
    assert session.history.last(Asked, about="8") is not None


def test_the_past_of_a_durable_session_is_there_again_after_a_start(open_sessions: Callable[[], Sessions]) -> None:
    before = open_sessions()
    made = ended(before.get("default"), Asked(matricule="7", codes=("z",)))
    before.close()
    after = open_sessions().get("default")
    ended(after, Asked(matricule="8"))
    found = after.history.last(Asked, about="7")
    assert found is not None
    assert (found[0].id, found[1]) == (made.id, Asked(matricule="7", codes=("z",)))
    assert [facts.matricule for _, facts in after.history.all(Asked)] == ["8", "7"]


def test_a_reset_forgets_the_past(open_sessions: Callable[[], Sessions]) -> None:
    sessions = open_sessions()
    ended(sessions.create("essai"), Asked(matricule="7"))
    assert list(sessions.reset("essai").history.all(Asked)) == []


def test_markers_are_found_by_plain_name_and_subject(session: Session) -> None:
    assert not session.history.marked
    session.markers.put(Marker("2026-01-01T00:00:00+00:00", "Identité  qualifiée", "7"))
    session.markers.put(Marker("2026-01-01T00:00:00+00:00", "identité douteuse", "8"))
    assert session.history.marked
    assert [m.subject for m in session.history.markers("identite qualifiee")] == ["7"]
    assert [m.subject for m in session.history.markers(about=["8", "9"])] == ["8"]


def test_the_text_of_facts_is_their_json() -> None:
    noted = Noted()
    noted.put(Asked(matricule="1é", codes=('"', "\\", "\n")))
    noted.put(Drawn(printed=Lazy.known(("a",))))
    assert json.loads(noted.to_text()) == noted.to_json()
    assert json.loads(Noted(noted.to_json()).to_text()) == noted.to_json()


def test_facts_with_half_of_a_character_are_kept_escaped() -> None:
    noted = Noted()
    noted.put(Asked(matricule="a\ud800b"))
    assert json.loads(noted.to_text())["Asked"]["matricule"] == "a\ud800b"
    noted.to_text().encode()


def test_an_exchange_of_the_same_millisecond_is_not_before_the_marker_that_was_put_first(session: Session) -> None:
    session.move_clock(to=datetime(2026, 3, 2, 10, 0, 0, 123_456, tzinfo=UTC), frozen=True)
    session.markers.put(Marker(dated(session.clock.age()), "jalon"))
    ended(session, Asked(matricule="1"))
    (marker,) = session.history.markers()
    ((past, _facts),) = session.history.all(Asked)
    assert past.at >= datetime.fromisoformat(marker.at)
