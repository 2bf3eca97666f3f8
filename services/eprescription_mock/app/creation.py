"""EP4: a prescriber's software records a prescription under the number it has drawn, or, by option, is given one.

Source: docs/sources/eprescription.md#contrat-simule, #prescription.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from eprescription_mock import codes, store
from eprescription_mock.app.pipeline import once
from eprescription_mock.codes.states import State
from eprescription_mock.domain import operations
from eprescription_mock.domain.dispensing import in_extract
from eprescription_mock.domain.drugs import drug_of_line
from eprescription_mock.domain.prescribing import (
    check_new,
    checked_number,
    qr_text,
    refuse_bad_ins,
    same_order,
    valid_number,
)
from eprescription_mock.domain.states import add_months
from eprescription_mock.domain.values import Actor, Line, Prescription, Refused
from eprescription_mock.facts import Change, Form, Order, Product, Regrouped, Tolerance
from eprescription_mock.options import STRICT_ROOT_OPTION, is_set, numbers_are_given, rules_of
from eprescription_mock.store import Transaction
from eprescription_mock.wire import rendering
from eprescription_mock.wire.keeping import kept_parts
from eprescription_mock.wire.moments import age_moment
from eprescription_mock.wire.reading import REQUESTS, Draft, read_order
from health_documents.barcodes.images import write_qr
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.watch.wording import counted
from lgo_sandbox.wire.http import RawResponse

__all__ = ["create"]

PERIOD = "MedicationRequest.dispenseRequest.validityPeriod"


async def create(call: Call, actor: Actor) -> RawResponse:
    """Create a prescription."""
    draft = read_order(call.body)
    refuse_bad_ins(draft.matricule, draft.root)
    own_root = _own_root(call, draft.matricule)
    call.note(Form(tolerances=(*draft.tolerances, *_unused_number(call, draft))), _order(draft, own_root))
    if is_set(call.session, STRICT_ROOT_OPTION) and own_root not in ("", draft.root):
        where = "MedicationRequest.subject.identifier.system"
        received, expected = f"urn:oid:{draft.root}", f"urn:oid:{own_root}"
        raise Refused("racine-ins-differente", draft.root, received=received, expected=expected, where=where)
    prescription = _drafted(call, actor, draft)
    check_new(prescription, call.session.clock.age())
    _refuse_efg_by_age(call, prescription)
    png = write_qr(qr_text(prescription.numero)) if numbers_are_given(call.session) else b""
    return once(call, actor, lambda t: _stored(call, t, actor, prescription, draft.replaces, png))


def _own_root(call: Call, matricule: str) -> str:
    known = call.session.people.patient(matricule)
    return known.oid if known else ""


def _order(draft: Draft, own_root: str) -> Order:
    products = tuple(
        Product(
            line=line.id,
            cis=line.cis,
            cip13=line.cip13,
            lpp=line.lpp,
            known=in_extract(line.cis, line.cip13),
            secured=_secured(line),
        )
        for line in draft.lines
    )
    return Order(
        matricule=draft.matricule,
        root=draft.root,
        own_root=own_root,
        group=draft.group,
        products=products,
        kinds=draft.kinds,
    )


def _secured(line: Line) -> bool:
    drug = drug_of_line(line)
    return drug is not None and drug.needs_secure_prescription


def _drafted(call: Call, actor: Actor, draft: Draft) -> Prescription:
    for requester in draft.requesters:
        if requester not in (actor.national_id, actor.national_id[1:]):
            where, expected = "MedicationRequest.requester", actor.national_id
            raise Refused("auteur-different", requester[:40], received=requester, expected=expected, where=where)
    clock = call.session.clock
    prescribed = age_moment(draft.authored_on, clock, "MedicationRequest.authoredOn")
    end = add_months(prescribed, codes.MAX_MONTHS)
    if draft.valid_until:
        end = age_moment(draft.valid_until, clock, PERIOD, end_of_day=True)
    numero = _number(call, draft)
    sources, further = kept_parts(draft.sent, REQUESTS, numero)
    if draft.valid_from and age_moment(draft.valid_from, clock, PERIOD) > end:
        received, expected = f"de {draft.valid_from} à {draft.valid_until or end.date()}", "un début avant la fin"
        raise Refused("date-invalide", received[:80], received=received, expected=expected, where=PERIOD)
    return Prescription(
        numero=numero,
        prescriber=actor.national_id,
        structure=actor.structure,
        matricule=draft.matricule,
        root=draft.root,
        prescribed_at=prescribed,
        valid_until=end,
        lines=tuple(replace(line, source=one) for line, one in zip(draft.lines, sources, strict=True)),
        kinds=draft.kinds,
        dispenser=_dispenser(call, draft.dispenser),
        authored_on=draft.authored_on,
        group=draft.group,
        further=further,
        opposed=draft.opposed,
    )


def _number(call: Call, draft: Draft) -> str:
    if numbers_are_given(call.session):
        drawn = codes.NUMBER_LENGTH - len(codes.NUMBER_PREFIX)
        return codes.NUMBER_PREFIX + call.session.ids.pick(codes.NUMBER_ALPHABET, drawn)
    return checked_number(draft.number, draft.code_2d, "MedicationRequest.groupIdentifier")


def _unused_number(call: Call, draft: Draft) -> tuple[Tolerance, ...]:
    if not (draft.number and numbers_are_given(call.session)):
        return ()
    where, expected = "MedicationRequest.groupIdentifier", "un groupe d'un autre système : le service donne le numéro"
    return (Tolerance(where=where, received=draft.number[:40], expected=expected),)


def _dispenser(call: Call, number: str) -> str:
    if not number:
        return ""
    places = call.session.people.structures
    found = next((s for s in places if number in (s.id_nat, s.finess) and s.sector in codes.PHARMACY_SECTORS), None)
    if found is None:
        where = "MedicationRequest.dispenseRequest.performer"
        detail = f"officine inconnue : {number[:20]}"
        expected = "le numéro d'une officine du bac à sable (structures du ready-file)"
        raise Refused("tso-sans-dispensateur", detail, received=number, expected=expected, where=where)
    return found.id_nat


def _refuse_efg_by_age(call: Call, prescription: Prescription) -> None:
    """Refuse the reason of young children for somebody older; the age of whom the sandbox does not know is not told."""
    patient = call.session.people.patient(prescription.matricule)
    lines = [line for line in prescription.lines if line.no_substitution == "EFG"]
    if patient is None or not lines:
        return
    born = datetime.fromisoformat(patient.birth_date).replace(tzinfo=UTC)
    if prescription.prescribed_at >= add_months(born, 12 * codes.EFG_YEARS):
        received = f"EFG à la ligne {lines[0].id}, pour un patient né le {born:%d/%m/%Y}"
        where = f"MedicationRequest[{lines[0].id}].substitution.reason"
        raise Refused("motif-efg", received=received, where=where)


def _replace(call: Call, transaction: Transaction, actor: Actor, number: str, old: str) -> None:
    """Cancel the prescription that a new one replaces. Raises Refused when it is unknown, another's, or begun."""
    found = store.find(transaction, old) if valid_number(old) else None
    if found is None:
        where = "MedicationRequest.priorPrescription"
        raise Refused("ordonnance-remplacee-inconnue", old[:40], received=old, where=where)
    now, rules = call.session.clock.age(), rules_of(call.session)
    store.put(transaction, operations.replace_by(found, number, actor, now, rules))


def _stored(
    call: Call, transaction: Transaction, actor: Actor, prescription: Prescription, replaced: str, png: bytes
) -> RawResponse:
    if store.find(transaction, prescription.numero) is not None:
        where = "MedicationRequest.groupIdentifier.value"
        raise Refused("numero-deja-enregistre", prescription.numero, received=prescription.numero, where=where)
    _refuse_repeated(call, transaction, prescription)
    if replaced:
        _replace(call, transaction, actor, prescription.numero, replaced)
    store.put(transaction, prescription)
    call.note(Change(numero=prescription.numero, state=State.CREEE))
    call.summarise(f"Ordonnance {prescription.numero} créée, {counted(len(prescription.lines), 'ligne')}")
    return rendering.answer(rendering.created(prescription, png), 201)


def _refuse_repeated(call: Call, transaction: Transaction, prescription: Prescription) -> None:
    """Refuse the same prescription under the same group; note another one: an author may write two in one second."""
    if not prescription.group:
        return
    earlier = store.of_group(transaction, prescription.prescriber, prescription.group)
    if same := next((one for one in earlier if same_order(one, prescription)), None):
        received, where = f"{prescription.group}, déjà celui de {same.numero}", "MedicationRequest.groupIdentifier"
        raise Refused("ordonnance-deja-creee", same.numero, received=received, where=where)
    if earlier:
        call.note(Regrouped(group=prescription.group, earlier=earlier[0].numero))
