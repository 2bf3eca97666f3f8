"""The control API validates the file in the body of the request."""

import httpx
import pytest

from lgo_sandbox.control import create_app
from lgo_sandbox.run.launcher import Launcher

BASE = "http://127.0.0.1:8080/_sandbox/v1"


@pytest.fixture
def calling(launcher: Launcher) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(launcher))
    return httpx.AsyncClient(transport=transport, base_url=BASE)


async def test_a_document_is_validated(calling: httpx.AsyncClient):
    answer = await calling.post("/validate?name=x.xml", content=b"<a/>")
    (report,) = answer.json()
    assert (answer.status_code, report["name"], report["valid"]) == (200, "x.xml", False)
    assert report["problems"][0]["rule"] == "CDA-XML-02"


@pytest.mark.parametrize(("form", "start"), [("text", "document"), ("junit", "<?xml")])
async def test_the_report_comes_in_other_formats(calling: httpx.AsyncClient, form: str, start: str):
    answer = await calling.post(f"/validate?format={form}", content=b"<a/>")
    assert answer.text.startswith(start)


async def test_an_empty_body_is_refused_in_french(calling: httpx.AsyncClient):
    answer = await calling.post("/validate", content=b"")
    assert answer.status_code == 422
    assert "erreur" in answer.json()


async def test_a_body_larger_than_other_routes_take_is_accepted(calling: httpx.AsyncClient):
    answer = await calling.post("/validate", content=b"<a>" + b" " * 2_000_000 + b"</a>")
    assert answer.status_code == 200
