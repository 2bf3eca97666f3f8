"""No refusal of INSi leaves the door without its explanation: what was received, what was expected, what to change."""

from __future__ import annotations

import ast
import gzip
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree
from support.insi_door import CONTENT_TYPE, Door, Doors
from support.insi_requests import (
    REQUEST,
    asking,
    assertion,
    changed,
    collecting,
    depositing,
    signed,
    with_block,
    with_security,
)

from health_documents.identifiers import OID_INS_NIR
from insi_mock import handlers, lookup
from insi_mock.codes import CERTIFICATE_ERRORS, CERTIFICATE_WORDS, ERRORS, FAMILY_WORDS, SIGNATURE_WORDS
from insi_mock.domain import CardRequest, Claim, Traits
from insi_mock.service import SERVICE
from insi_mock.wire import BY_TRAITS
from lgo_sandbox.pki import Family, Judgement
from lgo_sandbox.tenant.faults import Fault, FaultKind
from lgo_sandbox.watch.refusals import Refused
from lgo_sandbox.wire.signature import SignatureProblem

TOUSSAINT = Traits("ADRTROIS", "TOUSSAINT", "M", "1960-01-01")
MATRICULE = "160012B02077713"
CLAIM = Claim(MATRICULE, OID_INS_NIR, replace(TOUSSAINT, birth_place="2B020"))
CARD = CardRequest(holder=MATRICULE, birth_date="1960-01-01", rank="1")
PHARMACIST, OTHER = "899700090014", "899700090022"
SOAP_11, SOAP_12 = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
OLD_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
SANS = "http://www.cnamts.fr/INSiRecSans"


@dataclass(frozen=True)
class Case:
    """A refused request: the code that answers, how it is provoked, what the one finding must hold."""

    code: str
    play: Callable[[Door], httpx.Response]
    received: str
    expected: str
    remedy: str
    status: int = 500
    check: str = "INSI-REFUS"


def ask(asked: object, *changes: tuple[str, str], **how: Any) -> Callable[[Door], httpx.Response]:
    return lambda door: door.send(asked, *changes, **how)  # type: ignore[arg-type]


def call(method: str, path: str, body: bytes = b"") -> Callable[[Door], httpx.Response]:
    return lambda door: door.call(method, path, body, headers={"content-type": CONTENT_TYPE})


def with_certificate(kind: str, who: str = "officine", variant: str = "good") -> Callable[[Door], httpx.Response]:
    return lambda door: door.send(TOUSSAINT, certificate=door.doors.certificate(kind, who, variant))


def named(common_name: str) -> Callable[[Door], httpx.Response]:
    return lambda door: door.send(TOUSSAINT, certificate=door.doors.named(common_name))


def presenting(text: str, kind: str = "", who: str = "titulaire", asked: str = REQUEST) -> Callable[..., Any]:
    def play(door: Door) -> httpx.Response:
        content = signed(text, door.doors.certificate(kind, who)) if kind else text
        return door.send(with_security(asked, content), certificate=None)

    return play


def tampered(door: Door) -> httpx.Response:
    text = signed(assertion(PHARMACIST), door.doors.certificate("cps-sign", "titulaire"))
    return door.send(with_security(REQUEST, changed(text, (f"CN={PHARMACIST}", "CN=X"))), certificate=None)


def with_option(name: str, value: str, play: Callable[[Door], httpx.Response]) -> Callable[[Door], httpx.Response]:
    def optioned(door: Door) -> httpx.Response:
        door.tenant.option(**{f"insi__{name}": value})
        return play(door)

    return optioned


def action(value: str) -> dict[str, str]:
    return {"content-type": f'{CONTENT_TYPE}; action="{value}"'}


def vitale(number: str, age: timedelta = timedelta()) -> Callable[[Door], httpx.Response]:
    text = assertion(number, qualifier="VITALE", age=age)
    return with_option("vitale_assertion", "checked", lambda door: door.send(with_security(asking(CARD), text)))


OLD = timedelta(minutes=90)
MALFORMED = [
    Case("desir_simule_enveloppe", ask(b""), "corps vide", "enveloppe SOAP 1.2", "dans le corps de la requête POST"),
    Case(
        "desir_simule_enveloppe",
        ask(gzip.compress(REQUEST.encode()), headers={"content-encoding": "gzip"}),
        "corps compressé (Content-Encoding: gzip)",
        "enveloppe SOAP 1.2",
        "retirez l'en-tête Content-Encoding",
    ),
    Case(
        "desir_simule_enveloppe",
        ask(gzip.compress(REQUEST.encode())),
        "gzip, non annoncé",
        "enveloppe SOAP 1.2",
        "le corps sans compression",
    ),
    Case(
        "desir_simule_enveloppe",
        ask(b"--a\r\n\r\n--a--", headers={"content-type": "multipart/related; boundary=a"}),
        "multipart/related",
        "enveloppe SOAP 1.2",
        "application/soap+xml",
    ),
    Case(
        "desir_simule_enveloppe",
        ask(f"<!DOCTYPE a>{REQUEST}"),
        "DOCTYPE",
        "enveloppe SOAP 1.2",
        "Retirez la déclaration",
    ),
    Case("desir_simule_enveloppe", ask(b"{}"), "XML mal formé", "enveloppe SOAP 1.2", "XML bien formé"),
    Case("desir_simule_enveloppe", ask(b"<a/>"), "la racine a", "enveloppe SOAP 1.2", f'xmlns="{SOAP_12}"'),
    Case("desir_simule_enveloppe", ask(b"<?xml version='1.0' encoding='UTF-7'?><a/>"), "UTF-7", "SOAP 1.2", "UTF-8"),
    Case(
        "desir_simule_enveloppe",
        ask(TOUSSAINT, ("</soap:Body>", "<a/></soap:Body>")),
        "plusieurs éléments",
        "enveloppe SOAP 1.2",
        "un seul élément dans Body",
    ),
    Case(
        "desir_simule_enveloppe",
        ask(REQUEST, ("soap:Body", "soap:body")),
        f"body dans l'espace de noms « {SOAP_12} »",
        "enveloppe SOAP 1.2",
        "Écrivez Header, puis Body",
    ),
    Case(
        "desir_simule_enveloppe",
        ask(REQUEST, ("<soap:Body>", f'<o:Body xmlns:o="{SOAP_11}">'), ("</soap:Body>", "</o:Body>")),
        f"Body dans l'espace de noms « {SOAP_11} »",
        "enveloppe SOAP 1.2",
        f"l'espace de noms « {SOAP_12} »",
    ),
    Case(
        "desir_simule_enveloppe",
        ask(b"<a", headers={"content-encoding": "gzip"}),
        "XML mal formé",
        "enveloppe SOAP 1.2",
        "XML bien formé",
    ),
    Case(
        "insi_19",
        ask(REQUEST, (f'<RECSANSVITALE xmlns="{SANS}">', f'<r:RECSANSVITALE xmlns:r="{SANS}">'), ("</REC", "</r:REC")),
        "NomNaissance dans aucun espace de noms",
        "NomNaissance",
        f'Déclarez xmlns="{SANS}" sur RECSANSVITALE, ou sur chacun de ses éléments.',
        check="INSI-TRAITS-OBLIGATOIRES",
    ),
    Case("desir_simule_enveloppe", ask(f"<s:Envelope xmlns:s='{SOAP_12}'/>"), "Body", "SOAP 1.2", "un Header au plus"),
    Case("desir_simule_version", ask(TOUSSAINT, (SOAP_12, SOAP_11)), SOAP_11, SOAP_12, f"« {SOAP_12} » à la place"),
    Case("desir_simule_version", ask(TOUSSAINT, (SOAP_12, "urn:x")), "« urn:x »", SOAP_12, "à la place de « urn:x »"),
    Case(
        "desir_simule_en_tete",
        ask(with_block(REQUEST, '<x:Routage xmlns:x="urn:x" soap:mustUnderstand="1"/>')),
        "Routage dans l'espace de noms « urn:x »",
        "blocs du contrat",
        "mustUnderstand du bloc Routage",
    ),
    Case(
        "desir_simule_en_tete",
        ask(with_block(REQUEST, f'<a:To xmlns:a="{OLD_ADDRESSING}" soap:mustUnderstand="1">x</a:To>')),
        OLD_ADDRESSING,
        "blocs du contrat",
        f"To dans l'espace de noms « {ADDRESSING} »",
    ),
    Case(
        "desir_simule_action",
        ask(TOUSSAINT, headers=action("urn:autre")),
        "urn:autre",
        BY_TRAITS.action,
        f"Envoyez « {BY_TRAITS.action} » (paramètre action du Content-Type)",
    ),
    Case(
        "desir_simule_action",
        ask(TOUSSAINT, (":1.0.0:recherche", ":1.0.1:recherche")),
        ":1.0.1:",
        BY_TRAITS.action,
        f"Envoyez « {BY_TRAITS.action} » (wsa:Action)",
    ),
    Case(
        "desir_simule_action", ask(TOUSSAINT, (f' xmlns="{SANS}"', "")), "aucun espace de noms", SANS, f'xmlns="{SANS}"'
    ),
    Case("desir_simule_action", ask(REQUEST, ("RECSANSVITALE", "Recherche")), "Recherche", SANS, "par RECSANSVITALE"),
    Case(
        "desir_simule_action",
        ask(re.sub("<RECSANS.*</RECSANSVITALE>", "", REQUEST)),
        "Body vide",
        SANS,
        "Mettez dans Body l'élément RECSANSVITALE",
    ),
    Case("desir_simule_contexte", ask(REQUEST, ("ContexteLPS", "Contexte")), "absent", "urn:siram:lps", "ContexteLPS"),
    Case(
        "desir_simule_contexte",
        ask(REQUEST, ("urn:siram:lps:ctxlps", "urn:siram:lps")),
        "ContexteLPS dans l'espace de noms « urn:siram:lps »",
        "urn:siram:lps:ctxlps",
        "« urn:siram:lps:ctxlps »",
    ),
    Case(
        "desir_simule_contexte",
        ask(REQUEST, ("<ctxbam:COUVERTURE/>", "<Couverture/>")),
        "Couverture dans aucun espace de noms",
        "COUVERTURE",
        "« urn:siram:bam:ctxbam »",
    ),
    Case("desir_550", ask(REQUEST, ("LGOSANDBOX01", "ABC123DEF45")), "ABC123DEF45", "douze", "LGOSANDBOX01"),
    Case("desir_550", ask(REQUEST, ("LGOSANDBOX01", "")), "absent", "douze", "LGOSANDBOX01 dans ContexteLPS/LPS/IDAM"),
    Case("desir_550", ask(REQUEST, ("LGOSANDBOX01", "REFUS0000001")), "REFUS0000001", "REFUS", "LGOSANDBOX01"),
    Case(
        "desir_550", ask(REQUEST, ("LGOSANDBOX01", "LGOSANDBOX01 ")), "des espaces", "douze", "Envoyez « LGOSANDBOX01 »"
    ),
    Case("desir_550", ask(REQUEST, ("LGOSANDBOX01", "ABC123DEF4567")), "ABC123DEF4567", "et non 13", "LGOSANDBOX01"),
    Case("desir_550", ask(REQUEST, ("LGOSANDBOX01", "A1")), "A1", "l'option insi.any_idam à « free »", "LGOSANDBOX01"),
    Case(
        "desir_550",
        ask(REQUEST, ('<ctxlps:IDAM R="4">', '<IDAM R="4">'), ("</ctxlps:IDAM>", "</IDAM>")),
        "IDAM dans aucun espace de noms",
        "douze",
        'xmlns="urn:siram:lps:ctxlps" sur LPS, ou sur chacun',
    ),
    Case("desir_550", ask(REQUEST, ("ctxlps:LPS>", "ctxlps:Lps>")), "Lps", "douze", "LPS, à la place de Lps"),
    Case(
        "desir_550",
        with_option("any_idam", "no", ask(REQUEST, ("LGOSANDBOX01", "ABC123DEF456"))),
        "ABC123DEF456",
        "LGOSANDBOX01",
        "Envoyez LGOSANDBOX01",
    ),
]

CALLERS = [
    Case("desir_560", named("insi-auto"), "CN « insi-auto »", "INSI-AUTO", "le CN est INSI-AUTO"),
    Case("desir_560", with_certificate("psc-client"), "certificat", "authentification d'organisation", "org-auth"),
    Case("desir_560", with_certificate("cps-auth", "titulaire"), "professionnel", "d'organisation", "org-auth"),
    Case(
        "desir_simule_certificat_expire",
        with_certificate("org-auth", variant="expired"),
        "expiré le",
        "encore valide",
        "org-auth",
    ),
    Case(
        "desir_simule_certificat_futur",
        with_certificate("org-auth", variant="not-yet-valid"),
        "valide à partir du",
        "déjà valide",
        "org-auth",
    ),
    Case(
        "desir_simule_certificat_revoque",
        with_certificate("org-auth", variant="revoked"),
        "révoqué",
        "liste de révocation",
        "org-auth",
    ),
    Case(
        "desir_simule_certificat_autorite",
        with_certificate("org-auth", variant="wrongca"),
        "signé par",
        "autorité du bac à sable",
        "org-auth",
    ),
    Case("desir_simule_certificat_absent", ask(TOUSSAINT, certificate=None), "ni certificat", "INSI-AUTO", "org-auth"),
    Case("desir_simule_assertion", presenting(assertion(PHARMACIST)), "sans signature", "signature", "Signez"),
    Case("desir_simule_assertion", tampered, "changé après la signature", "assertion entière", "telle que signée"),
    Case(
        "desir_simule_assertion",
        presenting(assertion(PHARMACIST), "cps-auth"),
        "authentification de professionnel",
        "signature de professionnel",
        "cps-…-sign",
    ),
    Case(
        "desir_simule_assertion",
        presenting(assertion(OTHER), "cps-sign"),
        f"NameID « {OTHER} »",
        PHARMACIST,
        f"Envoyez « {PHARMACIST} »",
    ),
    Case("desir_simule_assertion", presenting(assertion(PHARMACIST, age=OLD), "cps-sign"), ":", "60", "60 minutes"),
    Case(
        "desir_simule_assertion",
        presenting(assertion(PHARMACIST).replace(' ID="_a1"', "")),
        "n'a pas d'ID",
        "SAML 2.0",
        "un ID",
    ),
    Case("desir_simule_psc", presenting(assertion("1", qualifier="PSC")), "NameID « 1 »", "identifiant", "connecté"),
    Case(
        "desir_simule_psc",
        with_option("psc", "refused", presenting(assertion(PHARMACIST, qualifier="PSC"))),
        "insi.psc",
        "certificat d'organisation",
        "« accepted »",
    ),
    Case("desir_simule_psc", presenting(assertion(PHARMACIST, qualifier="PSC", age=OLD)), ":", "60", "60 minutes"),
    Case(
        "desir_simule_vitale",
        with_option("vitale_assertion", "required", ask(CARD)),
        "aucune assertion",
        "VITALE",
        f"NameID « {MATRICULE} »",
    ),
    Case("desir_simule_vitale", vitale("276076322091669"), "276076322091669", MATRICULE, f"Envoyez « {MATRICULE} »"),
    Case("desir_simule_vitale", vitale(MATRICULE, OLD), ":", "20", "20 minutes"),
]


def trait(code: str, check: str, remedy: str, received: str = "", expected: str = "", **change: str) -> Case:
    (value,) = change.values()
    return Case(code, ask(replace(TOUSSAINT, **change)), received or value, expected, remedy, check=check)


def card(code: str, remedy: str, **change: str) -> Case:
    (value,) = change.values()
    return Case(code, ask(replace(CARD, **change)), value or "absent", "", remedy, check="INSI-VITALE")


ASKED = [
    trait("insi_19", "INSI-TRAITS-OBLIGATOIRES", "Renseignez NomNaissance", "NomNaissance absent", birth_name=""),
    Case(
        "insi_19",
        ask(REQUEST, ("<NomNaissance>", '<NomNaissance xmlns="">')),
        "NomNaissance dans aucun espace de noms",
        "NomNaissance",
        f'xmlns="{SANS}"',
        check="INSI-TRAITS-OBLIGATOIRES",
    ),
    Case(
        "insi_19",
        ask(REQUEST, ("NomNaissance>", "nomNaissance>")),
        "nomNaissance",
        "NomNaissance",
        "l'élément NomNaissance, à la place de nomNaissance",
        check="INSI-TRAITS-OBLIGATOIRES",
    ),
    trait("insi_24", "INSI-TRAITS-OBLIGATOIRES", "Renseignez Sexe : M ou F", "Sexe absent", sex=""),
    trait("insi_24", "INSI-SEXE", "Envoyez M ou F dans Sexe.", expected="M ou F", sex="X"),
    trait("insi_simule_nom_naissance", "INSI-TRAITS", "« LEFEVRE » dans NomNaissance", birth_name="LEFÈVRE"),
    trait("insi_simule_nom_naissance", "INSI-TRAITS", "« D'AEION » dans NomNaissance", birth_name="D’ÆION"),
    trait("insi_simule_prenom", "INSI-TRAITS", "« JEAN-PAUL » dans Prenom", first_names="JEAN--PAUL"),
    trait("insi_simule_prenom", "INSI-TRAITS-OBLIGATOIRES", "Renseignez Prenom", "Prenom absent", first_names=""),
    trait("insi_simule_date_naissance", "INSI-DATE", "« 1960-01-31 » dans DateNaissance", birth_date="31/01/1960"),
    trait("insi_simule_date_naissance", "INSI-DATE", "AAAA-MM-JJ", birth_date="hier"),
    trait("insi_simule_lieu_naissance", "INSI-LIEU", "code COG de la commune", birth_place="VICHY"),
    trait("insi_simule_lieu_naissance", "INSI-LIEU", "« 2A004 » dans LieuNaissance", birth_place="2a004"),
    card("insi_simule_matricule", "Renseignez MatriculeOD", holder=""),
    card("insi_simule_matricule", "« 160012B020777 » dans NumIdentifiant et « 13 » dans Cle", holder=MATRICULE.lower()),
    card("insi_simule_matricule", "« 160012B020777 » dans NumIdentifiant et « 13 » dans Cle", holder=f"{MATRICULE}13"),
    card("insi_simule_rang", "chiffre de 1 à 9, dans RangNaissance", rank="0"),
    card("insi_simule_date_naissance", "« 1960-01-01 » dans DateNaissance", birth_date="01/01/1960"),
    Case(
        "insi_simule_verification",
        ask(replace(CLAIM, oid="")),
        "absent",
        "INSFourni/OID",
        "Renseignez INSFourni/OID",
        check="INSI-VERIFICATION",
    ),
    Case(
        "insi_simule_verification",
        ask(CLAIM, ("IndividuVerifie", "Individu")),
        "Individu",
        "IndividuVerifie",
        "Mettez dans Requete un élément IndividuVerifie",
        check="INSI-VERIFICATION",
    ),
    Case("insi_simule_lot", ask(depositing()), "0 éléments", "de 1 à 1000", "de 1 à 1000 éléments IndividuVerifie"),
    Case("insi_simule_depot", ask(collecting("x")), "x", "rendu par un dépôt", "NumeroDepot"),
]

PANNE, ADDRESS = "SANDBOX-PANNE", "desir_simule_adresse"


def outage(code: str, cause: str, asked: object) -> Case:
    name = f"INSI-PANNE-{cause}"
    return Case(code, ask(asked), name, "panne", "d'une autre personne", check=PANNE)


AROUND = [
    outage("insi_102", "TECHNIQUE", Traits("INSI-PANNE-TECHNIQUE", "ALEX", "F", "1980-01-01")),
    outage("insi_111", "TELESERVICES", Traits("INSI-PANNE-TELESERVICES", "ALEX", "F", "1980-01-01")),
    outage("desir_1020", "PASSERELLE", Traits("INSI-PANNE-PASSERELLE", "ALEX", "F", "1980-01-01")),
    outage("insi_101", "TECHNIQUE", replace(CARD, birth_name="INSI-PANNE-TECHNIQUE")),
    outage("insi_102", "TECHNIQUE", replace(CLAIM, traits=replace(TOUSSAINT, birth_name="INSI-PANNE-TECHNIQUE"))),
    Case(
        "insi_102",
        with_option("not_found", "failure", ask(replace(TOUSSAINT, birth_name="PERSONNE"))),
        "personne introuvable",
        "panne",
        "insi.not_found à « 01 »",
        check=PANNE,
    ),
    Case(ADDRESS, call("POST", "/LPS", b"x"), "/LPS", "/lps", "« /LPS » par « /lps »", 404, "SANDBOX-CHEMIN"),
    Case(ADDRESS, call("POST", "/lps/", b"x"), "/lps/", "/lps", "« /lps/ » par « /lps »", 404, "SANDBOX-CHEMIN"),
    Case(ADDRESS, call("POST", "/", b"x"), "/", "/lps", "« / » par « /lps »", 404, "SANDBOX-CHEMIN"),
    Case(ADDRESS, call("GET", "/lps"), "GET /lps", "POST /lps", "POST /lps", 405, "SANDBOX-METHODE"),
    Case(ADDRESS, call("PUT", "/lps", b"x"), "PUT /lps", "POST /lps", "POST /lps", 405, "SANDBOX-METHODE"),
    Case(
        "desir_simule_taille",
        ask(b" " * (SERVICE.max_body + 1)),
        "plus de",
        "octets au plus",
        "Réduisez",
        413,
        "SANDBOX-CORPS-TROP-LONG",
    ),
]
CASES = [*MALFORMED, *CALLERS, *ASKED, *AROUND]
ELSEWHERE = {
    "insi_simule_plein",
    "desir_simule_interne",
    "desir_simule_jeton",
    "desir_simule_session",
    "desir_simule_stockage",
}
"""Codes with a test of their own: below, in ``test_insi_stores`` (stores), in ``tests/wire/api`` (API tokens)."""

ENGLISH = re.compile(r"\b(?:the|not|expected|invalid|error|found|wrong|missing|line|column|tag|start)\b", re.I)
SLUG = re.compile(r"\b(?:[a-z]+_[a-z_]+|[a-z]+-(?:auth|sign)(?<!org-auth)(?<!cps-auth))\b")


def code_of(response: httpx.Response) -> str:
    root = etree.fromstring(response.content)
    found = str(root.xpath("string(//*[local-name()='Erreur']/@code)"))
    told = str(root.xpath("string(//*[local-name()='Text'] | //faultstring)"))
    return found or next(error.code for error in ERRORS.values() if error.label == told)


def explained(door: Door, case: Case, response: httpx.Response) -> None:
    assert (response.status_code, code_of(response)) == (case.status, case.code)
    (finding,) = door.findings()
    assert finding.check_id == case.check
    assert case.received in finding.received
    assert case.expected in finding.expected
    assert case.remedy in finding.remedy
    assert finding.source.startswith("docs/sources/")
    for text in (finding.received, finding.expected, finding.remedy, finding.message, finding.title):
        prose = re.sub(r"« .*? »|\"[^\"]*\"|https?://\S+|option insi\.\w+", "", text).replace(case.code, "")
        assert not ENGLISH.search(prose), text
        assert not SLUG.search(prose), text
        assert "('" not in text
    assert "99999" not in finding.remedy
    assert finding.where or finding.check_id.startswith("SANDBOX-")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.received[:20]}")
def test_a_refusal_says_what_was_received_what_was_expected_and_what_to_change(door: Door, case: Case) -> None:
    explained(door, case, case.play(door))


def test_an_older_addressing_namespace_is_named(door: Door) -> None:
    door.send(TOUSSAINT, (ADDRESSING, OLD_ADDRESSING))
    findings = {finding.check_id: finding for finding in door.findings()}
    assert findings.keys() == {"INSI-MESSAGE-ID", "INSI-ACTION"}
    assert all(OLD_ADDRESSING in one.received and f"« {ADDRESSING} »" in one.remedy for one in findings.values())


def test_a_number_of_any_length_is_taken_by_option(door: Door) -> None:
    door.tenant.option(insi__any_idam="free")
    assert door.send(REQUEST, ("LGOSANDBOX01", "A1")).status_code == 200
    assert code_of(door.send(REQUEST, ("LGOSANDBOX01", "REFUS"))) == "desir_550"


def test_a_certificate_that_cannot_authenticate_a_client_is_a_fault_with_its_remedy(door: Door) -> None:
    answer = door.send(TOUSSAINT, certificate="org-sign")
    assert (answer.status_code, code_of(answer)) == (500, "desir_560")
    assert ' messageID="uuid:' in answer.text
    (finding,) = door.findings()
    assert finding.check_id == "SANDBOX-CERTIFICAT-CLIENT"
    assert "certificat de signature" in finding.received
    assert "clientAuth" in finding.expected
    assert "« …-auth »" in finding.remedy


def test_a_full_session_refuses_one_more_deposit(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "MAX_DEPOSITS", 0)
    case = Case("insi_simule_plein", ask(depositing(CLAIM)), "dépôts", "moins de", "Réinitialisez la session")
    explained(door, case, case.play(door))


def test_a_defect_is_ours(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("défaut")

    monkeypatch.setattr(lookup, "candidates", broken)
    case = Case("desir_simule_interne", ask(TOUSSAINT), "POST", "réponse", "signalez", check="SANDBOX-DEFAUT")
    explained(door, case, case.play(door))


def test_an_unknown_session_is_told_in_soap(doors: Doors) -> None:
    url = f"{doors.runner.launcher.sandbox.addresses.plain['insi']}/s/absente/lps"
    assert code_of(doors.client(None).post(url, content=REQUEST.encode())) == "desir_simule_session"


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_an_armed_fault_is_told_as_such(door: Door, code: str) -> None:
    door.tenant.do(lambda session: session.faults.arm(Fault("f1", "insi", FaultKind.NAMED, code)))
    case = Case(code, ask(TOUSSAINT), f"panne f1 : panne du service : {code}", "voulue", "Désarmez", check=PANNE)
    explained(door, case, case.play(door))


def test_a_fault_of_the_whole_service_strikes_an_unreadable_request_too(door: Door) -> None:
    door.tenant.do(lambda session: session.faults.arm(Fault("f1", "insi", FaultKind.NAMED, "insi_111")))
    case = Case("insi_111", ask(b"{}"), "panne f1", "voulue", "Désarmez", check=PANNE)
    explained(door, case, case.play(door))


# --- nothing is forgotten ---------------------------------------------------------------------------------------------


def test_every_code_has_its_case() -> None:
    assert {case.code for case in CASES} | ELSEWHERE == ERRORS.keys()


def test_the_words_for_people_cover_every_name_of_the_toolkits() -> None:
    assert SIGNATURE_WORDS.keys() == {problem.value for problem in SignatureProblem}
    assert CERTIFICATE_WORDS.keys() == CERTIFICATE_ERRORS.keys() == {one.value for one in Judgement if one != "ok"}
    assert FAMILY_WORDS.keys() == {family.value for family in Family}


WITH_PSC = "tokens.py"
"""What refuses API tokens: tests/wire/api."""
RAISING = {"Refused", "WrongVersion", "NotUnderstood"}


def sites() -> Iterator[tuple[str, int]]:
    """Yield where the service makes a refusal: file and first line of the call."""
    folder = Path(handlers.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISING:
                yield str(path.relative_to(folder)), node.lineno


def test_every_place_that_refuses_is_reached(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    reached: set[tuple[str, int]] = set()
    made = Refused.__init__

    def noted(self: Refused, *args: Any, **kwargs: Any) -> None:
        frame = sys._getframe(1)
        while frame.f_code.co_name == "__init__" and frame.f_back is not None:
            frame = frame.f_back
        reached.add((str(Path(frame.f_code.co_filename).name), frame.f_lineno))
        made(self, *args, **kwargs)

    monkeypatch.setattr(Refused, "__init__", noted)
    for case in CASES:
        case.play(doors.door())
    monkeypatch.setattr(handlers, "MAX_DEPOSITS", 0)
    doors.door().send(depositing(CLAIM))
    here = [site for site in sites() if site[0] != WITH_PSC]
    assert [site for site in here if (Path(site[0]).name, site[1]) not in reached] == []
