"""TD3.3c, deleting a document: its status becomes Deleted, and nothing else.

Source: docs/sources/dmp.md#suppression-et-masquage and #versions (high); IHE ITI TF-2 §3.57. The author alone may,
or his structure; what the patient brought himself, his médecin traitant.
"""

from __future__ import annotations

from dmp_mock.codes.xds import Status
from dmp_mock.facts import Updated
from dmp_mock.transaction import Body, PageRow, Transaction
from dmp_mock.updating import (
    ACTIONS,
    DESCRIBED,
    REQUEST,
    UPDATE_CODES,
    change_statuses,
    fail_update,
    new_statuses,
    show_update,
    update_allowed,
)
from lgo_sandbox.watch.checks import Check

__all__ = ["TRANSACTION"]

NAME = "td3.3c"


TRANSACTION = Transaction(
    name=NAME,
    title="Suppression d'un document",
    path="registry",
    body=Body(qname=REQUEST, is_meant=lambda body: Status.DELETED in new_statuses(body)),
    actions=ACTIONS,
    right="TD3.3c",
    one_patient=True,
    serve=change_statuses,
    fail=fail_update,
    describe=DESCRIBED,
    decode=show_update,
    page=PageRow(wire="ITI-57, UpdateAvailabilityStatus to Deleted", serves="delete, by the author or his structure"),
    checks=(
        Check(
            id="DMP-DELETE",
            title="Suppression refusée",
            reads=Updated,
            test=update_allowed,
            requirements=("DMP/va1.16", "DMP/CONF.03"),
            source="docs/sources/dmp.md#versions",
            remedy="Demandez par TD3.1b l'identifiant technique du document, puis supprimez-le dans le statut qu'il a.",
            operations=frozenset({NAME}),
            explains=UPDATE_CODES,
        ),
    ),
)
