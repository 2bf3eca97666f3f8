"""The document of the ready-file: all that a client needs to connect, as one JSON value.

Source: design of the project (Ready-file). Knows services by their contract only.
"""

from __future__ import annotations

from typing import Any

from lgo_sandbox import __version__
from lgo_sandbox.pki import ready_certificates
from lgo_sandbox.pki.holders import MAIN_STRUCTURE, card_holders, organisation_holder
from lgo_sandbox.population.people import Patient, Population, Professional, Structure
from lgo_sandbox.sandbox import Addresses, Sandbox

__all__ = [
    "CARD_PERSONAS",
    "bad_servers_document",
    "certificates_of",
    "people_document",
    "ready_document",
]

CARD_PERSONAS = ("titulaire", "adjoint", "generaliste", "hospitalier")
"""The personas whose cards are made at the first start; other cards are issued on demand (control API)."""


def ready_document(sandbox: Sandbox, addresses: Addresses) -> dict[str, Any]:
    """Return the ready-file of one group of listeners as JSON values."""
    session = sandbox.sessions.get(addresses.session)
    document: dict[str, Any] = {
        "version": __version__,
        "session": addresses.session,
        "control": addresses.control,
        "services": {name: _urls(addresses, name) for name in sorted({*addresses.plain, *addresses.tls})},
        **addresses.sockets,
        **bad_servers_document(addresses),
        "ca": str(sandbox.pki.ca_bundle.resolve()),
        "ca_p12": str(sandbox.pki.ca_p12.resolve()),
        "certificates": certificates_of(sandbox, addresses.session),
        **people_document(sandbox.people),
    }
    for service in sandbox.services.values():
        document.update(service.connection_facts(sandbox, session))
    return document


def bad_servers_document(addresses: Addresses) -> dict[str, Any]:
    """Return where the servers are that a client must refuse, and why some are absent; nothing while none is open."""
    if not addresses.bad:
        return {}
    return {"bad_servers": addresses.bad, "bad_servers_absent": addresses.bad_absent}


def people_document(people: Population) -> dict[str, Any]:
    """Return the reference people as JSON values: ``personas``, ``structures``, ``patients``."""
    return {
        "personas": [_persona(p) for p in people.professionals],
        "structures": [_structure(s) for s in people.structures],
        "patients": [_patient(p) for p in people.patients],
    }


def certificates_of(sandbox: Sandbox, session: str) -> dict[str, dict[str, str]]:
    """Return the certificates of a session, made if need be (a fifth of a second: not for an event loop)."""
    pharmacy = organisation_holder(sandbox.people.structure(MAIN_STRUCTURE))
    persons = card_holders(p for p in sandbox.people.professionals if p.id in CARD_PERSONAS)
    issued = ready_certificates(sandbox.pki, pharmacy, persons, session=session)
    return {name: certificate.entry() for name, certificate in issued.items()}


def _urls(addresses: Addresses, door: str) -> dict[str, str]:
    found = {"http": addresses.plain.get(door), "https": addresses.tls.get(door)}
    return {scheme: url for scheme, url in found.items() if url}


def _persona(p: Professional) -> dict[str, Any]:
    return {
        "id": p.id,
        "name": p.name,
        "label": p.label,
        "profession": p.profession,
        "national_id": p.national_id,
        "structure": p.structure,
        "specialty": p.specialty,
        "mailbox": p.mailbox,
        "family_name": p.family_name,
        "given_name": p.given_name,
        "civility": p.civility,
        "title": p.title,
    }


def _structure(s: Structure) -> dict[str, Any]:
    return {
        "id": s.id,
        "id_nat": s.id_nat,
        "finess": s.finess,
        "name": s.name,
        "sector": s.sector,
        "mailbox": s.mailbox,
        "address": s.address,
        "postal_code": s.postal_code,
        "city": s.city,
        "phone": s.phone,
    }


def _patient(p: Patient) -> dict[str, Any]:
    return {
        "id": p.id,
        "matricule": p.matricule,
        "oid": p.oid,
        "birth_name": p.birth_name,
        "first_names": list(p.first_names),
        "sex": p.sex,
        "birth_date": p.birth_date,
        "birth_place": p.birth_place,
        "used_name": p.used_name,
        "mailbox": p.mailbox,
        "situation": p.story,
        "tags": sorted(p.tags),
        "address": p.address,
        "postal_code": p.postal_code,
        "city": p.city,
        "phone": p.phone,
    }
