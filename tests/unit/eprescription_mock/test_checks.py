"""Each check: broken by what breaks its rule, kept by a right request, silent when not concerned."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from eprescription_mock.checks import CHECKS
from eprescription_mock.codes.errors import ERRORS
from eprescription_mock.codes.states import State
from eprescription_mock.facts import (
    Abandonment,
    Caller,
    Consultation,
    Declaration,
    Delivered,
    Delivery,
    Form,
    Means,
    Order,
    Product,
    Regrouped,
    Target,
    Tolerance,
)
from lgo_sandbox.requirements import catalogue
from lgo_sandbox.watch.checks import Severity, evaluate
from lgo_sandbox.watch.exchange import Exchange
from lgo_sandbox.watch.facts import Facts
from lgo_sandbox.watch.history import History
from lgo_sandbox.watch.markers import Markers
from lgo_sandbox.watch.refusals import Refusal

NUMBER = "99SIMUABCDEFGHJKLM"
QR = f"EPU-SIMU:{NUMBER}"
CALLER = Caller(
    professional="899700090014", profession="21", structure="10B0990017", sector="SA33", client_id="lgo-demo"
)
HELD = Target(numero=NUMBER, matricule="256036330091838", state=State.EN_COURS, holder="10B0990017")
ONE = Delivered(line="1", cip13="3400934306815", quantity=1, declined="", remaining=1, device=False, known=True)
ORDER = Order(
    matricule="256036330091838",
    root="1.2.250.1.213.1.4.8",
    own_root="1.2.250.1.213.1.4.8",
    group="urn:essai|1",
    products=(Product(line="1", cis="", cip13="3400934306815", lpp="", known=True),),
)
REFUSED = Refusal(code="racine-ins-differente", received="x", expected="y", remedy="z")


def looked_at(
    operation: str, *facts: Facts, transport: str = "https", history: History | None = None
) -> tuple[set[str], set[str]]:
    exchange = Exchange("x1", "eprescription", "eprescription", transport, "", "", operation=operation)
    for one in facts:
        exchange.noted.put(one)
    past = history or History(_no_markers())
    result = evaluate(CHECKS, exchange, past, {}, datetime(2026, 3, 2, tzinfo=UTC))
    return {check.id for check in result.broken}, {check.id for check in result.kept}


def _no_markers() -> Markers:
    markers: Any = type("NoMarkers", (), {"known": lambda _self: ()})()
    return markers  # type: ignore[no-any-return]


def delivery(*changes: dict[str, Any]) -> Delivery:
    return Delivery(items=tuple(replace(ONE, **change) for change in changes))


@pytest.mark.parametrize(
    ("operation", "facts", "broken"),
    [
        ("EP3", Consultation(means=Means.QR, text=QR.lower()), "EPRESC-QR"),
        ("EP3", Consultation(means=Means.NUMBER, text=QR), "EPRESC-QR"),
        ("EP1", replace(HELD, state=State.CREEE, holder=""), "EPRESC-CONSULTATION"),
        ("EP1", delivery({"cip13": "3400934306816"}), "EPRESC-CIP13"),
        ("EP1", delivery({"cip13": ""}), "EPRESC-CIP13"),
        ("EP1", delivery({"known": False}), "EPRESC-CIP13-INCONNU"),
        ("EP1", delivery({"quantity": 2}), "EPRESC-QUANTITE"),
        ("EP1", delivery({"quantity": -1}), "EPRESC-QUANTITE"),
        ("EP1", delivery({}, {}), "EPRESC-QUANTITE"),
        ("EP1", Declaration(performers=("899700090022",)), "EPRESC-EXECUTANT"),
        ("abandonner", Abandonment(motive=""), "EPRESC-ABANDON"),
        ("abandonner", Abandonment(motive="autre"), "EPRESC-ABANDON"),
        ("EP4", replace(ORDER, own_root=""), "EPRESC-PATIENT"),
        ("EP4", replace(ORDER, root="1.2.250.1.213.1.4.10"), "EPRESC-RACINE-INS"),
        ("EP4", replace(ORDER, products=(replace(ORDER.products[0], known=False),)), "EPRESC-HORS-EXTRAIT"),
        ("EP1", delivery({"completeness": "FFP", "right_completeness": "FFC"}), "EPRESC-COMPLETUDE"),
        ("EP4", replace(ORDER, products=(replace(ORDER.products[0], secured=True),)), "EPRESC-SECURISEE"),
        ("EP4", Regrouped(group="g", earlier=NUMBER), "EPRESC-GROUPE"),
        ("EP4", Form(tolerances=(Tolerance(where="a", received="b", expected="c"),)), "EPRESC-FORME"),
    ],
)
def test_a_client_that_breaks_one_rule_gets_its_finding_alone(operation: str, facts: Facts, broken: str) -> None:
    assert looked_at(operation, CALLER, facts)[0] == {broken}


def test_a_call_in_the_clear_is_told() -> None:
    assert looked_at("statut", CALLER, transport="http")[0] == {"EPRESC-PORT-CLAIR"}


@pytest.mark.parametrize(
    ("operation", "facts", "kept"),
    [
        ("EP3", (Consultation(means=Means.QR, text=QR),), {"EPRESC-QR"}),
        ("EP3", (Consultation(means=Means.NUMBER, text=NUMBER),), set()),
        ("EP3", (Consultation(means=Means.NUMBER, text=NUMBER.lower()),), set()),
        ("EP3", (), set()),
        (
            "EP1",
            (
                HELD,
                delivery({}),
                Declaration(performers=("899700090014", "99700090014", "10B0990017", "0B0990017")),
            ),
            {"EPRESC-CONSULTATION", "EPRESC-CIP13", "EPRESC-QUANTITE", "EPRESC-EXECUTANT"},
        ),
        (
            "EP1",
            (HELD, delivery({"declined": "rupture", "cip13": "", "quantity": 0}), Declaration(performers=())),
            {"EPRESC-CONSULTATION"},
        ),
        ("EP1", (replace(HELD, state=State.EXPIREE),), set()),
        ("EP1", (replace(HELD, holder="10B0990025"),), set()),
        ("EP1", (delivery({"remaining": None}),), {"EPRESC-CIP13", "EPRESC-QUANTITE"}),
        ("EP1", (), set()),
        ("abandonner", (Abandonment(motive="papier-different"),), {"EPRESC-ABANDON"}),
        ("EP4", (ORDER, Form(tolerances=())), set()),
        ("EP4", (replace(ORDER, products=(replace(ORDER.products[0], secured=True),), kinds=("MED-1098",)),), set()),
        ("EP4", (replace(ORDER, root="1.2.250.1.213.1.4.10"), REFUSED), set()),
    ],
)
def test_a_right_client_gets_no_finding(operation: str, facts: tuple[Facts, ...], kept: set[str]) -> None:
    assert looked_at(operation, CALLER, *facts) == (set(), kept)


def test_checks_cite_requirements_that_exist_under_stable_ids() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.id.startswith("EPRESC-")
        for number in check.requirements:
            assert number in catalogue()


def test_what_is_explained_by_a_check_is_a_refusal_and_its_check_an_error() -> None:
    for check in CHECKS:
        assert check.explains <= set(ERRORS)
        # a session may end while a client works: that its token is refused then is no error of the client
        is_end = check.id == "EPRESC-API-FIN"
        assert not check.explains or check.severity is (Severity.WARNING if is_end else Severity.ERROR)


def test_an_altered_code_is_told_as_it_should_have_been() -> None:
    exchange = Exchange("x1", "eprescription", "eprescription", "https", "", "", operation="EP3")
    exchange.noted.put(Consultation(means=Means.QR, text=QR.lower()))
    result = evaluate(CHECKS, exchange, History(_no_markers()), {}, datetime(2026, 3, 2, tzinfo=UTC))
    assert [(finding.received, finding.expected) for finding in result.findings] == [
        (f"« {QR.lower()} » : le bon code, dont la casse a changé", f"« {QR} », tel que lu")
    ]
