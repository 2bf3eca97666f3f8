"""Searches at INSi: the request, what is read from each answer, one call for each first name."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from lxml import etree
from support.insi_scripted import (
    ACTION,
    APPLICATION_FAULT,
    BAM,
    FORMER,
    G3,
    GATEWAY_FAULT,
    LPS,
    NONE,
    ONE,
    PERSON,
    PRODUCT,
    REQUEST,
    SEVERAL,
    SOAP,
    TRAITS,
    WSA,
    Calling,
    tags,
)

from lgo_client.insi import Matricule, Traits
from lgo_client.soap import SoapRefused


def sent(calling: Calling, traits: Traits = TRAITS) -> etree._Element:
    insi, script = calling(NONE)
    insi.search(traits)
    return etree.fromstring(script.requests[0].content)


def test_the_request_goes_to_lps_with_its_action_quoted(calling: Calling) -> None:
    insi, script = calling(NONE)
    insi.search(TRAITS)
    (request,) = script.requests
    assert (request.method, str(request.url)) == ("POST", "https://insi.test/s/essai/lps")
    assert request.headers["content-type"] == f'application/soap+xml; charset=utf-8; action="{ACTION}"'


def test_the_envelope_has_the_blocks_of_the_contract_in_their_namespaces(calling: Calling) -> None:
    envelope = sent(calling)
    assert tags(envelope) == [f"{SOAP}Header", f"{SOAP}Body"]
    assert tags(envelope[0]) == [f"{LPS}ContexteLPS", f"{BAM}ContexteBAM", f"{WSA}Action", f"{WSA}MessageID"]
    assert envelope.findtext(f"{SOAP}Header/{WSA}Action") == ACTION
    assert re.fullmatch(r"uuid:[0-9a-f-]{36}", envelope.findtext(f"{SOAP}Header/{WSA}MessageID", ""))


def test_the_software_context_has_its_members_in_the_order_of_the_schema(calling: Calling) -> None:
    context = sent(calling)[0][0]
    assert dict(context.attrib) == {"Nature": "CTXLPS", "Version": "01_00"}
    assert tags(context) == [f"{LPS}{name}" for name in ("Id", "Temps", "Emetteur", "LPS")]
    assert tags(context[3]) == [f"{LPS}{name}" for name in ("IDAM", "Version", "Instance", "Nom")]
    assert [child.text for child in context[3]] == ["ANAO12345678", "1.2", PRODUCT.instance, "urn:lps:LGO & CIE:1.2"]
    assert context[3][0].get("R") == "4"
    assert context[2].text == "10B0990017"


def test_the_insurance_context_has_an_empty_cover(calling: Calling) -> None:
    context = sent(calling)[0][1]
    assert dict(context.attrib) == {"Nature": "CTXBAM", "Version": "01_02"}
    assert tags(context) == [f"{BAM}{name}" for name in ("Id", "Temps", "Emetteur", "COUVERTURE")]
    assert (len(context[3]), context[3].text) == (0, None)


def test_each_block_has_its_own_id_and_the_time_in_utc(calling: Calling) -> None:
    envelope = sent(calling)
    blocks = envelope[0][:2]
    assert len({block[0].text for block in blocks}) == 2
    assert {block[1].text for block in blocks} == {"2026-09-14T08:15:30.250Z"}
    assert datetime.fromisoformat(str(blocks[0][1].text)).utcoffset() is not None


def test_the_traits_are_in_the_order_of_the_schema_with_one_first_name_element(calling: Calling) -> None:
    (body,) = sent(calling)[1]
    assert body.tag == f"{REQUEST}RECSANSVITALE"
    assert [(child.tag, child.text) for child in body] == [
        (f"{REQUEST}NomNaissance", "D'ARTAGNAN DE L'HERAULT"),
        (f"{REQUEST}Prenom", "PIERRE-ALAIN MURIEL FLORIANT"),
        (f"{REQUEST}Sexe", "M"),
        (f"{REQUEST}DateNaissance", "2001-06-17"),
        (f"{REQUEST}LieuNaissance", "63220"),
    ]


def test_an_unknown_birth_place_is_not_sent(calling: Calling) -> None:
    (body,) = sent(calling, Traits("NESSI", ("RUTH",), "F", "1977-07-14"))[1]
    assert tags(body)[-1] == f"{REQUEST}DateNaissance"


def test_code_00_gives_the_matricule_with_its_key_and_the_strict_traits(calling: Calling) -> None:
    answer = calling(ONE)[0].search(TRAITS)
    assert (answer.code, answer.label, answer.asked) == ("00", "OK", TRAITS)
    assert answer.found is not None
    assert answer.found.active == Matricule("109076322083489", "1.2.250.1.213.1.4.8")
    assert answer.found.history == ()
    found = answer.found
    assert (found.birth_name, found.first_names) == ("ECETINSI", "PIERRE-ALAIN MURIEL FLORIANT")
    assert (found.sex, found.birth_date, found.birth_place) == ("M", "2009-07-14", "63220")


def test_the_history_is_kept_as_it_was_returned(calling: Calling) -> None:
    former = FORMER.format(number="2090763220834", key="39") + FORMER.format(number="2090663220123", key="55")
    answer = calling(G3.format(code="00", label="OK", person=PERSON.format(history=former)))[0].search(TRAITS)
    assert answer.found is not None
    assert answer.found.history == (
        Matricule("209076322083439", "1.2.250.1.213.1.4.8", "2019-03-01", "2019-02-28"),
        Matricule("209066322012355", "1.2.250.1.213.1.4.8", "2019-03-01", "2019-02-28"),
    )


def test_first_names_come_from_the_list_rather_than_from_the_old_element(calling: Calling) -> None:
    old = "<Prenom>PIERRE</Prenom><ListePrenom>"
    answer = calling(ONE.replace("<ListePrenom>", old))[0].search(TRAITS)
    assert answer.found is not None
    assert answer.found.first_names == "PIERRE-ALAIN MURIEL FLORIANT"


def test_missing_traits_are_empty_rather_than_an_error(calling: Calling) -> None:
    bare = re.sub(r"<TIQ>.*</TIQ>", "<TIQ/>", ONE)
    found = calling(bare)[0].search(TRAITS).found
    assert found is not None
    assert {found.birth_name, found.first_names, found.sex, found.birth_date, found.birth_place} == {""}


@pytest.mark.parametrize(
    ("text", "code", "label"),
    [(NONE, "01", "Aucune identite trouvee"), (SEVERAL, "02", "Plusieurs identites trouvees")],
)
def test_codes_01_and_02_name_nobody(calling: Calling, text: str, code: str, label: str) -> None:
    answer = calling(text)[0].search(TRAITS)
    assert (answer.code, answer.label, answer.found) == (code, label, None)


@pytest.mark.parametrize("lost", ["CR", "INSACTIF", "IdIndividu", "TIQ"])
def test_an_answer_without_a_compulsory_element_is_refused_by_its_name(calling: Calling, lost: str) -> None:
    with pytest.raises(ValueError, match=lost):
        calling(re.sub(f"<{lost}>.*</{lost}>", "", ONE))[0].search(TRAITS)


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        (APPLICATION_FAULT, "insi_102", "L'appel au service de recherche"),
        (GATEWAY_FAULT, "desir_550", "Numéro d'autorisation du logiciel inconnu."),
        (re.sub(r"<(soap:|)Detail>.*</\1Detail>", "", GATEWAY_FAULT), "siram_100", "L'accès par ce progiciel"),
    ],
    ids=["application", "gateway", "without detail"],
)
def test_a_fault_gives_the_most_precise_code_of_its_dialect(
    calling: Calling, text: str, code: str, reason: str
) -> None:
    with pytest.raises(SoapRefused) as refused:
        calling(text)[0].search(TRAITS)
    assert refused.value.code == code
    assert refused.value.reason.startswith(reason)


def test_n_first_names_without_result_make_n_plus_one_calls(calling: Calling) -> None:
    insi, script = calling(NONE, NONE, NONE, NONE)
    assert insi.retrieve(TRAITS).code == "01"
    assert script.names() == ["PIERRE-ALAIN", "MURIEL", "FLORIANT", "PIERRE-ALAIN MURIEL FLORIANT"]


def test_one_first_name_makes_one_call(calling: Calling) -> None:
    insi, script = calling(NONE)
    assert insi.retrieve(Traits("NESSI", ("RUTH",), "F", "1977-07-14")).code == "01"
    assert script.names() == ["RUTH"]


@pytest.mark.parametrize("misses", [0, 1, 2, 3])
def test_the_search_stops_at_the_first_00(calling: Calling, misses: int) -> None:
    insi, script = calling(*[SEVERAL, NONE, NONE][:misses], ONE)
    assert insi.retrieve(TRAITS).code == "00"
    assert len(script.requests) == misses + 1


def test_every_call_repeats_all_the_other_traits(calling: Calling) -> None:
    insi, script = calling(NONE, NONE, NONE, NONE)
    insi.retrieve(TRAITS)
    for request in script.requests:
        body = etree.fromstring(request.content)[1][0]
        assert [child.text for child in body][2:] == ["M", "2001-06-17", "63220"]


def test_the_search_stops_at_a_fault(calling: Calling) -> None:
    insi, script = calling(NONE, APPLICATION_FAULT)
    with pytest.raises(SoapRefused):
        insi.retrieve(TRAITS)
    assert len(script.requests) == 2


def test_a_search_without_first_name_is_not_sent(calling: Calling) -> None:
    insi, script = calling()
    with pytest.raises(ValueError, match="prénom"):
        insi.retrieve(Traits("NESSI", (), "F", "1977-07-14"))
    assert script.requests == []


def test_the_journal_has_each_call_with_what_was_asked_and_its_code(calling: Calling) -> None:
    insi, _ = calling(NONE, SEVERAL, GATEWAY_FAULT)
    with pytest.raises(SoapRefused):
        insi.retrieve(TRAITS)
    traced = [(answer.asked.first_names, answer.code) for answer in insi.journal]
    assert traced == [(("PIERRE-ALAIN",), "01"), (("MURIEL",), "02"), (("FLORIANT",), "desir_550")]


def test_the_journal_of_a_success_has_the_identity(calling: Calling) -> None:
    insi, _ = calling(ONE)
    answer = insi.retrieve(TRAITS)
    assert insi.journal == [answer]
    assert answer.found is not None
