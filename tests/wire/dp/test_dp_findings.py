"""Every check, fired through a socket by a client that breaks its rule and no other; every refusal, explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support.dp_counter import Counter, code_of

from dp_mock.checks import CHECKS
from dp_mock.codes.errors import ERROR_OF_STATUS, ERRORS
from dp_mock.seeds import PENDING
from dp_mock.wire.decoding import decode
from health_documents.identifiers import nir_key

TAHOR, DOLIPRANE, SKENAN = "3400934306815", "3400935955838", "3400933323691"
VAXIGRIP, OZEMPIC, AMOXICILLINE = "3400930306000", "3400930151105", "3400933857042"
OUTSIDE = "3400930000014"
"""A code with a right key that the extract has not."""
NEW, KNOWN, OPPOSED, CLOSED = "fournier-ines", "martin-claire", "moreau-etienne", "roux-gerard"
STRANGER = "1800163001001" + nir_key("1800163001001")
FONTAINE = "1.2.250.1.71.4.2.2|10B0990017"

Breaking = Callable[[Counter], httpx.Response]


def fed(counter: Counter, cip13: str = DOLIPRANE, **members: Any) -> httpx.Response:
    return counter.feed(KNOWN, {"identifiant": "d1", "cip13": cip13, **members})


def looked_and_fed(counter: Counter, cip13: str, lot: str) -> httpx.Response:
    counter.look(cip13, lot)
    return fed(counter, cip13, lot=lot)


def stranger(counter: Counter) -> httpx.Response:
    return counter.identify(NEW, ins={"matricule": STRANGER, "oid": "1.2.250.1.213.1.4.8"})


def told_and_working_on(counter: Counter) -> httpx.Response:
    counter.get("/messages", "voisine")
    return counter.history(KNOWN, "voisine")


def working_on_where_the_software_blocks(counter: Counter) -> httpx.Response:
    counter.option(rappel_bloquant="logiciel")
    return told_and_working_on(counter)


def looked_too_long_ago(counter: Counter) -> httpx.Response:
    counter.look(TAHOR, "T1")
    counter.tenant.move(hours=24, minutes=1)
    return fed(counter, TAHOR, lot="T1")


def looked_elsewhere(counter: Counter) -> httpx.Response:
    counter.look(TAHOR, "T1", "voisine")
    return fed(counter, TAHOR, lot="T1")


def in_the_clear(counter: Counter, **headers: str) -> httpx.Response:
    counter.root = counter.tenant.url("dp", tls=False)
    return counter.ask("GET", counter.of(KNOWN), headers={"X-Structure": FONTAINE, **headers}, client="nu")


BROKEN: list[tuple[str, int, Breaking]] = [
    ("DP-IDENTITE", 422, lambda c: c.identify(NEW, statutIdentite="VALIDEE")),
    ("DP-IDENTITE", 422, lambda c: c.identify(NEW, nomNaissance="FOURNIE")),
    ("DP-IDENTITE", 422, lambda c: c.identify(NEW, dateNaissance="2001-02-15")),
    ("DP-COORDONNEES", 201, lambda c: c.identify(NEW, contact={})),
    ("DP-PATIENT", 201, stranger),
    ("DP-PROFONDEUR", 200, lambda c: c.history(KNOWN, mois="4")),
    ("DP-VACCINS", 200, lambda c: c.get(c.of(KNOWN, "/vaccins"), depuis="2020-01-01")),
    ("DP-IMPRESSION", 200, lambda c: c.get(c.of(KNOWN, "/impression"), contenu="historique")),
    ("DP-UNITES", 422, lambda c: fed(c, SKENAN, deconditionne=True)),
    ("DP-UNITES", 422, lambda c: fed(c, SKENAN, unites=7)),
    ("DP-LOT-RAPPELE", 201, lambda c: looked_and_fed(c, VAXIGRIP, "RAP24V1")),
    ("DP-CONTROLE-LOT", 201, lambda c: fed(c, TAHOR, lot="T1")),
    ("DP-CONTROLE-LOT", 201, looked_too_long_ago),
    ("DP-CONTROLE-LOT", 201, looked_elsewhere),
    ("DP-LOT-ABSENT", 201, lambda c: fed(c, VAXIGRIP)),
    ("DP-RUPTURE", 201, lambda c: fed(c, OZEMPIC)),
    ("DP-CIP13-INCONNU", 201, lambda c: fed(c, OUTSIDE)),
    ("DP-RAPPEL", 423, told_and_working_on),
    ("DP-RAPPEL", 200, working_on_where_the_software_blocks),
    ("DP-DEPANNAGE", 409, lambda c: c.ask("POST", f"/ruptures/{AMOXICILLINE}/depannages", {"boites": 1})),
    ("DP-DEPANNAGE", 404, lambda c: c.ask("POST", f"/ruptures/{TAHOR}/depannages", {"boites": 1})),
    ("DP-FORME", 201, lambda c: fed(c, posologie="1 par jour")),
    ("DP-PORT-CLAIR", 200, in_the_clear),
]


@pytest.mark.parametrize(("check", "status", "breaking"), BROKEN)
def test_a_client_that_breaks_one_rule_is_caught_for_it_alone(
    counter: Counter, check: str, status: int, breaking: Breaking
) -> None:
    assert breaking(counter).status_code == status
    assert counter.broken() == {check}


def test_no_check_is_without_a_client_that_breaks_it() -> None:
    assert {check.id for check in CHECKS} == {check for check, _, _ in BROKEN}


def test_a_recall_that_the_software_could_not_know_is_told_and_not_reproached(counter: Counter) -> None:
    assert code_of(counter.history(KNOWN, "voisine")) == "423 rappel-a-acquitter"
    (finding,) = counter.last().findings
    assert (finding.check_id, finding.severity) == ("DP-REFUS", "information")
    assert code_of(counter.history(KNOWN, "voisine")) == "423 rappel-a-acquitter"
    assert counter.broken() == {"DP-RAPPEL"}


def asked_twice(counter: Counter) -> httpx.Response:
    fed(counter)
    return fed(counter, boites=2)


def after_a_refusal(counter: Counter) -> httpx.Response:
    counter.ask("POST", counter.of(KNOWN, "/refus"), {"portee": "consultation"})
    return counter.history(KNOWN)


REFUSED: list[tuple[str, str, str, Breaking]] = [
    ("400 corps-illisible", "colonne 2", "objet JSON", lambda c: c.ask("POST", "/patients", b"{")),
    ("400 corps-illisible", "[]", "objet JSON", lambda c: c.ask("POST", "/patients", b"[]")),
    ("400 corps-illisible", "corps vide", "objet JSON", lambda c: c.ask("POST", "/patients")),
    ("400 element-invalide", "absent", "un texte", lambda c: c.identify(NEW, nomNaissance=None)),
    ("400 element-invalide", "X", "M, F, I", lambda c: c.identify(NEW, sexe="X")),
    ("400 element-invalide", "5", "un objet", lambda c: c.identify(NEW, contact=5)),
    ("400 element-invalide", "1", "vrai ou faux", lambda c: c.identify(NEW, demandePatient=1)),
    ("400 element-invalide", "absent", "une liste", lambda c: c.ask("POST", c.of(KNOWN, "/dispensations"), {})),
    ("400 element-invalide", '"deux"', "un nombre entier", lambda c: fed(c, boites="deux")),
    ("400 element-invalide", "couleur", "mois", lambda c: c.history(KNOWN, couleur="bleu")),
    ("400 element-invalide", "tout", "historique", lambda c: c.get(c.of(KNOWN, "/impression"), contenu="tout")),
    ("400 date-invalide", "demain", "AAAA-MM-JJ", lambda c: fed(c, date="demain")),
    ("400 date-invalide", "2026-02-30", "AAAA-MM-JJ", lambda c: fed(c, peremption="2026-02-30")),
    ("400 date-invalide", "12:00:00", "passé", lambda c: fed(c, date="2026-01-01T12:00:00")),
    ("401 certificat-absent", "aucun", "org-auth", lambda c: c.ask("GET", c.of(KNOWN), client="nu")),
    ("401 certificat-refuse", "expiré", "non révoqué", lambda c: c.ask("GET", c.of(KNOWN), client="perime")),
    ("401 certificat-refuse", "carte", "organisation", lambda c: c.ask("GET", c.of(KNOWN), client="carte")),
    ("403 structure-refusee", "absent", "1.2.250.1.71.4.2.2", lambda c: in_the_clear(c, **{"X-Structure": ""})),
    (
        "403 structure-refusee",
        "10B0990025",
        FONTAINE,
        lambda c: c.ask("GET", c.of(KNOWN), headers={"X-Structure": "1.2.250.1.71.4.2.2|10B0990025"}),
    ),
    (
        "403 professionnel-inconnu",
        "absent",
        "PS_IdNat",
        lambda c: c.ask("GET", c.of(KNOWN), headers={"X-Professionnel": ""}),
    ),
    ("403 professionnel-inconnu", "radié", "professionnel", lambda c: c.history(KNOWN, "radie")),
    (
        "403 professionnel-inconnu",
        "n'exerce pas à PHARMACIE DES ERABLES",
        "professionnel",
        lambda c: c.ask("GET", c.of(KNOWN), client="officine-voisine"),
    ),
    ("403 profession-non-autorisee", "10 (médecin)", "pharmacien", lambda c: c.get("/messages", "hospitalier")),
    ("403 refus-du-patient", "consultation", "aucun appel", after_a_refusal),
    ("404 dossier-inconnu", "INCONNU", "identité", lambda c: c.history(NEW)),
    (
        "404 dossier-inconnu",
        "INCONNU",
        "identité",
        lambda c: c.ask("POST", c.of(NEW, "/refus"), {"portee": "alimentation"}),
    ),
    ("404 message-inconnu", PENDING, "GET /messages", lambda c: c.ask("POST", f"/messages/{PENDING}/acquittement")),
    ("404 depannage-inconnu", "DEP-0", "numéro", lambda c: c.get("/depannages/DEP-0")),
    ("409 dossier-non-cree", "INFORMATION_EN_COURS", "six semaines", lambda c: c.history("nguyen-minh-anh")),
    ("409 dossier-deja-cree", "CREE", "pas encore créé", lambda c: c.ask("POST", c.of(KNOWN, "/opposition"))),
    ("409 dossier-oppose", "OPPOSE", "demandePatient", lambda c: c.history(OPPOSED)),
    ("409 dossier-clos", "CLOS", "demandePatient", lambda c: c.identify(CLOSED)),
    ("409 dispensation-deja-enregistree", "d1", "neuf", asked_twice),
    (
        "415 type-de-media",
        "text/plain",
        "application/json",
        lambda c: c.ask("POST", "/patients", b"{}", headers={"Content-Type": "text/plain"}),
    ),
    ("422 ins-invalide", "256036330091839", "256036330091838", lambda c: c.get("/patients/256036330091839")),
    (
        "422 ins-invalide",
        "1.2.3",
        "1.2.250.1.213.1.4.8",
        lambda c: c.identify(NEW, ins={"matricule": STRANGER, "oid": "1.2.3"}),
    ),
    ("422 profondeur-refusee", "13", "1 à 12", lambda c: c.history(KNOWN, mois="13")),
    ("422 cip-invalide", "3400935955839", DOLIPRANE, lambda c: fed(c, "3400935955839")),
    ("422 cip-invalide", "absent", "34009", lambda c: c.get("/rappels", lot="L1")),
    ("422 lot-invalide", "A B", "vingt", lambda c: fed(c, lot="A B")),
    ("422 lot-invalide", "absent", "vingt", lambda c: c.get("/rappels", cip13=TAHOR)),
    ("422 quantite-invalide", "0", "1 à 99", lambda c: fed(c, boites=0)),
    ("422 quantite-invalide", "1.5", "nombre entier", lambda c: fed(c, boites=1.5)),
    ("422 quantite-invalide", "10000", "9999", lambda c: fed(c, SKENAN, deconditionne=True, unites=10_000)),
    (
        "422 quantite-invalide",
        "100",
        "1 à 99",
        lambda c: c.ask("POST", f"/ruptures/{OZEMPIC}/depannages", {"boites": 100}),
    ),
]
EXPLAINED = {"ins-non-qualifiee", "identite-differente", "unites-absentes", "rappel-a-acquitter"}
EXPLAINED |= {"produit-sans-rupture", "depannage-non-propose"}
"""What a check explains: see ``BROKEN``."""


@pytest.mark.parametrize(("code", "received", "expected", "breaking"), REFUSED)
def test_a_refusal_says_what_came_and_what_was_expected(
    counter: Counter, code: str, received: str, expected: str, breaking: Breaking
) -> None:
    assert code_of(breaking(counter)) == code
    (finding,) = [one for one in counter.last().findings if one.check_id == "DP-REFUS"]
    assert received in finding.received
    assert expected in finding.expected
    assert finding.where
    assert finding.source.startswith("docs/sources/")


def test_every_refusal_of_the_catalogue_is_tried() -> None:
    tried = {code.split()[1] for code, _, _, _ in REFUSED} | EXPLAINED
    by_the_sandbox = {*ERROR_OF_STATUS.values(), "indisponible", "base-pleine"}
    assert set(ERRORS) == tried | by_the_sandbox


HOSTILE = (
    b"\xff",
    b"null",
    b"[" * 100_000,
    b'{"a":1,"a":2}',
    b'{"dispensations":[null]}',
    b'{"portee":NaN}',
    b'"\\ud800"',
)


@pytest.mark.parametrize("path", ["", "/256036330091838/dispensations", "/256036330091838/refus"])
def test_a_hostile_body_gets_a_refusal_of_the_service(counter: Counter, path: str) -> None:
    for body in HOSTILE:
        assert code_of(counter.ask("POST", f"/patients{path}", body)).startswith("400"), body[:20]


@pytest.mark.parametrize("segment", ["%00", "..%2f", "é", "'%20OR%201=1", "9" * 300])
def test_a_hostile_address_gets_a_refusal_of_the_service(counter: Counter, segment: str) -> None:
    answer = counter.get(f"/patients/{segment}/historique")
    assert code_of(answer) in ("422 ins-invalide", "404 adresse-inconnue")


DECODED: list[tuple[Breaking, str, str]] = [
    (lambda c: c.history(KNOWN), "Matricule INS", "256036330091838"),
    (lambda c: c.history(KNOWN), "État avant", "CREE"),
    (lambda c: c.history(KNOWN), "Professionnel", "899700090014 (profession 21)"),
    (lambda c: c.history(KNOWN), "Structure", "10B0990017"),
    (lambda c: c.ask("DELETE", c.of(KNOWN)), "État après", "CLOS"),
    (lambda c: c.identify(NEW), "État après", "INFORMATION_EN_COURS"),
    (lambda c: c.ask("POST", c.of(KNOWN, "/refus"), {"portee": "consultation"}), "Portée du refus", "consultation"),
    (lambda c: c.look(VAXIGRIP, "RAP24V1"), "Lot", f"{VAXIGRIP}, RAP24V1 : rappelé"),
    (lambda c: c.get("/ruptures"), "Rupture", "tous : signalée"),
    (lambda c: c.ask("POST", "/patients", b"{"), "Corps", "{"),
]


@pytest.mark.parametrize(("asking", "label", "text"), DECODED)
def test_an_exchange_is_decoded_for_people(counter: Counter, asking: Breaking, label: str, text: str) -> None:
    asking(counter)
    decoded = decode(counter.last())
    assert (label, text) in decoded.request
    assert decoded.summary
