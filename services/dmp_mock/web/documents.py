"""Documents of the DMP as both sites show them: cards for lists, filters, what is read, opened and kept of one.

Source: docs/sources/dmp.md#metadonnees. How it is shown: ``reading``. Who may see it is judged before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dmp_mock import registry_store
from dmp_mock.codes.rights import PATIENT_CLASS
from dmp_mock.codes.xds import Status
from dmp_mock.domain.criteria import Criteria
from dmp_mock.domain.values import Entry
from dmp_mock.web import reading
from dmp_mock.web.pages import moment_of
from health_documents.codes.systems import CLASSES, document_types
from lgo_sandbox.wire.http import RawResponse

if TYPE_CHECKING:
    from lgo_sandbox.state.port import Store

__all__ = ["Card", "Search", "card_of", "download", "found", "in_force", "kinds_of", "piece", "rendered"]

URN = "urn:uuid:"
_SHOWN = (Status.APPROVED.value, Status.ARCHIVED.value)
_ICONS = {"31": "biologie", "11": "synthese", "42": "ordonnance", "52": "vaccin", "90": "personne", "34": "imagerie"}
_ICON_OF_TYPE = (
    ("rdonnance", "ordonnance"),
    ("rescription", "ordonnance"),
    ("biolog", "biologie"),
    ("accin", "vaccin"),
)


@dataclass(frozen=True, slots=True)
class Card:
    """A document as a list shows it."""

    id: str
    title: str
    kind: str
    group: str
    icon: str
    date: str
    author: str
    place: str
    is_own: bool
    archived: bool
    masked: bool
    invisible: bool
    invisible_to_parents: bool
    size: str
    entry: Entry


def in_force(db: Store, matricule: str) -> list[Entry]:
    """Return the documents of a DMP that are in force or archived, the latest first."""
    entries = registry_store.find_entries(db, matricule, Criteria())
    kept = [entry for entry in entries if entry.status in _SHOWN]
    return sorted(kept, key=lambda entry: entry.slot("serviceStartTime") or entry.slot("creationTime"), reverse=True)


def card_of(entry: Entry) -> Card:
    """Return a document for a list."""
    kind, group = _label(entry, "type"), _label(entry, "class")
    icon = next((icon for part, icon in _ICON_OF_TYPE if part in kind), _ICONS.get(entry.code("class"), "document"))
    hidden = {one.code for one in entry.codes.get("confidentiality", ())}
    return Card(
        id=entry.lid.removeprefix(URN),
        title=entry.title,
        kind=kind,
        group=group,
        icon=icon,
        date=entry.slot("serviceStartTime") or entry.slot("creationTime"),
        author=next((_person(xcn) for author in entry.authors for xcn in author.persons), ""),
        place=next((xon.split("^")[0] for author in entry.authors for xon in author.institutions), ""),
        is_own=entry.code("class") == PATIENT_CLASS,
        archived=entry.status == Status.ARCHIVED,
        masked="MASQUE_PS" in hidden,
        invisible="INVISIBLE_PATIENT" in hidden,
        invisible_to_parents="INVISIBLE_REPRESENTANTS_LEGAUX" in hidden,
        size=entry.slot("size"),
        entry=entry,
    )


def _label(entry: Entry, attribute: str) -> str:
    code = entry.code(attribute)
    table = document_types() if attribute == "type" else CLASSES
    own = next((coded.label for coded in entry.codes.get(attribute, ()) if coded.label), "")
    return table[code].label if code in table else own or code


def _person(xcn: str) -> str:
    parts = [*xcn.split("^"), "", "", ""]
    return " ".join(part for part in (parts[2], parts[1]) if part) or parts[0]


# --- search


@dataclass(frozen=True, slots=True)
class Search:
    """What a list is narrowed to: words, a type of document, a period (ISO dates), archived ones too or not."""

    text: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    archived: bool = False

    @classmethod
    def of(cls, fields: dict[str, str]) -> Search:
        """Return the search of a query string."""
        names = ("q", "type", "du", "au")
        text, kind, since, until = (fields.get(name, "").strip()[:100] for name in names)
        return cls(text, kind, since, until, "archives" in fields)

    @property
    def narrows(self) -> bool:
        """Tell whether anything is searched for."""
        return bool(self.text or self.kind or self.since or self.until)


def found(cards: Iterable[Card], search: Search) -> list[Card]:
    """Return the cards that a search keeps."""
    return [card for card in cards if _meets(card, search)]


def _meets(card: Card, search: Search) -> bool:
    if card.archived and not search.archived:
        return False
    if search.kind and card.entry.code("type") != search.kind:
        return False
    at = moment_of(card.date)
    shown = at.date().isoformat() if at else ""
    if (search.since and shown < search.since) or (search.until and shown > search.until):
        return False
    everything = f"{card.title} {card.kind} {card.group} {card.author} {card.place}".casefold()
    return all(word in everything for word in search.text.casefold().split())


def kinds_of(cards: Iterable[Card]) -> list[tuple[str, str]]:
    """Return the types of these documents, code and label, by label."""
    return sorted({(card.entry.code("type"), card.kind) for card in cards}, key=lambda pair: pair[1])


# --- reading


def rendered(db: Store, entry: Entry, address: str) -> Any:
    """Return a document for reading, as markup that is safe to put into a page; ``address`` is that of its page."""
    return reading.rendered(registry_store.content_of(db, entry.unique_id) or b"", address)


def piece(db: Store, entry: Entry, number: str) -> RawResponse:
    """Answer a file in a document, to be shown: a PDF or a raster image, nothing else. Raises Told."""
    media_type, content = reading.file_in(registry_store.content_of(db, entry.unique_id) or b"", number)
    return reading.shown(entry.title, media_type, content)


def download(db: Store, entry: Entry) -> RawResponse:
    """Answer a document to be kept: the file that people read when it holds one, else the document itself."""
    content = registry_store.content_of(db, entry.unique_id) or b""
    return reading.kept(entry.title, *reading.readable_of(content, entry.mime_type))
