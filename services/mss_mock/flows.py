"""Which INS a mail carries, to whom, and what its documents print of it: facts for the checks of flows.

Source: specs/requirements.md §2.1 (rules 28, 31, 32, 55). Pure: facts of the mail and markers in, facts out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from health_documents.identifiers import ROOTS_OF_INS
from lgo_sandbox.watch.former_flows import flow_facts
from lgo_sandbox.watch.markers import Marker
from mss_mock.codes import PATIENT_DOMAIN

__all__ = ["mail_flow"]


def mail_flow(facts: Mapping[str, Any], markers: Iterable[Marker]) -> dict[str, Any]:
    """Return the flow of a mail: the matricules of its archives and of the citizens it is addressed to."""
    recipients = [str(one["address"]) for one in facts.get("recipients") or ()]
    archives = facts.get("archives") or ()
    documents = [document for archive in archives for document in archive.get("documents", ())]
    printed = [document["printed_ins"] for document in documents if document.get("printed_ins") is not None]
    carried = [*_of_archives(archives), *_of_addresses(recipients)]
    return {**flow_facts(markers, carried, recipients), "printed_ins": printed}


def _of_archives(archives: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for archive in archives:
        patient = archive.get("patient", {})
        if patient.get("oid") in ROOTS_OF_INS:
            yield patient["id"]
        yield from (document["matricule"] for document in archive.get("documents", ()) if document.get("matricule"))


def _of_addresses(addresses: Iterable[str]) -> Iterator[str]:
    """A citizen's address is his matricule."""
    for address in addresses:
        name, _, domain = address.rpartition("@")
        if domain.lower() == PATIENT_DOMAIN:
            yield name
