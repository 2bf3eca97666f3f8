"""Who calls, and whether he is let in: VIHF, certificates, directory, rights; what it learns is noted.

Source: docs/sources/dmp.md#vihf and #droits; the order is ours (medium): what is written in the VIHF first, then who
vouches for it, then when, then whether the directory and the matrix allow it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dmp_mock import options, replays, store
from dmp_mock.codes.names import PARTNER
from dmp_mock.codes.patients import DmpStatus
from dmp_mock.codes.trust import FAMILIES, VERDICTS
from dmp_mock.codes.vihf import LPS_HOMOLOGATION, LPS_ID, LPS_NAME, LPS_VERSION, RESOURCE_ID
from dmp_mock.domain.directory import check_directory
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.hl7 import Cx
from dmp_mock.domain.names import same_name
from dmp_mock.domain.patients import DmpState
from dmp_mock.domain.rights import Caller, Subject, caller_of, demand
from dmp_mock.domain.trust import Evidence, Judged, check_signature, check_trust
from dmp_mock.domain.truth import Known, contradictions, refuse_first
from dmp_mock.domain.vihf import Vihf, check_attributes, check_period
from dmp_mock.facts import Belied, PatientSeen, Remark, ShownCertificate, Software, VihfCompared, VihfGiven
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
    """A request that was let in: who asks, about whom, and the DMP's state for him.

    ``legal_entity`` is the legal person of the structure, "" when none.
    """

    call: Call
    message: Message
    transaction: Transaction
    caller: Caller
    ins: Cx
    state: DmpState
    legal_entity: str = ""

    @property
    def subject(self) -> Subject:
        """The patient as the reading rights see him."""
        state = self.state
        return Subject(self.ins, state.caller_is_mt, not state.breaking_opposed, not state.emergency_opposed)


def admit(call: Call, message: Message, transaction: Transaction, access: Access | None = None) -> Admitted:
    """Return the request once everything vouches for it; ``access`` is what an API token says. Raises Refused."""
    read = read_vihf(message)
    vihf, evidence = read.vihf, _evidence(call, read, read.vihf)
    given = _given(read, evidence)
    call.note(given, InsFlow.of([given.patient], [PARTNER]))
    remarks = check_attributes(vihf, one_patient=transaction.one_patient)
    told = tuple(Remark(where=r.where, received=r.received, expected=r.expected) for r in remarks)
    call.note(replace(given, remarks=told))
    if access is None:
        check_trust(vihf, evidence)
    else:
        check_told_alike(vihf, access, evidence.legal_entity)
        check_signature(vihf, evidence)
    check_period(vihf, call.session.clock.age_of, call.session.clock.age(), options.skew(call.session))
    caller = caller_of(vihf) if access is None else replace(caller_of(vihf), national_id=access.person)
    check_directory(caller, call.session.people)
    _compare(call, vihf, evidence, caller)
    _check_replay(call, vihf)
    ins = vihf.patient or Cx("", "")
    state = _state(call, ins, caller)
    _note_patient(call, ins)
    demand(transaction.right_to(message.body), caller, is_mt=state.caller_is_mt)
    return Admitted(call, message, transaction, caller, ins, state, evidence.legal_entity)


def _state(call: Call, ins: Cx, caller: Caller) -> DmpState:
    if not ins.number:
        return DmpState(DmpStatus.ABSENT)
    return store.state_of(call.session.db, ins.number, caller.holder, caller.structure)


def _evidence(call: Call, read: ReadVihf, vihf: Vihf) -> Evidence:
    client, signer = call.peer, None
    if read.report is not None and read.report.certificate_der is not None:
        signer = PeerCertificate.from_der(read.report.certificate_der)
    problem, said = ("", "") if read.report is None else (read.report.reason, read.report.said)
    place = call.session.people.structure_numbered(vihf.structure)
    entity = place.legal_entity if place else ""
    return Evidence(call.tls, _judged(call, client), _judged(call, signer), problem, entity, said)


def _compare(call: Call, vihf: Vihf, evidence: Evidence, caller: Caller) -> None:
    """Note what card, certificate and directory belie. Raises Refused for the first of it, when the session wants."""
    people, parameters, owner = call.session.people, options.parameters(call.session), evidence.signer
    known = Known(
        professional=people.professional(caller.national_id),
        structure=people.structure_numbered(vihf.structure),
        patient=people.patient(vihf.patient.number) if vihf.patient else None,
        today=call.session.clock.age().date(),
        signer=owner.certificate.subject if owner else "",
        majority=parameters.majority,
        minors=parameters.minors,
    )
    found = contradictions(vihf, known)
    belied = (
        Belied(topic=one.topic, where=one.where, received=one.received, expected=one.expected, remedy=one.remedy)
        for one in found
    )
    call.note(VihfCompared(belied=tuple(belied), secret=vihf.secret))
    if options.refuses_untruth(call.session):
        refuse_first(found)


def _check_replay(call: Call, vihf: Vihf) -> None:
    if options.refuses_replay(call.session):
        with call.session.db.transaction() as db:
            replays.check_first_use(db, vihf.id, call.session.clock.age(), options.skew(call.session))


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
        lps=Software(
            id=vihf.text(LPS_ID),
            name=vihf.text(LPS_NAME),
            version=vihf.text(LPS_VERSION),
            homologation=vihf.text(LPS_HOMOLOGATION),
        ),
        assertion=vihf.id[:200],
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
