"""Transactions: what makes one, how they are found, and the exercise « add a stub with its check », in two files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import etree

import dmp_mock
from dmp_mock.codes.names import ANNOUNCED, NS_HL7
from dmp_mock.codes.rights import MATRIX
from dmp_mock.scaffold import write
from dmp_mock.service import SERVICE
from dmp_mock.tables import NOT_SIMULATED, PATHS, TRANSACTIONS, transaction_named, transaction_of
from dmp_mock.transaction import Transaction
from dmp_mock.wire.description import wsdl

TESTS = Path(__file__).parents[2] / "wire" / "dmp"
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
    assert {t.right for t in TRANSACTIONS} <= MATRIX.keys()
    assert {t.path for t in TRANSACTIONS} <= PATHS
    ids = [check.id for check in SERVICE.checks]
    assert len(ids) == len(set(ids))


def test_every_transaction_is_described_once_by_its_operation() -> None:
    answer = wsdl(TRANSACTIONS, "http://dmp/services", "")
    assert answer is not None
    root = etree.fromstring(answer.body)
    described = [operation.get("name") for operation in root.iterfind(f"{WSDL}portType/{WSDL}operation")]
    assert sorted(filter(None, described)) == sorted({t.describe.operation for t in TRANSACTIONS})
    assert root.nsmap["hl7"] == NS_HL7


def test_what_is_announced_is_recognised_unless_it_is_served() -> None:
    assert {one.name for one in NOT_SIMULATED} == {one.name for one in ANNOUNCED}
    for one in NOT_SIMULATED:
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
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_adding_a_transaction_with_its_check_touches_two_files_and_works_through_the_door(tmp_path: Path) -> None:
    shutil.copytree(dmp_mock.__path__[0], tmp_path / "dmp_mock", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(TESTS, tmp_path / "tests" / "wire" / "dmp", ignore=shutil.ignore_patterns("__pycache__"))
    before = _hashes(tmp_path)
    _run(tmp_path, "dmp_mock.scaffold", "td9_9", "Transaction d'essai", "--tests", "tests/wire/dmp")
    after = _hashes(tmp_path)
    added = {"dmp_mock/transactions/td9_9.py", "tests/wire/dmp/test_td9_9.py"}
    assert after.keys() - before.keys() == added
    assert {name: digest for name, digest in after.items() if name not in added} == before
    folder = tmp_path / "tests" / "wire" / "dmp"
    ini = tmp_path / "pytest.ini"
    ini.write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    wanted = [str(folder / "test_td9_9.py"), str(folder / "test_dmp_checks.py"), "-k", "td9_9 or TD99 or breaking"]
    done = _run(tmp_path, "pytest", "-q", "-c", str(ini), "--import-mode=importlib", *wanted)
    assert "5 passed" in done


def _run(folder: Path, module: str, *arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    environment = {**kept, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout
