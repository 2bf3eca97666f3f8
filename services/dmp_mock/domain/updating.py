"""Changing what is known of documents (ITI-57): visibility by a new version of the metadata, status by an association.

Source: docs/sources/dmp.md#versions (PreviousVersion, lid, transitions; high) and #suppression-et-masquage; IHE ITI
TF-2 §3.57. TD3.3a and TD3.3b send the whole entry again: what differs beside confidentialityCode is not taken, and
told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dmp_mock.codes.xds import ORIGINAL, TRANSITIONS, VISIBILITIES, Association, Status
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsError, XdsFailure
from dmp_mock.domain.hl7 import Cx, read_ins
from dmp_mock.domain.metadata import Policy, set_errors, visibility_errors, visibility_remarks
from dmp_mock.domain.registering import Change, Registered, registered_links
from dmp_mock.domain.values import Entry, Link, SubmissionSet

__all__ = [
    "Update",
    "check_update",
    "new_version",
    "registered_update",
    "status_change",
    "visibility_changes",
]


@dataclass(frozen=True, slots=True)
class Update:
    """An ITI-57 request: its lot, the entries that it sends again, and its associations."""

    sets: tuple[SubmissionSet, ...]
    entries: tuple[Entry, ...]
    links: tuple[Link, ...]

    @property
    def status_links(self) -> tuple[Link, ...]:
        """The associations that ask for another status."""
        return tuple(link for link in self.links if link.type == Association.UPDATES_STATUS)


def _bad(code: XdsCode, context: str, location: str, *, received: str, expected: str, remedy: str = "") -> XdsError:
    return XdsError(code, context, location[:100], received=received, expected=expected, remedy=remedy)


def check_update(update: Update, ins: Cx) -> None:
    """Raise XdsFailure for a lot that asks for nothing, for two things at once, or that is another patient's."""
    errors = list(_structure(update))
    if not errors:
        errors = [*set_errors(update.sets[0]), *_patients(update, ins)]
    if errors:
        raise XdsFailure(errors)


def _structure(update: Update) -> Iterator[XdsError]:
    if len(update.sets) != 1:
        yield _bad(
            XdsCode.UPDATE,
            f"{len(update.sets)} SubmissionSet dans le lot au lieu d'un",
            "RegistryPackage",
            received=f"{len(update.sets) or 'aucun'} RegistryPackage classé SubmissionSet ou à côté de lui",
            expected="un seul, classé SubmissionSet : le DMP n'a pas de classeurs",
            remedy="Classez un RegistryPackage, et un seul, par le classificationNode d'un SubmissionSet.",
        )
    if bool(update.entries) == bool(update.status_links):
        yield _bad(
            XdsCode.UPDATE_OPERATION,
            "le lot ne demande pas une seule opération",
            "RegistryObjectList",
            received=f"{len(update.entries)} ExtrinsicObject, {len(update.status_links)} UpdateAvailabilityStatus",
            expected="des ExtrinsicObject (TD3.3a, TD3.3b) ou des UpdateAvailabilityStatus (TD3.3c, TD3.3d)",
            remedy="Envoyez un lot par opération.",
        )


def _patients(update: Update, ins: Cx) -> Iterator[XdsError]:
    owners = [(one.id, one.patient_id) for one in update.sets]
    owners += [(one.id, one.patient_id) for one in update.entries]
    for owner, patient_id in owners:
        found = read_ins(patient_id)
        if found is not None and found != ins:
            yield _bad(
                XdsCode.PATIENT_MISMATCH,
                f"patientId {found.number} ({found.root}) différent du patient du VIHF",
                f"{owner[:90]}/patientId",
                received=f"{found.number} ({found.root})",
                expected=f"{ins.number} ({ins.root}), le patient du VIHF",
            )


# --- status: TD3.3c, TD3.3d


def status_change(link: Link, target: Entry | None, submission: str, remarks: list[str]) -> Change:
    """Return the change of status that an association asks for. Raises XdsFailure; adds what is tolerated."""
    if target is None or target.is_signature or link.source != submission:
        raise XdsFailure([_unknown(link, submission)])
    if link.original and link.original != target.status:
        raise XdsFailure(
            [
                _bad(
                    XdsCode.UPDATE,
                    f"OriginalStatus n'est pas le statut du document : {target.status}",
                    link.target,
                    received=f"OriginalStatus {link.original[:100]}",
                    expected=target.status,
                    remedy="Relisez le document par TD3.1 : son statut a changé depuis.",
                )
            ]
        )
    if not link.original:
        remarks.append(f"association {link.target} sans OriginalStatus : attendu {target.status}")
    if (target.status, link.new) not in TRANSITIONS:
        permitted = ", ".join(sorted(new for former, new in TRANSITIONS if former == target.status)) or "aucune"
        raise XdsFailure(
            [
                _bad(
                    XdsCode.UPDATE_OPERATION,
                    f"transition refusée de {target.status} à {link.new[:100] or 'rien'}",
                    link.target,
                    received=f"NewStatus {link.new[:100] or 'absent'} pour un document {target.status}",
                    expected=f"NewStatus parmi : {permitted}",
                )
            ]
        )
    return Change(target.id, target.status, link.new)


def _unknown(link: Link, submission: str) -> XdsError:
    if link.source != submission:
        return _bad(
            XdsCode.UPDATE,
            "UpdateAvailabilityStatus ne part pas du lot",
            link.source,
            received=f"sourceObject {link.source[:100]}",
            expected=submission[:100],
            remedy="Mettez dans sourceObject l'identifiant du SubmissionSet.",
        )
    return _bad(
        XdsCode.UPDATE,
        f"document inconnu : {link.target[:100]}",
        link.target,
        received=f"targetObject {link.target[:100]}",
        expected="l'entryUUID d'un document de ce patient, que ce professionnel peut gérer",
        remedy="Reprenez l'entryUUID que TD3.1 ou TD3.1b rend pour ce patient.",
    )


# --- visibility: TD3.3a, TD3.3b


def new_version(sent: Entry, current: Entry | None, update: Update, policy: Policy, remarks: list[str]) -> Entry:
    """Return the new version of an entry that is sent again. Raises XdsFailure; adds what is tolerated."""
    if current is None:
        raise XdsFailure(
            [
                _bad(
                    XdsCode.UPDATE,
                    f"lid inconnu : {sent.lid[:100] or 'absent'}",
                    f"{sent.id}/lid",
                    received=f"lid {sent.lid[:100] or 'absent'}",
                    expected="le lid d'un document de ce patient, que ce professionnel peut voir",
                    remedy="Reprenez le lid que TD3.1 rend pour ce document.",
                )
            ]
        )
    errors = [*_version_errors(sent, current, update), *_fixed_errors(sent, current)]
    made = replace(current, codes={**current.codes, "confidentiality": sent.codes.get("confidentiality", ())})
    errors += visibility_errors(replace(made, id=sent.id), policy)
    told = list(_differences(sent, current))
    if policy.strict:
        errors += [_differs(sent, text) for text in told]
    if errors:
        raise XdsFailure(errors)
    remarks += [*told, *visibility_remarks(made, policy)]
    if not any(visibility_changes(current, made)):
        remarks.append(f"{sent.id[:60]} : confidentialityCode inchangé : attendu un changement de visibilité")
    return replace(made, version=current.version + 1)


def _version_errors(sent: Entry, current: Entry, update: Update) -> Iterator[XdsError]:
    submission = update.sets[0].id
    member = next(
        (k for k in update.links if (k.type, k.source, k.target) == (Association.HAS_MEMBER, submission, sent.id)), None
    )
    if member is None or ORIGINAL not in member.statuses:
        yield _bad(
            XdsCode.UPDATE,
            f"{sent.id[:100]} n'est pas membre (HasMember, Original) du lot",
            sent.id,
            received=f"aucune association HasMember vers {sent.id[:100]}",
            expected=f"HasMember de {submission[:90]} vers {sent.id[:90]}, Original, PreviousVersion {current.version}",
            remedy="Ajoutez cette association au lot.",
        )
    elif member.previous != str(current.version):
        yield _bad(
            XdsCode.VERSION,
            f"PreviousVersion {member.previous[:20] or 'absent'}, version en vigueur {current.version}",
            f"{sent.id}/PreviousVersion",
            received=f"PreviousVersion {member.previous[:20] or 'absent'}",
            expected=str(current.version),
        )
    if current.status not in (Status.APPROVED, Status.ARCHIVED):
        yield _bad(
            XdsCode.UPDATE,
            f"le document n'est plus en vigueur : {current.status}",
            sent.id,
            received=current.status,
            expected=f"{Status.APPROVED} ou {Status.ARCHIVED}",
            remedy="Relisez le document par TD3.1.",
        )


def _fixed_errors(sent: Entry, current: Entry) -> Iterator[XdsError]:
    """What a metadata update never changes (IHE ITI TF-2 §3.57.4.1.3.3.1)."""
    for name, received, expected in (
        ("uniqueId", sent.unique_id, current.unique_id),
        ("objectType", sent.object_type, current.object_type),
        ("mimeType", sent.mime_type, current.mime_type),
        *((slot, sent.slot(slot) or current.slot(slot), current.slot(slot)) for slot in ("hash", "size")),
    ):
        if received != expected:
            yield _bad(
                XdsCode.UPDATE,
                f"{name} : reçu {received[:100] or 'absent'}, attendu {expected}",
                f"{sent.id[:80]}/{name}",
                received=f"{name} {received[:100] or 'absent'}",
                expected=f"{name} {expected}",
            )


_COMPARED: Mapping[str, Callable[[Entry], object]] = {
    "title": lambda e: e.title,
    "comments": lambda e: e.comments,
    "author": lambda e: tuple((a.persons, a.institutions) for a in e.authors),
    **{
        f"{name}Code": lambda e, name=name: tuple((c.code, c.scheme) for c in e.codes.get(name, ()))  # type: ignore[misc]
        for name in ("class", "type", "format", "facility", "practice", "event")
    },
    **{
        name: lambda e, name=name: e.slots.get(name, ())  # type: ignore[misc]
        for name in ("creationTime", "serviceStartTime", "serviceStopTime", "languageCode", "legalAuthenticator")
    },
}


def _differences(sent: Entry, current: Entry) -> Iterator[str]:
    for name, value in _COMPARED.items():
        if value(sent) != value(current):
            yield f"{name} de {sent.id[:60]} différent, gardé tel qu'il est au DMP : attendu celui que TD3.1 rend"


def _differs(sent: Entry, text: str) -> XdsError:
    name = text.partition(" de ")[0]
    return _bad(
        XdsCode.UPDATE,
        f"{name} ne se change pas par TD3.3 (option dmp.strict_metadata)",
        f"{sent.id[:80]}/{name}",
        received=f"{name} différent de celui du DMP",
        expected=f"{name} tel que TD3.1 le rend",
    )


def visibility_changes(former: Entry, new: Entry) -> Iterator[tuple[str, bool]]:
    """Yield each code of visibility that a new version sets (True) or takes away (False)."""
    for code in VISIBILITIES:
        had, has = former.has_code("confidentiality", code), new.has_code("confidentiality", code)
        if had != has:
            yield code, has


# --- registered


def registered_update(
    update: Update,
    versions: Mapping[str, tuple[Entry, Entry]],
    changes: Sequence[Change],
    new_uuid: Callable[[], str],
) -> Registered:
    """Return the lot of an update. ``versions``: symbol → (former version, new version without its identifier)."""
    names = {symbol: f"urn:uuid:{new_uuid()}" for symbol in (update.sets[0].id, *versions)}
    entries = tuple((replace(new, id=names[symbol]), None) for symbol, (_former, new) in versions.items())
    deprecated = tuple(Change(former.id, former.status, Status.DEPRECATED) for former, _new in versions.values())
    kept = _kept(update.links, {update.sets[0].id, *versions})
    submission = replace(update.sets[0], id=names[update.sets[0].id])
    return Registered(submission, entries, registered_links(kept, names, new_uuid), (*changes, *deprecated))


def _kept(links: Iterable[Link], symbols: set[str]) -> list[Link]:
    return [k for k in links if k.source in symbols and (k.target in symbols or k.type == Association.UPDATES_STATUS)]
