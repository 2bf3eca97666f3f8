"""When the octets of a connection let other connections have their turn, and when they must not."""

from __future__ import annotations

import asyncio

from mss_mock.stream import DRAIN_ABOVE, Stream


class _Writer:
    def __init__(self) -> None:
        self.sent = b""

    def is_closing(self) -> bool:
        return False

    def write(self, octets: bytes) -> None:
        self.sent += octets

    async def drain(self) -> None:
        """Return at once: the client reads as fast as we write."""


async def test_a_long_answer_lets_others_have_their_turn():
    stream, turns = Stream(asyncio.StreamReader(), _Writer(), 1), []
    asyncio.get_running_loop().call_soon(turns.append, "other")
    await stream.send(b"x" * DRAIN_ABOVE)
    assert turns == []
    await stream.send(b"x")
    assert turns == ["other"]


async def test_nobody_has_a_turn_between_the_answer_to_starttls_and_tls():
    stream, turns = Stream(asyncio.StreamReader(), _Writer(), 1), []
    asyncio.get_running_loop().call_soon(turns.append, "octets of the handshake read as plain ones")
    await stream.send(b"t OK Begin TLS negotiation now\r\n")
    await stream.flush()
    assert turns == []
    await asyncio.sleep(0)
    assert len(turns) == 1
