"""The personas with a phone: people of the population, and a family whose parents INSi knows by the same traits.

Source: docs/sources/apcv.md#personnes; what their cards say is invented. Knows the population and the domain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from apcv_mock.codes import ALD, AT, COMMON, CSS
from apcv_mock.domain import Beneficiary, Complementary, Persona, Right
from health_documents.identifiers import nir_key
from lgo_sandbox.population.people import Population

__all__ = ["persona_of", "personas"]

MUTUAL = Complementary("99900017", "MUTUELLE DES FONTAINES", "2099-12-31")
FOREVER = Right(COMMON, "2020-01-01")
CHILD, SPOUSE = "6", "2"


@cache
def personas(people: Population) -> Mapping[str, Persona]:
    """Return the personas by their id, in the order in which they are shown."""
    return {persona.id: persona for persona in (*_families(people), *_adults(people))}


def _families(people: Population) -> tuple[Persona, ...]:
    celine = _invented("MOULIN", "CELINE AGNES", "F", "1985-04-17", "63113", 950, complementary=MUTUAL)
    yann = _invented("LAMBERT", "YANN", "M", "1982-08-02", "63113", 951, complementary=MUTUAL)
    jules, julien = (
        _invented("LAMBERT", name, "M", "2019-05-11", "63113", order, quality=CHILD, rank=rank, complementary=MUTUAL)
        for name, order, rank in (("JULES", 952, "1"), ("JULIEN", 953, "2"))
    )
    hugo = _of(people, "bernard-hugo", quality=CHILD, rights=(Right(ALD, "2021-03-01"), FOREVER), complementary=MUTUAL)
    born = (Right(COMMON, "2026-10-19"),)
    alba = _of(people, "bernard-alba", quality=CHILD, certified_on="", rights=born, complementary=MUTUAL)
    sophie = _of(people, "girard-sophie", quality=SPOUSE, complementary=MUTUAL)
    return (
        Persona(
            "deux-enfants",
            "Assurée, deux enfants à charge",
            "Hugo est diabétique en ALD ; le NIR d'Alba, nouveau-née, n'est pas encore certifié.",
            celine.matricule,
            celine,
            (hugo, alba),
        ),
        Persona(
            "jumeaux",
            "Assuré, deux enfants jumeaux",
            "Jules et Julien sont nés le même jour : seul le rang (1 et 2) les distingue sur la carte.",
            yann.matricule,
            yann,
            (jules, julien),
        ),
        Persona(
            "conjointe",
            "Conjointe de l'assuré",
            "Sophie Girard est couverte par Yann Lambert : la facture porte le numéro de l'assuré, pas le sien.",
            yann.matricule,
            sophie,
        ),
    )


def _adults(people: Population) -> tuple[Persona, ...]:
    return (
        _alone(people, "assuree", "Assurée", "rousseau-manon", "Droits ouverts, mutuelle : le cas ordinaire."),
        _alone(
            people,
            "ald",
            "Affection de longue durée",
            "martin-claire",
            "En ALD depuis 2015 : deux droits sont en cours.",
            rights=(Right(ALD, "2015-06-01"), FOREVER),
        ),
        _alone(
            people,
            "css",
            "Complémentaire santé solidaire",
            "fournier-ines",
            "La CSS tient lieu de complémentaire, et n'est pas un contrat de mutuelle.",
            rights=(Right(CSS, "2026-01-01", "2099-12-31"), FOREVER),
            complementary=None,
        ),
        _alone(
            people,
            "at-mp",
            "Accident du travail",
            "ferreira-joao",
            "Un accident du travail est déclaré : ce qui s'y rapporte est couvert autrement.",
            rights=(Right(AT, "2026-02-10"), FOREVER),
        ),
        _alone(
            people,
            "sans-complementaire",
            "Sans complémentaire",
            "mercier-alain",
            "Droits obligatoires seuls : aucun contrat de complémentaire n'est rendu.",
            complementary=None,
        ),
        _alone(
            people,
            "ins-non-certifie",
            "INS non certifié",
            "kouassi-aya",
            "N'a qu'un matricule d'attente : aucun NIR certifié n'est rendu, son INS se cherche par les traits.",
            certified_on="",
        ),
        _alone(
            people,
            "droits-echus",
            "Droits échus",
            "blanc-nathalie",
            "Ses droits ont pris fin en 2025 : le contexte s'ouvre, et aucun droit n'est en cours.",
            rights=(Right(COMMON, "2020-01-01", "2025-06-30"),),
            complementary=replace(MUTUAL, end="2025-06-30"),
        ),
        _alone(
            people,
            "moins-de-16-ans",
            "Moins de seize ans",
            "de-vinci-leonardo-1",
            "Trop jeune pour l'appli : son téléphone n'affiche aucun code, il est sur celui d'un parent.",
        ),
        _alone(
            people,
            "sans-matricule",
            "Touriste sans matricule",
            "rossi-giulia",
            "Assurée ailleurs en Europe : elle n'a ni NIR, ni carte Vitale, ni appli.",
            certified_on="",
            rights=(),
            complementary=None,
        ),
    )


def _alone(people: Population, persona: str, title: str, patient: str, story: str, **told: Any) -> Persona:
    holder = _of(people, patient, **{"complementary": MUTUAL, **told})
    return Persona(persona, title, story, holder.matricule, holder)


def _of(people: Population, patient_id: str, **told: Any) -> Beneficiary:
    patient = people.patient_named(patient_id)
    return Beneficiary(
        patient.matricule,
        patient.birth_name,
        patient.first_names,
        patient.sex,
        patient.birth_date,
        patient.birth_place,
        used_name=patient.used_name,
        **told,
    )


def _invented(name: str, first_names: str, sex: str, date: str, place: str, order: int, **told: Any) -> Beneficiary:
    """Return a relative who is in no file of patients, under the number that INSi knows him by."""
    nir = f"{'MF'.index(sex) + 1}{date[2:4]}{date[5:7]}{place}{order}"
    return Beneficiary(nir + nir_key(nir), name, tuple(first_names.split()), sex, date, place, **told)


def persona_of(people: Population, name: str) -> Persona | None:
    """Return a persona by its id, or that of any patient by his slug: an ordinary one if none is seeded."""
    known = personas(people)
    if name in known:
        return known[name]
    patient = next((one for one in people.patients if one.id == name), None)
    if patient is None:
        return None
    ordinary = _alone(people, name, "Patient de l'officine", name, patient.story)
    return next((one for one in known.values() if _is(one.holder, ordinary.holder)), ordinary)


def _is(one: Beneficiary, other: Beneficiary) -> bool:
    return (one.birth_name, one.first_names, one.birth_date) == (other.birth_name, other.first_names, other.birth_date)
