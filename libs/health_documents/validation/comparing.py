"""Whether metadata, documents, names of files and printed pages speak of the same patient, author and document.

Source: docs/sources/mssante.md (Un seul patient, le même partout), docs/sources/documents.md (archives XDM); confidence
high. Compared is what is said twice: what one of both leaves out says nothing. Names are compared without case, accents
and punctuation, a used name is as good as a birth name, and any first name of the birth certificate as the first. Pure
functions of values; knows no mail.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from health_documents.cda.read.values import ReadDocument
from health_documents.identifiers import matricule_is_valid
from health_documents.values.document import PatientIdentity
from health_documents.values.xds import DocumentEntry

__all__ = [
    "Difference",
    "Person",
    "Said",
    "differences",
    "matricules_in",
    "names_in",
    "person_of",
    "person_of_metadata",
    "plain",
    "unlike_print",
    "unlike_traits",
]

_CX = re.compile(r"([^^]*)\^\^\^[^&^]*&([0-9.]+)&ISO")
_BORN = re.compile(
    r"(?:\bne(?:e|\(e\))? le|\bdate de naissance|\bnaissance)\s*:?\s*(\d{2})\s?[/.]\s?(\d{2})\s?[/.]\s?(\d{4})"
)
_INS = re.compile(r"(?<![0-9a-z])[1-478](?:[ .]?[0-9ab]){14}(?![0-9a-z])")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_LONG_NAME = 5
"""Letters from which a name is looked for without its spaces: « LE GOFF » is written « LEGOFF » too."""
_MAX_TEXT = 100_000
_DAY = timedelta(days=1)
_DAY_DIGITS = 8


class Said(StrEnum):
    """What metadata and a document may say differently."""

    PATIENT = "patient"
    TRAITS = "traits"
    AUTHOR = "author"
    TYPE = "type"
    ID = "id"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Difference:
    """What METADATA.XML says, and what the document says, in words of people."""

    kind: Said
    metadata: str
    document: str


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as one place says it: names plain, in all their forms; what is not said is empty."""

    matricule: str
    names: tuple[str, ...]
    first_names: tuple[str, ...]
    birth_date: str

    @property
    def shown(self) -> str:
        """The person for people."""
        name = " ".join(one.upper() for one in (self.names[:1] + self.first_names[:1]) if one)
        return ", ".join(one for one in (name, _french(self.birth_date), self.matricule) if one)


# Texts


def plain(text: str) -> str:
    """Return words without accents, case and punctuation, one space between them."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    bare = "".join(one for one in decomposed if not unicodedata.combining(one)).casefold()
    return " ".join(re.sub(r"[^0-9a-z]+", " ", bare).split())


def names_in(text: str, names: tuple[str, ...]) -> bool:
    """Tell whether a text, made plain, holds one of some plain names, whole words; True when there is no name."""
    squeezed = text.replace(" ", "")
    return not names or any(f" {one} " in f" {text} " or _runs_in(squeezed, one) for one in names)


def _runs_in(squeezed: str, name: str) -> bool:
    joined = name.replace(" ", "")
    return len(joined) >= _LONG_NAME and joined in squeezed


def matricules_in(text: str) -> tuple[str, ...]:
    """Return what is written like a matricule INS, with a right key, once each; spaces between its digits are left."""
    found = (re.sub(r"[ .]", "", one).upper() for one in _INS.findall(text.casefold()))
    return tuple(dict.fromkeys(one for one in found if matricule_is_valid(one)))


def _french(day: str) -> str:
    return "/".join(reversed(day.split("-")))


# People


def person_of(patient: PatientIdentity) -> Person:
    """Return a patient as a document says it."""
    first = " ".join(patient.first_names)
    return Person(
        matricule=patient.matricule.upper(),
        names=_forms(patient.birth_name, patient.used_name),
        first_names=_forms(patient.first_name, patient.used_first_name, first, *patient.first_names, *first.split()),
        birth_date=patient.birth_date,
    )


def person_of_metadata(entry: DocumentEntry) -> Person:
    """Return the patient of the metadata of a document: patientId, sourcePatientInfo."""
    names = [line.partition("|")[2].split("^") for line in entry.source_patient_info if line.startswith("PID-5|")]
    born = next((line.partition("|")[2] for line in entry.source_patient_info if line.startswith("PID-7|")), "")[:8]
    firsts = [one[1] for one in names if len(one) > 1]
    return Person(
        matricule=_cx(entry.patient_id)[0].upper(),
        names=_forms(*(one[0] for one in names)),
        first_names=_forms(*firsts, *(word for one in firsts for word in one.split())),
        birth_date=f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == _DAY_DIGITS else "",
    )


def _forms(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in map(plain, texts) if one))


def unlike_traits(one: Person, other: Person) -> bool:
    """Tell whether two places name different people: birth dates, names or first names that have nothing in common."""
    dates = one.birth_date and other.birth_date and one.birth_date != other.birth_date
    return bool(dates) or _apart(one.names, other.names) or _apart(one.first_names, other.first_names)


def _apart(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    joined = ({name.replace(" ", "") for name in names} for names in (one, other))
    return bool(one) and bool(other) and next(joined).isdisjoint(next(joined))


def unlike_print(text: str, people: tuple[Person, ...]) -> str:
    """Return what a printed text says of another patient than all of these, "" when nothing contradicts one of them.

    ``text`` has neither accents nor case (``pdf_rules.comparable_text``). Another matricule, a date after « né le »
    that is not theirs, or no name of theirs where a patient is spoken of contradict.
    """
    page = _page(text[:_MAX_TEXT].translate(_LIGATURES))
    told = [_against(page, one) for one in people]
    return told[0] if told and all(told) else ""


@dataclass(frozen=True, slots=True)
class _Page:
    """A printed text: without spaces, its matricules, the dates after « né le », whether it speaks of a patient."""

    squeezed: str
    matricules: tuple[str, ...]
    born: tuple[str, ...]
    of_patient: bool


def _page(text: str) -> _Page:
    born = tuple(dict.fromkeys("-".join(reversed(one)) for one in _BORN.findall(text)))
    return _Page(re.sub(r"[^0-9a-z]", "", text), matricules_in(text), born, bool(born) or "patient" in text)


def _against(page: _Page, person: Person) -> str:
    if person.matricule and page.matricules and person.matricule.lower() not in page.squeezed:
        return f"matricule {page.matricules[0]}"
    digits = "".join(reversed(person.birth_date.split("-")))
    if person.birth_date and page.born and person.birth_date not in page.born and digits not in page.squeezed:
        return f"né(e) le {_french(page.born[0])}"
    known = [one.replace(" ", "") for one in person.names]
    if known and page.of_patient and not any(one in page.squeezed for one in known):
        return f"aucun « {person.names[0].upper()} » dans le texte"
    return ""


# Metadata and document


def differences(entry: DocumentEntry, document: ReadDocument) -> Iterator[Difference]:
    """Yield what the metadata of a document do not say like the document."""
    yield from _patient(entry, document.patient)
    if entry.type_code.code != document.code.code:
        yield Difference(Said.TYPE, entry.type_code.code or "typeCode absent", document.code.code)
    if "-" not in document.id.root and entry.unique_id.partition("^")[0] != document.id.root:
        yield Difference(Said.ID, entry.unique_id or "uniqueId absent", str(document.id))
    yield from _author(entry, document)
    yield from _date(entry, document)


def _patient(entry: DocumentEntry, patient: PatientIdentity) -> Iterator[Difference]:
    matricule, root = _cx(entry.patient_id)
    said, told = person_of_metadata(entry), person_of(patient)
    if patient.is_qualified and matricule.upper() != patient.matricule.upper():
        yield Difference(Said.PATIENT, _person(entry.patient_id or "patientId absent", said), told.shown)
    elif patient.is_qualified and root != patient.oid:
        yield Difference(Said.PATIENT, entry.patient_id, f"{patient.matricule}^^^&{patient.oid}&ISO^NH")
    elif unlike_traits(said, told):
        yield Difference(Said.TRAITS, said.shown, told.shown)


def _person(identity: str, person: Person) -> str:
    return f"{identity} ({person.shown})" if person.names else identity


def _cx(value: str) -> tuple[str, str]:
    match = _CX.match(value)
    return (match[1], match[2]) if match else (value.partition("^")[0], "")


def _author(entry: DocumentEntry, document: ReadDocument) -> Iterator[Difference]:
    said = [one.person.split("^") for one in entry.authors if one.person]
    ids = {one[0]: plain(one[1]) if len(one) > 1 else "" for one in said if one[0]}
    told = {one.national_id: plain(one.family_name or one.device) for one in document.authors if one.national_id}
    if not ids or not told:
        return
    if not any(one in told and _same_name(ids[one], told[one]) for one in ids):
        yield Difference(Said.AUTHOR, _shown(ids), _shown(told))


def _same_name(one: str, other: str) -> bool:
    """Tell whether two names of one person share a word, or one of both is not said."""
    return not one or not other or not set(one.split()).isdisjoint(other.split())


def _shown(people: dict[str, str]) -> str:
    return ", ".join(f"{name.upper()} ({identity})".strip() for identity, name in people.items())


def _date(entry: DocumentEntry, document: ReadDocument) -> Iterator[Difference]:
    """Metadata are in UTC, documents in local time, and not every software converts: a day apart is the same."""
    said, told = _day(entry.creation_time), document.moment.astimezone(UTC).date() if document.moment else None
    if said and told and abs(said - told) > _DAY:
        yield Difference(Said.DATE, f"creationTime {entry.creation_time}", f"effectiveTime {document.effective_time}")


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text[:_DAY_DIGITS], "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
