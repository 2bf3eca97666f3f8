"""The INSi téléservice from an LGO: search by traits with the organisation certificate, and its re-query strategy.

Source: specs/insi.md §1.2–1.5 (contract, high), §2 (codes), §4 (first names one by one, then together; birth place to
tell homonyms apart). Writes its own SOAP. Knows no state of a local identity (``identity`` does).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import httpx
from lxml import etree

from .clock import Workplace
from .soap import ENVELOPE, WSA, SoapRefused, children_text, element, parse_answer

__all__ = ["Answer", "Found", "Insi", "Matricule", "Product", "Traits"]

ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
REQUEST = "http://www.cnamts.fr/INSiRecSans"
RESULT = "{http://www.cnamts.fr/INSiResultat}"
CTX_LPS = "urn:siram:lps:ctxlps"
CTX_BAM = "urn:siram:bam:ctxbam"


@dataclass(frozen=True, slots=True)
class Product:
    """What an editor's software says of itself: name, version, IDAM number, and the id of this installation."""

    name: str
    version: str
    idam: str
    instance: str
    sender: str


@dataclass(frozen=True, slots=True)
class Traits:
    """The traits of a search; ``birth_place`` (COG) may be empty. Characters of INSi only: A-Z, space, ' and -."""

    birth_name: str
    first_names: tuple[str, ...]
    sex: str
    birth_date: str
    birth_place: str = ""


@dataclass(frozen=True, slots=True)
class Matricule:
    """A matricule with its key and the OID of its nature; dates are ``AAAA-MM-JJ`` or empty."""

    number: str
    oid: str
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The identity that INSi returned: active matricule, history, traits (``first_names`` is the birth list)."""

    active: Matricule
    history: tuple[Matricule, ...]
    birth_name: str
    first_names: str
    sex: str
    birth_date: str
    birth_place: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One search: code ``00`` one identity, ``01`` none, ``02`` several; what was asked; who was found."""

    code: str
    label: str
    asked: Traits
    found: Found | None = None


class Insi:
    """Searches with the certificate that the HTTP client presents. Raises SoapRefused on a fault."""

    def __init__(self, http: httpx.Client, url: str, product: Product, workplace: Workplace) -> None:
        self._http = http
        self._url = f"{url}/lps"
        self._product = product
        self._workplace = workplace
        self.journal: list[Answer] = []
        """Every call and its code (or its fault's), as rules 37 and 39 of the INS guide want them traced."""

    def search(self, traits: Traits) -> Answer:
        """Send one search with the first names as one value, joined by a space."""
        headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'}
        sent = self._http.post(self._url, content=self._request(traits).encode(), headers=headers)
        try:
            answer = _answer(parse_answer(sent.content), traits)
        except SoapRefused as refused:
            self.journal.append(Answer(refused.code, refused.reason, traits))
            raise
        self.journal.append(answer)
        return answer

    def retrieve(self, traits: Traits) -> Answer:
        """Search as the guide asks: each first name alone in order, then all together; stop at 00 or at a fault.

        Raises ValueError without a first name: INSi demands one.
        """
        if not traits.first_names:
            raise ValueError("une recherche INSi demande au moins un prénom")
        answer = Answer("01", "", traits)
        for attempt in _attempts(traits):
            answer = self.search(attempt)
            if answer.code == "00":
                break
        return answer

    def _request(self, traits: Traits) -> str:
        place = element("LieuNaissance", traits.birth_place) if traits.birth_place else ""
        body = (
            element("NomNaissance", traits.birth_name)
            + element("Prenom", " ".join(traits.first_names))
            + element("Sexe", traits.sex)
            + element("DateNaissance", traits.birth_date)
            + place
        )
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Header>'
            f"{self._context_lps()}{self._context_bam()}"
            f'<wsa:Action xmlns:wsa="{WSA}">{ACTION}</wsa:Action>'
            f'<wsa:MessageID xmlns:wsa="{WSA}">uuid:{self._workplace.uuid()}</wsa:MessageID>'
            f'</soap:Header><soap:Body><RECSANSVITALE xmlns="{REQUEST}">{body}</RECSANSVITALE></soap:Body>'
            "</soap:Envelope>"
        )

    def _context_lps(self) -> str:
        product = self._product
        software = (
            element("IDAM", product.idam, {"R": "4"})
            + element("Version", product.version)
            + element("Instance", product.instance)
            + element("Nom", f"urn:lps:{product.name}:{product.version}")
        )
        return (
            f'<ContexteLPS xmlns="{CTX_LPS}" Nature="CTXLPS" Version="01_00">{self._stamp()}'
            f"{element('Emetteur', product.sender)}<LPS>{software}</LPS></ContexteLPS>"
        )

    def _context_bam(self) -> str:
        return (
            f'<ContexteBAM xmlns="{CTX_BAM}" Nature="CTXBAM" Version="01_02">{self._stamp()}'
            f"{element('Emetteur', self._product.sender)}<COUVERTURE/></ContexteBAM>"
        )

    def _stamp(self) -> str:
        return element("Id", self._workplace.uuid()) + element("Temps", self._workplace.instant())


def _attempts(traits: Traits) -> Iterator[Traits]:
    for name in traits.first_names:
        yield replace(traits, first_names=(name,))
    if len(traits.first_names) > 1:
        yield traits


def _answer(result: etree._Element, asked: Traits) -> Answer:
    outcome = result.find(f"{RESULT}CR")
    if outcome is None:
        raise ValueError("la réponse INSi n'a pas d'élément CR")
    codes = children_text(outcome)
    person = result.find(f"{RESULT}INDIVIDU")
    found = _found(person) if person is not None else None
    return Answer(codes.get("CodeCR", ""), codes.get("LibelleCR", ""), asked, found)


def _found(person: etree._Element) -> Found:
    traits = children_text(_child(person, "TIQ"))
    history: Sequence[etree._Element] = person.findall(f"{RESULT}INSHISTO")
    return Found(
        active=_matricule(_child(person, "INSACTIF")),
        history=tuple(_matricule(former) for former in history),
        birth_name=traits.get("NomNaissance", ""),
        first_names=traits.get("ListePrenom") or traits.get("Prenom", ""),
        sex=traits.get("Sexe", ""),
        birth_date=traits.get("DateNaissance", ""),
        birth_place=traits.get("LieuNaissance", ""),
    )


def _matricule(node: etree._Element) -> Matricule:
    number = children_text(_child(node, "IdIndividu"))
    values = children_text(node)
    return Matricule(
        number.get("NumIdentifiant", "") + number.get("Cle", ""),
        values.get("OID", ""),
        values.get("DateDeb", ""),
        values.get("DateFin", ""),
    )


def _child(parent: etree._Element, name: str) -> etree._Element:
    child = parent.find(f"{RESULT}{name}")
    if child is None:
        raise ValueError(f"la réponse INSi n'a pas d'élément {name}")
    return child
