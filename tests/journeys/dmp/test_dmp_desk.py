"""The reference client at the DMP: what it calls and when, what it writes down, what it learns between two visits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.dmp_door import Dmp
from support.dmp_ready import ready_file

from health_documents.identifiers import OID_INS_NIR_TEST
from lgo_client.authoring import traits_of_patient
from lgo_client.clock import Workplace
from lgo_client.dmp.delta import Change
from lgo_client.dmp.desk import ConsentMissing, Desk, NoDmp, Opposed
from lgo_client.dmp.documents import example, lot_with
from lgo_client.dmp.opening import OID, opened, writer_of
from lgo_client.dmp.queue import State
from lgo_client.dmp.records import Choice, Subject
from lgo_client.environment import Environment
from lgo_client.vihf import ins_cx

Opening = Callable[[str], Desk]


@pytest.fixture
def environment(dmp: Dmp, tmp_path: Path) -> Environment:
    return Environment.load(ready_file(dmp, tmp_path))


@pytest.fixture
def desks(environment: Environment, tmp_path: Path) -> Iterator[Opening]:
    with ExitStack() as stack:
        yield lambda who: stack.enter_context(opened(environment, who, tmp_path / who))


@pytest.fixture
def desk(desks: Opening) -> Desk:
    return desks("titulaire")


class Writing:
    """Writes and feeds reviews for the people of an environment."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def cx(self, patient: str) -> str:
        """Return the identifier of a patient."""
        return ins_cx(self.environment.patient(patient).matricule)

    def feed(self, desk: Desk, patient: str, who: str = "titulaire", replaces: str = "") -> str:
        """Let a review of a patient wait to be fed; return its uniqueId."""
        writer = writer_of(self.environment, who)
        traits = traits_of_patient(self.environment.patient(patient), OID_INS_NIR_TEST)
        entry, octets = example(writer, traits, Workplace(), replaces=replaces)
        desk.feed(entry.patient_id, lot_with(writer, entry, octets, Workplace(), OID), replaces)
        return entry.unique_id


@pytest.fixture
def writing(environment: Environment) -> Writing:
    return Writing(environment)


def called(dmp: Dmp) -> list[str]:
    return [one.operation for one in sorted(dmp.exchanges(), key=lambda one: one.started)]


def test_a_document_lives_at_the_desk_without_a_finding(dmp: Dmp, desk: Desk, writing: Writing) -> None:
    claire = writing.cx("martin-claire")
    first = writing.feed(desk, "martin-claire")
    assert desk.send()
    second = writing.feed(desk, "martin-claire", replaces=first)
    assert desk.send()
    assert [one.unique_id for one in desk.documents(claire)] == [second]
    assert desk.read(claire, second).startswith(b"<?xml")
    for codes in (["MASQUE_PS"], ["INVISIBLE_PATIENT"], ["INVISIBLE_REPRESENTANTS_LEGAUX"], []):
        desk.set_visibility(claire, second, codes)
        assert desk.hidden(claire, second) == tuple(codes)
    desk.registry.archive(claire, second)
    desk.registry.unarchive(claire, second)
    desk.registry.delete(claire, second)
    assert desk.documents(claire) == []
    assert dmp.findings() == []


def test_two_hidings_that_exclude_each_other_are_not_sent(desk: Desk, writing: Writing) -> None:
    claire = writing.cx("martin-claire")
    with pytest.raises(ValueError, match="à la fois"):
        desk.set_visibility(claire, "2.25.1", ["MASQUE_PS", "INVISIBLE_PATIENT"])


def test_a_feed_calls_neither_for_access_nor_for_a_list(dmp: Dmp, desk: Desk, writing: Writing) -> None:
    writing.feed(desk, "blanc-nathalie")
    assert desk.send()
    assert called(dmp) == ["param-lps", "td0.2", "td2.1"]
    assert dmp.findings() == []


def test_nothing_waits_for_whoever_opposes_or_has_no_dmp(dmp: Dmp, desk: Desk, writing: Writing) -> None:
    desk.say(writing.cx("martin-claire"), Subject.FEEDING, Choice.OPPOSED)
    with pytest.raises(Opposed, match="alimentation"):
        writing.feed(desk, "martin-claire")
    assert called(dmp) == []
    for patient in ("fournier-ines", "roux-gerard"):
        with pytest.raises(NoDmp):
            writing.feed(desk, patient)
    assert desk.queue.all() == []
    assert "td2.1" not in called(dmp)


def test_access_is_asked_for_once_the_patient_agreed_and_only_to_consult(
    dmp: Dmp, desk: Desk, writing: Writing
) -> None:
    nathalie = writing.cx("blanc-nathalie")
    with pytest.raises(ConsentMissing, match="accord"):
        desk.documents(nathalie)
    assert called(dmp) == ["param-lps", "td0.2"]
    desk.say(nathalie, Subject.READING, Choice.AGREED)
    assert desk.documents(nathalie) == []
    assert called(dmp)[2:] == ["td0.3", "td0.2", "td3.1"]
    desk.documents(nathalie)
    assert called(dmp)[5:] == ["td3.1"]
    desk.say(nathalie, Subject.READING, Choice.OPPOSED)
    with pytest.raises(Opposed, match="consultation"):
        desk.documents(nathalie)
    assert [one.choice for one in desk.records.choices(nathalie)].count(Choice.OPPOSED) == 1
    assert dmp.findings() == []


@pytest.mark.parametrize(("patient", "why"), [("fournier-ines", "pas de DMP"), ("roux-gerard", "fermé")])
def test_there_is_nothing_to_consult_without_an_open_dmp(
    dmp: Dmp, desk: Desk, writing: Writing, patient: str, why: str
) -> None:
    with pytest.raises(NoDmp, match=why):
        desk.documents(writing.cx(patient))
    assert "td3.1" not in called(dmp)


def test_the_parameters_are_read_once_by_all_that_share_the_files(
    dmp: Dmp, environment: Environment, tmp_path: Path, writing: Writing
) -> None:
    for _ in range(2):
        with opened(environment, "titulaire", tmp_path / "poste") as desk:
            desk.access(writing.cx("martin-claire"))
    assert called(dmp) == ["param-lps", "td0.2"]


def test_what_happened_between_two_visits_is_told(dmp: Dmp, desks: Opening, writing: Writing) -> None:
    mine, other = desks("titulaire"), desks("adjoint")
    claire = writing.cx("martin-claire")
    kept, replaced, hidden, archived, deleted = (writing.feed(other, "martin-claire", "adjoint") for _ in range(5))
    assert other.send()
    assert mine.visit(claire).first
    assert {one.unique_id for one in mine.records.documents(claire).values()} == {
        kept,
        replaced,
        hidden,
        archived,
        deleted,
    }
    assert mine.visit(claire).changes == ()
    new = writing.feed(other, "martin-claire", "adjoint")
    again = writing.feed(other, "martin-claire", "adjoint", replaces=replaced)
    assert other.send()
    other.set_visibility(claire, hidden, ["MASQUE_PS"])
    other.registry.archive(claire, archived)
    other.registry.delete(claire, deleted)
    told = {(one.change, one.document.unique_id) for one in mine.visit(claire).changes}
    assert told == {
        (Change.NEW, new),
        (Change.NEW, again),
        (Change.REPLACED, replaced),
        (Change.GONE, hidden),
        (Change.ARCHIVED, archived),
        (Change.DELETED, deleted),
    }
    assert mine.visit(claire).changes == ()
    assert dmp.findings() == []
    assert State.FED in {one.state for one in other.queue.all()}
