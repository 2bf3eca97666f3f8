"""TD0.2, the existence test: has the patient a DMP, and may the caller read it?

Source: docs/sources/dmp.md#test-existence (lines, observations; high). Its message is that of ``wire.demographics``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lxml import etree

from dmp_mock.checks.remarks import tolerated
from dmp_mock.codes import patients as codes
from dmp_mock.demographics import ACTIONS, ASKED, DESCRIBED, asked_of, patient_of
from dmp_mock.domain.errors import XdsError, as_fault
from dmp_mock.domain.patients import DmpState
from dmp_mock.facts import ExistenceTested
from dmp_mock.transaction import Body, PageRow, Shown, Transaction
from dmp_mock.wire.demographics import Demographics, Found, write_demographics
from dmp_mock.wire.hl7v3 import add, boolean, typed
from dmp_mock.wire.messages import Answer, hl7_reason
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity
from lgo_sandbox.watch.facts import Noted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["TRANSACTION", "write_attention"]

NAME = "td0.2"
REASON = "TEST_EXST"


def serve(request: Admitted) -> Answer:
    """Answer whether there is a DMP, its state, and the authorisation of the caller."""
    call, asked, patient = request.call, asked_of(request, REASON), patient_of(request)
    state, shown = request.state, _authorisation_is_shown(request)
    _note(request, asked, found=patient is not None)

    def attention(root: etree._Element) -> None:
        write_attention(root, state, shown=shown)

    found = Found(patient, request.ins, state.status, _observations(state)) if patient else None
    body = write_demographics(asked, found, call.session.clock.wire(), call.session.ids.uuid, attention)
    return Answer(body, simulated=patient is not None and shown and not state.is_public)


def _note(request: Admitted, asked: Demographics, *, found: bool) -> None:
    state = request.state
    tested = ExistenceTested(
        matricule=request.ins.number,
        holder=request.caller.holder,
        status=state.status.value,
        authorisation=state.authorisation.value if found else "",
        oddities=asked.message.oddities,
    )
    request.call.note(tested)
    described = f"DMP {state.status.value}, autorisation {state.authorisation.value}" if found else "pas de DMP"
    request.call.summarise(f"TD0.2 : {described}")


def _authorisation_is_shown(request: Admitted) -> bool:
    return request.state.is_public or request.call.session.option("dmp.authorisation_values") == "nommees"


def write_attention(root: etree._Element, state: DmpState, *, shown: bool) -> None:
    """Append the lines of the authorisation and of the médecin traitant; ``shown`` False leaves the former out."""
    keyword, keyword_system, value_system = codes.ATTENTION_AUTHORISATION
    if shown:
        line = _line(root, keyword, keyword_system)
        typed(line, "CV", code=state.authorisation.value, codeSystem=value_system)
    typed(_line(root, *codes.ATTENTION_MT), "BL", value=boolean(state.caller_is_mt))


def _line(root: etree._Element, keyword: str, system: str) -> etree._Element:
    line = add(root, "attentionLine")
    add(line, "keyWordText", code=keyword, codeSystem=system)
    return line


def _observations(state: DmpState) -> dict[str, bool]:
    return {codes.INTERNET_ACCOUNT: state.internet_account, codes.ATTACHED: state.internet_account}


def fail(_request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """HL7v3 answers have no RegistryErrorList: an XDS error is a fault. Raises Refused."""
    raise as_fault(errors)


def decode(noted: Noted) -> Shown:
    """Show the state that was answered."""
    tested = noted.get(ExistenceTested)
    return Shown(asked=(), answered=(("DMP", f"{tested.status} {tested.authorisation}".strip()),) if tested else ())


def existence(seen: Observed[ExistenceTested]) -> Outcome:
    """The HL7v3 message names its interaction, its receiver and its sender as the guide does."""
    return tolerated(seen.facts.oddities)


TRANSACTION = Transaction(
    name=NAME,
    title="Test d'existence du DMP",
    path="patients",
    body=Body(qname=ASKED, is_meant=lambda body: hl7_reason(body) == REASON),
    actions=ACTIONS,
    right="TD0.2",
    one_patient=True,
    serve=serve,
    fail=fail,
    describe=DESCRIBED,
    decode=decode,
    page=PageRow(wire="PRPA_IN201307UV02 → 201308", serves="existence, state, authorisation, médecin traitant"),
    checks=(
        Check(
            id="DMP-EXISTENCE",
            title="Message HL7v3 de TD0.2 hors du guide, et toléré",
            reads=ExistenceTested,
            test=existence,
            requirements=("LGO.DMP.01",),
            source="docs/sources/dmp.md#test-existence",
            remedy="Reprenez interactionId, receiver et sender de l'exemple du guide.",
            confidence="M",
            severity=Severity.WARNING,
            operations=frozenset({NAME}),
        ),
    ),
)
