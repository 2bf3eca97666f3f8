"""What a hostile or broken client sends to INSi over a socket: bounded memory, a SOAP fault, the service goes on."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree
from support.plain import NO_TLS
from support.tenants import running_in_background

from lgo_sandbox.run.launcher import Launcher

REQUEST = (Path(__file__).parents[1] / "golden" / "insi" / "request.xml").read_bytes()
MIB = 1024 * 1024
HUGE = 50 * MIB
HEAD = "POST /lps HTTP/1.1\r\nHost: insi.test\r\nContent-Type: application/soap+xml\r\nContent-Length: {}\r\n\r\n"


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """One service for all of them: it must still work after each."""
    with running_in_background(tmp_path_factory.mktemp("hostile"), "insi") as runner:
        yield runner.launcher


def address(launcher: Launcher) -> tuple[str, int]:
    url = httpx.URL(launcher.sandbox.addresses.plain["insi"])
    return url.host, url.port or 0


def code_of(content: bytes) -> str:
    root = etree.fromstring(content)
    return str(root.xpath("string((//*[local-name()='CodeCR'] | //*[local-name()='Erreur']/@code)[1])"))


async def post(launcher: Launcher, content: Any, content_type: str = "application/soap+xml") -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, verify=NO_TLS, timeout=30) as client:
        url = f"{launcher.sandbox.addresses.plain['insi']}/lps"
        return await client.post(url, content=content, headers={"content-type": content_type})


async def works(launcher: Launcher) -> bool:
    return code_of((await post(launcher, REQUEST)).content) == "00"


async def test_fifty_mebibytes_are_refused_without_being_kept(launcher: Launcher) -> None:
    reader, writer = await asyncio.open_connection(*address(launcher))
    writer.write(HEAD.format(HUGE).encode())
    tracemalloc.start()
    try:
        chunk = b" " * MIB
        for _ in range(HUGE // MIB):
            if reader._buffer:  # type: ignore[attr-defined]
                break
            writer.write(chunk)
            try:
                await asyncio.wait_for(writer.drain(), 5)
            except (ConnectionError, TimeoutError):
                break
        answer = await asyncio.wait_for(reader.read(), 10)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"desir_simule_taille" in answer
    assert peak < 8 * MIB
    assert await works(launcher)


async def test_a_chunked_body_without_end_is_refused(launcher: Launcher) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(HUGE // (64 * 1024)):
            yield b"<a>" * 21_845

    try:
        response = await post(launcher, endless())
    except httpx.TransportError:
        pass  # the server hung up before everything was sent
    else:
        assert (response.status_code, code_of(response.content)) == (413, "desir_simule_taille")
    assert await works(launcher)


@pytest.mark.parametrize("sent", [0, 1, 200, len(REQUEST) - 1], ids=["nothing", "one", "some", "all but one"])
async def test_a_truncated_request_disturbs_nobody(launcher: Launcher, sent: int) -> None:
    _, writer = await asyncio.open_connection(*address(launcher))
    writer.write(HEAD.format(len(REQUEST)).encode() + REQUEST[:sent])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert await works(launcher)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (REQUEST.replace(b"TOUSSAINT", "ÉLOÏSE".encode()), "insi_simule_prenom"),
        (REQUEST.replace(b"TOUSSAINT", "ÉLOÏSE".encode("latin-1")), "desir_simule_enveloppe"),
        (
            b'<?xml version="1.0" encoding="ISO-8859-1"?>' + REQUEST.replace(b"TOUSSAINT", b"\xc9LO"),
            "insi_simule_prenom",
        ),
        (b'<?xml version="1.0" encoding="UTF-7"?>' + REQUEST, "desir_simule_enveloppe"),
        (REQUEST.decode().encode("utf-16"), "00"),
        (REQUEST.decode().encode("utf-32"), "desir_simule_enveloppe"),
        (b"\xef\xbb\xbf" + REQUEST, "00"),
    ],
    ids=["utf-8", "undeclared latin-1", "latin-1", "utf-7", "utf-16", "utf-32", "byte order mark"],
)
async def test_a_wrong_charset_is_told_and_a_right_one_is_read(launcher: Launcher, body: bytes, code: str) -> None:
    assert code_of((await post(launcher, body)).content) == code


BOMB = b"<!DOCTYPE b [" + b"".join(
    b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"lol" * 100) for n in range(10)
)


async def test_an_entity_bomb_is_refused_without_being_expanded(launcher: Launcher) -> None:
    tracemalloc.start()
    try:
        response = await post(launcher, BOMB + b"]>" + REQUEST.replace(b"ADRTROIS", b"&e9;"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (response.status_code, code_of(response.content)) == (500, "desir_simule_enveloppe")
    assert peak < 8 * MIB
