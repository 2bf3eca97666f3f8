"""One PKI for all tests that do not change it: keys are what costs."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.keys import with_keys

from lgo_sandbox.pki import OrganisationHolder, PersonHolder, Pki


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki.open(tmp_path_factory.mktemp("state") / "pki")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """Another installation, with keys of its own."""
    return Pki.open(tmp_path_factory.mktemp("stranger") / "pki")


@pytest.fixture
def started_directory(tmp_path: Path) -> Path:
    """A directory that a start has filled, for a test that changes it."""
    return with_keys(tmp_path / "started") / "pki"


@pytest.fixture
def own_directory(tmp_path: Path) -> Path:
    return tmp_path / "pki"


@pytest.fixture(scope="session")
def pharmacy() -> OrganisationHolder:
    return OrganisationHolder("officine", "10B0990017", "PHARMACIE DE LA FONTAINE", "Puy-de-Dôme (63)")


@pytest.fixture(scope="session")
def pharmacist() -> PersonHolder:
    return PersonHolder("titulaire", "899700090014", "VALMONT", "HÉLÈNE", "Pharmacien")
