"""Who the caller is and what the matrix lets him do.

Source: docs/sources/dmp.md#droits (matrix, high; also enforced by the real server) and #droits-par-type (medium).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from dmp_mock.codes import vihf as names
from dmp_mock.codes.rights import (
    AIR_CELLS,
    AIR_NEVER,
    AIR_ONLY,
    MATRIX,
    OCCUPATIONAL_SKILLS,
    PATIENT_CLASS,
    READING_EXCLUSIONS,
    Cell,
    Condition,
    Profile,
    Reader,
)
from dmp_mock.codes.vihf import Mode
from dmp_mock.domain.errors import Refused
from dmp_mock.domain.hl7 import Cx, organisation_id, person_id
from dmp_mock.domain.values import Entry
from dmp_mock.domain.vihf import Vihf

__all__ = [
    "Caller",
    "Subject",
    "caller_of",
    "demand",
    "demand_on",
    "deny_replacing",
    "is_by_another",
    "may_refer",
    "may_see",
    "right",
    "shown_to_patient",
    "shown_to_representative",
]

_HOSPITAL_SECTIONS = frozenset({"G", "H"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The user of a request: identity, structure, column of the matrix, access mode."""

    mode: Mode
    national_id: str
    structure: str
    profession: str
    section: str
    profile: Profile
    access: str
    secret: bool = False

    @property
    def holder(self) -> str:
        """Whom authorisations and visits are kept for: the professional, or the structure when nobody is named."""
        return self.national_id or self.structure

    @property
    def reader(self) -> Reader:
        """Whose reading rights by type apply; pharmacists of a hospital or a laboratory do not read as the officine."""
        pharmacist = self.profession == names.PHARMACIST and self.section not in _HOSPITAL_SECTIONS
        if pharmacist or self.profession == names.PREPARATEUR:
            return Reader.OFFICINE
        return Reader.DOCTOR if self.profession == names.DOCTOR else Reader.OTHER


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient of a request: identifier as received, and whether the caller is the médecin traitant."""

    ins: Cx
    caller_is_mt: bool = False
    allows_breaking: bool = True
    allows_emergency: bool = True


def caller_of(vihf: Vihf) -> Caller:
    """Return who a VIHF that obeys the rules speaks for."""
    roles = vihf.roles
    section = next((role.code for role in roles[1:] if role.scheme == names.G05), "")
    profile = _profile(vihf)
    return Caller(vihf.mode, vihf.name_id, vihf.structure, roles[0].code, section, profile, vihf.purpose, vihf.secret)


def _profile(vihf: Vihf) -> Profile:
    is_professional = vihf.roles[0].scheme in (names.G15, names.G16)
    if vihf.mode is Mode.INDIRECT:
        return Profile.INDIRECT
    if not is_professional:
        return Profile.AIR_CPE if vihf.mode is Mode.AIR else Profile.CPE
    if vihf.roles[0].code != names.DOCTOR:
        return Profile.PS
    occupational = any(role.code in OCCUPATIONAL_SKILLS for role in vihf.roles[1:])
    return Profile.OCCUPATIONAL if occupational else Profile.DOCTOR


def right(action: str, caller: Caller, *, is_mt: bool = False) -> Cell:
    """Return the cell of the matrix for an action; refused when the matrix has none."""
    if (caller.mode is Mode.AIR and action in AIR_NEVER) or (caller.mode is not Mode.AIR and action in AIR_ONLY):
        return Cell(False)
    profile = Profile.MT if is_mt and caller.profile is Profile.DOCTOR else caller.profile
    if caller.mode is Mode.AIR and (action, profile, caller.access) in AIR_CELLS:
        return AIR_CELLS[action, profile, caller.access]
    return MATRIX[action].get((profile, caller.access), Cell(False))


def demand(action: str, caller: Caller, *, is_mt: bool = False) -> Cell:
    """Return the right to an action. Raises Refused when the caller has none."""
    cell = right(action, caller, is_mt=is_mt)
    if not cell.granted:
        who, name = f"{caller.profile} ({caller.mode}, {caller.access})", action.partition("-")[0]
        raise Refused(
            "rights",
            f"{name} pour {who}",
            received=f"{name} par {who}",
            expected=_granted(action),
            where="VIHF, mode d'authentification, rôles et motif d'accès",
        )
    return cell


def _granted(action: str) -> str:
    """Name who has a right, for the person who lacks it."""
    granted = {f"{profile} en accès {access}" for (profile, access), cell in MATRIX[action].items() if cell.granted}
    return " ; ".join(sorted(granted)) or "personne"


def demand_on(action: str, entry: Entry, caller: Caller, subject: Subject) -> None:
    """Raise Refused unless the caller has the right to an action on this document."""
    cell = demand(action, caller, is_mt=subject.caller_is_mt)
    if action in _NOT_ON_PATIENTS_OWN and entry.code("class") == PATIENT_CLASS:
        if subject.caller_is_mt:
            return
        _deny(action, entry, "un document que le patient a déposé", "le patient, ou son médecin traitant")
    if not _holds(cell.condition, entry, caller, subject):
        expected = "un document de ce professionnel"
        if cell.condition is Condition.STRUCTURE_OWN:
            expected = f"un document de la structure {caller.structure}"
        _deny(action, entry, "le document d'un autre auteur", expected)


_NOT_ON_PATIENTS_OWN = frozenset({"TD3.3c", "TD3.3d"})


def _deny(action: str, entry: Entry, received: str, expected: str) -> NoReturn:
    name = action.partition("-")[0]
    raise Refused(
        "rights",
        f"{name} sur {received}",
        received=f"{name} sur {received}, {entry.id[:60]}",
        expected=expected,
        where="targetObject, ou lid de l'ExtrinsicObject",
    )


def may_see(entry: Entry, caller: Caller, subject: Subject) -> bool:
    """Tell whether the caller may list and read a document: forbidden types, masked documents."""
    if entry.code("type") in READING_EXCLUSIONS[caller.reader]:
        return False
    if not entry.has_code("confidentiality", "MASQUE_PS"):
        return True
    cell = right("TD3.2-masked", caller, is_mt=subject.caller_is_mt)
    return cell.granted and _holds(cell.condition, entry, caller, subject)


def is_by_another(entry: Entry, caller: Caller) -> bool:
    """Tell whether a document is neither of the caller nor of his structure."""
    return not (_is_own(entry, caller) or _is_of_structure(entry, caller))


def deny_replacing(entry: Entry, caller: Caller) -> NoReturn:
    """Refuse the replacement of another's document; the matrix gives that right to whoever feeds (an option of ours).

    Raises Refused.
    """
    _deny("TD2.1", entry, "le document d'un autre auteur", f"un document de l'auteur ou de {caller.structure}")


def may_refer(entry: Entry, caller: Caller, subject: Subject) -> bool:
    """Tell whether the caller may learn the technical id of a document: what he may see, and what is his own."""
    return may_see(entry, caller, subject) or _is_own(entry, caller) or _is_of_structure(entry, caller)


def shown_to_patient(entry: Entry) -> bool:
    """Tell whether the patient sees a document: nobody has hidden it from him."""
    return not entry.is_signature and not entry.has_code("confidentiality", "INVISIBLE_PATIENT")


def shown_to_representative(entry: Entry) -> bool:
    """Tell whether a legal representative of the patient sees a document."""
    return shown_to_patient(entry) and not entry.has_code("confidentiality", "INVISIBLE_REPRESENTANTS_LEGAUX")


def _is_own(entry: Entry, caller: Caller) -> bool:
    return any(person_id(person) == caller.national_id for author in entry.authors for person in author.persons)


def _is_of_structure(entry: Entry, caller: Caller) -> bool:
    return any(organisation_id(xon) == caller.structure for author in entry.authors for xon in author.institutions)


def _holds(condition: Condition | None, entry: Entry, caller: Caller, subject: Subject) -> bool:
    if condition is Condition.OWN:
        return _is_own(entry, caller)
    if condition is Condition.STRUCTURE_OWN:
        return _is_of_structure(entry, caller)
    if condition is Condition.PATIENT_ALLOWS:
        return subject.allows_breaking if caller.access == "bris_de_glace" else subject.allows_emergency
    return True
