"""The reference client against INSi over TLS, in each mode: every operation works, no check reproaches anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from support.keys import with_certificates

from insi_mock.facts import Authentication
from insi_mock.markers import TRACED
from insi_mock.service import SERVICE
from lgo_client.clock import Workplace
from lgo_client.environment import Certificate, Person, Structure
from lgo_client.identity import Event, LocalIdentity, State
from lgo_client.insi import Claim, Insi, Matricule, Product, Traits, VitaleCard
from lgo_client.insi_assertions import card_assertion, psc_assertion
from lgo_client.transport import http_client
from lgo_sandbox.pki import Issued, OrganisationHolder, PersonHolder
from lgo_sandbox.run.launcher import Launcher
from lgo_sandbox.settings import Settings
from lgo_sandbox.watch.markers import Marker

PHARMACIST = Person("titulaire", "899700090014", "VALMONT", "HELENE", "Pharmacien", "21", "G15_21/A", "officine", "")
PHARMACY = Structure("officine", "10B0990017", "PHARMACIE DE LA FONTAINE", "SA33", "")
WORK = Workplace()
TOUSSAINT = Traits("ADRTROIS", ("TOUSSAINT",), "M", "1960-01-01", "2B020")
MODES = ("certificat", "CPx", "PSC")


def no_control(_launcher: Launcher) -> Any:
    raise AssertionError("control is not served here")


@pytest.fixture
async def launcher(tmp_path: Path) -> AsyncIterator[Launcher]:
    launcher = Launcher(Settings(state=with_certificates(tmp_path), port_base=0), [SERVICE], frozenset({"insi"}))
    await launcher.start(no_control)
    yield launcher
    await launcher.close()


def files(issued: Issued) -> Certificate:
    return Certificate(issued.chain, issued.key)


def call(launcher: Launcher, mode: str, use: Callable[[Insi], Any]) -> Any:
    pki = launcher.sandbox.pki
    holder = PersonHolder("titulaire", PHARMACIST.national_id, "VALMONT", "HELENE", "Pharmacien")
    card = files(pki.issue("cps-sign", holder=holder))
    assertions: dict[str, Callable[[], str]] = {
        "certificat": str,
        "CPx": lambda: card_assertion(PHARMACIST, PHARMACY, card, WORK),
        "PSC": lambda: psc_assertion(PHARMACIST, PHARMACY, WORK),
    }
    organisation = OrganisationHolder("officine", PHARMACY.id_nat, PHARMACY.name)
    certificate = files(pki.issue("org-auth", holder=organisation)) if mode == "certificat" else None
    product = Product("TEST", "1.0", "LGOSANDBOX01", WORK.uuid(), PHARMACY.id_nat)
    with http_client(pki.ca_bundle, certificate) as http:
        url = launcher.sandbox.addresses.tls["insi"]
        return use(Insi(http, url, product, WORK, user=PHARMACIST.national_id, assertion=assertions[mode]))


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
async def test_every_operation_works_in_every_mode_without_reproach(launcher: Launcher, mode: str) -> None:
    codes = await asyncio.to_thread(call, launcher, mode, everything)
    assert codes == ["00", "00", "01", "00", "OK"]
    exchanges = launcher.sandbox.sessions.get("default").journal.read()
    assert {caller.mode.value for one in exchanges if (caller := one.noted.get(Authentication))} == {mode}
    assert [finding for exchange in exchanges for finding in exchange.findings] == []


async def test_the_traces_of_the_client_agree_with_the_journal_of_the_service(launcher: Launcher) -> None:
    session = launcher.sandbox.sessions.get("default")

    def use(insi: Insi) -> None:
        for asked in (TOUSSAINT, TOUSSAINT, TOUSSAINT):
            insi.search(asked)
            trace = insi.traces[-1]
            session.markers.put(Marker(session.clock.age().isoformat(), TRACED, trace.message_id, trace.to_detail()))

    await asyncio.to_thread(call, launcher, "certificat", use)
    assert [exchange.findings for exchange in session.journal.read()] == [()] * 3
    assert {"INSI-TRACE", "INSI-TRACE-TRAITS"} <= {seen.check_id for seen in session.journal.observations()}


async def test_an_ins_of_another_domain_is_verified_then_kept_at_best_recovered(launcher: Launcher) -> None:
    def use(insi: Insi) -> LocalIdentity:
        received = insi.search(TOUSSAINT).found
        assert received is not None
        identity = LocalIdentity("ADRTROIS", "TOUSSAINT", "M", "1960-01-01", "2B020")
        verification = insi.verify(Claim(received.active, TOUSSAINT))
        return identity.with_verification(verification, received, PHARMACIST.national_id)

    kept = await asyncio.to_thread(call, launcher, "certificat", use)
    assert (kept.state, kept.traces[-1].event) == (State.RECUPEREE, Event.INS_VERIFIED.value)
    assert launcher.sandbox.sessions.get("default").journal.read()[-1].findings == ()
