"""The e-prescription téléservice, from the prescriber's and from the pharmacy's side (simulated FHIR R4 contract).

Source: specs/eprescription.md §8 (proposed contract, not official) and §4 (code systems). Typed values in and out;
knows no screen and no other service.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from health_documents.barcodes.images import write_qr
from health_documents.values.document import PatientIdentity
from lgo_client.ordonnance import Prescribed

__all__ = ["Consulted", "Delivery", "Eprescription", "EprescriptionRefused", "Issued", "Line", "Receipt"]

BASE = "/simu/ordonnance-numerique/v1"
FHIR = "application/fhir+json"
STRUCTURES = "1.2.250.1.71.4.2.2"
DRUGS = "http://data.esante.gouv.fr/ansm/medicament"
CIP = f"{DRUGS}/Presentation"
CIS = f"{DRUGS}/SpecialitePharmaceutique"
LINE_FLAGS = "urn:oid:1.2.250.1.213.1.1.4.322"
ALD = "MED-574"
REMAINING = "urn:x-simulation:epu-non-officiel:reste-a-delivrer"
UCUM = "http://unitsofmeasure.org"
EDQM = "http://standardterms.edqm.eu"
BOX = "30009000"
NUMBERS = "urn:oid:1.2.250.1.215.500.1.1"
CODE_2D = "urn:x-simulation:epu-non-officiel:code-2d"
NUMBER_PREFIX, NUMBER_LENGTH, CODE_PREFIX = "99SIMU", 12, "EPU-SIMU:"
"""The true rules of number and code are not public: these are the sandbox's."""


class EprescriptionRefused(Exception):
    """The téléservice refused: HTTP status and French text of its OperationOutcome."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} : {message}")
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Issued:
    """A new prescription: the number that our software drew, and the image of its code."""

    number: str
    qr_png: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """A line to dispense: ``boxes`` is what remains of this delivery."""

    id: str
    name: str
    cip13: str
    posology: str
    boxes: int


@dataclass(frozen=True, slots=True)
class Consulted:
    """A prescription held by this pharmacy; ``secret`` is needed to execute it."""

    number: str
    secret: str
    state: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Boxes given for a line."""

    line: Line
    boxes: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof of an execution, and the state of the prescription after it."""

    id: str
    state: str


class Eprescription:
    """Calls the téléservice for a professional of a structure; ``token`` gives a fresh PSC access token each time."""

    def __init__(self, http: httpx.Client, url: str, token: Callable[[], str], structure: str) -> None:
        self._http = http
        self._url = url + BASE
        self._token = token
        self._structure = structure

    def create(self, patient: PatientIdentity, prescribed: Sequence[Prescribed], at: datetime) -> Issued:
        """Create a prescription. Raises EprescriptionRefused."""
        number = f"{NUMBER_PREFIX}{uuid.uuid4().hex.upper()[:NUMBER_LENGTH]}"
        code = f"{CODE_PREFIX}{number}"
        drawn = [{"url": CODE_2D, "valueString": code}]
        group = {"extension": drawn, "system": NUMBERS, "value": number}
        entries = [{"resource": _request(one, patient, at, group)} for one in prescribed]
        answer = self._call("$ep4-enregistrer", {"resourceType": "Bundle", "type": "collection", "entry": entries})
        return Issued(str(_parameter(answer, "numero")["valueString"]), write_qr(code))

    def consult(self, token: str) -> Consulted:
        """Consult by the text of the scanned code: the prescription is then held by this pharmacy."""
        parameters = [{"name": "qrToken", "valueString": token}]
        answer = self._call("$ep3-consulter", {"resourceType": "Parameters", "parameter": parameters})
        number = str(_parameter(answer, "numero")["valueString"])
        bundle = _parameter(answer, "ordonnance")["resource"]
        sent = [entry["resource"] for entry in bundle["entry"]]
        lines = tuple(_line(one) for one in sent if one["resourceType"] == "MedicationRequest")
        return Consulted(number, str(_parameter(answer, "secret")["valueString"]), self.state(number), lines)

    def execute(self, consulted: Consulted, deliveries: Sequence[Delivery]) -> Receipt:
        """Send what was dispensed, all or in part. Raises EprescriptionRefused."""
        entries = [{"resource": _dispense(consulted, delivery)} for delivery in deliveries]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        answer = self._call(f"{consulted.number}/$ep1-executer", bundle, secret=consulted.secret)
        return Receipt(str(_parameter(answer, "recu")["valueString"]), str(_parameter(answer, "statut")["valueCode"]))

    def state(self, number: str) -> str:
        """Return the state of a prescription."""
        answer = self._read(self._http.get(f"{self._url}/{number}/$statut", headers=self._headers()))
        return str(_parameter(answer, "statut")["valueCode"])

    def _call(self, path: str, resource: dict[str, Any], **query: str) -> dict[str, Any]:
        headers = {**self._headers(), "Content-Type": FHIR}
        return self._read(self._http.post(f"{self._url}/{path}", json=resource, headers=headers, params=query))

    def _headers(self) -> dict[str, str]:
        structure = f"{STRUCTURES}|{self._structure}"
        return {"Authorization": f"Bearer {self._token()}", "X-Structure": structure, "Accept": FHIR}

    def _read(self, answer: httpx.Response) -> dict[str, Any]:
        content = answer.json()
        if answer.is_success:
            return dict(content)
        issue = content["issue"][0]
        raise EprescriptionRefused(
            answer.status_code, issue.get("details", {}).get("text") or issue.get("diagnostics", "")
        )


def _request(one: Prescribed, patient: PatientIdentity, at: datetime, group: dict[str, Any]) -> dict[str, Any]:
    codings = [{"system": CIS, "code": one.drug.cis}, {"system": CIP, "code": one.drug.cip13}]
    flags = [{"coding": [{"system": LINE_FLAGS, "code": ALD}]}] if one.ald else []
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        **({"category": flags} if flags else {}),
        "medicationCodeableConcept": {"coding": codings, "text": one.drug.name},
        "subject": {"identifier": {"system": f"urn:oid:{patient.oid}", "value": patient.matricule}},
        "authoredOn": at.isoformat(),
        "groupIdentifier": group,
        "dosageInstruction": [{"text": one.posology}],
        "dispenseRequest": {
            "numberOfRepeatsAllowed": one.renewals,
            "quantity": {"value": one.boxes, "unit": "boîte", "system": EDQM, "code": BOX},
            "expectedSupplyDuration": {"value": one.days, "unit": "jours", "system": UCUM, "code": "d"},
        },
        "substitution": {"allowedBoolean": True},
    }


def _dispense(consulted: Consulted, delivery: Delivery) -> dict[str, Any]:
    line = delivery.line
    return {
        "resourceType": "MedicationDispense",
        "status": "completed",
        "authorizingPrescription": [{"reference": f"MedicationRequest/{line.id}"}],
        "medicationCodeableConcept": {"coding": [{"system": CIP, "code": line.cip13}], "text": line.name},
        "quantity": {"value": delivery.boxes, "unit": "boîte", "system": EDQM, "code": BOX},
        "substitution": {"wasSubstituted": False},
    }


def _line(resource: dict[str, Any]) -> Line:
    concept = resource["medicationCodeableConcept"]
    codes = {coding["system"]: coding["code"] for coding in concept["coding"]}
    remaining = next((e["valueQuantity"]["value"] for e in resource["extension"] if e["url"] == REMAINING), 0)
    posology = resource["dosageInstruction"][0].get("text", "")
    return Line(resource["id"], concept["text"], codes.get(CIP, ""), posology, int(remaining))


def _parameter(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(dict(one) for one in answer["parameter"] if one["name"] == name)
