"""A mailbox that stays open while its owner is logged in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest

from lgo_client.mss.doors import Account
from lgo_client.mss.errors import NotLoggedIn
from lgo_client.mss.queue import Operator
from lgo_client.mss.standing import Standing


@dataclass
class Box:
    alive: bool = True
    closed: bool = False
    asked: int = 0

    def lives(self) -> bool:
        self.asked += 1
        return self.alive

    def close(self) -> None:
        self.closed = True


@dataclass
class Doors:
    """An operator whose mailboxes are only looked at; ``over``: the session of Pro Santé Connect has ended."""

    over: bool = False
    opened: list[Box] = field(default_factory=list)

    @property
    def account(self) -> Account:
        return Account("a@b.mssante.fr", self._token)

    def _token(self) -> str:
        if self.over:
            raise NotLoggedIn("invalid_grant")
        return "jeton"

    def open(self) -> Box:
        self.opened.append(Box())
        return self.opened[-1]


def standing(doors: Doors) -> Standing:
    return Standing(cast("Operator", doors))


def test_it_is_opened_once_while_the_operator_keeps_it() -> None:
    doors = Doors()
    mailbox = standing(doors)
    assert mailbox.box() is mailbox.box()
    assert (len(doors.opened), mailbox.openings) == (1, 1)


def test_it_is_opened_again_when_the_operator_dropped_it() -> None:
    doors = Doors()
    mailbox = standing(doors)
    mailbox.box()
    doors.opened[0].alive = False
    mailbox.box()
    assert (len(doors.opened), doors.opened[0].closed) == (2, True)


def test_it_is_closed_with_the_session_and_says_nothing_more_on_the_way() -> None:
    doors = Doors()
    mailbox = standing(doors)
    mailbox.box()
    doors.over = True
    with pytest.raises(NotLoggedIn):
        mailbox.box()
    assert (doors.opened[0].closed, doors.opened[0].asked, mailbox.is_open) == (True, 0, False)
    with pytest.raises(NotLoggedIn):
        mailbox.box()
    assert len(doors.opened) == 1
    doors.over = False
    mailbox.box()
    assert mailbox.is_open
