"""``$creer``: a prescriber deposits a prescription and gets its number and QR code.

Source: specs/eprescription.md §8.2 (simulated contract), §1.1 (what it holds).
"""

from __future__ import annotations

from eprescription_mock import codes, store
from eprescription_mock.app.pipeline import once
from eprescription_mock.domain.prescribing import check_new, qr_text, refuse_bad_ins
from eprescription_mock.domain.states import add_months
from eprescription_mock.domain.values import Actor, Prescription, Refused
from eprescription_mock.options import STRICT_ROOT_OPTION, is_set
from eprescription_mock.store import Transaction
from eprescription_mock.wire import rendering
from eprescription_mock.wire.moments import age_moment
from eprescription_mock.wire.reading import Draft, read_order
from health_documents.barcodes.images import write_qr
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.wire.http import RawResponse

__all__ = ["create"]


async def create(call: Call, actor: Actor) -> RawResponse:
    """Create a prescription."""
    draft = read_order(call.body)
    known = call.session.people.patient(draft.matricule)
    refuse_bad_ins(draft.matricule, draft.root)
    call.note(matricule=draft.matricule, patient_connu=known is not None)
    if is_set(call.session, STRICT_ROOT_OPTION) and known is not None and known.oid != draft.root:
        raise Refused("racine-ins-differente", draft.root)
    prescription = _drafted(call, actor, draft)
    check_new(prescription, call.session.clock.age())
    png = write_qr(qr_text(prescription.numero))
    return once(call, actor, lambda t: _stored(call, t, prescription, png))


def _drafted(call: Call, actor: Actor, draft: Draft) -> Prescription:
    if draft.requester not in ("", actor.national_id, actor.national_id[1:]):
        raise Refused("auteur-different", draft.requester[:40], "MedicationRequest.requester")
    clock = call.session.clock
    prescribed = age_moment(draft.authored_on, clock, "MedicationRequest.authoredOn")
    end = add_months(prescribed, codes.MAX_MONTHS)
    if draft.valid_until:
        where = "MedicationRequest.dispenseRequest.validityPeriod"
        end = age_moment(draft.valid_until, clock, where, end_of_day=True)
    return Prescription(
        numero=codes.NUMBER_PREFIX
        + call.session.ids.pick(codes.NUMBER_ALPHABET, codes.NUMBER_LENGTH - len(codes.NUMBER_PREFIX)),
        prescriber=actor.national_id,
        structure=actor.structure,
        matricule=draft.matricule,
        root=draft.root,
        prescribed_at=prescribed,
        valid_until=end,
        lines=draft.lines,
        kinds=draft.kinds,
        dispenser=_dispenser(call, draft.dispenser),
        authored_on=draft.authored_on,
        group=draft.group,
    )


def _dispenser(call: Call, number: str) -> str:
    if not number:
        return ""
    places = call.session.people.structures
    found = next((s for s in places if number in (s.id_nat, s.finess) and s.sector in codes.PHARMACY_SECTORS), None)
    if found is None:
        where = "MedicationRequest.dispenseRequest.performer"
        raise Refused("tso-sans-dispensateur", f"officine inconnue : {number[:20]}", where)
    return found.id_nat


def _stored(call: Call, transaction: Transaction, prescription: Prescription, png: bytes) -> RawResponse:
    if prescription.group and (earlier := store.find_group(transaction, prescription.prescriber, prescription.group)):
        raise Refused("ordonnance-deja-creee", earlier)
    store.put(transaction, prescription)
    call.note(numero=prescription.numero, etat_apres=codes.State.CREEE)
    call.summarise(f"Ordonnance {prescription.numero} créée, {len(prescription.lines)} ligne(s)")
    return rendering.answer(rendering.created(prescription, png), 201)
