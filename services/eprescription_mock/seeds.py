"""What exists at the start: one prescription per situation, each under a known number.

Source: docs/sources/eprescription.md#contrat-simule (switches by number; simulated), #cip13 (medicines). The same in
every session: numbers, receipts and secrets derive from the data. Dates are relative: the seeds are dated when a
session first uses the service, so that an old installation or a session with a moved clock does not begin with lapsed
prescriptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from eprescription_mock.codes import ALD, DOWN, MAX_DAYS, SECURE_PRESCRIPTION, SLOW, magic_number
from eprescription_mock.domain.drugs import known_drug
from eprescription_mock.domain.values import Dispense, Execution, Hold, Line, Prescription

if TYPE_CHECKING:
    from lgo_sandbox.population.people import Population
    from lgo_sandbox.tenant.session import Session

__all__ = ["NUMBERS", "SEEDS", "UNKNOWN_NUMBER", "Seed", "seed"]

UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
UNKNOWN_NUMBER = magic_number(1, "INC")
LPP_EYE_LUBRICANT = "1100028"

METFORMINE, KARDEGIC, TAHOR = "67346461", "64755969", "69902323"
DOLIPRANE, CLAMOXYL, LEVOTHYROX, KEPPRA = "60234100", "67707794", "62080626", "68596770"
SKENAN, SUBUTEX, LANTUS = "69666321", "68945058", "65979151"


@dataclass(frozen=True, slots=True)
class Seed:
    """A situation: number, patient, lines, what has happened. ``delivered`` are the quantities of past executions."""

    index: int
    suffix: str
    title: str
    how: str
    patient: str
    lines: tuple[Line, ...]
    age_days: int = 2
    kinds: tuple[str, ...] = ()
    dispenser: str = ""
    delivered: tuple[Mapping[str, int], ...] = ()
    cancelled: bool = False
    held_by: str = ""

    @property
    def numero(self) -> str:
        """The known number."""
        return magic_number(self.index, self.suffix)


def _line(
    number: int,
    cis: str,
    posology: str,
    quantity: int = 1,
    *,
    repeats: int = 0,
    days: int = 0,
    reason: str = "",
    flags: tuple[str, ...] = (),
) -> Line:
    drug = known_drug(cis=cis)
    assert drug is not None, cis
    return Line(str(number), drug.name, posology, quantity, repeats, cis, drug.cip13, "", days, reason, flags)


_CHRONIC = (
    _line(1, METFORMINE, "1 comprimé matin et soir au cours des repas", 2, repeats=2, days=30, flags=(ALD,)),
    _line(2, KARDEGIC, "1 sachet par jour", 1, repeats=2, days=30, flags=(ALD,)),
    _line(3, TAHOR, "1 comprimé le soir", 1, repeats=2, days=28),
)
_ACUTE = (
    _line(1, CLAMOXYL, "2 gélules matin et soir pendant 6 jours", 2, days=6),
    _line(2, DOLIPRANE, "1 comprimé toutes les 6 heures si douleur, 3 par jour au plus", 2, days=5),
)
_DEVICE = Line("2", "Lubrifiant ophtalmique, unidoses", "1 goutte 4 fois par jour", 1, lpp=LPP_EYE_LUBRICANT)

SEEDS = (
    Seed(1, "OK", "Ordonnance à renouveler deux fois", "consulter puis exécuter", "martin-claire", _CHRONIC),
    Seed(2, "OK", "Ordonnance simple, substituable", "consulter puis exécuter", "durand-paul-1", _ACUTE),
    Seed(1, "DEJA", "Déjà exécutée", "consulter : 409", "rousseau-manon", _ACUTE, delivered=({"1": 2, "2": 2},)),
    Seed(
        1,
        "PART",
        "Délivrée en partie : il reste une boîte de chaque ligne",
        "consulter puis exécuter une boîte par ligne ; deux boîtes : 422",
        "durand-paul-2",
        _ACUTE,
        delivered=({"1": 1, "2": 1},),
    ),
    Seed(
        1,
        "REN",
        "Première livraison faite, deux renouvellements restants",
        "consulter puis exécuter",
        "lefevre-augustine",
        _CHRONIC,
        age_days=32,
        delivered=({"1": 2, "2": 1, "3": 1},),
    ),
    Seed(1, "EXP", "Périmée : jamais délivrée depuis plus de trois mois", "consulter : 410", "adrun-zoe", _ACUTE, 120),
    Seed(1, "ANN", "Annulée par le prescripteur", "consulter : 409", "rousseau-marion", _ACUTE, cancelled=True),
    Seed(
        1,
        "DIF",
        "Le papier diffère : il porte une boîte de paracétamol, l'ordonnance numérique deux",
        "consulter puis abandonner avec le motif papier-different",
        "guerin-anne",
        _ACUTE,
    ),
    Seed(
        1,
        "ALD",
        "Bizone : lignes en rapport avec une ALD et ligne hors ALD",
        "consulter : indicateur MED-574 sur deux lignes",
        "martin-claire",
        _CHRONIC,
        kinds=("MED-1096",),
    ),
    Seed(
        1,
        "SEC",
        "Ordonnance sécurisée (stupéfiant), posologie en toutes lettres",
        "consulter puis exécuter",
        "perrin-jean-baptiste",
        (_line(1, SKENAN, "une gélule matin et soir pendant quatorze jours", 2, days=14),),
        kinds=(SECURE_PRESCRIPTION,),
    ),
    Seed(
        1,
        "TSO",
        "Substitution aux opiacés, officine désignée, délivrance fractionnée",
        "consulter depuis l'officine désignée ; une boîte par semaine ; depuis une autre officine : 403",
        "ferreira-joao",
        (_line(1, SUBUTEX, "un comprimé par jour pendant vingt-huit jours", 4, days=28),),
        kinds=(SECURE_PRESCRIPTION,),
        dispenser="officine",
    ),
    Seed(
        1,
        "LPP",
        "Une ligne de dispositif que le service ne connaît pas",
        "exécuter la ligne 2 : 422 ; la déclarer non délivrée (hors-perimetre) : admis",
        "santoni-battista",
        (_ACUTE[0], _DEVICE),
    ),
    Seed(
        1,
        "NSUB",
        "Lignes non substituables (marge thérapeutique étroite)",
        "substituer sans motif : 422",
        "garnier-lucie",
        (
            _line(1, LEVOTHYROX, "1 comprimé le matin à jeun", 1, repeats=5, days=30, reason="MTE"),
            _line(2, KEPPRA, "1 comprimé matin et soir", 1, repeats=5, days=30, reason="MTE"),
        ),
    ),
    Seed(
        1,
        "MIN",
        "Insuline d'un enfant",
        "consulter puis exécuter",
        "bernard-hugo",
        (_line(1, LANTUS, "12 unités le soir", 1, repeats=5, days=30, flags=(ALD,)),),
    ),
    Seed(
        1,
        "VERR",
        "En consultation à la Pharmacie des Érables",
        "consulter depuis une autre officine : 423, jusqu'au délai de consultation",
        "nguyen-minh-anh",
        _ACUTE,
        held_by="voisine",
    ),
    Seed(1, SLOW, "Réponse lente", "consulter : la réponse attend l'option attente_slow", "colin-beatrice", _ACUTE),
    Seed(1, DOWN, "Service indisponible", "toute opération : 503", "picard-bruno", _ACUTE),
)
NUMBERS: Mapping[str, str] = MappingProxyType(
    {f"{one.suffix}-{one.index}": one.numero for one in SEEDS} | {"INC-1": UNKNOWN_NUMBER}
)


def seed(session: Session) -> None:
    """Fill a new store."""
    from eprescription_mock import store

    with session.db.transaction() as transaction:
        for one in SEEDS:
            store.put_seed(transaction, _prescription(one, session.people), one.age_days, MAX_DAYS)


def _prescription(one: Seed, people: Population) -> Prescription:
    prescriber, patient = people.persona("generaliste"), people.patient_named(one.patient)
    return Prescription(
        numero=one.numero,
        prescriber=prescriber.national_id,
        structure=people.structure(prescriber.structure).id_nat,
        matricule=patient.matricule,
        root=patient.oid,
        prescribed_at=UNDATED,
        valid_until=UNDATED,
        lines=one.lines,
        kinds=one.kinds,
        dispenser=people.structure(one.dispenser).id_nat if one.dispenser else "",
        cancelled=one.cancelled,
        hold=_hold(one, people),
        executions=tuple(_execution(one, people, n, quantities) for n, quantities in enumerate(one.delivered, 1)),
    )


def _hold(one: Seed, people: Population) -> Hold | None:
    if not one.held_by:
        return None
    holder = people.persona(one.held_by)
    return Hold(people.structure(holder.structure).id_nat, holder.national_id, f"secret-{one.numero}", UNDATED)


def _execution(one: Seed, people: Population, number: int, quantities: Mapping[str, int]) -> Execution:
    executor = people.persona("titulaire")
    lines = {line.id: line for line in one.lines}
    dispenses = tuple(Dispense(line, boxes, lines[line].cip13) for line, boxes in quantities.items())
    structure = people.structure(executor.structure).id_nat
    return Execution(f"RECU-{one.numero}-{number}", structure, executor.national_id, UNDATED, dispenses)
