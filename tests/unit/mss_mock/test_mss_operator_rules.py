"""Whose domain is whose, also of who joins the people later, and when a mail that waits is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from lgo_sandbox.population.people import Structure, population
from mss_mock.codes.operators import TRY_AT, WAITING, Course, Wait
from mss_mock.envelopes import Envelope, Target
from mss_mock.operators.courses import Waiting, put_off, waiting_of
from mss_mock.operators.rules import operator_of, operators_of

PEOPLE = population()
SINCE = datetime(2026, 1, 5, 10, tzinfo=UTC)
OPTIONS = {"mss.operator_delay": "60", "mss.delay_warning": "15", "mss.operator_expiry": "2880"}


def _keeper(sector: str, name: str) -> str:
    new = Structure("new", "1990", name, sector, "", "", "", "", mailbox="contact@nouvelle.mssante.fr")
    operator = operator_of(replace(PEOPLE, structures=(*PEOPLE.structures, new)), "X@Nouvelle.mssante.fr")
    return operator.id if operator else ""


@pytest.mark.parametrize(
    ("sector", "name", "operator"),
    [
        ("SA33", "PHARMACIE NEUVE", "sandbox"),
        ("SA01", "CENTRE HOSPITALIER NEUF", "hospitalier"),
        ("SA04", "CLINIQUE NEUVE", "hospitalier"),
        ("SA25", "LABORATOIRE NEUF", "plateaux"),
        ("SA08", "Centre d'imagerie du lac", "plateaux"),
        ("SA08", "CABINET DE RADIOLOGIE", "plateaux"),
        ("SA08", "CABINET DE GROUPE", "sandbox"),
    ],
)
def test_a_structure_that_joins_the_people_finds_its_operator(sector: str, name: str, operator: str) -> None:
    assert _keeper(sector, name) == operator


def test_every_mailbox_of_the_people_is_at_an_operator_and_nothing_else_is() -> None:
    boxes = [one.mailbox for one in (*PEOPLE.professionals, *PEOPLE.patients) if one.mailbox]
    boxes += [one.mailbox for one in PEOPLE.structures if one.mailbox]
    assert all(operator_of(PEOPLE, box) for box in boxes)
    assert len({one.id for one in operators_of(PEOPLE).values()}) == 4
    assert operator_of(PEOPLE, "x@gmail.com") is None
    assert operator_of(PEOPLE, "Postmaster") is operator_of(PEOPLE, "x@medecin.mssante.fr")


def _waiting(course: Course, **more: Any) -> Waiting:
    said = WAITING[course]
    target = Target("a@b.fr", frozenset({"DELAY"}), "rfc822;A@b.fr")
    return Waiting(
        Envelope("c@d.fr", "h", "p", "E"), target, b"\xff\r\n", "Q", SINCE, SINCE, course, said, True, **more
    )


def _moments(waiting: Waiting, until: int) -> list[int]:
    """Return the minutes at which something happens to a mail that waits."""
    found: list[datetime] = []
    agenda = SimpleNamespace(at=lambda when, *_, **__: found.append(when))
    session: Any = SimpleNamespace(option=OPTIONS.__getitem__, agenda=agenda)
    now = SINCE
    while now < SINCE + timedelta(minutes=until):
        put_off(session, waiting, now, within=None)  # type: ignore[arg-type]
        now = found[-1]
    return [int((moment - SINCE).total_seconds()) // 60 for moment in found]


def test_a_mail_is_tried_ever_more_rarely_until_its_time_is_over() -> None:
    moments = _moments(_waiting(Course.UNREACHABLE, warned=True), 2880)
    assert moments[: len(TRY_AT) + 2] == [15, 45, 105, 225, 465, 705]
    assert moments[-1] == 2880
    assert moments == sorted(set(moments))


def test_a_delayed_mail_leaves_at_its_moment_though_no_try_falls_there() -> None:
    assert _moments(_waiting(Course.DELAYED), 60) == [15, 45, 60]


def test_a_mail_that_waits_comes_back_from_the_agenda_as_it_was() -> None:
    waiting = replace(_waiting(Course.DELAYED, tries=3), said=Wait("4.3.2", "451 no", "non"))
    event: Any = SimpleNamespace(payload=waiting.to_json())
    assert waiting_of(event) == waiting
    silent = replace(waiting, target=Target("a@b.fr", None))
    event.payload = silent.to_json()
    assert waiting_of(event).target.notify is None
