"""TD3.3d, archiving a document and taking it out of the archive.

Source: docs/sources/dmp.md#suppression-et-masquage and #versions (high); IHE ITI TF-2 §3.57.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from lxml import etree


__all__ = ["TRANSACTION"]

NAME = "td3.3d"


def _is_meant(body: etree._Element) -> bool:
    asked = new_statuses(body)
    return bool(asked) and Status.DELETED not in asked


TRANSACTION = Transaction(
    name=NAME,
    title="Archivage et désarchivage d'un document",
    path="registry",
    body=Body(qname=REQUEST, is_meant=_is_meant),
    actions=ACTIONS,
    right="TD3.3d",
    one_patient=True,
    serve=change_statuses,
    fail=fail_update,
    describe=DESCRIBED,
    decode=show_update,
    page=PageRow(wire="ITI-57, UpdateAvailabilityStatus to Archived or Approved", serves="archive, bring back"),
    checks=(
        Check(
            id="DMP-ARCHIVE",
            title="Archivage ou désarchivage refusé",
            reads=Updated,
            test=update_allowed,
            source="docs/sources/dmp.md#versions",
            remedy="Relisez le statut du document par TD3.1 : Approved et Archived s'échangent, rien d'autre.",
            operations=frozenset({NAME}),
            explains=UPDATE_CODES,
        ),
    ),
)
