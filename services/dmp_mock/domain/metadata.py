"""The rules of XDS metadata, attribute by attribute, as a table.

Source: docs/sources/dmp.md#metadonnees (attributes, R/O and value sets; high), #type-et-classe (JDV_J66, ASS_X16; high)
and #visibilite (EX_2.1-1050). A rule gives what it received when broken. A lenient one, which official samples or a
set that is public only in part would break, is remarked, and an error when the session is strict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dmp_mock.codes import value_sets, xds
from dmp_mock.codes.xds_errors import XdsCode
from dmp_mock.domain.errors import XdsError
from dmp_mock.domain.hl7 import dtm_floor, exists, is_after, is_dtm, is_oid, person_id, read_cx, read_ins
from dmp_mock.domain.values import Author, Entry, SubmissionSet
from health_documents import oids
from health_documents.codes import systems as code_systems

__all__ = [
    "ENTRY_RULES",
    "LENIENT",
    "SET_RULES",
    "Policy",
    "entry_errors",
    "entry_remarks",
    "set_errors",
    "set_remarks",
    "visibility_errors",
    "visibility_remarks",
]

_FACILITY = re.compile(r"SA[0-9]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_XCN = re.compile(r"[^\^\s]+\^[^\^]+")
_MAX_CONFIDENTIALITY = 4
_CONFIDENTIALITY = "confidentialityCode"
_FROM_PARENTS = "INVISIBLE_REPRESENTANTS_LEGAUX"
_TYPES = f"JDV_J66, version {value_sets.J66.version}"
_PATIENT_FIELDS = ("PID-5", "PID-7", "PID-8")


@dataclass(frozen=True, slots=True)
class Policy:
    """How a session wants metadata, and what it knows of the patient.

    ``both_hidden``: INVISIBLE_PATIENT and MASQUE_PS may stand together. ``minor`` None: the age is not known. What is
    after ``now`` is to come.
    """

    strict: bool = False
    both_hidden: bool = False
    minor: bool | None = None
    secret: bool = False
    now: datetime | None = None


LENIENT = Policy()


@dataclass(frozen=True, slots=True)
class EntryRule:
    """One rule on one attribute of a document entry; ``signature``: the signature of the lot obeys it too."""

    attribute: str
    expected: str
    received: Callable[[Entry], str | None]
    signature: bool = False
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One rule on an attribute, which depends on the session and on the patient: for the most, on what hides a
    document.
    """

    expected: str
    received: Callable[[Entry, Policy], str | None]
    lenient: bool = False
    attribute: str = _CONFIDENTIALITY


@dataclass(frozen=True, slots=True)
class SetRule:
    """One rule on one attribute of a submission set."""

    attribute: str
    expected: str
    received: Callable[[SubmissionSet], str | None]
    lenient: bool = False


def _unless(kept: object, received: str) -> str | None:
    return None if kept else received or "absent"


def _slot(name: str) -> EntryRule:
    alike = name == "sourcePatientId" or name == "languageCode"
    return EntryRule(name, "obligatoire", lambda e: _unless(e.slot(name), ""), signature=alike)


def _coded(name: str) -> EntryRule:
    alike = name in ("class", "type", "format", "confidentiality")
    return EntryRule(f"{name}Code", "obligatoire", lambda e: _unless(e.code(name), ""), signature=alike)


def _time(name: str) -> EntryRule:
    return EntryRule(
        name,
        "date AAAA[MM[JJ[hh[mm[ss]]]]], en UTC",
        lambda e: _unless(all(map(is_dtm, e.slots.get(name, ()))), e.slot(name)),
    )


def _real_time(name: str) -> EntryRule:
    def received(entry: Entry) -> str | None:
        odd = [text for text in entry.slots.get(name, ()) if is_dtm(text) and not exists(text)]
        return _unless(not odd, ", ".join(odd))

    return EntryRule(name, "un moment du calendrier", received, lenient=True)


def _to_come(entry: Entry, policy: Policy) -> str | None:
    return _ahead(entry.slot("creationTime"), policy)


def _ahead(told: str, policy: Policy) -> str | None:
    return _unless(policy.now is None or not is_after(told, policy.now), f"{told}, à venir")


def _period(entry: Entry) -> str | None:
    start, stop = entry.slot("serviceStartTime"), entry.slot("serviceStopTime")
    ordered = not (is_dtm(start) and is_dtm(stop)) or dtm_floor(start)[: len(stop)] <= stop
    return _unless(ordered, f"{stop}, avant serviceStartTime {start}")


def _authenticator(entry: Entry) -> str | None:
    told = entry.slot("legalAuthenticator")
    return _unless(not told or _XCN.match(told), told)


def _authors(authors: tuple[Author, ...]) -> str | None:
    return _unless(any(person_id(person) for author in authors for person in author.persons), "aucun authorPerson")


def _class(entry: Entry) -> str | None:
    type_code, class_code = entry.code("type"), entry.code("class")
    if type_code in code_systems.document_types():
        wanted = code_systems.class_of(type_code).code
        return _unless(class_code == wanted, f"{type_code} avec la classe {class_code} au lieu de {wanted}")
    return _unless(type_code in xds.RETIRED_OR_CI_SIS_TYPES and class_code in code_systems.CLASSES, type_code)


def _facility(entry: Entry) -> str | None:
    coded = entry.codes.get("facility", ())
    kept = all(
        (c.scheme == oids.FACILITY and _FACILITY.fullmatch(c.code)) or c.code in ("EXP_PATIENT", "SNR") for c in coded
    )
    return _unless(kept, entry.code("facility"))


def _practice(entry: Entry) -> str | None:
    table = code_systems.PRACTICE_SETTINGS
    kept = all(c.code in table and table[c.code].system == c.scheme for c in entry.codes.get("practice", ()))
    return _unless(kept, entry.code("practice"))


def _confidentiality(entry: Entry) -> str | None:
    coded, table = entry.codes.get("confidentiality", ()), code_systems.CONFIDENTIALITY
    shown = ", ".join(c.code for c in coded)
    known = all(c.code in table and table[c.code].system == c.scheme for c in coded)
    return _unless(known and len(coded) <= _MAX_CONFIDENTIALITY and entry.has_code("confidentiality", "N"), shown)


def _both_hidden(entry: Entry, policy: Policy) -> str | None:
    both = entry.has_code("confidentiality", "INVISIBLE_PATIENT") and entry.has_code("confidentiality", "MASQUE_PS")
    return _unless(policy.both_hidden or not both, "INVISIBLE_PATIENT et MASQUE_PS")


def _adult(entry: Entry, policy: Policy) -> str | None:
    hidden = entry.has_code("confidentiality", _FROM_PARENTS)
    return _unless(not hidden or policy.minor is not False, f"{_FROM_PARENTS} pour un patient majeur")


def _secret(entry: Entry, policy: Policy) -> str | None:
    shown = ", ".join(coded.code for coded in entry.codes.get("confidentiality", ()))
    return _unless(not policy.secret or entry.has_code("confidentiality", _FROM_PARENTS), shown)


def _outside(attribute: str, known: value_sets.ValueSet) -> Callable[[Entry], str | None]:
    """Return the rule that every code of an attribute is in a value set, under its system."""

    def received(entry: Entry) -> str | None:
        odd = [one for one in entry.codes.get(attribute, ()) if not known.has(one.code, one.scheme)]
        return _unless(not odd, ", ".join(f"{one.code} ({one.scheme or 'sans système'})" for one in odd))

    return received


def _type_scheme(entry: Entry) -> str | None:
    odd = [
        one
        for one in entry.codes.get("type", ())
        if value_sets.J66.has(one.code) and not value_sets.J66.has(one.code, one.scheme)
    ]
    return _unless(not odd, ", ".join(f"{one.code} ({one.scheme or 'sans système'})" for one in odd))


def _specialty(entry: Entry) -> str | None:
    coded = [text.split("^") for author in entry.authors for text in author.specialties if text]
    odd = [parts[0] for parts in coded if not value_sets.J01.has(parts[0], parts[2] if len(parts) > 2 else "")]
    return _unless(not odd, ", ".join(odd))


def _patient_info(entry: Entry) -> str | None:
    fields = (text.partition("|")[0] for text in entry.slots.get("sourcePatientInfo", ()))
    odd = [name for name in fields if name not in _PATIENT_FIELDS]
    return _unless(not odd, ", ".join(odd))


def _signature(entry: Entry) -> str | None:
    right = (
        entry.code("class") == xds.SIGNATURE_CLASS
        and entry.code("type") == xds.SIGNATURE_TYPE
        and entry.code("format") == xds.SIGNATURE_FORMAT
    )
    return _unless(
        right or not entry.is_signature, f"{entry.code('class')}, {entry.code('type')}, {entry.code('format')}"
    )


def _retired(entry: Entry) -> str | None:
    return _unless(
        entry.code("type") not in xds.RETIRED_OR_CI_SIS_TYPES, f"{entry.code('type')}, qui en est retiré ou absent"
    )


def _content(submission: SubmissionSet) -> str | None:
    odd = [one.code for one in submission.content_types if one.code and not value_sets.J59.has(one.code)]
    return _unless(not odd, ", ".join(odd))


ENTRY_RULES: tuple[EntryRule, ...] = (
    EntryRule(
        "uniqueId",
        "un OID sans extension, 64 caractères au plus",
        lambda e: _unless(is_oid(e.unique_id), e.unique_id),
        True,
    ),
    EntryRule("patientId", "INS^^^&racine INS&ISO^NH", lambda e: _unless(read_ins(e.patient_id), e.patient_id), True),
    EntryRule(
        "mimeType",
        "text/xml, application/xslt+xml ou application/dicom",
        lambda e: _unless(e.mime_type in xds.MEDIA_TYPES, e.mime_type),
        True,
    ),
    EntryRule(
        "objectType",
        oids.U_STABLE_DOCUMENT,
        lambda e: _unless(e.object_type == oids.U_STABLE_DOCUMENT, e.object_type),
        True,
    ),
    EntryRule("title", "obligatoire", lambda e: _unless(e.title, ""), True),
    EntryRule("author", "au moins un authorPerson", lambda e: _authors(e.authors)),
    *map(_slot, xds.ENTRY_SLOTS_REQUIRED),
    *map(_coded, xds.ENTRY_CODES_REQUIRED),
    *map(_time, ("creationTime", "serviceStartTime", "serviceStopTime")),
    EntryRule(
        "languageCode",
        "fr-FR",
        lambda e: _unless(_LANGUAGE.fullmatch(e.slot("languageCode")), e.slot("languageCode")),
        True,
    ),
    EntryRule(
        "legalAuthenticator",
        "un XCN",
        lambda e: _unless(person_id(e.slot("legalAuthenticator")), e.slot("legalAuthenticator")),
    ),
    EntryRule(
        "sourcePatientId",
        "IPP^^^&OID&ISO^PI",
        lambda e: _unless(read_cx(e.slot("sourcePatientId")), e.slot("sourcePatientId")),
        True,
    ),
    EntryRule("classCode", "la classe que ASS_X16 et ASS_X04 donnent au typeCode", _class),
    EntryRule("healthcareFacilityTypeCode", "un code du JDV_J02", _facility),
    EntryRule("practiceSettingCode", "un code du JDV_J04", _practice),
    EntryRule("confidentialityCode", "N, et au plus trois codes du JDV_J58", _confidentiality, True),
    EntryRule("signature", "classe, type et format d'une signature de lot", _signature, True),
    EntryRule("formatCode", "un format publié du JDV_J60", _outside("format", value_sets.J60), lenient=True),
    EntryRule("typeCode", f"un type du {_TYPES}", _retired, lenient=True),
    EntryRule("typeCode", f"le système de codes du {_TYPES}", _type_scheme, lenient=True),
    EntryRule("classCode", "une classe du JDV_J57", _outside("class", value_sets.J57), lenient=True),
    EntryRule("healthcareFacilityTypeCode", "un code du JDV_J02", _outside("facility", value_sets.J02), lenient=True),
    EntryRule("authorSpecialty", "code^libellé^système, du JDV_J01", _specialty, lenient=True),
    EntryRule(
        "languageCode",
        "fr-FR",
        lambda e: _unless(e.slot("languageCode") == "fr-FR", e.slot("languageCode")),
        lenient=True,
    ),
    *map(_real_time, ("creationTime", "serviceStartTime", "serviceStopTime")),
    EntryRule("serviceStopTime", "la fin de l'acte, après serviceStartTime", _period, lenient=True),
    EntryRule("legalAuthenticator", "un XCN : identifiant^nom^prénom…", _authenticator, lenient=True),
    EntryRule("sourcePatientInfo", "PID-5, PID-7 et PID-8 seuls", _patient_info, lenient=True),
)

POLICY_RULES: tuple[PolicyRule, ...] = (
    PolicyRule("pas INVISIBLE_PATIENT avec MASQUE_PS (EX_2.1-1050)", _both_hidden),
    PolicyRule(f"{_FROM_PARENTS} pour un mineur seulement", _adult, lenient=True),
    PolicyRule(f"{_FROM_PARENTS} sous connexion secrète", _secret, lenient=True),
    PolicyRule("un moment passé, en UTC", _to_come, lenient=True, attribute="creationTime"),
)

SET_RULES: tuple[SetRule, ...] = (
    SetRule("uniqueId", "un OID", lambda s: _unless(is_oid(s.unique_id), s.unique_id)),
    SetRule("sourceId", "un OID", lambda s: _unless(is_oid(s.source_id), s.source_id)),
    SetRule("patientId", "INS^^^&racine INS&ISO^NH", lambda s: _unless(read_ins(s.patient_id), s.patient_id)),
    SetRule("submissionTime", "une date", lambda s: _unless(is_dtm(s.submission_time), s.submission_time)),
    SetRule("author", "au moins un authorPerson", lambda s: _authors(s.authors)),
    SetRule("contentTypeCode", "obligatoire", lambda s: _unless(any(c.code for c in s.content_types), "")),
    SetRule("contentTypeCode", "un code du JDV_J59", _content, lenient=True),
)


def _broken(entry: Entry, policy: Policy, *, lenient: bool) -> Iterator[tuple[str, str, str]]:
    """Yield attribute, expected and received of each rule of that kind that an entry breaks."""
    of_signature = entry.is_signature
    for rule in ENTRY_RULES:
        wanted = rule.lenient is lenient and (rule.signature or not of_signature)
        if wanted and (received := rule.received(entry)) is not None:
            yield rule.attribute, rule.expected, received
    for more in () if of_signature else POLICY_RULES:
        if more.lenient is lenient and (received := more.received(entry, policy)) is not None:
            yield more.attribute, more.expected, received


def entry_errors(entry: Entry, policy: Policy = LENIENT) -> Iterator[XdsError]:
    """Yield what is wrong with a document entry."""
    for lenient in (False, True) if policy.strict else (False,):
        for attribute, expected, received in _broken(entry, policy, lenient=lenient):
            yield _error(entry.id, attribute, expected, received)


def entry_remarks(entry: Entry, policy: Policy = LENIENT) -> Iterator[str]:
    """Yield, in French, what is tolerated in a document entry."""
    if not policy.strict:
        for attribute, expected, received in _broken(entry, policy, lenient=True):
            yield f"{attribute} {received[:200]} : attendu {expected}"


def visibility_errors(entry: Entry, policy: Policy) -> Iterator[XdsError]:
    """Yield what is wrong with the confidentialityCodes of an entry."""
    return (error for error in entry_errors(entry, policy) if error.location.endswith(f"/{_CONFIDENTIALITY}"))


def visibility_remarks(entry: Entry, policy: Policy) -> Iterator[str]:
    """Yield, in French, what is tolerated in the confidentialityCodes of an entry."""
    return (remark for remark in entry_remarks(entry, policy) if remark.startswith(_CONFIDENTIALITY))


def set_errors(submission: SubmissionSet, policy: Policy = LENIENT) -> Iterator[XdsError]:
    """Yield what is wrong with a submission set."""
    for rule in SET_RULES:
        received = None if rule.lenient and not policy.strict else rule.received(submission)
        if received is not None:
            yield _error(submission.id, rule.attribute, rule.expected, received)


def set_remarks(submission: SubmissionSet, policy: Policy = LENIENT) -> Iterator[str]:
    """Yield, in French, what is tolerated in a submission set."""
    if (ahead := _ahead(submission.submission_time, policy)) is not None:
        yield f"submissionTime {ahead} : attendu le moment de l'envoi, en UTC"
    for rule in SET_RULES:
        if rule.lenient and not policy.strict and (received := rule.received(submission)) is not None:
            yield f"{rule.attribute} {received[:200]} : attendu {rule.expected}"


def _error(owner: str, attribute: str, expected: str, received: str) -> XdsError:
    context = f"{attribute} : reçu « {received[:200]} », attendu {expected}"
    return XdsError(
        XdsCode.REGISTRY_METADATA,
        context,
        f"{owner[:100]}/{attribute}",
        received=f"{attribute} « {received[:200]} »",
        expected=f"{attribute} : {expected}",
        remedy=f"Corrigez {attribute} de {owner[:100]} : {expected}.",
    )
