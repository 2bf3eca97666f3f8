"""GETQUOTA, GETQUOTAROOT, SETQUOTA: one root a mailbox, which limits the octets of its messages.

Source: RFC 9208 (and RFC 2087, whose answers are the same); confidence high. Limits are the operator's: nobody sets
them. The limit itself is ours (``codes.MAILBOX_QUOTA``).
"""

from __future__ import annotations

from mss_mock.codes import MAILBOX_QUOTA
from mss_mock.domain import Refused
from mss_mock.imap.connection import Connection
from mss_mock.imap.folders import absent
from mss_mock.imap.names import read_name
from mss_mock.imap.output import mailbox, string
from mss_mock.imap.syntax import Cursor

__all__ = ["get_quota", "get_quota_root", "set_quota"]

ROOT = ""
"""The name of the only root, as in the examples of the standard."""
UNIT = 1024
"""STORAGE counts in units of 1024 octets (RFC 9208 §5.1)."""


async def get_quota(connection: Connection, cursor: Cursor) -> bytes:
    """GETQUOTA."""
    cursor.space()
    _check_root(cursor.astring())
    cursor.end()
    await connection.send(_usage(connection))
    return b"OK GETQUOTA completed"


async def get_quota_root(connection: Connection, cursor: Cursor) -> bytes:
    """GETQUOTAROOT."""
    cursor.space()
    name = read_name(cursor.astring())
    cursor.end()
    if connection.store.folder(connection.mailbox, name) is None:
        raise absent(name)
    await connection.send(b"* QUOTAROOT " + mailbox(name) + b" " + string(ROOT.encode("ascii")))
    await connection.send(_usage(connection))
    return b"OK GETQUOTAROOT completed"


async def set_quota(_connection: Connection, cursor: Cursor) -> bytes:
    """SETQUOTA: refused, for limits are the operator's."""
    cursor.space()
    _check_root(cursor.astring())
    cursor.space()
    cursor.expect(b"(")
    raise Refused("imap-quota-fixe", received="SETQUOTA", expected="GETQUOTA ou GETQUOTAROOT")


def _check_root(name: bytes) -> None:
    if name != ROOT.encode("ascii"):
        received = name[:80].decode("ascii", "backslashreplace")
        raise Refused("imap-quota-inconnu", received=received, expected=f"« {ROOT} », la racine que dit GETQUOTAROOT")


def _usage(connection: Connection) -> bytes:
    used = -(-connection.store.weight(connection.mailbox) // UNIT)
    return b"* QUOTA %b (STORAGE %d %d)" % (string(ROOT.encode("ascii")), used, MAILBOX_QUOTA // UNIT)
