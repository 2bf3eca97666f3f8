"""The VIHF against card, certificate and directory: each contradiction alone, and what contradicts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dmp_mock.codes import truth as tables
from dmp_mock.codes import vihf as codes
from dmp_mock.codes.truth import Topic
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.truth import Known, age_of, contradictions, refuse_first
from dmp_mock.domain.values import Coded
from dmp_mock.domain.vihf import Vihf
from lgo_sandbox.population.people import population

PEOPLE = population()
NOW = datetime(2026, 3, 15, 10, tzinfo=UTC)
KNOWN = Known(
    professional=PEOPLE.persona("titulaire"),
    structure=PEOPLE.structure("officine"),
    patient=PEOPLE.patient_named("martin-claire"),
    today=NOW.date(),
    signer="CN=ORG,OU=10B0990017,C=FR",
)
TEXTS = {codes.SECTOR: "SA33^1.2.250.1.71.4.2.4", codes.SUBJECT_ID: "Helene Valmont"}
TITULAIRE, SECTION_A = Coded("21", codes.G15), Coded("A", codes.G05)
RIGHT = Vihf(
    saml_version="2.0",
    issuer="C=FR,OU=10B0990017,CN=ORG",
    issuer_format="X509SubjectName",
    name_id="899700090014",
    issued=NOW,
    authn_instant=NOW,
    authn_class=f"{tables.CLASSES}Password",
    texts=TEXTS,
    modes=frozenset({"INDIRECTE"}),
    roles=(TITULAIRE, SECTION_A),
    purposes=(Coded("normal", codes.PURPOSE_SYSTEM),),
)
AIR = replace(
    RIGHT,
    modes=frozenset({"INDIRECTE_RENFORCEE"}),
    authn_class=f"{tables.CLASSES}MobileTwoFactorUnregistered",
    authn_decl="APP_BROWSER_AUTH",
)
DIRECT = replace(RIGHT, modes=frozenset({"DIRECTE"}), authn_class=tables.SMARTCARD)


def _with(base: Vihf = RIGHT, **texts: str) -> Vihf:
    return replace(base, texts={**TEXTS, **{getattr(codes, name): value for name, value in texts.items()}})


def _told(vihf: Vihf, known: Known = KNOWN) -> list[str]:
    return [one.topic for one in contradictions(vihf, known)]


def _as(persona: str, **more: object) -> Known:
    return replace(KNOWN, professional=PEOPLE.persona(persona), **more)  # type: ignore[arg-type]  # any member


BELIED: Mapping[str, tuple[Vihf, Known, Topic]] = {
    "another profession": (replace(RIGHT, roles=(Coded("39", codes.G15),)), KNOWN, Topic.ROLE),
    "an actor for a pharmacist": (replace(RIGHT, roles=(Coded("AUTOMATE", codes.OTHER_ACTORS),)), KNOWN, Topic.ROLE),
    "a profession for a secretary": (_with(SUBJECT_ID="FAYOLLE"), _as("secretaire"), Topic.ROLE),
    "another section": (replace(RIGHT, roles=(TITULAIRE, Coded("D", codes.G05))), KNOWN, Topic.ROLE),
    "a section and a speciality": (
        replace(RIGHT, roles=(TITULAIRE, SECTION_A, Coded("SM26", codes.R01))),
        KNOWN,
        Topic.ROLE,
    ),
    "a section for a préparateur": (
        replace(_with(SUBJECT_ID="LACOMBE"), roles=(Coded("39", codes.G15), SECTION_A)),
        _as("preparateur"),
        Topic.ROLE,
    ),
    "another sector": (_with(SECTOR="SA07^1.2.250.1.71.4.2.4"), KNOWN, Topic.SECTOR),
    "another name": (_with(SUBJECT_ID="Thomas CASTELNAU"), KNOWN, Topic.NAME),
    "a pharmacy that regulates": (replace(RIGHT, purposes=(Coded("centre_15"),)), KNOWN, Topic.PURPOSE),
    "another issuer": (replace(RIGHT, issuer="CN=AUTRE,C=FR"), KNOWN, Topic.ISSUER),
    "no class of SAML": (replace(RIGHT, authn_class="mot de passe"), KNOWN, Topic.AUTHENTICATION),
    "a password in direct mode": (replace(DIRECT, authn_class=RIGHT.authn_class), KNOWN, Topic.AUTHENTICATION),
    "a password in AIR": (replace(AIR, authn_class=RIGHT.authn_class), KNOWN, Topic.AUTHENTICATION),
    "no declared method in AIR": (replace(AIR, authn_decl=""), KNOWN, Topic.AUTHENTICATION),
    "an unknown method in AIR": (replace(AIR, authn_decl="MOT_DE_PASSE"), KNOWN, Topic.AUTHENTICATION),
    "AIR simplifié out of AIR": (replace(RIGHT, authn_decl=tables.SIMPLIFIED), KNOWN, Topic.AUTHENTICATION),
    "an authentication to come": (
        replace(RIGHT, authn_instant=NOW + timedelta(minutes=2)),
        KNOWN,
        Topic.AUTHENTICATION,
    ),
    "a secret connection of an adult": (_with(CONFIDENTIALITY="secret"), KNOWN, Topic.SECRET),
    "an empty confidentiality code": (_with(CONFIDENTIALITY=""), KNOWN, Topic.SECRET),
    "a secret connection where they are closed": (
        _with(CONFIDENTIALITY="secret"),
        replace(KNOWN, patient=PEOPLE.patient_named("bernard-hugo"), minors=False),
        Topic.SECRET,
    ),
}


@pytest.mark.parametrize("case", sorted(BELIED))
def test_each_contradiction_is_told_alone_and_refuses_by_option(case: str) -> None:
    vihf, known, topic = BELIED[case]
    (found,) = contradictions(vihf, known)
    assert found.topic == topic
    assert found.received
    assert found.expected
    assert found.remedy
    assert found.where.startswith("VIHF, ")
    with pytest.raises(Refused) as refusal:
        refuse_first((found,))
    assert (refusal.value.code, refusal.value.received) == ("vihf-truth", found.received)


def test_every_topic_is_contradicted_by_some_vihf() -> None:
    assert {topic for _vihf, _known, topic in BELIED.values()} == set(Topic)


HONEST: Mapping[str, tuple[Vihf, Known]] = {
    "indirect": (RIGHT, KNOWN),
    "direct": (DIRECT, KNOWN),
    "AIR": (AIR, KNOWN),
    "AIR as its official sample": (replace(AIR, authn_class=tables.SMARTCARD, authn_decl=tables.SMARTCARD), KNOWN),
    "AIR simplifié": (replace(AIR, authn_decl=tables.SIMPLIFIED), KNOWN),
    "AIR simplifié in the class": (replace(AIR, authn_class=tables.SIMPLIFIED, authn_decl=""), KNOWN),
    "an unknown professional": (
        replace(RIGHT, roles=(Coded("39", codes.G15),)),
        replace(KNOWN, professional=None),
    ),
    "a person in training": (replace(RIGHT, roles=(Coded("10", codes.G16),)), KNOWN),
    "a secret connection of a minor": (
        _with(CONFIDENTIALITY="secret"),
        replace(KNOWN, patient=PEOPLE.patient_named("bernard-hugo")),
    ),
    "a doctor": (
        replace(_with(SUBJECT_ID="DELORME"), roles=(Coded("10", codes.G15), Coded("SM26", codes.R01))),
        _as("generaliste"),
    ),
}


@pytest.mark.parametrize("case", sorted(HONEST))
def test_a_true_vihf_is_contradicted_by_nothing(case: str) -> None:
    vihf, known = HONEST[case]
    assert _told(vihf, known) == []


def test_majority_is_a_parameter() -> None:
    hugo = PEOPLE.patient_named("bernard-hugo")  # eleven years old
    secret = _with(CONFIDENTIALITY="secret")
    assert _told(secret, replace(KNOWN, patient=hugo, majority=11)) == [Topic.SECRET]


@pytest.mark.parametrize(
    ("birth", "age"), [("2008-03-15", 18), ("2008-03-16", 17), ("1951-20-00", 74), ("2008", 18), ("", None)]
)
def test_ages_are_told_from_any_date_of_birth(birth: str, age: int | None) -> None:
    assert age_of(birth, date(2026, 3, 15)) == age
