"""TD3.3a and TD3.3b, visibility: masked to professionals, invisible to the patient or to his legal representatives.

Source: docs/sources/dmp.md#suppression-et-masquage and #versions (high); IHE ITI TF-2 §3.57. Both
send the same message, the entry with other confidentialityCodes: which of them it is shows by what they change.
"""

from __future__ import annotations

from dmp_mock.facts import Updated
from dmp_mock.transaction import Body, PageRow, Transaction
from dmp_mock.updating import (
    ACTIONS,
    DESCRIBED,
    REQUEST,
    UPDATE_CODES,
    change_visibilities,
    fail_update,
    form,
    new_statuses,
    right_of,
    show_update,
    update_allowed,
)
from lgo_sandbox.watch.checks import Check, Severity

__all__ = ["TRANSACTION"]

NAME = "td3.3a"


TRANSACTION = Transaction(
    name=NAME,
    title="Masquage et visibilité d'un document (TD3.3a, TD3.3b)",
    path="registry",
    body=Body(qname=REQUEST, is_meant=lambda body: not new_statuses(body)),
    actions=ACTIONS,
    right=right_of,
    one_patient=True,
    serve=change_visibilities,
    fail=fail_update,
    describe=DESCRIBED,
    decode=show_update,
    page=PageRow(
        wire="ITI-57, ExtrinsicObject sent again",
        serves="mask and unmask (TD3.3a), visibility for patient and legal representatives (TD3.3b)",
    ),
    checks=(
        Check(
            id="DMP-VISIBILITY",
            title="Changement de visibilité refusé",
            reads=Updated,
            test=update_allowed,
            requirements=("DMP/va1.17",),
            source="docs/sources/dmp.md#versions",
            remedy="Relisez le document par TD3.1, changez confidentialityCode seul, et renvoyez sa version.",
            operations=frozenset({NAME}),
            explains=UPDATE_CODES,
        ),
        Check(
            id="DMP-UPDATE-FORM",
            title="Mise à jour tolérée, mais écrite autrement que dans le guide",
            reads=Updated,
            test=form,
            requirements=("DMP/va1.17",),
            source="docs/sources/dmp.md#versions",
            remedy="Renvoyez les métadonnées telles que TD3.1 les rend, hors confidentialityCode.",
            confidence="M",
            severity=Severity.WARNING,
            operations=frozenset({NAME, "td3.3c", "td3.3d"}),
        ),
    ),
)
