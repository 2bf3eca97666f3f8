"""The document types that the library knows, as data: name, level, template, versions, code, who reads and writes.

Source: ``data/document-models.csv``, docs/sources/documents.md (modele-…); confidence high (medium for the code of the
ordonnance de sortie, which has none of its own). Knows no format.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from health_documents import oids
from health_documents.codes.systems import class_of, document_types, format_of_media, format_of_model
from health_documents.errors import InvalidContent
from health_documents.quoting import quoted
from health_documents.values.document import Code, Identifier

__all__ = ["DocumentModel", "document_models", "markdown_table", "model_named", "model_of"]

_HEADINGS = ("Document", "Nom", "Niveau", "Modèle", "Versions", "Code", "Classe", "Format", "Lu", "Écrit", "Source")


@dataclass(frozen=True, slots=True)
class DocumentModel:
    """A document type: ``key`` is its name for programs, ``title`` for people, ``versions`` those of its template.

    ``reader`` and ``writer`` name the functions of the library, empty when there is none; ``sample`` is the official
    sample that tests read.
    """

    key: str
    title: str
    level: int
    template: str
    versions: tuple[str, ...]
    code: Code
    reader: str
    writer: str
    sample: str
    source: str

    @property
    def class_code(self) -> Code:
        """The class of the document (classCode)."""
        return class_of(self.code.code)

    @property
    def format_code(self) -> Code | None:
        """The format of the document (formatCode), None when the tables do not give it."""
        return format_of_media("application/pdf") if self.level == 1 else format_of_model(self.template)


@cache
def document_models() -> MappingProxyType[str, DocumentModel]:
    """Return all document types by key."""
    text = files("health_documents").joinpath("data/document-models.csv").read_text(encoding="utf-8")
    return MappingProxyType({row["key"]: _model(row) for row in csv.DictReader(text.splitlines())})


def model_named(key: str) -> DocumentModel:
    """Return a document type by key; InvalidContent when there is none of this name."""
    if key not in document_models():
        raise InvalidContent(f"type de document inconnu : {quoted(key, 60)}")
    return document_models()[key]


def model_of(templates: Iterable[Identifier], code: str) -> DocumentModel | None:
    """Return the type of a document from its templates and its code, None when it is not known."""
    roots = {template.root for template in templates}
    matching = [one for one in document_models().values() if one.template in roots]
    exact = [one for one in matching if one.code.code == code]
    structured = [one for one in matching if one.template != oids.T_XDS_SD]
    return next(iter(exact or structured), None)


def markdown_table() -> str:
    """Return the table of document types for the documentation."""
    rows = [_HEADINGS, ("---",) * len(_HEADINGS), *(_row(one) for one in document_models().values())]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _model(row: dict[str, str]) -> DocumentModel:
    return DocumentModel(
        key=row["key"],
        title=row["title"],
        level=int(row["level"]),
        template=row["template"],
        versions=tuple(row["versions"].split()),
        code=document_types()[row["code"]],
        reader=row["reader"],
        writer=row["writer"],
        sample=row["sample"],
        source=row["source"],
    )


def _row(one: DocumentModel) -> tuple[str, ...]:
    form = one.format_code.code if one.format_code else "—"
    return (
        one.title,
        f"`{one.key}`",
        f"N{one.level}",
        f"`{one.template}`",
        ", ".join(one.versions) or "—",
        f"`{one.code.code}`",
        one.class_code.code,
        f"`{form}`",
        f"`{one.reader}`" if one.reader else "—",
        f"`{one.writer}`" if one.writer else "—",
        f"[{one.source.partition('#')[2]}]({one.source.removeprefix('docs/')})",
    )
