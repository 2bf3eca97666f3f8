"""The store: UIDs never come back, copies share octets, changes are seen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lgo_sandbox.state.opening import memory_store, open_store
from lgo_sandbox.state.schema import Schema, bring_up_to_date
from mss_mock.imap.deriving import derive
from mss_mock.seeds import MIGRATIONS
from mss_mock.store import Base, FolderError, New, Store, waiting

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
BOX = "a@b.fr"


@pytest.fixture
def store():
    db = memory_store()
    with db.begin() as connection:
        Base.metadata.create_all(connection)
    yield Store(db, lambda: NOW, derive)
    db.close()


def put(store, count=1, folder="INBOX", box=BOX):
    return [store.add([New(box, b"m%d" % n, NOW, folder)])[0][1] for n in range(count)]


def fill(store, count):
    """Copy what the inbox holds, in order, until it holds so many."""
    inbox = store.folder(BOX, "INBOX").id
    while missing := count - len(uids(store)):
        store.transfer(inbox, uids(store)[:missing], BOX, "INBOX", move=False)


def uids(store, folder="INBOX"):
    return [row.uid for row in store.messages(store.folder(BOX, folder).id)]


def contents(store):
    return store._db.rows("SELECT count(*) FROM mss_content")[0][0]


def test_uids_only_grow_even_after_the_last_is_removed(store):
    assert put(store, 3) == [1, 2, 3]
    store.expunge(store.folder(BOX, "INBOX").id, [2, 3])
    assert put(store) == [4]
    assert uids(store) == [1, 4]


def test_folders_of_a_mailbox_are_made_at_first_use_and_belong_to_it_alone(store):
    put(store, box="x@y.fr")
    assert store.messages(store.folder(BOX, "inbox").id) == []
    assert {row.name for row in store.folders(BOX)} == {"INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash"}


def test_all_copies_of_a_mail_are_stored_or_none(store):
    with pytest.raises(FolderError):
        store.add([New(BOX, b"x", NOW), New(BOX, b"x", NOW, "Nulle-part")])
    assert uids(store) == []


def test_a_copy_shares_the_octets_and_the_last_holder_frees_them(store):
    put(store, 2)
    inbox = store.folder(BOX, "INBOX").id
    copied = store.transfer(inbox, [1, 2, 99], BOX, "Archive", move=False)
    assert (copied.sources, copied.targets) == ((1, 2), (1, 2))
    assert contents(store) == 2
    store.expunge(inbox, [1, 2])
    assert contents(store) == 2
    store.remove(BOX, "Archive")
    assert contents(store) == 0


def test_moving_leaves_nothing_behind_and_many_messages_go_in_one_step(store):
    put(store, 3)
    inbox = store.folder(BOX, "INBOX").id
    fill(store, 1203)
    copied = store.transfer(inbox, uids(store), BOX, "Trash", move=True)
    assert len(copied.targets) == 1203
    assert uids(store) == []
    assert uids(store, "Trash") == list(range(1, 1204))


def test_every_change_raises_the_change_number_of_the_folder(store):
    put(store)
    inbox = store.folder(BOX, "INBOX").id
    seen = [store.state(inbox).modseq]
    for act in (
        lambda: put(store),
        lambda: store.change_flags(inbox, [1], lambda flags: flags | {"\\Seen"}),
        lambda: store.transfer(inbox, [1], BOX, "Trash", move=True),
        lambda: store.expunge(inbox, [2]),
    ):
        act()
        seen.append(store.state(inbox).modseq)
    assert seen == sorted(set(seen))
    assert store.state(12345) is None


def test_recent_is_told_once(store):
    put(store, 2)
    inbox = store.folder(BOX, "INBOX").id
    assert [store.claim_recent(inbox) for _ in range(2)] == [1, 3]
    assert store.recent(store.folder(BOX, "INBOX")) == 0


def test_uidvalidity_grows_with_every_folder_made_or_renamed(store):
    store.create(BOX, "a/b")
    before = {row.name: row.uidvalidity for row in store.folders(BOX)}
    assert len(set(before.values())) == len(before)
    store.rename(BOX, "a", "c")
    after = {row.name: row.uidvalidity for row in store.folders(BOX)}
    assert min(after["c"], after["c/b"]) > max(before.values())


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda s: s.create(BOX, "Sent"), "ALREADYEXISTS"),
        (lambda s: s.remove(BOX, "inbox"), "CANNOT"),
        (lambda s: s.remove(BOX, "x"), "NONEXISTENT"),
        (lambda s: s.rename(BOX, "x", "y"), "NONEXISTENT"),
        (lambda s: s.rename(BOX, "Sent", "Trash"), "ALREADYEXISTS"),
        (lambda s: s.rename(BOX, "Sent", "Sent/x"), "CANNOT"),
        (lambda s: [s.create(BOX, "/".join([f"f{n}"] * 50)) for n in range(6)], "LIMIT"),
        (lambda s: s.transfer(s.folder(BOX, "INBOX").id, [1], BOX, "x", move=False), "TRYCREATE"),
    ],
)
def test_folder_errors_have_their_response_code(store, act, code):
    with pytest.raises(FolderError) as refused:
        act(store)
    assert refused.value.code == code


def test_another_process_on_the_same_file_sees_and_numbers_on(tmp_path):
    first, second = open_store(tmp_path / "d"), open_store(tmp_path / "d")
    with first.begin() as connection:
        Base.metadata.create_all(connection)
    stores = [Store(db, lambda: NOW, derive) for db in (first, second)]
    assert [put(stores[n % 2])[0] for n in range(4)] == [1, 2, 3, 4]
    assert uids(stores[0]) == uids(stores[1])
    first.close()
    second.close()


def test_flags_of_many_messages_change_in_one_step_each_from_its_own(store):
    store.add([New(BOX, b"x", NOW, flags=frozenset({"$Pair"} if n % 2 else ())) for n in range(2)])
    fill(store, 1200)
    inbox = store.folder(BOX, "INBOX").id
    changed = store.change_flags(inbox, uids(store), lambda flags: flags | {"\\Seen"})
    assert changed == {row.uid: (row.flags, row.modseq) for row in store.messages(inbox)}
    assert (changed[1][0], changed[2][0]) == ({"\\Seen"}, {"$Pair", "\\Seen"})
    again = store.change_flags(inbox, [2, 9999], lambda flags: flags - {"$Pair"})
    assert {uid: flags for uid, (flags, _) in again.items()} == {2: {"\\Seen"}}


def test_folders_keep_what_their_messages_add_up_to(store):
    put(store, 3)
    inbox = store.folder(BOX, "INBOX").id
    store.transfer(inbox, [1, 2], BOX, "Archive", move=False)
    store.transfer(inbox, [3], BOX, "Trash", move=True)
    store.change_flags(inbox, [1, 2], lambda flags: flags | {"\\Seen"})
    store.change_flags(inbox, [2], lambda flags: flags - {"\\Seen"})
    store.transfer(inbox, [1], BOX, "Junk", move=True)
    store.remove(BOX, "Trash")
    store.add([New(BOX, b"m4", NOW, flags=frozenset({"\\Seen"}))])
    rows = {row.name: (row.messages, row.unseen, row.octets) for row in store.folders(BOX)}
    assert (rows["INBOX"], rows["Archive"], rows["Junk"]) == ((2, 1, 4), (2, 2, 4), (1, 0, 2))
    assert store.weight(BOX) == 10


SCHEMA = Schema("mss", (Base.metadata,), MIGRATIONS)


def test_mail_of_the_first_release_is_read_and_goes_on():
    text = (Path(__file__).parents[1] / "state" / "first_release" / "data.sql").read_text(encoding="utf-8")
    statements = [one.lstrip() for one in text.split(";\n")]
    db, box = memory_store(), "pharmacie@lgo.mssante.fr"
    db.write((one, ()) for one in statements if "mss_" in one.partition("(")[0] or one.startswith('INSERT INTO "mss_'))
    assert bring_up_to_date(db, [SCHEMA]) == frozenset()
    store = Store(db, lambda: NOW, derive)
    inbox = store.folder(box, "INBOX")
    assert (inbox.messages, inbox.unseen, inbox.octets, store.recent(inbox)) == (1, 1, 19, 0)
    ((_, shown),), (found,) = store.shown(inbox.id, [1]), store.found(inbox.id, [1])
    assert (b'"x"' in shown.envelope, found.head.startswith("\nsubject:x\n")) == (True, True)
    assert put(store, box=box) == [2]
    db.close()


def test_an_archive_of_the_first_release_is_loaded():
    (migration,) = MIGRATIONS
    assert migration.row("mss_message", {"uid": 1, "recent": True}) == {"uid": 1}
    assert migration.row("mss_folder", {"uidnext": 1}) == {"uidnext": 1}


MAIL = b"From: A <a@b.fr>\r\nSubject: =?utf-8?q?=C3=89t=C3=A9?=\r\n\r\ncorps\r\n"


def derived_of(store):
    """Return all that was derived of the only message of the inbox."""
    inbox = store.folder(BOX, "INBOX").id
    ((_, shown),), (found,) = store.shown(inbox, [1]), store.found(inbox, [1])
    return shown, found.sent, found.head, store.texts(found.content_id)


def test_what_an_older_release_wrote_gets_what_commands_need_when_it_is_asked_for(store):
    store.add([New(BOX, MAIL, NOW)])
    right = derived_of(store)
    with store.db.begin() as connection:
        for table in ("mss_shown", "mss_searched", "mss_text"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        connection.exec_driver_sql("UPDATE mss_folder SET messages = 0, unseen = 9, octets = 0, recent_from = 0")
    assert store.weight(BOX) == len(MAIL)
    inbox = store.folder(BOX, "INBOX")
    assert (inbox.messages, inbox.unseen, store.recent(inbox)) == (1, 1, 0)
    assert derived_of(store) == right


def test_what_was_derived_goes_with_the_octets(store):
    store.add([New(BOX, MAIL, NOW)])
    inbox = store.folder(BOX, "INBOX").id
    store.transfer(inbox, [1], BOX, "Archive", move=True)
    store.remove(BOX, "Archive")
    tables = ("mss_content", "mss_shown", "mss_searched", "mss_text")
    assert [store.db.rows(f"SELECT count(*) FROM {table}") for table in tables] == [[(0,)]] * 4


def test_a_sparse_set_and_a_dense_one_are_read_alike(store):
    put(store, 40)
    inbox = store.folder(BOX, "INBOX").id
    for wanted in ([1, 2, 4], [1, 39], [40], []):
        assert [row.uid for row in store.messages(inbox, wanted)] == wanted


def test_what_is_kept_of_a_large_folder_is_what_stands_there(store, monkeypatch):
    monkeypatch.setattr("mss_mock.store.hot.LARGE", 2)

    def check():
        inbox = store.folder(BOX, "INBOX")
        _, flags = store.snapshot(inbox)
        assert list(flags.items()) == [(row.uid, row.flags) for row in store.messages(inbox.id)]
        flags.clear()  # nobody else sees what one does with his

    for act in (
        lambda: put(store, 5),
        lambda: store.change_flags(store.folder(BOX, "INBOX").id, [2], lambda flags: flags | {"\\Seen"}),
        lambda: put(store),
        lambda: store.expunge(store.folder(BOX, "INBOX").id, [3]),
        lambda: store.rename(BOX, "INBOX", "ailleurs"),
    ):
        act()
        check()
        check()


async def test_who_waits_is_told_by_this_process_and_by_a_look_at_others(tmp_path):
    first, second = open_store(tmp_path / "d"), open_store(tmp_path / "d")
    with first.begin() as connection:
        Base.metadata.create_all(connection)
    mine, other = (Store(db, lambda: NOW, derive) for db in (first, second))
    inbox = mine.folder(BOX, "INBOX").id
    with waiting(first, inbox, 3600) as event:
        put(mine, folder="Sent")
        assert not event.is_set()
        put(mine)
        assert event.is_set()
    with waiting(first, inbox, 0) as event:
        put(other)
        await event.wait()
    first.close()
    second.close()
