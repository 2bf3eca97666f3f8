"""A resource server of the same process that asks about one token again and again: as often as it must, no more."""

from __future__ import annotations

from typing import Any

from support.psc import PscClient

from lgo_sandbox.gate.introspection import introspected
from lgo_sandbox.tenant.faults import Fault, FaultKind
from psc_mock.codes import PROTOCOL_PATH

PATH = f"{PROTOCOL_PATH}/token/introspect"
DMP = ("dmp", "secret-dmp")


def ask(lgo: PscClient, token: str) -> dict[str, Any]:
    runner = lgo.tenant.runner
    return runner.wait(introspected(runner.launcher.sandbox, lgo.tenant.name, "psc", PATH, token, DMP))


def asked(lgo: PscClient) -> int:
    return len(lgo.tenant.exchanges("introspection"))


def test_a_burst_about_a_token_that_lives_is_asked_once(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    lgo.tenant.do(lambda session: session.move_clock(frozen=True))
    answers = [ask(lgo, token) for _ in range(20)]
    assert asked(lgo) == 1
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["active"] is True


def test_after_a_second_it_is_asked_again(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    ask(lgo, token)
    lgo.tenant.move(seconds=2)
    ask(lgo, token)
    assert asked(lgo) == 2


def test_the_end_of_the_log_in_is_seen_at_once(lgo: PscClient) -> None:
    tokens = lgo.tokens()
    assert ask(lgo, tokens["access_token"])["active"] is True
    lgo.logout(tokens)
    assert ask(lgo, tokens["access_token"]) == {"active": False}


def test_the_age_of_the_token_is_seen_at_once(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    assert ask(lgo, token)["active"] is True
    lgo.tenant.move(minutes=3)
    assert ask(lgo, token) == {"active": False}


def test_a_token_that_does_not_live_is_asked_about_each_time(lgo: PscClient) -> None:
    assert ask(lgo, "x") == ask(lgo, "x") == {"active": False}
    assert asked(lgo) == 2


def test_a_fault_strikes_the_next_question(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    ask(lgo, token)
    lgo.tenant.do(lambda session: session.faults.arm(Fault("f", "psc", FaultKind.DELAY, 0, "introspection")))
    ask(lgo, token)
    ask(lgo, token)
    assert [one.fault != "" for one in lgo.tenant.exchanges("introspection")] == [False, True, True]


def test_the_memory_ends_with_its_session(lgo: PscClient) -> None:
    token = lgo.tokens()["access_token"]
    ask(lgo, token)
    sandbox, name = lgo.tenant.runner.launcher.sandbox, lgo.tenant.name
    lgo.tenant.runner.do(lambda: (sandbox.sessions.delete(name), sandbox.sessions.create(name)))
    assert ask(lgo, token) == {"active": False}
