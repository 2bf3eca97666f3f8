"""What the Annuaire Santé says that it can do: its CapabilityStatement.

Source: docs/sources/annuaire.md#parametres, #inclusions; FHIR R4 capabilitystatement.html: high. Knows no HTTP.
"""

from __future__ import annotations

from typing import Any

from mss_mock.directory import tables
from mss_mock.directory.parameters import INCLUDES, search_parameters
from mss_mock.directory.records import KINDS

__all__ = ["capability_statement"]

DATE = "2026-06-30"
PROFILES = {
    "Practitioner": "as-dp-practitioner",
    "PractitionerRole": "as-dp-practitionerrole",
    "Organization": "as-dp-organization",
    "HealthcareService": "as-dp-healthcareservice-healthcare-activity",
    "Device": "as-dp-device",
}


def capability_statement(root: str, *, mailbox_type: bool) -> dict[str, Any]:
    """Return the statement of the directory at an address."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "software": {"name": "Annuaire Santé (SIMULATION)"},
        "implementation": {"description": "Annuaire Santé (SIMULATION)", "url": root},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [{"mode": "server", "resource": [_resource(kind, mailbox_type=mailbox_type) for kind in KINDS]}],
    }


def _resource(kind: str, *, mailbox_type: bool) -> dict[str, Any]:
    known = search_parameters(kind, mailbox_type=mailbox_type)
    forward = ["*", *(name for name, one in INCLUDES.items() if one.source == kind)]
    backward = [name for name, one in INCLUDES.items() if one.target == kind]
    resource: dict[str, Any] = {
        "type": kind,
        "profile": f"{tables.AS}/{PROFILES[kind]}",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
    }
    if len(forward) > 1:
        resource["searchInclude"] = forward
    if backward:
        resource["searchRevInclude"] = backward
    resource["searchParam"] = [{"name": name, "type": one.type} for name, one in sorted(known.items())]
    return resource
