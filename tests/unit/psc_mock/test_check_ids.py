"""Ids of checks stay: journals and archives of former releases name them."""

from __future__ import annotations

from psc_mock.checks import CHECKS

FORMER = """
PSC-API-01 PSC-API-02 PSC-API-03 PSC-API-04
PSC-AUTHZ-01 PSC-AUTHZ-02 PSC-AUTHZ-03 PSC-AUTHZ-04 PSC-AUTHZ-05 PSC-AUTHZ-06 PSC-AUTHZ-07 PSC-AUTHZ-08 PSC-AUTHZ-09
PSC-AUTHZ-10
PSC-CIBA-01 PSC-CIBA-02 PSC-CIBA-03 PSC-CIBA-04 PSC-CIBA-05
PSC-CLI-01 PSC-CLI-02 PSC-CLI-03 PSC-CLI-04 PSC-CLI-05 PSC-CLI-06 PSC-CLI-07
PSC-SES-01 PSC-SES-02 PSC-SES-03 PSC-SES-04
PSC-TLS-01
PSC-TOK-01 PSC-TOK-02 PSC-TOK-03 PSC-TOK-04 PSC-TOK-05 PSC-TOK-06 PSC-TOK-07
"""
"""The ids of the first release."""
SPLIT = {
    "PSC-AUTHZ-07": ("PSC-TOK-08",),
    "PSC-SES-01": ("PSC-SES-05",),
    "PSC-TOK-03": ("PSC-TOK-09", "PSC-TOK-10"),
}
"""Checks that looked at more than one thing → those that took a part over. The former id stays with the first part."""


def test_every_id_of_the_first_release_still_names_a_check() -> None:
    known = {name for check in CHECKS for name in (check.id, *check.aliases)}
    assert set(FORMER.split()) <= known


def test_a_part_that_was_split_off_concerns_no_requirement_that_the_former_id_does_not_cite() -> None:
    cited = {check.id: set(check.requirements) for check in CHECKS}
    for former, parts in SPLIT.items():
        for part in parts:
            assert cited[part] <= cited[former], part
