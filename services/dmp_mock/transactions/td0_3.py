"""TD0.3, one's own authorisation: a professional says that he may read a DMP, that he is the médecin traitant, or no
more.

Source: docs/sources/dmp.md#autorisation (messages, text of an authorisation that is there already; high). The patient
is the one of the VIHF. What an administrative person sets holds for the structure (matrix, note 1). Whoever the patient
has blocked cannot let himself in. Setting aside one's role of médecin traitant leaves the authorisation (medium).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from dmp_mock import store
from dmp_mock.authorisations import moment, put_authorisation
from dmp_mock.checks.refused import was_refused
from dmp_mock.checks.remarks import tolerated
from dmp_mock.codes.habilitations import (
    ALREADY,
    DMP_OK,
    DOCTOR_IN_CHARGE,
    NOTHING_TO_TAKE_AWAY,
    NS_HABILITATIONS,
    Action,
)
from dmp_mock.codes.patients import Authorisation
from dmp_mock.codes.rights import Condition, Profile
from dmp_mock.domain.errors import Refused, XdsError, as_fault
from dmp_mock.domain.patients import check_not_blocked, check_open
from dmp_mock.domain.rights import demand
from dmp_mock.facts import AuthorisationSet, ExistenceTested
from dmp_mock.transaction import Actions, Body, Described, PageRow, Shown, Transaction
from dmp_mock.wire.messages import Answer
from dmp_mock.wire.webservice import Fields, append, output_of, read_fields
from lgo_sandbox.watch.checks import Check, Observed, Outcome, Severity, Violation
from lgo_sandbox.watch.exchange import ANSWERED
from lgo_sandbox.watch.facts import Noted

if TYPE_CHECKING:
    from dmp_mock.caller import Admitted

__all__ = ["TRANSACTION"]

NAME = "td0.3"
ADD, REMOVE = "TD0.3-add", "TD0.3-remove"
_ASKED, _ANSWERED = "setAuthorization", "setAuthorizationResponse"
_ACTION = f"{NS_HABILITATIONS}:HabilitationsEndPoint:{_ASKED}"
_SOAP_ACTION = f"urn:hl7-org:v3:{_ASKED}"


def serve(request: Admitted) -> Answer:
    """Set or take away what the caller may do. Raises Refused and XdsFailure."""
    fields = read_fields(request.message.body, ("action", "role"))
    action, role = _action(fields), _role(fields)
    asked = AuthorisationSet(
        matricule=request.ins.number,
        holder=request.caller.holder,
        action=action,
        role=role,
        before=request.state.authorisation.value,
        changed=False,
        remarks=fields.remarks,
    )
    request.call.note(asked)  # what is refused below was asked for, too
    check_open(request.state)
    check_not_blocked(request.state)
    changed = _as_doctor(request, action) if role else _as_reader(request, action)
    request.call.note(replace(asked, changed=changed))
    request.call.summarise(f"TD0.3 : {action}{' médecin traitant' * bool(role)}{'' if changed else ', sans effet'}")
    unchanged = ALREADY if action is Action.ADD else NOTHING_TO_TAKE_AWAY
    simulated = not changed and action is Action.REMOVE
    return Answer(_written("" if changed else unchanged), simulated=simulated)


def _action(fields: Fields) -> Action:
    if fields["action"] not in {*Action}:
        raise Refused(
            "request",
            f"action {fields['action'] or 'absente'}",
            received=fields["action"] or "absente",
            expected=" ou ".join(Action),
            where=f"{_ASKED}/action",
        )
    return Action(fields["action"])


def _role(fields: Fields) -> str:
    if fields["role"] not in ("", DOCTOR_IN_CHARGE):
        raise Refused(
            "request",
            f"role {fields['role']}",
            received=fields["role"],
            expected=f"{DOCTOR_IN_CHARGE}, ou pas de role",
            where=f"{_ASKED}/role",
        )
    return fields["role"]


def _as_reader(request: Admitted, action: Action) -> bool:
    """Set the authorisation, or take it away; tell whether anything changed."""
    cell = demand(ADD if action is Action.ADD else REMOVE, request.caller, is_mt=request.state.caller_is_mt)
    given_to = cell.condition is Condition.GIVEN_TO_STRUCTURE
    holder = request.caller.structure if given_to else request.caller.holder
    is_valid = request.state.authorisation is Authorisation.VALID
    if is_valid is (action is Action.ADD):
        return False
    with request.call.session.db.transaction() as db:
        value = Authorisation.VALID if action is Action.ADD else Authorisation.NONE
        put_authorisation(db, request.ins.number, holder, value, _now(request))
    return True


def _as_doctor(request: Admitted, action: Action) -> bool:
    """Take or set aside the role of médecin traitant; tell whether anything changed."""
    demand(ADD if action is Action.ADD else REMOVE, request.caller, is_mt=request.state.caller_is_mt)
    is_mt = request.state.caller_is_mt
    if request.caller.profile is not Profile.DOCTOR or (action is Action.REMOVE and not is_mt):
        who = "le médecin traitant" if action is Action.REMOVE else "un médecin"
        raise Refused(
            "rights",
            f"role {DOCTOR_IN_CHARGE}",
            received=f"{action} du role {DOCTOR_IN_CHARGE} par {request.caller.national_id}, {request.caller.profile}",
            expected=f"ce role pour {who} seul",
            where=f"{_ASKED}/role",
            remedy="Retirez role de la requête, ou appelez avec l'identité du médecin.",
        )
    changed = False
    if is_mt is not (action is Action.ADD):
        with request.call.session.db.transaction() as db:
            store.set_doctor_in_charge(db, request.ins.number, request.caller.holder if not is_mt else "")
        changed = True
    return (action is Action.ADD and _as_reader(request, action)) or changed


def _now(request: Admitted) -> str:
    return moment(request.call.session.clock.age())


def _written(context: str) -> etree._Element:
    root, output = output_of(NS_HABILITATIONS, _ANSWERED)
    append(output, "status", DMP_OK)
    append(output, "context", context)
    return root


def fail(_request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """Say that there is no DMP: this service has no list of XDS errors. Raises Refused."""
    raise as_fault(errors)


def decode(noted: Noted) -> Shown:
    """Show what was wanted and what became of it."""
    done = noted.get(AuthorisationSet)
    if done is None:
        return Shown(asked=(), answered=())
    wanted = f"{done.action} {done.role}".strip()
    return Shown(asked=(("Action", wanted),), answered=(("Effet", "oui" if done.changed else "aucun"),))


def useful(seen: Observed[AuthorisationSet]) -> Outcome:
    """The authorisation that TD0.2 told is not asked for again; kept by one that was missing, and asked for."""
    done = seen.facts
    if was_refused(seen):
        return None
    if done.changed:
        return (done.action == Action.ADD and done.before != Authorisation.VALID) or None
    return Violation(
        f"{done.action} {done.role}".strip() + f" alors que l'autorisation est {done.before}",
        "TD0.3 seulement quand TD0.2 dit que l'autorisation manque, ou qu'elle est à retirer",
        where=f"{_ASKED}/action",
    )


def after_test(seen: Observed[AuthorisationSet]) -> Outcome:
    """An access is declared after the existence test of this professional for this patient."""
    done = seen.facts
    if done.action != Action.ADD or was_refused(seen):
        return None
    tests = seen.history.all(ExistenceTested, about=done.matricule)
    if any(tested.holder == done.holder and past.outcome == ANSWERED for past, tested in tests):
        return True
    return Violation(
        f"aucun TD0.2 de {done.holder} pour {done.matricule} avant ce TD0.3",
        "TD0.2, puis TD0.3 s'il dit que l'autorisation manque",
        where=_ASKED,
    )


def form(seen: Observed[AuthorisationSet]) -> Outcome:
    """The request is written as the schema writes it."""
    if was_refused(seen) and not seen.facts.remarks:
        return None
    return tolerated(seen.facts.remarks)


TRANSACTION = Transaction(
    name=NAME,
    title="Autorisation d'accès",
    path="habilitations",
    body=Body(qname=f"{{{NS_HABILITATIONS}}}{_ASKED}", is_meant=lambda _body: True),
    actions=Actions(request=_ACTION, response=f"{_ACTION}Response", also=frozenset({_SOAP_ACTION})),
    right=ADD,
    one_patient=True,
    serve=serve,
    fail=fail,
    describe=Described(
        port="Habilitations",
        operation=_ASKED,
        asked=f"{{{NS_HABILITATIONS}}}{_ASKED}",
        answered=f"{{{NS_HABILITATIONS}}}{_ANSWERED}",
        schemas=(),
        soap_action=_SOAP_ACTION,
    ),
    decode=decode,
    page=PageRow(wire="setAuthorization", serves="add, take away, médecin traitant; a blocked professional is refused"),
    checks=(
        Check(
            id="DMP-AUTHORISATION",
            title="Autorisation demandée sans effet",
            reads=AuthorisationSet,
            test=useful,
            requirements=("DMP/UX.50",),
            source="docs/sources/dmp.md#autorisation",
            remedy="Lisez AUTORISATION dans la réponse de TD0.2 avant d'appeler TD0.3.",
            confidence="M",
            severity=Severity.INFO,
            operations=frozenset({NAME}),
        ),
        Check(
            id="DMP-AUTHORISATION-ORDER",
            title="Accès déclaré sans test d'existence",
            reads=AuthorisationSet,
            test=after_test,
            requirements=("DMP/UX.50",),
            source="docs/sources/dmp.md#autorisation",
            remedy="Appelez TD0.2 pour le patient, puis TD0.3 si l'autorisation manque.",
            confidence="M",
            severity=Severity.WARNING,
            operations=frozenset({NAME}),
        ),
        Check(
            id="DMP-AUTHORISATION-FORM",
            title="Autorisation demandée autrement que dans le schéma, et tolérée",
            reads=AuthorisationSet,
            test=form,
            source="docs/sources/dmp.md#liste-autorisations",
            remedy="Écrivez action et role dans l'espace de noms urn:si-dmp-habilitations.",
            confidence="M",
            severity=Severity.INFO,
            operations=frozenset({NAME}),
        ),
    ),
)
