"""What somebody stored with bad intent is inert on both sites: markup in titles and names, script in a CDA, SVG."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import pytest
from support.dmp_door import Dmp
from support.dmp_lots import Document, cda
from support.dmp_messages import status_of
from support.dmp_pages import Browser, Page, Sites, fill

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>{{7*7}}"


def _fed(dmp: Dmp, content: bytes, title: str) -> None:
    document = Document(content, dmp.patient, title=quoteattr(title)[1:-1].replace('"', "&quot;"))
    reply = dmp.feed(document)
    assert status_of(reply).endswith("Success"), reply.http.text


def _hostile_cda(dmp: Dmp) -> bytes:
    told = EVIL.replace("&", "&amp;").replace("<", "&lt;").encode()
    content = cda(dmp.patient).replace(b"Compte rendu", told).replace(b"PATIENT", b"&lt;b&gt;PATIENT")
    return content.replace(b"application/pdf", b"image/svg+xml")


def _browsers(sites: Sites) -> list[tuple[Browser, str]]:
    return [(sites.space(), "/documents"), (sites.desk(), f"/AccesDirect/Documents/{sites.dmp.patient}")]


def _read(browser: Browser, listed: str) -> Page:
    page = browser.get(listed)
    return browser.get(f"{listed}/{next(one for one in page.links('/') if len(one.rpartition('/')[2]) == 36)[-36:]}")


def _is_inert(page: Page) -> None:
    assert page.tree is not None
    assert list(page.tree.iter("script", "object", "embed", "base")) == []
    attributes = {name for element in page.tree.iter() for name in element.attrib}
    assert not [name for name in attributes if name.startswith("on") or name in ("style", "srcdoc", "formaction")]
    assert [str(one.get("src")) for one in page.tree.iter("img") if "/piece/" not in str(one.get("src"))] == []
    assert not [href for href in page.links() if href.strip().lower().startswith(("javascript:", "data:"))]
    assert "49" not in page.title


def test_markup_in_the_title_of_a_document_stays_text(dmp: Dmp, sites: Sites) -> None:
    _fed(dmp, cda(dmp.patient), EVIL)
    for browser, listed in _browsers(sites):
        page = browser.get(listed)
        assert "<script>alert(1)</script>" in page.text
        _is_inert(page)
        _is_inert(_read(browser, listed))


def test_script_and_svg_in_a_cda_stay_text(dmp: Dmp, sites: Sites) -> None:
    dmp.configure(cda_header="non")
    _fed(dmp, _hostile_cda(dmp), "Document")
    for browser, listed in _browsers(sites):
        page = _read(browser, listed)
        assert "<script>alert(1)</script>" in page.text
        assert "fichier image/svg+xml, non affiché" in page.text
        _is_inert(page)
        path = "/" + page.path.split("/", 3)[3]
        assert browser.get(f"{path}/piece/0").status == 404
        kept = browser.get(f"{path}/fichier").response.headers
        assert (kept["content-type"], kept["x-content-type-options"]) == ("application/octet-stream", "nosniff")
        assert kept["content-disposition"].startswith("attachment")


def test_narrative_of_another_vocabulary_is_no_markup(dmp: Dmp, sites: Sites) -> None:
    from dataclasses import replace

    from support.documents_contents import VACCINATION
    from support.documents_headers import VACCINATION_HEADER

    from health_documents.cda.write.vaccination import write_vaccination_note

    own = replace(VACCINATION_HEADER.patient, matricule=dmp.patient, oid="1.2.250.1.213.1.4.10")
    note = write_vaccination_note(replace(VACCINATION_HEADER, patient=own), VACCINATION)
    spoilt = note.replace(
        b"</text>",
        b'<paragraph>avant<script>alert(4)</script><iframe src="javascript:alert(5)"/>'
        b'<linkHtml href="javascript:alert(6)">lien</linkHtml>'
        b'<renderMultiMedia onclick="alert(7)"/></paragraph></text>',
    )
    assert spoilt != note
    dmp.configure(vaccination_notes="non")
    _fed(dmp, spoilt, "Note")
    for browser, listed in _browsers(sites):
        page = _read(browser, listed)
        assert "alert(4)" in page.text
        assert "javascript" not in page.html
        _is_inert(page)


def test_what_a_patient_writes_is_inert_on_the_professionals_side(dmp: Dmp, sites: Sites) -> None:
    space = sites.space()
    space.get("/documents/ajouter")
    files = {"fichier": ("<img src=x onerror=alert(1)>.pdf", b"%PDF-1.4", "application/pdf")}
    space.post("/documents/ajouter", files=files, titre=EVIL)
    for browser, listed in _browsers(sites):
        _is_inert(browser.get(listed))
        page = _read(browser, listed)
        assert "<script>" in page.title
        _is_inert(page)
    _is_inert(sites.space().get("/acces"))


@pytest.mark.parametrize(
    "query", ["q=%3Cscript%3E", "type=%22%3E%3Csvg%20onload=1%3E", "du=%00", "q=%ff%fe", "q=a&q=b"]
)
def test_hostile_searches_are_answered(dmp: Dmp, sites: Sites, query: str) -> None:
    fill(dmp)
    for browser, listed in _browsers(sites):
        page = browser.get(f"{listed}?{query}")
        assert page.status == 200
        _is_inert(page)


@pytest.mark.parametrize("id", ["..%2f..%2fetc", "' OR 1=1 --", "%00", "x" * 500, "urn:uuid:1"])
def test_hostile_addresses_are_refused(dmp: Dmp, sites: Sites, id: str) -> None:
    for browser, listed in _browsers(sites):
        page = browser.get(f"{listed}/{id}")
        assert page.status in (400, 404)
        assert dmp.exchanges()[0].findings
