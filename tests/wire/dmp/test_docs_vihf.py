"""« Le VIHF, attribut par attribut » is true: its table is the rules', its three examples are sent and accepted."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner
from support.dmp_door import Dmp
from support.dmp_messages import ACTIONS, envelope, existence
from support.private_keys import key_of

from dmp_mock.codes import vihf as codes
from dmp_mock.codes.rights import Profile
from dmp_mock.codes.vihf import ATTRIBUTES_REQUIRED, Mode
from dmp_mock.domain.rights import Caller, right
from dmp_mock.service import SERVICE

PAGE = (Path(__file__).parents[3] / "docs" / "fr" / "vihf.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^```xml vihf (\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
ROWS = {
    cells[0].strip("`"): cells[1:4]
    for line in PAGE[PAGE.index("## Les attributs") : PAGE.index("## Ce qui est comparé")].splitlines()
    if line.startswith("| `") and (cells := [cell.strip() for cell in line.strip("|").split("|")])
}
SIGNERS = {"DIRECTE": ("cps-sign", "titulaire"), "INDIRECTE": ("org-sign", "officine")}


def test_the_three_modes_have_their_example() -> None:
    assert EXAMPLES.keys() == set(Mode)


@pytest.mark.parametrize("mode", list(Mode))
def test_each_example_is_accepted_once_it_is_dated_and_signed(dmp: Dmp, mode: Mode) -> None:
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    text = re.sub(r'(IssueInstant|AuthnInstant)="[^"]*"', rf'\1="{now}"', EXAMPLES[mode]).replace(
        '"_1"', f'"_{uuid.uuid4()}"'
    )
    assertion = etree.fromstring(text)
    signer = dmp.issue(*SIGNERS.get(mode, SIGNERS["INDIRECTE"]))
    signed = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0).sign(
        assertion,
        key=key_of(signer),
        cert=signer.cert.read_text(),
        reference_uri=assertion.get("ID"),
        id_attribute="ID",
    )
    shown = dmp.issue("cps-auth", "titulaire") if mode is Mode.DIRECT else dmp.issue("org-auth")
    octets = envelope(existence(dmp.patient, "1.2.250.1.213.1.4.8"), signed, ACTIONS["patients"])
    assert dmp.post("patients", octets, certificate=shown).status == 200
    assert dmp.findings() == []


def test_the_table_names_every_attribute_that_is_read() -> None:
    names = ("STRUCTURE", "SECTOR", "SUBJECT_ID", "ROLE", "VERSION", "RESOURCE_ID", "RESOURCE_URN", "PURPOSE")
    more = ("CONFIDENTIALITY", "LPS_ID", "LPS_NAME", "LPS_VERSION", "LPS_HOMOLOGATION")
    assert ROWS.keys() == {*(getattr(codes, name) for name in (*names, *more)), codes.MODE_SPELLINGS[0]}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_what_the_table_wants_is_what_the_rules_want(name: str) -> None:
    wanted = {mode for mode, cell in zip(Mode, ROWS[name], strict=True) if cell == "oui"}
    assert wanted == ATTRIBUTES_REQUIRED.get(name, frozenset())


def test_what_a_mode_may_do_is_what_the_matrix_says() -> None:
    starts = {"TD3.1-metadata": "| lire (", "TD2.1": "| alimenter (", "TD0.2": "| tester "}
    for action, start in starts.items():
        line = next(line for line in PAGE.splitlines() if line.startswith(start))
        for mode, cell in zip(Mode, line.split("|")[2:5], strict=True):
            profile = Profile.INDIRECT if mode is Mode.INDIRECT else Profile.PS
            pharmacist = Caller(mode, "899700090014", "10B0990017", "21", "A", profile, "normal")
            assert right(action, pharmacist).granted == cell.strip().startswith("oui"), (action, mode)


def test_the_findings_of_the_page_are_checks() -> None:
    told = set(re.findall(r"^\| `(DMP-[A-Z-]+)`", PAGE, re.MULTILINE))
    own = {check.id for check in SERVICE.checks if check.id.startswith("DMP-VIHF-")}
    assert told <= own
    assert own - told == {"DMP-VIHF-FORM", "DMP-VIHF-UNSIGNED", "DMP-VIHF-PS", "DMP-VIHF-SUB"}
