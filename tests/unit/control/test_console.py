"""The console is three kinds of static files that ask for nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

SCRIPTS = ["/console/actors.js", "/console/console.js", "/console/dom.js", "/console/exchanges.js"]
FILES = ["/", "/console/console.css", "/console/sources.css", *SCRIPTS, "/sources", "/sources/insi", "/sources/psc.md"]


@pytest.mark.parametrize("path", FILES)
async def test_each_file_is_sent_under_a_strict_policy(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(f"http://127.0.0.1:8080{path}")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", FILES)
async def test_no_file_names_an_external_resource(api: httpx.AsyncClient, path: str) -> None:
    text = (await api.get(f"http://127.0.0.1:8080{path}")).text
    assert not re.findall(r"https?://|innerHTML|insertAdjacentHTML|document\.write|\beval\b", text)


@pytest.mark.parametrize("name", ["nothing", "..%2fconsole", "__init__"])
async def test_no_other_file_is_sent(api: httpx.AsyncClient, name: str) -> None:
    assert (await api.get(f"http://127.0.0.1:8080/console/{name}.js")).status_code == 404


async def test_the_page_says_that_all_data_are_fictitious(api: httpx.AsyncClient) -> None:
    assert "données fictives" in (await api.get("http://127.0.0.1:8080/")).text


@pytest.mark.skipif(shutil.which("node") is None, reason="node reads the scripts")
@pytest.mark.parametrize("path", SCRIPTS)
async def test_each_script_can_be_read_as_a_module(api: httpx.AsyncClient, path: str, tmp_path: Path) -> None:
    module = tmp_path / "module.mjs"
    module.write_text((await api.get(f"http://127.0.0.1:8080{path}")).text, encoding="utf-8")
    read = subprocess.run(["node", "--check", str(module)], capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
