from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime

import httpx
import pytest
from lxml import etree

from lgo_client.clock import Workplace
from lgo_client.insi import Claim, Collected, Deposited, Insi, Matricule, Product, Traits, Verification, VitaleCard
from lgo_client.soap import SoapRefused

SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
WSA = "{http://www.w3.org/2005/08/addressing}"
LPS = "{urn:siram:lps:ctxlps}"
BAM = "{urn:siram:bam:ctxbam}"
REQUEST = "{http://www.cnamts.fr/INSiRecSans}"
ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"

PRODUCT = Product("LGO & CIE", "1.2", "ANAO12345678", "7c1b2a30-0000-4000-8000-000000000000", "10B0990017")
TRAITS = Traits("D'ARTAGNAN DE L'HERAULT", ("PIERRE-ALAIN", "MURIEL", "FLORIANT"), "M", "2001-06-17", "63220")

G3 = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
    '<env:Body xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:env="http://www.w3.org/2003/05/soap-envelope">'
    '<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat" xmlns:ns0="http://www.cnamts.fr/INSiRecVit" '
    'xmlns:ns1="http://www.cnamts.fr/INSiRecSans"><CR><CodeCR>{code}</CodeCR><LibelleCR>{label}</LibelleCR></CR>'
    "{person}</RESULTAT></env:Body></soap:Envelope>"
)
PERSON = (
    "<INDIVIDU><INSACTIF><IdIndividu><NumIdentifiant>1090763220834</NumIdentifiant><Cle>89</Cle></IdIndividu>"
    "<OID>1.2.250.1.213.1.4.8</OID></INSACTIF>{history}<TIQ><NomNaissance>ECETINSI</NomNaissance>"
    "<ListePrenom>PIERRE-ALAIN MURIEL FLORIANT</ListePrenom><Sexe>M</Sexe><DateNaissance>2009-07-14</DateNaissance>"
    "<LieuNaissance>63220</LieuNaissance></TIQ></INDIVIDU>"
)
FORMER = (
    "<INSHISTO><IdIndividu><NumIdentifiant>{number}</NumIdentifiant><Cle>{key}</Cle></IdIndividu>"
    "<OID>1.2.250.1.213.1.4.8</OID><DateDeb>2019-03-01</DateDeb><DateFin>2019-02-28</DateFin></INSHISTO>"
)
ONE = G3.format(code="00", label="OK", person=PERSON.format(history=""))
NONE = G3.format(code="01", label="Aucune identite trouvee", person="")
SEVERAL = G3.format(code="02", label="Plusieurs identites trouvees", person="")

UNAVAILABLE = "Le service est temporairement inaccessible."
APPLICATION_FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
    '<env:Body xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:env="http://www.w3.org/2003/05/soap-envelope">'
    '<S:Fault xmlns:ns4="http://schemas.xmlsoap.org/soap/envelope/"><S:Code><S:Value>S:Receiver</S:Value><S:Subcode>'
    "<S:Value>S:siram_40</S:Value></S:Subcode></S:Code><S:Reason>"
    f'<S:Text xml:lang="en">{UNAVAILABLE}</S:Text></S:Reason><S:Detail>'
    '<siram:Erreur xmlns:siram="urn:siram" severite="fatal" code="insi_102">'
    "L'appel au service de recherche avec les traits d'identité renvoie une erreur technique."
    "</siram:Erreur></S:Detail></S:Fault></env:Body></soap:Envelope>"
)
GATEWAY_FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
    '<env:Body xmlns:env="http://www.w3.org/2003/05/soap-envelope"><soap:Fault><soap:Code>'
    "<soap:Value>soap:Sender</soap:Value><soap:Subcode><soap:Value>soap:siram_100</soap:Value></soap:Subcode>"
    "</soap:Code><soap:Reason><soap:Text xml:lang=\"fr\">L'accès par ce progiciel au service n'est pas autorisé."
    '</soap:Text></soap:Reason><soap:Detail><siram:Erreur xmlns:siram="urn:siram" code="desir_550" '
    'messageID="uuid:1" severite="erreur">Numéro d\'autorisation du logiciel inconnu.</siram:Erreur>'
    "</soap:Detail></soap:Fault></env:Body></soap:Envelope>"
)


class Scripted:
    """An INSi that answers what it was told, in order, and keeps the requests."""

    def __init__(self, answers: Iterable[str]) -> None:
        self.answers = iter(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        text = next(self.answers)
        return httpx.Response(500 if ":Fault" in text else 200, content=text.encode())

    def names(self) -> list[str]:
        envelopes = [etree.fromstring(request.content) for request in self.requests]
        return [envelope.findtext(f".//{REQUEST}Prenom", "") for envelope in envelopes]


Calling = Callable[..., tuple[Insi, Scripted]]


@pytest.fixture
def calling(workplace: Workplace) -> Calling:
    def made(*answers: str) -> tuple[Insi, Scripted]:
        script = Scripted(answers)
        http = httpx.Client(transport=httpx.MockTransport(script))
        return Insi(http, "https://insi.test/s/essai", PRODUCT, workplace), script

    return made


def tags(element: etree._Element) -> list[str]:
    return [str(child.tag) for child in element]


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
