"""The VIHF: each rule of the attribute table broken once, by a VIHF that breaks it alone; trust; names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dmp_mock.codes import vihf as codes
from dmp_mock.codes.trust import WORDS
from dmp_mock.codes.vihf import Mode
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.names import same_name
from dmp_mock.domain.trust import Evidence, Judged, check_trust
from dmp_mock.domain.values import Coded
from dmp_mock.domain.vihf import RULES, Vihf, check_attributes, check_period
from lgo_sandbox.pki import Family, Judgement, PeerCertificate

NOW = datetime(2026, 3, 15, 10, tzinfo=UTC)
PROFESSION, SECTION = Coded("21", codes.G15), Coded("A", codes.G05)
TEXTS = {
    codes.STRUCTURE: "10B0990017",
    codes.SECTOR: "SA33^1.2.250.1.71.4.2.4",
    codes.SUBJECT_ID: "Hélène VALMONT",
    codes.VERSION: "3.0",
    codes.RESOURCE_ID: "256036330091838^^^&1.2.250.1.213.1.4.10&ISO^NH",
    codes.RESOURCE_URN: "urn:dmp",
    codes.LPS_NAME: "LGO",
    codes.LPS_VERSION: "1",
    codes.LPS_HOMOLOGATION: "TEST",
}
RIGHT = Vihf(
    saml_version="2.0",
    issuer="CN=X",
    issuer_format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
    name_id="899700090014",
    issued=NOW,
    authn_instant=NOW,
    authn_class="urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
    signed=True,
    texts=TEXTS,
    modes=frozenset({"INDIRECTE"}),
    roles=(PROFESSION, SECTION),
    purposes=(Coded("normal", codes.PURPOSE_SYSTEM),),
)


def _with(**texts: str) -> Vihf:
    return replace(RIGHT, texts={**TEXTS, **{getattr(codes, name): value for name, value in texts.items()}})


BROKEN: dict[str, Vihf] = {
    "saml-version": replace(RIGHT, saml_version="1.1"),
    "issuer": replace(RIGHT, issuer_format="urn:autre"),
    "subject": replace(RIGHT, name_id=""),
    "authentication": replace(RIGHT, authn_instant=None),
    "audience": replace(RIGHT, has_audience=True),
    "mode": replace(RIGHT, modes=frozenset({"INDIRECTE", "DIRECTE"})),
    f"present:{codes.STRUCTURE}": _with(STRUCTURE=""),
    f"present:{codes.SECTOR}": _with(SECTOR=""),
    f"present:{codes.SUBJECT_ID}": _with(SUBJECT_ID=""),
    f"present:{codes.ROLE}": replace(RIGHT, roles=()),
    f"present:{codes.VERSION}": _with(VERSION=""),
    f"present:{codes.RESOURCE_URN}": _with(RESOURCE_URN=""),
    f"present:{codes.PURPOSE}": replace(RIGHT, purposes=()),
    f"present:{codes.LPS_NAME}": _with(LPS_NAME=""),
    f"present:{codes.LPS_VERSION}": _with(LPS_VERSION=""),
    f"present:{codes.LPS_HOMOLOGATION}": _with(LPS_HOMOLOGATION=""),
    "sector": _with(SECTOR="SA33"),
    "first-role": replace(RIGHT, roles=(Coded("21", "1.2.3"), SECTION)),
    "second-role": replace(RIGHT, roles=(PROFESSION,)),
    "vihf-version": _with(VERSION="2.0"),
    "resource-urn": _with(RESOURCE_URN="urn:autre"),
    "purpose": replace(RIGHT, purposes=(Coded("urgence", codes.PURPOSE_SYSTEM),)),
    "resource-id": _with(RESOURCE_ID="256036330091838"),
}
REMARKED = {
    "resource-id-type": _with(RESOURCE_ID="256036330091838^^^&1.2.250.1.213.1.4.10&ISO^PI"),
    "no-subject-id": replace(RIGHT, modes=frozenset({"DIRECTE"})),
    "mode-given": replace(RIGHT, modes=frozenset(), texts={k: v for k, v in TEXTS.items() if k != codes.SUBJECT_ID}),
}


def test_a_right_vihf_breaks_no_rule() -> None:
    assert check_attributes(RIGHT) == ()


def test_every_rule_is_broken_by_some_vihf() -> None:
    assert {rule.id for rule in RULES} == {*BROKEN, *REMARKED}


@pytest.mark.parametrize("rule", sorted(BROKEN))
def test_each_rule_refuses_the_vihf_that_breaks_it(rule: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_attributes(BROKEN[rule])
    broken = next(one for one in RULES if one.id == rule)
    assert (refusal.value.where, refusal.value.expected) == (f"VIHF, {broken.where}", broken.expected)
    assert refusal.value.code == ("vihf-specialty" if rule == "second-role" else "vihf")
    assert refusal.value.received == broken.received(BROKEN[rule])


@pytest.mark.parametrize("rule", sorted(REMARKED))
def test_each_tolerated_rule_gives_a_remark(rule: str) -> None:
    broken = next(one for one in RULES if one.id == rule)
    assert [remark.expected for remark in check_attributes(REMARKED[rule])] == [broken.expected]


def test_the_patient_is_wanted_only_where_there_is_one() -> None:
    without = replace(RIGHT, texts={k: v for k, v in TEXTS.items() if k != codes.RESOURCE_ID})
    assert check_attributes(without, one_patient=False) == ()
    with pytest.raises(Refused):
        check_attributes(without)


@pytest.mark.parametrize(
    "roles",
    [
        (Coded("10", codes.G15), Coded("SM26", codes.R01)),
        (Coded("39", codes.G15),),
        (Coded("21", codes.G16),),
        (Coded("SECRETARIAT_MEDICAL", codes.OTHER_ACTORS),),
    ],
)
def test_roles_of_other_users_are_right(roles: tuple[Coded, ...]) -> None:
    assert check_attributes(replace(RIGHT, roles=roles)) == ()


def test_a_doctor_needs_a_speciality_and_not_a_section() -> None:
    with pytest.raises(Refused) as refusal:
        check_attributes(replace(RIGHT, roles=(Coded("10", codes.G15), SECTION)))
    assert refusal.value.code == "vihf-specialty"


@pytest.mark.parametrize("root", ["8", "9", "10", "11"])
def test_every_ins_root_is_read(root: str) -> None:
    vihf = _with(RESOURCE_ID=f"256036330091838^^^&1.2.250.1.213.1.4.{root}&ISO^NH")
    assert vihf.patient is not None
    assert vihf.patient.root.endswith(f".{root}")


@pytest.mark.parametrize(
    "change",
    [
        {"issued": NOW - timedelta(seconds=301)},
        {"issued": NOW + timedelta(seconds=301)},
        {"issued": None},
        {"not_before": NOW + timedelta(seconds=301)},
        {"not_on_or_after": NOW - timedelta(seconds=300)},
    ],
)
def test_a_vihf_out_of_its_period_is_refused(change: dict[str, Any]) -> None:
    check_period(RIGHT, lambda instant: instant, NOW, timedelta(seconds=300))
    with pytest.raises(Refused):
        check_period(replace(RIGHT, **change), lambda instant: instant, NOW, timedelta(seconds=300))


# --- trust

ORGANISATION = {"CN": "CACHET", "OU": "10B0990017"}
CARD = {"CN": "899700090014", "SN": "VALMONT"}


def _judged(family: Family, attributes: dict[str, str], verdict: Judgement = Judgement.OK) -> Judged:
    certificate = PeerCertificate(family.value + str(attributes), b"", attributes=attributes, family=family)
    return Judged(certificate, verdict, NOW)


SEAL = _judged(Family.ORGANISATION_SIGN, ORGANISATION)
ORG_AUTH = _judged(Family.ORGANISATION_AUTH, ORGANISATION)
CPS_SIGN = _judged(Family.PROFESSIONAL_SIGN, CARD)
CPS_AUTH = _judged(Family.PROFESSIONAL_AUTH, CARD)
INDIRECT = RIGHT
DIRECT = replace(RIGHT, modes=frozenset({"DIRECTE"}))
AIR = replace(RIGHT, modes=frozenset({"INDIRECTE_RENFORCEE"}))


@pytest.mark.parametrize(
    ("vihf", "evidence"),
    [
        (INDIRECT, Evidence(True, ORG_AUTH, SEAL)),
        (INDIRECT, Evidence(False, None, SEAL)),
        (DIRECT, Evidence(True, CPS_AUTH, CPS_SIGN)),
        (replace(DIRECT, signed=False), Evidence(True, CPS_AUTH, None)),
        (AIR, Evidence(True, ORG_AUTH, ORG_AUTH)),
        (AIR, Evidence(True, ORG_AUTH, SEAL)),
    ],
)
def test_these_are_trusted(vihf: Vihf, evidence: Evidence) -> None:
    check_trust(vihf, evidence)


@pytest.mark.parametrize(
    ("vihf", "evidence", "key"),
    [
        (INDIRECT, Evidence(True, None, SEAL), "client-certificate"),
        (INDIRECT, Evidence(True, CPS_AUTH, SEAL), "client-certificate"),
        (DIRECT, Evidence(True, ORG_AUTH, CPS_SIGN), "client-certificate"),
        (
            DIRECT,
            Evidence(True, _judged(Family.PROFESSIONAL_AUTH, {**CARD, "CN": "8"}), CPS_SIGN),
            "client-certificate",
        ),
        (
            INDIRECT,
            Evidence(False, _judged(Family.ORGANISATION_AUTH, ORGANISATION, Judgement.REVOKED), SEAL),
            "client-certificate",
        ),
        (INDIRECT, Evidence(True, _judged(Family.ORGANISATION_AUTH, {"OU": "1"}), SEAL), "legal-person"),
        (INDIRECT, Evidence(True, ORG_AUTH, _judged(Family.ORGANISATION_SIGN, {"OU": "1"})), "legal-person"),
        (INDIRECT, Evidence(True, ORG_AUTH, ORG_AUTH), "signer-usage"),
        (INDIRECT, Evidence(True, ORG_AUTH, CPS_SIGN), "signer"),
        (DIRECT, Evidence(True, CPS_AUTH, CPS_AUTH), "signer-usage"),
        (DIRECT, Evidence(True, CPS_AUTH, SEAL), "signer"),
        (DIRECT, Evidence(True, CPS_AUTH, _judged(Family.PROFESSIONAL_SIGN, {**CARD, "CN": "8"})), "signer"),
        (AIR, Evidence(True, ORG_AUTH, CPS_SIGN), "signer"),
        (INDIRECT, Evidence(True, ORG_AUTH, SEAL, "content-changed"), "vihf-signature"),
        (INDIRECT, Evidence(True, ORG_AUTH, None), "vihf-signature"),
        (replace(INDIRECT, signed=False), Evidence(True, ORG_AUTH, None), "vihf-signature"),
        (replace(AIR, signed=False), Evidence(True, ORG_AUTH, None), "vihf-signature"),
        (replace(DIRECT, signed=False), Evidence(False, None, None), "vihf-signature"),
    ],
)
def test_these_are_not_trusted(vihf: Vihf, evidence: Evidence, key: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_trust(vihf, evidence)
    assert refusal.value.code == key


@pytest.mark.parametrize("verdict", [verdict for verdict in Judgement if verdict is not Judgement.OK])
def test_every_bad_verdict_on_a_signer_is_refused(verdict: Judgement) -> None:
    signer = _judged(Family.ORGANISATION_SIGN, ORGANISATION, verdict)
    with pytest.raises(Refused) as refusal:
        check_trust(INDIRECT, Evidence(True, ORG_AUTH, signer))
    assert refusal.value.code == "signer"


@pytest.mark.parametrize("verdict", [verdict for verdict in Judgement if verdict is not Judgement.OK])
@pytest.mark.parametrize("vihf", [INDIRECT, DIRECT])
def test_a_certificate_nobody_may_use_is_told_by_what_is_wrong_with_it(vihf: Vihf, verdict: Judgement) -> None:
    """Whose it should be is no answer: it is his already."""
    direct = vihf.mode is Mode.DIRECT
    kinds = (Family.PROFESSIONAL_AUTH, Family.PROFESSIONAL_SIGN) if direct else (Family.ORGANISATION_AUTH,) * 2
    holder = CARD if direct else ORGANISATION
    bad_client = Evidence(True, _judged(kinds[0], holder, verdict), CPS_SIGN if direct else SEAL)
    bad_signer = Evidence(True, CPS_AUTH if direct else ORG_AUTH, _judged(kinds[1], holder, verdict))
    for evidence in (bad_client, bad_signer):
        with pytest.raises(Refused) as refusal:
            check_trust(vihf, evidence)
        told = refusal.value
        received, expected = WORDS[verdict]
        assert received.partition("{")[0] in told.received
        assert told.expected.startswith(expected.partition("{")[0])
        assert told.remedy.startswith("Remplacez ce certificat par ")


def test_somebody_elses_card_is_told_with_both_people() -> None:
    other = {**CARD, "CN": "899700090022"}
    for evidence in (
        Evidence(True, _judged(Family.PROFESSIONAL_AUTH, other), CPS_SIGN),
        Evidence(True, CPS_AUTH, _judged(Family.PROFESSIONAL_SIGN, other)),
    ):
        with pytest.raises(Refused) as refusal:
            check_trust(DIRECT, evidence)
        for text in (refusal.value.received, refusal.value.remedy):
            assert "899700090022" in text
            assert DIRECT.name_id in text


def test_the_modes_are_three() -> None:
    assert {mode.value for mode in Mode} == {"DIRECTE", "INDIRECTE", "INDIRECTE_RENFORCEE"}


# --- names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=A,OU=B,C=FR", "C=FR, OU=B, CN=A"),
        ("CN=899+SN=LIBRE+GN=MAX,C=FR", "C=FR,GN=MAX+CN=899+SN=LIBRE"),
        ("2.5.4.4=#0c054c49425245", "SN=LIBRE"),
        ("ST=Rhône (69)", "S=rhône  (69)"),
        ("O=A\\, B", "OID.2.5.4.10=A\\2C B"),
        ("surname=A,T=Médecin", "SN=A,2.5.4.12=Médecin"),
    ],
)
def test_names_are_compared_by_meaning(one: str, other: str) -> None:
    assert same_name(one, other)


@pytest.mark.parametrize(
    "other", ["CN=A", "CN=A,OU=B,OU=B", "CN=B,OU=A", "", "CN=A,OU=" + "B" * 5000, "2.5.4.3=#zz,OU=B"]
)
def test_other_names_are_other(other: str) -> None:
    assert not same_name("CN=A,OU=B", other)
