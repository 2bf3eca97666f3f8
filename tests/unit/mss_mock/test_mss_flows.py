"""The INS that a mail carries: in its archives, in the addresses of citizens, in what its documents print."""

from __future__ import annotations

from dataclasses import replace

from support.mss_values import ARCHIVE, CONTENT, DOCUMENT, MATRICULE, OTHER, WITH_DOCUMENTS

from lgo_sandbox.watch.facts import Lazy
from lgo_sandbox.watch.ins_flows import InsFlow
from mss_mock.facts import Mail
from mss_mock.facts.content import MailContent, Unreadable
from mss_mock.flows import flow_of

DOCTOR, CITIZEN = "isabelle.delorme@medecin.mssante.fr", f"{OTHER}@patient.mssante.fr"


def _flow(content: MailContent | Unreadable, *recipients: str) -> InsFlow:
    return flow_of(Mail(size=1, longest_line=1, content=Lazy.known(content)), recipients)


def test_a_mail_without_documents_to_a_professional_carries_none() -> None:
    flow = _flow(CONTENT, DOCTOR)
    assert (flow.matricules, flow.printed.value) == ((), ())


def test_archives_and_citizens_carry_matricules_that_the_recipients_learn() -> None:
    printed = replace(ARCHIVE, documents=(replace(DOCUMENT, printed_ins=""),))
    flow = _flow(replace(WITH_DOCUMENTS, archives=(printed,)), DOCTOR, CITIZEN)
    assert flow.matricules == tuple(sorted((MATRICULE, OTHER)))
    assert flow.partners == tuple(sorted((DOCTOR, CITIZEN)))
    assert flow.printed.value == ("",)


def test_a_local_identifier_and_an_unreadable_archive_carry_none() -> None:
    local = replace(ARCHIVE, patient_id="IPP1", patient_root="1.2.3", documents=(replace(DOCUMENT, matricule=""),))
    content = replace(WITH_DOCUMENTS, archives=(local, Unreadable(reason="zip")))
    assert _flow(content, DOCTOR).matricules == ()
    assert _flow(Unreadable(reason="trop long"), DOCTOR).matricules == ()


def test_nothing_is_looked_at_before_somebody_asks() -> None:
    mail = Mail(size=1, longest_line=1, content=Lazy(lambda: CONTENT))
    flow = flow_of(mail, [DOCTOR])
    assert not mail.content.taken
    assert not flow.carried.taken
