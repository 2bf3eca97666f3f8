"""The stage of the DMP scenarios: desks of several professionals, the tester's hand on the sandbox, documents at hand.

Source: specs/requirements.md §3.3 (cards DMP-A to DMP-K). Knows the DMP through the client only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from health_documents.identifiers import OID_INS_NIR_TEST
from lgo_client.authoring import recipient_of, traits_of_patient
from lgo_client.dmp.desk import Desk
from lgo_client.dmp.documents import REVIEW, VACCINATION, Kind, example, lot_with
from lgo_client.dmp.lots import Lot
from lgo_client.dmp.opening import OID, opened, writer_of
from lgo_client.dmp.queue import Waiting
from lgo_client.environment import Environment
from lgo_client.journeys.stage import Stage
from lgo_client.journeys.steps import Teller, expect
from lgo_client.vihf import ins_cx

__all__ = ["FEEDING", "Office"]

DOCTOR = "generaliste"
"""To whom the pharmacy sends its reviews and interviews."""
FEEDING = frozenset({"td2.1", "td2.2"})


class Office(Stage):
    """The pharmacy and its neighbours before the DMP."""

    service = "dmp"

    def __init__(
        self, environment: Environment, teller: Teller, folder: Path, pause: Callable[[float], None], latency: int
    ) -> None:
        super().__init__(environment, teller, folder, pause, latency)
        self._desks: dict[str, Desk] = {}

    # --- people

    def desk(self, who: str = "titulaire", *, secret: bool = False) -> Desk:
        """Return the desk of a professional; it stays open. ``secret``: for a minor, unknown to the parents."""
        name = f"{who}-secret" if secret else who
        if name not in self._desks:
            desk = opened(self.environment, who, self.folder / name, secret=secret, workplace=self.workplace)
            self._desks[name] = self._stack.enter_context(desk)
        return self._desks[name]

    def cx(self, patient: str) -> str:
        """Return the identifier of a patient of the sheet."""
        return ins_cx(self.environment.patient(patient).matricule)

    # --- documents

    def document(
        self,
        patient: str,
        kind: Kind = REVIEW,
        who: str = "titulaire",
        *,
        replaces: str = "",
        at: datetime | None = None,
        hidden: Sequence[str] = (),
        by_structure: bool = False,
    ) -> Lot:
        """Write a document about a patient; return the lot that feeds it."""
        writer = writer_of(self.environment, who)
        traits = traits_of_patient(self.environment.patient(patient), OID_INS_NIR_TEST)
        entry, octets = example(
            writer,
            traits,
            self.workplace,
            kind,
            replaces=replaces,
            at=at,
            hidden=hidden,
            by_structure=by_structure,
            recipients=[] if kind is VACCINATION else [recipient_of(self.environment.person(DOCTOR))],
        )
        self.evidence.save(f"{entry.unique_id}.xml", octets)
        return lot_with(writer, entry, octets, self.workplace, OID)

    def validate(self, desk: Desk, lot: Lot, replaces: str = "") -> str:
        """Validate a document, which the software then feeds by itself; return its uniqueId."""
        unique_id = lot.entries[0].unique_id
        addressed = lot.entries[0].type_code.code != VACCINATION.type_code
        doctor = self.environment.person(DOCTOR).national_id
        self.mark("document validé", unique_id, **({"destinataires": doctor} if addressed else {}))
        desk.feed(lot.submission.patient_id, lot, replaces)
        expect(desk.send(), "le DMP ne répond pas")
        last = next(one for one in desk.queue.all() if one.unique_id == unique_id)
        expect(last.state == "versé", f"lot {last.state} : {last.said}")
        return unique_id

    # --- the tester's hand

    def open_record(self, patient: str) -> None:
        """Tell the sandbox that the user opens the record of a patient."""
        self.mark("dossier ouvert", self.environment.patient(patient).matricule)


def said(lot: Waiting) -> str:
    """Return a lot of the queue as a step tells it."""
    return f"{lot.state}{f' ({lot.said})' if lot.said else ''}"
