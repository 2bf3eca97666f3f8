"""Every check of INSi is fired at the door by a client that breaks its rule and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from support.api_services import api_check_ids
from support.insi_door import CONTENT_TYPE, Door, Doors
from support.insi_requests import (
    NOW,
    REQUEST,
    assertion,
    collecting,
    depositing,
    signed,
    signed_with_sha1,
    with_security,
)

from health_documents.identifiers import OID_INS_NIA, OID_INS_NIR
from insi_mock.domain import CardRequest, Claim, Traits
from insi_mock.service import SERVICE
from insi_mock.wire import BY_TRAITS

TOUSSAINT = Traits("ADRTROIS", "TOUSSAINT", "M", "1960-01-01")
CATARINA = Traits("TCHITCHI", "CATARINA BELLA", "F", "1936-06-21")
HERMANN = Traits("HERMANN", "GATIEN", "M", "1981-03-24")
NOBODY = Traits("HOUILLES", "PIERRE", "M", "1993-01-27")
MATRICULE = "160012B02077713"
CLAIM = Claim(MATRICULE, OID_INS_NIR, replace(TOUSSAINT, birth_place="2B020"))
KO = replace(CLAIM, oid=OID_INS_NIA)
CARD = CardRequest(holder=MATRICULE, birth_date="1960-01-01", rank="1")
MESSAGE = "uuid:0a1b2c3d-0000-4000-8000-000000000001"
OTHER_MESSAGE = ("000000000001</wsa", "000000000002</wsa")
PHARMACIST = "899700090014"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
OLD_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
UNPLACED = {
    "INSI-DOUTE",
    "INSI-PROFIL",
    "INSI-STATUT",
    "INSI-DOMAINE-RETARD",
    "INSI-RETOUR-DATE",
    "INSI-RETOUR-INCOMPLET",
    "INSI-KO",
    "INSI-TRAIT-MODIFIE",
    "INSI-DOMAINE",
}
"""Rules of what the user does: no element of the request is wrong."""

Play = Callable[[Door], object]


@dataclass(frozen=True)
class Broken:
    """How a client breaks a rule; ``told`` are texts that the finding must hold: the value received, the right one."""

    play: Play
    told: tuple[str, ...]


def ask(asked: object, *changes: tuple[str, str]) -> Play:
    return lambda door: door.send(asked, *changes)  # type: ignore[arg-type]


def _untried(door: Door) -> None:
    door.send(replace(CATARINA, first_names="CATARINA"))
    door.send(CATARINA)


def _with_sha1(door: Door) -> None:
    card = door.doors.certificate("cps-sign", "titulaire")
    door.send(with_security(REQUEST, signed_with_sha1(assertion(PHARMACIST), card)), certificate=None)


def _other_name(door: Door) -> None:
    door.tenant.option(insi__cn_rule="off")
    door.send(TOUSSAINT, certificate=door.doors.named("AUTRE-CN"))


def _doubtful(door: Door) -> None:
    door.mark("identité douteuse", MATRICULE)
    door.send(TOUSSAINT)


def _denied(door: Door) -> None:
    door.mark("profil sans droit INSi")
    door.send(TOUSSAINT)


def _qualified_without_document(door: Door) -> None:
    door.send(TOUSSAINT)
    door.mark("identité qualifiée", MATRICULE)
    door.send(CLAIM)


def _qualified_with(document: str) -> Play:
    def play(door: Door) -> None:
        door.send(TOUSSAINT)
        door.mark("pièce d'identité contrôlée", MATRICULE, pièce=document)
        door.mark("identité qualifiée", MATRICULE)
        door.send(CLAIM)

    return play


def _overdue(door: Door) -> None:
    door.mark("INS reçu d'un autre domaine", MATRICULE, ago=timedelta(minutes=20))
    door.send(NOBODY)


def _traced(asked: object, **trace: str) -> Play:
    def play(door: Door) -> None:
        door.send(asked)  # type: ignore[arg-type]
        door.mark("trace INSi", MESSAGE, **trace)
        door.send(TOUSSAINT, OTHER_MESSAGE)

    return play


def _kept_after_ko(door: Door) -> None:
    door.send(KO)
    door.send(CLAIM)


def _kept_after_change(door: Door) -> None:
    door.send(TOUSSAINT)
    door.mark("trait strict modifié", MATRICULE)
    door.send(CLAIM)


def _verified_again(door: Door) -> None:
    door.send(TOUSSAINT)
    for marker in ("pièce d'identité contrôlée", "identité qualifiée", "INS reçu d'un autre domaine"):
        door.mark(marker, MATRICULE)
    door.send(CLAIM)


def _other_action(door: Door) -> None:
    http = {"content-type": f'{CONTENT_TYPE}; action="{BY_TRAITS.action}"'}
    door.send(
        TOUSSAINT, (f"{BY_TRAITS.action}</wsa", BY_TRAITS.action.replace("1.0.0", "1.0.1") + "</wsa"), headers=http
    )


def _everybody(door: Door) -> None:
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        door.send(replace(NOBODY, birth_name=f"HOUILLES {letter}"))


def _with_card(**card: str) -> tuple[str, str]:
    """Return the change that fills COUVERTURE: a date, the number of the person."""
    number = f"<c:Nir><c:Num>{card['person']}</c:Num></c:Nir>" if "person" in card else ""
    date = f"<c:DateNai>{card['date']}</c:DateNai>" if "date" in card else ""
    filled = f"<c:BENEFICIAIRE>{number}{date}</c:BENEFICIAIRE>"
    return "<ctxbam:COUVERTURE/>", f'<c:COUVERTURE xmlns:c="urn:siram:bam:ctxbam">{filled}</c:COUVERTURE>'


def _deposit(door: Door) -> str:
    return door.send(depositing(CLAIM)).text.split("<NumeroDepot>")[1].split("<")[0]


def _collected_early(door: Door) -> None:
    door.send(collecting(_deposit(door)))


CHEVALIER = Claim("258067654094771", OID_INS_NIR, Traits("CHEVALIER", "ROSE", "F", "1958-06-15"))
MASSON = Claim("286113403294919", OID_INS_NIR, Traits("MASSON", "DELPHINE", "F", "1986-11-28"))
BARBIER = Claim("169096718095295", OID_INS_NIR, Traits("BARBIER", "SIMON", "M", "1969-09-12"))
GUERIN = Claim("272083511593990", OID_INS_NIR, Traits("GUERIN", "ANNE", "F", "1972-08-15"))

BROKEN = {
    "INSI-TRAITS": Broken(
        ask(replace(TOUSSAINT, birth_name="Adrtrois")), ("Adrtrois", "« ADRTROIS » dans NomNaissance")
    ),
    "INSI-SEXE": Broken(ask(replace(TOUSSAINT, sex="m")), ("Sexe « m »", "« M » dans Sexe")),
    "INSI-DATE": Broken(ask(replace(TOUSSAINT, birth_date="1960-02-30")), ("1960-02-30", "01 à 29", "1960-02-01")),
    "INSI-TRAITS-OBLIGATOIRES": Broken(ask(replace(TOUSSAINT, sex="")), ("Sexe absent", "M ou F")),
    "INSI-LIEU": Broken(ask(replace(TOUSSAINT, birth_place="AJACCIO")), ("AJACCIO", "COG")),
    "INSI-CODE-POSTAL": Broken(
        ask(replace(TOUSSAINT, birth_place="20217")), ("20217", "« 2B020 » dans LieuNaissance", "LieuNaissance")
    ),
    "INSI-ESPACES": Broken(ask(replace(TOUSSAINT, first_names="TOUSSAINT ")), ("« TOUSSAINT »", "Prenom")),
    "INSI-PRENOMS": Broken(_untried, ("CATARINA BELLA", "« BELLA » seul")),
    "INSI-VITALE": Broken(ask(replace(CARD, rank="A")), ("RangNaissance « A »", "1 à 9")),
    "INSI-COUVERTURE": Broken(
        ask(CARD, ("<b:DateNai>1960-01-01", "<b:DateNai>1961-01-01")), ("1961-01-01", "« 1960-01-01 »", "DateNai")
    ),
    "INSI-CARTE-TRAITS": Broken(
        ask(TOUSSAINT, _with_card(date="1985-04-17")), ("« 1960-01-01 »", "« 1985-04-17 »", "BENEFICIAIRE/DateNai")
    ),
    "INSI-CARTE-NOM": Broken(ask(replace(CARD, birth_name="DUPONT")), ("« DUPONT »", "« ADRTROIS »")),
    "INSI-CLE": Broken(ask(replace(CLAIM, matricule="160012B02077714")), ("160012B02077714", "clé 13")),
    "INSI-CLE-ABSENTE": Broken(ask(replace(CARD, holder=MATRICULE[:13])), ("160012B020777", "<Cle>13</Cle>")),
    "INSI-CLE-SEPAREE": Broken(
        ask(CLAIM, (">160012B020777</NumIdentifiant><Cle>13</Cle>", ">160012B02077713</NumIdentifiant>")),
        ("160012B02077713", "« 160012B020777 » dans NumIdentifiant"),
    ),
    "INSI-OID": Broken(ask(replace(CLAIM, oid="1.2.3")), ("1.2.3", "« 1.2.250.1.213.1.4.8 »")),
    "INSI-PORT-CLAIR": Broken(lambda door: door.send(TOUSSAINT, plain=True), ("ni certificat client", "org-auth")),
    "INSI-CN": Broken(_other_name, ("AUTRE-CN", "INSI-AUTO")),
    "INSI-SIGNATURE": Broken(_with_sha1, ("rsa-sha1", "RSA-SHA256")),
    "INSI-MESSAGE-ID": Broken(
        ask(TOUSSAINT, ("uuid:0a1b2c3d", "0a1b2c3d")), (f"« {MESSAGE} »", MESSAGE.removeprefix("uuid:"))
    ),
    "INSI-ACTION": Broken(_other_action, (":1.0.1:", "Envoyez « urn:ServiceIdentiteCertifiee:1.0.0:")),
    "INSI-TYPE-MIME": Broken(
        lambda door: door.send(TOUSSAINT, headers={"content-type": "text/xml"}), ("text/xml", "application/soap+xml")
    ),
    "INSI-ENCODAGE": Broken(lambda door: door.send(REQUEST.encode("utf-16")), ("UTF-16", "UTF-8")),
    "INSI-SCHEMA": Broken(
        ask(TOUSSAINT, ("<Sexe>M</Sexe>", ""), ("<NomNaissance>", "<Sexe>M</Sexe><NomNaissance>")),
        ("RECSANSVITALE/Sexe", "Placez Sexe", "NomNaissance, Prenom, Sexe, DateNaissance"),
    ),
    "INSI-LPS-NOM": Broken(ask(TOUSSAINT, ("urn:lps:essai:1.0", "essai")), ("essai", "« urn:lps:essai:1.0 »")),
    "INSI-IDAM": Broken(ask(TOUSSAINT, ("LGOSANDBOX01", "ABC123DEF456")), ("ABC123DEF456", "LGOSANDBOX01")),
    "INSI-CONTEXTE": Broken(
        ask(TOUSSAINT, ('Version="01_02"', 'Version="01_01"')), ("ContexteBAM/@Version « 01_01 »", 'Version="01_02"')
    ),
    "INSI-RAFALE": Broken(_everybody, ("20 personnes", "vérification en masse")),
    "INSI-DOUTE": Broken(_doubtful, (MATRICULE, "identité douteuse", "identité rétablie")),
    "INSI-PROFIL": Broken(_denied, ("profil sans droit INSi", "profil habilité INSi")),
    "INSI-STATUT": Broken(_qualified_without_document, (MATRICULE, "pièce d'identité contrôlée")),
    "INSI-DOMAINE-RETARD": Broken(_overdue, (MATRICULE, "15 minutes")),
    "INSI-TRACE": Broken(_traced(TOUSSAINT, code="00", matricule=MATRICULE), (MESSAGE, "utilisateur")),
    "INSI-TRACE-TRAITS": Broken(
        _traced(TOUSSAINT, utilisateur="hv", code="01", matricule=MATRICULE), ("code « 01 »", "code « 00 »")
    ),
    "INSI-TRACE-VITALE": Broken(
        _traced(CARD, utilisateur="hv", code="00", matricule="1"), ("matricule « 1 »", f"matricule « {MATRICULE} »")
    ),
    "INSI-TRACE-VERIFICATION": Broken(_traced(CLAIM, utilisateur="hv"), ("code absent", "code « 00 »")),
    "INSI-VERIFICATION": Broken(ask(replace(CLAIM, oid="")), ("absent", "INSFourni/OID")),
    "INSI-RETOUR-DATE": Broken(ask(CHEVALIER), (CHEVALIER.matricule, "1958-06-00")),
    "INSI-RETOUR-INCOMPLET": Broken(ask(MASSON), (MASSON.matricule, "le nom manque")),
    "INSI-PRENOM-INCOHERENT": Broken(ask(BARBIER), ("« SIMON »", "« JULES SIMON »")),
    "INSI-TRAITS-RENDUS": Broken(ask(GUERIN), ("« ANNE »", "« ANNE MARIE LOUISE » dans ListePrenom")),
    "INSI-KO": Broken(_kept_after_ko, (MATRICULE, "KO")),
    "INSI-TRAIT-MODIFIE": Broken(_kept_after_change, (MATRICULE, "trait strict modifié")),
    "INSI-DOMAINE": Broken(_verified_again, (MATRICULE, "déjà")),
    "INSI-MASSE": Broken(_collected_early, ("avant la date de disponibilité", "Disponibilite")),
}

OTHERWISE = {
    "an older addressing namespace is no absence": Broken(
        ask(TOUSSAINT, (ADDRESSING, OLD_ADDRESSING)),
        ("INSI-MESSAGE-ID", f"MessageID dans l'espace de noms « {OLD_ADDRESSING} »", f"« {ADDRESSING} »"),
    ),
    "another case is no absence": Broken(
        ask(TOUSSAINT, ("wsa:MessageID", "wsa:MessageId")), ("INSI-MESSAGE-ID", "MessageID, à la place de MessageId")
    ),
    "a missing namespace is no absence": Broken(
        ask(TOUSSAINT, ("<ctxlps:Id>", "<Id>"), ("</ctxlps:Id>", "</Id>")),
        ("INSI-SCHEMA", "ContexteLPS/Id dans un autre espace de noms", "« urn:siram:lps:ctxlps »"),
    ),
    "a missing namespace of the name": Broken(
        ask(TOUSSAINT, ("<ctxlps:Nom>", "<Nom>"), ("</ctxlps:Nom>", "</Nom>")), ("INSI-SCHEMA", "LPS/Nom")
    ),
    "a compression that is only announced": Broken(
        lambda door: door.send(TOUSSAINT, headers={"content-encoding": "gzip"}),
        ("INSI-ENCODAGE", "Content-Encoding: gzip", "Retirez l'en-tête Content-Encoding"),
    ),
    "another charset that is only announced": Broken(
        lambda door: door.send(TOUSSAINT, headers={"content-type": "application/soap+xml; charset=iso-8859-1"}),
        ("INSI-ENCODAGE", "charset=ISO-8859-1", "Écrivez charset=utf-8 dans Content-Type"),
    ),
    "a letter in a claimed matricule": Broken(
        ask(replace(CLAIM, matricule="1600X2B02077713")),
        ("INSI-CLE", "1600X2B02077713, 15 caractères", "Contrôlez la saisie"),
    ),
    "an element given twice": Broken(
        ask(TOUSSAINT, ("<Sexe>M</Sexe>", "<Sexe>M</Sexe><Sexe>F</Sexe>")), ("INSI-SCHEMA", "Gardez un seul Sexe")
    ),
    "an unknown element": Broken(
        ask(TOUSSAINT, ("<Sexe>", "<NomUsage>X</NomUsage><Sexe>")), ("INSI-SCHEMA", "Retirez NomUsage de RECSANSVITALE")
    ),
    "an unknown attribute": Broken(
        ask(TOUSSAINT, ("<Sexe>", '<Sexe code="1">')), ("INSI-SCHEMA", "Sexe/@code", "Retirez l'attribut code de Sexe")
    ),
    "a format of the context": Broken(
        ask(CARD, ("</b:DateNai>", "</b:DateNai><b:Porteur>un</b:Porteur>")),
        ("INSI-SCHEMA", "BENEFICIAIRE/Porteur « un »", "un chiffre"),
    ),
    "a nature of another context": Broken(
        ask(TOUSSAINT, ('Nature="CTXLPS"', 'Nature="CTXBAM"')), ("INSI-SCHEMA", "ContexteLPS/@Nature « CTXBAM »")
    ),
    "a Temps without zone": Broken(
        ask(TOUSSAINT, (NOW, NOW[:-1])), ("INSI-CONTEXTE", f"« {NOW[:-1]} »", "Ajoutez le fuseau à ContexteLPS/Temps")
    ),
    "a Temps of last year": Broken(
        ask(TOUSSAINT, (NOW, f"{int(NOW[:4]) - 1}{NOW[4:]}")), ("INSI-CONTEXTE", "à chaque appel", "ContexteBAM/Temps")
    ),
    "a Temps that is none": Broken(ask(TOUSSAINT, (NOW, "hier")), ("INSI-CONTEXTE", "« hier »", "xsd:dateTime")),
    "a software name without version": Broken(
        ask(TOUSSAINT, ("urn:lps:essai:1.0", "Mon LGO"), (">1.0<", ">7.2<")),
        ("INSI-LPS-NOM", "« urn:lps:Mon-LGO:7.2 »"),
    ),
    "a card of another sex": Broken(
        ask(TOUSSAINT, _with_card(person="2600163220777")), ("INSI-CARTE-TRAITS", "Sexe « M », « F » sur la carte")
    ),
    "the postal code of a chief town": Broken(
        ask(replace(NOBODY, birth_place="63000")), ("INSI-CODE-POSTAL", "63000", "le code COG de la commune")
    ),
    "the code of an unknown place": Broken(
        ask(replace(TOUSSAINT, birth_place="99999")), ("INSI-LIEU", "99999", "Retirez LieuNaissance")
    ),
    "a day in the place of the month": Broken(
        ask(replace(TOUSSAINT, birth_date="1960-31-01")), ("INSI-DATE", "« 1960-01-31 » dans DateNaissance")
    ),
    "a birth to come": Broken(
        ask(replace(TOUSSAINT, birth_date="2960-01-01")), ("INSI-DATE", "date de naissance à venir")
    ),
    "fifteen digits in the number": Broken(
        ask(CARD, (">160012B020777</NumIdentifiant><Cle>13</Cle>", f">{MATRICULE}</NumIdentifiant>")),
        ("INSI-CLE-SEPAREE", "« 160012B020777 » dans NumIdentifiant et « 13 » dans Cle"),
    ),
    "a document of no trust": Broken(_qualified_with("facture EDF"), ("INSI-STATUT", "« facture EDF »", "passeport")),
    "a plastic card is no document": Broken(_qualified_with("carte Vitale"), ("INSI-STATUT", "« carte Vitale »")),
    "a card without key in COUVERTURE alone": Broken(
        ask(CARD, ("urn:lps:essai:1.0", "essai:1.0"), ("<b:Cle>13</b:Cle>", "")), ("INSI-LPS-NOM", "urn:lps:essai:1.0")
    ),
}
"""The same rules broken in other ways, the id of the rule first among what is told: typical mistakes of clients."""

SEEN = {
    "INSI-RECHERCHE-TRAITS": ask(TOUSSAINT),
    "INSI-CERTIFICAT-ORGANISATION": ask(TOUSSAINT),
    "INSI-PSC": lambda door: door.send(
        with_security(REQUEST, assertion(PHARMACIST, qualifier="PSC")), certificate=None
    ),
    "INSI-CPX": lambda door: door.send(
        with_security(REQUEST, signed(assertion(PHARMACIST), door.doors.certificate("cps-sign", "titulaire"))),
        certificate=None,
    ),
}
"""Ways of calling: they are seen, or not yet; nobody breaks them."""


def _in_time(door: Door) -> None:
    number = _deposit(door)
    door.tenant.move(hours=1)
    door.send(collecting(number))


def _doubt_lifted(door: Door) -> None:
    door.mark("identité douteuse", MATRICULE)
    door.mark("identité rétablie", MATRICULE)
    door.send(TOUSSAINT)


def _profile_granted(door: Door) -> None:
    door.mark("profil sans droit INSi")
    door.mark("profil habilité INSi")
    door.send(TOUSSAINT)


def _searched_after_ko(door: Door) -> None:
    door.send(KO)
    door.send(TOUSSAINT)
    door.send(CLAIM)


def _searched_after_change(door: Door) -> None:
    door.mark("trait strict modifié", MATRICULE)
    door.send(TOUSSAINT)
    door.send(CLAIM)


def _after(asked: Traits) -> Play:
    def play(door: Door) -> None:
        door.send(asked)
        door.send(CLAIM)

    return play


STAGED: dict[str, tuple[Play, Play]] = {
    "INSI-DOUTE": (ask(TOUSSAINT), _doubt_lifted),
    "INSI-PROFIL": (ask(TOUSSAINT), _profile_granted),
    "INSI-CLE": (_after(TOUSSAINT), _after(HERMANN)),
    "INSI-RETOUR-DATE": (_after(MASSON.traits), _after(CHEVALIER.traits)),
    "INSI-RETOUR-INCOMPLET": (_after(CHEVALIER.traits), _after(MASSON.traits)),
    "INSI-PRENOM-INCOHERENT": (_after(TOUSSAINT), _after(BARBIER.traits)),
    "INSI-KO": (_after(TOUSSAINT), _searched_after_ko),
    "INSI-TRAIT-MODIFIE": (_after(TOUSSAINT), _searched_after_change),
    "INSI-MASSE": (lambda door: _deposit(door), _in_time),
}
"""What proves nothing, then what proves that the rule was kept: its situation was there, and the client did right."""


@pytest.mark.parametrize("check", BROKEN)
def test_a_client_that_breaks_one_rule_is_told_that_rule_the_value_and_its_remedy(door: Door, check: str) -> None:
    BROKEN[check].play(door)
    findings = door.findings()
    assert {finding.check_id for finding in findings} == {check}
    said = " ".join(f"{one.received} {one.expected} {one.remedy} {one.where}" for one in findings)
    assert [text for text in BROKEN[check].told if text not in said] == [], said
    assert all(one.where for one in findings if check not in UNPLACED)
    assert check not in door.kept()


@pytest.mark.parametrize("mistake", OTHERWISE)
def test_a_typical_mistake_is_told_by_its_one_rule_with_place_and_remedy(door: Door, mistake: str) -> None:
    check, *told = OTHERWISE[mistake].told
    OTHERWISE[mistake].play(door)
    finding = next(one for one in door.findings() if one.check_id == check)
    beside = {one.check_id for one in door.findings()} - {check}
    assert beside <= ({"INSI-ACTION"} if check == "INSI-MESSAGE-ID" else set())
    said = f"{finding.received} {finding.expected} {finding.message} {finding.remedy} {finding.where}"
    assert [text for text in told if text not in said] == [], said
    assert finding.where or check in UNPLACED
    assert "('" not in said


@pytest.mark.parametrize(
    "asked",
    [
        replace(CARD, holder=MATRICULE[:13]),
        replace(CARD, birth_name="ADRTROIS"),
        Traits("DE VINCI", "LEONARDO", "M", "2014-02-01", "63220"),
    ],
)
def test_what_is_right_in_another_way_is_not_reproached(door: Door, asked: object) -> None:
    ask(asked)(door)
    assert {finding.check_id for finding in door.findings()} <= {"INSI-CLE-ABSENTE"}


@pytest.mark.parametrize("document", ["passeport", "Carte nationale d’identité", "ApCV", ""])
def test_a_document_of_trust_qualifies(door: Door, document: str) -> None:
    _qualified_with(document)(door)
    assert (door.findings(), "INSI-STATUT" in door.kept()) == ([], True)


def test_a_search_with_the_card_of_the_person_proves_that_they_agree(door: Door) -> None:
    door.send(TOUSSAINT, _with_card(date="1960-01-01", person="160012B020777"))
    assert door.findings() == []
    assert "INSI-CARTE-TRAITS" in door.kept()


def test_a_burst_is_told_once_and_a_slow_series_never(doors: Doors) -> None:
    burst, slow = doors.door(), doors.door()
    _everybody(burst)
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        slow.send(replace(NOBODY, birth_name=f"HOUILLES {letter}"))
        slow.tenant.move(seconds=10)
    assert [finding.check_id for finding in burst.findings()] == ["INSI-RAFALE"]
    assert slow.findings() == []


@pytest.mark.parametrize("check", SEEN)
def test_a_way_of_calling_is_seen(door: Door, check: str) -> None:
    SEEN[check](door)
    assert (door.findings(), check in door.kept()) == ([], True)


@pytest.mark.parametrize("check", STAGED)
def test_a_negative_demand_is_only_kept_in_its_situation(doors: Doors, check: str) -> None:
    nothing, proof = STAGED[check]
    before, after = doors.door(), doors.door()
    nothing(before)
    proof(after)
    assert (check in before.kept(), check in after.kept()) == (False, True)
    assert after.findings() == []


def test_every_check_has_a_client() -> None:
    here = [check.id for check in SERVICE.checks if check.id not in api_check_ids("INSI")]
    assert [check for check in here if (check in BROKEN) is (check in SEEN)] == []
