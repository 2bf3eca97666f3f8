"""A port where the reading door speaks in clear: for clients that know neither STARTTLS nor client certificates."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from support.mss_operator import MailTenant

__all__ = ["clear_port"]

CHUNK = 65536


@contextmanager
def clear_port(tenant: MailTenant) -> Iterator[int]:
    """Give a port whose connections come to the reading door in TLS, with the certificate of the application."""
    operator = tenant.operator
    context = operator.context(operator.app_certificate(session=tenant.name))
    ends: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, inner_writer = await asyncio.open_connection("127.0.0.1", operator.imap_port)
        ends.update((writer, inner_writer))
        await inner.readline()
        await _said(inner, inner_writer, b"STARTTLS")
        await inner_writer.start_tls(context, server_hostname="localhost")
        (capability,) = await _said(inner, inner_writer, b"CAPABILITY")
        writer.write(b"* OK [" + capability.removeprefix(b"* ").strip() + b"] ready\r\n")
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner, writer))

    server = operator.runner.wait(asyncio.start_server(serve, "127.0.0.1", 0))
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:

        async def close() -> None:
            server.close()
            for end in ends:
                end.close()

        operator.runner.wait(close())


async def _said(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: bytes) -> list[bytes]:
    """Send a command; return the lines before its tagged answer."""
    writer.write(b"gate " + command + b"\r\n")
    lines = [await reader.readline()]
    while not lines[-1].startswith(b"gate "):
        lines.append(await reader.readline())
    return lines[:-1]


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while octets := await reader.read(CHUNK):
            writer.write(octets)
            await writer.drain()
    writer.close()
