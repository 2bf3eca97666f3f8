"""Transactions: what makes one, how they are found, and the exercise « add a stub with its check », in two files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from runpy import run_path

import pytest
from lxml import etree
from support.dmp_door import DmpDoors
from support.tenants import running_in_background

import dmp_mock
from dmp_mock.codes.names import NS_HL7
from dmp_mock.codes.retired import RETIRED
from dmp_mock.codes.rights import MATRIX
from dmp_mock.codes.services import SERVICES
from dmp_mock.scaffold import write
from dmp_mock.service import SERVICE
from dmp_mock.tables import PATHS, TRANSACTIONS, transaction_named, transaction_of
from dmp_mock.transaction import Transaction
from dmp_mock.wire.description import wsdl

PACKAGE = Path(dmp_mock.__path__[0])
ONE = TRANSACTIONS[0]
MEMBERS = {field.name: getattr(ONE, field.name) for field in fields(Transaction)}
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"


@pytest.mark.parametrize("name", sorted(MEMBERS))
def test_a_transaction_without_one_of_its_members_is_not_made(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        Transaction(**{member: value for member, value in MEMBERS.items() if member != name})


@pytest.mark.parametrize(
    "change",
    [
        {"checks": ()},
        {"checks": (replace(ONE.checks[0], operations=frozenset()),)},
        {"page": replace(ONE.page, wire="")},
        {"describe": replace(ONE.describe, operation="")},
        {"title": ""},
    ],
)
def test_a_transaction_with_an_empty_member_is_not_made(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=ONE.name):
        Transaction(**{**MEMBERS, **change})


def test_each_transaction_is_its_own() -> None:
    assert [t.name for t in TRANSACTIONS] == sorted({t.name for t in TRANSACTIONS})
    assert {t.right for t in TRANSACTIONS if isinstance(t.right, str)} <= MATRIX.keys()
    assert {t.path for t in TRANSACTIONS} <= PATHS
    ids = [check.id for check in SERVICE.checks]
    assert len(ids) == len(set(ids))


def test_every_transaction_is_described_once_by_its_operation() -> None:
    described: list[str] = []
    for service in SERVICES:
        answer = wsdl(TRANSACTIONS, "http://dmp/services", service.path)
        assert answer is not None
        operations = etree.fromstring(answer.body).iterfind(f"{WSDL}portType/{WSDL}operation")
        described += [(operation.get("name") or "").removeprefix(service.before) for operation in operations]
    assert sorted(described) == sorted({t.describe.operation for t in TRANSACTIONS})


def test_what_is_retired_is_recognised_and_not_served() -> None:
    assert not {one.name for one in RETIRED} & {t.name for t in TRANSACTIONS}
    for one in RETIRED:
        reason = f'<h:controlActProcess xmlns:h="{NS_HL7}"><h:reasonCode code="{one.reason}"/></h:controlActProcess>'
        element = etree.fromstring(f"<x>{reason}</x>")
        element.tag = one.qname
        assert transaction_of(element) is one


def test_a_body_that_means_none_of_those_that_share_it_is_the_first_of_them() -> None:
    assert transaction_of(etree.Element(f"{{{NS_HL7}}}PRPA_IN201307UV02")) is transaction_named("td0.2")
    assert transaction_of(etree.Element("{urn:x}a")) is None


@pytest.mark.parametrize("name", ["td9", "../td9_9", "TD9_9", "td9_9bb"])
def test_the_scaffold_takes_names_of_transactions_alone(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is wanted"):
        write(name, "Titre", tests=tmp_path)
    assert list(tmp_path.iterdir()) == []


def _hashes(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in paths}


def _imported() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == dmp_mock.__name__]


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Write a transaction into a folder that is one more of the package's, and import the service anew with it."""
    for name in _imported():
        monkeypatch.delitem(sys.modules, name)
    transactions, tests = tmp_path / "transactions", tmp_path / "tests"
    transactions.mkdir()
    tests.mkdir()
    package = import_module("dmp_mock.transactions")
    monkeypatch.setattr(package, "__path__", [str(transactions), *package.__path__])
    before = _hashes(PACKAGE)
    import_module("dmp_mock.scaffold").main(["td9_9", "Transaction d'essai", "--tests", str(tests)])
    assert _hashes(PACKAGE) == before
    yield tmp_path
    for name in _imported():
        del sys.modules[name]


def test_adding_a_transaction_with_its_check_writes_two_files_and_works_through_the_door(added: Path) -> None:
    assert _hashes(added).keys() == {"transactions/td9_9.py", "tests/test_td9_9.py"}
    written = run_path(str(added / "tests" / "test_td9_9.py"))
    told = [act for name, act in written.items() if name.startswith("test_")]
    assert len(told) == 3
    with running_in_background(added / "state", "dmp") as runner:
        doors = DmpDoors(runner)
        checks = {check.id for check in runner.launcher.sandbox.services["dmp"].checks}
        assert checks - {check.id for check in SERVICE.checks} == set(written["BREAKS"])
        for act in told:
            act(doors.door())
        for check_id, act in written["BREAKS"].items():
            broken = doors.door()
            act(broken)
            assert broken.findings() == [check_id]
        doors.close()
