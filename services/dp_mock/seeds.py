"""What exists at the start: one dossier per situation, under a known patient; recalls; shortages are in the codes.

Source: docs/sources/dp.md#contrat-simule (which patient is in which situation: simulated). The same in every session.
Dates are relative: the seeds are dated when a session first uses the service, but for vaccines around September 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dp_mock.codes import QUALIFIED
from dp_mock.codes.shortages import AMOXICILLINE, KEPPRA, OZEMPIC
from dp_mock.codes.states import State
from dp_mock.domain.history import kind_of, name_of
from dp_mock.domain.values import Dispensation, Dossier, Identity, Recall
from lgo_sandbox.contract import Situation

if TYPE_CHECKING:
    from lgo_sandbox.population.people import Patient, Population
    from lgo_sandbox.tenant.session import Session

__all__ = ["RECALLED", "SEEDS", "SITUATIONS", "Box", "Seed", "identity_of", "seed"]

UNDATED = datetime(2000, 1, 1, tzinfo=UTC)

METFORMINE, KARDEGIC, TAHOR, ELIQUIS = "3400939718330", "3400934744198", "3400934306815", "3400926784102"
DOLIPRANE, SKENAN, UVEDOSE = "3400935955838", "3400933323691", "3400933222185"
HUMIRA, LANTUS, NOVORAPID = "3400930042687", "3400937722988", "3400935527400"
VAXIGRIP, GARDASIL, BOOSTRIX, PREVENAR = "3400930306000", "3400930056202", "3400936773875", "3400930247853"

RECALLED = {VAXIGRIP: "RAP24V1", GARDASIL: "RAP24G9", BOOSTRIX: "RAP24B4", PREVENAR: "RAP24P20", METFORMINE: "RAP24M7"}
"""A lot of each vaccine, and one of a medicine, that earlier recalls withdrew: for the check of lots."""


@dataclass(frozen=True, slots=True)
class Box:
    """Something that was dispensed: so many days ago, or on a day (``AAAA-MM-JJ``)."""

    cip13: str
    days: int = 0
    day: str = ""
    lot: str = ""
    boxes: int = 1
    units: int = 0
    at: str = "officine"


@dataclass(frozen=True, slots=True)
class Seed:
    """A situation: patient, state of the dossier since so many days, days left to oppose, what was dispensed."""

    id: str
    title: str
    how: str
    patient: str
    state: State
    age_days: int = 400
    left: int = 0
    boxes: tuple[Box, ...] = ()


SEEDS = (
    Seed(
        "HIST-1",
        "Dossier créé : quatorze mois de délivrances, deux officines, lots",
        "GET historique : douze mois, les délivrances plus anciennes n'y sont pas",
        "martin-claire",
        State.CREATED,
        boxes=(
            Box(METFORMINE, 28, lot="MET2601", boxes=2),
            Box(METFORMINE, 56, lot="MET2512", boxes=2),
            Box(KARDEGIC, 28, lot="KAR2604"),
            Box(TAHOR, 300, lot="TAH2501", at="officine-voisine"),
            Box(TAHOR, 425, lot="TAH2409", at="officine-voisine"),
        ),
    ),
    Seed(
        "BIO-1",
        "Médicament biologique : trois ans d'historique",
        "GET historique : l'adalimumab d'il y a deux ans et demi y est, celui d'il y a quarante mois non",
        "durand-paul-1",
        State.CREATED,
        1300,
        boxes=(
            Box(HUMIRA, 20, lot="HUM26A"),
            Box(HUMIRA, 900, lot="HUM23C"),
            Box(HUMIRA, 1220, lot="HUM22F"),
            Box(ELIQUIS, 20, lot="ELI26"),
            Box(ELIQUIS, 500, lot="ELI24"),
        ),
    ),
    Seed(
        "VACC-1",
        "Vaccins : depuis septembre 2016, dans leur espace",
        "GET vaccins : celui d'octobre 2016 y est, celui de mars 2015 non (option dp.vaccins = 21-ans : les deux)",
        "lefevre-augustine",
        State.CREATED,
        4000,
        boxes=(
            Box(VAXIGRIP, 380, lot="VAX2510"),
            Box(PREVENAR, 700, lot="PRE2412"),
            Box(BOOSTRIX, day="2016-10-12", lot="BOO1610"),
            Box(BOOSTRIX, day="2015-03-17", lot="BOO1503"),
            Box(DOLIPRANE, 30),
        ),
    ),
    Seed(
        "UNIT-1",
        "Boîte déconditionnée : le nombre d'unités est au dossier",
        "GET historique : sept unités de SKENAN L.P. ; alimenter avec deconditionne et unites",
        "perrin-jean-baptiste",
        State.CREATED,
        boxes=(Box(SKENAN, 10, lot="SKE2603", units=7),),
    ),
    Seed(
        "INFO-1",
        "Patient en cours d'information : vingt jours pour s'opposer",
        "GET historique : 409 ; avancer l'horloge de vingt jours : le dossier est créé",
        "nguyen-minh-anh",
        State.INFORMING,
        22,
        20,
    ),
    Seed("OPP-1", "Patient opposé", "alimenter : 409, rien ne doit partir", "moreau-etienne", State.OPPOSED, 200),
    Seed("CLOS-1", "Dossier clos, données effacées", "GET historique : 409", "roux-gerard", State.CLOSED, 300),
    Seed("VIDE-1", "Dossier créé, rien n'y est", "GET historique : une liste vide", "rousseau-marion", State.CREATED),
    Seed(
        "ENF-1",
        "Enfant sous insuline",
        "GET historique : insulines, qui sont des biologiques",
        "bernard-hugo",
        State.CREATED,
        boxes=(Box(LANTUS, 25, lot="LAN2602"), Box(NOVORAPID, 25, lot="NOV2605"), Box(UVEDOSE, 60)),
    ),
)

ARCHIVED = "archive"
"""In the place of a structure: nobody has to acknowledge these any more."""
RECALLS = tuple(
    (
        Recall(
            f"RAPPEL-LOT-{number}",
            UNDATED,
            cip13,
            name_of(cip13),
            (lot,),
            f"Rappel du lot {lot} (fictif)",
            "[Fictif] Retirer le lot du stock et le retourner au grossiste ; joindre les patients servis.",
            structure=ARCHIVED,
        ),
        200 + number,
    )
    for number, (cip13, lot) in enumerate(RECALLED.items(), 1)
)
"""Earlier recalls: no officine has to acknowledge them any more, their lots stay withdrawn."""
PENDING = "RAPPEL-ERABLES-1"
PENDING_LOT = "TAH2409"

SITUATIONS = (
    *(Situation(one.id, one.title, f"{one.patient} : {one.how}") for one in SEEDS),
    Situation(
        "INC-1", "Patient que le DP ne connaît pas", "fournier-ines : GET état : INCONNU ; transmettre son identité"
    ),
    Situation(
        "RAPPEL-1",
        "Un rappel attend l'acquittement",
        f"Pharmacie des Érables : historique et alimentation : 423, jusqu'à l'acquittement de {PENDING}",
    ),
    Situation(
        "RAPPEL-2",
        "Un rappel arrive ce matin",
        "POST /_sandbox/v1/dp/rappels publie un rappel : toutes les officines, ou une seule",
    ),
    *(
        Situation(f"LOT-{number}", f"Lot rappelé : {name_of(cip13)[:40]}", f"GET rappels?cip13={cip13}&lot={lot}")
        for number, (cip13, lot) in enumerate(RECALLED.items(), 1)
    ),
    Situation("RUPT-1", "Tension, dépannage accepté", f"GET ruptures?cip13={OZEMPIC} ; demander : accepté après 4 h"),
    Situation("RUPT-2", "Rupture, dépannage refusé", f"GET ruptures?cip13={KEPPRA} ; demander : refusé après 4 h"),
    Situation("RUPT-3", "Rupture sans dépannage", f"GET ruptures?cip13={AMOXICILLINE} ; demander : 409"),
)


def identity_of(patient: Patient) -> Identity:
    """Return the identity of a fictitious patient as INSi gives it, qualified."""
    return Identity(
        patient.matricule,
        patient.oid,
        QUALIFIED,
        patient.birth_name,
        patient.first_names[0],
        patient.sex,
        patient.birth_date,
    )


def seed(session: Session) -> None:
    """Fill a new store."""
    from dp_mock import store

    people = session.people
    with session.db.transaction() as transaction:
        store.put_seeds(
            transaction,
            [(_dossier(one, people), one.age_days, one.left) for one in SEEDS],
            [
                (_dispensation(f"{one.id}-{number}", one, box, people), None if box.day else box.days)
                for one in SEEDS
                for number, box in enumerate(one.boxes, 1)
            ],
            [*RECALLS, (_pending(people), 1)],
        )


def _dossier(one: Seed, people: Population) -> Dossier:
    kept = one.state in (State.CREATED, State.INFORMING)
    patient = people.patient_named(one.patient)
    return Dossier(patient.matricule, one.state, UNDATED, identity_of(patient) if kept else None)


def _dispensation(identifier: str, one: Seed, box: Box, people: Population) -> Dispensation:
    actor = next(person for person in people.professionals if person.structure == box.at)
    return Dispensation(
        identifier,
        people.patient_named(one.patient).matricule,
        people.structure(box.at).id_nat,
        actor.national_id,
        datetime.fromisoformat(f"{box.day}T10:00:00+00:00") if box.day else UNDATED,
        box.cip13,
        name_of(box.cip13),
        kind_of(box.cip13),
        box.boxes,
        split=bool(box.units),
        units=box.units,
        lot=box.lot,
    )


def _pending(people: Population) -> Recall:
    return Recall(
        PENDING,
        UNDATED,
        TAHOR,
        name_of(TAHOR),
        (PENDING_LOT,),
        f"Rappel du lot {PENDING_LOT} (fictif)",
        "[Fictif] Cesser la délivrance du lot, l'isoler, joindre les patients servis.",
        structure=people.structure("officine-voisine").id_nat,
    )
