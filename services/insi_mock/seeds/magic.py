"""The known identities with which a tester triggers each situation: what is asked, what is answered.

Source: docs/sources/insi.md#identites-de-test, #retour-refuse, #prenom-incoherent. The table of
docs/services/insi.md is made of this. Knows no XML and no store.
"""

from __future__ import annotations

from dataclasses import dataclass

from insi_mock.domain import CardRequest, Claim, Identity, Traits
from insi_mock.seeds.households import COUSINS, FATHER, MOTHER, RUTH, TRICHET, TWINS
from insi_mock.seeds.people import identity_of
from lgo_sandbox.population.people import population

__all__ = ["MAGIC", "Magic"]

Asked = Traits | CardRequest | Claim


@dataclass(frozen=True, slots=True)
class Magic:
    """A situation: its id, its French title, the request that triggers it, the code that answers."""

    id: str
    title: str
    asked: Asked
    code: str


def _of(patient_id: str, first_names: str = "", *, with_place: bool = False) -> Traits:
    """Return the traits of a patient as a client sends them, by default with the first of the first names."""
    patient = population().patient_named(patient_id)
    return Traits(
        birth_name=patient.birth_name,
        first_names=first_names or patient.first_names[0],
        sex=patient.sex,
        birth_date=patient.birth_date,
        birth_place=patient.birth_place if with_place else "",
    )


def _outage(birth_name: str) -> Traits:
    return Traits(birth_name, "ALEX", "F", "1980-01-01")


def _card(holder: str, birth_date: str, rank: str = "1") -> CardRequest:
    return CardRequest(holder=holder, birth_date=birth_date, rank=rank)


def _claim(identity: Identity, **other: str) -> Claim:
    traits = Traits(
        other.get("birth_name", identity.birth_name),
        " ".join(identity.first_names),
        identity.sex,
        identity.birth_date,
        identity.birth_place,
    )
    return Claim(other.get("matricule", identity.matricule), identity.oid, traits)


def _identity(patient_id: str) -> Identity:
    return identity_of(population().patient_named(patient_id))


SEARCHES = (
    Magic("trouve", "Une identité (cas 2.03-2)", _of("adrtrois-toussaint"), "00"),
    Magic("apostrophes", "Nom à apostrophes et espaces (cas 2.03-1)", _of("dartagnan-pierre-alain"), "00"),
    Magic(
        "historique",
        "Un matricule antérieur ; deux par l'option insi.history (cas 2.04)",
        _of("ecetinsi-pierre-alain"),
        "00",
    ),
    Magic("nia", "Matricule d'attente, racine .9 (cas 2.05)", _of("provisoire-matricule"), "00"),
    Magic("nia-devenu-nir", "NIA remplacé par un NIR : historique en .9", _of("ferreira-joao"), "00"),
    Magic("plusieurs", "Plusieurs identités (cas 2.06-1)", _of("de-vinci-leonardo-1"), "02"),
    Magic("plusieurs-cog", "Une seule avec le COG (cas 2.06-2)", _of("de-vinci-leonardo-1", with_place=True), "00"),
    Magic("prenom-usuel", "Prénom usuel introuvable (cas 2.07-1)", _of("tchitchi-catarina", "OLA"), "01"),
    Magic("prenom-civil", "Le même avec le prénom de naissance (cas 2.07-1)", _of("tchitchi-catarina"), "00"),
    Magic("introuvable", "Aucune identité (cas 2.07-2)", Traits("HOUILLES", "PIERRE", "M", "1993-01-27"), "01"),
    Magic("corse", "Corse : l'historique répète le matricule actif (cas 2.08-1)", _of("corse-anthony"), "00"),
    Magic("cle-fausse", "Clés publiées fausses, servies telles quelles (cas 2.08-2)", _of("hermann-gatien"), "00"),
    Magic("outre-mer", "Née outre-mer", _of("hoareau-marie-lise", with_place=True), "00"),
    Magic("etranger", "Née à l'étranger", _of("nguyen-minh-anh", with_place=True), "00"),
    Magic("jumeau", "Un jumeau : le prénom décide", _of("rousseau-manon"), "00"),
    Magic("sans-matricule", "Personne sans matricule", _of("rossi-giulia"), "01"),
    Magic("date-lunaire", "Date de naissance lunaire", _of("diallo-fatimata"), "00"),
    Magic("jour-00", "Réponse 00 à refuser : jour 00", _of("insi-jour-00"), "00"),
    Magic("mois-00", "Réponse 00 à refuser : mois 00", _of("insi-mois-00"), "00"),
    Magic("sans-nom", "Réponse 00 à refuser : sans nom", _of("insi-sans-nom"), "00"),
    Magic("sans-prenoms", "Réponse 00 à refuser : sans prénoms", _of("insi-sans-prenoms"), "00"),
    Magic("sans-sexe", "Réponse 00 à refuser : sans sexe", _of("insi-sans-sexe"), "00"),
    Magic("prenoms-incoherents", "Réponse 00 à examiner : autre premier prénom", _of("insi-prenoms-incoherents"), "00"),
    Magic("nom-absent", "Nom de naissance absent", Traits("", "ALEX", "F", "1980-01-01"), "insi_19"),
    Magic("sexe-incorrect", "Sexe incorrect", Traits("DURAND", "ALEX", "X", "1980-01-01"), "insi_24"),
    Magic("panne-technique", "Erreur technique de la recherche", _outage("INSI-PANNE-TECHNIQUE"), "insi_102"),
    Magic("panne-teleservices", "Téléservices indisponibles", _outage("INSI-PANNE-TELESERVICES"), "insi_111"),
    Magic("panne-passerelle", "Service appelé indisponible", _outage("INSI-PANNE-PASSERELLE"), "desir_1020"),
)

CARD_SEARCHES = (
    Magic("vitale-titulaire", "Carte Vitale : la titulaire", _card(RUTH, "1976-07-14"), "00"),
    Magic("vitale-enfant", "Carte Vitale : un enfant d'un autre nom", _card(MOTHER.matricule, "2014-09-23"), "00"),
    Magic("vitale-jumeau-1", "Carte Vitale : premier jumeau", _card(FATHER.matricule, TWINS[0].birth_date, "1"), "00"),
    Magic("vitale-jumeau-2", "Carte Vitale : second jumeau", _card(FATHER.matricule, TWINS[1].birth_date, "2"), "00"),
    Magic("vitale-absent", "Carte Vitale : personne à cette date", _card(MOTHER.matricule, "2000-01-01"), "01"),
    Magic("vitale-plusieurs", "Carte Vitale : même date, même rang", _card(COUSINS[0].matricule, "2012-09-09"), "02"),
    Magic("vitale-ancien", "Carte Vitale : matricule ancien", _card("190014418498189", "1990-01-22"), "00"),
    Magic(
        "vitale-panne",
        "Carte Vitale : erreur technique",
        CardRequest(RUTH, "", "INSI-PANNE-TECHNIQUE", "1976-07-14"),
        "insi_101",
    ),
)

VERIFICATIONS = (
    Magic("verification-ok", "Vérification conforme", _claim(_identity("adrtrois-toussaint")), "00"),
    Magic(
        "verification-ko",
        "Vérification KO : nom différent",
        _claim(_identity("adrtrois-toussaint"), birth_name="ADRQUATRE"),
        "01",
    ),
    Magic(
        "verification-ancien",
        "Vérification KO : matricule ancien",
        _claim(_identity("renard-camille"), matricule="190014418498189"),
        "01",
    ),
    Magic("verification-jamais", "Trouvée par la recherche, jamais confirmée", _claim(TRICHET), "01"),
)

MAGIC = (*SEARCHES, *CARD_SEARCHES, *VERIFICATIONS)
