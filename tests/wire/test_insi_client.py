"""The reference client against INSi over TLS, in each mode: every operation works, no check reproaches anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import pytest
from support.tenants import Runner, Tenant, running_in_background

from insi_mock.facts import Authentication
from insi_mock.markers import TRACED
from lgo_client.clock import Workplace
from lgo_client.environment import Certificate, Person, Structure
from lgo_client.identity import By, Event, LocalIdentity, State
from lgo_client.insi import CallTrace, Claim, Insi, Matricule, Product, Traits, VitaleCard
from lgo_client.insi_assertions import card_assertion, psc_assertion
from lgo_client.transport import http_client
from lgo_sandbox.pki import Issued
from lgo_sandbox.tenant.session import Session
from lgo_sandbox.watch.markers import Marker, dated

PHARMACIST = Person("titulaire", "899700090014", "VALMONT", "HELENE", "Pharmacien", "21", "G15_21/A", "officine", "")
PHARMACY = Structure("officine", "10B0990017", "PHARMACIE DE LA FONTAINE", "SA33", "")
WORK = Workplace()
TOUSSAINT = Traits("ADRTROIS", ("TOUSSAINT",), "M", "1960-01-01", "2B020")
T = TypeVar("T")
MODES = ("certificat", "CPx", "PSC")


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with running_in_background(tmp_path_factory.mktemp("insi-client"), "insi") as runner:
        yield runner


@pytest.fixture
def tenant(runner: Runner) -> Tenant:
    return runner.tenant()


def files(issued: Issued) -> Certificate:
    return Certificate(issued.chain, issued.key)


def call(tenant: Tenant, mode: str, use: Callable[[Insi], T]) -> T:
    runner = tenant.runner
    card = files(runner.issue("cps-sign", "titulaire", session=tenant.name))
    assertions: dict[str, Callable[[], str]] = {
        "certificat": str,
        "CPx": lambda: card_assertion(PHARMACIST, PHARMACY, card, WORK),
        "PSC": lambda: psc_assertion(PHARMACIST, PHARMACY, WORK),
    }
    certificate = files(runner.issue("org-auth", session=tenant.name)) if mode == "certificat" else None
    product = Product("TEST", "1.0", "LGOSANDBOX01", WORK.uuid(), PHARMACY.id_nat)
    with http_client(runner.launcher.sandbox.pki.ca_bundle, certificate) as http:
        return use(
            Insi(http, tenant.url("insi"), product, WORK, user=PHARMACIST.national_id, assertion=assertions[mode])
        )


def everything(insi: Insi) -> list[str]:
    found = insi.resolve(Traits("DE VINCI", ("LEONARDO",), "M", "2014-02-01", "63220"))
    composed = insi.resolve(Traits("GUERIN", ("ANNE-MARIE", "LOUISE"), "F", "1972-08-15"))
    nobody = insi.retrieve(Traits("HOUILLES", ("PIERRE", "PAUL", "JACQUES"), "M", "1993-01-27"))
    by_card = insi.search_card(VitaleCard("285046311395040", "2014-09-23"))
    claim = Claim(Matricule("160012B02077713", "1.2.250.1.213.1.4.8"), TOUSSAINT)
    receipt = insi.deposit([claim])
    verified = insi.verify(claim)
    assert receipt.count == 1
    return [found.code, composed.code, nobody.code, by_card.code, verified.result]


@pytest.mark.parametrize("mode", MODES)
def test_every_operation_works_in_every_mode_without_reproach(tenant: Tenant, mode: str) -> None:
    codes = call(tenant, mode, everything)
    assert codes == ["00", "00", "01", "00", "OK"]
    exchanges = tenant.exchanges()
    assert {caller.mode.value for one in exchanges if (caller := one.noted.get(Authentication))} == {mode}
    assert [finding for exchange in exchanges for finding in exchange.findings] == []


def test_the_traces_of_the_client_agree_with_the_journal_of_the_service(tenant: Tenant) -> None:
    def mark(trace: CallTrace, session: Session) -> None:
        session.markers.put(Marker(dated(session.clock.age()), TRACED, trace.message_id, trace.to_detail()))

    def use(insi: Insi) -> None:
        for asked in (TOUSSAINT, TOUSSAINT, TOUSSAINT):
            insi.search(asked)
            tenant.do(partial(mark, insi.traces[-1]))

    call(tenant, "certificat", use)
    assert [exchange.findings for exchange in tenant.exchanges()] == [()] * 3
    observed = {seen.check_id for seen in tenant.do(lambda session: session.journal.observations())}
    assert {"INSI-TRACE", "INSI-TRACE-TRAITS"} <= observed


def test_an_ins_of_another_domain_is_verified_then_kept_at_best_recovered(tenant: Tenant) -> None:
    def use(insi: Insi) -> LocalIdentity:
        received = insi.search(TOUSSAINT).found
        assert received is not None
        identity = LocalIdentity("ADRTROIS", "TOUSSAINT", "M", "1960-01-01", "2B020")
        verification = insi.verify(Claim(received.active, TOUSSAINT))
        return identity.with_verification(verification, received, By(PHARMACIST.national_id, WORK.instant()))

    kept = call(tenant, "certificat", use)
    assert (kept.state, kept.traces[-1].event) == (State.RECUPEREE, Event.INS_VERIFIED)
    assert tenant.exchanges()[-1].findings == ()
