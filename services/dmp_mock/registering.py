"""Registering a lot: what feeding (TD2.1, TD2.2) and updating (TD3.3) share.

Source: docs/sources/dmp.md#remplacement, #versions. Everything that is read to decide is read in the unit of work that
writes, which nobody else may write in: of two that want the same document, one finds it changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from dmp_mock import options, registry_store
from dmp_mock.codes.xds import Status
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsError, XdsFailure
from dmp_mock.domain.metadata import Policy
from dmp_mock.domain.registering import Registered
from dmp_mock.domain.values import Entry, Link

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dmp_mock.caller import Admitted
    from lgo_sandbox.state.port import Store
    from lgo_sandbox.tenant.session import Session

__all__ = ["check_unique", "is_minor", "policy_for", "policy_of", "save", "store", "target_of"]


def policy_of(request: Admitted) -> Policy:
    """Return how the session wants metadata, and what it knows of the patient."""
    return policy_for(request.call.session, request.ins.number, secret=request.caller.secret)


def policy_for(session: Session, matricule: str, *, secret: bool = False) -> Policy:
    """Return how a session wants metadata about a patient; ``secret``: under a secret connection."""
    parameters = options.parameters(session)
    return Policy(
        strict=options.is_on(session, "strict_metadata"),
        both_hidden=parameters.cumul,
        minor=is_minor(session, matricule),
        secret=secret,
        now=options.latest(session),
    )


def is_minor(session: Session, matricule: str) -> bool | None:
    """Tell whether a patient is under age; None when his birth is not known to the day."""
    patient = session.people.patient(matricule)
    try:
        born = date.fromisoformat(patient.birth_date) if patient else None
    except ValueError:
        return None
    if born is None:
        return None
    today = session.clock.age().date()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years < options.parameters(session).majority


def check_unique(request: Admitted, unique_ids: Iterable[str]) -> None:
    """Raise XdsFailure for unique ids that the registry knows already."""
    known = registry_store.known_unique_ids(request.call.session.db, unique_ids)
    if known:
        raise XdsFailure([_known(unique_id) for unique_id in sorted(known)])


def _known(unique_id: str) -> XdsError:
    return XdsError(
        XdsCode.DUPLICATE_IN_REGISTRY,
        f"uniqueId={unique_id} déjà enregistré",
        unique_id,
        received=f"uniqueId {unique_id}, déjà enregistré",
        expected="un uniqueId que le DMP ne connaît pas",
    )


def target_of(request: Admitted, link: Link) -> Entry | None:
    """Return the document of this patient that an association points to."""
    found = registry_store.entry_by_uuid(request.call.session.db, link.target)
    return found[1] if found and found[0] == request.ins.number else None


def store(request: Admitted, connection: Connection, lot: Registered) -> None:
    """Store the lot of a request with what it changes. Raises XdsFailure when a document has changed meanwhile."""
    save(request.call.session.db, connection, lot, request.ins.number, request.caller.holder)


def save(db: Store, connection: Connection, lot: Registered, matricule: str, holder: str) -> None:
    """Store a lot with what it changes. Raises XdsFailure when a document has changed meanwhile."""
    for change in lot.changes:
        if not registry_store.change_status(connection, change.entry_uuid, change.former, change.new):
            raise XdsFailure([_changed(change.entry_uuid, change.new)])
    registry_store.store_lot(db, connection, lot, matricule, holder)


def _changed(entry_uuid: str, new: str) -> XdsError:
    replaced = new == Status.DEPRECATED
    return XdsError(
        XdsCode.DEPRECATED_DOCUMENT if replaced else XdsCode.UPDATE,
        "le document a changé depuis",
        entry_uuid,
        received=f"{entry_uuid}, déjà changé par ce lot ou par un autre",
        expected="un document par opération, dans l'état que TD3.1 rend",
    )
