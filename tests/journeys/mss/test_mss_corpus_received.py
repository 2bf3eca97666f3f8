"""The inbound corpus: the reference client does with each mail exactly what is expected of a receiver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.mss_correspondents import call
from support.mss_desk import desk_of
from support.mss_operator import MailOperator, MailTenant
from support.mss_people import TITULAIRE

from lgo_client.mss.desk import MailDesk
from lgo_client.mss.inbound import CRITICAL_MARK
from lgo_client.mss.placing import ALARM
from lgo_client.mss.records import Arrived, Where
from mss_mock.codes.correspondents import CORPUS, Case

MATRICULE = "256036330091838"
REASONS = {
    "pdf-alone": "PDF seul",
    "patient-unknown": "n'est pas connu de l'officine",
    "other-patient": "METADATA.XML désigne .*, le document 160012B02077713",
    "no-ins": "n'est pas celui d'un INS",
    "other-identification-domain": "1\\.2\\.250\\.1\\.213\\.1\\.4\\.2.*n'est pas celui d'un INS",
    "corrupt-archive": "archive illisible",
}
"""How the reference client says why, in French."""


def _outcome(desk: MailDesk, mail: Arrived) -> dict[str, Any]:
    """Return what became of a mail in the words of the corpus."""
    documents = [one for one in desk.records.documents() if one.mail == mail.number]
    known = {one.unique_id for one in desk.records.documents(mail.patient)}
    outcome = {Where.FILED: "filed", Where.QUARANTINE: "quarantine", Where.INBOX: "read"}[mail.place]
    if mail.reason == ALARM and any(one.kind.endswith(CRITICAL_MARK) for one in documents):
        outcome = "alert"
    elif any(one.replaces in known for one in documents if one.replaces):
        outcome = "replaces"
    elif outcome == "read" and mail.patient and mail.reason.startswith("à propos de « "):
        outcome = "withdrawn"
    found = [
        name for name, words in REASONS.items() if mail.place is Where.QUARANTINE and re.search(words, mail.reason)
    ]
    return {"outcome": outcome, "documents": len(documents), "reason": found[-1] if found else "", "error": mail.code}


@pytest.fixture(scope="module")
def received(operator: MailOperator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MailDesk, list[Any]]]:
    tenant: MailTenant = operator.tenant()
    posted = call(tenant, "corpus", {"to": TITULAIRE, "patient": "martin-claire"})
    folder: Path = tmp_path_factory.mktemp("poste")
    with desk_of(tenant, folder) as desk:
        desk.receive()
        yield desk, posted
    tenant.delete()


@pytest.mark.parametrize("case", CORPUS)
def test_a_mail_of_the_corpus_is_treated_as_expected(received: tuple[MailDesk, list[Any]], case: Case) -> None:
    desk, posted = received
    (one,) = [entry for entry in posted if entry["case"] == case]
    (mail,) = [entry for entry in desk.mails() if entry.message_id == one["message_id"]]
    expected = {name: value for name, value in one["expected"].items() if name != "text"}
    assert _outcome(desk, mail) == expected, mail.reason


def test_nothing_but_the_patients_own_documents_is_in_any_file(received: tuple[MailDesk, list[Any]]) -> None:
    desk, posted = received
    documents = desk.records.documents()
    assert {one.patient for one in documents} == {MATRICULE}
    assert len(documents) == sum(one["expected"]["documents"] for one in posted)
    assert len(desk.mails()) == len(posted)


def test_the_first_version_is_shown_as_replaced_and_the_withdrawal_names_the_second(
    received: tuple[MailDesk, list[Any]],
) -> None:
    desk, posted = received
    by_case = {one["case"]: one for one in posted}
    first, second = by_case["version-1"]["documents"][0], by_case["version-2"]["documents"][0]
    filed = {one.unique_id: one for one in desk.records.documents(MATRICULE)}
    assert (filed[first["unique_id"]].replaced, filed[second["unique_id"]].replaced) == (True, False)
    (told,) = [one for one in desk.mails(Where.INBOX) if one.message_id == by_case["suppression"]["message_id"]]
    assert (told.patient, f"document {filed[second['unique_id']].number} " in told.reason) == (MATRICULE, True)


def test_receipts_go_to_the_mailboxes_that_asked_and_are_reproached_nothing(
    operator: MailOperator, tmp_path: Path
) -> None:
    tenant = operator.tenant()
    cases = ["n3", "patient-inconnu", "document-d-un-autre", "sans-ins", "archive-corrompue", "pdf-seul"]
    posted = call(tenant, "corpus", {"to": TITULAIRE, "patient": MATRICULE, "cases": cases})
    with desk_of(tenant, tmp_path) as desk:
        desk.receive()
        assert desk.send()
    assert sum(len(tenant.inbox(address)) for address in {one["from"] for one in posted}) == len(cases) - 1
    assert tenant.findings() == []
    tenant.delete()


def test_the_corpus_is_listed_with_its_outcomes_and_comes_later_when_it_is_asked_for(tenant: MailTenant) -> None:
    listed = call(tenant, "corpus")
    assert [one["case"] for one in listed] == [case.value for case in CORPUS]
    assert all(one["expected"]["text"] and one["title"] for one in listed)
    asked = {"to": TITULAIRE, "patient": MATRICULE, "cases": ["question", "suppression"], "delay": 30}
    posted = call(tenant, "corpus", asked)
    assert [one["case"] for one in posted] == ["version-1", "version-2", "suppression", "question"]
    assert tenant.inbox(TITULAIRE) == []
    tenant.move(minutes=30)
    assert len(tenant.inbox(TITULAIRE)) == len(posted)
