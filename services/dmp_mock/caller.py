"""Who calls, and whether he is let in: VIHF, certificates, directory, rights; what it learns is noted.

Source: docs/sources/dmp.md#vihf and #droits; the order is ours (medium): what is written in the VIHF first, then who
vouches for it, then when, then whether the directory and the matrix allow it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dmp_mock import options, store
from dmp_mock.codes.names import PARTNER
from dmp_mock.codes.patients import DmpStatus
from dmp_mock.codes.trust import FAMILIES, VERDICTS
from dmp_mock.codes.vihf import LPS_NAME, LPS_VERSION, RESOURCE_ID
from dmp_mock.domain.directory import check_directory
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.hl7 import Cx
from dmp_mock.domain.names import same_name
from dmp_mock.domain.patients import DmpState
from dmp_mock.domain.rights import Caller, Subject, caller_of, demand
from dmp_mock.domain.trust import Evidence, Judged, check_signature, check_trust
from dmp_mock.domain.vihf import check_attributes, check_period
from dmp_mock.facts import PatientSeen, Remark, ShownCertificate, VihfGiven
from dmp_mock.tokens import check_told_alike
from dmp_mock.transaction import Transaction
from dmp_mock.wire.messages import Message
from dmp_mock.wire.vihf import ReadVihf, read_vihf
from lgo_sandbox.gate.api_access import Access
from lgo_sandbox.gate.asgi import Call
from lgo_sandbox.pki import Family, PeerCertificate
from lgo_sandbox.watch.ins_flows import InsFlow

__all__ = ["Admitted", "admit"]


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


def admit(call: Call, message: Message, transaction: Transaction, access: Access | None = None) -> Admitted:
    """Return the request once everything vouches for it; ``access`` is what an API token says. Raises Refused."""
    read = read_vihf(message)
    vihf, evidence = read.vihf, _evidence(call, read)
    given = _given(read, evidence)
    call.note(given, InsFlow.of([given.patient], [PARTNER]))
    remarks = check_attributes(vihf, one_patient=transaction.one_patient)
    told = tuple(Remark(where=r.where, received=r.received, expected=r.expected) for r in remarks)
    call.note(replace(given, remarks=told))
    if access is None:
        check_trust(vihf, evidence)
    else:
        check_told_alike(vihf, access)
        check_signature(vihf, evidence)
    check_period(vihf, call.session.clock.age_of, call.session.clock.age(), options.skew(call.session))
    caller = caller_of(vihf) if access is None else replace(caller_of(vihf), national_id=access.person)
    check_directory(caller, call.session.people)
    ins = vihf.patient or Cx("", "")
    state = _state(call, ins, caller)
    _note_patient(call, ins)
    demand(transaction.right, caller, is_mt=state.caller_is_mt)
    return Admitted(call, message, transaction, caller, ins, state)


def _state(call: Call, ins: Cx, caller: Caller) -> DmpState:
    if not ins.number:
        return DmpState(DmpStatus.ABSENT)
    with call.session.db.transaction() as db:
        return store.state_of(db, ins.number, caller.holder, caller.structure)


def _evidence(call: Call, read: ReadVihf) -> Evidence:
    client, signer = call.peer, None
    if read.report is not None and read.report.certificate_der is not None:
        signer = PeerCertificate.from_der(read.report.certificate_der)
    problem = read.report.reason if read.report is not None and not read.report.valid else ""
    return Evidence(call.tls, _judged(call, client), _judged(call, signer), problem)


def _judged(call: Call, certificate: PeerCertificate | None) -> Judged | None:
    if certificate is None:
        return None
    now = call.session.clock.age()
    return Judged(certificate, call.sandbox.pki.judge(certificate, now), now)


def _note_patient(call: Call, ins: Cx) -> None:
    """Note the patient. Raises Refused for another root than his own, when the session wants that."""
    patient = call.session.people.patient(ins.number)
    own = patient.oid if patient else ""
    call.note(PatientSeen(matricule=ins.number, root=ins.root, known=patient is not None, own_root=own))
    if options.is_on(call.session, "strict_ins_root") and patient is not None and own != ins.root:
        raise Refused(
            "vihf",
            f"OID d'INS {ins.root}",
            received=ins.root,
            expected=own,
            where=f"VIHF, attribut {RESOURCE_ID}",
            remedy=f"Mettez {own} comme racine de l'INS, ou éteignez l'option dmp.strict_ins_root.",
        )


def _given(read: ReadVihf, evidence: Evidence) -> VihfGiven:
    vihf, owner = read.vihf, evidence.signer or evidence.client
    subject = owner.certificate.subject if owner else ""
    return VihfGiven(
        mode=", ".join(sorted(vihf.modes)),
        name_id=vihf.name_id,
        structure=vihf.structure,
        roles=tuple(role.code for role in vihf.roles),
        purpose=vihf.purpose,
        patient=vihf.patient.number if vihf.patient else "",
        software=f"{vihf.text(LPS_NAME)} {vihf.text(LPS_VERSION)}".strip(),
        signed=vihf.signed,
        issuer=vihf.issuer,
        owner=subject,
        issuer_is_owner=bool(subject) and same_name(vihf.issuer, subject),
        certificate=_shown(evidence.client) if evidence.client else None,
        remarks=(),
    )


def _shown(client: Judged) -> ShownCertificate:
    certificate = client.certificate
    return ShownCertificate(
        family=FAMILIES[certificate.family],
        name=certificate.common_name[:100],
        is_organisation=certificate.family is Family.ORGANISATION_AUTH,
        problem=VERDICTS.get(client.verdict, ""),
        subject=certificate.subject,
    )
