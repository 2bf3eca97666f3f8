"""A browser without scripts at the two sites of the DMP: keeps cookies, fills forms, reads pages. By httpx and lxml."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
from lxml import etree

from health_documents.cda.write.n1 import write_n1
from health_documents.cda.write.vaccination import write_vaccination_note
from health_documents.codes.systems import document_types
from health_documents.pdf.readable import readable_document
from health_documents.pdf.write import render_pdf
from health_documents.values.document import PatientIdentity
from health_documents.values.pdf import PRIVACY_NOTICE, PdfSection
from lgo_sandbox.pki import Issued
from support.dmp_door import Dmp
from support.dmp_lots import Document, oid
from support.dmp_messages import status_of
from support.documents_contents import VACCINATION
from support.documents_headers import HEADER, VACCINATION_HEADER

__all__ = ["Browser", "Page", "Sites", "at_webps", "fill", "in_space", "printed_cda"]


class Page:
    """An answer as a person sees it."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.path = response.url.path
        self.html = response.text
        self.tree = etree.HTML(response.content) if "html" in response.headers.get("content-type", "") else None

    @property
    def text(self) -> str:
        """The words of the page, on one line."""
        return "" if self.tree is None else " ".join(" ".join(self.tree.itertext()).split())

    @property
    def title(self) -> str:
        """The heading of the page."""
        found = [] if self.tree is None else list(self.tree.iterfind(".//main//h1"))
        return " ".join("".join(found[0].itertext()).split()) if found else ""

    def links(self, part: str = "") -> list[str]:
        """Return the addresses of the links that hold a text."""
        assert self.tree is not None
        return [href for a in self.tree.iter("a") if part in (href := str(a.get("href", "")))]

    def csrf(self) -> str:
        """Return the token of the forms of the page."""
        assert self.tree is not None
        return next(str(one.get("value")) for one in self.tree.iter("input") if one.get("name") == "csrf")


class Browser:
    """A browser at one site, in the session of a DMP client."""

    def __init__(self, dmp: Dmp, door: str, certificate: Issued | None = None) -> None:
        self.dmp, self.door = dmp, door
        self.root = dmp.tenant.url(door)
        trust = dmp.doors.runner.trust(certificate)
        self.client = httpx.Client(verify=trust, trust_env=False, follow_redirects=True, timeout=30)
        self.page: Page | None = None

    def get(self, path: str, **parameters: str) -> Page:
        """Open a page."""
        self.page = Page(self.client.get(f"{self.root}{path}", params=parameters or None))
        return self.page

    def post(self, path: str, *, files: Any = None, csrf: str | None = None, **fields: str) -> Page:
        """Send a form of the page that is open."""
        assert self.page is not None
        token = self.page.csrf() if csrf is None else csrf
        self.page = Page(self.client.post(f"{self.root}{path}", data={"csrf": token, **fields}, files=files))
        return self.page

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


class Sites:
    """The browsers of a test, closed after it."""

    def __init__(self, dmp: Dmp) -> None:
        self.dmp = dmp
        self._opened: list[Browser] = []

    def space(self, person: str = "martin-claire") -> Browser:
        """Return a browser in which somebody is logged in to Mon espace santé."""
        return self._kept(in_space(self.dmp, person))

    def desk(self, persona: str = "titulaire", *, card: bool = False) -> Browser:
        """Return a browser in which a professional is at the Web-PS."""
        return self._kept(at_webps(self.dmp, persona, card=card))

    def stranger(self, door: str) -> Browser:
        """Return a browser in which nobody is logged in."""
        return self._kept(Browser(self.dmp, door))

    def _kept(self, browser: Browser) -> Browser:
        self._opened.append(browser)
        return browser

    def close(self) -> None:
        """Close all of them."""
        for browser in self._opened:
            browser.close()


def in_space(dmp: Dmp, person: str = "martin-claire") -> Browser:
    """Return a browser in which somebody is logged in to Mon espace santé."""
    browser = Browser(dmp, "mes")
    browser.get("/connexion")
    browser.post("/connexion", personne=person)
    return browser


def at_webps(dmp: Dmp, persona: str = "titulaire", *, card: bool = False) -> Browser:
    """Return a browser in which a professional is at the Web-PS, by his card or by the choice of a persona."""
    browser = Browser(dmp, "dmp_web", dmp.issue("cps-auth", persona) if card else None)
    browser.get("/AccesDirect/Parametrages")
    if not card:
        browser.post("/AccesDirect/Connexion", persona=persona)
    return browser


def printed_cda(
    matricule: str, *, dmp: Dmp, printed: str = "", notice: str = PRIVACY_NOTICE, without_ins: bool = False
) -> bytes:
    """Return a level 1 CDA with a readable page, of a type of which no datamatrix is wanted.

    ``printed`` is the matricule of whom the page is about, the patient of the CDA unless given.
    """
    header = replace(HEADER, patient=identity_of(dmp, matricule), id=oid(), code=document_types()["11488-4"])
    shown = identity_of(dmp, printed or matricule)
    page = replace(header, patient=replace(shown, matricule="", oid="") if without_ins else shown)
    return write_n1(header, render_pdf(readable_document(page, SECTIONS, notice=notice)))


def identity_of(dmp: Dmp, matricule: str) -> PatientIdentity:
    """Return a patient of the sheet as the header of a document names him."""
    person = dmp.people.patient(matricule)
    assert person is not None
    return replace(
        VACCINATION_HEADER.patient,
        matricule=matricule,
        oid="1.2.250.1.213.1.4.10",
        birth_name=person.birth_name,
        first_names=person.first_names,
        used_name="",
        used_first_name="",
        sex=person.sex,
        birth_date=person.birth_date,
    )


def fill(dmp: Dmp, patient: str = "") -> None:
    """Feed a few documents that look like those of a life, by the titulaire."""
    matricule = patient or dmp.patient
    own = identity_of(dmp, matricule)
    note = write_vaccination_note(replace(VACCINATION_HEADER, patient=own, id=oid()), VACCINATION)
    for content, title, kind, group, form, at in (
        (_n1(own, "11488-4"), "Consultation de diabétologie", "11488-4", "10", "", "20260312"),
        (_n1(own, "11502-2"), "Hémoglobine glyquée et bilan lipidique", "11502-2", "10", "", "20260505"),
        (_n1(own, "56445-0"), "Bilan partagé de médication", "56445-0", "11", "", "20260618"),
        (note, "Vaccination contre la grippe", "87273-9", "52", _VACCINATION_FORMAT, "20261009"),
    ):
        codes = {"type": [(kind, "2.16.840.1.113883.6.1")], "class": [(group, "1.2.250.1.213.1.1.4.1")]}
        if form:
            codes["format"] = [(form, "1.2.250.1.213.1.1.4.2.282")]
        slots = {"serviceStartTime": f"{at}090000", "creationTime": f"{at}091500"}
        document = Document(content, matricule, codes=codes, slots=slots, title=title)
        reply = dmp.feed(document, vihf=dmp.indirect(patient=matricule))
        assert status_of(reply).endswith("Success"), reply.http.text


SECTIONS = (PdfSection("Observations", ("Glycémie à jeun : 1,32 g/L. HbA1c : 7,1 %.",)),)
_VACCINATION_FORMAT = "urn:asip:ci-sis:vac-note:2021"


def _n1(patient: PatientIdentity, code: str) -> bytes:
    kind = document_types()[code]
    header = replace(HEADER, patient=patient, id=oid(), code=kind, title=kind.label)
    return write_n1(header, render_pdf(readable_document(header, SECTIONS)))
