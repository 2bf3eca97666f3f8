"""Deadlines and room: slow senders are cut and told, many large bodies at once wait or are refused."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.keys import with_keys

from lgo_sandbox.gate.room import Room
from lgo_sandbox.run import launcher as launcher_module
from lgo_sandbox.run.assemble import running
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.run.supervised import Supervised
from lgo_sandbox.settings import Settings


@pytest.fixture
async def hurried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Launcher]:
    """A sandbox with INSi that has hardly any patience, and room for one large body."""
    monkeypatch.setattr(launcher_module, "SWEEP_SECONDS", 0.05)
    settings = Settings(
        state=with_keys(tmp_path),
        port_base=0,
        head_seconds=0.2,
        body_seconds=0.2,
        bodies_bytes=200_000,
        bodies_wait_seconds=0.2,
    )
    async with running(settings, ["insi"]) as started:
        yield started


async def _connect(launcher: Launcher, scheme: str = "http") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    addresses = launcher.sandbox.addresses
    target = urlsplit((addresses.tls if scheme == "https" else addresses.plain)["insi"])
    return await asyncio.open_connection(target.hostname, target.port)


def _findings(launcher: Launcher) -> list[Any]:
    journal = launcher.sandbox.sessions.get("default").journal
    return [finding for exchange in journal.read() for finding in exchange.findings]


async def _answer(launcher: Launcher, octets: bytes, scheme: str = "http") -> bytes:
    reader, writer = await _connect(launcher, scheme)
    writer.write(octets)
    try:
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_a_head_that_does_not_come_is_refused_with_408(hurried: Launcher) -> None:
    answer = await _answer(hurried, b"GET /lps HTTP/1.1\r\nHost: x\r\n")
    assert answer.startswith(b"HTTP/1.1 408")
    assert [finding.check_id for finding in _findings(hurried)] == ["SANDBOX-REQUETE-LENTE"]


async def test_a_handshake_that_does_not_go_on_is_ended(hurried: Launcher) -> None:
    assert await _answer(hurried, bytes.fromhex("1603010200010001"), "https") == b""
    assert [finding.check_id for finding in _findings(hurried)] == ["SANDBOX-REQUETE-LENTE"]


async def test_a_body_that_does_not_come_is_refused_in_the_service_s_words(hurried: Launcher) -> None:
    answer = await _answer(hurried, b"POST /lps HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n<a>")
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"Envelope" in answer
    (finding,) = _findings(hurried)
    assert (finding.check_id, finding.received) == ("SANDBOX-REQUETE-LENTE", "3 octets sur 99 dans ce délai")


async def test_a_large_body_waits_for_room_and_is_refused_without(hurried: Launcher) -> None:
    body = b"x" * 150_000
    head = b"POST /lps HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    room = hurried._room
    taken = await room.take(100_000)
    assert taken == 100_000
    answer = await _answer(hurried, head + body)
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"retry-after" in answer.lower()
    assert [finding.check_id for finding in _findings(hurried)] == ["SANDBOX-MEMOIRE-PLEINE"]
    room.give(taken)
    assert not (await _answer(hurried, head + body)).startswith(b"HTTP/1.1 503")
    assert room.taken == 0


async def test_room_is_given_first_come_first_served() -> None:
    room = Room(10, patience=5)
    assert await room.take(8) == 8
    large, small = asyncio.create_task(room.take(6)), asyncio.create_task(room.take(2))
    await asyncio.sleep(0)
    room.give(8)
    assert (await large, await small) == (6, 2)
    assert room.taken == 8


async def test_who_gives_up_waiting_for_room_leaves_it_to_those_behind() -> None:
    room = Room(10, patience=60)
    await room.take(8)
    large, small = asyncio.create_task(room.take(6)), asyncio.create_task(room.take(2))
    await asyncio.sleep(0)
    large.cancel()
    assert await small == 2


async def test_more_than_all_the_room_takes_all_of_it() -> None:
    room = Room(10, patience=0.01)
    assert await room.take(1_000) == 10
    assert await room.take(1) is None
    room.give(10)
    assert await room.take(1) == 1


async def test_a_stop_waits_for_nobody(tmp_path: Path) -> None:
    async with running(Settings(state=with_keys(tmp_path), port_base=0), ["insi"]) as launcher:
        reader, writer = await _connect(launcher)
        writer.write(b"POST /lps HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n<a>")
        await writer.drain()
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()


async def test_background_work_that_fails_is_counted_tried_again_later_and_forgiven() -> None:
    outcomes = [ValueError("plein"), ValueError("plein"), None]
    turns: list[int] = []

    def work() -> None:
        turns.append(1)
        if error := outcomes.pop(0):
            raise error

    task = Supervised("essai", 0.5, work)
    await task.turn()
    assert (task.failures, task.trouble, task.pause) == (1, "ValueError : plein", 1.0)
    await task.turn()
    assert (task.failures, task.pause) == (2, 2.0)
    await task.turn()
    assert (task.failures, task.trouble, task.pause, len(turns)) == (2, "", 0.5, 3)
