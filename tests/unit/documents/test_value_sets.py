"""Value sets and code systems as data, against the official files."""

from pathlib import Path

import pytest

from health_documents.codes.value_sets import (
    CIVILITIES,
    ENCOUNTERS,
    FUNCTIONS,
    IMMUNIZATION_ROUTES,
    IMMUNIZATIONS,
    PARTICIPATIONS,
    RELATIONS,
    SUBSTITUTIONS,
    TITLES,
    code_systems,
    official_value_sets,
)
from health_documents.errors import ArtefactsError

TABLES = (
    *(CIVILITIES, ENCOUNTERS, FUNCTIONS, IMMUNIZATION_ROUTES, IMMUNIZATIONS, PARTICIPATIONS, RELATIONS),
    *(SUBSTITUTIONS, TITLES),
)


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_a_value_set_of_ours_is_the_official_one(artefacts: Path, table):
    official = official_value_sets(artefacts)[table.oid]
    assert {(one.code, one.system): one.label for one in table.codes.values()} == dict(official.labels)
    assert table.version


def test_all_official_value_sets_are_loaded(artefacts: Path):
    assert len(official_value_sets(artefacts)) >= 480


def test_every_code_system_has_a_name_a_version_and_a_source():
    for system in code_systems().values():
        assert system.oid.count(".") > 3
        assert system.name
        assert system.version
        assert system.source.startswith("docs/sources/documents.md#")


def test_a_folder_without_value_sets_or_with_broken_ones_is_refused(tmp_path: Path):
    with pytest.raises(ArtefactsError):
        official_value_sets(tmp_path)
    (tmp_path / "jdv.xml").write_bytes(b"<oops")
    with pytest.raises(ArtefactsError):
        official_value_sets(tmp_path)
