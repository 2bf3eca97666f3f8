"""Letting a request in: VIHF, certificates, directory, rights; what it learns is noted for the checks.

Source: specs/dmp.md §2 (VIHF), §5.1 (matrix); the order is ours (medium): what is written in the VIHF first, then who
vouches for it, then when, then whether the directory and the matrix allow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dmp_mock import options, store
from dmp_mock.codes.operations import Transaction
from dmp_mock.codes.patients import DmpStatus
from dmp_mock.domain.directory import check_directory
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.hl7 import Cx
from dmp_mock.domain.names import same_name
from dmp_mock.domain.patients import DmpState
from dmp_mock.domain.rights import Caller, Subject, caller_of, demand
from dmp_mock.domain.trust import Evidence, Judged, check_trust
from dmp_mock.domain.vihf import Rule, Vihf, check_attributes, check_period
from dmp_mock.wire.messages import Message
from dmp_mock.wire.vihf import ReadVihf, read_vihf
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.pki import PeerCertificate
from lgo_sandbox.watch.ins_flows import InsFlow

__all__ = ["PARTNER", "Admitted", "admit"]

PARTNER = "DMP"
"""With whom an INS is exchanged here."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that was let in: who asks, about whom, and the DMP's state for him."""

    call: Call
    message: Message
    transaction: Transaction
    caller: Caller
    ins: Cx
    state: DmpState

    @property
    def subject(self) -> Subject:
        """The patient as the reading rights see him."""
        state = self.state
        return Subject(self.ins, state.caller_is_mt, not state.breaking_opposed, not state.emergency_opposed)


def admit(call: Call, message: Message, transaction: Transaction) -> Admitted:
    """Return the request once everything vouches for it. Raises Refused."""
    read = read_vihf(message)
    vihf, evidence = read.vihf, _evidence(call, read)
    call.note(
        vihf=_facts(vihf), certificate=_certificate_facts(evidence), issuer_matches=_issuer_matches(vihf, evidence)
    )
    call.note(InsFlow.of([vihf.patient.number if vihf.patient else ""], [PARTNER]))
    remarks = check_attributes(vihf, one_patient=transaction.one_patient)
    call.note(vihf_remarks=[_remark(rule) for rule in remarks])
    check_trust(vihf, evidence)
    check_period(vihf, call.session.clock.age_of, call.session.clock.age(), options.skew(call.session))
    caller = caller_of(vihf)
    check_directory(caller, call.session.people)
    ins = vihf.patient or Cx("", "")
    _check_root(call, ins)
    state = _state(call, ins, caller)
    call.note(patient=ins.number, patient_known=call.session.people.patient(ins.number) is not None)
    demand(transaction.right, caller, is_mt=state.caller_is_mt)
    return Admitted(call, message, transaction, caller, ins, state)


def _state(call: Call, ins: Cx, caller: Caller) -> DmpState:
    with call.session.db.transaction() as db:
        return store.state_of(db, ins.number, caller.holder) if ins.number else DmpState(DmpStatus.ABSENT)


def _evidence(call: Call, read: ReadVihf) -> Evidence:
    client, signer = call.peer, None
    if read.report is not None and read.report.certificate_der is not None:
        signer = PeerCertificate.from_der(read.report.certificate_der)
    problem = read.report.reason if read.report is not None and not read.report.valid else ""
    return Evidence(call.tls, _judged(call, client), _judged(call, signer), problem)


def _judged(call: Call, certificate: PeerCertificate | None) -> Judged | None:
    if certificate is None:
        return None
    return Judged(certificate, call.sandbox.pki.judge(certificate, call.session.clock.age()))


def _check_root(call: Call, ins: Cx) -> None:
    patient = call.session.people.patient(ins.number)
    if options.is_on(call.session, "strict_ins_root") and patient is not None and patient.oid != ins.root:
        raise Refused("vihf", f"OID d'INS {ins.root}", rule="ins-root", received=ins.root, expected=patient.oid)


def _issuer_matches(vihf: Vihf, evidence: Evidence) -> bool | None:
    owner = evidence.signer or evidence.client
    return same_name(vihf.issuer, owner.certificate.subject) if owner else None


def _facts(vihf: Vihf) -> dict[str, Any]:
    return {
        "mode": ", ".join(sorted(vihf.modes)),
        "name_id": vihf.name_id,
        "structure": vihf.structure,
        "roles": [role.code for role in vihf.roles],
        "purpose": vihf.purpose,
        "signed": vihf.signed,
        "issuer": vihf.issuer,
        "patient": vihf.patient.number if vihf.patient else "",
        "lps": f"{vihf.text('LPS_Nom')} {vihf.text('LPS_Version')}".strip(),
    }


def _certificate_facts(evidence: Evidence) -> dict[str, Any]:
    client = evidence.client
    return {
        "family": client.certificate.family.value if client else "",
        "verdict": client.verdict.value if client else "",
        "subject": client.certificate.subject if client else "",
    }


def _remark(rule: Rule) -> dict[str, str]:
    return {"rule": rule.id, "expected": rule.expected}
