"""``/faults``: arm, list and disarm the faults of a session."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from lgo_sandbox.control.access import CurrentSandbox, CurrentSession, known_service
from lgo_sandbox.control.errors import INVALID, ControlError
from lgo_sandbox.control.models import NewFault
from lgo_sandbox.sandbox import Sandbox
from lgo_sandbox.tenant.faults import ANY, Fault, FaultKind
from lgo_sandbox.tenant.ids import Ids

__all__ = ["router"]

router = APIRouter(prefix="/faults", tags=["pannes"])

FIRST_STATUS, LAST_STATUS = 400, 599


@router.get("")
async def armed(session: CurrentSession) -> list[dict[str, Any]]:
    """Lister les pannes armées."""
    return [fault.to_json() for fault in session.faults.armed()]


@router.post("", status_code=201)
async def arm(sandbox: CurrentSandbox, session: CurrentSession, wanted: NewFault) -> dict[str, Any]:
    """Armer une panne."""
    operation = _checked_operation(sandbox, wanted)
    fault = Fault(
        id=f"f{Ids().octets(4).hex()}",
        service=wanted.service,
        kind=wanted.kind,
        value=wanted.value,
        operation=operation,
        client=wanted.client,
        remaining=wanted.times,
    )
    session.faults.arm(fault)
    return fault.to_json()


@router.delete("")
async def disarm_all(session: CurrentSession) -> dict[str, int]:
    """Désarmer toutes les pannes."""
    return {"disarmed": session.faults.disarm()}


@router.delete("/{fault_id}")
async def disarm(session: CurrentSession, fault_id: str) -> dict[str, int]:
    """Désarmer une panne."""
    if not session.faults.disarm(fault_id):
        raise ControlError(404, f"panne inconnue : {fault_id[:64]!r}")
    return {"disarmed": 1}


def _checked_operation(sandbox: Sandbox, wanted: NewFault) -> str:
    """Return the operation to strike: the one wanted, or the one that a named fault is played on."""
    if wanted.kind is FaultKind.NAMED:
        return _named_operation(sandbox, wanted)
    if isinstance(wanted.value, str):
        raise ControlError(INVALID, "value : un nombre est attendu")
    if wanted.kind is FaultKind.STATUS and not FIRST_STATUS <= wanted.value <= LAST_STATUS:
        raise ControlError(INVALID, f"value : un code de {FIRST_STATUS} à {LAST_STATUS} est attendu")
    if wanted.service != ANY:
        _check_operation(sandbox, wanted)
    return wanted.operation


def _named_operation(sandbox: Sandbox, wanted: NewFault) -> str:
    known_service(sandbox, wanted.service)
    found = {
        wanted.operation if fault.operation == ANY else fault.operation
        for fault in sandbox.services[wanted.service].faults
        if fault.name == str(wanted.value)
        and (wanted.operation == fault.operation or ANY in (wanted.operation, fault.operation))
    }
    if len(found) != 1:
        raise ControlError(INVALID, f"panne nommée inconnue pour {wanted.service} : {str(wanted.value)!r}")
    return found.pop()


def _check_operation(sandbox: Sandbox, wanted: NewFault) -> None:
    known_service(sandbox, wanted.service)
    operations = {operation.name for operation in sandbox.services[wanted.service].operations}
    if wanted.operation != ANY and wanted.operation not in operations:
        raise ControlError(
            INVALID, f"opération inconnue : {wanted.operation!r} ({wanted.service} : {', '.join(sorted(operations))})"
        )
