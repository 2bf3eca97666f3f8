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
from lgo_sandbox.wire.quoting import quoted

__all__ = ["checked_operation", "router"]

router = APIRouter(prefix="/faults", tags=["pannes"])

FIRST_STATUS, LAST_STATUS = 400, 599
LONGEST_DELAY_MS = 600_000
BOUNDS = {
    FaultKind.DELAY: (0, LONGEST_DELAY_MS, "durée en millisecondes"),
    FaultKind.STATUS: (FIRST_STATUS, LAST_STATUS, "code HTTP ou SMTP"),
    FaultKind.CUT: (0, 100_000_000, "nombre d'octets"),
    FaultKind.DRIP: (1, 100_000_000, "nombre d'octets par seconde"),
}
"""What ``value`` means for the kinds that want a number, with its bounds."""


@router.get("")
async def armed(session: CurrentSession) -> list[dict[str, Any]]:
    """Lister les pannes armées."""
    return [fault.to_json() for fault in session.faults.armed()]


@router.post("", status_code=201)
async def arm(sandbox: CurrentSandbox, session: CurrentSession, wanted: NewFault) -> dict[str, Any]:
    """Armer une panne."""
    operation = checked_operation(sandbox, wanted)
    fault = Fault(
        id=f"f{Ids().octets(4).hex()}",
        service=wanted.service,
        kind=wanted.kind,
        value=wanted.value or 0,
        operation=operation,
        client=wanted.client,
        remaining=wanted.times or (1 if wanted.nth else None),
        nth=wanted.nth or 1,
        probability=wanted.probability,
        seed=session.config.seed if wanted.seed is None else wanted.seed,
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
        raise ControlError(404, f"panne inconnue : {quoted(fault_id)}")
    return {"disarmed": 1}


def checked_operation(sandbox: Sandbox, wanted: NewFault) -> str:
    """Return the operation to strike: the one wanted, or the one that a named fault is played on."""
    if wanted.kind is FaultKind.NAMED:
        return _named_operation(sandbox, wanted)
    _check_value(wanted)
    if wanted.service != ANY:
        _check_operation(sandbox, wanted)
    return wanted.operation


def _check_value(wanted: NewFault) -> None:
    if wanted.kind not in BOUNDS:
        if wanted.value is not None:
            raise ControlError(INVALID, f"value : la panne « {wanted.kind} » n'en a pas, retirez ce champ")
        return
    least, most, what = BOUNDS[wanted.kind]
    if wanted.value is None:
        raise ControlError(INVALID, f"value : champ obligatoire ({what}, de {least} à {most})")
    if not isinstance(wanted.value, int) or not least <= wanted.value <= most:
        raise ControlError(INVALID, f"value : {what}, de {least} à {most} (reçu : {quoted(wanted.value)})")


def _named_operation(sandbox: Sandbox, wanted: NewFault) -> str:
    known_service(sandbox, wanted.service)
    found = {
        wanted.operation if fault.operation == ANY else fault.operation
        for fault in sandbox.services[wanted.service].faults
        if fault.name == str(wanted.value)
        and (wanted.operation == fault.operation or ANY in (wanted.operation, fault.operation))
    }
    if len(found) > 1:
        several = ", ".join(sorted(found))
        raise ControlError(
            INVALID, f"la panne {quoted(wanted.value)} frappe plusieurs opérations : mettez dans operation {several}"
        )
    if not found:
        raise ControlError(INVALID, f"panne nommée inconnue pour {wanted.service} : {quoted(wanted.value)}")
    return found.pop()


def _check_operation(sandbox: Sandbox, wanted: NewFault) -> None:
    known_service(sandbox, wanted.service)
    operations = {operation.name: operation for operation in sandbox.services[wanted.service].operations}
    if wanted.operation != ANY and wanted.operation not in operations:
        raise ControlError(
            INVALID,
            f"opération inconnue : {quoted(wanted.operation)} ({wanted.service} : {', '.join(sorted(operations))})",
        )
    if wanted.operation != ANY and not operations[wanted.operation].armable:
        armable = ", ".join(sorted(name for name, operation in operations.items() if operation.armable))
        raise ControlError(
            INVALID,
            f"« {wanted.operation} » nomme ce qui va mal, et n'a pas de réponse qu'une panne puisse frapper ; "
            f"opérations de {wanted.service} qui en ont une : {armable}",
        )
