"""A client elsewhere: the archive of the connection, the files it becomes, and the doors of other containers."""

from __future__ import annotations

import io
import json
import os
import random
import socket
import ssl
import zipfile
from pathlib import Path

import httpx
import pytest
from support.keys import with_keys
from support.plain import NO_TLS

from lgo_sandbox.cli.connect import write_connection
from lgo_sandbox.cli.errors import CommandError
from lgo_sandbox.control.ready import ready_document
from lgo_sandbox.run.assemble import running
from lgo_sandbox.run.pytest_plugin import SandboxServer, SandboxSession
from lgo_sandbox.settings import Settings


def archive(server: SandboxServer, session: str = "default") -> bytes:
    url = f"{server.control_url}/_sandbox/v1/sessions/{session}/connection.zip"
    answer = httpx.get(url, trust_env=False, verify=NO_TLS, timeout=30.0)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    return answer.content


def test_every_path_of_the_archive_is_in_it(lgo_sandbox: SandboxServer) -> None:
    with zipfile.ZipFile(io.BytesIO(archive(lgo_sandbox))) as files:
        ready, names = json.loads(files.read("ready.json")), set(files.namelist())
        paths = {entry[key] for entry in ready["certificates"].values() for key in ("cert", "key", "p12")}
        assert {ready["ca"], ready["ca_p12"]} | paths == names - {"ready.json"}
        for name, entry in lgo_sandbox.ready["certificates"].items():
            for key in ("cert", "key", "p12"):
                assert files.read(ready["certificates"][name][key]) == Path(entry[key]).read_bytes()


def test_a_client_connects_with_what_was_written_here(sandbox_session: SandboxSession, tmp_path: Path) -> None:
    octets = archive(sandbox_session.server, sandbox_session.name)
    ready = json.loads(write_connection(octets, tmp_path / "here").read_text(encoding="utf-8"))
    context = ssl.create_default_context(cafile=ready["ca"])
    files = ready["certificates"]["org-auth"]
    context.load_cert_chain(files["cert"], files["key"])
    for name in (ready["ca"], ready["ca_p12"], *(files[key] for key in ("cert", "key", "p12"))):
        assert Path(name).is_relative_to(tmp_path / "here")
    with httpx.Client(verify=context, trust_env=False) as http:
        url = ready["services"]["insi"]["https"]
        assert http.get(f"{url}/lps?wsdl").status_code == 200
    assert {one["service"] for one in sandbox_session.exchanges()} == {"insi"}


def test_keys_written_here_are_for_their_owner_alone(lgo_sandbox: SandboxServer, tmp_path: Path) -> None:
    ready = json.loads(write_connection(archive(lgo_sandbox), tmp_path / "here").read_text(encoding="utf-8"))
    for entry in ready["certificates"].values():
        assert Path(entry["key"]).stat().st_mode & 0o077 == 0


def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    octets = io.BytesIO()
    ready = {"ca": "pki/ca.pem", "ca_p12": "pki/ca.p12", "certificates": {}}
    with zipfile.ZipFile(octets, "w") as files:
        files.writestr("ready.json", json.dumps(ready))
        files.writestr("../../outside.pem", b"x")
    write_connection(octets.getvalue(), tmp_path / "a" / "here")
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {"a/here/ready.json", "a/here/pki/outside.pem"}


@pytest.mark.parametrize("octets", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_of_a_connection_is_refused(octets: bytes, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="archive de connexion illisible"):
        write_connection(octets, tmp_path / "here")
    assert not (tmp_path / "here").exists()


def free_base() -> int:
    """Return a base whose doors nobody holds, below the ports that systems give to whoever asks for any."""
    bases = list(range(20_000, 32_000, 500))
    random.Random(os.getpid()).shuffle(bases)
    return next(base for base in bases if all(is_free(base + offset) for offset in (*range(31), *range(400, 431))))


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


async def test_control_alone_says_where_the_other_containers_are_published(tmp_path: Path) -> None:
    base = free_base()
    settings = Settings(state=with_keys(tmp_path), port_base=base, published_host="sandbox.example")
    async with running(settings, ["control"]) as launcher:
        document = ready_document(launcher.sandbox, launcher.sandbox.addresses)
    assert document["control"] == f"http://127.0.0.1:{base}"
    assert document["services"]["insi"] == {
        "http": f"http://sandbox.example:{base + 2}",
        "https": f"https://sandbox.example:{base + 402}",
    }
    assert (document["smtp"], document["imap"]) == (f"sandbox.example:{base + 20}", f"sandbox.example:{base + 21}")


async def test_doors_served_here_keep_their_own_address(tmp_path: Path) -> None:
    base = free_base()
    settings = Settings(state=with_keys(tmp_path), port_base=base, published_host="sandbox.example", plain_ports=False)
    async with running(settings, ["control", "insi"]) as launcher:
        document = ready_document(launcher.sandbox, launcher.sandbox.addresses)
    assert document["services"]["insi"] == {"https": f"https://127.0.0.1:{base + 402}"}
    assert document["services"]["dmp"] == {"https": f"https://sandbox.example:{base + 403}"}
