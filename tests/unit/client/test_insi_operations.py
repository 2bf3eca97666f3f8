"""What to do on 01 and on 02, the carte Vitale, verifications, the trace of each call."""

from __future__ import annotations

import httpx
import pytest
from lxml import etree
from support.insi_scripted import (
    ACTION,
    BAM,
    GATEWAY_FAULT,
    NONE,
    ONE,
    PRODUCT,
    REQUEST,
    SEVERAL,
    SOAP,
    TRAITS,
    WSA,
    Calling,
    Scripted,
)

from lgo_client.clock import Workplace
from lgo_client.insi import Claim, Collected, Deposited, Insi, Matricule, Traits, Verification, VitaleCard
from lgo_client.soap import SoapRefused

# --- resolve: what to do on 01 and on 02 ------------------------------------------------------------------------------

JEAN_LUC = Traits("NESSI", ("JEAN-LUC", "MARC"), "M", "1977-07-14", "63220")


def places(script: Scripted) -> list[str | None]:
    return [etree.fromstring(request.content).findtext(f".//{REQUEST}LieuNaissance") for request in script.requests]


def test_a_person_found_at_once_is_asked_once_without_birth_place(calling: Calling) -> None:
    insi, script = calling(ONE)
    assert insi.resolve(JEAN_LUC).code == "00"
    assert (script.names(), places(script)) == (["JEAN-LUC"], [None])


def test_homonyms_are_told_apart_by_the_other_first_names_then_by_the_birth_place(calling: Calling) -> None:
    insi, script = calling(SEVERAL, SEVERAL, ONE)
    assert insi.resolve(JEAN_LUC).code == "00"
    assert script.names() == ["JEAN-LUC", "JEAN-LUC MARC", "JEAN-LUC MARC"]
    assert places(script) == [None, None, "63220"]


def test_a_composed_first_name_is_respelled_when_nobody_has_it(calling: Calling) -> None:
    insi, script = calling(NONE, NONE, ONE)
    assert insi.resolve(JEAN_LUC).code == "00"
    assert script.names() == ["JEAN-LUC", "JEAN LUC", "JEAN"]


def test_nobody_found_ends_with_the_sequence_of_the_guide(calling: Calling) -> None:
    insi, script = calling(*[NONE] * 5)
    assert insi.resolve(JEAN_LUC).code == "01"
    assert script.names() == ["JEAN-LUC", "JEAN LUC", "JEAN", "MARC", "JEAN-LUC MARC"]


def test_homonyms_found_by_a_respelling_are_told_apart_by_the_birth_place(calling: Calling) -> None:
    insi, script = calling(NONE, SEVERAL, ONE)
    assert insi.resolve(JEAN_LUC).code == "00"
    assert (script.names()[-1], places(script)) == ("JEAN LUC", [None, None, "63220"])


def test_homonyms_stay_several_when_nothing_more_is_known(calling: Calling) -> None:
    insi, script = calling(SEVERAL)
    assert insi.resolve(Traits("NESSI", ("RUTH",), "F", "1977-07-14")).code == "02"
    assert len(script.requests) == 1


def test_nothing_is_resolved_without_first_name(calling: Calling) -> None:
    with pytest.raises(ValueError, match="prénom"):
        calling()[0].resolve(Traits("NESSI", (), "F", "1977-07-14"))


# --- carte Vitale and verification ------------------------------------------------------------------------------------

CARD = VitaleCard("285046311395040", "2014-09-23", "1", scheme="01", insurer="631", centre="0001")
CARD_ACTION = ACTION.replace("AvecTraitsIdentite", "AvecCarteVitale")
CLAIM = Claim(Matricule("109076322083489", "1.2.250.1.213.1.4.8"), TRAITS, "7")
LOT_2 = "http://www.cnamts.fr/INSiLot2/"
CODE = "<CR><CodeCR>{}</CodeCR><LibelleCR>{}</LibelleCR></CR>"


def enveloped(content: str) -> str:
    return f'<s:Envelope xmlns:s="{SOAP[1:-1]}"><s:Body>{content}</s:Body></s:Envelope>'


def test_a_card_is_told_in_the_cover_and_in_the_request(calling: Calling) -> None:
    insi, script = calling(ONE)
    answer = insi.search_card(CARD)
    assert (answer.code, answer.asked.first_names) == ("00", ())
    envelope = etree.fromstring(script.requests[0].content)
    assert script.requests[0].headers["content-type"].endswith(f'action="{CARD_ACTION}"')
    cover = envelope.find(f".//{BAM}COUVERTURE")
    assert cover is not None
    assert [each.text for each in cover.iter() if len(each) == 0] == [
        *("01", "631", "0001"),
        *("2850463113950", "40", "2014-09-23", "1"),
    ]
    (body,) = envelope[1]
    assert [etree.QName(each).localname for each in body] == ["MatriculeOD", "DateNaissance", "RangNaissance"]


def test_a_verification_is_ok_or_ko(calling: Calling) -> None:
    answers = [("00", "Identite verifiee"), ("01", "Identite non verifiee")]
    written = [f'<Resultat xmlns="{LOT_2}REPUnitaire">{CODE.format(*answer)}</Resultat>' for answer in answers]
    insi, script = calling(*map(enveloped, written))
    assert [insi.verify(CLAIM).result for _ in written] == ["OK", "KO"]
    (body,) = etree.fromstring(script.requests[0].content)[1]
    assert body.findtext(".//{*}NumIdentifiant") == "1090763220834"
    assert body.findtext(".//{*}ListePrenom") == "PIERRE-ALAIN MURIEL FLORIANT"


def test_a_verification_without_code_is_refused(calling: Calling) -> None:
    with pytest.raises(ValueError, match="CR"):
        calling(enveloped(f'<Resultat xmlns="{LOT_2}REPUnitaire"/>'))[0].verify(CLAIM)


def test_a_batch_is_deposited_then_collected(calling: Calling) -> None:
    results = f'<Verification ref="7">{CODE.format("01", "x")}</Verification>'
    said = "<NumeroDepot>n1</NumeroDepot>"
    receipt = f"{said}<Nombre>1</Nombre><Disponibilite>2026-01-05T09:00:00Z</Disponibilite>"
    insi, _ = calling(
        enveloped(f'<AccuseDepot xmlns="{LOT_2}REPMasse">{receipt}</AccuseDepot>'),
        enveloped(f'<ResultatMasse xmlns="{LOT_2}REPMasse">{said}<Etat>EN_COURS</Etat></ResultatMasse>'),
        enveloped(f'<ResultatMasse xmlns="{LOT_2}REPMasse">{said}<Etat>TERMINE</Etat>{results}</ResultatMasse>'),
    )
    assert insi.deposit([CLAIM]) == Deposited("n1", 1, "2026-01-05T09:00:00Z")
    assert insi.collect("n1") == Collected("n1", None)
    assert insi.collect("n1") == Collected("n1", (Verification(False, "01", "x", "7"),))
    assert [(trace.mode, trace.label) for trace in insi.traces] == [
        ("dépôt", "1 identités, dépôt n1"),
        ("relève", "en cours"),
        ("relève", "1 résultats"),
    ]


def test_every_call_is_traced_with_its_user_mode_code_and_what_was_found(workplace: Workplace) -> None:
    verified = f'<Resultat xmlns="{LOT_2}REPUnitaire">{CODE.format("01", "Identite non verifiee")}</Resultat>'
    script = Scripted([ONE, SEVERAL, enveloped(verified), GATEWAY_FAULT])
    http = httpx.Client(transport=httpx.MockTransport(script))
    insi = Insi(http, "https://insi.test", PRODUCT, workplace, user="899700090014")
    insi.search(TRAITS)
    insi.search_card(CARD)
    insi.verify(CLAIM)
    with pytest.raises(SoapRefused):
        insi.verify(CLAIM)
    assert [(trace.mode, trace.code) for trace in insi.traces] == [
        ("traits", "00"),
        ("carte Vitale", "02"),
        ("vérification", "KO"),
        ("vérification", "desir_550"),
    ]
    assert {(trace.user, trace.at) for trace in insi.traces} == {("899700090014", "2026-09-14T08:15:30.250Z")}
    sent = [etree.fromstring(request.content).findtext(f".//{WSA}MessageID") for request in script.requests]
    assert [trace.message_id for trace in insi.traces] == sent
    assert insi.traces[0].to_detail() == {
        "date": "2026-09-14T08:15:30.250Z",
        "utilisateur": "899700090014",
        "mode": "traits",
        "code": "00",
        "libelle": "OK",
        "matricule": "109076322083489",
        "oid": "1.2.250.1.213.1.4.8",
    }


def test_an_assertion_goes_into_the_security_block(workplace: Workplace) -> None:
    script = Scripted([NONE])
    http = httpx.Client(transport=httpx.MockTransport(script))
    Insi(http, "https://insi.test", PRODUCT, workplace, assertion=lambda: "<a xmlns='urn:a'/>").search(TRAITS)
    security = etree.fromstring(script.requests[0].content)[0][0]
    assert etree.QName(security).localname == "Security"
    assert [each.tag for each in security] == ["{urn:a}a"]
