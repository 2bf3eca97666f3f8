"""Archives: what the format is, that nothing is lost, and that a stranger's file is refused within bounds."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Connection, Float, Integer, LargeBinary, MetaData, String, Table, insert, select

from lgo_sandbox.state import archive
from lgo_sandbox.state.archive import BadArchive, Part, read_archive, write_archive
from lgo_sandbox.state.opening import memory_store
from lgo_sandbox.state.port import Store
from lgo_sandbox.state.schema import Migration, Schema, bring_up_to_date

METADATA = MetaData()
things = Table(
    "svc_thing",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, default="sans nom"),
    Column("weight", Float, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("octets", LargeBinary),
)
SCHEMA = Schema("svc", (METADATA,))
ROWS = [
    {"id": 1, "name": "é\n\u2028\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "weight": 1.5,
     "open": True, "octets": bytes(range(256))},
    {"id": 2, "name": "", "weight": -0.0, "open": False, "octets": None},
]  # fmt: skip

Make = Callable[..., bytes]


@pytest.fixture
def part() -> Iterator[Part]:
    store = memory_store()
    bring_up_to_date(store, [SCHEMA])
    yield Part("data", store, (SCHEMA,))
    store.close()


def rows(store: Store) -> list[dict[str, Any]]:
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(select(things).order_by(things.c.id)).mappings()]


def put(store: Store, values: list[dict[str, Any]]) -> None:
    with store.begin() as connection:
        connection.execute(insert(things), values)


def made(lines: str, schemas: Mapping[str, Any] | None = None, **manifest: Any) -> bytes:
    """Return an archive with these lines as its one table."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as written:
        about = {"format": 1, "schemas": {"svc": 0} if schemas is None else schemas, **manifest}
        written.writestr("manifest.json", json.dumps(about))
        written.writestr("data/svc_thing.jsonl", lines)
    return buffer.getvalue()


def line(**values: Any) -> str:
    return json.dumps({"id": 1, "name": "a", "weight": 1.0, "open": True, "octets": None, **values}) + "\n"


def test_everything_comes_back(part: Part) -> None:
    put(part.store, ROWS)
    octets = write_archive({"session": "essai"}, [part])
    put(part.store, [{**ROWS[0], "id": 3}])
    read_archive(octets, [part])
    assert rows(part.store) == ROWS


def test_an_archive_is_a_manifest_and_lines_of_json(part: Part) -> None:
    put(part.store, ROWS)
    with zipfile.ZipFile(io.BytesIO(write_archive({"session": "essai"}, [part]))) as written:
        manifest = json.loads(written.read("manifest.json"))
        lines = [json.loads(text) for text in written.read("data/svc_thing.jsonl").decode().split("\n") if text]
    assert manifest == {
        "format": 1,
        "session": "essai",
        "schemas": {"svc": 0},
        "tables": {"data/svc_thing.jsonl": {"rows": 2, "blobs": ["octets"]}},
    }
    assert lines[1] == {"id": 2, "name": "", "weight": 0.0, "open": False, "octets": None}
    assert lines[0]["octets"].startswith("AAECAwQF")


def test_many_rows_come_back(part: Part) -> None:
    put(part.store, [{**ROWS[0], "id": number} for number in range(1, 1_234)])
    octets = write_archive({}, [part])
    read_archive(octets, [part])
    assert len(rows(part.store)) == 1_233


def test_what_an_older_release_did_not_know_takes_its_default(part: Part) -> None:
    read_archive(made('{"id": 1, "weight": 2, "open": false}\n'), [part])
    assert rows(part.store) == [{"id": 1, "name": "sans nom", "weight": 2.0, "open": False, "octets": None}]


def test_rows_of_an_older_release_are_migrated(part: Part) -> None:
    def heavier(_table: str, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return None if row["id"] == 2 else {**row, "weight": row["weight"] * 1000.0}

    later = Schema("svc", (METADATA,), (Migration(1, "en grammes", lambda _connection: None, heavier),))
    read_archive(made(line(weight=1.5) + line(id=2)), [Part("data", part.store, (later,))])
    assert [(row["id"], row["weight"]) for row in rows(part.store)] == [(1, 1500.0)]


def test_tables_of_a_service_that_the_archive_does_not_know_keep_what_they_have(part: Part) -> None:
    put(part.store, ROWS)
    read_archive(made("", {}), [part])
    assert rows(part.store) == ROWS


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "n'est pas une archive zip"),
        (b"PK\x03\x04", "n'est pas une archive zip"),
        (made("", format=2), "au format 2 ; le format connu est 1"),
        (made("", {"svc": 1}), "plus récente du bac à sable (svc)"),
        (made("", "svc"), "n'est pas la sauvegarde"),  # type: ignore[arg-type]
        (made("x"), "n'est pas la sauvegarde"),
        (made("[1]\n"), "n'est pas la sauvegarde"),
        (made("[" * 100_000), "n'est pas la sauvegarde"),
        (made(line(inconnue=1)), "colonnes inconnues de cette version : inconnue"),
        (made(line(id="1")), "svc_thing.id : une valeur de type int"),
        (made(line(id=True)), "svc_thing.id : une valeur de type int"),
        (made(line(open=1)), "svc_thing.open : une valeur de type bool"),
        (made(line(name=None)), "svc_thing.name : une valeur de type str"),
        (made(line(octets="%%")), "n'est pas la sauvegarde"),
        (made(line(octets=7)), "n'est pas la sauvegarde"),
        (made(line() + line()), "n'est pas la sauvegarde"),
        (made(line(id=2**70)), "n'est pas la sauvegarde"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_is_no_archive_of_ours_is_refused(part: Part, octets: bytes, said: str) -> None:
    with pytest.raises(BadArchive) as refused:
        read_archive(octets, [part])
    assert said in str(refused.value)


def test_archives_of_database_files_are_refused_with_what_to_do(part: Part) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        for name in ("session.json", "core.sqlite", "data.sqlite"):
            written.writestr(name, "{}")
    with pytest.raises(BadArchive, match=r"ne peut plus être chargée\. Refaites la session"):
        read_archive(buffer.getvalue(), [part])


def test_an_archive_is_bounded(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_LINE", 1_000)
    with pytest.raises(BadArchive, match="trop volumineuse"):
        read_archive(made(line(name="x" * 2_000)), [part])
    monkeypatch.setattr(archive, "MAX_OCTETS", 5_000)
    with pytest.raises(BadArchive, match="trop volumineuse"):
        read_archive(made(line() * 100), [part])


def plant(connection: Connection) -> None:
    if connection.execute(select(things.c.id).where(things.c.id == 7)).first() is None:
        connection.execute(insert(things).values(id=7, name="semé", weight=0.0, open=True))


def test_a_seed_that_a_later_release_added_comes_with_an_older_archive_and_never_twice(part: Part) -> None:
    later = Part("data", part.store, (Schema("svc", (METADATA,), (Migration(1, "semis", seeds=plant),)),))
    read_archive(made(line()), [later])
    assert [row["name"] for row in rows(part.store)] == ["a", "semé"]
    read_archive(made(line(id=7, name="le mien")), [later])
    assert [row["name"] for row in rows(part.store)] == ["le mien"]
    read_archive(made(line(), {"svc": 1}), [later])
    assert [row["name"] for row in rows(part.store)] == ["a"]
