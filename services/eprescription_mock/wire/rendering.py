"""Writes the answers: the prescription as a Bundle, and the Parameters of each operation.

Source: docs/sources/eprescription.md#contrat-simule (code systems of the draft guide; simulated contract). Extensions
are ours and say so in their URL. Knows no rule.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from eprescription_mock import codes
from eprescription_mock.codes.states import State
from eprescription_mock.domain.prescribing import qr_text
from eprescription_mock.domain.quantities import Progress, progress
from eprescription_mock.domain.values import Line, Prescription
from eprescription_mock.wire.keeping import line_url
from health_documents.identifiers import OID_PS_IDNAT, OID_STRUCT_IDNAT
from lgo_sandbox.wire.fhir import FHIR_JSON, Resource, bundle, bundle_entry, write_resource
from lgo_sandbox.wire.http import RawResponse
from lgo_sandbox.wire.json import write_json

__all__ = ["answer", "created", "executed", "handed_over", "prescription_bundle", "search", "status"]

SIMULATION_HEADERS = ((codes.SIMULATION_HEADER, codes.SIMULATION),)


def answer(resource: Resource | bytes, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> RawResponse:
    """Return a resource as an answer that says that it is simulated."""
    body = resource if isinstance(resource, bytes) else write_resource(resource)
    return RawResponse(status, body, FHIR_JSON, (*SIMULATION_HEADERS, *headers))


def created(prescription: Prescription, png: bytes) -> Resource:
    """Return what EP4 answers: number, QR text, its image when the service has drawn it, the prescription."""
    image = {"resourceType": "Binary", "contentType": "image/png", "data": base64.b64encode(png).decode()}
    return _parameters(
        {"name": "numero", "valueString": prescription.numero},
        {"name": "qrToken", "valueString": qr_text(prescription.numero)},
        {"name": "statut", "valueCode": State.CREEE.value},
        *([{"name": "qr", "resource": image}] if png else []),
        {"name": "ordonnance", "resource": prescription_bundle(prescription)},
    )


def handed_over(prescription: Prescription, until: datetime | None) -> Resource:
    """Return what ``$ep3-consulter`` answers: the secret, until when the officine holds it, the prescription."""
    assert prescription.hold is not None
    limit = [{"name": "expirationConsultation", "valueInstant": _instant(until)}] if until else []
    return _parameters(
        {"name": "numero", "valueString": prescription.numero},
        {"name": "secret", "valueString": prescription.hold.secret},
        *limit,
        {"name": "ordonnance", "resource": prescription_bundle(prescription)},
    )


def executed(prescription: Prescription, receipt: str, state: State) -> Resource:
    """Return what ``$ep1-executer`` answers: the receipt, the state, what remains."""
    receipt_part = {"name": "recu", "valueString": receipt}
    return _parameters(receipt_part, *_situation(prescription, state))


def status(prescription: Prescription, state: State, lapses: datetime, holder: str = "") -> bytes:
    """Return what the other operations answer. ``holder`` is shown when the asker's own structure holds it.

    It is asked often and has no empty member: it is written without looking for one.
    """
    resource = _parameters(
        *_situation(prescription, state),
        {"name": "peremption", "valueInstant": _instant(lapses)},
        *([{"name": "enConsultationA", "valueString": holder}] if holder else []),
    )
    return write_json(resource)


Found: TypeAlias = tuple[Prescription, State, datetime, datetime]


def search(hidden: Collection[str], found: Sequence[Found], *, cut: bool) -> Resource:
    """Return what EP2 answers: of each its number, date and size; its state and end unless ``hidden``.

    ``cut``: the patient has more, which are not told.
    """
    total = {"name": "total", "valueInteger": len(found)}
    more = [{"name": "tronque", "valueBoolean": True}] if cut else []
    listed = [{"name": "ordonnance", "part": list(_summary(one, one[0].numero in hidden))} for one in found]
    return _parameters(total, *more, *listed)


def _summary(found: Found, hidden: bool) -> Iterable[Resource]:
    prescription, state, written, lapses = found
    yield {"name": "numero", "valueString": prescription.numero}
    yield {"name": "prescriteLe", "valueInstant": _instant(written)}
    yield {"name": "prescripteur", "valueString": prescription.prescriber}
    yield {"name": "lignes", "valueInteger": len(prescription.lines)}
    if not hidden:
        yield {"name": "statut", "valueCode": state.value}
        yield {"name": "peremption", "valueInstant": _instant(lapses)}


def prescription_bundle(prescription: Prescription, *, hidden: bool = False) -> Resource:
    """Return the prescription as a Bundle: one request per line, then what was sent beside them.

    ``hidden``: nothing is told of what was delivered.
    """
    reached = progress(prescription)
    entries = [_entry(prescription, line, reached[line.id], hidden=hidden) for line in prescription.lines]
    entries += json.loads(prescription.further) if prescription.further else []
    return bundle("collection", entries, bundle_id=prescription.numero)


def _parameters(*parts: Resource) -> Resource:
    return {"resourceType": "Parameters", "parameter": list(parts)}


def _situation(prescription: Prescription, state: State) -> Iterable[Resource]:
    yield {"name": "numero", "valueString": prescription.numero}
    yield {"name": "statut", "valueCode": state.value}
    for reached in progress(prescription).values():
        yield {"name": "ligne", "part": list(_line_situation(reached))}


def _line_situation(reached: Progress) -> Iterable[Resource]:
    yield {"name": "id", "valueString": reached.line.id}
    yield {"name": "delivre", "valueInteger": reached.total}
    if reached.line.quantity:
        yield {"name": "resteADelivrer", "valueInteger": reached.remaining}
    yield {"name": "livraisonsRestantes", "valueInteger": reached.renewals}


def _entry(prescription: Prescription, line: Line, reached: Progress, *, hidden: bool) -> Resource:
    kind = "DeviceRequest" if line.lpp else "MedicationRequest"
    name = f"{prescription.numero}-{line.id}"
    left = {"url": codes.EXTENSION_REMAINING, "valueQuantity": _boxes(reached.remaining)}
    renewals = {"url": codes.EXTENSION_RENEWALS, "valueInteger": reached.renewals}
    exhausted = reached.exhausted and not hidden
    ours = {
        "resourceType": kind,
        "id": name,
        "extension": [] if hidden else [*([left] if line.quantity else []), renewals],
        "status": "completed" if exhausted else "revoked" if prescription.cancelled else "active",
    }
    content = _sent(prescription, line, ours) if line.source else _written(prescription, line, ours)
    return bundle_entry(line_url(prescription.numero, line.id), content)


def _sent(prescription: Prescription, line: Line, ours: Resource) -> Resource:
    """Return a request as it was sent, with what the service knows better."""
    sent: Resource = json.loads(line.source)
    number = sent.get("groupIdentifier", {})
    numbered = number if number.get("value") == prescription.numero else {}
    return {
        **sent,
        **ours,
        "extension": [*sent.get("extension", ()), *ours["extension"]],
        "subject": {**_subject(prescription), **sent.get("subject", {})},
        "requester": {**_requester(prescription), **sent.get("requester", {})},
        "groupIdentifier": numbered or _identifier(codes.SYSTEM_EPU, prescription.numero),
    }


def _subject(prescription: Prescription) -> Resource:
    return {"identifier": _identifier(f"urn:oid:{prescription.root}", prescription.matricule)}


def _requester(prescription: Prescription) -> Resource:
    return {"identifier": _identifier(f"urn:oid:{OID_PS_IDNAT}", prescription.prescriber)}


def _written(prescription: Prescription, line: Line, ours: Resource) -> Resource:
    """Return a request that nobody sent: that of a seed."""
    shared = {
        **ours,
        "intent": "order",
        "subject": _subject(prescription),
        "authoredOn": prescription.authored_on,
        "requester": _requester(prescription),
        "groupIdentifier": _identifier(codes.SYSTEM_EPU, prescription.numero),
    }
    if not line.lpp:
        return {**shared, **_medication_part(prescription, line)}
    marks = [{"url": codes.EXTENSION_MARK, "valueCodeableConcept": one} for one in _category(prescription, line)]
    boxes = {"url": codes.EXTENSION_QUANTITY, "valueQuantity": _boxes(line.quantity)}
    return {
        **shared,
        "extension": [*ours["extension"], boxes, *marks],
        "codeCodeableConcept": _product(line),
        "note": [{"text": line.posology}],
    }


def _medication_part(prescription: Prescription, line: Line) -> Resource:
    return {
        "category": _category(prescription, line),
        "medicationCodeableConcept": _product(line),
        "dosageInstruction": [{"text": line.posology}],
        "dispenseRequest": _dispense_request(prescription, line),
        "substitution": _substitution(line),
    }


def _category(prescription: Prescription, line: Line) -> list[Resource]:
    labels = {**codes.PRESCRIPTION_KINDS, **codes.LINE_FLAGS}
    marks = (*prescription.kinds, *line.flags)
    return [{"coding": [_coding(codes.SYSTEM_TA_ASIP, mark, labels[mark])]} for mark in marks]


def _product(line: Line) -> Resource:
    named = ((codes.SYSTEM_CIS, line.cis), (codes.SYSTEM_CIP, line.cip13), (codes.SYSTEM_LPP, line.lpp))
    return {"coding": [_coding(system, code) for system, code in named if code], "text": line.name}


def _dispense_request(prescription: Prescription, line: Line) -> Resource:
    days = {"value": line.days, "unit": "jours", "system": codes.UCUM, "code": "d"}
    dispenser = _identifier(f"urn:oid:{OID_STRUCT_IDNAT}", prescription.dispenser)
    return {
        "numberOfRepeatsAllowed": line.repeats,
        "quantity": _boxes(line.quantity),
        "expectedSupplyDuration": days if line.days else {},
        "performer": {"identifier": dispenser} if prescription.dispenser else {},
    }


def _substitution(line: Line) -> Resource:
    if not line.no_substitution:
        return {"allowedBoolean": True}
    label = codes.NO_SUBSTITUTION_REASONS.get(line.no_substitution)
    coding = [_coding(codes.SYSTEM_NO_SUBSTITUTION, line.no_substitution, label)] if label else []
    refused = {"coding": [_coding(codes.SYSTEM_SUBSTITUTION, codes.SUBSTITUTION_NONE)]}
    return {"allowedCodeableConcept": refused, "reason": {"coding": coding, "text": label or line.no_substitution}}


def _boxes(count: int) -> Resource:
    return {"value": count, "unit": "boîte", "system": codes.SYSTEM_EDQM, "code": codes.EDQM_BOX}


def _coding(system: str, code: str, display: str | None = None) -> Resource:
    return {"system": system, "code": code, **({"display": display} if display else {})}


def _identifier(system: str, value: str) -> Resource:
    return {"system": system, "value": value}


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
