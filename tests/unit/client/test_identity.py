from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from lgo_client.identity import FLOWS, Attribute, Event, Flow, IdentityRefused, LocalIdentity, State, transition
from lgo_client.insi import Answer, Found, Matricule, Traits, Verification

LEGAL = {
    (State.PROVISOIRE, Event.INSI_FOUND): State.RECUPEREE,
    (State.PROVISOIRE, Event.DOCUMENT_CHECKED): State.VALIDEE,
    (State.PROVISOIRE, Event.STRICT_TRAIT_CHANGED): State.PROVISOIRE,
    (State.PROVISOIRE, Event.DOUBT): State.PROVISOIRE,
    (State.PROVISOIRE, Event.FICTITIOUS): State.PROVISOIRE,
    (State.RECUPEREE, Event.DOCUMENT_CHECKED): State.QUALIFIEE,
    (State.RECUPEREE, Event.STRICT_TRAIT_CHANGED): State.PROVISOIRE,
    (State.RECUPEREE, Event.DOUBT): State.PROVISOIRE,
    (State.RECUPEREE, Event.FICTITIOUS): State.PROVISOIRE,
    (State.VALIDEE, Event.INSI_FOUND): State.QUALIFIEE,
    (State.VALIDEE, Event.STRICT_TRAIT_CHANGED): State.VALIDEE,
    (State.VALIDEE, Event.DOUBT): State.PROVISOIRE,
    (State.VALIDEE, Event.FICTITIOUS): State.PROVISOIRE,
    (State.QUALIFIEE, Event.STRICT_TRAIT_CHANGED): State.VALIDEE,
    (State.QUALIFIEE, Event.DOUBT): State.PROVISOIRE,
    (State.QUALIFIEE, Event.FICTITIOUS): State.PROVISOIRE,
    (State.PROVISOIRE, Event.INS_VERIFIED): State.RECUPEREE,
    (State.VALIDEE, Event.INS_VERIFIED): State.QUALIFIEE,
    (State.RECUPEREE, Event.VERIFICATION_KO): State.PROVISOIRE,
    (State.QUALIFIEE, Event.VERIFICATION_KO): State.PROVISOIRE,
    (State.PROVISOIRE, Event.RESTORED): State.PROVISOIRE,
    (State.PROVISOIRE, Event.HOMONYM): State.PROVISOIRE,
    (State.RECUPEREE, Event.HOMONYM): State.RECUPEREE,
    (State.VALIDEE, Event.HOMONYM): State.VALIDEE,
    (State.QUALIFIEE, Event.HOMONYM): State.QUALIFIEE,
}
ILLEGAL = [pair for pair in product(State, Event) if pair not in LEGAL]

FOUND = Found(
    active=Matricule("109076322083489", "1.2.250.1.213.1.4.8"),
    history=(),
    birth_name="ECETINSI",
    first_names="PIERRE-ALAIN MURIEL FLORIANT",
    sex="M",
    birth_date="2009-07-14",
    birth_place="63220",
)
ASKED = Traits("ECETINSI", ("PIERRE-ALAIN",), "M", "2009-07-14")


def answer(code: str = "00", **changed: str) -> Answer:
    return Answer(code, "", ASKED, replace(FOUND, **changed) if code == "00" else None)  # type: ignore[arg-type]


def identity(first_name: str = "PIERRE-ALAIN") -> LocalIdentity:
    return LocalIdentity("ECETINSI", first_name, "M", "2009-07-14", "63220")


def qualified() -> LocalIdentity:
    return identity().with_answer(answer(), "hv").with_document("passeport", "hv")


@pytest.mark.parametrize(("before", "event"), LEGAL)
def test_each_event_of_the_table_leads_where_the_guide_says(before: State, event: Event) -> None:
    assert transition(before, event) is LEGAL[before, event]


@pytest.mark.parametrize(("before", "event"), ILLEGAL)
def test_every_event_outside_the_table_is_refused(before: State, event: Event) -> None:
    with pytest.raises(IdentityRefused, match=event.value):
        transition(before, event)


def test_the_illegal_events_are_repeated_proofs_and_repeated_answers() -> None:
    repeated = {Event.INSI_FOUND: {State.RECUPEREE, State.QUALIFIEE}, Event.DOCUMENT_CHECKED: set(State)}
    repeated[Event.DOCUMENT_CHECKED] -= {State.PROVISOIRE, State.RECUPEREE}
    repeated[Event.INS_VERIFIED] = {State.RECUPEREE, State.QUALIFIEE}
    repeated[Event.VERIFICATION_KO] = {State.PROVISOIRE, State.VALIDEE}
    repeated[Event.RESTORED] = set(State) - {State.PROVISOIRE}
    assert set(ILLEGAL) == {(state, event) for event, states in repeated.items() for state in states}


def test_insi_then_a_document_qualify_an_identity() -> None:
    recovered = identity().with_answer(answer(), "hv")
    assert recovered.state is State.RECUPEREE
    done = recovered.with_document("carte nationale d'identité", "hv")
    assert done.state is State.QUALIFIEE
    assert done.transmissible == FOUND


def test_a_document_then_insi_qualify_an_identity() -> None:
    validated = identity().with_document("passeport", "hv")
    assert validated.state is State.VALIDEE
    assert validated.with_answer(answer(), "hv").transmissible == FOUND


def test_the_history_tells_each_event_with_state_and_user() -> None:
    assert [(trace.event, trace.state, trace.user) for trace in qualified().traces] == [
        ("INSi a rendu une identité", State.RECUPEREE, "hv"),
        ("pièce d'identité de haut niveau contrôlée (passeport)", State.QUALIFIEE, "hv"),
    ]


def test_a_refused_event_leaves_the_identity_as_it_was() -> None:
    before = qualified()
    with pytest.raises(IdentityRefused):
        before.with_document("passeport", "hv")
    assert (before.state, len(before.traces)) == (State.QUALIFIEE, 2)


@pytest.mark.parametrize("code", ["01", "02"])
def test_an_answer_without_one_identity_cannot_be_taken(code: str) -> None:
    with pytest.raises(IdentityRefused, match=code):
        identity().with_answer(answer(code), "hv")


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        ("PIERRE-ALAIN", "PIERRE ALAIN MURIEL"),
        ("PIERRE ALAIN", "PIERRE-ALAIN MURIEL"),
        ("N'DEYE", "N'DEYE FATOU"),
        ("N DEYE", "N'DEYE"),
        ("PIERRE", "PIERRE"),
    ],
)
def test_rule_6_takes_a_hyphen_and_an_apostrophe_for_a_space(typed: str, listed: str) -> None:
    assert identity(typed).with_answer(answer(first_names=listed), "hv").state is State.RECUPEREE


@pytest.mark.parametrize(("typed", "listed"), [("ALAIN", "PIERRE ALAIN"), ("PIER", "PIERRE"), ("PIERRES", "PIERRE")])
def test_rule_6_refuses_a_first_name_that_does_not_begin_the_list(typed: str, listed: str) -> None:
    with pytest.raises(IdentityRefused, match="règle 6"):
        identity(typed).with_answer(answer(first_names=listed), "hv")


@pytest.mark.parametrize("born", ["1960-00-12", "1960-12-00", "1960-00-00", "1960-25-01", "1960-02-30", "19600212", ""])
def test_rule_11_refuses_a_birth_date_that_is_no_day_of_the_calendar(born: str) -> None:
    with pytest.raises(IdentityRefused, match="règle 11"):
        identity().with_answer(answer(birth_date=born), "hv")


@pytest.mark.parametrize("trait", ["birth_name", "first_names", "sex"])
def test_rule_12_refuses_an_empty_trait(trait: str) -> None:
    with pytest.raises(IdentityRefused, match="règle 12"):
        identity().with_answer(answer(**{trait: ""}), "hv")


@pytest.mark.parametrize(
    "unqualified",
    [
        identity(),
        identity().with_document("passeport", "hv"),
        identity().with_answer(answer(), "hv"),
        replace(identity(), state=State.QUALIFIEE),
    ],
    ids=["provisoire", "validée", "récupérée", "qualifiée sans matricule"],
)
def test_rule_28_keeps_the_matricule_of_an_unqualified_identity(unqualified: LocalIdentity) -> None:
    with pytest.raises(IdentityRefused, match="ne peut pas être transmis"):
        _ = unqualified.transmissible


@pytest.mark.parametrize(
    ("before", "after"),
    [(identity().with_answer(answer(), "hv"), State.PROVISOIRE), (qualified(), State.VALIDEE)],
    ids=["récupérée", "qualifiée"],
)
def test_rule_27_a_changed_strict_trait_drops_the_matricule(before: LocalIdentity, after: State) -> None:
    changed = before.changed(Event.STRICT_TRAIT_CHANGED, "hv")
    assert (changed.state, changed.found, changed.blocked) == (after, None, False)


def test_after_a_changed_trait_insi_may_be_asked_again() -> None:
    changed = qualified().changed(Event.STRICT_TRAIT_CHANGED, "hv")
    assert changed.with_answer(answer(), "hv").transmissible == FOUND


@pytest.mark.parametrize("event", [Event.DOUBT, Event.FICTITIOUS])
def test_rule_25_a_doubtful_or_fictitious_identity_stays_provisoire_and_asks_insi_nothing(event: Event) -> None:
    blocked = qualified().changed(event, "hv")
    assert (blocked.state, blocked.found, blocked.blocked) == (State.PROVISOIRE, None, True)
    with pytest.raises(IdentityRefused, match="douteuse ou fictive"):
        blocked.with_answer(answer(), "hv")
    with pytest.raises(IdentityRefused, match="douteuse ou fictive"):
        blocked.with_document("passeport", "hv")


def test_a_changed_trait_does_not_lift_a_doubt() -> None:
    blocked = identity().changed(Event.DOUBT, "hv").changed(Event.STRICT_TRAIT_CHANGED, "hv")
    assert blocked.blocked


@pytest.mark.parametrize("event", [Event.INSI_FOUND, Event.DOCUMENT_CHECKED])
def test_what_confirms_an_identity_cannot_pass_for_a_change(event: Event) -> None:
    with pytest.raises(IdentityRefused, match="n'invalide pas"):
        identity().with_answer(answer(), "hv").changed(event, "hv")


@pytest.mark.parametrize("flow", Flow)
@pytest.mark.parametrize("state", State)
def test_a_flow_carries_the_matricule_in_its_states_only(flow: Flow, state: State) -> None:
    with_ins = replace(identity(), state=state, found=FOUND)
    if state in FLOWS[flow]:
        assert with_ins.matricule_for(flow) == FOUND
    else:
        with pytest.raises(IdentityRefused, match="règle 28"):
            with_ins.matricule_for(flow)


def test_only_the_screen_and_a_verification_carry_the_matricule_of_an_identity_that_is_not_qualified() -> None:
    assert {flow for flow in Flow if FLOWS[flow] != {State.QUALIFIEE}} == {Flow.SCREEN, Flow.VERIFICATION}
    assert all(FLOWS[flow] <= {State.RECUPEREE, State.QUALIFIEE} for flow in Flow)


def test_rule_49_a_ko_drops_the_matricule_of_a_qualified_identity() -> None:
    after = qualified().changed(Event.VERIFICATION_KO, "hv")
    assert (after.state, after.found, after.blocked) == (State.PROVISOIRE, None, False)
    assert after.traces[-1].event == "INSi n'a pas vérifié l'identité"


OK, KO = Verification(True, "00", "Identite verifiee"), Verification(False, "01", "Identite non verifiee")


def test_rule_30_an_ins_of_another_domain_is_at_best_recovered_without_a_document() -> None:
    received = identity().with_verification(OK, FOUND, "hv")
    assert (received.state, received.found) == (State.RECUPEREE, FOUND)
    checked = identity().with_document("passeport", "hv").with_verification(OK, FOUND, "hv")
    assert checked.transmissible == FOUND


def test_rule_51_an_ins_of_another_domain_that_insi_denies_is_not_kept() -> None:
    with pytest.raises(IdentityRefused, match="règle 51"):
        identity().with_verification(KO, FOUND, "hv")


def test_an_ins_is_not_taken_twice_nor_for_a_blocked_identity_nor_beside_another_first_name() -> None:
    with pytest.raises(IdentityRefused, match="sans objet"):
        qualified().with_verification(OK, FOUND, "hv")
    with pytest.raises(IdentityRefused, match="douteuse ou fictive"):
        identity().changed(Event.DOUBT, "hv").with_verification(OK, FOUND, "hv")
    with pytest.raises(IdentityRefused, match="règle 6"):
        identity("ALAIN").with_verification(OK, FOUND, "hv")


def test_a_doubt_is_lifted_and_insi_may_be_asked_again() -> None:
    lifted = qualified().changed(Event.DOUBT, "hv").marked(Event.RESTORED, "hv")
    assert (lifted.state, lifted.attributes) == (State.PROVISOIRE, frozenset())
    assert lifted.with_answer(answer(), "hv").state is State.RECUPEREE


def test_a_homonym_keeps_its_state_and_may_become_doubtful_but_never_fictitious() -> None:
    homonym = qualified().marked(Event.HOMONYM, "hv")
    assert (homonym.state, homonym.attributes, homonym.blocked) == (State.QUALIFIEE, {Attribute.HOMONYME}, False)
    assert homonym.transmissible == FOUND
    doubtful = homonym.changed(Event.DOUBT, "hv")
    assert doubtful.attributes == {Attribute.HOMONYME, Attribute.DOUTEUSE}
    assert doubtful.marked(Event.RESTORED, "hv").attributes == {Attribute.HOMONYME}
    with pytest.raises(IdentityRefused, match="aucun autre"):
        homonym.changed(Event.FICTITIOUS, "hv")


@pytest.mark.parametrize("event", [Event.DOUBT, Event.INSI_FOUND, Event.STRICT_TRAIT_CHANGED])
def test_what_changes_a_state_is_no_mere_attribute(event: Event) -> None:
    with pytest.raises(IdentityRefused, match="plus que des attributs"):
        identity().marked(event, "hv")


def test_there_is_no_doubt_to_lift_without_one() -> None:
    with pytest.raises(IdentityRefused, match="ni douteuse ni fictive"):
        identity().marked(Event.RESTORED, "hv")
