"""The control API validates the file in the body of the request."""

from __future__ import annotations

import httpx
import pytest


async def test_a_document_is_validated(api: httpx.AsyncClient) -> None:
    answer = await api.post("/validate?name=x.xml", content=b"<a/>")
    (report,) = answer.json()
    assert (answer.status_code, report["name"], report["valid"]) == (200, "x.xml", False)
    assert report["problems"][0]["rule"] == "CDA-XML-02"


@pytest.mark.parametrize(("form", "start"), [("text", "document"), ("junit", "<?xml")])
async def test_the_report_comes_in_other_formats(api: httpx.AsyncClient, form: str, start: str) -> None:
    answer = await api.post(f"/validate?format={form}", content=b"<a/>")
    assert answer.text.startswith(start)


async def test_an_empty_body_is_refused_in_french(api: httpx.AsyncClient) -> None:
    answer = await api.post("/validate", content=b"")
    assert answer.status_code == 422
    assert "erreur" in answer.json()


async def test_a_body_larger_than_other_routes_take_is_accepted(api: httpx.AsyncClient) -> None:
    answer = await api.post("/validate", content=b"<a>" + b" " * 2_000_000 + b"</a>")
    assert answer.status_code == 200
