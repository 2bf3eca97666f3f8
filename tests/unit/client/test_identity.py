from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from lgo_client.identity import (
    FLOWS,
    Attribute,
    By,
    Document,
    Event,
    Flow,
    IdentityRefused,
    LocalIdentity,
    State,
    Trace,
    transition,
)
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

BY = By("hv", "2026-09-14T10:15:30+02:00")
LATER = By("cl", "2026-09-15T08:00:00+02:00")
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
    return identity().with_answer(answer(), BY).with_document("passeport", BY)


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
    recovered = identity().with_answer(answer(), BY)
    assert recovered.state is State.RECUPEREE
    done = recovered.with_document("carte nationale d'identité", BY)
    assert done.state is State.QUALIFIEE
    assert done.transmissible == FOUND


def test_a_document_then_insi_qualify_an_identity() -> None:
    validated = identity().with_document("passeport", BY)
    assert validated.state is State.VALIDEE
    assert validated.with_answer(answer(), BY).transmissible == FOUND


def test_the_history_tells_each_event_with_its_moment_state_user_document_and_matricules() -> None:
    former = (Matricule("209076322083439", "1.2.250.1.213.1.4.8", "2019-03-01", "2019-02-28"),)
    told = replace(FOUND, history=former)
    done = identity().with_answer(Answer("00", "OK", ASKED, told), BY).with_document("CNI", LATER)
    assert [(trace.by.at, trace.said, trace.state, trace.by.user) for trace in done.traces] == [
        ("2026-09-14T10:15:30+02:00", "INSi a rendu une identité", State.RECUPEREE, "hv"),
        (
            "2026-09-15T08:00:00+02:00",
            "pièce d'identité de haut niveau contrôlée (carte nationale d'identité)",
            State.QUALIFIEE,
            "cl",
        ),
    ]
    assert [trace.document for trace in done.traces] == [None, Document.IDENTITY_CARD]
    assert done.traces[0].matricules == (FOUND.active, *former)
    assert done.former_matricules == former


def test_a_matricule_that_was_dropped_stays_in_the_history() -> None:
    dropped = qualified().changed(Event.VERIFICATION_KO, LATER)
    assert (dropped.found, dropped.former_matricules) == (None, (FOUND.active,))


@pytest.mark.parametrize(("user", "at"), [("", "2026-09-14T10:15:30Z"), ("hv", "2026-09-14T10:15:30"), ("hv", "hier")])
def test_an_act_has_a_user_and_a_dated_moment(user: str, at: str) -> None:
    with pytest.raises(ValueError):
        By(user, at)


def test_a_refused_event_leaves_the_identity_as_it_was() -> None:
    before = qualified()
    with pytest.raises(IdentityRefused):
        before.with_document("passeport", BY)
    assert (before.state, len(before.traces)) == (State.QUALIFIEE, 2)


@pytest.mark.parametrize("code", ["01", "02"])
def test_an_answer_without_one_identity_cannot_be_taken(code: str) -> None:
    with pytest.raises(IdentityRefused, match=code):
        identity().with_answer(answer(code), BY)


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
    assert identity(typed).with_answer(answer(first_names=listed), BY).state is State.RECUPEREE


@pytest.mark.parametrize(("typed", "listed"), [("ALAIN", "PIERRE ALAIN"), ("PIER", "PIERRE"), ("PIERRES", "PIERRE")])
def test_rule_6_refuses_a_first_name_that_does_not_begin_the_list(typed: str, listed: str) -> None:
    with pytest.raises(IdentityRefused, match="règle 6"):
        identity(typed).with_answer(answer(first_names=listed), BY)


@pytest.mark.parametrize("born", ["1960-00-12", "1960-12-00", "1960-00-00", "1960-25-01", "1960-02-30", "19600212", ""])
def test_rule_11_refuses_a_birth_date_that_is_no_day_of_the_calendar(born: str) -> None:
    with pytest.raises(IdentityRefused, match="règle 11"):
        identity().with_answer(answer(birth_date=born), BY)


@pytest.mark.parametrize("trait", ["birth_name", "first_names", "sex"])
def test_rule_12_refuses_an_empty_trait(trait: str) -> None:
    with pytest.raises(IdentityRefused, match="règle 12"):
        identity().with_answer(answer(**{trait: ""}), BY)


@pytest.mark.parametrize(
    "unqualified",
    [
        identity(),
        identity().with_document("passeport", BY),
        identity().with_answer(answer(), BY),
    ],
    ids=["provisoire", "validée", "récupérée"],
)
def test_rule_28_keeps_the_matricule_of_an_unqualified_identity(unqualified: LocalIdentity) -> None:
    with pytest.raises(IdentityRefused, match="ne peut pas être transmis"):
        _ = unqualified.transmissible


@pytest.mark.parametrize(
    ("before", "after"),
    [(identity().with_answer(answer(), BY), State.PROVISOIRE), (qualified(), State.VALIDEE)],
    ids=["récupérée", "qualifiée"],
)
def test_rule_27_a_changed_strict_trait_drops_the_matricule(before: LocalIdentity, after: State) -> None:
    changed = before.changed(Event.STRICT_TRAIT_CHANGED, BY)
    assert (changed.state, changed.found, changed.blocked) == (after, None, False)


def test_after_a_changed_trait_insi_may_be_asked_again() -> None:
    changed = qualified().changed(Event.STRICT_TRAIT_CHANGED, BY)
    assert changed.with_answer(answer(), BY).transmissible == FOUND


@pytest.mark.parametrize("event", [Event.DOUBT, Event.FICTITIOUS])
def test_rule_25_a_doubtful_or_fictitious_identity_stays_provisoire_and_asks_insi_nothing(event: Event) -> None:
    blocked = qualified().changed(event, BY)
    assert (blocked.state, blocked.found, blocked.blocked) == (State.PROVISOIRE, None, True)
    with pytest.raises(IdentityRefused, match="douteuse ou fictive"):
        blocked.with_answer(answer(), BY)
    with pytest.raises(IdentityRefused, match="douteuse ou fictive"):
        blocked.with_document("passeport", BY)


def test_a_changed_trait_does_not_lift_a_doubt() -> None:
    blocked = identity().changed(Event.DOUBT, BY).changed(Event.STRICT_TRAIT_CHANGED, BY)
    assert blocked.blocked


@pytest.mark.parametrize("event", [Event.INSI_FOUND, Event.DOCUMENT_CHECKED])
def test_what_confirms_an_identity_cannot_pass_for_a_change(event: Event) -> None:
    with pytest.raises(IdentityRefused, match="n'invalide pas"):
        identity().with_answer(answer(), BY).changed(event, BY)


IN_STATE = {
    State.PROVISOIRE: identity,
    State.RECUPEREE: lambda: identity().with_answer(answer(), BY),
    State.VALIDEE: lambda: identity().with_document("passeport", BY),
    State.QUALIFIEE: qualified,
}


@pytest.mark.parametrize("flow", Flow)
@pytest.mark.parametrize("state", State)
def test_a_flow_carries_the_matricule_in_its_states_only(flow: Flow, state: State) -> None:
    with_ins = IN_STATE[state]()
    if state in FLOWS[flow]:
        assert with_ins.matricule_for(flow) == FOUND
    else:
        with pytest.raises(IdentityRefused, match="règle 28"):
            with_ins.matricule_for(flow)


def test_only_the_screen_and_a_verification_carry_the_matricule_of_an_identity_that_is_not_qualified() -> None:
    assert {flow for flow in Flow if FLOWS[flow] != {State.QUALIFIEE}} == {Flow.SCREEN, Flow.VERIFICATION}
    assert all(FLOWS[flow] <= {State.RECUPEREE, State.QUALIFIEE} for flow in Flow)


def test_rule_49_a_ko_drops_the_matricule_of_a_qualified_identity() -> None:
    after = qualified().changed(Event.VERIFICATION_KO, BY)
    assert (after.state, after.found, after.blocked) == (State.PROVISOIRE, None, False)
    assert after.traces[-1].said == "INSi n'a pas vérifié l'identité"


OK, KO = Verification(True, "00", "Identite verifiee"), Verification(False, "01", "Identite non verifiee")


def test_rule_30_an_ins_of_another_domain_is_at_best_recovered_without_a_document() -> None:
    received = identity().with_verification(OK, FOUND, BY)
    assert (received.state, received.found) == (State.RECUPEREE, FOUND)
    checked = identity().with_document("passeport", BY).with_verification(OK, FOUND, BY)
    assert checked.transmissible == FOUND


def test_rule_51_an_ins_of_another_domain_that_insi_denies_is_not_kept() -> None:
    with pytest.raises(IdentityRefused, match="règle 51"):
        identity().with_verification(KO, FOUND, BY)


def test_an_ins_is_not_taken_twice_nor_for_a_blocked_identity_nor_beside_another_first_name() -> None:
    with pytest.raises(IdentityRefused, match="sans objet"):
        qualified().with_verification(OK, FOUND, BY)
    with pytest.raises(IdentityRefused, match="douteuse ou fictive"):
        identity().changed(Event.DOUBT, BY).with_verification(OK, FOUND, BY)
    with pytest.raises(IdentityRefused, match="règle 6"):
        identity("ALAIN").with_verification(OK, FOUND, BY)


def test_a_doubt_is_lifted_and_insi_may_be_asked_again() -> None:
    lifted = qualified().changed(Event.DOUBT, BY).marked(Event.RESTORED, BY)
    assert (lifted.state, lifted.attributes) == (State.PROVISOIRE, frozenset())
    assert lifted.with_answer(answer(), BY).state is State.RECUPEREE


def test_a_homonym_keeps_its_state_and_may_become_doubtful_but_never_fictitious() -> None:
    homonym = qualified().marked(Event.HOMONYM, BY)
    assert (homonym.state, homonym.attributes, homonym.blocked) == (State.QUALIFIEE, {Attribute.HOMONYME}, False)
    assert homonym.transmissible == FOUND
    doubtful = homonym.changed(Event.DOUBT, BY)
    assert doubtful.attributes == {Attribute.HOMONYME, Attribute.DOUTEUSE}
    assert doubtful.marked(Event.RESTORED, BY).attributes == {Attribute.HOMONYME}
    with pytest.raises(IdentityRefused, match="aucun autre"):
        homonym.changed(Event.FICTITIOUS, BY)


@pytest.mark.parametrize("event", [Event.DOUBT, Event.INSI_FOUND, Event.STRICT_TRAIT_CHANGED])
def test_what_changes_a_state_is_no_mere_attribute(event: Event) -> None:
    with pytest.raises(IdentityRefused, match="plus que des attributs"):
        identity().marked(event, BY)


def test_there_is_no_doubt_to_lift_without_one() -> None:
    with pytest.raises(IdentityRefused, match="ni douteuse ni fictive"):
        identity().marked(Event.RESTORED, BY)


# --- documents of trust -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "document"),
    [
        ("passeport", Document.PASSPORT),
        ("Passeport", Document.PASSPORT),
        ("CNI", Document.IDENTITY_CARD),
        ("Carte nationale d’identité", Document.IDENTITY_CARD),
        ("titre de sejour", Document.RESIDENCE_PERMIT),
        ("ApCV", Document.APCV),
        (Document.EUROPEAN_CARD, Document.EUROPEAN_CARD),
    ],
)
def test_a_document_of_trust_is_known_by_its_names(shown: str, document: Document) -> None:
    assert identity().with_document(shown, BY).traces[-1].document is document


@pytest.mark.parametrize(
    "shown",
    ["facture EDF", "carte Vitale", "permis de conduire", "mutuelle", "", "passeport périmé du voisin"],
)
def test_nothing_else_qualifies_an_identity(shown: str) -> None:
    recovered = identity().with_answer(answer(), BY)
    with pytest.raises(IdentityRefused, match=r"haut niveau de confiance ; le sont : .*passeport"):
        recovered.with_document(shown, BY)


# --- somebody else's answer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"birth_name": "ECETINSO"}, "nom « ECETINSO »"),
        ({"sex": "F"}, "sexe « F »"),
        ({"birth_date": "2009-07-15"}, "date de naissance « 2009-07-15 »"),
    ],
)
def test_the_answer_about_somebody_else_is_refused(change: dict[str, str], told: str) -> None:
    with pytest.raises(IdentityRefused, match=f"autre personne : {told}"):
        identity().with_answer(answer(**change), BY)
    with pytest.raises(IdentityRefused, match="autre personne"):
        identity().with_verification(OK, replace(FOUND, **change), BY)  # type: ignore[arg-type]


def test_a_hyphen_in_the_name_makes_nobody_else() -> None:
    spaced = replace(identity(), birth_name="DE LA TOUR")
    assert spaced.with_answer(answer(birth_name="DE-LA-TOUR"), BY).state is State.RECUPEREE


# --- what cannot be ---------------------------------------------------------------------------------------------------


IMPOSSIBLE = {
    "qualified by nothing": (Trace(BY, Event.DOCUMENT_CHECKED, State.QUALIFIEE, Document.PASSPORT),),
    "recovered without what INSi told": (Trace(BY, Event.INSI_FOUND, State.RECUPEREE),),
    "a matricule that no INSi told": (Trace(BY, Event.DOCUMENT_CHECKED, State.VALIDEE, Document.PASSPORT, FOUND),),
    "a check of no document": (Trace(BY, Event.DOCUMENT_CHECKED, State.VALIDEE),),
    "a document of nothing": (Trace(BY, Event.HOMONYM, State.PROVISOIRE, Document.PASSPORT),),
    "found twice": (Trace(BY, Event.INSI_FOUND, State.RECUPEREE, None, FOUND),) * 2,
    "doubtful and recovered": (
        Trace(BY, Event.DOUBT, State.PROVISOIRE),
        Trace(BY, Event.INSI_FOUND, State.RECUPEREE, None, FOUND),
    ),
    "fictitious and a homonym": (
        Trace(BY, Event.HOMONYM, State.PROVISOIRE),
        Trace(BY, Event.FICTITIOUS, State.PROVISOIRE),
    ),
}


@pytest.mark.parametrize("history", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_an_identity_with_a_history_that_cannot_have_happened_is_not_made(history: tuple[Trace, ...]) -> None:
    with pytest.raises(IdentityRefused):
        replace(identity(), traces=history)


@pytest.mark.parametrize("given", ["state", "found", "attributes"])
def test_a_state_is_never_given_it_follows_from_the_history(given: str) -> None:
    with pytest.raises(TypeError):
        replace(qualified(), **{given: None})


def test_an_identity_is_the_same_when_its_history_is_told_again() -> None:
    before = qualified().changed(Event.STRICT_TRAIT_CHANGED, LATER).marked(Event.HOMONYM, LATER)
    again = replace(identity(), traces=before.traces)
    assert (again, again.state, again.found) == (before, State.VALIDEE, None)
