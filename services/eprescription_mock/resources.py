"""What the control API publishes of a session: its prescriptions, one of them, its QR image.

Source: design of the project (Control API). The secrets of consultations stay out.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from eprescription_mock.domain.prescribing import qr_text
from eprescription_mock.domain.quantities import progress
from eprescription_mock.domain.states import deadline, state_of
from eprescription_mock.domain.values import Execution, Prescription
from eprescription_mock.options import rules_of
from eprescription_mock.seeds import SEEDS
from health_documents.barcodes.images import write_qr
from lgo_sandbox.contract import Refusal, Resource, ResourceRequest
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.wire.http import RawResponse

__all__ = ["RESOURCES"]

QR = "qr"
LISTED = 500


def _prescriptions(_sandbox: Sandbox, session: Session, request: ResourceRequest) -> Any:
    if request.method != "GET":
        raise Refusal(405, "cette ressource se lit seulement")
    numero, _, part = request.tail.strip("/").partition("/")
    if not numero:
        return _list(session, request.query.get("matricule", ""), request.query.get("etat", ""))
    prescription = _one(session, numero)
    if part == QR:
        return RawResponse(200, write_qr(qr_text(prescription.numero)), "image/png")
    if part:
        raise Refusal(404, f"rien à cette adresse : « {part[:40]} »")
    return _detail(prescription, session)


def _list(session: Session, matricule: str, state: str) -> list[dict[str, Any]]:
    from eprescription_mock import store

    with store.exclusive(session) as transaction:
        found = store.listed(transaction, LISTED, matricule)
    entries = [_summary(prescription, session) for prescription in found]
    return [entry for entry in entries if not state or entry["etat"] == state]


def _one(session: Session, numero: str) -> Prescription:
    from eprescription_mock import store

    with store.exclusive(session) as transaction:
        found = store.find(transaction, numero)
    if found is None:
        raise Refusal(404, f"ordonnance inconnue : « {numero[:40]} »")
    return found


def _summary(p: Prescription, session: Session) -> dict[str, Any]:
    rules = rules_of(session)
    situation = next((one for one in SEEDS if one.numero == p.numero), None)
    return {
        "numero": p.numero,
        "qr": qr_text(p.numero),
        "etat": state_of(p, session.clock.age(), rules).value,
        "matricule": p.matricule,
        "prescripteur": p.prescriber,
        "prescrite_le": _shown(p.prescribed_at),
        "peremption": _shown(deadline(p, rules)),
        "lignes": len(p.lines),
        "situation": situation.title if situation else "",
    }


def _detail(p: Prescription, session: Session) -> dict[str, Any]:
    reached = progress(p)
    lines = [
        {
            **asdict(line),
            "delivre": reached[line.id].total,
            "reste": reached[line.id].remaining,
            "livraisons_restantes": reached[line.id].renewals,
        }
        for line in p.lines
    ]
    return {
        **_summary(p, session),
        "structure": p.structure,
        "sous_types": list(p.kinds),
        "officine_designee": p.dispenser,
        "consultation": {"structure": p.hold.structure, "depuis": _shown(p.hold.at)} if p.hold else None,
        "lignes": lines,
        "executions": [_execution(execution) for execution in p.executions],
    }


def _execution(execution: Execution) -> dict[str, Any]:
    dispenses = [asdict(dispense) for dispense in execution.dispenses]
    return {**asdict(execution), "at": _shown(execution.at), "dispenses": dispenses}


def _shown(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


RESOURCES = (Resource("prescriptions", "Ordonnances numériques de la session", _prescriptions),)
