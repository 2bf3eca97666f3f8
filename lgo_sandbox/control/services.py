"""``/services``: the contract of every service, and where its doors answer.

Knows services by their contract only.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from lgo_sandbox.contract import Door, Resource, Service
from lgo_sandbox.control.access import CurrentLauncher, SessionName
from lgo_sandbox.control.errors import ControlError
from lgo_sandbox.sandbox import Addresses
from lgo_sandbox.tenant.faults import FaultKind
from lgo_sandbox.wire.quoting import quoted

__all__ = ["router"]

router = APIRouter(tags=["services"])


@router.get("/services")
async def services(launcher: CurrentLauncher, session: SessionName) -> list[dict[str, Any]]:
    """Lister les services, leur contrat et leurs adresses pour la session."""
    launcher.sandbox.sessions.get(session)
    addresses = launcher.addresses_of(session)
    return [_contract(service, addresses) for service in launcher.sandbox.services.values()]


@router.get("/services/{name}")
async def service(launcher: CurrentLauncher, session: SessionName, name: str) -> dict[str, Any]:
    """Donner le contrat d'un service."""
    if name not in launcher.sandbox.services:
        raise ControlError(404, f"service inconnu : {quoted(name)}")
    return _contract(launcher.sandbox.services[name], launcher.addresses_of(session))


def _contract(service: Service, addresses: Addresses) -> dict[str, Any]:
    return {
        "name": service.name,
        "title": service.title,
        "spec_version": service.spec_version,
        "simulated": service.simulated,
        "doors": [_door(door, addresses) for door in service.doors],
        "operations": [asdict(operation) for operation in service.operations],
        "options": [{**asdict(o), "name": f"{service.name}.{o.name}"} for o in service.options],
        "faults": [asdict(fault) for fault in service.faults],
        "fault_kinds": [kind.value for kind in FaultKind],
        "situations": [asdict(situation) for situation in service.situations],
        "resources": [_resource(service, resource) for resource in service.resources],
        "person_pages": [asdict(page) for page in service.person_pages],
        "checks": [_check(check) for check in service.checks],
    }


def _door(door: Door, addresses: Addresses) -> dict[str, Any]:
    found = {"http": addresses.plain.get(door.name), "https": addresses.tls.get(door.name)}
    if door.protocol != "http":
        found = {door.protocol: addresses.sockets.get(door.name)}
    where = {scheme: address for scheme, address in found.items() if address}
    return {"name": door.name, "title": door.title, "protocol": door.protocol, "addresses": where}


def _resource(service: Service, resource: Resource) -> dict[str, Any]:
    return {
        "name": resource.name,
        "title": resource.title,
        "path": f"{service.name}/{resource.name}",
        "actors": resource.actors,
    }


def _check(check: Any) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "severity": check.severity.value,
        "requirements": list(check.requirements),
        "operations": sorted(check.operations),
        "versions": sorted(check.versions),
        "source": check.source,
        "confidence": check.confidence,
        "remedy": check.remedy,
    }
