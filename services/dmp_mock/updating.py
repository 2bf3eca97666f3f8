"""Changing documents of the registry (ITI-57): what the transactions TD3.3a to TD3.3d share.

Source: docs/sources/dmp.md#suppression-et-masquage, #versions; IHE ITI TF-2 §3.57. Rights are judged on each document,
in the unit of work that changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dmp_mock import registering, registry_store
from dmp_mock.checks.refused import refused_by_xds
from dmp_mock.codes import xds
from dmp_mock.codes.names import NS_LCM
from dmp_mock.codes.xds import Status
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import Refused, XdsError
from dmp_mock.domain.patients import check_open, check_reading
from dmp_mock.domain.rights import demand_on, may_refer, may_see
from dmp_mock.domain.updating import (
    Update,
    check_update,
    new_version,
    registered_update,
    status_change,
    visibility_changes,
)
from dmp_mock.domain.values import Entry, Link
from dmp_mock.facts import DocumentChanged, Updated
from dmp_mock.transaction import Actions, Described, Shown
from dmp_mock.wire.ebrim import RIM, read_objects
from dmp_mock.wire.messages import Answer
from dmp_mock.wire.registry import NS_RS, registry_response
from lgo_sandbox.watch.checks import Observed, Outcome, Violation
from lgo_sandbox.watch.facts import Noted

if TYPE_CHECKING:
    from lxml import etree

    from dmp_mock.caller import Admitted

__all__ = [
    "ACTIONS",
    "DESCRIBED",
    "REQUEST",
    "UPDATE_CODES",
    "change_statuses",
    "change_visibilities",
    "fail_update",
    "form",
    "new_statuses",
    "right_of",
    "show_update",
    "update_allowed",
]

REQUEST = f"{{{NS_LCM}}}SubmitObjectsRequest"
_ACTION = "urn:ihe:iti:2010:UpdateDocumentSet"
ACTIONS = Actions(request=_ACTION, response=f"{_ACTION}-Response", also=frozenset())
DESCRIBED = Described(
    port="Registry",
    operation="UpdateDocumentSet",
    asked=REQUEST,
    answered=f"{{{NS_RS}}}RegistryResponse",
    schemas=(),
)
UPDATE_CODES = frozenset(
    {
        XdsCode.UPDATE.value,
        XdsCode.UPDATE_OPERATION.value,
        XdsCode.VERSION.value,
        XdsCode.REGISTRY_METADATA.value,
        XdsCode.PATIENT_MISMATCH.value,
        XdsCode.UNKNOWN_PATIENT.value,
        XdsCode.DUPLICATE_IN_REGISTRY.value,
        XdsCode.DEPRECATED_DOCUMENT.value,
    }
)
"""What an update may be refused with, as an error of the registry."""

_ACTS = {
    ("MASQUE_PS", True): ("TD3.3a-mask", "masqué aux professionnels"),
    ("MASQUE_PS", False): ("TD3.3a-unmask", "démasqué"),
    ("INVISIBLE_PATIENT", True): ("TD3.3b", "rendu invisible au patient"),
    ("INVISIBLE_PATIENT", False): ("TD3.3b", "rendu visible au patient"),
    ("INVISIBLE_REPRESENTANTS_LEGAUX", True): ("TD3.3b", "rendu invisible aux représentants légaux"),
    ("INVISIBLE_REPRESENTANTS_LEGAUX", False): ("TD3.3b", "rendu visible aux représentants légaux"),
}
"""Code set or taken away → the line of the matrix, and what it is called."""

UNCHANGED = "renvoyé sans changement"
_NEW_STATUSES = {
    Status.DELETED: ("TD3.3c", "supprimé"),
    Status.ARCHIVED: ("TD3.3d", "archivé"),
    Status.APPROVED: ("TD3.3d", "désarchivé"),
}


def new_statuses(body: etree._Element) -> set[str]:
    """Return the statuses that a request asks for: that of TD3.3c, those of TD3.3d, or none."""
    slots = body.iterfind(f".//{{{RIM}}}Slot[@name='NewStatus']")
    return {(value.text or "").strip() for slot in slots for value in slot.iter(f"{{{RIM}}}Value")}


def right_of(body: etree._Element) -> str:
    """Return the line of the matrix that an entry sent again asks for, as far as its codes tell without the registry.

    Each of these lines lets in the same people: what is really changed is judged once the former version is read.
    """
    sent = {one.get("nodeRepresentation") or "" for one in body.iter(f"{{{RIM}}}Classification")}
    if "MASQUE_PS" in sent:
        return "TD3.3a-mask"
    hidden = any(code in sent for code, has in _ACTS if has)
    return "TD3.3b" if hidden else "TD3.3a-unmask"


def _read(request: Admitted) -> Update:
    objects = request.message.body.find(f"{{{RIM}}}RegistryObjectList")
    if objects is None:
        raise Refused(
            "request",
            "RegistryObjectList absent",
            received="absent",
            expected="SubmitObjectsRequest/RegistryObjectList",
            where="SubmitObjectsRequest",
        )
    sets, entries, links = read_objects(objects)
    return Update(tuple(sets), tuple(entries), tuple(links))


# --- TD3.3c, TD3.3d


def change_statuses(request: Admitted) -> Answer:
    """Give documents another status. Raises Refused and XdsFailure."""
    request.call.note(Updated(documents=(), taken=False, remarks=()))
    update, remarks = _read(request), list[str]()
    check_open(request.state)
    check_update(update, request.ins)
    told: list[DocumentChanged] = []
    with request.call.session.db.begin(alone=True) as connection:
        registering.check_unique(request, [update.sets[0].unique_id])
        changes = []
        for link in update.status_links:
            target = _manageable(request, link)
            change = status_change(link, target, update.sets[0].id, remarks)
            assert target is not None
            right, act = _NEW_STATUSES[Status(change.new)]
            _check_access(request, right)
            demand_on(right, target, request.caller, request.subject)
            changes.append(change)
            told.append(DocumentChanged(entry_uuid=target.id, unique_id=target.unique_id, act=act))
        registering.store(request, connection, registered_update(update, {}, changes, request.call.session.ids.uuid))
    return _done(request, told, remarks)


def _manageable(request: Admitted, link: Link) -> Entry | None:
    """Return the document of an association, as far as the caller may know that it is there."""
    target = registering.target_of(request, link)
    return target if target is not None and may_refer(target, request.caller, request.subject) else None


def _check_access(request: Admitted, right: str) -> None:
    """Raise Refused unless the patient lets the caller in; whoever deletes what is his own need not be let in."""
    if right != "TD3.3c":
        check_reading(request.state, request.caller.access)


# --- TD3.3a, TD3.3b


def change_visibilities(request: Admitted) -> Answer:
    """Make new versions of documents, with other confidentialityCodes. Raises Refused and XdsFailure."""
    request.call.note(Updated(documents=(), taken=False, remarks=()))
    update, remarks = _read(request), list[str]()
    check_reading(request.state, request.caller.access)
    check_update(update, request.ins)
    registry_store.fill_in(request.call.session.db)
    versions: dict[str, tuple[Entry, Entry]] = {}
    told: list[DocumentChanged] = []
    with request.call.session.db.begin(alone=True) as connection:
        registering.check_unique(request, [update.sets[0].unique_id])
        for sent in update.entries:
            current = _visible(request, sent)
            new = new_version(sent, current, update, registering.policy_of(request), remarks)
            assert current is not None
            versions[sent.id] = (current, new)
            told.append(_told(request, current, new))
        registering.store(request, connection, registered_update(update, versions, (), request.call.session.ids.uuid))
    return _done(request, told, remarks)


def _visible(request: Admitted, sent: Entry) -> Entry | None:
    current = registry_store.current_entry(request.call.session.db, request.ins.number, sent.lid)
    return current if current is not None and may_see(current, request.caller, request.subject) else None


def _told(request: Admitted, current: Entry, new: Entry) -> DocumentChanged:
    """Return what is done to a document. Raises Refused for what the caller may not do."""
    acts = []
    for code, has in visibility_changes(current, new):
        right, act = _ACTS[code, has]
        demand_on(right, current, request.caller, request.subject)
        acts.append(act)
    return DocumentChanged(entry_uuid=current.id, unique_id=current.unique_id, act=", ".join(acts) or UNCHANGED)


# --- done, refused, shown, checked


def _done(request: Admitted, told: Sequence[DocumentChanged], remarks: Sequence[str]) -> Answer:
    name = request.transaction.name.upper()
    request.call.note(Updated(documents=tuple(told), taken=True, remarks=tuple(remarks)))
    request.call.summarise(f"{name} : document {' ; '.join(dict.fromkeys(one.act for one in told))}")
    return Answer(registry_response(xds.SUCCESS))


def fail_update(_request: Admitted, errors: Sequence[XdsError]) -> Answer:
    """Answer a RegistryResponse with the errors."""
    return Answer(registry_response(xds.FAILURE, errors))


def show_update(noted: Noted) -> Shown:
    """Show what was done to which documents."""
    done = noted.get(Updated)
    if done is None:
        return Shown(asked=(), answered=())
    return Shown(
        asked=tuple(("Document", f"{one.unique_id} : {one.act}") for one in done.documents),
        answered=(("Mise à jour", "faite" if done.taken else "refusée"),),
    )


def update_allowed(seen: Observed[Updated]) -> Outcome:
    """The registry found nothing to refuse in the update; kept when something changed by it."""
    changed = seen.facts.taken and any(one.act != UNCHANGED for one in seen.facts.documents)
    return refused_by_xds(seen, UPDATE_CODES) or changed or None


def form(seen: Observed[Updated]) -> Outcome:
    """Nothing in the update had to be tolerated."""
    remarks = seen.facts.remarks
    if not remarks:
        return True if seen.facts.taken else None
    expected = dict.fromkeys(remark.partition("attendu ")[2] for remark in remarks)
    return Violation(" ; ".join(remarks)[:500], " ; ".join(filter(None, expected)), where="SubmitObjectsRequest")
