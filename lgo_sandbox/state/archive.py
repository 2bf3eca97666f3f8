"""A session as one file that no engine owns: a zip of a manifest and of one file of JSON lines for each table.

Source: docs/archives.md, which is the description of the format. Loading is bounded: nobody knows where a file comes
from. Must not know any table.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from sqlalchemy import LargeBinary, Table, insert, select
from sqlalchemy.exc import SQLAlchemyError

from lgo_sandbox.state.port import Store
from lgo_sandbox.state.schema import Row, Schema, default_of, kind_of

__all__ = ["FORMAT", "BadArchive", "Part", "read_archive", "write_archive"]

FORMAT = 1
MANIFEST = "manifest.json"
MAX_OCTETS = 512 * 1024 * 1024
"""What an archive may hold in all, unpacked."""
MAX_LINE = 96 * 1024 * 1024
"""What one row may take: the largest document, in base64."""
MAX_FILES = 500
BATCH_ROWS, BATCH_OCTETS = 500, 4 * 1024 * 1024


class BadArchive(ValueError):
    """The octets are no archive of a session that this release can load; the message is French."""


@dataclass(frozen=True, slots=True)
class Part:
    """One store of a session and whose tables it has."""

    name: str
    store: Store
    schemas: Sequence[Schema]

    def file(self, table: Table) -> str:
        """Return where a table is in an archive."""
        return f"{self.name}/{table.name}.jsonl"


def write_archive(about: Mapping[str, Any], parts: Sequence[Part]) -> bytes:
    """Return a session as an archive; ``about`` goes into the manifest."""
    buffer = io.BytesIO()
    tables: dict[str, Any] = {}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            for table in (table for schema in part.schemas for table in schema.tables):
                with archive.open(part.file(table), "w", force_zip64=True) as lines:
                    tables[part.file(table)] = {"rows": _write(part.store, table, lines), "blobs": _blobs(table)}
        schemas = {schema.owner: schema.version for part in parts for schema in part.schemas}
        manifest = {"format": FORMAT, **about, "schemas": schemas, "tables": tables}
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return buffer.getvalue()


def read_archive(octets: bytes, parts: Sequence[Part]) -> None:
    """Put the rows of an archive in the place of those of its tables. Raises BadArchive; the stores are then spoilt."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            manifest = _manifest(archive)
            for part in parts:
                _load(archive, manifest, part)
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError, SQLAlchemyError) as error:
        if isinstance(error, BadArchive):
            raise
        raise BadArchive("ce fichier n'est pas la sauvegarde d'une session") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadArchive("ce fichier n'est pas une archive zip") from error


def _write(store: Store, table: Table, lines: IO[bytes]) -> int:
    count = 0
    blobs = _blobs(table)
    with store.reading() as connection:
        for row in connection.execution_options(yield_per=100).execute(select(table)).mappings():
            values = {key: _text(value) if key in blobs else value for key, value in row.items()}
            lines.write(json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
            count += 1
    return count


def _blobs(table: Table) -> list[str]:
    return [column.name for column in table.columns if isinstance(column.type, LargeBinary)]


def _text(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode("ascii")


def _manifest(archive: zipfile.ZipFile) -> Mapping[str, Any]:
    files = archive.infolist()
    names = {file.filename for file in files}
    if "core.sqlite" in names:
        raise BadArchive(
            "cette archive vient d'une version antérieure du bac à sable, qui y mettait les fichiers de sa base : "
            "elle ne peut plus être chargée. Refaites la session avec cette version-ci"
        )
    if len(files) > MAX_FILES or sum(file.file_size for file in files) > MAX_OCTETS:
        raise BadArchive("sauvegarde trop volumineuse")
    if MANIFEST not in names:
        raise BadArchive("ce fichier n'est pas la sauvegarde d'une session")
    manifest = json.loads(archive.read(MANIFEST))
    if manifest["format"] != FORMAT:
        raise BadArchive(f"cette archive est au format {manifest['format']!r:.20} ; le format connu est {FORMAT}")
    if not isinstance(manifest["schemas"], dict):
        raise TypeError("schemas")
    return dict(manifest)


def _load(archive: zipfile.ZipFile, manifest: Mapping[str, Any], part: Part) -> None:
    known = {schema.owner: schema for schema in part.schemas}
    written = {owner: int(version) for owner, version in manifest["schemas"].items() if owner in known}
    if newer := [owner for owner, version in written.items() if version > known[owner].version]:
        raise BadArchive(f"cette archive vient d'une version plus récente du bac à sable ({', '.join(newer)})")
    tables = [(table, known[owner], version) for owner, version in written.items() for table in known[owner].tables]
    with part.store.begin() as connection:
        for table, _, _ in reversed(tables):
            connection.execute(table.delete())
        for table, schema, version in tables:
            if part.file(table) in archive.namelist():  # a table that came after this archive has no rows in it
                with archive.open(part.file(table)) as lines:
                    for batch in _batches(_rows(lines, table, schema, version)):
                        connection.execute(insert(table), batch)
        for owner, version in written.items():
            for migration in known[owner].after(version):
                migration.seeds(connection)


def _rows(lines: IO[bytes], table: Table, schema: Schema, version: int) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield the rows of a table, as this release has them, each with its weight in octets."""
    later = schema.after(version)
    while line := lines.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise BadArchive("sauvegarde trop volumineuse")
        row: Row | None = _object(line)
        for migration in later:
            row = row if row is None else migration.row(table.name, row)
        if row is not None:
            yield _values(table, row), len(line)


def _object(line: bytes) -> Row:
    value = json.loads(line)
    if not isinstance(value, dict):
        raise TypeError("row")
    return value


def _values(table: Table, row: Row) -> dict[str, Any]:
    unknown = set(row) - set(table.columns.keys())
    if unknown:
        names = ", ".join(sorted(unknown))[:200]
        raise BadArchive(f"cette archive a des colonnes inconnues de cette version : {names}")
    return {column.name: _value(column, row) for column in table.columns}


def _value(column: Any, row: Row) -> Any:
    if column.name not in row:
        return None if column.nullable else default_of(column)
    value = row[column.name]
    if value is None and column.nullable:
        return None
    kind = kind_of(column)
    if kind is bytes:
        return base64.b64decode(value, validate=True)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise BadArchive(f"{column.table.name}.{column.name} : une valeur de type {kind.__name__} est attendue")
    return value


def _batches(rows: Iterator[tuple[dict[str, Any], int]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    weight = 0
    for row, octets in rows:
        batch.append(row)
        weight += octets
        if len(batch) >= BATCH_ROWS or weight >= BATCH_OCTETS:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch
