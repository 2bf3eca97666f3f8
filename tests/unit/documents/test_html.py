"""The page for people: complete, and safe whatever the document says."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from lxml import etree

from health_documents import oids
from health_documents.cda.html import CSP, render_html
from health_documents.cda.write.n1 import write_n1
from health_documents.cda.write.prescription import write_prescription
from health_documents.errors import DocumentError
from health_documents.values.document import DocumentHeader, DrugLine

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>\"' onload=alert(1) javascript:alert(1)"
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "section", "h1", "h2", "h3", "dl", "dt", "dd", "p"),
    *("strong", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "sub", "sup", "ul", "li", "span", "br", "pre"),
    *("iframe", "img"),
}
ATTRIBUTES = {"lang", "charset", "colspan", "rowspan", "alt", "src", "title", "width", "height"}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.sources += [value or "" for name, value in attrs if name == "src"]


def tags_of(page: str) -> Tags:
    found = Tags()
    found.feed(page)
    return found


def test_a_level_1_page_shows_header_and_pdf(header: DocumentHeader):
    page = render_html(write_n1(header, b"%PDF-1.4"))
    assert "<h1>Bilan partagé de médication</h1>" in page
    assert "PAT-TROIS" in page
    assert "data:application/pdf;base64,JVBERi0xLjQ=" in page


def test_every_official_sample_has_a_page_with_its_sections(artefacts: Path):
    for file in sorted((artefacts / "ExemplesCDA").glob("*.xml")):
        page = render_html(file.read_bytes())
        found = tags_of(page)
        assert found.tags <= ALLOWED, file.name
        assert found.attributes <= ATTRIBUTES, file.name
        root = etree.parse(str(file)).getroot()
        assert page.count("<section>") == len(root.findall(f".//{{{oids.NS_HL7}}}section"))


def test_hostile_text_anywhere_becomes_text(prescription_header: DocumentHeader, lines: tuple[DrugLine, ...]):
    data = write_prescription(
        prescription_header, lines, epu_number="1", qr_png=b"\x89PNG", pdf=b"%PDF-1.4", validity_end=None
    )
    count = len(list(etree.fromstring(data).iter()))
    for rank in range(1, count, 3):
        root = etree.fromstring(data)
        element = list(root.iter())[rank]
        if "representation" in element.attrib:
            element.set("mediaType", ATTACK)
        else:
            element.text = ATTACK
            for name in element.attrib:
                if name not in ("root", "typeCode"):
                    element.set(name, ATTACK)
        try:
            found = tags_of(render_html(etree.tostring(root)))
        except DocumentError:
            continue
        assert found.tags <= ALLOWED
        assert found.attributes <= ATTRIBUTES
        assert all(one.startswith(("data:image/", "data:application/pdf;")) for one in found.sources)


def test_the_policy_allows_no_script():
    assert "script-src" not in CSP
    assert CSP.startswith("default-src 'none'")


def test_what_is_no_document_is_refused():
    for data in (b"", b"<a/>", b"<!DOCTYPE a><a/>"):
        with pytest.raises(DocumentError):
            render_html(data)
